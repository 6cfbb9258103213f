"""`tf.contrib.training.batch_sequences_with_states`: padding, sparse inputs and a runner for the state saver.

Source: tensorflow 1.15, contrib/training/python/training/sequence_queueing_state_saver.py.
"""

from __future__ import annotations

import numbers

import tensorflow.compat.v1 as tf
from tensorflow.python.ops.sparse_ops import _add_many_sparse_to_tensors_map, _take_many_sparse_from_tensors_map

from legacy_tf1.contrib.training.state_saver import SequenceQueueingStateSaver, _multiple

__all__ = ["batch_sequences_with_states"]

_CLOSED = (tf.errors.OutOfRangeError, tf.errors.CancelledError)
_CONTEXT = "_context_in_seq_"  # what a sparse context is called among the sequences


def batch_sequences_with_states(
    input_key,
    input_sequences,
    input_context,
    input_length,
    initial_states,
    num_unroll,
    batch_size,
    num_threads=3,
    capacity=1000,
    allow_small_batch=True,
    pad=True,
    make_keys_unique=False,
    make_keys_unique_seed=None,
    name=None,
):
    """The NextQueuedSequenceBatch of a SequenceQueueingStateSaver, which a QueueRunner of the graph fills.

    Args:
        input_sequences: {name: tensor or SparseTensor (time, ...)}.
        input_context: {name: tensor or SparseTensor}; sparse ones are taken out of this dictionary.
        input_length: None with `pad` takes the sequences' own.
        pad: fill up the sequences to a multiple of `num_unroll`, with zeros or empty strings.
        make_keys_unique: put a random number behind the key.

    Raises:
        TypeError: a sequence is no tensor, or its name no string.
        ValueError: what SequenceQueueingStateSaver refuses, or a `num_unroll` that is no integer.
    """
    values = [*input_sequences.values(), *input_context.values(), *initial_states.values()]
    with tf.name_scope(name, "batch_sequences_with_states", values):
        if pad:
            length, input_sequences = _padded(input_sequences, num_unroll)
            input_length = length if input_length is None else input_length
        elif input_sequences:
            input_sequences = {key: _checked(key, value, num_unroll) for key, value in input_sequences.items()}
        _contexts_to_sequences(input_context, input_sequences, num_unroll)
        sparse = sorted(key for key, value in input_sequences.items() if _is_sparse(value))
        stored = {key: _add_many_sparse_to_tensors_map(input_sequences[key]) for key in sparse}
        if make_keys_unique:
            drawn = tf.random_uniform((), minval=0, maxval=100000000, dtype=tf.int32, seed=make_keys_unique_seed)
            input_key = tf.string_join([input_key, tf.as_string(drawn)])
        saver = SequenceQueueingStateSaver(
            batch_size,
            num_unroll,
            input_length=input_length,
            input_key=input_key,
            input_sequences={**input_sequences, **stored},
            input_context=input_context,
            initial_states=initial_states,
            capacity=capacity,
            allow_small_batch=allow_small_batch,
        )
        ready = tf.cast(saver.barrier.ready_size(), tf.float32)
        tf.summary.scalar(f"queue/{saver.barrier.name}/ready_segment_batches_", ready)
        runner = tf.train.QueueRunner(saver, [saver.prefetch_op] * num_threads, queue_closed_exception_types=_CLOSED)
        tf.train.add_queue_runner(runner)
        batch = saver.next_batch
        found = {
            key: _take_many_sparse_from_tensors_map(
                sparse_map_op=handles.op, sparse_handles=tf.reshape(batch.sequences[key], [-1]), rank=None
            )
            for key, handles in stored.items()
        }
        for key, each in found.items():
            batch.sequences[key] = _by_row_and_step(each, batch_size, num_unroll)
        _sequences_to_contexts(batch.context, batch.sequences)
        return batch


def _is_sparse(value) -> bool:
    return isinstance(value, (tf.SparseTensor, tf.SparseTensorValue))


def _checked(key, value, num_unroll):
    """A sequence whose length must be a multiple of `num_unroll`."""
    if _is_sparse(value):
        value = tf.SparseTensor.from_value(value)
        length = _multiple(value.dense_shape[0], tf.constant(num_unroll, tf.int64))
        with tf.control_dependencies([length]):
            return tf.SparseTensor(*(tf.identity(part) for part in (value.indices, value.values, value.dense_shape)))
    try:
        value = tf.convert_to_tensor(value)
    except TypeError:
        raise TypeError(f"input_sequences must be tensors or SparseTensors; {key} is {type(value)}") from None
    return _multiple(tf.shape(value)[0], num_unroll, value)


def _padded(sequences, num_unroll):
    """(length, the sequences filled up to a multiple of `num_unroll`)."""
    if not isinstance(num_unroll, numbers.Integral):
        raise ValueError(f"Unsupported num_unroll expected int, got: {num_unroll}")
    if not isinstance(sequences, dict):
        raise TypeError(f"Unsupported sequences expected dict, got: {sequences}")
    if not all(isinstance(key, str) for key in sequences):
        raise TypeError(f"Unsupported sequences key expected string, got: {list(sequences)}")
    if not sequences:
        return 0, {}
    sequences = {
        key: tf.SparseTensor.from_value(value) if _is_sparse(value) else tf.convert_to_tensor(value)
        for key, value in sorted(sequences.items())
    }
    length = _common_length(sequences)
    unroll = tf.constant(num_unroll)
    whole = length + (unroll - length % unroll) % unroll
    return length, {key: _filled(value, whole) for key, value in sequences.items()}


def _common_length(sequences):
    lengths = [tf.shape(value)[0] for value in sequences.values() if not _is_sparse(value)]
    if not lengths:
        return tf.reduce_max(tf.cast([value.dense_shape[0] for value in sequences.values()], tf.int32))
    said = "All sequence lengths must match, but received lengths: "
    same = [tf.Assert(tf.equal(each, lengths[0]), [tf.string_join([said, tf.as_string(lengths)])]) for each in lengths]
    with tf.control_dependencies(same):
        return tf.identity(lengths[0])


def _filled(value, length):
    if _is_sparse(value):
        shape = tf.concat([[tf.cast(length, tf.int64)], value.dense_shape[1:]], 0)
        return tf.SparseTensor(value.indices, value.values, shape)
    missing = tf.concat(([length - tf.shape(value)[0]], tf.shape(value)[1:]), 0)
    blank = tf.constant("" if value.dtype == tf.string else 0, dtype=value.dtype)
    return tf.concat([value, tf.fill(dims=missing, value=blank)], 0)


def _contexts_to_sequences(context, sequences, num_unroll):
    """Sparse contexts join the sequences: a copy at the first step of every segment."""
    length = tf.constant(1)
    if sequences:
        first = next(iter(sequences.values()))
        length = first.dense_shape[0] if _is_sparse(first) else tf.shape(first)[0]
    length = tf.cast(length, tf.int64)
    for key in sorted(key for key, value in context.items() if _is_sparse(value)):
        sequences[_CONTEXT + key] = _once_per_segment(tf.SparseTensor.from_value(context.pop(key)), length, num_unroll)


def _once_per_segment(value, length, num_unroll):
    starts = tf.range(tf.constant(0, tf.int64), length, num_unroll)
    copies, entries = tf.size(starts), tf.shape(value.indices)[0]
    steps = tf.reshape(tf.tile(tf.expand_dims(starts, 1), tf.stack([1, entries])), [-1, 1])
    indices = tf.concat([steps, tf.tile(value.indices, tf.stack([copies, 1]))], 1)
    shape = tf.concat([[length], value.dense_shape], 0)
    return tf.SparseTensor(indices, tf.tile(value.values, [copies]), shape)


def _by_row_and_step(value, batch_size, num_unroll):
    """The first index counts the steps of all rows -> one index for the row, one for the step."""
    unroll = tf.constant(num_unroll, tf.int64)
    place = value.indices[:, 0]
    row, step = tf.floordiv(place, unroll), tf.mod(place, unroll)
    indices = tf.concat([tf.stack([row, step], axis=1), value.indices[:, 1:]], axis=1)
    shape = tf.concat([[tf.cast(batch_size, tf.int64), unroll], value.dense_shape[1:]], axis=0)
    return tf.SparseTensor(indices, value.values, shape)


def _sequences_to_contexts(context, sequences):
    for key in sorted(key for key in sequences if key.startswith(_CONTEXT)):
        value = sequences.pop(key)
        indices = tf.concat([value.indices[:, :1], value.indices[:, 2:]], axis=1)
        shape = tf.concat([value.dense_shape[:1], value.dense_shape[2:]], 0)
        context[key[len(_CONTEXT) :]] = tf.SparseTensor(indices, value.values, shape)
