"""A keras.Model and a keras_port.feeding.Model with the same weights, and arrays for both."""

from __future__ import annotations

import keras
import numpy as np

from keras_port.feeding import Model

__all__ = ["ROWS", "arrays", "pair", "stateful"]

ROWS = 27  # three batches of 8 and one of 3


def pair():
    """Compiled, Keras's first."""
    made = []
    for kind in (keras.Model, Model):
        inputs = keras.Input((4, 3))
        made.append(kind(inputs, keras.layers.Dense(2)(keras.layers.SimpleRNN(5)(inputs))))
        made[-1].compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    made[1].set_weights(made[0].get_weights())
    return made


def arrays(dtype="float32"):
    """Inputs, (ROWS, 4, 3), and what `pair` is to make of them, (ROWS, 2)."""
    random = np.random.default_rng(4)
    return random.normal(size=(ROWS, 4, 3)).astype(dtype), random.normal(size=(ROWS, 2)).astype(dtype)


def stateful(kind):
    """A model of batches of 8."""
    inputs = keras.Input(batch_shape=(8, 4, 3))
    model = kind(inputs, keras.layers.SimpleRNN(2, stateful=True)(inputs))
    model.compile("sgd", "mse")
    return model
