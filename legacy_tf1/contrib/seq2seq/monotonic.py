"""Monotonic attention: the alignment only ever moves forward along the memory.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/attention_wrapper.py, after https://arxiv.org/abs/1704.00784.
"""

from __future__ import annotations

import functools

import numpy as np
import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.seq2seq.bahdanau import additive_score
from legacy_tf1.contrib.seq2seq.luong import _factor, _luong_score
from legacy_tf1.contrib.seq2seq.mechanism import _BaseAttentionMechanism, dense, size_of

__all__ = ["BahdanauMonotonicAttention", "LuongMonotonicAttention", "monotonic_attention", "safe_cumprod"]


def __dir__():
    return __all__


def safe_cumprod(x, *args, **kwargs):
    """The cumulative product of numbers in [0, 1], as exp(cumsum(log(x))); x is kept above the smallest normal."""
    with tf.name_scope(None, "SafeCumprod", [x]):
        x = tf.convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return tf.exp(tf.cumsum(tf.log(tf.clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode):
    """Probabilities of stopping (batch, time) and the last alignments (batch, time) -> the next ones.

    Modes: "recursive" is exact, step by step; "parallel" is faster and inexact where probabilities are near
    0 or 1; "hard" takes probabilities that are 0 or 1.

    Raises:
        ValueError: the mode is another one.
    """
    stop = tf.convert_to_tensor(p_choose_i, name="p_choose_i")
    before = tf.convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        return _recursive(stop, before)
    if mode == "parallel":
        passed = safe_cumprod(1 - stop, axis=1, exclusive=True)
        return stop * passed * tf.cumsum(before / tf.clip_by_value(passed, 1e-10, 1.0), axis=1)
    if mode == "hard":
        stop *= tf.cumsum(before, axis=1)
        return stop * tf.cumprod(1 - stop, axis=1, exclusive=True)
    raise ValueError(f'mode must be "recursive", "parallel" or "hard", not {mode!r}.')


def _recursive(stop, before):
    batch = size_of(stop, 0)
    passed = tf.concat([tf.ones((batch, 1)), 1 - stop[:, :-1]], 1)
    reached = tf.scan(
        lambda last, step: tf.reshape(step[0] * last + step[1], (batch,)),
        [tf.transpose(passed), tf.transpose(before)],
        tf.zeros((batch,)),
    )
    return stop * tf.transpose(reached)


def _monotonic_probability_fn(score, previous_alignments, sigmoid_noise, mode, seed=None):
    """Stopping probabilities are sigmoid(score + noise), in mode "hard" whether that is positive."""
    if sigmoid_noise > 0:
        noise = tf.random_normal(tf.shape(score), dtype=score.dtype, seed=seed)
        score += sigmoid_noise * noise
    stop = tf.cast(score > 0, score.dtype) if mode == "hard" else tf.sigmoid(score)
    return monotonic_attention(stop, previous_alignments, mode)


class _BaseMonotonicAttentionMechanism(_BaseAttentionMechanism):
    """Starts with all attention on the first place of the memory."""

    def initial_alignments(self, batch_size, dtype):
        return start_at_first(batch_size, self._alignments_size, dtype)


def start_at_first(batch_size, time, dtype):
    """(batch, time): one at the first place, zero elsewhere."""
    return tf.one_hot(tf.zeros((batch_size,), dtype=tf.int32), time, dtype=dtype)


class BahdanauMonotonicAttention(_BaseMonotonicAttentionMechanism):
    """Bahdanau's score plus a learned `attention_score_bias`, turned into monotonic alignments."""

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        score_mask_value=None,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="BahdanauMonotonicAttention",
    ):
        super().__init__(
            query_layer=dense(num_units, "query_layer", dtype or tf.float32),
            memory_layer=dense(num_units, "memory_layer", dtype or tf.float32),
            memory=memory,
            probability_fn=_noisy(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name
        self._score_bias_init = score_bias_init

    def __call__(self, query, state):
        """Query (batch, units) -> (alignments (batch, time), next state: the same)."""
        with tf.variable_scope(None, "bahdanau_monotonic_attention", [query]):
            score = additive_score(self, query)
            score += _bias(score.dtype, self._score_bias_init)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


class LuongMonotonicAttention(_BaseMonotonicAttentionMechanism):
    """Luong's score plus a learned `attention_score_bias`, turned into monotonic alignments."""

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        score_mask_value=None,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="LuongMonotonicAttention",
    ):
        super().__init__(
            query_layer=None,
            memory_layer=dense(num_units, "memory_layer", dtype or tf.float32),
            memory=memory,
            probability_fn=_noisy(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._score_bias_init = score_bias_init
        self._name = name

    def __call__(self, query, state):
        """Query (batch, units) -> (alignments (batch, time), next state: the same)."""
        with tf.variable_scope(None, "luong_monotonic_attention", [query]):
            score = _luong_score(query, self._keys, _factor(query) if self._scale else None)
            score += _bias(query.dtype, self._score_bias_init)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


def _noisy(sigmoid_noise, mode, seed):
    return functools.partial(_monotonic_probability_fn, sigmoid_noise=sigmoid_noise, mode=mode, seed=seed)


def _bias(dtype, start):
    return tf.get_variable("attention_score_bias", dtype=dtype, initializer=start)
