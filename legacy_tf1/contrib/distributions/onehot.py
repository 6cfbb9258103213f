"""One-hot categorical distributions, hard and relaxed by a temperature (Gumbel-softmax). Events are (classes,).

Source: tensorflow 1.15, contrib/distributions/python/ops/{onehot_categorical,relaxed_onehot_categorical}.py.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.distributions.base import (
    NOT_REPARAMETERIZED,
    REPARAMETERIZED,
    Density,
    LogitsAndProbs,
    check_positive,
    softmax_parameters,
)

__all__ = ["ExpRelaxedOneHotCategorical", "OneHotCategorical", "RelaxedOneHotCategorical"]


class _OverClasses(LogitsAndProbs, Density):
    """Events of (classes,); logits and probs are (*batch, classes)."""

    @property
    def event_size(self):
        return tf.shape(self._logits)[-1]

    def _batch_shape_tensor(self):
        return tf.shape(self._logits)[:-1]

    def _batch_shape(self):
        return self._logits.shape[:-1]

    def _event_shape_tensor(self):
        return tf.shape(self._logits)[-1:]

    def _event_shape(self):
        return self._logits.shape.with_rank_at_least(1)[-1:]


class OneHotCategorical(_OverClasses):
    """A class drawn as a one-hot vector of `dtype`."""

    def __init__(
        self,
        logits=None,
        probs=None,
        dtype=tf.int32,
        validate_args=False,
        allow_nan_stats=True,
        name="OneHotCategorical",
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = softmax_parameters(logits, probs, validate_args)
        super().__init__(dtype, NOT_REPARAMETERIZED, parameters, [self._logits, self._probs], name)

    def _sample_n(self, n, seed=None):
        classes = self.event_size
        draws = tf.multinomial(tf.reshape(self.logits, [-1, classes]), n, seed=seed)  # (batch, n)
        draws = tf.reshape(tf.transpose(draws), tf.concat([[n], self.batch_shape_tensor()], 0))
        one_hot = tf.one_hot(draws, classes, dtype=self.dtype)
        one_hot.set_shape(tf.TensorShape([tf.get_static_value(n)]).concatenate(self.batch_shape + self.event_shape))
        return one_hot

    def _log_prob(self, x):
        x = tf.cast(x, self.logits.dtype)
        logits = self.logits * tf.ones_like(x)
        return -tf.nn.softmax_cross_entropy_with_logits(labels=x * tf.ones_like(logits), logits=logits)

    def _entropy(self):
        return -tf.reduce_sum(tf.nn.log_softmax(self.logits) * self.probs, axis=-1)

    def _mode(self):
        return tf.one_hot(tf.argmax(self.logits, axis=-1), self.event_size, dtype=self.dtype)

    def _variance(self):
        return self.probs * (1.0 - self.probs)

    def _covariance(self):
        return tf.matrix_diag(self.probs) - self.probs[..., None] * self.probs[..., None, :]


@tf.distributions.RegisterKL(OneHotCategorical, OneHotCategorical)
def _kl_one_hot(a, b, name=None):
    with tf.name_scope(name, "kl_categorical_categorical", values=[a.logits, b.logits]):
        difference = tf.nn.log_softmax(a.logits) - tf.nn.log_softmax(b.logits)
        return tf.reduce_sum(tf.nn.softmax(a.logits) * difference, axis=-1)


class ExpRelaxedOneHotCategorical(_OverClasses):
    """The logarithm of a point of the simplex: Gumbel noise on the logits, over the temperature, log-softmaxed."""

    def __init__(
        self,
        temperature,
        logits=None,
        probs=None,
        dtype=None,
        validate_args=False,
        allow_nan_stats=True,
        name="ExpRelaxedOneHotCategorical",
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[logits, probs, temperature]) as name:
            self._logits, self._probs = softmax_parameters(logits, probs, validate_args)
            temperature = tf.convert_to_tensor(temperature, dtype=self._logits.dtype, name="temperature")
            self._temperature = check_positive(temperature, validate_args)
        parents = [self._logits, self._probs, self._temperature]
        super().__init__(dtype or self._logits.dtype, REPARAMETERIZED, parameters, parents, name)

    @property
    def temperature(self):
        return self._temperature

    def _per_class(self):
        """The temperature, shaped to divide logits."""
        return self.temperature[..., None] if self.temperature.shape.ndims else self.temperature

    def _sample_n(self, n, seed=None):
        shape = tf.concat([[n], tf.shape(self.logits)], 0)
        low = np.finfo(self.dtype.as_numpy_dtype).tiny
        uniform = tf.random_uniform(shape, minval=low, maxval=1.0, dtype=self.dtype, seed=seed)
        noisy = (self.logits - tf.log(-tf.log(uniform))) / self._per_class()
        return noisy - tf.reduce_logsumexp(noisy, axis=-1, keepdims=True)

    def _log_prob(self, x):
        classes = tf.cast(self.event_size, self.dtype)
        constant = tf.lgamma(classes) + (classes - 1.0) * tf.log(self.temperature)
        logits = self.logits * tf.ones_like(x) - x * self._per_class()
        return tf.reduce_sum(tf.nn.log_softmax(logits), axis=-1) + constant


class RelaxedOneHotCategorical(_OverClasses):
    """A point of the simplex near a one-hot vector, the nearer the lower the temperature."""

    def __init__(
        self,
        temperature,
        logits=None,
        probs=None,
        dtype=None,
        validate_args=False,
        allow_nan_stats=True,
        name="RelaxedOneHotCategorical",
    ):
        parameters = dict(locals())
        self.distribution = ExpRelaxedOneHotCategorical(
            temperature, logits, probs, dtype, validate_args, allow_nan_stats
        )
        self._logits, self._probs = self.distribution.logits, self.distribution.probs
        super().__init__(self.distribution.dtype, REPARAMETERIZED, parameters, [self._logits, self._probs], name)

    @property
    def temperature(self):
        return self.distribution.temperature

    def _sample_n(self, n, seed=None):
        return tf.exp(self.distribution.sample(n, seed=seed))

    def _log_prob(self, y):
        x = tf.log(y)
        return self.distribution.log_prob(x) - tf.reduce_sum(x, axis=-1)
