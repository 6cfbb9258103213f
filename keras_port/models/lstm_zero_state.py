"""LSTM(150) from a zero state, trained with Adam on a million images.

TF1                                         Keras 3
tf.nn.rnn_cell.BasicLSTMCell(150)           LSTM(150); forget bias 1 inside the bias
cell.zero_state(batch_size, tf.float32)     what LSTM starts from anyway
tf.nn.dynamic_rnn(...), state[1]            LSTM returns the last h
tf.random_normal, tf.zeros                  RandomNormal(stddev=1.0), zeros
tf.train.AdamOptimizer(0.001)               keras_port.optimizers.Adam
"""

from __future__ import annotations

import keras

from keras_port.feeding import Model
from keras_port.layers import LSTM, joint_glorot
from keras_port.optimizers import Adam

BATCH_SIZE = 128
STEPS = 7813  # the first step count that covers 1,000,000 images
HIDDEN = 150


def build() -> keras.Model:
    """A compiled model: images (batch, time 28, 28) -> logits (batch, 10)."""
    images = keras.Input((28, 28), name="images")
    last = LSTM(HIDDEN, name="lstm", **joint_glorot(inputs=28, units=HIDDEN, gates=4))(images)
    logits = keras.layers.Dense(
        10,
        kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
        name="logits",
    )(last)

    model = Model(images, logits, name="lstm_zero_state")
    model.compile(
        optimizer=Adam(0.001),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
