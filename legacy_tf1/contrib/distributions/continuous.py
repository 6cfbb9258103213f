"""Continuous distributions over single numbers: logistic, Cauchy, half-normal, the relaxed Bernoulli.

Source: tensorflow 1.15, contrib/distributions/python/ops/{logistic,cauchy,half_normal,relaxed_bernoulli}.py.
"""

from __future__ import annotations

import math

import numpy as np
import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.distributions.base import (
    REPARAMETERIZED,
    Elementwise,
    LogitsAndProbs,
    check_positive,
    sigmoid_parameters,
)

__all__ = ["Cauchy", "HalfNormal", "Logistic", "RelaxedBernoulli"]


class _LocationScale(Elementwise):
    """loc and scale, broadcast together: shape (*batch)."""

    _of = ("loc", "scale")

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="LocationScale"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[loc, scale]) as name:
            self._loc = tf.identity(tf.convert_to_tensor(loc, name="loc"))
            self._scale = check_positive(tf.convert_to_tensor(scale, name="scale"), validate_args)
            tf.debugging.assert_same_float_dtype([self._loc, self._scale])
        super().__init__(self._scale.dtype, REPARAMETERIZED, parameters, [self._loc, self._scale], name)

    @staticmethod
    def _param_shapes(sample_shape):
        return {name: tf.convert_to_tensor(sample_shape, dtype=tf.int32) for name in ("loc", "scale")}

    @property
    def loc(self):
        return self._loc

    @property
    def scale(self):
        return self._scale

    def _z(self, x):
        return (x - self.loc) / self.scale


class Logistic(_LocationScale):
    """The logistic distribution: the sigmoid of (x - loc) / scale is its cdf."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Logistic"):
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample_n(self, n, seed=None):
        uniform = self._uniform(n, seed, low=np.finfo(self.dtype.as_numpy_dtype).tiny)
        return (tf.log(uniform) - tf.log1p(-uniform)) * self.scale + self.loc

    def _log_prob(self, x):
        z = self._z(x)
        return -z - 2.0 * tf.nn.softplus(-z) - tf.log(self.scale)

    def _cdf(self, x):
        return tf.sigmoid(self._z(x))

    def _log_cdf(self, x):
        return -tf.nn.softplus(-self._z(x))

    def _survival_function(self, x):
        return tf.sigmoid(-self._z(x))

    def _log_survival_function(self, x):
        return -tf.nn.softplus(self._z(x))

    def _entropy(self):
        return self._full(2.0 + tf.log(self.scale))

    def _mean(self):
        return self._full(self.loc)

    _mode = _mean

    def _stddev(self):
        return self._full(self.scale * math.pi / math.sqrt(3))


class Cauchy(_LocationScale):
    """The Cauchy distribution: it has a median, `loc`, and neither mean nor variance."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Cauchy"):
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample_n(self, n, seed=None):
        return self.loc + self.scale * tf.tan(math.pi * (self._uniform(n, seed) - 0.5))

    def _log_prob(self, x):
        return -math.log(math.pi) - tf.log(self.scale) - tf.log1p(tf.square(self._z(x)))

    def _cdf(self, x):
        return tf.atan(self._z(x)) / math.pi + 0.5

    def _log_cdf(self, x):
        return tf.log1p(2.0 / math.pi * tf.atan(self._z(x))) - math.log(2)

    def _entropy(self):
        return self._full(math.log(4 * math.pi) + tf.log(self.scale))

    def _mode(self):
        return self._full(self.loc)

    def _mean(self):
        if not self.allow_nan_stats:
            raise ValueError("`mean` is undefined for Cauchy distribution.")
        return tf.fill(self.batch_shape_tensor(), self.dtype.as_numpy_dtype(np.nan))

    def _stddev(self):
        if not self.allow_nan_stats:
            raise ValueError("`stddev` is undefined for Cauchy distribution.")
        return tf.fill(self.batch_shape_tensor(), self.dtype.as_numpy_dtype(np.nan))


class HalfNormal(Elementwise):
    """The absolute value of a normal number of mean 0."""

    _of = ("scale",)

    def __init__(self, scale, validate_args=False, allow_nan_stats=True, name="HalfNormal"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[scale]) as name:
            self._scale = check_positive(tf.convert_to_tensor(scale, name="scale"), validate_args)
        super().__init__(self._scale.dtype, REPARAMETERIZED, parameters, [self._scale], name)

    @property
    def scale(self):
        return self._scale

    def _sample_n(self, n, seed=None):
        shape = tf.concat([[n], self.batch_shape_tensor()], 0)
        return tf.abs(tf.random_normal(shape, mean=0.0, stddev=1.0, dtype=self.dtype, seed=seed) * self.scale)

    def _log_prob(self, x):
        inside = 0.5 * math.log(2 / math.pi) - tf.log(self.scale) - 0.5 * tf.square(x / self.scale)
        return tf.where(
            x >= 0, inside + tf.zeros_like(x), tf.fill(tf.shape(inside), self.dtype.as_numpy_dtype(-np.inf))
        )

    def _cdf(self, x):
        return tf.erf(tf.nn.relu(x) / self.scale / math.sqrt(2.0))

    def _entropy(self):
        return 0.5 * tf.log(math.pi * tf.square(self.scale) / 2.0) + 0.5

    def _mean(self):
        return self.scale * math.sqrt(2.0) / math.sqrt(math.pi)

    def _mode(self):
        return tf.zeros(self.batch_shape_tensor(), dtype=self.dtype)

    def _variance(self):
        return tf.square(self.scale) * (1.0 - 2.0 / math.pi)


class RelaxedBernoulli(LogitsAndProbs, Elementwise):
    """A Bernoulli draw softened by a temperature: the sigmoid of a logistic number, in (0, 1)."""

    _of = ("temperature", "logits")

    def __init__(
        self, temperature, logits=None, probs=None, validate_args=False, allow_nan_stats=True, name="RelaxedBernoulli"
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[logits, probs, temperature]) as name:
            self._temperature = check_positive(tf.convert_to_tensor(temperature, name="temperature"), validate_args)
            self._logits, self._probs = sigmoid_parameters(logits, probs)
            self._logistic = Logistic(
                self._logits / self._temperature, 1.0 / self._temperature, validate_args=validate_args, name="Logistic"
            )
        parents = [self._temperature, self._logits, self._probs]
        super().__init__(self._logistic.dtype, REPARAMETERIZED, parameters, parents, name)

    @property
    def temperature(self):
        return self._temperature

    def _sample_n(self, n, seed=None):
        return tf.sigmoid(self._logistic.sample(n, seed=seed))

    def _log_prob(self, y):
        # the change of variables: d sigmoid(x) / dx = y (1 - y)
        x = tf.log(y) - tf.log1p(-y)
        return self._logistic.log_prob(x) + tf.nn.softplus(x) + tf.nn.softplus(-x)

    def _cdf(self, y):
        return self._logistic.cdf(tf.log(y) - tf.log1p(-y))
