"""Training on two devices against training on one: the same losses and weights, up to the rounding of sums."""

from __future__ import annotations

import importlib.util
import json
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_port import devices, feeding, layers, optimizers  # noqa: F401  the files name them
from parity_tests.processes import python

# Both make the same updates from sums over 128 rows, on two devices in two parts. Rounding came to 4.5e-8 of a weight
# (TensorFlow) and 1.5e-8 (JAX), measured, and Adam can make a hundred times that of it where a gradient is small; a loss
# that is not joined rightly, or a batch that is lost, moves weights by parts of a step of 1e-3, 1e-4 and more.
BOUND = 5e-6

# `keras-port train` on two devices, then on one; then a small model, whose last batch, of 6 rows, is smaller. Keras's own
# loop is traced sooner, so the command gets that one and the small model the fast one.
BOTH = """
import json, os
import keras, numpy as np
from keras_port import feeding, layers, optimizers
from keras_port.__main__ import main
from keras_port.devices import several
os.environ["KERAS_PORT_FAST"] = "0"
for count in (2, 1):
    assert main(["train", "lstm_rows", "--steps", "4", "--devices", str(count), "-o", f"{count}.keras"]) == 0
del os.environ["KERAS_PORT_FAST"]
random = np.random.default_rng(0)
x, y = random.random((38, 5, 3), "float32"), random.random((38, 2), "float32")
said = {}
for count in (2, 1):
    keras.utils.set_random_seed(1)
    with several(count):
        inputs = keras.Input((5, 3))
        model = feeding.Model(inputs, keras.layers.Dense(2)(layers.LSTM(4)(inputs)))
        model.compile(optimizers.Adam(0.001), "mse", metrics=["mae"])
        losses = model.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0).history["loss"]
        tested = model.evaluate(x, y, batch_size=16, verbose=0)
    value = model.trainable_variables[0].value
    shares = len(value.devices()) if keras.backend.backend() == "jax" else len(getattr(value, "values", [value]))
    said[count] = {"shares": shares, "losses": losses, "tested": tested}
    np.savez(f"{count}.npz", *model.get_weights())
json.dump(said, open("said.json", "w"))
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_two_devices_are_as_one(backend, tmp_path):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is an extra: pip install 'keras-legacy-port[{backend}]'")
    done = python("-c", BOTH, cwd=tmp_path, KERAS_BACKEND=backend)
    assert done.returncode == 0, done.stderr
    tested = [line for line in done.stdout.splitlines() if line.startswith("test accuracy")]
    assert len(tested) == 2 and tested[0] == tested[1]
    by_command = [keras.models.load_model(tmp_path / f"{count}.keras") for count in (2, 1)]
    assert [int(model.optimizer.iterations.numpy()) for model in by_command] == [4, 4]
    assert_close(*([v.numpy() for v in (*model.weights, *model.optimizer.variables)] for model in by_command))
    assert_close(*(list(np.load(tmp_path / f"{count}.npz").values()) for count in (2, 1)))
    said = json.loads((tmp_path / "said.json").read_text())
    assert (said["2"]["shares"], said["1"]["shares"]) == (2, 1)
    assert len(said["2"]["losses"]) == 3 and said["2"]["losses"][-1] < said["2"]["losses"][0]
    assert_close(*([np.array(said[count][what]) for what in ("losses", "tested")] for count in ("2", "1")))


def assert_close(ones, others):
    assert len(ones) == len(others)
    for one, other in zip(ones, others, strict=True):
        np.testing.assert_allclose(one, other, rtol=BOUND, atol=BOUND)


def test_a_batch_that_does_not_divide_is_named(monkeypatch):
    inputs = keras.Input((2,))
    model, x = feeding.Model(inputs, keras.layers.Dense(1)(inputs)), np.zeros((27, 2), "float32")
    model.compile("sgd", "mse")
    monkeypatch.setattr(model, "_distribute_strategy", types.SimpleNamespace(num_replicas_in_sync=2))
    monkeypatch.setattr(keras.Model, "fit", lambda *given, **named: None)
    with pytest.warns(UserWarning, match="a batch of 3 rows does not divide among 2 devices"):
        model.fit(x, x[:, :1], batch_size=8)
    with pytest.warns(UserWarning, match="a batch of 9 rows does not divide among 2 devices"):
        model.fit(x, x[:, :1], batch_size=9)
    model.fit(x[:26], x[:26, :1], batch_size=8)  # 2 rows are left; pytest would show a warning


def test_devices_that_are_not_there(monkeypatch):
    tf.constant(0)  # TensorFlow has begun, with one CPU
    with pytest.raises(devices.DeviceError, match="--devices 2: 1 of kind CPU here; virtual CPU devices can only"):
        devices.several(2)
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["a", "b"])
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["a", "b"] if kind == "GPU" else ["c"])
    with pytest.raises(devices.DeviceError, match="--devices 4: 2 of kind GPU here$"):
        devices.several(4)
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(devices.DeviceError, match="KERAS_BACKEND=jax, or .* PyTorch's DistributedDataParallel"):
        devices.several(2)


def test_gpus_are_taken_first(monkeypatch):
    """With a faked list of devices: no machine with GPUs has run this."""
    asked = []
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: ["a", "b", "c"])
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: ["a", "b", "c"] if kind == "GPU" else ["d"])
    monkeypatch.setattr(
        tf.distribute, "MirroredStrategy", lambda names: types.SimpleNamespace(scope=lambda: asked.append(names))
    )
    devices.several(2)
    devices._mirrored.cache_clear()
    assert asked == [("GPU:0", "GPU:1")]


def test_a_wrong_number_is_named_before_keras_is_imported(tmp_path):
    done = python("-X", "importtime", "-m", "keras_port", "train", "lstm_rows", "--devices", "3", cwd=tmp_path)
    assert done.returncode == 2 and "--devices: invalid choice: 3 (choose from 1, 2, 4, 8, 16)" in done.stderr
    assert "| keras\n" not in done.stderr and "| tensorflow" not in done.stderr
