"""Readers: where a series comes from. Arrays, CSV files, or files of `tf.train.Example`.

A reader gives dicts of tensors (steps, ...) by feature name: some steps of an endless stream (`read`) or the
series as a whole (`read_full`). Both need queue runners, which estimators start.
Source: tensorflow 1.15, contrib/timeseries/python/timeseries/input_pipeline.py.
"""

from __future__ import annotations

import abc

import numpy as np
import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.timeseries.feature_keys import TrainEvalFeatures
from legacy_tf1.estimators import exported

__all__ = ["CSVReader", "NumpyReader", "ReaderBaseTimeSeriesParser", "TFExampleReader", "TimeSeriesReader"]

_TIMES, _VALUES = TrainEvalFeatures.TIMES, TrainEvalFeatures.VALUES


class TimeSeriesReader:
    """The base of readers."""

    def check_dataset_size(self, minimum_dataset_size):
        """Refuse a series that is known to be shorter than this."""

    @abc.abstractmethod
    def read(self):
        """{feature: (some steps, ...)}, the next ones in every run; after the last comes the first again."""

    @abc.abstractmethod
    def read_full(self):
        """{feature: (all steps, ...)}."""


class NumpyReader(TimeSeriesReader):
    """Reads arrays, which are fed by a queue and do not become part of the graph.

    Args:
        data: {feature: array (steps, ...)}, among them `times` (steps,) and `values` (steps,) or (steps, features).
        read_num_records_hint: at most so many steps at a time.

    Raises:
        ValueError: `times` or `values` is missing, or a shape does not fit.
    """

    def __init__(self, data, read_num_records_hint=4096):
        self._features = canonical(data, require_single_batch=True)
        self._read_num_records_hint = read_num_records_hint

    def check_dataset_size(self, minimum_dataset_size):
        steps = self._features[_TIMES].shape[1]
        if steps < minimum_dataset_size:
            raise ValueError(
                f"The window of the input function is {minimum_dataset_size} steps long, but the series has only "
                f"{steps}. Take a smaller window or a longer series."
            )

    def read(self):
        series = {name: np.squeeze(value, axis=0) for name, value in self._features.items()}
        return _queued(series, batch_size=self._read_num_records_hint)

    def read_full(self):
        # every element of the queue is the whole series
        whole = _queued(self._features, batch_size=1, queue_capacity=2)
        return {name: tf.squeeze(value, axis=0) for name, value in whole.items()}


def _queued(features, **options):
    return exported.inputs.numpy_input_fn(features, num_epochs=None, shuffle=False, **options)()


class ReaderBaseTimeSeriesParser(TimeSeriesReader):
    """The base of readers of files: `_get_reader` makes a `tf.ReaderBase`, `_process_records` parses what it reads."""

    def __init__(self, filenames, read_num_records_hint=4096):
        self._filenames = filenames
        self._read_num_records_hint = read_num_records_hint

    @abc.abstractmethod
    def _get_reader(self):
        """A new `tf.ReaderBase`."""

    @abc.abstractmethod
    def _process_records(self, lines):
        """{feature: (records, ...)} from strings (records,)."""

    def _get_filename_queue(self, epoch_limit):
        """(queue of file names, the variable that counts epochs): reading past `epoch_limit` is refused.

        It ends the search for records in files that have none. The count starts once the variable is initialized:
        queue runners start before that.
        """
        count = tf.Variable(
            tf.constant(0, tf.int64),
            name="epoch_limiter",
            trainable=False,
            collections=[tf.GraphKeys.LOCAL_VARIABLES],
        )
        names = tf.reshape(tf.convert_to_tensor(self._filenames), [-1])
        counted = tf.cond(
            tf.is_variable_initialized(count),
            lambda: count.count_up_to(epoch_limit),
            lambda: tf.constant(0, tf.int64),
        )
        with tf.control_dependencies([counted]):
            names = tf.identity(names)
        return tf.train.string_input_producer(names, shuffle=False, capacity=1), count

    def read(self):
        # every epoch over files with any record gives at least one
        queue, epochs = self._get_filename_queue(epoch_limit=self._read_num_records_hint)
        reader = self._get_reader()
        with tf.control_dependencies([tf.assign(epochs, 0)]):
            _, records = reader.read_up_to(queue, self._read_num_records_hint)
        return self._process_records(records)

    def read_full(self):
        reader = self._get_reader()
        # the first record of the second epoch shows that the first is over
        queue, epochs = self._get_filename_queue(epoch_limit=2)
        with tf.control_dependencies([tf.assign(epochs, 0)]):
            first_key, first_record = reader.read_up_to(queue, 1)

        def not_again(key, *_):
            return tf.not_equal(tf.squeeze(key, axis=0), tf.squeeze(first_key, axis=0))

        def keep(_, record, place, records):
            next_key, next_record = reader.read_up_to(queue, 1)
            next_key.set_shape([1])
            next_record.set_shape([1])
            return next_key, next_record, place + 1, records.write(place, record)

        records = tf.TensorArray(tf.string, size=0, dynamic_size=True)
        *_, records = tf.while_loop(not_again, keep, [tf.constant([""]), first_record, 0, records])
        records = records.concat()
        # the next run starts at the first record again
        with tf.control_dependencies([records]):
            reset = reader.reset()
        with tf.control_dependencies([reset]):
            records = tf.identity(records)
        return self._process_records(records)


class CSVReader(ReaderBaseTimeSeriesParser):
    """Reads CSV files; a name that stands for several columns gets them side by side, (steps, columns).

    Raises:
        ValueError: there is not one column of times, there are no values, or not as many dtypes as columns.
    """

    def __init__(
        self,
        filenames,
        column_names=(_TIMES, _VALUES),
        column_dtypes=None,
        skip_header_lines=None,
        read_num_records_hint=4096,
    ):
        _check_required(column_names)
        if column_dtypes is not None and len(column_dtypes) != len(column_names):
            raise ValueError(f"column_dtypes {column_dtypes} and column_names {column_names} must be as many.")
        if list(column_names).count(_TIMES) != 1:
            raise ValueError(f"Got more than one column '{_TIMES}', but exactly one is required.")
        self._column_names = column_names
        self._column_dtypes = column_dtypes
        self._skip_header_lines = skip_header_lines
        super().__init__(filenames, read_num_records_hint)

    def _get_reader(self):
        return tf.TextLineReader(skip_header_lines=self._skip_header_lines)

    def _process_records(self, lines):
        if self._column_dtypes is None:
            # an empty field is a fault, but for times, where it is 0
            defaults = [(tf.zeros([], tf.int64),) if name == _TIMES else () for name in self._column_names]
        else:
            defaults = [(tf.zeros([], dtype),) for dtype in self._column_dtypes]
        by_name = {}
        for name, column in zip(self._column_names, tf.decode_csv(lines, defaults), strict=True):
            by_name.setdefault(name, []).append(column)
        return {name: columns[0] if name == _TIMES else tf.stack(columns, axis=1) for name, columns in by_name.items()}


class TFExampleReader(ReaderBaseTimeSeriesParser):
    """Reads `tf.train.Example`s from files of TFRecords; `features` is {feature: tf.FixedLenFeature}."""

    def __init__(self, filenames, features):
        _check_required(features)
        self._features = features
        super().__init__(filenames)

    def _get_reader(self):
        return tf.TFRecordReader()

    def _process_records(self, examples):
        return tf.parse_example(serialized=examples, features=self._features)


def _check_required(names):
    for name in (_TIMES, _VALUES):
        if name not in names:
            raise ValueError(f"'{name}' is a required column.")


def canonical(data, require_single_batch):
    """`data` as arrays (batch, steps, ...), and values as (batch, steps, features).

    Given as one step, `times` is a scalar; as one series (steps,), or as several (batch, steps).

    Raises:
        ValueError: `times` or `values` is missing, a feature is not shaped as the times are, or has too many
            dimensions, or there are several series where there must be one.
    """
    features = {name: np.array(value) for name, value in data.items()}
    if _TIMES not in features or _VALUES not in features:
        raise ValueError(f"{_TIMES} and {_VALUES} are required features.")
    times = features[_TIMES]
    for name, value in features.items():
        if value.shape[: times.ndim] != times.shape:
            raise ValueError(
                f"The shape of every feature must begin with that of '{_TIMES}', {times.shape}; "
                f"'{name}' has shape {value.shape}."
            )
    if times.ndim > 2:
        raise ValueError(f"'{_TIMES}' is at most (batch, steps), but has shape {times.shape}.")
    if times.ndim < 2:
        values = features[_VALUES]
        if values.ndim > times.ndim + 1:
            raise ValueError(
                f"'{_VALUES}' has shape {values.shape}, more than one dimension beyond '{_TIMES}' {times.shape}."
            )
        if values.ndim == times.ndim:
            features[_VALUES] = values[..., None]
        lacking = (None,) * (2 - times.ndim)
        features = {name: value[(*lacking, ...)] for name, value in features.items()}
    if require_single_batch and len(features[_TIMES]) != 1:
        raise ValueError("Got batch input, was expecting unbatched input.")
    return features
