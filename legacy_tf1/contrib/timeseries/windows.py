"""Input functions: a reader's series as a whole, or random windows of it in batches; and times to predict at.

Features are {name: (batch, window, ...)}; there are no labels.
Source: tensorflow 1.15, contrib/timeseries/python/timeseries/input_pipeline.py.
"""

from __future__ import annotations

import abc

import tensorflow.compat.v1 as tf
from tensorflow.python.training import input as queues  # private: `maybe_shuffle_batch` by its module
from tensorflow.python.util import nest

from legacy_tf1.contrib.timeseries.feature_keys import FilteringResults, PredictionFeatures, TrainEvalFeatures
from legacy_tf1.contrib.timeseries.model_utils import canonicalize_times_or_steps_from_output

__all__ = ["RandomWindowInputFn", "TimeSeriesInputFn", "WholeDatasetInputFn", "predict_continuation_input_fn"]

_TIMES = TrainEvalFeatures.TIMES


def predict_continuation_input_fn(evaluation, steps=None, times=None, exogenous_features=None):
    """An input function that goes on where `estimator.evaluate` ended, for each series of its batch.

    Args:
        evaluation: what evaluate returned.
        steps: so many steps after the last time; or
        times: (batch, window) or (window,), which ones.
        exogenous_features: {name: (batch, window, ...)} at these times.

    Raises:
        ValueError: both or neither of steps and times are given, or the times do not fit the evaluation.
    """
    features = {
        PredictionFeatures.STATE_TUPLE: evaluation[FilteringResults.STATE_TUPLE],
        PredictionFeatures.TIMES: canonicalize_times_or_steps_from_output(times, steps, evaluation),
        **(exogenous_features or {}),
    }

    def input_fn():
        # once, or predict would never end
        once = {
            name: nest.map_structure(lambda each: tf.train.limit_epochs(each, num_epochs=1), value)
            for name, value in features.items()
        }
        return once, None

    return input_fn


class TimeSeriesInputFn:
    """The base of input functions: calling one is `create_batch()`."""

    @abc.abstractmethod
    def create_batch(self):
        """(features, None)."""

    def __call__(self):
        return self.create_batch()


class WholeDatasetInputFn(TimeSeriesInputFn):
    """The whole series, as a batch of one."""

    def __init__(self, time_series_reader):
        self._reader = time_series_reader
        super().__init__()

    def create_batch(self):
        return {name: value[None, ...] for name, value in self._reader.read_full().items()}, None


class RandomWindowInputFn(TimeSeriesInputFn):
    """Batches of windows: consecutive ones go through a queue that shuffles them.

    Args:
        time_series_reader: where the steps come from.
        window_size: steps of a window.
        batch_size: windows of a batch.
        queue_capacity_multiplier: how many batches the queues hold at most.
        shuffle_min_after_dequeue_multiplier: how many batches stay in the shuffling queue.
        discard_out_of_order: leave windows out in which time goes back; otherwise they are sorted.
        discard_consecutive_batches_limit: fail after so many batches without a window left.
        jitter: drop a step now and then, so that windows do not always begin at the same ones.
        num_threads: of the queues; None is as many as batch_size.
        shuffle_seed: with one thread, the same windows every time.

    Raises:
        ValueError: the series is known to be shorter than a window.
    """

    def __init__(
        self,
        time_series_reader,
        window_size,
        batch_size,
        queue_capacity_multiplier=1000,
        shuffle_min_after_dequeue_multiplier=2,
        discard_out_of_order=True,
        discard_consecutive_batches_limit=1000,
        jitter=True,
        num_threads=2,
        shuffle_seed=None,
    ):
        self._reader = time_series_reader
        self._window_size = window_size
        self._reader.check_dataset_size(minimum_dataset_size=self._window_size)
        self._batch_size = batch_size
        self._queue_capacity_multiplier = queue_capacity_multiplier
        self._shuffle_min_after_dequeue_multiplier = shuffle_min_after_dequeue_multiplier
        self._discard_out_of_order = discard_out_of_order
        self._discard_limit = discard_consecutive_batches_limit
        self._jitter = jitter
        self._num_threads = self._batch_size if num_threads is None else num_threads
        self._shuffle_seed = shuffle_seed
        super().__init__()

    def create_batch(self):
        windows = self._windows(self._reader.read())
        if self._discard_out_of_order:
            keep = self._in_order(windows[_TIMES])
        else:
            windows, keep = _sorted_by_time(windows), True
        batch = queues.maybe_shuffle_batch(
            windows,
            num_threads=self._num_threads,
            seed=self._shuffle_seed,
            batch_size=self._batch_size,
            capacity=self._queue_capacity_multiplier * self._batch_size,
            min_after_dequeue=self._shuffle_min_after_dequeue_multiplier * self._batch_size,
            keep_input=keep,
            enqueue_many=True,
        )
        return batch, None

    def _windows(self, features):
        """{name: (batch, window, ...)}: the next consecutive windows, behind a step more or not."""
        jitter = tf.random_uniform(shape=[], maxval=2, dtype=tf.int32) if self._jitter else 0
        steps = self._window_size * self._batch_size
        runs = tf.train.batch(
            features,
            batch_size=steps + jitter,
            enqueue_many=True,
            capacity=self._queue_capacity_multiplier * steps,
            num_threads=self._num_threads,
        )
        kept = {name: run[jitter:] for name, run in runs.items()} if self._jitter else runs
        shape = [self._batch_size, self._window_size]
        windows = {name: tf.reshape(run, tf.concat([shape, tf.shape(run)[1:]], axis=0)) for name, run in kept.items()}
        for name, window in windows.items():
            window.set_shape(tf.TensorShape(shape).concatenate(runs[name].shape[1:]))
        return windows

    def _in_order(self, times):
        """(batch,): whether time never goes back in a window; too many batches without such a window fail.

        Where one file ends and the next begins, or the series starts again, it does.
        """
        in_order = tf.reduce_all(times[:, 1:] >= times[:, :-1], axis=1)
        discarded = tf.Variable(
            tf.constant(0, tf.int64),
            name="discarded_windows_limiter",
            trainable=False,
            collections=[tf.GraphKeys.LOCAL_VARIABLES],
        )

        def count():
            return tf.cond(
                tf.reduce_any(in_order),
                lambda: tf.assign(discarded, 0),
                lambda: discarded.count_up_to(self._discard_limit),
            )

        # queue runners start before local variables are initialized
        ready = tf.is_variable_initialized(discarded)
        counted = tf.cond(ready, count, lambda: tf.constant(0, tf.int64))
        with tf.control_dependencies([counted]):
            return tf.identity(in_order)


def _sorted_by_time(windows):
    times = windows[_TIMES]
    _, latest_first = tf.nn.top_k(times, k=tf.shape(times)[-1], sorted=True)
    places = tf.reverse(latest_first, axis=[0])
    return {name: tf.gather(value, places) for name, value in windows.items()}
