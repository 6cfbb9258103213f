"""SimpleRNN(150) and a small Dense head, trained with RMSProp.

TF1                                         Keras 3
tf.contrib.rnn.BasicRNNCell(150)            SimpleRNN(150)
tf.nn.dynamic_rnn(...), outputs[:, -1, :]   SimpleRNN returns the last step
tf.truncated_normal(..., stddev=0.01)       TruncatedNormal(stddev=0.01)
tf.matmul(last, W) + b                      Dense(10)
tf.train.RMSPropOptimizer(0.001, 0.9)       keras_port.optimizers.RMSProp
"""

from __future__ import annotations

import keras

from keras_port.feeding import Model
from keras_port.layers import SimpleRNN, joint_glorot
from keras_port.optimizers import RMSProp

BATCH_SIZE = 128
STEPS = 3001
HIDDEN = 150


def build() -> keras.Model:
    """A compiled model: images (batch, time 28, 28) -> logits (batch, 10)."""
    images = keras.Input((28, 28), name="images")
    last = SimpleRNN(HIDDEN, name="rnn", **joint_glorot(inputs=28, units=HIDDEN))(images)
    logits = keras.layers.Dense(
        10,
        kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.01),
        bias_initializer=keras.initializers.TruncatedNormal(stddev=0.01),
        name="logits",
    )(last)

    model = Model(images, logits, name="basic_rnn")
    model.compile(
        optimizer=RMSProp(0.001, decay=0.9),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model
