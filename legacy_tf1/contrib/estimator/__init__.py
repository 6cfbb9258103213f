"""`tf.contrib.estimator`: heads by name, estimators of RNNs, a clipping optimizer. The rest is in `tf.estimator`.

Source: tensorflow-estimator 1.15, contrib/estimator/python/estimator.
"""

from __future__ import annotations

from legacy_tf1.contrib.estimator.extenders import clip_gradients_by_norm
from legacy_tf1.contrib.estimator.heads import (
    binary_classification_head,
    logistic_regression_head,
    multi_class_head,
    poisson_regression_head,
    regression_head,
)
from legacy_tf1.contrib.estimator.multi import multi_head
from legacy_tf1.contrib.estimator.rnn import RNNClassifier, RNNEstimator

__all__ = [
    "RNNClassifier",
    "RNNEstimator",
    "binary_classification_head",
    "clip_gradients_by_norm",
    "logistic_regression_head",
    "multi_class_head",
    "multi_head",
    "poisson_regression_head",
    "regression_head",
]
