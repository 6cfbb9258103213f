"""`tf.contrib.learn.models`: the last layer of a model and its loss in one call.

Source: tensorflow 1.15, contrib/learn/python/learn/models.py and ops/losses_ops.py.
"""

from __future__ import annotations

import tensorflow as tf

__all__ = [
    "linear_regression",
    "linear_regression_zero_init",
    "logistic_regression",
    "logistic_regression_zero_init",
]

_v1 = tf.compat.v1


def linear_regression(x, y, init_mean=None, init_stddev=1.0):
    """Predictions of a linear layer and their mean squared error.

    Args:
        x: `(batch, units)`.
        y: `(batch,)` or `(batch, outputs)`.
        init_mean: mean of the start weights, drawn from a normal distribution; None takes Glorot's.
        init_stddev: its standard deviation.
    """
    with _v1.variable_scope("linear_regression") as scope:
        weights, bias = _layer(scope, x, y, 1 if y.shape.rank == 1 else y.shape[1], init_mean, init_stddev)
        with _v1.name_scope(None, "mean_squared_error_regressor", [x, y]):
            predictions = _v1.nn.xw_plus_b(x, weights, bias)
            if y.shape.rank == 1:
                predictions = tf.squeeze(predictions, axis=[1])
            return predictions, _v1.losses.mean_squared_error(y, predictions)


def logistic_regression(x, y, class_weight=None, init_mean=None, init_stddev=1.0):
    """Class probabilities of a linear layer and their cross entropy.

    Args:
        x: `(batch, units)`.
        y: `(batch, classes)`, one-hot.
        class_weight: `(classes,)`, a factor for the logits; None takes the graph's tensor `class_weight:0`,
            where there is one.
        init_mean: mean of the start weights, drawn from a normal distribution; None takes Glorot's.
        init_stddev: its standard deviation.
    """
    with _v1.variable_scope("logistic_regression") as scope:
        weights, bias = _layer(scope, x, y, y.shape[-1], init_mean, init_stddev)
        if class_weight is None:
            try:
                class_weight = _v1.get_default_graph().get_tensor_by_name("class_weight:0")
            except KeyError:
                pass
        with _v1.name_scope(None, "softmax_classifier", [x, y]):
            logits = _v1.nn.xw_plus_b(x, weights, bias)
            if class_weight is not None:
                logits = logits * class_weight
            return tf.nn.softmax(logits), _v1.losses.softmax_cross_entropy(y, logits)


def linear_regression_zero_init(x, y):
    """`linear_regression` that starts from zeros."""
    return linear_regression(x, y, init_mean=0.0, init_stddev=0.0)


def logistic_regression_zero_init(x, y):
    """`logistic_regression` that starts from zeros."""
    return logistic_regression(x, y, init_mean=0.0, init_stddev=0.0)


def _layer(scope, x, y, outputs, mean, stddev):
    _v1.summary.histogram(f"{scope.name}.x", x)
    _v1.summary.histogram(f"{scope.name}.y", y)
    start = None if mean is None else _v1.random_normal_initializer(mean, stddev, dtype=x.dtype.base_dtype)
    weights = _v1.get_variable("weights", [x.shape[1], outputs], x.dtype.base_dtype, start)
    bias = _v1.get_variable("bias", [outputs], x.dtype.base_dtype, start)
    _v1.summary.histogram(f"{scope.name}.weights", weights)
    _v1.summary.histogram(f"{scope.name}.bias", bias)
    return weights, bias
