"""What a beam is worth: its log probability over a length penalty, plus a coverage penalty.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/beam_search_decoder.py, after https://arxiv.org/abs/1609.08144.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.framework import tensor_util

from legacy_tf1.contrib.seq2seq.attention_wrapper import AttentionWrapperState

__all__ = ["attention_probs_from_attn_state", "get_attention_probs"]


def __dir__():
    return __all__


def _get_scores(
    log_probs,
    sequence_lengths,
    length_penalty_weight,
    coverage_penalty_weight,
    finished,
    accumulated_attention_probs,
):
    """Log probabilities and lengths (batch, beams, symbols) -> scores of the same shape.

    Raises:
        ValueError: the coverage penalty's weight is no scalar, or there is no attention to weigh.
    """
    penalty = _length_penalty(sequence_lengths=sequence_lengths, penalty_factor=length_penalty_weight)
    scores = log_probs / tf.cast(penalty, dtype=log_probs.dtype)
    weight = tf.convert_to_tensor(coverage_penalty_weight, name="coverage_penalty_weight")
    if weight.shape.ndims != 0:
        raise ValueError(f"coverage_penalty_weight must be a scalar; its shape is {weight.shape}.")
    if tensor_util.constant_value(weight) == 0.0:
        return scores
    if accumulated_attention_probs is None:
        raise ValueError("A coverage penalty needs the attention so far.")
    return scores + tf.expand_dims(_coverage_penalty(finished, accumulated_attention_probs) * weight, 2)


def _length_penalty(sequence_lengths, penalty_factor):
    """((5 + length) / (5 + 1)) ** factor; the number 1.0 where the factor is known to be zero."""
    factor = tf.convert_to_tensor(penalty_factor, name="penalty_factor")
    factor.set_shape(())
    static = tensor_util.constant_value(factor)
    if static is not None and static == 0:
        return 1.0
    return tf.div((5.0 + tf.cast(sequence_lengths, tf.float32)) ** factor, (5.0 + 1.0) ** factor)


def _coverage_penalty(finished, attention):
    """Sum of log(min(attention so far, 1)) over the memory, for finished beams (batch, beams)."""
    # a place without any attention is padding, and must not count
    attention = tf.where(tf.equal(attention, 0.0), tf.ones_like(attention), attention)
    penalty = tf.reduce_sum(tf.log(tf.minimum(attention, 1.0)), 2)
    return penalty * tf.cast(finished, tf.float32)


def get_attention_probs(next_cell_state, coverage_penalty_weight):
    """The alignments in a cell's state, averaged over mechanisms and layers; None where they are not needed.

    Raises:
        ValueError: no cell has attention.
    """
    if coverage_penalty_weight == 0.0:
        return None
    states = [next_cell_state]
    if not isinstance(next_cell_state, AttentionWrapperState):
        states = next_cell_state if isinstance(next_cell_state, tuple) else ()
    probs = [attention_probs_from_attn_state(state) for state in states if isinstance(state, AttentionWrapperState)]
    if not probs:
        raise ValueError("A coverage_penalty_weight other than 0.0 needs a cell with attention.")
    return probs[0] if len(probs) == 1 else _average(probs)


def attention_probs_from_attn_state(attention_state):
    """The alignments of one AttentionWrapperState, averaged over its mechanisms."""
    alignments = attention_state.alignments
    return _average(alignments) if isinstance(alignments, tuple) else alignments


def _average(tensors):
    return tf.reduce_mean(tf.concat([tf.expand_dims(tensor, -1) for tensor in tensors], -1), -1)


def _mask_probs(probs, eos_token, finished):
    """Log probabilities (batch, beams, symbols): a finished beam can only go on with its end token, at no cost."""
    symbols = tf.shape(probs)[2]
    row = tf.one_hot(
        eos_token,
        symbols,
        dtype=probs.dtype,
        on_value=tf.convert_to_tensor(0.0, dtype=probs.dtype),
        off_value=probs.dtype.min,
    )
    rows = tf.tile(tf.reshape(row, [1, 1, -1]), tf.concat([tf.shape(finished), [1]], 0))
    mask = tf.tile(tf.expand_dims(finished, 2), [1, 1, symbols])
    return tf.where(mask, rows, probs)
