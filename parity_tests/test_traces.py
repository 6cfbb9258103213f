"""What a model predicts by after many calls: compiled by XLA if that is faster and agrees, else as before."""

from __future__ import annotations

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

    def noted(traced):
        run, compiled = caller(traced), traced.function_def.attr["_XlaMustCompile"].b
        return lambda x: found.append(compiled) or run(x)

    monkeypatch.setattr(traces, "_caller", noted)
    monkeypatch.setattr(traces, "OFTEN", 3)
    faster_first(monkeypatch, True)
    return found


def faster_first(monkeypatch, is_faster: bool) -> None:
    times = iter([1.0, 2.0] if is_faster else [2.0, 1.0])
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
    assert_predicts_as_keras(model, stock, x[:2])
    assert ran == [False, False, True, False, True, True]  # the third call compares both
    model.compile("sgd", "mse")
    model.train_on_batch(x, y)  # with the weights of the moment
    ran.clear()
    np.testing.assert_allclose(model.predict(x[:2], verbose=0), stock.predict_on_batch(x[:2]), atol=1e-6)
    ran.clear()
    assert_predicts_as_keras(model, stock, x[:3])  # another shape is counted and compiled by itself


def test_outputs_of_any_structure(ran):
    inputs = keras.Input((4, 3))
    outputs, *states = layers.LSTM(5, return_state=True)(inputs)
    model, stock = (kind(inputs, {"last": outputs, "states": states}) for kind in (Model, keras.Model))
    assert_predicts_as_keras(model, stock, arrays()[0][:2])
    assert ran[-1]


def test_the_faster_one_stays(ran, monkeypatch):
    faster_first(monkeypatch, False)
    assert_predicts_as_keras(*made(layers.LSTM(5)), arrays()[0][:2])
    assert ran == [False, False, True, False, False, False]


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


NOT_COMPILED = {
    "out of range is refused": lambda: Recurrent(lambda x: tf.gather(x, tf.cast(x[0, :, 0] > 0, tf.int32), axis=1)),
    "an assertion": lambda: Recurrent(asserted),
    "slow": lambda: layers.LSTM(5, fast=False),
    "Keras's own": lambda: keras.layers.LSTM(5),
}


@pytest.mark.parametrize("why", NOT_COMPILED)
def test_what_is_never_compiled(why, ran):
    assert_predicts_as_keras(*made(NOT_COMPILED[why]()), arrays()[0][:2])
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


def test_chance_draws_what_it_would(ran):
    """Two draws more would change all that follow."""
    noise, x = Recurrent(lambda x: x + tf.random.normal([3])), arrays()[0][:2]
    drawn = []
    for kind in made(noise):
        tf.random.set_seed(7)
        drawn.append([kind.predict_on_batch(x) for _ in range(CALLS)])
    assert ran == [False] * CALLS
    assert not np.array_equal(drawn[0][0], drawn[0][1])


def test_what_xla_does_not_have_is_predicted_as_before(ran):
    through_python = Recurrent(lambda x: tf.ensure_shape(tf.py_function(lambda y: y * 2, [x], tf.float32), x.shape))
    assert_predicts_as_keras(*made(through_python), arrays()[0][:2])
    assert ran[-1] is False


def test_batches_of_any_number_of_rows_or_many_are_not_compiled(ran):
    model, stock = made(layers.LSTM(5))
    x, _ = arrays()
    for _ in range(CALLS):
        np.testing.assert_allclose(model.predict(x, 8, 0), stock.predict(x, 8, 0), atol=1e-6)
    assert not any(ran) and len(ran) == 4 * CALLS
    assert_predicts_as_keras(model, stock, np.tile(x, [2, 1, 1])[: traces.FEW + 1])
    assert not any(ran)


def test_what_does_not_agree_stays_out(ran, monkeypatch):
    caller = traces._caller

    def wrong(traced):
        run = caller(traced)
        return (lambda x: run(x) * 1.001) if traced.function_def.attr["_XlaMustCompile"].b else run

    monkeypatch.setattr(traces, "_caller", wrong)
    assert_predicts_as_keras(*made(layers.LSTM(5)), arrays()[0][:2])
    assert ran[-1] is False


@pytest.mark.parametrize(
    ("other", "agree"),
    [
        ([1.0, -2.0], True),
        ([1.0 + 1e-6, -2.0], True),
        ([1.0, 2.0], False),
        ([1.001, -2.0], False),
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
