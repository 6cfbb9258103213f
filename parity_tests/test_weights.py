"""keras_port.weights: TF1's formulas in NumPy against the Keras twins.

Everything numerical runs in float64, so that a gate in the wrong place or a
lost forget bias cannot hide behind rounding.
"""

from __future__ import annotations

import os

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_port import models, optimizers
from keras_port.weights import (
    PROGRAMS,
    WeightError,
    basic_lstm_cell,
    basic_rnn_cell,
    dense,
    dump_state,
    gradients_to_tf1,
    gru_cell,
    load_state,
    lstm_cell,
)

LSTM = "rnn/basic_lstm_cell"
# The variables of the five TF1 programs, as TF 1.15.5 lists them.
SHAPES = {
    "basic_rnn": {
        "rnn/basic_rnn_cell/kernel": (178, 150),
        "rnn/basic_rnn_cell/bias": (150,),
        "Variable": (150, 10),
        "Variable_1": (10,),
    },
    "lstm_zero_state": {
        f"{LSTM}/kernel": (178, 600),
        f"{LSTM}/bias": (600,),
        "Variable": (150, 10),
        "Variable_1": (10,),
    },
    "lstm_projection": {
        "Variable": (28, 128),
        "Variable_1": (128, 10),
        "Variable_2": (128,),
        "Variable_3": (10,),
        f"{LSTM}/kernel": (256, 512),
        f"{LSTM}/bias": (512,),
    },
    "static_lstm": {
        f"{LSTM}/kernel": (156, 512),
        f"{LSTM}/bias": (512,),
        "Variable": (128, 10),
        "Variable_1": (10,),
    },
    "lstm_rows": {
        f"{LSTM}/kernel": (56, 112),
        f"{LSTM}/bias": (112,),
        "Variable": (28, 10),
        "Variable_1": (10,),
    },
}


@pytest.fixture(autouse=True)
def float64():
    for dtype in ("float64", "float32"):
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)  # kept from the first layer on, else
        if dtype == "float64":
            yield


def random_arrays(name: str) -> dict[str, np.ndarray]:
    """Of a size at which no cell saturates or turns chaotic."""
    random = np.random.default_rng(7)
    return {key: random.normal(scale=shape[0] ** -0.5, size=shape) for key, shape in SHAPES[name].items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def tf1_rnn(a, x):
    """BasicRNNCell over (batch, time, inputs) -> last output (batch, units)."""
    h = np.zeros((len(x), a["rnn/basic_rnn_cell/bias"].size))
    for t in range(x.shape[1]):
        joint = np.concatenate([x[:, t], h], axis=1)
        h = np.tanh(joint @ a["rnn/basic_rnn_cell/kernel"] + a["rnn/basic_rnn_cell/bias"])
    return h


def tf1_lstm(a, x):
    """BasicLSTMCell over (batch, time, inputs) -> last h (batch, units)."""
    c = h = np.zeros((len(x), a[f"{LSTM}/bias"].size // 4))
    for t in range(x.shape[1]):
        joint = np.concatenate([x[:, t], h], axis=1)
        gates = joint @ a[f"{LSTM}/kernel"] + a[f"{LSTM}/bias"]
        i, j, f, o = np.split(gates, 4, axis=1)
        c = c * sigmoid(f + 1.0) + sigmoid(i) * np.tanh(j)
        h = np.tanh(c) * sigmoid(o)
    return h


def tf1_logits(name, a, x):
    if name == "lstm_projection":
        x = x @ a["Variable"] + a["Variable_2"]
        return tf1_lstm(a, x) @ a["Variable_1"] + a["Variable_3"]
    last = tf1_rnn(a, x) if name == "basic_rnn" else tf1_lstm(a, x)
    return last @ a["Variable"] + a["Variable_1"]


def tf1_loss(name, a, x, y):
    logits = tf1_logits(name, a, x)
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - (logits * y).sum(axis=1))


def batch():
    random = np.random.default_rng(8)
    return random.random((5, 28, 28)), np.eye(10)[random.integers(0, 10, 5)]


def keras_gradients(model, x, y):
    """One training step's gradients, parallel to model.trainable_variables."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = model.compute_loss(y=y, y_pred=model(x, training=True))
    return tape.gradient(loss, [v.value for v in model.trainable_variables])


@pytest.mark.parametrize("name", models.NAMES)
def test_twin_computes_tf1s_logits(name):
    model, arrays, (x, _) = models.load(name).build(), random_arrays(name), batch()
    load_state(model, PROGRAMS[name], arrays)
    got = np.asarray(model(x))
    assert got.dtype == "float64"
    np.testing.assert_allclose(got, tf1_logits(name, arrays, x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", models.NAMES)
def test_gradients_are_those_of_tf1s_loss(name):
    """Along a random direction of each TF1 variable: central differences."""
    model, arrays, (x, y) = models.load(name).build(), random_arrays(name), batch()
    load_state(model, PROGRAMS[name], arrays)
    gradients = gradients_to_tf1(model, PROGRAMS[name], keras_gradients(model, x, y))
    assert {key: g.shape for key, g in gradients.items()} == SHAPES[name]
    random = np.random.default_rng(9)
    for key, gradient in gradients.items():
        direction = random.normal(size=gradient.shape)
        direction *= 1e-4 / np.linalg.norm(direction)
        ahead, behind = (tf1_loss(name, arrays | {key: arrays[key] + sign * direction}, x, y) for sign in (1, -1))
        slope = (gradient * direction).sum() / 1e-4
        assert slope == pytest.approx((ahead - behind) / 2e-4, rel=1e-5, abs=1e-7), key


def test_a_training_step_seen_through_tf1_names():
    """Slots and weights move by TF1's Adam rule, in TF1's layout."""
    model, rows, (x, y) = models.load("lstm_rows").build(), PROGRAMS["lstm_rows"], batch()
    before = random_arrays("lstm_rows")
    random = np.random.default_rng(10)
    for key, shape in SHAPES["lstm_rows"].items():
        before[f"{key}/Adam"] = random.normal(size=shape)
        before[f"{key}/Adam_1"] = random.random(shape)
    before |= {"beta1_power": np.float32(0.5), "beta2_power": np.float32(0.75)}
    load_state(model, rows, before | {"global_step": np.int64(41)})
    gradients = keras_gradients(model, x, y)
    model.optimizer.apply(gradients, model.trainable_variables)

    after, lr = dump_state(model, rows), np.float64(np.float32(0.001))
    beta1, beta2 = np.float32(0.9), np.float32(0.999)
    epsilon = np.float64(np.float32(1e-8))
    for key, g in gradients_to_tf1(model, rows, gradients).items():
        m = before[f"{key}/Adam"] + (g - before[f"{key}/Adam"]) * (1 - np.float64(beta1))
        v = before[f"{key}/Adam_1"]
        v = v + (g * g - v) * (1 - np.float64(beta2))
        w = before[key] - lr * 0.5 / 0.5 * m / (np.sqrt(v) + epsilon)
        np.testing.assert_allclose(after[f"{key}/Adam"], m, rtol=1e-14, atol=1e-16)
        np.testing.assert_allclose(after[f"{key}/Adam_1"], v, rtol=1e-14, atol=1e-16)
        np.testing.assert_allclose(after[key], w, rtol=1e-13, atol=1e-15)
    assert after["beta1_power"] == np.float32(0.5) * beta1
    assert after["beta2_power"] == np.float32(0.75) * beta2
    assert int(model.optimizer.iterations.numpy()) == 42


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["float32", "float64"]))
@settings(max_examples=40, deadline=None)
def test_every_number_of_a_cell_has_its_place(inputs, units, dtype):
    """Position by position, and back again bit for bit."""
    kernel_row, bias_row = basic_lstm_cell("cell", "lstm", forget_bias=1.0)
    random = np.random.default_rng(inputs * 10 + units)
    joint = random.normal(size=(inputs + units, 4 * units)).astype(dtype)
    bias = random.uniform(-1, 1, size=4 * units).astype(dtype)
    kernel, recurrent = kernel_row.transform.to_keras(joint, weights=True)
    (shifted,) = bias_row.transform.to_keras(bias, weights=True)
    for place, gate in enumerate("ifjo"):  # Keras's order; it calls j the candidate, c
        block = slice(place * units, (place + 1) * units)
        first = "ijfo".index(gate) * units
        source = slice(first, first + units)
        np.testing.assert_array_equal(kernel[:, block], joint[:inputs, source])
        np.testing.assert_array_equal(recurrent[:, block], joint[inputs:, source])
        np.testing.assert_array_equal(shifted[block], bias[source] + (gate == "f"))
    assert kernel.dtype == recurrent.dtype == shifted.dtype == dtype

    to_tf1 = kernel_row.transform.to_tf1
    np.testing.assert_array_equal(to_tf1((kernel, recurrent), weights=True), joint)
    slots = bias_row.transform.to_keras(bias, weights=False)
    np.testing.assert_array_equal(bias_row.transform.to_tf1(slots, weights=False), bias)
    off = np.abs(bias_row.transform.to_tf1((shifted,), weights=True) - bias)
    forget = slice(2 * units, 3 * units)
    assert off[forget].max() <= np.finfo(dtype).eps / 2
    off[forget] = 0
    assert not off.any()


@given(st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_a_simple_cell_is_cut_at_its_inputs(inputs, units):
    kernel_row, _ = basic_rnn_cell("cell", "rnn")
    joint = np.random.default_rng(units).normal(size=(inputs + units, units))
    kernel, recurrent = kernel_row.transform.to_keras(joint, weights=True)
    np.testing.assert_array_equal(kernel, joint[:inputs])
    np.testing.assert_array_equal(recurrent, joint[inputs:])
    again = kernel_row.transform.to_tf1((kernel, recurrent), weights=True)
    np.testing.assert_array_equal(again, joint)


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["1.2", "1.0", "0.12"]))
@settings(max_examples=20, deadline=None)
def test_two_kernels_of_a_gru_become_one(inputs, units, age):
    """TF1's r, u and candidate are Keras's z, r, h: z is u. Back again bit for bit."""
    kernel_row, bias_row = gru_cell("cell", "gru", age=age)
    ends = {"1.2": "gates/kernel", "1.0": "gates/weights", "0.12": "Gates/Linear/Matrix"}
    assert kernel_row.tf1_names[0] == f"cell/{ends[age]}" and len(bias_row.tf1_names) == 2
    random = np.random.default_rng(inputs * 10 + units)
    gates, candidate = (random.normal(size=(inputs + units, n * units)) for n in (2, 1))
    kernel, recurrent = kernel_row.transform.to_keras(gates, candidate, weights=True)
    r, u = np.split(gates, 2, axis=1)
    np.testing.assert_array_equal(np.concatenate([kernel, recurrent]), np.concatenate([u, r, candidate], axis=1))
    shapes = kernel_row.transform.tf1_shape(kernel.shape, recurrent.shape)
    assert kernel.shape == (inputs, 3 * units) and shapes == (gates.shape, candidate.shape)
    again = kernel_row.transform.to_tf1((kernel, recurrent), weights=True)
    for one, other in zip(again, (gates, candidate), strict=True):
        np.testing.assert_array_equal(one, other)
    b = random.normal(size=3 * units)
    (bias,) = bias_row.transform.to_keras(b[: 2 * units], b[2 * units :], weights=True)
    np.testing.assert_array_equal(bias, np.concatenate([b[units : 2 * units], b[:units], b[2 * units :]]))
    np.testing.assert_array_equal(np.concatenate(bias_row.transform.to_tf1((bias,), weights=True)), b)


def test_slots_follow_the_two_kernels_of_a_gru_and_lstm_names_their_age():
    inputs = keras.Input((3, 2))
    model = keras.Model(inputs, keras.layers.GRU(4, reset_after=False, name="gru")(inputs))
    model.compile(optimizers.Adam(0.1), "mse")
    rows, random = gru_cell("cell", "gru"), np.random.default_rng(3)
    state = {key: random.normal(size=a.shape).astype(a.dtype) for key, a in dump_state(model, rows).items()}
    assert len(state) == 4 * 3 + 2 and state["cell/candidate/kernel/Adam_1"].shape == (6, 4)
    load_state(model, rows, state)
    for key, array in dump_state(model, rows).items():
        np.testing.assert_array_equal(array, state[key], key)
    with pytest.raises(WeightError, match="cell/candidate/bias: not among"):
        load_state(model, rows, without(state, "cell/candidate/bias"))
    assert [row.tf1_name for row in lstm_cell("s", "l", age="0.12")] == ["s/Linear/Matrix", "s/Linear/Bias"]


@pytest.mark.parametrize("name", models.NAMES)
def test_a_state_comes_back_bit_for_bit(name):
    """Load, dump, load, dump: only the forget bias may round, and only once."""
    model, rows = models.load(name).build(), PROGRAMS[name]
    load_state(model, rows, random_arrays(name))
    random = np.random.default_rng(11)
    state = {key: random.normal(size=array.shape).astype(array.dtype) for key, array in dump_state(model, rows).items()}
    load_state(model, rows, state)
    dumped = dump_state(model, rows)
    assert dumped.keys() == state.keys()
    for key, array in state.items():
        if key == f"{LSTM}/bias":
            np.testing.assert_allclose(dumped[key], array, rtol=0, atol=2.0**-51)
        else:
            np.testing.assert_array_equal(dumped[key], array, key)
        assert dumped[key].dtype == array.dtype and dumped[key].shape == array.shape
    load_state(model, rows, dumped)
    for key, array in dump_state(model, rows).items():
        np.testing.assert_array_equal(array, dumped[key], key)


def test_weights_alone_set_the_optimizer_back_to_its_start():
    for name, starts in (
        ("basic_rnn", {"RMSProp": 1, "RMSProp_1": 0}),
        ("lstm_rows", {"Adam": 0, "Adam_1": 0}),
    ):
        model, rows = models.load(name).build(), PROGRAMS[name]
        x, y = batch()
        model.train_on_batch(x, y)
        load_state(model, rows, random_arrays(name))
        state = dump_state(model, rows)
        for key in SHAPES[name]:
            for suffix, start in starts.items():
                assert (state[f"{key}/{suffix}"] == start).all()
        assert int(model.optimizer.iterations.numpy()) == 0
    assert state["beta1_power"] == np.float32(0.9)
    assert state["beta2_power"] == np.float32(0.999)


def without(arrays, key):
    return {k: a for k, a in arrays.items() if k != key}


def with_nan(array):
    array = np.array(array)
    array.flat[3] = np.nan
    return array


BIAS = f"{LSTM}/bias"
WRONG = {
    "missing": (lambda a: without(a, BIAS), "rnn/basic_lstm_cell/bias: not among"),
    "extra": (lambda a: a | {"W": np.ones(3)}, r"W \(3,\): nothing reads it"),
    "shape": (
        lambda a: a | {BIAS: a[BIAS][:100]},
        r"shape \(100,\), but Keras lstm/lstm_cell/bias \(112,\) needs \(112,\)",
    ),
    "transposed": (
        lambda a: a | {"Variable": a["Variable"].T},
        r"Variable: shape \(10, 28\).* needs \(28, 10\)",
    ),
    "dtype": (
        lambda a: a | {BIAS: a[BIAS].astype("f")},
        "dtype float32, but .* is float64",
    ),
    "nan": (lambda a: a | {BIAS: with_nan(a[BIAS])}, "1 of its 112 values are NaN"),
    "half the slots": (
        lambda a: a | {f"{BIAS}/Adam": np.zeros(112)},
        "rnn/basic_lstm_cell/bias/Adam_1: not among",
    ),
    "other slots": (
        lambda a: a | {f"{BIAS}/RMSProp": np.zeros(112)},
        "rnn/basic_lstm_cell/bias/RMSProp .*nothing reads it",
    ),
    "step": (lambda a: a | {"global_step": np.float32(1)}, "not a step count"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_state_is_refused_and_nothing_is_assigned(what):
    change, message = WRONG[what]
    model, rows = models.load("lstm_rows").build(), PROGRAMS["lstm_rows"]
    before = dump_state(model, rows)
    with pytest.raises(WeightError, match=message):
        load_state(model, rows, change(random_arrays("lstm_rows")))
    for key, array in dump_state(model, rows).items():
        np.testing.assert_array_equal(array, before[key], key)


CELL = basic_lstm_cell(LSTM, "lstm")
WRONG_ROWS = {
    "a weight without a row": (CELL, r"Keras logits/kernel \(28, 10\): no row assigns"),
    "two rows": (
        (*CELL, *dense("A", "B", "logits"), *dense("C", "D", "logits")),
        "logits/bias .*: two rows assign it",
    ),
    "no such layer": (
        (*CELL, *dense("A", "B", "head")),
        "'head/kernel': 0 weights match; there are lstm/lstm_cell/kernel",
    ),
    "one TF1 name twice": (
        (*CELL, *dense("A", "A", "logits")),
        "A: two rows read it",
    ),
}


@pytest.mark.parametrize("what", WRONG_ROWS)
def test_rows_that_do_not_fit_the_model_are_refused(what):
    rows, message = WRONG_ROWS[what]
    model = models.load("lstm_rows").build()
    for use in (
        lambda: load_state(model, rows, {}),
        lambda: dump_state(model, rows),
        lambda: gradients_to_tf1(model, rows, model.trainable_variables),
    ):
        with pytest.raises(WeightError, match=message):
            use()


def test_gradients_must_be_complete():
    model, rows = models.load("lstm_rows").build(), PROGRAMS["lstm_rows"]
    with pytest.raises(WeightError, match="4 gradients for 5 trainable variables"):
        gradients_to_tf1(model, rows, model.trainable_variables[:4])
    with pytest.raises(WeightError, match="logits/bias: its gradient is None"):
        gradients_to_tf1(model, rows, [*model.trainable_variables[:4], None])


def test_a_frozen_layer_and_a_foreign_optimizer_have_no_slots():
    inputs = keras.Input((2,))
    layers = keras.layers.Dense(2, name="a", trainable=False), keras.layers.Dense(2, name="b")
    model = keras.Model(inputs, layers[1](layers[0](inputs)))
    rows = (*dense("Wa", "ba", "a"), *dense("Wb", "bb", "b"))
    arrays = {n: np.ones((2, 2) if n[0] == "W" else 2) for n in ("Wa", "ba", "Wb", "bb")}
    load_state(model, rows, arrays)
    assert dump_state(model, rows).keys() == arrays.keys()
    model.compile(optimizer="sgd", loss="mse")
    load_state(model, rows, arrays)
    assert dump_state(model, rows).keys() == arrays.keys()
    model.compile(optimizer=optimizers.RMSProp(0.1), loss="mse")
    slots = {f"{n}/{slot}" for n in ("Wb", "bb") for slot in ("RMSProp", "RMSProp_1")}
    assert dump_state(model, rows).keys() == arrays.keys() | slots
