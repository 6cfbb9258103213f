"""LuongAttention: the score is the product of query and keys.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/attention_wrapper.py, after https://arxiv.org/abs/1508.04025.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.seq2seq.mechanism import _BaseAttentionMechanism, dense

__all__ = ["LuongAttention"]


def __dir__():
    return __all__


def _luong_score(query, keys, scale):
    """Query (batch, units), keys (batch, time, units) -> (batch, time), times `scale` where it is given.

    Raises:
        ValueError: query and keys have other numbers of units, or unknown ones.
    """
    depth, units = query.get_shape()[-1], keys.get_shape()[-1]
    if not depth == units:
        raise ValueError(
            f"The query {query} has {depth} units, the keys {keys} have {units}. "
            f"LuongAttention needs num_units equal to the query's."
        )
    score = tf.matmul(tf.expand_dims(query, 1), keys, transpose_b=True)
    score = tf.squeeze(score, [1])
    return score if scale is None else scale * score


class LuongAttention(_BaseAttentionMechanism):
    """Keys are `memory_layer/kernel` times the memory; with `scale`, one learned factor `attention_g`."""

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        custom_key_value_fn=None,
        name="LuongAttention",
    ):
        probability_fn = probability_fn or tf.nn.softmax
        super().__init__(
            query_layer=None,
            memory_layer=dense(num_units, "memory_layer", dtype or tf.float32),
            memory=memory,
            probability_fn=lambda score, _: probability_fn(score),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._name = name

    def __call__(self, query, state):
        """Query (batch, units) -> (alignments (batch, time), next state: the same)."""
        with tf.variable_scope(None, "luong_attention", [query]):
            score = _luong_score(query, self._keys, _factor(query) if self._scale else None)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


def _factor(query):
    return tf.get_variable("attention_g", dtype=query.dtype, initializer=tf.ones_initializer, shape=())
