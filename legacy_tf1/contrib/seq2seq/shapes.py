"""Tensors that must have a given shape: checked while the graph is built where it is known, else while it runs.

Source: tensorflow 1.15, contrib/framework/python/framework/tensor_util.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = ["with_same_shape"]


def with_same_shape(expected_tensor, tensor):
    """The tensor, if it has the shape of `expected_tensor`.

    Raises:
        ValueError: both shapes are known and differ.
    """
    expected, actual = expected_tensor.get_shape(), tensor.get_shape()
    scope = f"{tensor.op.name}/"
    with tf.name_scope(scope, values=[expected_tensor, tensor]):
        known = expected.as_list() if expected.is_fully_defined() else None
        wanted = tf.shape(expected_tensor, name="expected_shape") if known is None else known
    if known is not None and actual.is_fully_defined():
        if known == [] and actual.is_compatible_with([1]):
            with tf.name_scope(scope, values=[tensor]):
                return tensor if actual.rank == 0 else tf.reshape(tensor, [])
        if not actual.is_compatible_with(expected):
            raise ValueError(f"{tensor.name} has the shape {actual}; it replaces a tensor of shape {expected}.")
        return tensor
    with tf.name_scope(scope, values=[tensor]):
        if known == []:
            return tf.reshape(tensor, [])
        with tf.control_dependencies([_assertion(wanted, tensor)]):
            result = tf.identity(tensor)
        if known is not None:
            result.set_shape(expected)
        return result


def _assertion(wanted, tensor):
    with tf.name_scope("assert_shape", values=[tensor]) as scope:
        shape = tf.shape(tensor, name="actual")
        same_rank = tf.equal(tf.convert_to_tensor(tf.size(wanted)), tf.rank(tensor))
        same_sizes = tf.reduce_all(tf.logical_or(tf.equal(wanted, -1), tf.equal(wanted, shape)))
        message = f"The shape of {tensor.name} is wrong: wanted, found "
        return tf.Assert(tf.logical_and(same_rank, same_sizes), [message, wanted, shape], name=scope)
