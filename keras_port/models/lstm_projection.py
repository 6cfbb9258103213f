"""A linear layer before every time step of LSTM(128), trained with Adam.

TF1                                         Keras 3
reshape, tf.matmul(x, W) + b, reshape       Dense(128) works on every time step
BasicLSTMCell(128, forget_bias=1.0)         LSTM(128); forget bias 1 inside the bias
states[1], or unstack and outputs[-1]       LSTM returns the last h: the same value
tf.random_normal, tf.constant(0.1)          RandomNormal(stddev=1.0), Constant(0.1)
tf.train.AdamOptimizer(0.001)               keras_port.optimizers.Adam
"""

from __future__ import annotations

import keras

from keras_port.feeding import Model
from keras_port.layers import LSTM, Dense, joint_glorot
from keras_port.optimizers import Adam

BATCH_SIZE = 128
STEPS = 782  # the first step count that covers 100,000 images
HIDDEN = 128


def linear(units: int, name: str) -> Dense:
    """The tutorial's `tf.matmul(x, weights[...]) + biases[...]`."""
    return Dense(
        units,
        kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
        bias_initializer=keras.initializers.Constant(0.1),
        name=name,
    )


def build() -> keras.Model:
    """A compiled model: images (batch, time 28, 28) -> logits (batch, 10)."""
    images = keras.Input((28, 28), name="images")
    rows = linear(HIDDEN, "projection")(images)
    last = LSTM(HIDDEN, name="lstm", **joint_glorot(inputs=HIDDEN, units=HIDDEN, gates=4))(rows)
    logits = linear(10, "logits")(last)

    model = Model(images, logits, name="lstm_projection")
    model.compile(
        optimizer=Adam(0.001),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
