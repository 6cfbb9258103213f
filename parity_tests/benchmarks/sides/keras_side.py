"""A Keras model: stock layers and optimizers, or the twin's; through `fit` or `train_on_batch`."""

from __future__ import annotations

import os
import sys

import rounds

name, batch, time_steps, units, cores = sys.argv[1], *map(int, sys.argv[2:6])
make, how = sys.argv[6:8]  # stock, unrolled or port; fit or train_on_batch

os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(cores)

import keras  # noqa: E402
import numpy as np  # noqa: E402

if make == "port":
    from keras_port.layers import basic_lstm, basic_rnn
    from keras_port.optimizers import Adam, RMSProp

    recurrent = {"rnn": lambda: basic_rnn(units, inputs=28), "lstm": lambda: basic_lstm(units, inputs=units)}
    optimizer = {"rnn": lambda: RMSProp(0.001, decay=0.9), "lstm": lambda: Adam(0.001)}
else:
    loop = {"unroll": make == "unrolled"}
    recurrent = {
        "rnn": lambda: keras.layers.SimpleRNN(units, **loop),
        "lstm": lambda: keras.layers.LSTM(units, **loop),
    }
    optimizer = {"rnn": lambda: keras.optimizers.RMSprop(0.001), "lstm": lambda: keras.optimizers.Adam(0.001)}

images = keras.Input((time_steps, 28))
rows = images if name == "rnn" else keras.layers.Dense(units)(images)
model = keras.Model(images, keras.layers.Dense(10)(recurrent[name]()(rows)))
model.compile(optimizer[name](), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
x, y = rounds.data(batch, time_steps)
source = rounds.batches(x, y, batch)


def fit(steps):
    whole, rest = divmod(steps * batch, len(x))
    if whole:
        model.fit(x, y, batch_size=batch, epochs=whole, verbose=0)
    if rest:
        model.fit(x[:rest], y[:rest], batch_size=batch, verbose=0)


def train_on_batch(steps):
    for _ in range(steps):
        model.train_on_batch(*next(source))


backend = keras.backend.backend()
versions = {"keras": keras.__version__, backend: __import__(backend).__version__, "numpy": np.__version__}
rounds.serve({"fit": fit, "train_on_batch": train_on_batch}[how], versions)
