"""Distributions over counts and fixed numbers: Poisson, geometric, deterministic.

Source: tensorflow 1.15, contrib/distributions/python/ops/{poisson,geometric,deterministic}.py.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.distributions.base import (
    NOT_REPARAMETERIZED,
    REPARAMETERIZED,
    Elementwise,
    LogitsAndProbs,
    check_positive,
    sigmoid_parameters,
)

__all__ = ["Deterministic", "Geometric", "Poisson"]


class Poisson(Elementwise):
    """The number of events at a rate: `rate`, or its logarithm `log_rate`; draws are of the rate's dtype."""

    _of = ("rate",)

    def __init__(self, rate=None, log_rate=None, validate_args=False, allow_nan_stats=True, name="Poisson"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[rate]) as name:
            if (rate is None) == (log_rate is None):
                raise ValueError("Must specify exactly one of `rate` and `log_rate`.")
            if log_rate is None:
                rate = tf.convert_to_tensor(rate, name="rate")
                if not rate.dtype.is_floating:
                    raise TypeError(f"rate.dtype ({rate.dtype.name}) is a not a float-type.")
                self._rate = check_positive(rate, validate_args)
                self._log_rate = tf.log(self._rate, name="log_rate")
            else:
                self._log_rate = tf.identity(tf.convert_to_tensor(log_rate, name="log_rate"))
                self._rate = tf.exp(self._log_rate, name="rate")
        super().__init__(self._rate.dtype, NOT_REPARAMETERIZED, parameters, [self._rate], name)

    @property
    def rate(self):
        return self._rate

    @property
    def log_rate(self):
        return self._log_rate

    def _sample_n(self, n, seed=None):
        return tf.random_poisson(self.rate, [n], dtype=self.dtype, seed=seed)

    def _log_prob(self, x):
        # no count below 0; between counts the formula goes on, as in TF 1.15
        safe = tf.where(x >= 0, x, tf.zeros_like(x))
        inside = safe * self.log_rate - tf.lgamma(1.0 + safe) - self.rate
        outside = tf.fill(tf.shape(inside), self.dtype.as_numpy_dtype(-np.inf))
        return tf.where(tf.broadcast_to(x >= 0, tf.shape(inside)), inside, outside)

    def _cdf(self, x):
        floor = tf.floor(tf.maximum(x, 0.0))
        inside = tf.igammac(1.0 + floor, self.rate + tf.zeros_like(floor))
        return tf.where(tf.broadcast_to(x >= 0, tf.shape(inside)), inside, tf.zeros_like(inside))

    def _mean(self):
        return tf.identity(self.rate)

    def _variance(self):
        return tf.identity(self.rate)

    def _mode(self):
        return tf.floor(self.rate)


class Geometric(LogitsAndProbs, Elementwise):
    """The number of failures before the first success, whose probability is `probs`."""

    _of = ("probs",)

    def __init__(self, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="Geometric"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = sigmoid_parameters(logits, probs, lambda p: check_positive(p, validate_args))
        super().__init__(self._probs.dtype, NOT_REPARAMETERIZED, parameters, [self._probs, self._logits], name)

    def _sample_n(self, n, seed=None):
        uniform = self._uniform(n, seed, low=np.finfo(self.dtype.as_numpy_dtype).tiny)
        return tf.floor(tf.log(uniform) / tf.log1p(-self.probs))

    def _log_prob(self, counts):
        counts = counts if self.validate_args else tf.floor(counts)
        return counts * tf.log1p(-self.probs) + tf.log(self.probs)

    def _cdf(self, counts):
        inside = 1.0 - tf.pow(1.0 - self.probs, tf.floor(tf.maximum(counts, 0.0)) + 1.0)
        return tf.where(tf.broadcast_to(counts < 0, tf.shape(inside)), tf.zeros_like(inside), inside)

    def _entropy(self):
        cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=self.probs, logits=self.logits)
        return cross / self.probs

    def _mean(self):
        return tf.exp(-self.logits)

    def _variance(self):
        return self._mean() / self.probs

    def _mode(self):
        return tf.zeros(self.batch_shape_tensor(), dtype=self.dtype)


class Deterministic(Elementwise):
    """Always `loc`: a value is it within atol + rtol * |loc|."""

    _of = ("loc",)

    def __init__(self, loc, atol=None, rtol=None, validate_args=False, allow_nan_stats=True, name="Deterministic"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[loc, atol, rtol]) as name:
            self._loc = tf.convert_to_tensor(loc, name="loc")
            self._atol = tf.convert_to_tensor(0 if atol is None else atol, dtype=self._loc.dtype, name="atol")
            self._rtol = tf.convert_to_tensor(0 if rtol is None else rtol, dtype=self._loc.dtype, name="rtol")
            self._slack = self._atol if rtol is None else self._atol + self._rtol * tf.abs(self._loc)
        kind = REPARAMETERIZED if self._loc.dtype.is_floating else NOT_REPARAMETERIZED
        super().__init__(self._loc.dtype, kind, parameters, [self._loc, self._slack], name)

    @property
    def loc(self):
        return self._loc

    @property
    def atol(self):
        return self._atol

    @property
    def rtol(self):
        return self._rtol

    def _sample_n(self, n, seed=None):
        return tf.broadcast_to(self.loc, tf.concat([[n], self.batch_shape_tensor()], 0))

    def _prob(self, x):
        kind = self.dtype if self.dtype.is_floating else tf.float32
        return tf.cast(tf.abs(x - self.loc) <= self._slack, kind)

    def _cdf(self, x):
        kind = self.dtype if self.dtype.is_floating else tf.float32
        return tf.cast(x >= self.loc - self._slack, kind)

    def _entropy(self):
        return tf.zeros(self.batch_shape_tensor(), dtype=self.dtype)

    def _mean(self):
        return tf.identity(self.loc)

    _mode = _mean

    def _variance(self):
        return tf.zeros_like(self.loc)
