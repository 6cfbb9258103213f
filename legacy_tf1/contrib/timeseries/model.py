"""`TimeSeriesModel`: what an estimator of time series asks of a model, and the scaling of data.

Source: tensorflow 1.15, contrib/timeseries/python/timeseries/model.py.
"""

from __future__ import annotations

import abc
import collections

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.timeseries.feature_keys import TrainEvalFeatures
from legacy_tf1.contrib.timeseries.tables import replicate_state

__all__ = ["ModelOutputs", "TimeSeriesModel"]

# loss: a scalar; end_state: (batch, ...) each; predictions: {name: (batch, window, ...)} at times (batch, window)
ModelOutputs = collections.namedtuple("ModelOutputs", ["loss", "end_state", "predictions", "prediction_times"])


class TimeSeriesModel(abc.ABC):
    """A model of series with `num_features` features, and of exogenous features, which it is given and not to predict.

    A model makes no ops before `initialize_graph`, which is called once for every graph.
    """

    def __init__(self, num_features, exogenous_feature_columns=None, dtype=tf.float32):
        self._exogenous_feature_columns = exogenous_feature_columns or []
        self.num_features = num_features
        self.dtype = dtype
        self._input_statistics = None
        self._graph_initialized = False
        self._stats_means = None
        self._stats_sigmas = None

    @property
    def exogenous_feature_columns(self):
        return self._exogenous_feature_columns

    def generate(self, number_of_series, series_length, model_parameters=None, seed=None):
        """Series drawn from the model, where it can be drawn from."""
        raise NotImplementedError("This model does not support generation.")

    def initialize_graph(self, input_statistics=None):
        """Make the model's own ops and variables; data is scaled where there are statistics."""
        self._graph_initialized = True
        self._input_statistics = input_statistics
        if self._input_statistics:
            self._stats_means, variances = self._input_statistics.overall_feature_moments
            self._stats_sigmas = tf.sqrt(variances)

    def _scale_data(self, data):
        return data if self._input_statistics is None else (data - self._stats_means) / self._stats_sigmas

    def _scale_back_data(self, data):
        return data if self._input_statistics is None else data * self._stats_sigmas + self._stats_means

    def _scale_variance(self, variance):
        if self._input_statistics is None:
            return variance
        return variance / self._input_statistics.overall_feature_moments.variance

    def _scale_back_variance(self, variance):
        if self._input_statistics is None:
            return variance
        return variance * self._input_statistics.overall_feature_moments.variance

    def _check_graph_initialized(self):
        if not self._graph_initialized:
            raise ValueError(
                "Call the model's initialize_graph() first: it makes its variables and ops in the default graph, "
                "and takes the input statistics."
            )

    def define_loss(self, features, mode):
        """ModelOutputs of times (batch, window) and values (batch, window, features), from the start state.

        Every series of the batch starts there.
        """
        self._check_graph_initialized()
        state = replicate_state(self.get_start_state(), batch_size=tf.shape(features[TrainEvalFeatures.TIMES])[0])
        return self.get_batch_loss(features=features, mode=mode, state=state)

    @abc.abstractmethod
    def get_start_state(self):
        """A nest of tensors, without the axis of the batch."""

    @abc.abstractmethod
    def get_batch_loss(self, features, mode, state):
        """ModelOutputs of a batch that starts from `state`, a nest of (batch, ...)."""

    @abc.abstractmethod
    def predict(self, features):
        """{name: (batch, window, ...)} at `features["times"]` (batch, window), after the state that features have."""

    def _get_exogenous_embedding_shape(self):
        """The shape of what `_process_exogenous_features` makes of one step."""
        if not self._exogenous_feature_columns:
            return (0,)
        with tf.Graph().as_default():
            parsed = tf.parse_example(
                serialized=tf.placeholder(tf.string, [None]),
                features=tf.feature_column.make_parse_example_spec(self._exogenous_feature_columns),
            )
            layer = tf.feature_column.input_layer(parsed, self._exogenous_feature_columns)
            return layer.shape.as_list()[1:]

    def _process_exogenous_features(self, times, features):
        """(batch, window, exogenous size) from {name: (batch, window, ...)}; None without feature columns.

        Raises:
            ValueError: a feature's rank is not known.
        """
        if not self._exogenous_feature_columns:
            return None
        steps = {name: _one_batch_axis(name, feature) for name, feature in features.items()}
        embedded = tf.feature_column.input_layer(steps, self._exogenous_feature_columns, trainable=True)
        regressors = tf.reshape(embedded, tf.concat([tf.shape(times), tf.shape(embedded)[1:]], axis=0))
        regressors.set_shape(times.shape.concatenate(embedded.shape[1:]))
        return tf.cast(regressors, self.dtype)


def _one_batch_axis(name, feature):
    """(batch * window, ...) from (batch, window, ...); a number gets an axis of its own, as feature columns want it."""
    if feature.shape.ndims is None:
        raise ValueError(f"Features with unknown rank are not supported. Got shape {feature.shape} for feature {name}.")
    shape = tf.shape(feature)
    feature = tf.reshape(feature, tf.concat([[shape[0] * shape[1]], shape[2:]], axis=0))
    return feature[:, None] if feature.shape.ndims == 1 and feature.dtype != tf.string else feature
