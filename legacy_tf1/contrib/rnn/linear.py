"""The linear map `concat(args) @ kernel + bias` of the cells that make their variables in the scope.

Source: tensorflow 1.15, contrib/rnn/python/ops/core_rnn_cell.py: `_Linear` makes the variables first and
multiplies later; `_linear` does both at once. Scripts with cells of their own use either.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.bases import BIAS, KERNEL

__all__ = ["_Linear", "_linear"]


def __dir__():
    return __all__


class _Linear:
    """A linear map whose variables are made with the object and shared by its calls.

    Args:
        args: a tensor (batch, n) or a list of them; only shapes and dtype are used.
        output_size: width of the result.
        build_bias: whether a bias is added.
        bias_initializer: zeros by default.
        kernel_initializer: the scope's by default.
    """

    def __init__(self, args, output_size, build_bias, bias_initializer=None, kernel_initializer=None):
        rows, dtype = _rows(_as_list(args))
        self._takes_list = tf.nest.is_nested(args)
        with tf.variable_scope(tf.get_variable_scope()) as scope:
            self._weights = tf.get_variable(KERNEL, [rows, output_size], dtype=dtype, initializer=kernel_initializer)
            self._biases = _bias(scope, output_size, dtype, bias_initializer) if build_bias else None

    def __call__(self, args):
        product = _multiply(args if self._takes_list else [args], self._weights)
        return product if self._biases is None else tf.nn.bias_add(product, self._biases)


def _linear(args, output_size, bias, bias_initializer=None, kernel_initializer=None):
    """(batch, n) tensors -> (batch, output_size), with variables made or reused in the present scope."""
    tensors = _as_list(args)
    rows, dtype = _rows(tensors)
    with tf.variable_scope(tf.get_variable_scope()) as scope:
        kernel = tf.get_variable(KERNEL, [rows, output_size], dtype=dtype, initializer=kernel_initializer)
        product = _multiply(tensors, kernel)
        if not bias:
            return product
        return tf.nn.bias_add(product, _bias(scope, output_size, dtype, bias_initializer))


def linear(args, output_size, bias, bias_start=0.0, scope=None, *, bias_initializer=None, kernel_initializer=None):
    """`_linear` as it was before TF 1.2: in a variable scope of its own, with the bias' start as a number.

    An initializer in the place of `bias_start` is taken as later versions took it.
    """
    if bias_initializer is None:
        bias_initializer = tf.constant_initializer(bias_start) if isinstance(bias_start, (int, float)) else bias_start
    with tf.variable_scope(scope or "Linear"):
        return _linear(args, output_size, bias, bias_initializer, kernel_initializer)


def _as_list(args) -> list:
    if args is None or (tf.nest.is_nested(args) and not args):
        raise ValueError("A linear map needs at least one argument.")
    return list(args) if tf.nest.is_nested(args) else [args]


def _rows(tensors) -> tuple[int, tf.DType]:
    """Height of the joint kernel, and its dtype: the first argument's."""
    shapes = [tensor.get_shape() for tensor in tensors]
    if any(shape.ndims != 2 or shape.as_list()[1] is None for shape in shapes):
        raise ValueError(f"A linear map takes 2-D arguments of known width; their shapes are {shapes}.")
    return sum(shape.as_list()[1] for shape in shapes), tensors[0].dtype


def _multiply(tensors, kernel):
    return tf.matmul(tensors[0] if len(tensors) == 1 else tf.concat(tensors, 1), kernel)


def _bias(scope, size, dtype, initializer):
    with tf.variable_scope(scope) as whole:
        whole.set_partitioner(None)  # a partitioned kernel has a bias in one piece
        if initializer is None:
            initializer = tf.constant_initializer(0.0, dtype=dtype)
        return tf.get_variable(BIAS, [size], dtype=dtype, initializer=initializer)
