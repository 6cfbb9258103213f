"""LSTM(128), in TF1 a loop laid out in Python, trained with Adam.

TF1                                         Keras 3
tf.unstack(x, 28, 1), rnn.static_rnn        one LSTM layer over the time axis
rnn.BasicLSTMCell(128, forget_bias=1.0)     LSTM(128); forget bias 1 inside the bias
outputs[-1]                                 LSTM returns the last h
tf.random_normal for W and b                RandomNormal(stddev=1.0) for both
tf.train.AdamOptimizer(0.001)               keras_port.optimizers.Adam
"""

from __future__ import annotations

import keras

from keras_port.feeding import Model
from keras_port.layers import LSTM, joint_glorot
from keras_port.optimizers import Adam

BATCH_SIZE = 128
STEPS = 781  # TF1 counts from step 1 while step * 128 < 100,000
HIDDEN = 128


def build() -> keras.Model:
    """A compiled model: images (batch, time 28, 28) -> logits (batch, 10)."""
    images = keras.Input((28, 28), name="images")
    last = LSTM(HIDDEN, name="lstm", **joint_glorot(inputs=28, units=HIDDEN, gates=4))(images)
    logits = keras.layers.Dense(
        10,
        kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
        bias_initializer=keras.initializers.RandomNormal(stddev=1.0),
        name="logits",
    )(last)

    model = Model(images, logits, name="static_lstm")
    model.compile(
        optimizer=Adam(0.001),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
