"""Heads by name: what the classifiers and regressors of `tf.estimator` are made of.

Logits are (*batch, logits_dimension); a loss is one number, by default the mean over the batch.
Source: tensorflow-estimator 1.15, contrib/estimator/python/estimator/head.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

import legacy_tf1.estimators  # noqa: F401  makes the library importable

from tensorflow_estimator.python.estimator.canned import head as library  # isort: skip

__all__ = [
    "binary_classification_head",
    "logistic_regression_head",
    "multi_class_head",
    "poisson_regression_head",
    "regression_head",
]

_MEAN = tf.losses.Reduction.SUM_OVER_BATCH_SIZE


def multi_class_head(
    n_classes, weight_column=None, label_vocabulary=None, loss_reduction=_MEAN, loss_fn=None, name=None
):
    """Softmax cross entropy over n_classes classes, at least 3."""
    return library._multi_class_head_with_softmax_cross_entropy_loss(
        n_classes=n_classes,
        weight_column=weight_column,
        label_vocabulary=label_vocabulary,
        loss_reduction=loss_reduction,
        loss_fn=loss_fn,
        name=name,
    )


def binary_classification_head(
    weight_column=None, thresholds=None, label_vocabulary=None, loss_reduction=_MEAN, loss_fn=None, name=None
):
    """Sigmoid cross entropy of one logit; thresholds are those of the accuracies, precisions and recalls reported."""
    return library._binary_logistic_head_with_sigmoid_cross_entropy_loss(
        weight_column=weight_column,
        thresholds=thresholds,
        label_vocabulary=label_vocabulary,
        loss_reduction=loss_reduction,
        loss_fn=loss_fn,
        name=name,
    )


def regression_head(
    weight_column=None, label_dimension=1, loss_reduction=_MEAN, loss_fn=None, inverse_link_fn=None, name=None
):
    """Squared error, or the loss_fn's; predictions are the logits, through inverse_link_fn if there is one."""
    return library._regression_head(
        weight_column=weight_column,
        label_dimension=label_dimension,
        loss_reduction=loss_reduction,
        loss_fn=loss_fn,
        inverse_link_fn=inverse_link_fn,
        name=name,
    )


def poisson_regression_head(
    weight_column=None, label_dimension=1, loss_reduction=_MEAN, compute_full_loss=True, name=None
):
    """Counts: the logits are the logarithm of the rate."""

    def loss(labels, logits):
        return tf.nn.log_poisson_loss(targets=labels, log_input=logits, compute_full_loss=compute_full_loss)

    return regression_head(weight_column, label_dimension, loss_reduction, loss, tf.exp, name)


def logistic_regression_head(weight_column=None, loss_reduction=_MEAN, name=None):
    """Labels anywhere between 0 and 1: sigmoid cross entropy, and the sigmoid as the prediction."""

    def loss(labels, logits):
        checked = library._assert_range(labels, n_classes=2, message="Labels must be in range [0, 1]")
        return tf.nn.sigmoid_cross_entropy_with_logits(labels=checked, logits=logits)

    return regression_head(weight_column, 1, loss_reduction, loss, tf.sigmoid, name)
