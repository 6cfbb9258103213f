"""`tf.contrib.distributions`: the ones of `tf.distributions`, and those that policies, mixtures and samplers of RNN programs use.

A density is written over today's `tf.distributions.Distribution`, which is TF 1.15's: sample, log_prob,
prob, mean, stddev, variance, mode, entropy and kl_divergence keep their shapes and their errors.
Source: tensorflow 1.15, contrib/distributions/python/ops.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.distributions.continuous import (
    Cauchy,
    HalfNormal,
    Logistic,
    RelaxedBernoulli,
)
from legacy_tf1.contrib.distributions.counts import Deterministic, Geometric, Poisson
from legacy_tf1.contrib.distributions.mixtures import Independent, Mixture, MixtureSameFamily
from legacy_tf1.contrib.distributions.multivariate import (
    MultivariateNormalDiag,
    MultivariateNormalDiagWithSoftplusScale,
    MultivariateNormalFullCovariance,
    MultivariateNormalTriL,
)
from legacy_tf1.contrib.distributions.onehot import (
    ExpRelaxedOneHotCategorical,
    OneHotCategorical,
    RelaxedOneHotCategorical,
)
from legacy_tf1.contrib.distributions.positive import (
    BetaWithSoftplusConcentration,
    Chi2,
    ExponentialWithSoftplusRate,
    GammaWithSoftplusConcentrationRate,
    LaplaceWithSoftplusScale,
    NormalWithSoftplusScale,
    StudentTWithAbsDfSoftplusScale,
    softplus_inverse,
)

_CORE = tf.distributions

__all__ = [
    *(name for name in dir(_CORE) if not name.startswith("_")),
    "BetaWithSoftplusConcentration",
    "Cauchy",
    "Chi2",
    "Deterministic",
    "ExpRelaxedOneHotCategorical",
    "ExponentialWithSoftplusRate",
    "GammaWithSoftplusConcentrationRate",
    "Geometric",
    "HalfNormal",
    "Independent",
    "LaplaceWithSoftplusScale",
    "Logistic",
    "Mixture",
    "MixtureSameFamily",
    "MultivariateNormalDiag",
    "MultivariateNormalDiagWithSoftplusScale",
    "MultivariateNormalFullCovariance",
    "MultivariateNormalTriL",
    "NormalWithSoftplusScale",
    "OneHotCategorical",
    "Poisson",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "StudentTWithAbsDfSoftplusScale",
    "softplus_inverse",
]


def __dir__():
    return __all__


def __getattr__(name: str):
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(_CORE, name)
