"""What an exported model of time series takes: arrays, or serialized `tf.train.Example`s.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/estimators.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.framework import tensor_util
from tensorflow.python.util import nest

from legacy_tf1.contrib.timeseries.feature_keys import TrainEvalFeatures
from legacy_tf1.contrib.timeseries.head import state_to_dictionary
from legacy_tf1.estimators import exported

__all__ = ["parsed_examples", "raw_arrays"]

_TIMES, _VALUES = TrainEvalFeatures.TIMES, TrainEvalFeatures.VALUES


def raw_arrays(model, batch, steps):
    """A ServingInputReceiver of a placeholder per feature; `batch` and `steps` may be None."""
    times = tf.placeholder(tf.int64, [batch, steps], _TIMES)
    # observations are for filtering; prediction takes none
    none = tf.zeros([batch or 0, steps or 0, model.num_features], model.dtype)
    values = tf.placeholder_with_default(none, [batch, steps, model.num_features], _VALUES)
    features = {_TIMES: times, _VALUES: values}
    for name, (shape, dtype) in _exogenous(model).items():
        features[name] = tf.placeholder(dtype, [batch, steps, *shape[1:]], name)
    features.update(_state_placeholders(model, tf.shape(times)[0], batch))
    return exported.export.ServingInputReceiver(features, features)


def parsed_examples(model, observed, predicted, batch, values_dtype, truncate_values):
    """A ServingInputReceiver of examples, each with `observed` values and the times of all steps."""
    columns = [
        *model.exogenous_feature_columns,
        tf.feature_column.numeric_column(_TIMES, dtype=tf.int64),
        tf.feature_column.numeric_column(_VALUES, (model.num_features,), dtype=values_dtype or tf.float32),
    ]
    specs = {}
    for name, spec in tf.feature_column.make_parse_example_spec(columns).items():
        steps = observed if name == _VALUES and not truncate_values else observed + predicted
        if isinstance(spec, tf.FixedLenFeature):
            specs[name] = spec._replace(shape=(steps, *spec.shape))
        elif spec.dtype == tf.string:
            specs[name] = tf.FixedLenFeature((steps,), tf.string)
        else:
            raise ValueError(f"VarLenFeatures not supported, got {spec} for key {name}")
    examples = tf.placeholder(tf.string, [batch], "input")
    features = tf.parse_example(serialized=examples, features=specs)
    features[_TIMES] = tf.squeeze(features[_TIMES], axis=-1)
    features[_VALUES] = tf.cast(features[_VALUES], model.dtype)[:, :observed]
    features.update(_state_placeholders(model, tf.shape(features[_TIMES])[0], batch))
    return exported.export.ServingInputReceiver(features, {"examples": examples})


def _exogenous(model):
    """{feature: (shape (batch, ...), dtype)} of the model's columns, found in a graph of its own."""
    if not model.exogenous_feature_columns:
        return {}
    with tf.Graph().as_default():
        spec = tf.feature_column.make_parse_example_spec(model.exogenous_feature_columns)
        parsed = tf.parse_example(serialized=tf.placeholder(tf.string, [None]), features=spec)
        return {name: (value.shape.with_rank_at_least(1).as_list(), value.dtype) for name, value in parsed.items()}


def _state_placeholders(model, batch_size, static_batch_size):
    """{prefix and number: placeholder (batch, ...)}, zeros where nothing is fed: a start without a state."""
    with tf.Graph().as_default():  # to know the shapes, models may have to make variables
        model.initialize_graph()
        zeros = nest.map_structure(
            lambda part: tensor_util.constant_value(tf.zeros_like(part)), model.get_start_state()
        )
    placeholders = {}
    for name, zero in state_to_dictionary(zeros).items():
        repeats = tf.concat([batch_size[None], tf.ones(zero.ndim, tf.int32)], axis=0)
        shape = tf.TensorShape([static_batch_size]).concatenate(zero.shape)
        placeholders[name] = tf.placeholder_with_default(tf.tile(zero[None, ...], repeats), shape, name)
    return placeholders
