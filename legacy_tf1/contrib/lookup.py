"""`tf.contrib.lookup`: tables from words to numbers and back, with the names and arguments of TF 1.15.

Source: tensorflow 1.15, contrib/lookup/lookup_ops.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.ops import lookup_ops as _core

__all__ = [
    "HashTable",
    "MutableDenseHashTable",
    "MutableHashTable",
    "index_table_from_tensor",
    "index_to_string",
    "index_to_string_table_from_tensor",
    "string_to_index",
    "string_to_index_table_from_file",
    "string_to_index_table_from_tensor",
]


def __dir__():
    return __all__


class HashTable(_core.StaticHashTableV1):
    """A table that is filled once, by `tf.tables_initializer()`; sessions do not share it."""

    def __init__(self, initializer, default_value, shared_name=None, name=None):
        super().__init__(initializer, default_value, name)

    @property
    def init(self):
        return self.initializer


class MutableHashTable(_core.MutableHashTable):
    """A table that grows by `insert`."""

    def __init__(self, key_dtype, value_dtype, default_value, name="MutableHashTable", checkpoint=True):
        super().__init__(key_dtype, value_dtype, default_value, name=name, checkpoint=checkpoint)


class MutableDenseHashTable(_core.DenseHashTable):
    """A table that grows by `insert`, with keys in one tensor: `empty_key` and `deleted_key` are not to be used."""

    def __init__(
        self,
        key_dtype,
        value_dtype,
        default_value,
        empty_key,
        deleted_key,
        initial_num_buckets=None,
        name="MutableDenseHashTable",
        checkpoint=True,
    ):
        super().__init__(
            key_dtype, value_dtype, default_value, empty_key, deleted_key, initial_num_buckets, name, checkpoint
        )


def index_table_from_tensor(
    mapping, num_oov_buckets=0, default_value=-1, hasher_spec=_core.FastHashSpec, dtype=tf.string, name=None
):  # fmt: skip
    """A table from the elements of `mapping` to their places; the unknown go to a bucket or to the default."""
    return _core.index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, dtype, name)


def string_to_index_table_from_tensor(
    mapping, num_oov_buckets=0, default_value=-1, hasher_spec=_core.FastHashSpec, name=None
):  # fmt: skip
    """`index_table_from_tensor` for strings."""
    return index_table_from_tensor(mapping, num_oov_buckets, default_value, hasher_spec, tf.string, name)


def string_to_index_table_from_file(
    vocabulary_file=None,
    num_oov_buckets=0,
    vocab_size=None,
    default_value=-1,
    hasher_spec=_core.FastHashSpec,
    name=None,
):
    """`index_table_from_file` for strings."""
    return _core.index_table_from_file(
        vocabulary_file, num_oov_buckets, vocab_size, default_value, hasher_spec, tf.string, name
    )


def string_to_index(tensor, mapping, default_value=-1, name=None):
    """The places of strings in a list."""
    return index_table_from_tensor(mapping, default_value=default_value, name=name).lookup(tensor)


def index_to_string_table_from_tensor(mapping, default_value="UNK", name=None):
    """A table from places in a list to its strings."""
    return _core.index_to_string_table_from_tensor(mapping, default_value, name)


def index_to_string(tensor, mapping, default_value="UNK", name=None):
    """The strings at places in a list."""
    return index_to_string_table_from_tensor(mapping, default_value, name).lookup(tensor)
