"""Statistics of a series, gathered from the batches of training: models scale their inputs with them.

All are variables that are saved with the model. Evaluation and prediction read them as training left them.
Source: tensorflow 1.15, contrib/timeseries/python/timeseries/math_utils.py.
"""

from __future__ import annotations

import collections

import tensorflow.compat.v1 as tf
from tensorflow.python.util import nest

from legacy_tf1.contrib.timeseries.feature_keys import TrainEvalFeatures

__all__ = ["InputStatistics", "InputStatisticsFromMiniBatch", "Moments"]

Moments = collections.namedtuple("Moments", ["mean", "variance"])  # (features,) each

# moments at the start of the series and over all of it; the first time; how many steps the series seems to have
InputStatistics = collections.namedtuple(
    "InputStatistics", ["series_start_moments", "overall_feature_moments", "start_time", "total_observation_count"]
)

_Sums = collections.namedtuple(
    "_Sums",
    [
        "max_time_seen",
        "chunk_count",
        "inter_observation_duration_sum",
        "example_count",
        "overall_feature_sum",
        "overall_feature_sum_of_squares",
    ],
)


class InputStatisticsFromMiniBatch:
    """Statistics of `num_features` features of a floating type; the start of a series is so many steps long."""

    def __init__(self, num_features, dtype, starting_variance_window_size=16):
        self._starting_variance_window_size = starting_variance_window_size
        self._num_features = num_features
        self._dtype = dtype

    def initialize_graph(self, features, update_statistics=True):
        """InputStatistics; with `update_statistics`, those after this batch, where it has times and values."""
        times, values = features.get(TrainEvalFeatures.TIMES), features.get(TrainEvalFeatures.VALUES)
        with tf.variable_scope("input_statistics", use_resource=True):
            statistics = self._statistics()
        with tf.variable_scope("input_statistics_auxiliary", use_resource=True):
            sums = self._sums()
        if not update_statistics or times is None or values is None:
            return statistics
        with tf.control_dependencies([self._update(statistics, sums, times, values)]):
            updated = nest.map_structure(tf.identity, statistics)
            # another worker may have raised it since
            return updated._replace(start_time=tf.minimum(updated.start_time, tf.reduce_min(times)))

    def _variable(self, name, initializer=None, shape=(), dtype=None):
        dtype = dtype or self._dtype
        return tf.get_variable(name, shape, dtype, initializer or tf.zeros_initializer(), trainable=False)

    def _statistics(self):
        per_feature, ones = [self._num_features], tf.ones_initializer()
        return InputStatistics(
            Moments(
                self._variable("series_start_mean", shape=per_feature),
                self._variable("series_start_variance", ones, per_feature),
            ),
            Moments(
                self._variable("overall_feature_mean", shape=per_feature),
                self._variable("overall_feature_var", ones, per_feature),
            ),
            tf.get_variable("start_time", dtype=tf.int64, initializer=tf.int64.max, trainable=False),
            self._variable("total_observation_count", ones, dtype=tf.int64),
        )

    def _sums(self):
        per_feature = [self._num_features]
        return _Sums(
            tf.get_variable("max_time_seen", dtype=tf.int64, initializer=tf.int64.min, trainable=False),
            self._variable("chunk_count", dtype=tf.int64),
            self._variable("inter_observation_duration_sum"),
            self._variable("example_count", dtype=tf.int64),
            self._variable("overall_feature_sum", shape=per_feature),
            self._variable("overall_feature_sum_of_squares", shape=per_feature),
        )

    def _update(self, statistics, sums, times, values):
        """An op that takes in times (batch, window) and values (batch, window, features)."""
        values = tf.cast(values, self._dtype)
        added, latest = self._add(sums, times, values)
        with tf.control_dependencies([added]):
            count = tf.cast(sums.example_count, self._dtype)
            mean = sums.overall_feature_sum / count
            moments = statistics.overall_feature_moments
            updates = [
                tf.assign(moments.mean, mean),
                tf.assign(
                    moments.variance,  # n / (n - 1): the unbiased one
                    count / (count - 1.0) * (sums.overall_feature_sum_of_squares / count - mean**2),
                ),
            ]
            started, first = self._update_start(statistics, times, values)
            spacing = sums.inter_observation_duration_sum / tf.cast(sums.chunk_count, self._dtype)
            steps = tf.cast(latest - first + 1, self._dtype) / spacing
            seen = tf.assign(statistics.total_observation_count, tf.cast(tf.round(steps), tf.int64))
            return tf.group(*updates, started, first, seen)

    def _add(self, sums, times, values):
        """(op that adds a batch to the sums, latest time seen)."""
        span = tf.cast(tf.reduce_max(times, axis=1) - tf.reduce_min(times, axis=1), self._dtype)
        spacing = span / tf.cast(tf.shape(times)[1] - 1, self._dtype)
        latest = tf.assign(sums.max_time_seen, tf.maximum(sums.max_time_seen, tf.reduce_max(times)))
        added = [
            latest,
            tf.assign_add(sums.chunk_count, tf.shape(times, out_type=tf.int64)[0]),
            tf.assign_add(sums.inter_observation_duration_sum, tf.reduce_sum(spacing)),
            tf.assign_add(sums.example_count, tf.size(times, out_type=tf.int64)),
            tf.assign_add(sums.overall_feature_sum, tf.reduce_sum(values, axis=[0, 1])),
            tf.assign_add(sums.overall_feature_sum_of_squares, tf.reduce_sum(values**2, axis=[0, 1])),
        ]
        return tf.group(*added), latest

    def _update_start(self, statistics, times, values):
        """(op that takes in the moments of the earliest window so far, first time so far)."""
        earliest = tf.cast(tf.argmin(times[:, 0]), tf.int32)

        def take():
            # not a comparison of variances across workers: the start is read again whenever it is seen again
            mean, variance = tf.nn.moments(values[earliest, : self._starting_variance_window_size], axes=[0])
            moments = statistics.series_start_moments
            return tf.group(tf.assign(moments.mean, mean), tf.assign(moments.variance, variance))

        started = tf.cond(tf.less_equal(times[earliest, 0], statistics.start_time), take, tf.no_op)
        with tf.control_dependencies([started]):
            lowest = tf.minimum(statistics.start_time, tf.reduce_min(times))
            return started, tf.assign(statistics.start_time, lowest)
