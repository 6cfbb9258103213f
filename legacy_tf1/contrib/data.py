"""`tf.contrib.data`: the transformations that did not move to tf.data.experimental.

Source: tensorflow 1.15, contrib/data/python/ops.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

__all__ = [
    "batch_and_drop_remainder",
    "padded_batch_and_drop_remainder",
    "read_batch_features",
    "reduce_dataset",
    "sliding_window_batch",
    "sloppy_interleave",
]


def __dir__():
    return __all__


def batch_and_drop_remainder(batch_size):
    """Batches of one size; what is left over at the end is dropped."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size, padded_shapes, padding_values=None):
    """Padded batches of one size; what is left over at the end is dropped."""
    return lambda dataset: dataset.padded_batch(
        batch_size, padded_shapes=padded_shapes, padding_values=padding_values, drop_remainder=True
    )


def sliding_window_batch(window_size, stride=None, window_shift=None, window_stride=1):
    """Windows over the elements, as batches: `window_shift` apart, of every `window_stride`-th element.

    Raises:
        ValueError: both `stride`, the older name, and `window_shift` are given.
    """
    if stride is not None and window_shift is not None:
        raise ValueError("Cannot specify both `stride` and `window_shift`")
    shift = next(given for given in (stride, window_shift, 1) if given is not None)

    def apply(dataset):
        windows = dataset.window(window_size, shift, window_stride, drop_remainder=True)
        return windows.flat_map(lambda *parts: _batched(parts, window_size))

    return apply


def _batched(parts, size):
    batched = tuple(part.batch(size, drop_remainder=True) for part in parts)
    return batched[0] if len(batched) == 1 else tf.data.Dataset.zip(batched)


def sloppy_interleave(map_func, cycle_length, block_length=1):
    """`parallel_interleave` that takes whatever comes first."""
    return tf.data.experimental.parallel_interleave(map_func, cycle_length, block_length, sloppy=True)


def reduce_dataset(dataset, reducer):
    """What a `Reducer` makes of all elements."""
    grouped = dataset.apply(tf.data.experimental.group_by_reducer(lambda *_: tf.zeros([], tf.int64), reducer))
    return tf.data.experimental.get_single_element(grouped)


def read_batch_features(
    file_pattern,
    batch_size,
    features,
    reader=tf.data.TFRecordDataset,
    reader_args=None,
    randomize_input=True,
    num_epochs=None,
    capacity=10000,
):
    """The next batch of parsed examples of files, as a dictionary of tensors."""
    dataset = tf.data.experimental.make_batched_features_dataset(
        file_pattern,
        batch_size,
        features,
        reader=reader,
        reader_args=reader_args,
        shuffle=randomize_input,
        num_epochs=num_epochs,
        shuffle_buffer_size=capacity,
    )
    return tf.data.make_one_shot_iterator(dataset).get_next()
