"""TF1 checkpoints by real TensorFlow 1.15.5, read, matched, continued and written back.

The files in `goldens/checkpoints.tar.xz` are TF 1.15.5's own; see goldens/record_checkpoints.py.
"""

from __future__ import annotations

import json
import pickle
import shutil
import tarfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_port import models, optimizers
from keras_port.layers import (
    CoupledInputForgetGateLSTMCell,
    IntersectionRNNCell,
    LayerNormLSTMCell,
    LSTMCell,
    NASCell,
    UGRNNCell,
)
from keras_port.weights import (
    PROGRAMS,
    CheckpointError,
    Row,
    WeightError,
    fill,
    open_checkpoint,
    rows_like,
    tf1_state,
    write_checkpoint,
)
from keras_port.weights.checkpoint import bundle, crc32c, snappy, sstable
from keras_port.weights.checkpoint.wire import WireError
from keras_port.weights.checkpoint.write import index_and_data
from keras_port.weights.rows import COPY
from keras_port.weights.transfer import guess, sort_out
from parity_tests.continue_training import batches, continued
from parity_tests.processes import python

GOLDENS = Path(__file__).parent / "goldens"
ABOUT = json.loads((GOLDENS / "checkpoints.json").read_text())
BEFORE, AFTER = ABOUT["before"], ABOUT["after"]
# the file or folder of a case, where it is not model.ckpt
PLACES = {
    "saved_model": "export",
    "frozen": "frozen.pb",
    "frozen_partitioned": "frozen.pb",
    "v2": "model.ckpt-7",
    "latest": "",
}
L = keras.layers


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """The folder of the unpacked goldens; not to be written into."""
    folder = tmp_path_factory.mktemp("checkpoints")
    with tarfile.open(GOLDENS / "checkpoints.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="session")
def golden():
    """CASE -> name -> array."""
    found: dict[str, dict] = {}
    with np.load(GOLDENS / "checkpoints.npz") as stored:
        for key in stored.files:
            case, _, name = key.partition("|")
            found.setdefault(case, {})[name] = stored[key]
    return found


def open_case(files, case):
    return open_checkpoint(files / case / PLACES.get(case, "model.ckpt"))


def variables(arrays):
    return {key[4:]: array for key, array in arrays.items() if key.startswith("var/")}


# reading


@pytest.mark.parametrize("case", ABOUT["cases"])
def test_every_number_is_read(case, files, golden):
    """Bit for bit what TF 1.15.5's session held, in its dtype; and nothing else is there."""
    contents = sort_out(open_case(files, case))
    wanted = variables(golden[case])
    if case.startswith("frozen"):  # only what the output needs is frozen
        wanted = {name: wanted[name] for name in wanted if not name.endswith(("Adam", "Adam_1", "power", "step"))}
    if case.endswith("partitioned"):  # parts are stored as slices of the whole
        wanted = {name: array for name, array in wanted.items() if "/part_" not in name}
    for name, array in wanted.items():
        found = contents.array(name)
        assert str(found.dtype) == contents.checkpoint.variables[name].dtype if name not in contents.parts else True
        if found.dtype.name == "bfloat16":
            found = found.astype(np.float32)
        assert found.dtype == array.dtype and not np.isnan(array.astype(complex)).any()
        np.testing.assert_array_equal(found, array, name)
    if not case.endswith("partitioned"):
        assert {name for name in contents.facts if name != "v_string"} == wanted.keys()


KINDS = {
    "v2": "TF1 checkpoint V2",
    "v1": "TF1 checkpoint V1",
    "v1_sharded": "TF1 checkpoint V1",
    "saved_model": "SavedModel",
    "frozen": "frozen graph",
}


@pytest.mark.parametrize("case", KINDS)
def test_a_file_knows_its_kind(case, files):
    assert open_case(files, case).kind == KINDS[case]


def test_one_file_of_a_checkpoint_names_it(files):
    whole = open_case(files, "v2").arrays()
    for ending in (".index", ".data-00000-of-00001"):
        found = open_checkpoint(files / "v2" / f"model.ckpt-7{ending}").arrays()
        assert found.keys() == whole.keys()
    assert open_case(files, "latest").path.name == "model.ckpt-2"


def test_only_a_graph_knows_forget_biases_and_signatures(files):
    cell = "rnn/basic_lstm_cell"
    for case, bias in {"v2_meta": 0.25, "saved_model": 0.5, "frozen": 0.75}.items():
        assert open_case(files, case).forget_biases == {cell: bias}
    assert open_case(files, "v2").forget_biases == {}
    signature = open_case(files, "saved_model").signatures["serving_default"]
    assert signature["inputs"] == {"images": "anything:0"} and list(signature["outputs"]) == ["logits"]


def test_slices_are_joined_and_strings_are_skipped_with_a_reason(files):
    found = open_case(files, "partitioned").variables
    assert found["rnn/basic_lstm_cell/kernel"].note == "joined from 3 slices"
    assert found["rnn/basic_lstm_cell/kernel/Adam"].shape == (7, 16)
    string = open_case(files, "dtypes").variables["v_string"]
    assert not string.readable and "strings" in string.note


def test_checksums_and_compression_by_their_published_examples():
    assert crc32c.crc32c(b"123456789") == 0xE3069283  # RFC 3720's check value
    assert crc32c.crc32c(bytes(32)) == 0x8A9136AA and crc32c.crc32c(b"\xff" * 32) == 0x62A8AB43
    data = np.random.default_rng(0).integers(0, 256, 10_001, np.uint8).tobytes()
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0x82F63B78 if state & 1 else 0)
    assert crc32c.crc32c(data) == state ^ 0xFFFFFFFF
    assert snappy.unpack(bytes([11, 1 << 2 | 0, *b"ab", 9 - 4 << 2 | 1, 2])) == b"ab" + b"ababababa"
    for damaged in (b"", bytes([5, 0]), bytes([4, 1, 9]), bytes([200, 1, 0, 65])):
        with pytest.raises(WireError):
            snappy.unpack(damaged)


def test_slice_keys_keep_the_order_of_what_they_encode():
    """TF1's code sorts as its numbers do, whatever their length."""
    numbers = [-(2**40), -65, -64, -1, 0, 63, 64, 8191, 8192, 2**20, 2**62]
    keys = [bundle._ordered(number) for number in numbers]
    assert keys == sorted(keys) and keys[3:6] == [b"\x7f", b"\x80", b"\xbf"]


# cells


def sequences(make):
    """(batch, time, 3) -> whatever `make` adds."""

    def build():
        inputs = keras.Input((4, 3))
        return keras.Model(inputs, make(inputs))

    return build


def rnn(*cells):
    return sequences(lambda x: L.RNN(list(cells) if len(cells) > 1 else cells[0], return_sequences=True)(x))


def stack(*layers):
    def run(x):
        for layer in layers:
            x = layer(x)
        return x

    return sequences(run)


def options(**more):
    return dict(return_sequences=True, **more)


MODELS = {
    "cell-BasicRNNCell": lambda: stack(L.SimpleRNN(4, **options())),
    "cell-BasicLSTMCell": lambda: stack(L.LSTM(4, **options())),
    "cell-BasicLSTMCell-named": lambda: stack(L.LSTM(4, **options())),
    "cell-LSTMCell": lambda: rnn(LSTMCell(4)),
    "cell-LSTMCell-peepholes": lambda: rnn(LSTMCell(4, use_peepholes=True, num_proj=2)),
    "cell-GRUCell": lambda: stack(L.GRU(4, **options(reset_after=False))),
    "cell-GRUBlockCell": lambda: stack(L.GRU(4, **options(reset_after=False))),
    "cell-GRUBlockCellV2": lambda: rnn(L.GRUCell(4, reset_after=False)),
    "cell-LSTMBlockCell": lambda: stack(L.LSTM(4, **options())),
    "cell-LSTMBlockCell-peephole": lambda: rnn(LSTMCell(4, use_peepholes=True)),
    "cell_LSTMBlockFusedCell": lambda: stack(L.LSTM(4, **options())),
    "cell-LayerNormBasicLSTMCell": lambda: rnn(LayerNormLSTMCell(4)),
    "cell-CoupledInputForgetGateLSTMCell": lambda: rnn(
        CoupledInputForgetGateLSTMCell(4, use_peepholes=True, num_proj=2)
    ),
    "cell-NASCell": lambda: rnn(NASCell(4, num_proj=2, use_bias=True)),
    "cell-UGRNNCell": lambda: rnn(UGRNNCell(4)),
    "cell-IntersectionRNNCell": lambda: rnn(IntersectionRNNCell(4, num_in_proj=4)),
    "cell-CudnnCompatibleLSTMCell": lambda: stack(L.LSTM(4, **options())),
    "cell-CudnnCompatibleGRUCell": lambda: stack(L.GRU(4, **options(reset_after=True))),
    "cell-MultiRNNCell": lambda: stack(*(L.LSTM(4, **options()) for _ in range(3))),
    "cell-MultiRNNCell-mixed": lambda: rnn(L.GRUCell(4, reset_after=False), L.LSTMCell(4)),
    "cell_bidirectional": lambda: stack(L.Bidirectional(L.GRU(4, **options(reset_after=False)))),
    "age_1_0-basic_lstm": lambda: stack(L.LSTM(4, **options())),
    "age_1_0-gru": lambda: stack(L.GRU(4, **options(reset_after=False))),
    "age_1_0-lstm": lambda: rnn(LSTMCell(4, use_peepholes=True, num_proj=2)),
    "age_0_12-basic_lstm": lambda: stack(L.LSTM(4, **options())),
    "age_0_12-basic_rnn": lambda: stack(L.SimpleRNN(4, **options())),
    "age_0_12-gru": lambda: stack(L.GRU(4, **options(reset_after=False))),
    "age_0_12-lstm": lambda: rnn(LSTMCell(4, use_peepholes=True, num_proj=2)),
    "age_0_12-multi": lambda: stack(*(L.LSTM(4, **options()) for _ in range(3))),
}


def test_every_recorded_cell_has_a_model():
    assert MODELS.keys() == {case for case in ABOUT["cases"] if case.startswith(("cell", "age"))}


@pytest.mark.parametrize("case", MODELS)
def test_a_cell_computes_in_keras_what_it_computed_in_tf1(case, files, golden):
    """Found by names and shapes alone, of every age; float32 through 4 steps: measured 1.2e-7, outputs below 1."""
    model = MODELS[case]()()
    fates = fill(model, open_case(files, case))
    assert all(fate.variables and not fate.reason for fate in fates)
    np.testing.assert_allclose(np.asarray(model(golden[case]["x"])), golden[case]["y"], rtol=0, atol=1e-6)
    written = tf1_state(model, rows_like(model, open_case(files, case)))
    for name, array in variables(golden[case]).items():
        np.testing.assert_allclose(written[name], array, rtol=0, atol=2**-24, err_msg=name)


def classifier(optimizer=None):
    """The Keras model of `classifier` in goldens/checkpoint_snippets.py."""
    model = stack(L.LSTM(4), L.Dense(3))()
    if optimizer:
        model.compile(optimizer, "mse")
    return model


@pytest.mark.parametrize(
    "case", ["v2", "v2_sharded", "v2_meta", "v1", "v1_sharded", "saved_model", "frozen", "partitioned", "frozen_partitioned"]
)  # fmt: skip
def test_a_format_carries_weights_and_training_state(case, files, golden):
    model = classifier(optimizers.Adam(0.01))
    fates = fill(model, open_case(files, case))
    np.testing.assert_allclose(np.asarray(model(golden[case]["x"])), golden[case]["y"], rtol=0, atol=1e-6)
    if case.startswith("frozen"):
        return
    assert not [fate for fate in fates if fate.reason]
    state, wanted = tf1_state(model, rows_like(model, open_case(files, case))), variables(golden[case])
    assert int(model.optimizer.iterations.numpy()) == int(wanted["global_step"]) == 1
    for name in {"dense/kernel/Adam", "dense/kernel/Adam_1", "rnn/basic_lstm_cell/kernel/Adam", "beta2_power"}:
        if case == "partitioned" and name not in wanted:
            continue
        np.testing.assert_array_equal(state[name], wanted[name])


def test_forget_bias_and_moving_averages_on_request(files, golden):
    model = classifier()
    fill(model, open_case(files, "v2"), forget_bias=0.0)
    lstm = model.layers[1].cell
    f = golden["v2"]["var/rnn/basic_lstm_cell/bias"][8:12]
    np.testing.assert_array_equal(lstm.bias.numpy()[4:8], f)
    fates = fill(model, open_case(files, "averages"), averages=True)
    shadow = golden["averages"]["var/dense/kernel/ExponentialMovingAverage"]
    np.testing.assert_array_equal(model.layers[2].kernel.numpy(), shadow)
    reasons = {fate.name: fate.reason for fate in fates}
    assert "moving average" in reasons["dense/kernel"] and not reasons["dense/kernel/ExponentialMovingAverage"]
    fill(model, open_case(files, "averages"))
    np.testing.assert_array_equal(model.layers[2].kernel.numpy(), golden["averages"]["var/dense/kernel"])


def test_slots_made_inside_a_scope_and_layers_by_their_shapes(files, golden):
    model = stack(L.Lambda(lambda x: x[:, 0]), L.Dense(3))()
    model.compile(optimizers.Adam(0.01), "mse")
    assert not [fate for fate in fill(model, open_case(files, "scoped_slots")) if fate.reason]
    (slot, _) = model.optimizer.slots_of(model.layers[2].kernel)
    np.testing.assert_array_equal(slot.numpy(), golden["scoped_slots"]["var/training/dense/kernel/Adam"])

    x, ids = keras.Input((4, 3)), keras.Input((4,), dtype="int32")
    y = L.Conv1D(4, 2, padding="same")(x + L.Embedding(5, 3)(ids))
    y = L.BatchNormalization(epsilon=1e-3)(y)
    y = L.Dense(2)(L.Dense(4)(L.Dense(4)(y[:, -1])))
    model = keras.Model([x, ids], y)
    fill(model, open_case(files, "layers"))
    fed = [golden["layers"]["x"], np.array([[0, 1, 2, 4]] * 2)]
    np.testing.assert_allclose(np.asarray(model(fed)), golden["layers"]["y"], rtol=0, atol=1e-5)


# continuing


@pytest.fixture(scope="session")
def steps():
    """Program -> the batches of its steps 31 to 50."""
    return {name: batches(name, BEFORE, AFTER) for name in models.NAMES}


# Measured: 3.3e-7 on TensorFlow over 20 steps of the five programs; 1e-5 leaves room for another processor's kernels,
# as in test_programs.py.
CLOSE = 1e-5


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_training_goes_on_with_tf1s_next_20_losses(backend, files, golden, steps, tmp_path):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    found = {}
    if backend == "tensorflow":
        for name in models.NAMES:
            found[name] = continued(name, files / f"program-{name}", steps[name])
    else:
        arrays = {f"{name}|{k}|{i}": a for name in steps for k, pair in enumerate(steps[name]) for i, a in enumerate(pair)}
        np.savez(tmp_path / "batches.npz", **arrays)
        script = Path(__file__).with_name("continue_training.py")
        done = python(script, files, tmp_path / "batches.npz", KERAS_BACKEND=backend)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
    for name in models.NAMES:
        wanted = golden[f"program-{name}"]["losses"][BEFORE:].astype(float)
        assert len(wanted) == AFTER
        np.testing.assert_allclose(found[name], wanted, rtol=CLOSE, atol=0, err_msg=name)


def test_tf1_restores_and_continues_what_was_written_here(files, steps, tmp_path):
    """The golden holds files that `write_checkpoint` made, and the losses of TF 1.15.5's `lstm_rows` from there on."""
    with np.load(GOLDENS / "checkpoints_written.npz") as golden:
        losses = golden["losses"][BEFORE:]
        for name in golden.files:
            if name != "losses":
                (tmp_path / name).write_bytes(golden[name].tobytes())
    found = continued("lstm_rows", tmp_path, steps["lstm_rows"])
    np.testing.assert_allclose(found, losses.astype(float), rtol=CLOSE, atol=0)

    model = models.load("lstm_rows").build()
    fill(model, open_checkpoint(tmp_path), rows=PROGRAMS["lstm_rows"])
    index, data = index_and_data(tf1_state(model, PROGRAMS["lstm_rows"]))
    assert data == (tmp_path / "model.ckpt.data-00000-of-00001").read_bytes()
    assert index == (tmp_path / "model.ckpt.index").read_bytes()


# writing back


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=4, max_size=4), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_keras_to_tf1_and_back_is_bit_identical(tmp_path, forget, seed):
    """Whatever the forget bias is, also where no float32 b gives b + 1 == it."""
    model, again = (_small("a"), _small("b"))
    random = np.random.default_rng(seed)
    for variable in [*model.weights, *model.optimizer.variables]:
        if variable.dtype == "float32":
            variable.assign(random.normal(size=variable.shape).astype(np.float32))
    bias = model.layers[1].cell.bias
    bias.assign(np.concatenate([bias.numpy()[:4], np.array(forget, np.float32), bias.numpy()[8:]]))
    rows = rows_of_small()
    write_checkpoint(tmp_path / "model.ckpt", tf1_state(model, rows), overwrite=True)
    fill(again, open_checkpoint(tmp_path / "model.ckpt"), rows=rows)
    for one, other in zip(
        [*model.weights, *model.optimizer.variables], [*again.weights, *again.optimizer.variables], strict=True
    ):
        if "learning_rate" not in one.path:
            np.testing.assert_array_equal(one.numpy(), other.numpy(), one.path)


def _small(name):
    key = f"_{name}"
    if key not in _MADE:
        _MADE[key] = classifier(optimizers.Adam(0.01))
        _MADE[key].optimizer.build(_MADE[key].trainable_variables)
    return _MADE[key]


_MADE: dict = {}


def rows_of_small():
    from keras_port.weights import basic_lstm_cell, dense

    lstm, head = _small("a").layers[1].name, _small("a").layers[2].name
    _small("b").layers[1].name, _small("b").layers[2].name = lstm, head
    return [*basic_lstm_cell("rnn/basic_lstm_cell", lstm), *dense("W", "b", head)]
