"""One step of beam search: of all continuations of all beams, the best `beam_width` go on.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/beam_search_decoder.py.
"""

from __future__ import annotations

import collections

import tensorflow.compat.v1 as tf
from tensorflow.python.framework import tensor_util

from legacy_tf1.contrib.seq2seq.beam_scores import _get_scores, _mask_probs, get_attention_probs
from legacy_tf1.contrib.seq2seq.beams import _maybe_tensor_gather_helper, _tensor_gather_helper

__all__ = ["BeamSearchDecoderOutput", "BeamSearchDecoderState"]


def __dir__():
    return __all__


class BeamSearchDecoderState(
    collections.namedtuple(
        "BeamSearchDecoderState",
        ("cell_state", "log_probs", "finished", "lengths", "accumulated_attention_probs"),
    )
):
    """Per example and beam: the cell's state, log probability, whether it is finished, length, attention so far."""


class BeamSearchDecoderOutput(
    collections.namedtuple("BeamSearchDecoderOutput", ("scores", "predicted_ids", "parent_ids"))
):
    """One step's winners, each (batch, beams): score, symbol, and the beam that it continues."""


def _beam_search_step(
    time,
    logits,
    next_cell_state,
    beam_state,
    batch_size,
    beam_width,
    end_token,
    length_penalty_weight,
    coverage_penalty_weight,
):
    """Logits (batch, beams, symbols) and the state before -> (BeamSearchDecoderOutput, BeamSearchDecoderState)."""
    finished = beam_state.finished
    going = tf.logical_not(finished)
    log_probs = _mask_probs(tf.nn.log_softmax(logits), end_token, finished)
    log_probs = tf.expand_dims(beam_state.log_probs, 2) + log_probs
    symbols = tf.compat.dimension_value(logits.shape[-1]) or tf.shape(logits)[-1]
    lengths = _lengths(beam_state.lengths, going, batch_size, beam_width, end_token, symbols)
    attention = get_attention_probs(next_cell_state, coverage_penalty_weight)
    if attention is not None:
        attention *= tf.expand_dims(tf.cast(going, tf.float32), 2)
        attention = beam_state.accumulated_attention_probs + attention
    scores = _get_scores(
        log_probs=log_probs,
        sequence_lengths=lengths,
        length_penalty_weight=length_penalty_weight,
        coverage_penalty_weight=coverage_penalty_weight,
        finished=finished,
        accumulated_attention_probs=attention,
    )
    tf.convert_to_tensor(time, name="time")
    best_scores, best = _best(scores, batch_size, beam_width)

    def taken(tensor, indices, rows, shape, name=None):
        return _tensor_gather_helper(
            gather_indices=indices,
            gather_from=tensor,
            batch_size=batch_size,
            range_size=rows,
            gather_shape=shape,
            name=name,
        )

    best_log_probs = taken(log_probs, best, beam_width * symbols, [-1], "next_beam_probs")
    words = tf.cast(tf.mod(best, symbols, name="next_beam_word_ids"), tf.int32)
    parents = tf.cast(best / symbols, tf.int32, name="next_beam_parent_ids")
    finished = taken(finished, parents, beam_width, [-1])
    next_finished = tf.logical_or(finished, tf.equal(words, end_token), name="next_beam_finished")
    more = tf.cast(tf.logical_not(finished), tf.int64)
    next_lengths = taken(beam_state.lengths, parents, beam_width, [-1]) + more
    if attention is not None:
        rows = [batch_size * beam_width, -1]
        attention = taken(attention, parents, beam_width, rows, "next_accumulated_attention_probs")
    cell_state = tf.nest.map_structure(
        lambda tensor: _maybe_tensor_gather_helper(
            gather_indices=parents,
            gather_from=tensor,
            batch_size=batch_size,
            range_size=beam_width,
            gather_shape=[batch_size * beam_width, -1],
        ),
        next_cell_state,
    )
    state = BeamSearchDecoderState(
        cell_state=cell_state,
        log_probs=best_log_probs,
        lengths=next_lengths,
        finished=next_finished,
        accumulated_attention_probs=() if attention is None else attention,
    )
    return BeamSearchDecoderOutput(scores=best_scores, predicted_ids=words, parent_ids=parents), state


def _lengths(lengths, going, batch_size, beam_width, end_token, symbols):
    """(batch, beams, symbols): one more for beams that go on, but not for the end token."""
    more = tf.one_hot(
        indices=tf.fill([batch_size, beam_width], end_token),
        depth=symbols,
        on_value=tf.to_int64(0),
        off_value=tf.to_int64(1),
        dtype=tf.int64,
    )
    more *= tf.expand_dims(tf.cast(going, tf.int64), 2)
    return more + tf.expand_dims(lengths, 2)


def _best(scores, batch_size, beam_width):
    """The highest scores of each example, and their places among beams * symbols: both (batch, beams)."""
    flat = tf.reshape(scores, [batch_size, -1])
    count = tf.convert_to_tensor(beam_width, dtype=tf.int32, name="beam_width")
    found = tf.nn.top_k(flat, k=count)
    for tensor in found:
        tensor.set_shape([tensor_util.constant_value(batch_size), beam_width])
    return found
