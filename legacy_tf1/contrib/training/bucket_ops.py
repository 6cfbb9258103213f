"""`tf.contrib.training.bucket`: minibatches of elements that belong together, by queues.

Source: tensorflow 1.15, contrib/training/python/training/bucket_ops.py.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework.smart_cond import smart_cond
from tensorflow.python.framework.tensor_util import constant_value
from tensorflow.python.ops.array_ops import where_v2
from tensorflow.python.training import input as _input  # tf.train.batch is made of these same parts

__all__ = ["bucket", "bucket_by_sequence_length"]

_CLOSED = (tf.errors.OutOfRangeError, tf.errors.CancelledError)


def bucket(
    tensors,
    which_bucket,
    batch_size,
    num_buckets,
    num_threads=1,
    capacity=32,
    bucket_capacities=None,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    keep_input=True,
    shared_name=None,
    name=None,
):
    """(bucket, batch): elements gather in one queue per bucket, a full batch moves on to the queue read from.

    Args:
        tensors: one element, as a list or a dictionary of tensors; the batch is of the same kind.
        which_bucket: its bucket, in [0, num_buckets).
        batch_size: one for all buckets, or a list of one per bucket.
        bucket_capacities: one per bucket; `capacity` where it is None.
        dynamic_pad: fill unknown dimensions up to the largest of the batch.
        allow_smaller_final_batch: give out the remainders when the input ends.
        keep_input: leave the element out where this is False.

    Raises:
        ValueError: a list has not one entry per bucket, or shapes are unknown without `dynamic_pad`.
    """
    if isinstance(batch_size, (list, tuple)) and len(batch_size) != num_buckets:
        raise ValueError("If batch_size is a list it must have num_buckets elements")
    capacities = [capacity] * num_buckets if bucket_capacities is None else bucket_capacities
    if len(capacities) != num_buckets:
        raise ValueError(f"The list bucket_capacities {capacities} must have num_buckets ({num_buckets}) elements.")
    element = _input._as_tensor_list(tensors)
    with tf.name_scope(name, "bucket", element):
        element = [tf.convert_to_tensor_or_sparse_tensor(tensor) for tensor in element]
        if not element:
            raise ValueError("Expected at least one tensor in bucket().")
        keep_input = _input._validate_keep_input(keep_input, enqueue_many=False)
        element, sparse = _input._store_sparse_tensors(element, enqueue_many=False, keep_input=keep_input)
        one_size = not isinstance(batch_size, (list, tuple))
        sizes = [_static(size) for size in ([batch_size] * num_buckets if one_size else batch_size)]
        which_bucket = tf.convert_to_tensor(which_bucket, dtype=tf.int32, name="which_bucket")
        queues = _bucket_queues(element, capacities, shapes, dynamic_pad, shared_name)
        known = sizes[0] if one_size and not allow_smaller_final_batch and not tf.is_tensor(sizes[0]) else None
        top = tf.PaddingFIFOQueue(
            capacity,
            dtypes=[tf.int32, *queues[0].dtypes],
            shapes=[tf.TensorShape([]), *(tf.TensorShape([known]).concatenate(shape) for shape in queues[0].shapes)],
            shared_name=shared_name,
            name="top_queue",
        )
        enter = smart_cond(keep_input, lambda: _enter(queues, which_bucket, element), tf.no_op)
        _run(queues, top, [enter] * num_threads, sizes, allow_smaller_final_batch)
        _summarize(queues, top, capacity)
        which, *batch = top.dequeue(name="dequeue_top")
        batch = _input._restore_sparse_tensors(batch[0] if len(batch) == 1 else batch, sparse)
        return which, _input._as_original_type(tensors, batch)


def bucket_by_sequence_length(
    input_length,
    tensors,
    batch_size,
    bucket_boundaries,
    num_threads=1,
    capacity=32,
    bucket_capacities=None,
    shapes=None,
    dynamic_pad=False,
    allow_smaller_final_batch=False,
    keep_input=True,
    shared_name=None,
    name=None,
):
    """(lengths (batch,), batch): `bucket` by the length of a sequence.

    Args:
        bucket_boundaries: rising integers; two more buckets take what is below the first and from the last on.

    Raises:
        TypeError: the boundaries are not a list of integers.
        ValueError: there are none, or they do not rise.
    """
    _check_boundaries(bucket_boundaries)
    element = _input._as_tensor_list(tensors)
    with tf.name_scope(name, "bucket_by_sequence_length", [input_length, *element]):
        input_length = tf.convert_to_tensor(input_length, dtype=tf.int32, name="input_length")
        limits = np.iinfo(np.int32)
        within = tf.logical_and(
            tf.less_equal([limits.min, *bucket_boundaries], input_length),
            tf.less(input_length, [*bucket_boundaries, limits.max]),
        )
        which_bucket = tf.cast(tf.reduce_min(where_v2(within)), tf.int32)
        _, (length, *batch) = bucket(
            [input_length, *element],
            which_bucket,
            batch_size,
            len(bucket_boundaries) + 1,
            num_threads=num_threads,
            capacity=capacity,
            bucket_capacities=bucket_capacities,
            shapes=None if shapes is None else [tf.TensorShape([]), *shapes],
            dynamic_pad=dynamic_pad,
            allow_smaller_final_batch=allow_smaller_final_batch,
            keep_input=keep_input,
            shared_name=shared_name,
        )
        return length, _input._as_original_type(tensors, batch)


def _check_boundaries(boundaries):
    if not isinstance(boundaries, (list, tuple)):
        raise TypeError(f"bucket_boundaries must be a list or tuple, but received: {boundaries}")
    if not boundaries:
        raise ValueError("bucket_boundaries must not be empty")
    for low, high in zip(boundaries, boundaries[1:]):
        if not isinstance(low, int) or not isinstance(high, int):
            raise TypeError(f"bucket boundaries must be integers, but saw: {low} and {high}")
        if low >= high:
            raise ValueError(f"Buckets must contain sequential increasing lengths, but saw: {low} before {high}")


def _static(size):
    size = tf.convert_to_tensor(size, dtype=tf.int32, name="batch_size")
    known = constant_value(size)
    return size if known is None else int(known)


def _bucket_queues(element, capacities, shapes, dynamic_pad, shared_name):
    make = _input._which_queue(dynamic_pad)
    types, shapes = _input._dtypes([element]), _input._shapes([element], shapes, enqueue_many=False)
    return [
        make(
            capacity=capacity,
            dtypes=types,
            shapes=shapes,
            shared_name=None if shared_name is None else f"{shared_name}_{index}",
            name=f"bucket_queue_{index}",
        )
        for index, capacity in enumerate(capacities)
    ]


def _enter(queues, which_bucket, element):
    enqueues = [
        tf.cond(tf.equal(which_bucket, index), lambda queue=queue: queue.enqueue(element), tf.no_op)
        for index, queue in enumerate(queues)
    ]
    return tf.group(*enqueues, name="group_enqueues")


def _run(queues, top, enters, sizes, allow_smaller_final_batch):
    """Add the runners that fill the buckets, and that move batches to the top."""
    moves = []
    for index, (queue, size) in enumerate(zip(queues, sizes)):
        constant = tf.constant(index)
        take = queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many
        batch = take(size, name=f"read_bucket_{index}")
        batch = batch if isinstance(batch, (list, tuple)) else [batch]
        moves.append(top.enqueue([constant, *batch], name=f"enqueue_from_bucket_{index}"))
    _add_runner(queues[0], moves, top.close(), top.close(cancel_pending_enqueues=True))
    close = tf.group(*[queue.close() for queue in queues])
    _add_runner(top, enters, close, tf.group(*[queue.close(cancel_pending_enqueues=True) for queue in queues]))


def _add_runner(queue, enqueues, close, cancel):
    tf.train.add_queue_runner(
        tf.train.QueueRunner(queue, enqueues, close_op=close, cancel_op=cancel, queue_closed_exception_types=_CLOSED)
    )


def _summarize(queues, top, capacity):
    for queue in queues:
        tf.summary.scalar(f"bucket/{queue.name}/size", tf.cast(top.size(), tf.float32))
    full = tf.cast(top.size(), tf.float32) * (1.0 / capacity)
    tf.summary.scalar(f"bucket/{top.name}/fraction_of_{capacity}_full", full)
