"""The distributions of `tf.distributions` whose parameters the program gives before a softplus.

Source: tensorflow 1.15, contrib/distributions/python/ops and python/ops/distributions.
"""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf

__all__ = [
    "BetaWithSoftplusConcentration",
    "Chi2",
    "ExponentialWithSoftplusRate",
    "GammaWithSoftplusConcentrationRate",
    "LaplaceWithSoftplusScale",
    "NormalWithSoftplusScale",
    "StudentTWithAbsDfSoftplusScale",
    "softplus_inverse",
]

_CORE = tf.distributions


def _positive(value, name: str):
    return tf.nn.softplus(value, name=f"softplus_{name}")


class NormalWithSoftplusScale(_CORE.Normal):
    """`Normal` of scale softplus(scale)."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="NormalWithSoftplusScale"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[scale]) as name:
            super().__init__(loc, _positive(scale, "scale"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class LaplaceWithSoftplusScale(_CORE.Laplace):
    """`Laplace` of scale softplus(scale)."""

    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="LaplaceWithSoftplusScale"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[loc, scale]) as name:
            super().__init__(loc, _positive(scale, "scale"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class ExponentialWithSoftplusRate(_CORE.Exponential):
    """`Exponential` of rate softplus(rate)."""

    def __init__(self, rate, validate_args=False, allow_nan_stats=True, name="ExponentialWithSoftplusRate"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[rate]) as name:
            super().__init__(_positive(rate, "rate"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class GammaWithSoftplusConcentrationRate(_CORE.Gamma):
    """`Gamma` of softplus(concentration) and softplus(rate)."""

    def __init__(
        self, concentration, rate, validate_args=False, allow_nan_stats=True, name="GammaWithSoftplusConcentrationRate"
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[concentration, rate]) as name:
            super().__init__(
                _positive(concentration, "concentration"), _positive(rate, "rate"), validate_args, allow_nan_stats, name
            )
        self._parameters = parameters


class BetaWithSoftplusConcentration(_CORE.Beta):
    """`Beta` of softplus(concentration1) and softplus(concentration0)."""

    def __init__(
        self,
        concentration1,
        concentration0,
        validate_args=False,
        allow_nan_stats=True,
        name="BetaWithSoftplusConcentration",
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[concentration1, concentration0]) as name:
            super().__init__(
                _positive(concentration1, "concentration1"),
                _positive(concentration0, "concentration0"),
                validate_args,
                allow_nan_stats,
                name,
            )
        self._parameters = parameters


class StudentTWithAbsDfSoftplusScale(_CORE.StudentT):
    """`StudentT` of floor(|df|) degrees of freedom and scale softplus(scale)."""

    def __init__(
        self, df, loc, scale, validate_args=False, allow_nan_stats=True, name="StudentTWithAbsDfSoftplusScale"
    ):
        parameters = dict(locals())
        with tf.name_scope(name, values=[df, scale]) as name:
            super().__init__(tf.floor(tf.abs(df)), loc, _positive(scale, "scale"), validate_args, allow_nan_stats, name)
        self._parameters = parameters


class Chi2(_CORE.Gamma):
    """The sum of the squares of `df` normal numbers: Gamma of df / 2 and 1 / 2."""

    def __init__(self, df, validate_args=False, allow_nan_stats=True, name="Chi2"):
        parameters = dict(locals())
        with tf.name_scope(name, values=[df]) as name:
            self._df = tf.convert_to_tensor(df, name="df")
            half = tf.constant(0.5, dtype=self._df.dtype)
            super().__init__(half * self._df, half, validate_args, allow_nan_stats, name)
        self._parameters = parameters

    @property
    def df(self):
        return self._df


def softplus_inverse(x, name=None):
    """log(exp(x) - 1), near 0 and for large numbers too."""
    with tf.name_scope(name, "softplus_inverse", values=[x]):
        x = tf.convert_to_tensor(x, name="x")
        # softplus(y) is y above this, and exp(y) below its logarithm, to the last digit
        edge = np.log(np.finfo(x.dtype.as_numpy_dtype).eps) + 2.0
        small, large = x < np.exp(edge), x > -edge
        inside = tf.where(small | large, tf.ones_like(x), x)
        return tf.where(small, tf.log(x), tf.where(large, x, inside + tf.log(-tf.expm1(-inside))))
