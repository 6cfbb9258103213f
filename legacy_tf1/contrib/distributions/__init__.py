"""`tf.contrib.distributions`: the ones of `tf.distributions`, and those that policies, mixtures and samplers of RNN programs use.

A density is written over today's `tf.distributions.Distribution`, which is TF 1.15's: sample, log_prob,
prob, mean, stddev, variance, mode, entropy and kl_divergence keep their shapes and their errors.
Importing this package does not load TensorFlow, so that the table of differences can read DENSITIES.
Source: tensorflow 1.15, contrib/distributions/python/ops.
"""

from __future__ import annotations

import importlib

# density of ours -> its module
DENSITIES = {
    "BetaWithSoftplusConcentration": "positive",
    "Cauchy": "continuous",
    "Chi2": "positive",
    "Deterministic": "counts",
    "ExpRelaxedOneHotCategorical": "onehot",
    "ExponentialWithSoftplusRate": "positive",
    "GammaWithSoftplusConcentrationRate": "positive",
    "Geometric": "counts",
    "HalfNormal": "continuous",
    "Independent": "mixtures",
    "LaplaceWithSoftplusScale": "positive",
    "Logistic": "continuous",
    "Mixture": "mixtures",
    "MixtureSameFamily": "mixtures",
    "MultivariateNormalDiag": "multivariate",
    "MultivariateNormalDiagWithSoftplusScale": "multivariate",
    "MultivariateNormalFullCovariance": "multivariate",
    "MultivariateNormalTriL": "multivariate",
    "NormalWithSoftplusScale": "positive",
    "OneHotCategorical": "onehot",
    "Poisson": "counts",
    "RelaxedBernoulli": "continuous",
    "RelaxedOneHotCategorical": "onehot",
    "StudentTWithAbsDfSoftplusScale": "positive",
}
_WHERE = {**DENSITIES, "softplus_inverse": "positive"}

__all__ = ["DENSITIES", *_WHERE]


def _core():
    import tensorflow.compat.v1 as tf

    return tf.distributions


def __dir__():
    return [*(name for name in dir(_core()) if not name.startswith("_")), *_WHERE]


def __getattr__(name: str):
    """Import what is asked for from its module; what is not ours is of `tf.distributions`."""
    if name.startswith("_"):
        raise AttributeError(name)
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    return getattr(_core(), name)
