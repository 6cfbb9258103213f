"""BahdanauAttention: the score is `v . tanh(keys + W query)`.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/attention_wrapper.py, after https://arxiv.org/abs/1409.0473;
normalized as in https://arxiv.org/abs/1602.07868.
"""

from __future__ import annotations

import math

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.seq2seq.mechanism import _BaseAttentionMechanism, dense

__all__ = ["BahdanauAttention"]


def __dir__():
    return __all__


def _bahdanau_score(processed_query, keys, attention_v, attention_g=None, attention_b=None):
    """Query (batch, units), keys (batch, time, units) -> (batch, time); with g and b, v is scaled to length g."""
    query = tf.expand_dims(processed_query, 1)
    if attention_g is None or attention_b is None:
        return tf.reduce_sum(attention_v * tf.tanh(keys + query), [2])
    scaled = attention_g * attention_v * tf.rsqrt(tf.reduce_sum(tf.square(attention_v)))
    return tf.reduce_sum(scaled * tf.tanh(keys + query + attention_b), [2])


class BahdanauAttention(_BaseAttentionMechanism):
    """Variables query_layer/kernel, memory_layer/kernel, attention_v; with `normalize` attention_g, attention_b."""

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        custom_key_value_fn=None,
        name="BahdanauAttention",
    ):
        probability_fn = probability_fn or tf.nn.softmax
        super().__init__(
            query_layer=dense(num_units, "query_layer", dtype or tf.float32),
            memory_layer=dense(num_units, "memory_layer", dtype or tf.float32),
            memory=memory,
            probability_fn=lambda score, _: probability_fn(score),
            custom_key_value_fn=custom_key_value_fn,
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name

    def __call__(self, query, state):
        """Query (batch, units) -> (alignments (batch, time), next state: the same)."""
        with tf.variable_scope(None, "bahdanau_attention", [query]):
            score = additive_score(self, query)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


def additive_score(mechanism, query):
    """The score of a mechanism with `num_units` and `normalize`; makes its variables in the present scope."""
    units = mechanism._num_units
    processed = mechanism.query_layer(query) if mechanism.query_layer else query
    v = tf.get_variable("attention_v", [units], dtype=query.dtype)
    if not mechanism._normalize:
        return _bahdanau_score(processed, mechanism._keys, v)
    length = tf.constant_initializer(math.sqrt(1.0 / units))
    g = tf.get_variable("attention_g", dtype=query.dtype, initializer=length, shape=())
    b = tf.get_variable("attention_b", [units], dtype=query.dtype, initializer=tf.zeros_initializer())
    return _bahdanau_score(processed, mechanism._keys, v, attention_g=g, attention_b=b)
