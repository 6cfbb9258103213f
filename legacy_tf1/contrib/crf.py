"""`tf.contrib.crf`: scores, likelihood and decoding of a linear-chain conditional random field.

Unary potentials are (batch, time, tags), tags (batch, time), transitions (tags, tags): the score of going
from the row's tag to the column's. A batch of one time step takes a shorter way, at run time where the
number of steps is not known before.
Source: tensorflow 1.15, contrib/crf/python/ops/crf.py.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework.smart_cond import smart_cond

from legacy_tf1.contrib.rnn.bases import RNNCell

__all__ = [
    "CrfDecodeBackwardRnnCell",
    "CrfDecodeForwardRnnCell",
    "CrfForwardRnnCell",
    "crf_binary_score",
    "crf_decode",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_multitag_sequence_score",
    "crf_sequence_score",
    "crf_unary_score",
    "viterbi_decode",
]


def __dir__():
    return __all__


def crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params):
    """The unnormalized score (batch,) of one tag sequence per example."""

    def one_step():
        index = tag_indices.dtype
        rows = tf.reshape(tf.range(tf.shape(inputs, out_type=index)[0], dtype=index), [-1, 1])
        scores = tf.gather_nd(tf.squeeze(inputs, [1]), tf.concat([rows, tag_indices], axis=1))
        return _zero_where_empty(scores, sequence_lengths)

    def many_steps():
        unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
        return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)

    return _by_length(inputs, one_step, many_steps)


def crf_multitag_sequence_score(inputs, tag_bitmap, sequence_lengths, transition_params):
    """The log-sum-exp (batch,) of the scores of every sequence that `tag_bitmap` (batch, time, tags) allows."""

    def allowed():
        return tf.where(tag_bitmap, inputs, tf.fill(tf.shape(inputs), float("-inf")))

    return _by_length(
        inputs,
        lambda: tf.reduce_logsumexp(allowed(), axis=[1, 2], keepdims=False),
        lambda: crf_log_norm(allowed(), sequence_lengths, transition_params),
    )


def crf_log_norm(inputs, sequence_lengths, transition_params):
    """The log of the normalizer (batch,): the log-sum-exp over all tag sequences; 0 for empty sequences."""
    first = _first_step(inputs)

    def one_step():
        return _zero_where_empty(tf.reduce_logsumexp(first, [1]), sequence_lengths)

    def many_steps():
        rest = tf.slice(inputs, [0, 1, 0], [-1, -1, -1])
        cell = CrfForwardRnnCell(transition_params)
        _, alphas = tf.nn.dynamic_rnn(cell, rest, _one_less(sequence_lengths), initial_state=first, dtype=tf.float32)
        return _zero_where_empty(tf.reduce_logsumexp(alphas, [1]), sequence_lengths)

    return _by_length(inputs, one_step, many_steps)


def crf_log_likelihood(inputs, tag_indices, sequence_lengths, transition_params=None):
    """(log-likelihood (batch,), transitions); without transitions a variable `transitions` is made."""
    if transition_params is None:
        tags = inputs.shape.as_list()[2]
        transition_params = tf.get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_unary_score(tag_indices, sequence_lengths, inputs):
    """The sum (batch,) of the potentials of the given tags."""
    batch, steps, tags = (tf.shape(inputs)[axis] for axis in range(3))
    flat = tf.reshape(inputs, [-1])
    places = tf.expand_dims(tf.range(batch) * steps * tags, 1)
    places += tf.expand_dims(tf.range(steps) * tags, 0)
    if tag_indices.dtype == tf.int64:
        places = tf.cast(places, tf.int64)
    chosen = tf.gather(flat, tf.reshape(places + tag_indices, [-1]))
    chosen = tf.reshape(chosen, [batch, steps])
    return tf.reduce_sum(chosen * _mask(sequence_lengths, tag_indices), 1)


def crf_binary_score(tag_indices, sequence_lengths, transition_params):
    """The sum (batch,) of the transitions between the given tags."""
    tags = transition_params.get_shape()[0]
    count = tf.shape(tag_indices)[1] - 1
    before, after = (tf.slice(tag_indices, [0, start], [-1, count]) for start in (0, 1))
    places = before * tags + after
    chosen = tf.gather(tf.reshape(transition_params, [-1]), places)
    return tf.reduce_sum(chosen * tf.slice(_mask(sequence_lengths, tag_indices), [0, 1], [-1, -1]), 1)


class _OverTags(RNNCell):
    """A cell whose state holds one number per tag; it makes no variables."""

    def __init__(self, transition_params):
        self._transition_params = tf.expand_dims(transition_params, 0)
        self._num_tags = transition_params.shape.as_list()[0]

    state_size = output_size = property(lambda self: self._num_tags)


class CrfForwardRnnCell(_OverTags):
    """One step of the forward algorithm; output and state are the log alphas (batch, tags)."""

    def __call__(self, inputs, state, scope=None):
        alphas = inputs + tf.reduce_logsumexp(tf.expand_dims(state, 2) + self._transition_params, [1])
        return alphas, alphas


class CrfDecodeForwardRnnCell(_OverTags):
    """One step of Viterbi's algorithm; output: where each tag's best way came from, state: its score."""

    def __call__(self, inputs, state, scope=None):
        ways = tf.expand_dims(state, 2) + self._transition_params
        best = inputs + tf.reduce_max(ways, [1])
        return tf.cast(tf.argmax(ways, 1), tf.int32), best


class CrfDecodeBackwardRnnCell(RNNCell):
    """One step back along Viterbi's pointers (batch, tags); output and state: the tag (batch, 1)."""

    def __init__(self, num_tags):
        self._num_tags = num_tags

    state_size = output_size = property(lambda self: 1)

    def __call__(self, inputs, state, scope=None):
        tag = tf.squeeze(state, axis=[1])
        rows = tf.range(tf.shape(inputs)[0])
        came_from = tf.expand_dims(tf.gather_nd(inputs, tf.stack([rows, tag], axis=1)), axis=-1)
        return came_from, came_from


def crf_decode(potentials, transition_params, sequence_length):
    """(int32 tags (batch, time) of the best sequence, its score (batch,))."""

    def one_step():
        only = tf.squeeze(potentials, [1])
        tags = tf.expand_dims(tf.argmax(only, axis=1), 1)
        return tf.cast(tags, tf.int32), tf.reduce_max(only, axis=1)

    def many_steps():
        first = _first_step(potentials)
        rest = tf.slice(potentials, [0, 1, 0], [-1, -1, -1])
        moves = _one_less(sequence_length)
        cell = CrfDecodeForwardRnnCell(transition_params)
        pointers, scores = tf.nn.dynamic_rnn(cell, rest, moves, initial_state=first, dtype=tf.int32)
        pointers = tf.reverse_sequence(pointers, moves, seq_axis=1)
        last = tf.expand_dims(tf.cast(tf.argmax(scores, axis=1), tf.int32), axis=-1)
        cell = CrfDecodeBackwardRnnCell(potentials.shape.as_list()[2])
        tags, _ = tf.nn.dynamic_rnn(cell, pointers, moves, initial_state=last, dtype=tf.int32)
        tags = tf.concat([last, tf.squeeze(tags, axis=[2])], axis=1)
        return tf.reverse_sequence(tags, sequence_length, seq_axis=1), tf.reduce_max(scores, axis=1)

    return _by_length(potentials, one_step, many_steps)


def viterbi_decode(score, transition_params):
    """(list of tags, score) of the best sequence for a NumPy array (time, tags); runs outside the graph."""
    best, pointers = np.array(score), np.zeros_like(score, dtype=np.int32)
    for step in range(1, len(best)):
        ways = best[step - 1][:, None] + transition_params
        best[step] = score[step] + ways.max(0)
        pointers[step] = ways.argmax(0)
    tags = [best[-1].argmax()]
    for came_from in pointers[:0:-1]:
        tags.append(came_from[tags[-1]])
    return tags[::-1], best[-1].max()


def _by_length(inputs, one_step, many_steps):
    steps = inputs.shape.as_list()[1] or tf.shape(inputs)[1]
    return smart_cond(tf.equal(steps, 1), one_step, many_steps)


def _first_step(inputs):
    return tf.squeeze(tf.slice(inputs, [0, 0, 0], [-1, 1, -1]), [1])


def _one_less(lengths):
    return tf.maximum(tf.constant(0, dtype=lengths.dtype), lengths - 1)


def _zero_where_empty(scores, lengths):
    return tf.where(tf.less_equal(lengths, 0), tf.zeros_like(scores), scores)


def _mask(lengths, tag_indices):
    return tf.sequence_mask(lengths, maxlen=tf.shape(tag_indices)[1], dtype=tf.float32)
