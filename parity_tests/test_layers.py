"""keras_port.layers against TF 1.15.5, on every Keras backend that is installed.

`layer_cases.py` runs each case in a process of its backend; `goldens/layers.npz` holds what real
TensorFlow 1.15.5 computed: outputs, final states, and the gradients of weights, inputs and first states,
over rows of 5, 2 and 0 steps. What TF1's random numbers decide is tested against closed forms.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import math
import pickle
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_port import layers
from keras_port.layers import noise, state
from parity_tests import layer_cases
from parity_tests.processes import python

GOLDENS = Path(__file__).parent / "goldens"
GOLDEN = json.loads((GOLDENS / "layers.json").read_text())

# K products in an inner product (the widest: 8 of the intersection cell) through T = 5 steps; the rounding
# of their sum grows like sqrt(K * T) units. Results are relative to the largest number of their array. Backwards it
# is as long again and takes the forward errors in (as in tolerances.py: 4); clipping and normalization divide what
# is left of a gradient by a small number, which doubles that. Measured: 0.9 units forwards, 4.5 backwards.
UNITS = {"result": 2, "gradient": 8}
FLOAT64 = 1e-10  # measured: 4e-15


def float32_bound(kind):
    return UNITS[kind] * float(np.finfo("float32").eps) / 2 * math.sqrt(8 * 5)


# On JAX most of the time goes into compiling, so a case of each kind must do.
ON_JAX = ("basic_lstm", "LSTMCell-all", "LayerNormLSTMCell", "bidirectional")
RUNS = {
    "tensorflow": ("float32,float64", tuple(layer_cases.CASES)),
    "torch": ("float64", tuple(layer_cases.CASES)),
    "jax": ("float64", ON_JAX),
}
PLAN = [
    (backend, name, dtype)
    for backend, (dtypes, names) in RUNS.items()
    for name in names
    for dtype in dtypes.split(",")
    if dtype in layer_cases.snippets.dtypes(layer_cases.CASES[name].golden)
]


def require(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")


PROGRAM = """
import sys
from parity_tests import layer_cases, test_layers
test_layers.fit_and_noise(sys.argv[1])
layer_cases.main(*sys.argv[2:])
"""


@dataclasses.dataclass
class Measured:
    cases: dict  # {(case, dtype): {key: array}}
    stock: dict  # {case: whether it holds a cell of Keras's own}
    other: dict  # of `fit_and_noise`


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """backend -> Measured; one process each, since most of its time is its start."""
    known = {}

    def of(backend):
        require(backend)
        if backend not in known:
            folder = tmp_path_factory.mktemp(backend)
            paths = folder / "other.pickle", folder / "cases.pickle"
            dtypes, names = RUNS[backend]
            done = python("-c", PROGRAM, *paths, dtypes, *names, KERAS_BACKEND=backend, timeout=600)
            assert done.returncode == 0, done.stderr
            other, cases = (pickle.loads(path.read_bytes()) for path in paths)
            known[backend] = Measured(*cases, other)
        return known[backend]

    return of


@pytest.fixture(scope="module")
def golden():
    packed = np.load(GOLDENS / "layers.npz")

    def of(name, dtype):
        arrays, begin = {}, 0
        for key, shape in GOLDEN["cases"][name]["layout"]:
            arrays[key] = packed[f"{name}/{dtype}"][begin : begin + math.prod(shape)].reshape(shape)
            begin += math.prod(shape)
        assert begin == len(packed[f"{name}/{dtype}"])
        return arrays

    return of


def test_every_golden_is_compared_and_of_real_tf1():
    assert {case.golden for case in layer_cases.CASES.values()} == set(GOLDEN["cases"])
    assert list(GOLDEN["cases"]) == layer_cases.snippets.CASES and GOLDEN["versions"]["tensorflow"] == "1.15.5"


@pytest.mark.parametrize(("backend", "name", "dtype"), PLAN)
def test_as_tf1(backend, name, dtype, measured, golden):
    run = measured(backend)
    wanted, found = golden(layer_cases.CASES[name].golden, dtype), run.cases[name, dtype]
    # Keras's own cells round float64 to float32 on PyTorch (keras_port.layers.wide).
    exact = dtype == "float64" and not (backend == "torch" and run.stock[name])
    assert set(found) == set(wanted)
    for key, array in wanted.items():
        assert found[key].shape == array.shape and found[key].dtype == dtype
        bound = FLOAT64 if exact else float32_bound(key.partition("/")[0])
        assert np.abs(found[key] - array).max() <= bound * max(np.abs(array).max(), 1e-3), key


# dropout


class Echo(keras.layers.Layer):
    """An LSTM-like cell: the output is the input, the state [1, 1]."""

    state_kinds = (state.HIDDEN, state.MEMORY)

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.state_size = [width, width]
        self.output_size = width

    def call(self, inputs, states):
        return inputs, [keras.ops.ones_like(part) for part in states]


def echoed(shape=(50, 6, 40), training=True, keep_prob=None, **options):
    """Outputs (batch, time, width) and the state's parts of a DropoutWrapper over ones."""
    layer = layers.DynamicRNN(layers.DropoutWrapper(Echo(shape[-1]), **options), return_state=True)
    outputs, *final = layer(np.ones(shape, "float32"), training=training, keep_prob=keep_prob)
    return np.array(outputs), [np.array(part) for part in final]


@pytest.mark.parametrize("kind", ["input_keep_prob", "output_keep_prob"])
def test_dropout_scales_and_keeps_the_fraction_with_a_mask_of_its_own_for_every_number(kind):
    outputs, final = echoed(**{kind: 0.7})
    assert set(np.unique(outputs)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    kept = outputs > 0
    deviation = math.sqrt(0.7 * 0.3 / kept.size)
    assert abs(kept.mean() - 0.7) < 4 * deviation
    # Two independent masks agree with probability 0.7**2 + 0.3**2 = 0.58.
    for other in (kept[:, 1:] == kept[:, :-1], kept[1:] == kept[:-1], kept[..., 1:] == kept[..., :-1]):
        assert abs(other.mean() - 0.58) < 5 * math.sqrt(0.58 * 0.42 / other.size)
    assert all((part == 1).all() for part in final)


def test_state_dropout_falls_on_h_and_never_on_c():
    outputs, (h, c) = echoed(state_keep_prob=0.6)
    assert (outputs == 1).all() and (c == 1).all()
    assert set(np.unique(h)) == {np.float32(0), np.float32(1) / np.float32(0.6)}
    assert abs((h > 0).mean() - 0.6) < 4 * math.sqrt(0.24 / h.size)


def test_input_and_output_masks_differ():
    outputs, _ = echoed(input_keep_prob=0.5, output_keep_prob=0.5)
    assert abs((outputs > 0).mean() - 0.25) < 4 * math.sqrt(0.1875 / outputs.size)


def test_variational_masks_are_one_for_all_steps_and_rows():
    outputs, (h, _) = echoed(output_keep_prob=0.5, state_keep_prob=0.5, variational_recurrent=True)
    assert (outputs == outputs[:1, :1]).all() and 0 < (outputs > 0).mean() < 1
    assert (h == h[:1]).all() and (h[0] != outputs[0, 0]).any()


@pytest.mark.parametrize("variational", [False, True])
def test_no_dropout_at_inference(variational):
    outputs, final = echoed(
        input_keep_prob=0.5,
        output_keep_prob=0.5,
        state_keep_prob=0.5,
        training=False,
        variational_recurrent=variational,
    )
    assert (outputs == 1).all() and all((part == 1).all() for part in final)


def test_a_call_draws_anew_and_a_seed_decides():
    def layer(seed):
        return layers.DynamicRNN(layers.DropoutWrapper(Echo(40), output_keep_prob=0.5, seed=seed))

    x = np.ones((3, 4, 40), "float32")
    one, same, other = layer(1), layer(1), layer(2)
    first, second = np.array(one(x, training=True)), np.array(one(x, training=True))
    assert (first != second).any() and (first == np.array(same(x, training=True))).all()
    assert (first != np.array(other(x, training=True))).any()


def test_a_fed_probability_counts_always_and_row_by_row():
    rows = np.array([1.0, 0.25] * 25, "float32")
    outputs, _ = echoed(output_keep_prob="fed", training=False, keep_prob=rows)
    assert (outputs[::2] == 1).all() and set(np.unique(outputs[1::2])) == {0, 4}
    outputs, _ = echoed(output_keep_prob="fed", keep_prob=1.0)
    assert (outputs == 1).all()
    with pytest.raises(ValueError, match="none was fed"):
        echoed(output_keep_prob="fed")


def test_layer_norm_dropout_falls_on_the_candidate_in_training_only():
    cell = layers.LayerNormLSTMCell(30, dropout_keep_prob=0.5)
    cell.build((None, 3))
    x, first = np.random.rand(20, 3).astype("float32"), cell.get_initial_state(20)
    cell.memory = lambda c: c  # the normalization of c would hide its zeros
    _, (_, c, key) = cell(x, first, training=True)
    assert 0.3 < (np.array(c) == 0).mean() < 0.7 and (np.array(key)[:, -1] == 1).all()
    _, (_, c, _) = cell(x, first, training=False)
    assert (np.array(c) != 0).all()


def hashed(stream, step, salt, rows, columns):
    """keras_port.layers.noise.uniform in NumPy's 32-bit arithmetic."""

    def mix(x):
        x = np.uint32(x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = np.uint32(x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        return x ^ (x >> np.uint32(16))

    with np.errstate(over="ignore"):
        x = mix(np.uint32(stream) + np.uint32(0x9E3779B9))
        for part in (step, salt, np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)):
            x = mix(x ^ np.uint32(part))
    return (x >> np.uint32(8)) / 2**24


def test_noise_is_a_hash_of_its_place_and_uniform():
    stream, step = 123 * 65536 + 45 * 256 + 6, 260
    key = keras.ops.convert_to_tensor([[123.0, 45, 6, 1, 4], [123, 45, 6, 1, 3]])  # the second row was masked once
    assert [int(part) for part in noise.place(key)] == [stream, step]
    assert np.array(noise.next_key(key))[0].tolist() == [123, 45, 6, 1, 5]
    assert np.array(noise.next_key(key + [0, 0, 0, 0, 251]))[0].tolist() == [123, 45, 6, 2, 0]
    random = np.array(noise.uniform(stream, step, 3, 200, 100))
    np.testing.assert_array_equal(random, hashed(stream, step, 3, 200, 100))
    counts = np.histogram(random, 50, (0, 1))[0]
    # chi-squared of 49 degrees of freedom: below 94 in all but one of 10,000 cases, above 21 in all but one of 10,000
    assert 21 < ((counts - 400) ** 2 / 400).sum() < 94


@pytest.mark.parametrize("backend", RUNS)
def test_noise_is_the_same_on_every_backend(backend, measured):
    assert np.array_equal(measured(backend).other["noise"], hashed(9, 8, 7, 30, 20))


# as Keras layers

MAKERS = {
    "LSTMCell": lambda: layers.LSTMCell(4, use_peepholes=True, cell_clip=0.3, num_proj=3, proj_clip=0.2),
    "LayerNormLSTMCell": lambda: layers.LayerNormLSTMCell(4, dropout_keep_prob=0.6),
    "CoupledInputForgetGateLSTMCell": lambda: layers.CoupledInputForgetGateLSTMCell(
        4, use_peepholes=True, layer_norm=True, num_proj=3, activation="relu"
    ),
    "NASCell": lambda: layers.NASCell(4, 3, use_bias=True),
    "UGRNNCell": lambda: layers.UGRNNCell(4, initializer="orthogonal"),
    "IntersectionRNNCell": lambda: layers.IntersectionRNNCell(4, 4),
    "PhasedLSTMCell": lambda: layers.PhasedLSTMCell(4, use_peepholes=True),
    "AttentionCellWrapper": lambda: layers.AttentionCellWrapper(
        layers.DropoutWrapper(layers.multi_rnn_cell([layers.LSTMCell(4), layers.gru_cell(3, inputs=4)]), 0.5), 3
    ),
    "ResidualWrapper": lambda: layers.ResidualWrapper(layers.basic_rnn_cell(3, inputs=3), double_residual),
    "HighwayWrapper": lambda: layers.HighwayWrapper(layers.gru_cell(3, inputs=3), False, 0.5),
    "projections": lambda: layers.OutputProjectionWrapper(
        layers.InputProjectionWrapper(layers.basic_lstm_cell(4, inputs=5, forget_bias=0.3), 5, "relu"), 2
    ),
    "shared": lambda: layers.multi_rnn_cell([layers.DropoutWrapper(layers.UGRNNCell(3), 0.5, 0.6, 0.7)] * 2),
}


@keras.saving.register_keras_serializable(package="test_layers")
def double_residual(inputs, outputs):
    return 2 * inputs + outputs


def model_of(*names):
    """(rows (batch, time, 3), lengths (batch,)) -> per name outputs, averaged over time, side by side."""
    rows, lengths = keras.Input((None, 3)), keras.Input((), dtype="int32")
    parts = [layers.DynamicRNN(MAKERS[name]())(rows, sequence_length=lengths) for name in names]
    both = layers.BidirectionalRNN(layers.LSTMCell(2), layers.gru_cell(2, inputs=3), merge_mode="concat")
    parts.append(both(rows, sequence_length=lengths))
    means = [keras.ops.mean(part, axis=1) for part in parts]
    return keras.Model([rows, lengths], keras.layers.Concatenate()(means))


def batch(rows=4, time=5):
    return [np.random.default_rng(0).random((rows, time, 3), "float32"), np.arange(rows, dtype="int32") % (time + 1)]


def test_a_saved_model_comes_back_bit_for_bit(tmp_path):
    model = model_of(*MAKERS)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    # A cell inside is built before its layer when loaded, so its variables' paths begin later; Keras's own RNN does so.
    assert [v.path.split("/")[-2:] for v in again.weights] == [v.path.split("/")[-2:] for v in model.weights]
    np.testing.assert_array_equal(again.predict_on_batch(batch()), model.predict_on_batch(batch()))
    assert json.dumps(again.get_config()) == json.dumps(model.get_config())  # JSON makes lists of tuples


def fit_and_noise(path):
    """On any backend: train a compiled model, save it, load it, and draw some noise."""
    model = model_of("shared")
    x, more = batch(4, 5), batch(3, 2)
    model.compile("sgd", "mse", jit_compile=keras.backend.backend() != "torch")
    losses = model.fit(x, np.ones((4, model.output_shape[-1])), epochs=3, verbose=0).history["loss"]
    file = Path(path).with_suffix(".keras")
    model.save(file)
    again = keras.saving.load_model(file, safe_mode=True)
    found = {
        "losses": losses,
        "predicted": [each.predict_on_batch(more) for each in (model, again)],
        "eager": keras.ops.convert_to_numpy(model(more)),
        "noise": keras.ops.convert_to_numpy(noise.uniform(9, 8, 7, 30, 20)),
    }
    Path(path).write_bytes(pickle.dumps(found))


@pytest.mark.parametrize("backend", RUNS)
def test_fit_compiled_and_save_with_batches_and_times_of_any_size(backend, measured):
    found = measured(backend).other
    assert np.isfinite(found["losses"]).all() and len(set(found["losses"])) == 3
    np.testing.assert_array_equal(*found["predicted"])
    np.testing.assert_allclose(found["eager"], found["predicted"][0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name", MAKERS)
def test_mixed_precision(name, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        layer = layers.DynamicRNN(MAKERS[name](), return_state=True)
        results = layer(batch()[0], training=True)
    finally:
        keras.config.set_dtype_policy(before)
    for part in keras.tree.flatten(results):
        assert keras.backend.standardize_dtype(part.dtype) == policy.removeprefix("mixed_")
        assert np.isfinite(np.array(part, "float32")).all()
    assert {v.dtype for v in layer.trainable_variables} == {"float32"}


@pytest.mark.parametrize("name", MAKERS)
def test_a_run_goes_on_from_its_final_state(name):
    layer = layers.DynamicRNN(MAKERS[name](), return_state=True)
    (rows, _), split = batch(2, 6), 2
    outputs, *final = layer(rows)
    first, *middle = layer(rows[:, :split])
    second, *last = layer(rows[:, split:], initial_state=middle)
    np.testing.assert_allclose(np.concatenate([first, second], 1), outputs, rtol=0, atol=1e-6)
    assert keras.tree.map_structure(lambda part: tuple(part.shape), last) == keras.tree.map_structure(
        lambda part: tuple(part.shape), final
    )
    for a, b in zip(keras.tree.flatten(last), keras.tree.flatten(final), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["one way", "both ways"])
@pytest.mark.parametrize("time", [4, 6])
def test_a_mask_before_a_time_major_layer_is_time_major_too(kind, time):
    """... also of as many steps as rows, where no shape tells."""
    cells = [layers.LSTMCell(3)] if kind == "one way" else [layers.LSTMCell(3), layers.LSTMCell(3)]
    make = layers.DynamicRNN if kind == "one way" else layers.BidirectionalRNN
    rows, lengths = batch(4, time)[0], [time, 2, 0, 3]
    rows *= layers.sequence_mask(lengths, time).numpy()[:, :, None]
    swapped = np.swapaxes(rows, 0, 1).copy()
    wanted = keras.tree.flatten(make(*cells)(rows, sequence_length=lengths))
    masked = keras.layers.Masking()(swapped)
    mask = layers.sequence_mask(lengths, time).numpy().T
    for call in (lambda layer: layer(masked), lambda layer: layer(swapped, mask=mask)):
        found = keras.tree.flatten(call(make(*cells, time_major=True)))
        for one, other in zip(wanted, found, strict=True):
            np.testing.assert_allclose(np.swapaxes(other, 0, 1), one, rtol=0, atol=1e-6)


def test_every_wrapper_works_in_keras_rnn():
    for name, make in MAKERS.items():
        layer = keras.layers.RNN(make(), return_sequences=True)
        assert np.isfinite(np.array(layer(batch()[0], training=True))).all(), name


# starts


def test_the_forget_bias_is_in_the_bias_of_a_stock_layer_only():
    stock, own = layers.basic_lstm(2, inputs=3, forget_bias=0.7), layers.LSTMCell(2, 0.7)
    stock.build((None, None, 3)), own.build((None, 3))
    np.testing.assert_allclose(stock.cell.bias.numpy(), [0, 0, 0.7, 0.7, 0, 0, 0, 0])
    assert (own.bias.numpy() == 0).all()
    gru = layers.gru(2, inputs=3)
    gru.build((None, None, 3))
    np.testing.assert_array_equal(gru.cell.bias.numpy(), [1, 1, 1, 1, 0, 0])


def within(array, limit):
    return 0.97 * limit < np.abs(array).max() <= limit


def test_kernels_start_within_tf1s_limits_and_differ():
    inputs, units = 30, 50
    own = layers.LSTMCell(units, use_peepholes=True)
    own.build((None, inputs))
    limit = math.sqrt(6 / (inputs + units + 4 * units))
    assert within(own.kernel.numpy(), limit) and within(own.recurrent_kernel.numpy(), limit)
    assert (own.kernel.numpy()[:30] != own.recurrent_kernel.numpy()[:30]).any()
    peepholes = [peephole.numpy() for peephole in own.peepholes]
    assert (peepholes[0] != peepholes[1]).any() and (peepholes[1] != peepholes[2]).any()
    gru = layers.gru_cell(units, inputs=inputs)
    gru.build((None, inputs))
    for kernel in (gru.kernel.numpy(), gru.recurrent_kernel.numpy()):
        for block, gates in zip(np.split(kernel, 3, -1), (2, 2, 1), strict=True):
            assert within(block, math.sqrt(6 / (inputs + units + gates * units)))


# refusals


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.LSTMCell(0), "units is 0"),
        (lambda: layers.DropoutWrapper(Echo(2), 1.5), r"input_keep_prob is 1.5, but must be in \(0, 1\]"),
        (lambda: layers.LayerNormLSTMCell(2, dropout_keep_prob=0), "dropout_keep_prob is 0"),
        (lambda: layers.AttentionCellWrapper(Echo(2), 0), "attn_length is 0"),
        (lambda: layers.OutputProjectionWrapper(Echo(2), 0), "0 is no width"),
        (lambda: layers.BidirectionalRNN(Echo(2), Echo(2), merge_mode="sum"), "merge_mode is 'sum'"),
        (
            lambda: layers.HighwayWrapper(layers.LSTMCell(2)).build((None, 3)),
            "inputs of width 3 and outputs of width 2",
        ),
        (lambda: layers.IntersectionRNNCell(2).build((None, 3)), "inputs of width 3 need num_in_proj=2"),
        (
            lambda: layers.DynamicRNN(Echo(3))(np.ones((2, 2, 3), "float32"), initial_state=[np.ones((2, 3))]),
            r"shapes \[\(2, 3\)\], but the cell's state is \['hidden', 'memory'\]",
        ),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_wrapper_wants_a_cell():
    with pytest.raises(TypeError, match="is not a cell"):
        layers.ResidualWrapper(keras.layers.Dense(2))
