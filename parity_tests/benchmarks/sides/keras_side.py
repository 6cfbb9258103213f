"""A Keras model: stock layers and optimizers, or the twin's; called in one of the ways users call it."""

from __future__ import annotations

import os
import tempfile

import rounds

job = rounds.job()
make, how = job.rest  # stock, unrolled or port; fit, train_on_batch or exported

os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = str(job.cores)

import keras  # noqa: E402
import numpy as np  # noqa: E402

if make == "port":
    from keras_port.feeding import Model
    from keras_port.layers import basic_lstm, basic_rnn
    from keras_port.optimizers import Adam, RMSProp

    recurrent = {
        "rnn": lambda: basic_rnn(job.units, inputs=28),
        "lstm": lambda: basic_lstm(job.units, inputs=job.units),
    }
    optimizer = {"rnn": lambda: RMSProp(0.001, decay=0.9), "lstm": lambda: Adam(0.001)}
else:
    Model = keras.Model
    loop = {"unroll": make == "unrolled"}
    recurrent = {
        "rnn": lambda: keras.layers.SimpleRNN(job.units, **loop),
        "lstm": lambda: keras.layers.LSTM(job.units, **loop),
    }
    optimizer = {"rnn": lambda: keras.optimizers.RMSprop(0.001), "lstm": lambda: keras.optimizers.Adam(0.001)}

images = keras.Input((job.time, 28))
rows = images if job.cell == "rnn" else keras.layers.Dense(job.units)(images)
model = Model(images, keras.layers.Dense(10)(recurrent[job.cell]()(rows)))
model.compile(optimizer[job.cell](), keras.losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
x, y = rounds.data(job)
source = rounds.batches(x, y, job.batch)


def fit(steps):
    whole, rest = divmod(steps * job.batch, len(x))
    if whole:
        model.fit(x, y, batch_size=job.batch, epochs=whole, verbose=0)
    if rest:
        model.fit(x[:rest], y[:rest], batch_size=job.batch, verbose=0)


def train_on_batch(steps):
    for _ in range(steps):
        model.train_on_batch(*next(source))


def predict_on_batch(steps):
    for _ in range(steps):
        model.predict_on_batch(next(source)[0])


def exported():
    """The model as a SavedModel, read back without Keras."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        loaded = tf.saved_model.load(folder)

    def run(steps):
        for _ in range(steps):
            loaded.serve(next(source)[0]).numpy()

    return run


if job.task == "train":
    run = {"fit": fit, "train_on_batch": train_on_batch}[how]
else:
    run = exported() if how == "exported" else predict_on_batch
backend = keras.backend.backend()
versions = {"keras": keras.__version__, backend: __import__(backend).__version__, "numpy": np.__version__}
rounds.serve(run, versions)
