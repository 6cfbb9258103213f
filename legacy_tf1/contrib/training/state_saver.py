"""`tf.contrib.training.SequenceQueueingStateSaver`: long sequences in segments, with their states kept in between.

A barrier holds every segment of a sequence under its key until the segment's state is there: the first one's from the
start, each other's as soon as `save_state` was run for the segment before.

Source: tensorflow 1.15, contrib/training/python/training/sequence_queueing_state_saver.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.framework.tensor_util import constant_value
from tensorflow.python.ops.array_ops import where_v2
from tensorflow.python.ops.data_flow_ops import Barrier

__all__ = ["NextQueuedSequenceBatch", "SequenceQueueingStateSaver"]

_HEAD = {"length": tf.int32, "total_length": tf.int32, "next_key": tf.string, "sequence": tf.int32, "count": tf.int32}


class NextQueuedSequenceBatch:
    """A batch of segments, each the next one of its sequence: what `SequenceQueueingStateSaver.next_batch` is.

    `state` and `save_state` make it a state saver for `tf.nn.static_state_saving_rnn`.
    """

    def __init__(self, state_saver):
        self._state_saver = state_saver
        self._received = state_saver._received

    @property
    def total_length(self):
        """(batch,): the sequences' lengths without padding."""
        return self._received["total_length"]

    @property
    def length(self):
        """(batch,): the segments' lengths without padding."""
        return self._received["length"]

    @property
    def batch_size(self):
        """How many segments there are: fewer than asked for, where small batches are allowed."""
        return self._received["batch_size"]

    @property
    def insertion_index(self):
        """(batch,): the order in which the barrier took the segments in."""
        return self._received["indices"]

    @property
    def key(self):
        """(batch,): `00001_of_00003:KEY` for the second segment of three."""
        return self._received["keys"]

    @property
    def next_key(self):
        """(batch,): the key of each sequence's next segment, `STOP:KEY` at the end."""
        return self._received["next_key"]

    @property
    def sequence(self):
        """(batch,): the segments' places in their sequences, from 0."""
        return self._received["sequence"]

    @property
    def sequence_count(self):
        """(batch,): how many segments each sequence has."""
        return self._received["count"]

    @property
    def context(self):
        """{name: (batch, ...)}."""
        return self._received["context"]

    @property
    def sequences(self):
        """{name: (batch, num_unroll, ...)}."""
        return self._received["sequences"]

    def state(self, state_name):
        """(batch, ...): the state before these segments."""
        return self._received["states"][state_name]

    def save_state(self, state_name, value, name=None):
        """An op that keeps the state after these segments for the next ones.

        Raises:
            KeyError: the saver was made without an initial state of that name.
        """
        if state_name not in self._received["states"]:
            raise KeyError(f"state was not declared: {state_name}")
        saver = self._state_saver
        with tf.name_scope(name, "InputQueueingStateSaver_SaveState", [value]):
            with tf.colocate_with(saver._capacity_queue.queue_ref):
                going_on = tf.reshape(where_v2(tf.logical_not(self._received["is_done"])), [-1])
                keys = tf.gather(self.next_key, going_on)
                value = tf.identity(value, name=f"convert_{state_name}")
                value = _of_shape(value, tf.shape(self.state(state_name)))
                return saver._insert("state", state_name, keys, tf.gather(value, going_on), "BarrierInsertState")


class SequenceQueueingStateSaver:
    """Splits sequences into segments of `num_unroll` steps, and hands out batches of segments whose states are known.

    Args:
        input_length: int32 scalar, the length without padding.
        input_key: string scalar, another one for each sequence.
        input_sequences: {name: (padded length, ...)}; the padded length is a multiple of `num_unroll`.
        input_context: {name: tensor}, the same for all segments.
        initial_states: {name: tensor}, of known shapes.
        capacity: how many sequences may be inside at the same time; as many as come by default.
        allow_small_batch: hand out smaller batches when no more sequences come.

    Raises:
        TypeError: something is no dictionary, or of another dtype.
        ValueError: a dictionary that is empty, a name with a colon, an unknown shape, less capacity than a batch.
    """

    def __init__(
        self,
        batch_size,
        num_unroll,
        input_length,
        input_key,
        input_sequences,
        input_context,
        initial_states,
        capacity=None,
        allow_small_batch=False,
        name=None,
    ):
        if capacity is not None and tf.is_tensor(batch_size):
            enough = tf.debugging.assert_greater_equal(
                tf.cast(capacity, tf.int64),
                tf.cast(batch_size, tf.int64),
                message="capacity needs to be >= batch_size.",
            )
            with tf.control_dependencies([enough]):
                input_key = tf.identity(input_key)
        elif capacity is not None and capacity < batch_size:
            raise ValueError(f"capacity {capacity} needs to be >= batch_size {batch_size}")
        self._batch_size, self._num_unroll, self._allow_small_batch = batch_size, num_unroll, allow_small_batch
        self._prefetch_op = self._next_batch = None
        self._capacity_queue = tf.FIFOQueue(capacity=capacity, dtypes=[tf.int32], shapes=[[]])
        with tf.colocate_with(self._capacity_queue.queue_ref):
            _check_names("state", initial_states, "initial_states must be a dictionary")
            if not initial_states:
                raise ValueError("initial_states may not be empty: at least one state variable is required.")
            values = [input_length, input_key, *input_sequences.values(), *input_context.values()]
            with tf.name_scope(name, "InputQueueingStateSaver", values) as self._scope:
                self._take(input_length, input_key, input_sequences, input_context, initial_states)
                self._make_barrier()

    def _take(self, length, key, sequences, context, states):
        """Check and sort what comes in."""
        length = tf.convert_to_tensor(length, name="length")
        key = tf.convert_to_tensor(key, name="key")
        _check_names("sequence", sequences, "sequences must be a dict")
        _check_names("context", context, "context must be a dict")
        if not sequences:
            raise ValueError("must have at least one sequence tensor")
        sequences, context, states = (
            {name: tf.convert_to_tensor(value, name=f"{kind}_{name}") for name, value in values.items()}
            for kind, values in (("sequence", sequences), ("context", context), ("state", states))
        )
        for kind, values, first in (("state", states, 0), ("context", context, 0), ("sequence", sequences, 1)):
            for name, value in values.items():
                if not value.get_shape()[first:].is_fully_defined():
                    raise ValueError(f"Shape for {kind} {name} is not fully defined: {value.get_shape()}")
        self._length, self._key = _of_rank(length, 0), _of_rank(key, 0)
        for what, tensor, dtype in (("length", length, tf.int32), ("key", key, tf.string)):
            if tensor.dtype != dtype:
                raise TypeError(f"{what} dtype must be {dtype.name}, but received: {tensor.dtype}")
        self._contents = {"sequence": _sorted(sequences), "context": _sorted(context), "state": _sorted(states)}
        first = next(iter(self._contents["sequence"].values()))
        padded = _multiple(tf.identity(tf.shape(first)[0], name="padded_length"), self._num_unroll)
        for name, value in self._contents["sequence"].items():
            self._contents["sequence"][name] = _of_sizes(value, [padded], f"sorted_sequences_{name}")
        fits = tf.Assert(
            tf.less_equal(self._length, padded),
            ["Input length should be <= than length from sequences:", self._length, " vs. ", padded],
        )
        with tf.control_dependencies([fits]):
            self._length = tf.identity(self._length)
        self._padded_length = padded

    def _make_barrier(self):
        places = [("head", name) for name in _HEAD]
        places += [(kind, name) for kind, values in self._contents.items() for name in values]
        self._places = {place: index for index, place in enumerate(places)}
        values = [value for values in self._contents.values() for value in values.values()]
        shapes = {
            kind: [value.get_shape().as_list() for value in values.values()] for kind, values in self._contents.items()
        }
        shapes["sequence"] = [[self._num_unroll, *shape[1:]] for shape in shapes["sequence"]]
        self._barrier = Barrier(
            types=[*_HEAD.values(), *(value.dtype for value in values)],
            shapes=[()] * len(_HEAD) + [shape for kind in self._contents for shape in shapes[kind]],
        )

    @property
    def name(self):
        return self._scope

    @property
    def barrier(self):
        return self._barrier

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def num_unroll(self):
        return self._num_unroll

    @property
    def prefetch_op(self):
        """The op that puts one sequence in: for a QueueRunner."""
        if self._prefetch_op is None:
            with self._own_scope():
                self._prefetch_op = self._prefetch()
        return self._prefetch_op

    @property
    def next_batch(self):
        """The NextQueuedSequenceBatch."""
        self.prefetch_op  # noqa: B018  (it is made first)
        if self._next_batch is None:
            with self._own_scope():
                self._receive()
                self._next_batch = NextQueuedSequenceBatch(self)
        return self._next_batch

    def close(self, cancel_pending_enqueues=False, name=None):
        """An op that ends the input: what is inside is still handed out."""
        with tf.name_scope(name, "SQSSClose", [self._prefetch_op]) as scope:
            barrier = self._barrier.close(cancel_pending_enqueues, "BarrierClose")
            queue = self._capacity_queue.close(cancel_pending_enqueues, "FIFOClose")
            return _together([barrier, queue], scope)

    def _own_scope(self):
        return tf.name_scope(self._scope)  # with the slash at its end: the very scope again

    def _insert(self, kind, name, keys, values, label):
        named = label if kind == "head" else f"{label}_{name}"
        return self._barrier.insert_many(self._places[kind, name], keys, values, name=named)

    def _prefetch(self):
        unroll, length = self._num_unroll, self._length
        count = tf.div(self._padded_length, unroll)
        ones = tf.ones(tf.expand_dims(count, 0), dtype=tf.int32)
        places = tf.range(count)
        own_length = tf.minimum(unroll, tf.maximum(0, length - unroll * places))
        head = {"length": own_length, "total_length": length * ones, "sequence": places, "count": count * ones}
        numbers = [tf.as_string(number, width=5, fill="0") for number in (places, count)]
        keys = tf.string_join([numbers[0], "_of_", numbers[1], ":", self._key], name="StringJoinCurrentKeys")
        stop = tf.expand_dims(tf.string_join(["STOP:", self._key], name="StringJoinStop"), 0)
        head["next_key"] = tf.concat([tf.slice(keys, [1], [-1]), stop], 0, name="concat_next_keys")
        values = {"sequence": {}, "context": {}}
        for name, value in self._contents["sequence"].items():
            values["sequence"][name] = self._cut(name, value, count)
        for name, value in self._contents["context"].items():
            values["context"][name] = _repeated(name, value, count)
        inserts = {
            name: self._insert("head", name, keys, head[name], f"BarrierInsert{label}")
            for name, label in (
                ("sequence", "Sequence"), ("count", "SequenceCount"), ("next_key", "NextKey"), ("length", "Length"),
                ("total_length", "TotalLength"),
            )
        }  # fmt: skip
        others = [
            self._insert(kind, name, keys, value, label)
            for kind, label in (("context", "BarrierInsertContext"), ("sequence", "BarrierInsertSequences"))
            for name, value in values[kind].items()
        ]
        entered = self._capacity_queue.enqueue((1,))  # waits while there are too many sequences inside
        with tf.control_dependencies([inserts["sequence"], entered]):
            others += [
                self._insert("state", name, tf.stack([keys[0]]), tf.stack([value]), "BarrierInitialInsertState")
                for name, value in self._contents["state"].items()
            ]
        return _together([entered, *inserts.values(), *others], "StateSaverPrefetchGroup")

    def _cut(self, name, value, count):
        """(padded length, ...) -> (segments, num_unroll, ...)."""
        rest = value.get_shape().as_list()[1:]
        shape = tf.concat(
            [tf.expand_dims(count, 0), tf.expand_dims(self._num_unroll, 0), rest], 0, name=f"concat_sequences_{name}"
        )
        segments = tf.reshape(value, shape, name=f"reshape_sequences_{name}")
        return _of_sizes(segments, [count, self._num_unroll, *rest], f"reshaped_sequences_{name}")

    def _receive(self):
        indices, keys, values = self._barrier.take_many(
            self._batch_size, self._allow_small_batch, name="BarrierTakeMany"
        )
        at = {place: values[index] for place, index in self._places.items()}
        found = {name: at["head", name] for name in _HEAD}
        found.update(indices=indices, keys=keys)
        for kind, plural in (("context", "context"), ("sequence", "sequences")):
            found[plural] = {name: at[kind, name] for name in self._contents[kind]}
        found["batch_size"] = tf.squeeze(tf.shape(found["length"]))
        found["is_done"] = found["sequence"] + 1 >= found["count"]
        finished = tf.reduce_sum(tf.cast(found["is_done"], tf.int32))
        with tf.control_dependencies([self._capacity_queue.dequeue_many(finished)]):
            found["states"] = {name: tf.identity(at["state", name]) for name in self._contents["state"]}
        self._received = found


def _together(ops, name):
    """`tf.group` in one op, as TF 1.15 made it: today a barrier's ops carry a device, and each device gets one."""
    with tf.control_dependencies(ops):
        return tf.no_op(name=name)


def _sorted(values):
    return dict(sorted(values.items()))


def _repeated(name, value, count):
    """The context once per segment."""
    shape = value.get_shape().as_list()
    times = tf.concat([tf.expand_dims(count, 0), [1] * len(shape)], 0, name=f"concat_context_{name}")
    whole = tf.tile(tf.expand_dims(value, 0), times, name=f"tile_context_{name}")
    return _of_sizes(whole, [count, *shape], f"expanded_context_{name}")


def _check_names(kind, values, wanted):
    if not isinstance(values, dict):
        raise TypeError(wanted)
    for name in values:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name must be a string: {name}")
        if ":" in name:
            raise ValueError(f"{kind} name may not have a colon: '{name}'")


def _told(right, pieces, *more):
    """An Assert; tensors among the pieces of its message become text."""
    return tf.Assert(right, [tf.string_join([tf.as_string(p) if tf.is_tensor(p) else p for p in pieces]), *more])


def _multiple(value, of, guarded=None):
    """`guarded`, or the value itself, checked that the value is a multiple."""
    right = tf.logical_and(tf.equal(tf.mod(value, of), 0), tf.not_equal(value, 0))
    of = tf.convert_to_tensor(of)
    said = [f"Tensor {value.name} should be a multiple of: ", of, ", but saw value: ", value]
    with tf.control_dependencies([_told(right, [*said, ". Consider setting pad=True."])]):
        return tf.identity(value if guarded is None else guarded, name="multiple_of_checked")


def _of_rank(value, rank):
    known = constant_value(rank) if tf.is_tensor(rank) else rank
    right = tf.equal(rank, tf.rank(value))
    said = [f"Rank of tensor {value.name} should be: ", tf.convert_to_tensor(rank), ", shape received:"]
    with tf.control_dependencies([_told(right, said, tf.shape(value))]):
        checked = tf.identity(value, name="rank_checked")
    if known is not None:
        checked.set_shape(checked.get_shape().with_rank(int(known)))
    return checked


def _of_shape(value, shape):
    value = _of_rank(value, tf.size(shape))
    right = tf.reduce_all(tf.equal(shape, tf.shape(value)))
    said = [f"Shape of tensor {value.name} should be: ", shape, ", shape received: ", tf.shape(value)]
    with tf.control_dependencies([_told(right, said)]):
        return tf.identity(value, name="shape_checked")


def _of_sizes(value, sizes, label):
    """The value, checked to have these sizes in its first dimensions; those that are numbers become static."""
    known = value.get_shape().as_list()
    value.set_shape([known[k] if tf.is_tensor(size) else size for k, size in enumerate(sizes)] + known[len(sizes) :])
    asserts = [
        _told(
            tf.equal(size, tf.shape(value)[k]),
            [
                f"Dimension {k} of tensor labeled {label} should be: ", tf.convert_to_tensor(size),
                ", shape received: ", tf.shape(value),
            ],
        )
        for k, size in enumerate(sizes)
    ]  # fmt: skip
    with tf.control_dependencies(asserts):
        return tf.identity(value, name=f"dims_checked_{label}")
