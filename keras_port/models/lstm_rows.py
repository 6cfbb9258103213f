"""LSTM(28) that reads an image row by row, trained with Adam.

TF1                                         Keras 3
BasicLSTMCell(28, forget_bias=1.0)          LSTM(28); forget bias 1 inside the bias
tf.nn.dynamic_rnn(..., time_major=False)    (batch, time, values) is Keras's order
final_state.h                               LSTM returns the last h
tf.random_normal, tf.constant(0.1)          RandomNormal(stddev=1.0), Constant(0.1)
tf.train.AdamOptimizer(0.001)               keras_port.optimizers.Adam
"""

from __future__ import annotations

import keras

from keras_port.feeding import Model
from keras_port.layers import LSTM, joint_glorot
from keras_port.optimizers import Adam

BATCH_SIZE = 128
STEPS = 1000
HIDDEN = 28


def build() -> keras.Model:
    """A compiled model: images (batch, time 28, 28) -> logits (batch, 10)."""
    images = keras.Input((28, 28), name="images")
    last = LSTM(HIDDEN, name="lstm", **joint_glorot(inputs=28, units=HIDDEN, gates=4))(images)
    logits = keras.layers.Dense(
        10,
        kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
        bias_initializer=keras.initializers.Constant(0.1),
        name="logits",
    )(last)

    model = Model(images, logits, name="lstm_rows")
    model.compile(
        optimizer=Adam(0.001),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
