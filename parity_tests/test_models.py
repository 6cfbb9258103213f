"""keras_port.models: five Keras programs, and the command that trains them."""

from __future__ import annotations

import os
import subprocess
import sys

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from keras_port import __main__ as command
from keras_port import datasets, models, training
from keras_port.weights import PROGRAMS

# name -> recurrent layer, its inputs, units, and the program's own steps
SIZES = {
    "basic_rnn": ("rnn", 28, 150, 3001),
    "lstm_zero_state": ("lstm", 28, 150, -(-1_000_000 // 128)),
    "lstm_projection": ("lstm", 128, 128, -(-100_000 // 128)),
    "static_lstm": ("lstm", 28, 128, -(-100_000 // 128) - 1),
    "lstm_rows": ("lstm", 28, 28, 1000),
}
# (layer, variable) -> distribution of TF1's initial values: mean, stddev, limit
HEADS = {
    "basic_rnn": {("logits", "kernel"): (0, 0.0088, 0.02), ("logits", "bias"): (0, 0.0088, 0.02)},
    "lstm_zero_state": {("logits", "kernel"): (0, 1, 6), ("logits", "bias"): (0, 0, 0)},
    "lstm_projection": {
        ("projection", "kernel"): (0, 1, 6),
        ("projection", "bias"): (0.1, 0, 0),
        ("logits", "kernel"): (0, 1, 6),
        ("logits", "bias"): (0.1, 0, 0),
    },
    "static_lstm": {("logits", "kernel"): (0, 1, 6), ("logits", "bias"): (0, 1, 6)},
    "lstm_rows": {("logits", "kernel"): (0, 1, 6), ("logits", "bias"): (0.1, 0, 0)},
}


def use(dtype: str) -> None:
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)  # kept from the first layer on, else


@pytest.fixture(autouse=True)
def float32():
    use("float32")
    keras.utils.set_random_seed(1)
    yield
    use("float32")


def variable(model, layer, name) -> np.ndarray:
    (found,) = [v for v in model.get_layer(layer).weights if v.name == name]
    return found.numpy()


def batch(size: int = 32):
    """Images whose label can be seen: one bright row among noise."""
    random = np.random.default_rng(3)
    x, labels = random.random((size, 28, 28)) * 0.2, random.integers(0, 10, size)
    x[np.arange(size), labels * 2 + 4] += 0.8
    dtype = keras.config.floatx()
    return x.astype(dtype), np.eye(10, dtype=dtype)[labels]


def test_every_model_has_its_entries():
    assert tuple(SIZES) == tuple(PROGRAMS) == models.NAMES
    with pytest.raises(ValueError, match="no model 'gru'; the models are: basic_rnn, "):
        models.load("gru")


@pytest.mark.parametrize("name", models.NAMES)
def test_initial_values_have_tf1s_distribution(name):
    module, (layer, inputs, units, steps) = models.load(name), SIZES[name]
    model = module.build()
    assert (128, steps, units) == (module.BATCH_SIZE, module.STEPS, module.HIDDEN)
    assert model.input_shape == (None, 28, 28) and model.output_shape == (None, 10)

    gates = 1 if layer == "rnn" else 4
    limit = np.sqrt(6 / (inputs + units + gates * units))  # of the joint kernel
    kernels = variable(model, layer, "kernel"), variable(model, layer, "recurrent_kernel")
    for kernel, rows in zip(kernels, (inputs, units), strict=True):
        assert kernel.shape == (rows, gates * units)
        assert 0.99 * limit < np.abs(kernel).max() <= np.float32(limit)
        assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    shorter = min(inputs, units)
    assert not np.isin(kernels[0][:shorter], kernels[1]).all(), "drawn twice alike"
    bias = np.zeros(gates * units)
    if gates == 4:
        bias[units : 2 * units] = 1.0  # Keras's gates are i, f, c, o
    np.testing.assert_array_equal(variable(model, layer, "bias"), bias)

    for (where, what), (mean, stddev, limit) in HEADS[name].items():
        values = variable(model, where, what)
        share = 4 * stddev / np.sqrt(values.size)
        assert values.mean() == pytest.approx(mean, abs=share or 1e-7), (where, what)
        if values.size > 100 or stddev == 0:
            assert values.std() == pytest.approx(stddev, rel=0.12, abs=1e-7)
        assert np.abs(values - mean).max() <= limit + 1e-8


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *((name, "float32") for name in models.NAMES),
        *((name, "float64") for name in ("basic_rnn", "lstm_projection")),
    ],
)
def test_training_learns_and_the_model_survives_a_file(name, dtype, tmp_path):
    use(dtype)
    model = models.load(name).build()
    assert {v.dtype for v in model.weights} == {dtype}
    x, y = batch()
    history = model.fit(x, y, epochs=8, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(np.asarray(again(x)), np.asarray(model(x)))
    assert again.optimizer.get_config() == model.optimizer.get_config()


@pytest.mark.parametrize("name", ["basic_rnn", "lstm_projection"])
def test_jit_changes_nothing_but_rounding(name):
    results = []
    for jit in (False, True):
        keras.utils.set_random_seed(4)
        model = models.load(name).build()
        model.jit_compile = jit
        for _ in range(3):
            model.train_on_batch(*batch())
        results.append(np.asarray(model(batch()[0])))
    np.testing.assert_allclose(results[1], results[0], rtol=1e-3, atol=1e-3)


def test_batches_are_full_shuffled_and_seeded():
    class Split:
        def x(self, dtype):
            return np.arange(10, dtype=dtype)

        y = x

    def first(seed, count=4):
        source = training.Batches(Split(), 3, count, seed=seed, dtype="float32")
        return [source[step] for step in range(count)]

    passes = first(0)
    assert all(len(x) == 3 and (x == y).all() for x, y in passes)
    seen = np.concatenate([x for x, _ in passes[:3]])
    assert len(set(seen)) == 9, "no image twice in one pass"
    assert (passes[0][0] != passes[3][0]).any(), "another order in the next pass"
    assert all((a == b).all() for (a, _), (b, _) in zip(first(0), first(0), strict=True))
    assert any((a != b).any() for (a, _), (b, _) in zip(first(0), first(1), strict=True))


def test_train_command_saves_what_it_trained(tmp_path, capsys):
    path = tmp_path / "rows.keras"
    arguments = ["train", "lstm_rows", "--steps", "3", "-o", str(path), "--seed", "5"]
    assert command.main(arguments) == 0
    out = capsys.readouterr().out
    assert "digits" in out and "step     3/3" in out and "on all 400 test images" in out
    assert [p.name for p in tmp_path.iterdir()] == ["rows.keras"]
    saved = keras.models.load_model(path)
    assert int(saved.optimizer.iterations.numpy()) == 3
    command.main(arguments)
    again = keras.models.load_model(path)
    for one, two in zip(saved.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy(), "the seed decides all")


@pytest.mark.parametrize("cause", [KeyboardInterrupt, BrokenPipeError])
def test_ctrl_c_keeps_what_was_trained(cause, tmp_path, capsys, monkeypatch):
    """And so does a pipe that is closed during the training."""

    def interrupted(model, steps, after=2):
        def report(batch, logs):
            if batch + 1 == after:
                raise cause

        return report

    monkeypatch.setattr(training, "_progress", interrupted)
    path = tmp_path / "rows.keras"
    assert command.main(["train", "lstm_rows", "-o", str(path)]) == 130
    assert "stopped after 2 of 1000 steps" in capsys.readouterr().out
    assert int(keras.models.load_model(path).optimizer.iterations.numpy()) == 2


def test_too_few_images_for_one_batch_are_named(tmp_path, capsys):
    def split(size):
        return datasets.Split(np.zeros((size, 28, 28), np.uint8), np.zeros(size, np.uint8))

    few = datasets.Dataset("idx", "", split(127), split(datasets.TF1_VALIDATION_SIZE), split(400))
    datasets.write_idx(tmp_path, few)
    assert command.main(["train", "lstm_rows", "--data", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert f"from the files in {tmp_path}: 127 train" in err and "lstm_rows trains on batches of 128 images" in err


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")

    class Model:
        def save(self, partial):
            partial.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        training.save(Model(), path)
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "invalid choice: 'nope'"),
        (["lstm_rows", "--steps", "0"], "'0' is not a whole number from 1 on"),
        (["lstm_rows", "--seed", "-1"], "'-1' is not a whole number from 0"),
        (["lstm_rows", "--data", "no/such"], "nor a directory that exists"),
        (["lstm_rows", "-o", "m.h5"], "must end in .keras"),
        (["lstm_rows", "-o", "no/such/m.keras"], "there is no directory 'no/such'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["train", *arguments])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_answers_come_without_keras_or_tensorflow():
    code = (
        "import sys, keras_port, keras_port.weights\n"
        "from keras_port import __main__ as command\n"
        "command.main(['list'])\n"
        "try: command.main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'keras', 'tensorflow', 'legacy_tf1', 'parity_tests'} & sys.modules.keys()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, (_, _, units, steps) in SIZES.items():
        (line,) = [text for text in done.stdout.splitlines() if text.startswith(name)]
        assert line.split()[1:4] == [str(units), "128", str(steps)]
