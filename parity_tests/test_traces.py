"""What a model predicts by after many calls: compiled by XLA if that is faster and agrees, else as before."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_port import layers, traces
from keras_port.feeding import Model
from parity_tests.model_pairs import arrays

CALLS = 4


@pytest.fixture
def ran(monkeypatch):
    """Whether what predicted, or was to be compared, was compiled; a model is compiled at the third call, and that is faster."""
    found, caller = [], traces._caller

    def noted(traced, **options):
        run, compiled = caller(traced, **options), traced.function_def.attr["_XlaMustCompile"].b
        return lambda x: found.append(compiled) or run(x)

    monkeypatch.setattr(traces, "_caller", noted)
    monkeypatch.setattr(traces, "OFTEN", 3)
    faster_first(monkeypatch, True)
    return found


def faster_first(monkeypatch, is_faster: bool) -> None:
    times = itertools.cycle([1.0, 2.0] if is_faster else [2.0, 1.0])
    monkeypatch.setattr(traces, "_least_time", lambda run, x: next(times))


def made(layer, before=None):
    """A model of (4, 3), and a keras.Model of the same layers."""
    inputs = keras.Input((4, 3))
    outputs = keras.layers.Dense(2)(layer(before(inputs) if before else inputs))
    return Model(inputs, outputs), keras.Model(inputs, outputs)


def assert_predicts_as_keras(model, stock, x):
    for _ in range(CALLS):
        found, wanted = model.predict_on_batch(x), stock.predict_on_batch(x)
        keras.tree.assert_same_structure(found, wanted)
        keras.tree.map_structure(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6), found, wanted)


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_compiled_it_predicts_as_before(name, dense, ran):
    options = {"reset_after": False} if name == "GRU" else {}
    model, stock = made(getattr(layers, name)(5, **options), layers.Dense(6) if dense else None)
    x, y = arrays()
    model.compile(keras.optimizers.SGD(0.5), "mse")
    assert_predicts_as_keras(model, stock, x[:2])
    assert ran == [False, False, *[True, False] * 2, True, True]  # the third call compares both, with two arrays
    before = model.predict_on_batch(x[:2])
    model.train_on_batch(x, y)
    ran.clear()
    after = model.predict(x[:2], verbose=0)
    assert ran == [True] and abs(after - before).max() > 0.01
    np.testing.assert_allclose(after, stock.predict_on_batch(x[:2]), atol=1e-6)
    model.set_weights([2 * weight for weight in model.get_weights()])
    assert_predicts_as_keras(model, stock, x[:2])
    assert all(ran)


def test_every_shape_is_counted_by_itself_and_only_some_are_compiled(ran, monkeypatch):
    monkeypatch.setattr(traces, "SHAPES", 2)
    model, stock = made(layers.LSTM(5))
    for rows in (1, 2, 3):
        ran.clear()
        assert_predicts_as_keras(model, stock, arrays()[0][:rows])
        assert ran[:2] == [False, False] and ran[-1] is (rows < 3)


def test_outputs_of_any_structure(ran):
    inputs = keras.Input((4, 3))
    outputs, *states = layers.LSTM(5, return_state=True)(inputs)
    model, stock = (kind(inputs, {"last": outputs, "states": states}) for kind in (Model, keras.Model))
    assert_predicts_as_keras(model, stock, arrays()[0][:2])
    assert ran[-1]


def test_the_faster_one_stays(ran, monkeypatch):
    faster_first(monkeypatch, False)
    assert_predicts_as_keras(*made(layers.LSTM(5)), arrays()[0][:2])
    assert ran == [False, False, *[True, False] * 2, False, False]


def test_timed_in_earnest(monkeypatch):
    """The least of several times: what is slow once does not count."""
    clock = iter([0, 5, 5, 6, 6, 8, 8, 11, 11, 15])
    monkeypatch.setattr(traces.time, "perf_counter", lambda: next(clock))
    assert traces._least_time(lambda x: x, tf.constant(0)) == 1


class Recurrent(keras.layers.Layer):
    """With one of the layers inside, after or before something else."""

    def __init__(self, of=lambda x: x, layer=None):
        super().__init__()
        self.of, self.layer = of, layer or layers.LSTM(5)

    def call(self, inputs):
        return self.layer(self.of(inputs))


def asserted(x):
    tf.debugging.assert_less(x, 100.0)
    return x


def in_turn(x, axis):
    return tf.while_loop(lambda turn, _: turn < 2, lambda turn, y: (turn + 1, tf.cumsum(y, axis)), [0, x])[1]


NOT_COMPILED = {
    "an index of a lookup": lambda: Recurrent(lambda x: tf.gather(x, tf.cast(x[0, :, 0] > 0, tf.int32), axis=1)),
    "an index": lambda: Recurrent(lambda x: x + x[:, tf.cast(x[0, 0, 0] > 0, tf.int32)][:, None]),
    "a function within": lambda: Recurrent(tf.function(lambda x: x + x[:, tf.cast(x[0, 0, 0] > 0, tf.int32)][:, None])),
    "a number of things": lambda: Recurrent(lambda x: x + tf.reduce_sum(tf.range(4 * tf.abs(x[0, 0, 0])))),
    "a number of rows": lambda: Recurrent(
        lambda x: x + tf.reduce_sum(tf.fill([tf.cast(tf.abs(4 * x[0, 0, 0]), tf.int32)], 0.1))
    ),
    "an axis": lambda: Recurrent(lambda x: tf.cumsum(x, tf.cast(x[0, 0, 0] > 0, tf.int32) + 1)),
    "an axis in a loop": lambda: Recurrent(lambda x: in_turn(x, tf.cast(x[0, 0, 0] > 0, tf.int32) + 1)),
    "an assertion": lambda: Recurrent(asserted),
    "Python": lambda: Recurrent(lambda x: tf.ensure_shape(tf.py_function(lambda y: y * 2, [x], tf.float32), x.shape)),
    "slow": lambda: layers.LSTM(5, fast=False),
    "Keras's own": lambda: keras.layers.LSTM(5),
}


@pytest.mark.parametrize("why", NOT_COMPILED)
def test_what_is_never_compiled(why, ran):
    assert_predicts_as_keras(*made(NOT_COMPILED[why]()), arrays()[0][:2])
    assert ran == [False] * CALLS


def test_python_is_called_once_where_nothing_is_compiled(ran):
    calls = []
    model, _ = made(Recurrent(lambda x: calls.append(x) or x, keras.layers.LSTM(5)))
    calls.clear()
    for _ in range(CALLS):
        model.predict_on_batch(arrays()[0][:2])
    assert len(calls) == 1


@pytest.mark.parametrize("why", ["asked for", "deterministic", "large"])
def test_when_nothing_is_compiled(why, ran, monkeypatch):
    model, stock = made(layers.LSTM(5))
    if why == "asked for":  # then it is from the start
        model.compile("sgd", "mse", jit_compile=True)
    elif why == "deterministic":
        monkeypatch.setattr(traces, "is_op_determinism_enabled", lambda: True)
    else:
        monkeypatch.setattr(traces, "LARGE", 20)
    assert_predicts_as_keras(model, stock, arrays()[0][:2])
    assert ran == [False] * CALLS


def test_a_state_goes_on_and_is_not_compiled(ran):
    inputs, layer = keras.Input(batch_shape=(2, 4, 3)), layers.SimpleRNN(5, stateful=True)
    outputs = layer(inputs)
    x, found = arrays()[0][:2], []
    for model in (Model(inputs, outputs), keras.Model(inputs, outputs)):
        layer.reset_states()
        found.append([model.predict_on_batch(x) for _ in range(CALLS)])
    np.testing.assert_allclose(*found, atol=1e-6)
    assert ran == [False] * CALLS


@pytest.mark.parametrize("drawn", [tf.random.normal, tf.random.truncated_normal])
def test_chance_draws_what_it_would(drawn, ran, monkeypatch):
    """Two draws more would change all that follow."""
    found = []
    for often in (3, 1000):
        monkeypatch.setattr(traces, "OFTEN", often)
        keras.utils.set_random_seed(7)
        model, _ = made(Recurrent(lambda x: x + drawn([3])))
        found.append([model.predict_on_batch(arrays()[0][:2]) for _ in range(CALLS + 2)])
    np.testing.assert_array_equal(*found)
    assert not np.array_equal(found[0][0], found[0][1]) and not any(ran)


def test_what_xla_refuses_is_predicted_as_before(ran, monkeypatch):
    monkeypatch.setattr(traces, "_may_be_compiled", lambda graph: True)
    assert_predicts_as_keras(*made(NOT_COMPILED["Python"]()), arrays()[0][:2])
    assert ran[-1] is False


def test_batches_of_any_number_of_rows_or_many_are_not_compiled(ran):
    model, stock = made(layers.LSTM(5))
    x, _ = arrays()
    for _ in range(CALLS):
        np.testing.assert_allclose(model.predict(x, 8, 0), stock.predict(x, 8, 0), atol=1e-6)
    assert not any(ran) and len(ran) == 4 * CALLS
    assert_predicts_as_keras(model, stock, np.resize(x, (traces.MOST_ROWS + 1, 4, 3)))
    assert not any(ran)


@pytest.mark.parametrize("several", [False, True])
def test_every_call_gets_what_it_was_given(several, ran):
    """Read-only arrays in whatever order, whose predictions are kept, or are made at the same time."""
    model, stock = made(layers.LSTM(5))
    if several:
        model, stock = (type(one)(one.inputs, [*one.inputs, *one.outputs]) for one in (model, stock))
    x = np.random.default_rng(3).standard_normal((40, 2, 4, 3), "float32")
    x[1::2] = x[1::2].transpose(0, 1, 3, 2).copy().transpose(0, 1, 3, 2)
    x.flags.writeable = False
    found = [model.predict_on_batch(one) for one in x]
    with ThreadPoolExecutor(4) as pool:
        found += pool.map(model.predict_on_batch, x)
    wanted = [stock.predict_on_batch(one) for one in x] * 2
    keras.tree.map_structure(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6), found, wanted)
    assert ran[-1] is True


def test_one_place_serves_one_call_at_a_time():
    first, second = np.full((2, 3), 1.0), np.full((2, 3), 2.0)

    def run(x):
        return (inner := call(second) if x[0, 0] == 1 else None), x.numpy(), inner

    call = traces._FromOnePlace(run, first)
    inner, outer, _ = call(first)
    np.testing.assert_array_equal(outer, first)
    np.testing.assert_array_equal(inner[1], second)


def test_one_place_is_free_again_after_an_error():
    places = []

    def run(x):
        places.append(x)
        if len(places) == 1:
            raise KeyboardInterrupt
        return x

    call = traces._FromOnePlace(run, np.zeros(3))
    with pytest.raises(KeyboardInterrupt):
        call(np.ones(3))
    assert call(np.ones(3)) is places[0]


@pytest.mark.parametrize(("smaller", "one"), [(0, True), (1, False)])
def test_only_a_small_array_has_one_place(smaller, one, ran, monkeypatch):
    x, places = arrays()[0][:2], []
    monkeypatch.setattr(traces, "KEPT", x.nbytes - smaller)

    def placed(run, x, made=traces._FromOnePlace):
        places.append(x)
        return made(run, x)

    monkeypatch.setattr(traces, "_FromOnePlace", placed)
    assert_predicts_as_keras(*made(layers.LSTM(5)), x)
    assert ran[-1] is True and bool(places) is one


def test_what_does_not_agree_stays_out(ran, monkeypatch):
    caller = traces._caller

    def wrong(traced, **options):
        run = caller(traced, **options)
        return (lambda x: run(x) * 1.0001) if traced.function_def.attr["_XlaMustCompile"].b else run

    monkeypatch.setattr(traces, "_caller", wrong)
    assert_predicts_as_keras(*made(layers.LSTM(5)), arrays()[0][:2])
    assert ran[-1] is False


@pytest.mark.parametrize(
    "layer",
    [
        lambda: keras.layers.Bidirectional(layers.GRU(5, reset_after=False)),
        lambda: layers.LSTM(5, activation="relu", go_backwards=True),
        lambda: Recurrent(keras.layers.LayerNormalization()),
        lambda: Recurrent(lambda x: tf.reshape(x, tf.raw_ops.Shape(input=x))),
        lambda: Recurrent(layer=keras.models.Sequential([keras.layers.Masking(), layers.LSTM(5)])),
        lambda: Recurrent(lambda x: tf.nn.softmax(x) * tf.reduce_mean(x, 1, keepdims=True)),
    ],
)
def test_what_is_compiled(layer, ran):
    assert_predicts_as_keras(*made(layer()), arrays()[0][:2])
    assert ran[-1] is True


@pytest.mark.parametrize(
    ("other", "agree"),
    [
        ([1.0, -2.0], True),
        ([1.0 + 1e-6, -2.0], True),
        ([1.0, 2.0], False),
        ([1.0001, -2.0], False),
        ([1.0, np.nan], False),
        ([1.0, np.inf], False),
        ([[1.0, -2.0]], False),
        ([1.0], False),
    ],
)
def test_agreement(other, agree):
    one, other = np.array([1.0, -2.0], "float32"), np.array(other, "float32")
    assert traces._agree(one, other) is traces._agree({"y": [other]}, {"y": [one]}) is agree
    assert not traces._agree(np.array([1, 2]), np.array([1, 3]))
    assert not traces._agree(np.array([1.0, np.inf]), np.array([5.0, np.inf]))
