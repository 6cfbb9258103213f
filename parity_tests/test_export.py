"""The twins and the fast layers in the forms that Keras exports, read back without Keras: the same logits."""

from __future__ import annotations

import importlib.util

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_port import layers, models
from parity_tests.processes import python

# Other programs add the same products in another order: at most 150 of them, of numbers up to 1, through 28 steps, and
# then a head with weights up to 4. Measured: 1e-6 of the largest logit at most.
BOUND = 1e-5
ROWS = (70, 5, 1)  # two chains of the fast layers, or one, in any export: the number of rows stays open


def sequences(shape=(28, 28)) -> np.ndarray:
    return np.random.default_rng(0).random((max(ROWS), *shape), "float32")


def every_layer() -> keras.Model:
    """All three fast layers, the ways they are called: whole sequences, backwards, states."""
    inputs = keras.Input((6, 3))
    x = layers.SimpleRNN(4, return_sequences=True, go_backwards=True)(inputs)
    x = layers.GRU(5, reset_after=False, return_sequences=True)(x)
    last, *states = layers.LSTM(3, return_state=True)(x)
    return keras.Model(inputs, keras.layers.Concatenate()([last, *states]))


def assert_agrees(run, model, x):
    for rows in ROWS:
        got, wanted = run(x[:rows]), model.predict(x[:rows], verbose=0)
        assert got.shape == wanted.shape and got.dtype == wanted.dtype
        assert abs(got - wanted).max() <= BOUND * max(1, abs(wanted).max())


def with_tensorflow(path):
    loaded = tf.saved_model.load(path)  # its functions alone would not keep its weights
    return lambda x: loaded.serve(x).numpy()


def with_onnxruntime(path):
    session = pytest.importorskip("onnxruntime").InferenceSession(path)
    (name,) = [given.name for given in session.get_inputs()]
    return lambda x: session.run(None, {name: x})[0]


@pytest.mark.parametrize("name", ["basic_rnn", "lstm_projection"])
def test_a_twin_as_a_saved_model(name, tmp_path):
    model = models.load(name).build()
    model.export(tmp_path / "served", format="tf_saved_model", verbose=False)
    assert_agrees(with_tensorflow(tmp_path / "served"), model, sequences())


def test_every_layer_as_onnx(tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    model = every_layer()
    model.predict(sequences((6, 3)), verbose=0)  # Keras exports no model that has never been called
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert_agrees(with_onnxruntime(tmp_path / "m.onnx"), model, sequences((6, 3)))


# writes the export, the inputs and the logits of Keras itself
ELSEWHERE = """
import sys, numpy as np
from keras_port import models
from parity_tests.test_export import ROWS, sequences
form, path = sys.argv[1:]
model, x = models.load("lstm_rows").build(), sequences()
wanted = {str(rows): model.predict(x[:rows], verbose=0) for rows in ROWS}
model.export(path, format=form, verbose=False)
np.savez("wanted.npz", **wanted)
"""


@pytest.mark.parametrize(
    ("backend", "form", "needs"),
    [
        ("jax", "tf_saved_model", ()),
        ("jax", "onnx", ("jax2onnx", "onnxruntime")),
        # no SavedModel from PyTorch: with its release 2.13, Keras 3.15 fails to write one of any model
        ("torch", "onnx", ("onnxscript", "onnxruntime")),
    ],
)
def test_a_twin_from_another_backend(backend, form, needs, tmp_path):
    for package in (backend, *needs):
        if not importlib.util.find_spec(package):
            pytest.skip(f"{package} is not installed")
    path = tmp_path / ("m.onnx" if form == "onnx" else "served")
    done = python("-c", ELSEWHERE, form, path, cwd=tmp_path, KERAS_BACKEND=backend)
    assert done.returncode == 0, done.stderr
    run = {"onnx": with_onnxruntime, "tf_saved_model": with_tensorflow}[form](path)
    x = sequences()
    for rows, wanted in np.load(tmp_path / "wanted.npz").items():
        got = run(x[: int(rows)])
        assert got.shape == wanted.shape and abs(got - wanted).max() <= BOUND * max(1, abs(wanted).max())
