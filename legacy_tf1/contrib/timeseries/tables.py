"""States of a model beside each other: one copy per series of a batch, or in a table by the step they belong to.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/math_utils.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.util import nest

from legacy_tf1.contrib.lookup import MutableDenseHashTable

__all__ = ["TensorValuedMutableDenseHashTable", "TupleOfTensorsLookup", "replicate_state"]


def replicate_state(start_state, batch_size):
    """`start_state` with a first axis of `batch_size` equal copies in each of its tensors."""

    def copies(part):
        once = tf.ones([tf.rank(part)], tf.int32)
        return tf.tile(tf.expand_dims(part, 0), tf.concat([[batch_size], once], 0))

    return nest.map_structure(copies, start_state)


class TensorValuedMutableDenseHashTable(MutableDenseHashTable):
    """A MutableDenseHashTable whose values have the shape of `default_value`, whichever that is."""

    def __init__(self, key_dtype, value_dtype, default_value, *args, **kwargs):
        self._shape = tf.shape(default_value)
        super().__init__(key_dtype, value_dtype, tf.reshape(default_value, [-1]), *args, **kwargs)

    def insert(self, keys, values, name=None):
        keys = tf.reshape(tf.convert_to_tensor(keys, self._key_dtype), [-1])
        return super().insert(keys, tf.reshape(values, [tf.shape(keys)[0], -1]), name=name)

    def lookup(self, keys, name=None):
        flat = tf.reshape(tf.convert_to_tensor(keys, self._key_dtype), [-1])
        return tf.reshape(super().lookup(flat, name=name), tf.concat([tf.shape(keys), self._shape], 0))


class TupleOfTensorsLookup:
    """From a number to a nest of tensors, one table for each of them."""

    def __init__(self, key_dtype, default_values, empty_key, deleted_key, name, checkpoint=True):
        tables = [
            TensorValuedMutableDenseHashTable(
                key_dtype=key_dtype,
                value_dtype=value.dtype.base_dtype,
                default_value=value,
                empty_key=empty_key,
                deleted_key=deleted_key,
                name=f"{name}_{number}",
                checkpoint=checkpoint,
            )
            for number, value in enumerate(nest.flatten(default_values))
        ]
        self._tables = nest.pack_sequence_as(default_values, tables)

    def lookup(self, keys):
        return nest.map_structure(lambda table: table.lookup(keys), self._tables)

    def insert(self, keys, values):
        nest.assert_same_structure(self._tables, values)
        # all are computed before any is stored: one may have been computed from what another table held
        values = [tf.identity(value) for value in nest.flatten(values)]
        with tf.control_dependencies(values):
            tables = nest.flatten(self._tables)
            return tf.group(*(table.insert(keys, value) for table, value in zip(tables, values, strict=True)))
