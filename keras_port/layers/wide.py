"""matmul, tanh and mean that keep float64 on every backend.

Off TensorFlow, Keras 3.15 takes float64 for float32 wherever it works out a
common dtype: on PyTorch `ops.matmul` rounds, on JAX `ops.tanh`, on both
`ops.mean`, `ops.floor` and `ops.maximum`. (JAX has float64 at all only with
`jax_enable_x64`, set before it is first used.) In every other dtype these are
Keras's own functions. Keras's own layers cannot be helped this way: on
PyTorch their float64 is as exact as float32.
"""

from __future__ import annotations

import keras
from keras import ops


def matmul(x, kernel):
    """keras.ops.matmul of a tensor and a variable."""
    kernel = ops.convert_to_tensor(kernel)
    return x @ kernel if keras.backend.standardize_dtype(x.dtype) == "float64" else ops.matmul(x, kernel)


@keras.saving.register_keras_serializable(package="keras_port")
def tanh(x):
    """keras.ops.tanh, and in float64 no less exact than its argument."""
    y = ops.tanh(x)
    return y if _same_dtype(x, y) else 2 * ops.sigmoid(2 * x) - 1


def activated(activation, x):
    """activation(x), for Keras's tanh in x's own precision."""
    return tanh(x) if activation is keras.activations.tanh else activation(x)


def mean(x):
    """The mean over the last axis (..., 1)."""
    return ops.sum(x, axis=-1, keepdims=True) / x.shape[-1]


def _same_dtype(x, y) -> bool:
    return keras.backend.standardize_dtype(x.dtype) == keras.backend.standardize_dtype(y.dtype)
