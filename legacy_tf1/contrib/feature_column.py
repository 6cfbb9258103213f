"""`tf.contrib.feature_column`: columns of sequences, and the input layer that turns them into an RNN's input.

The columns are those of `tf.feature_column`; what went away is the layer.
Source: tensorflow 1.15, contrib/feature_column/python/feature_column/sequence_feature_column.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.feature_column import feature_column as columns_of_tf1
from tensorflow.python.feature_column import feature_column_v2 as columns_of_today
from tensorflow.python.feature_column.sequence_feature_column import (
    sequence_categorical_column_with_hash_bucket,
    sequence_categorical_column_with_identity,
    sequence_categorical_column_with_vocabulary_file,
    sequence_categorical_column_with_vocabulary_list,
    sequence_numeric_column,
)

__all__ = [
    "sequence_categorical_column_with_hash_bucket",
    "sequence_categorical_column_with_identity",
    "sequence_categorical_column_with_vocabulary_file",
    "sequence_categorical_column_with_vocabulary_list",
    "sequence_input_layer",
    "sequence_numeric_column",
]


def sequence_input_layer(features, feature_columns, weight_collections=None, trainable=True):
    """The columns' values side by side: ((batch, time, sum of their sizes), lengths (batch,)).

    Raises:
        ValueError: a column is not one of a dense sequence: wrap a categorical one in an embedding_column.
    """
    columns = columns_of_today._normalize_feature_columns(feature_columns)
    for column in columns:
        if not isinstance(column, columns_of_today.SequenceDenseColumn):
            raise ValueError(
                "All feature_columns must be of type _SequenceDenseColumn. You can wrap a sequence_categorical_column"
                f" with an embedding_column or indicator_column. Given (type {type(column)}): {column}"
            )
    with tf.variable_scope(None, default_name="sequence_input_layer", values=features.values()):
        found = [_values(column, features, weight_collections, trainable) for column in sorted(columns, key=_name)]
        values, lengths = zip(*found, strict=True)
        return tf.concat(values, -1), _all_equal(lengths)


def _name(column) -> str:
    return column.name


def _values(column, features, weight_collections, trainable):
    """One column: ((batch, time, its size), lengths)."""
    with tf.variable_scope(None, default_name=column.name):
        if hasattr(column, "_get_sequence_dense_tensor"):
            dense, lengths = column._get_sequence_dense_tensor(
                columns_of_tf1._LazyBuilder(features), weight_collections=weight_collections, trainable=trainable
            )
        else:  # a numeric column: it has no variables
            dense, lengths = column.get_sequence_dense_tensor(
                columns_of_today.FeatureTransformationCache(features), None
            )
        shape = tf.shape(dense)
        return tf.reshape(dense, [shape[0], shape[1], column.variable_shape.num_elements()]), lengths


def _all_equal(lengths):
    first, *others = lengths
    with tf.control_dependencies([tf.assert_equal(first, other) for other in others]):
        return tf.identity(first)
