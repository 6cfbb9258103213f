"""A Keras model: stock layers and optimizers, or the twin's; called in one of the ways users call it."""

from __future__ import annotations

import os
import tempfile

import rounds

job = rounds.job()
make, how = job.rest  # stock, unrolled or port; fit, train_on_batch, predict, saved_model or onnx

os.environ["TF_NUM_INTEROP_THREADS"] = str(job.cores)
if make != "port":
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(job.cores)

import keras  # noqa: E402
import numpy as np  # noqa: E402

if make == "port":
    from keras_port.feeding import Model
    from keras_port.layers import Dense, basic_lstm, basic_rnn
    from keras_port.optimizers import Adam, RMSProp
    from keras_port.threads import share_cores

    share_cores()
    recurrent = {
        "rnn": lambda: basic_rnn(job.units, inputs=28),
        "lstm": lambda: basic_lstm(job.units, inputs=job.units),
    }
    optimizer = {"rnn": lambda: RMSProp(0.001, decay=0.9), "lstm": lambda: Adam(0.001)}
else:
    Model, Dense = keras.Model, keras.layers.Dense
    loop = {"unroll": make == "unrolled"}
    recurrent = {
        "rnn": lambda: keras.layers.SimpleRNN(job.units, **loop),
        "lstm": lambda: keras.layers.LSTM(job.units, **loop),
    }
    optimizer = {"rnn": lambda: keras.optimizers.RMSprop(0.001), "lstm": lambda: keras.optimizers.Adam(0.001)}

images = keras.Input((job.time, 28))
rows = images if job.cell == "rnn" else Dense(job.units)(images)
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


def predict(steps):
    """One sequence at a time as it comes; batches out of all that are there."""
    if job.batch == 1:
        for _ in range(steps):
            model.predict(next(source)[0], verbose=0)
        return
    left = steps * job.batch
    while left > 0:
        model.predict(x[:left], batch_size=job.batch, verbose=0)
        left -= len(x)


def saved_model():
    """The model as a SavedModel, read back without Keras."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        loaded = tf.saved_model.load(folder)

    def run(steps):
        for _ in range(steps):
            loaded.serve(next(source)[0]).numpy()

    return run


def onnx():
    """The model as an ONNX file, in ONNX Runtime."""
    import onnxruntime

    threads = onnxruntime.SessionOptions()
    threads.intra_op_num_threads = job.cores
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        model.predict_on_batch(x[:1])  # Keras exports no model that has never been called
        model.export(path, format="onnx", verbose=False)
        session = onnxruntime.InferenceSession(path, threads)
    versions["onnxruntime"] = onnxruntime.__version__
    name = session.get_inputs()[0].name

    def run(steps):
        for _ in range(steps):
            session.run(None, {name: next(source)[0]})

    return run


backend = keras.backend.backend()
versions = {"keras": keras.__version__, backend: __import__(backend).__version__, "numpy": np.__version__}
if how in ("saved_model", "onnx"):
    run = {"saved_model": saved_model, "onnx": onnx}[how]()
elif job.task == "train":
    run = {"fit": fit, "train_on_batch": train_on_batch}[how]
else:
    run = {"fit": predict_on_batch, "predict": predict}[how]
rounds.serve(run, versions)
