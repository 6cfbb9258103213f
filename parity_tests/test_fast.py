"""The fast SimpleRNN, LSTM and GRU against Keras's own: the same weights, the same numbers."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_port import layers
from keras_port.layers.fast import over_tensorflow
from parity_tests.processes import python

NAMES = ("SimpleRNN", "LSTM", "GRU")
# Both compute the same formula and add its products in another order: sums of at most 9 products (4 inputs and 5
# units) through at most 11 steps. Measured: 2e-15 in float64 and 1e-6 in float32, of the array's largest number.
BOUND = {"float64": 1e-13, "float32": 1e-5}


def options(name):
    return {"reset_after": False} if name == "GRU" else {}


def pair(name, inputs, units, **given):
    """Keras's layer and ours, built, with the same weights: of both signs, the bias too."""
    given = {"bias_initializer": "uniform", **options(name), **given}
    both = [getattr(home, name)(units, **given) for home in (keras.layers, layers)]
    for layer in both:
        layer.build((None, None, inputs))
    both[1].set_weights(both[0].get_weights())
    return both


def results(layer, x, states, **call):
    """Outputs, states, and the gradients of weights, inputs and first states."""
    x, states = tf.constant(x), [tf.constant(state) for state in states]
    weights = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch([x, *states])
        found = keras.tree.flatten(layer(x, initial_state=states or None, **call))
        # every number of every result has a share of its own
        loss = tf.add_n([tf.reduce_sum(tf.sin(part * (1.0 + k))) for k, part in enumerate(found)])
    gradients = tape.gradient(loss, [*weights, x, *states], unconnected_gradients="zero")
    return [np.array(part) for part in (*found, *gradients)]


def assert_same(ours, keras_own, dtype):
    assert len(ours) == len(keras_own)
    for got, wanted in zip(ours, keras_own, strict=True):
        assert got.dtype == wanted.dtype and got.shape == wanted.shape
        scale = max(1.0, abs(wanted).max(initial=0.0))
        assert abs(got - wanted).max(initial=0.0) <= BOUND[dtype] * scale


@contextlib.contextmanager
def way(chains, in_a_loop, joins):
    """The way through the steps, whatever their number and the sizes; yields what patches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(over_tensorflow, "_at_once", lambda: chains)
        patch.setattr(over_tensorflow, "FEWEST_ROWS", 1)
        patch.setattr(over_tensorflow, "STEPS", 0 if in_a_loop else 48)
        patch.setattr(over_tensorflow, "_joins", lambda *_: joins)
        yield patch


WAYS = {"chains": st.sampled_from([1, 2]), "in_a_loop": st.booleans(), "joins": st.booleans()}
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 11), st.integers(1, 4), st.integers(1, 5))
FLAGS = {flag: st.booleans() for flag in ("go_backwards", "zero_output_for_mask", "return_sequences", "return_state")}


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    shape=SHAPES,
    flags=st.fixed_dictionaries(FLAGS),
    use_bias=st.booleans(),
    masked=st.booleans(),
    started=st.booleans(),
    by=st.fixed_dictionaries(WAYS),
    dtype=st.sampled_from(["float64", "float64", "float32"]),
    seed=st.integers(0, 99),
)
def test_as_keras(name, shape, flags, use_bias, masked, started, by, dtype, seed):
    """Laid out, or in a loop as long sequences are; inputs multiplied ahead of the steps, or in them."""
    batch, time, inputs, units = shape
    random = np.random.default_rng(seed)
    x = random.normal(size=(batch, time, inputs)).astype(dtype)
    states = [random.normal(size=(batch, units)).astype(dtype) for _ in range(started * (1 + (name == "LSTM")))]
    mask = tf.constant(random.random((batch, time)) < 0.6) if masked else None
    own, ours = pair(name, inputs, units, use_bias=use_bias, dtype=dtype, **flags)
    with way(**by):
        got = results(ours, x, states, mask=mask)
    assert_same(got, results(own, x, states, mask=mask), dtype)


@pytest.mark.parametrize("joins", [False, True])
@pytest.mark.parametrize("in_a_loop", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_half_precision_as_keras(name, in_a_loop, joins):
    """Eleven bits a number, through seven steps; measured: at most 2e-3 of an array's largest number."""
    random = np.random.default_rng(2)
    x = random.normal(size=(3, 7, 4)).astype("float32")
    own, ours = pair(name, 4, 5, dtype="mixed_float16", return_sequences=True)
    with way(2, in_a_loop, joins):
        got = results(ours, x, [])
    for one, other in zip(got, results(own, x, []), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one.astype("float64"), other, rtol=0, atol=5e-3 * abs(other).max())


def behind_dense(home, name, widths, **given):
    """inputs -> Dense -> recurrent layer, as a function of inputs and a mask; and the layers."""
    wide, of_dense, flags = widths[1], given.pop("of_dense"), given.pop("flags")
    dense = home.Dense(wide, bias_initializer="uniform", dtype=given["dtype"], **of_dense)
    layer = getattr(home, name)(widths[2], bias_initializer="uniform", **options(name), **given, **flags)
    dense.build((None, None, widths[0])), layer.build((None, None, wide))
    return [dense, layer], lambda x, mask: keras.tree.flatten(layer(dense(x), mask=mask))


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    widths=st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 4)),
    flags=st.fixed_dictionaries({**FLAGS, "use_bias": st.booleans()}),
    of_dense=st.fixed_dictionaries({"use_bias": st.booleans(), "activation": st.sampled_from([None, None, "tanh"])}),
    masked=st.booleans(),
    by=st.fixed_dictionaries(WAYS),
    dtype=st.sampled_from(["float64", "float64", "float32"]),
    seed=st.integers(0, 99),
)
def test_behind_a_dense_as_keras(name, widths, flags, of_dense, masked, by, dtype, seed):
    """Values and gradients of both layers, in a function, where the two products are one if that makes fewer."""
    random = np.random.default_rng(seed)
    x = tf.constant(random.normal(size=(3, 5, widths[0])).astype(dtype))
    mask = tf.constant(random.random((3, 5)) < 0.6) if masked else None
    found, weights, joined = [], None, []
    with way(**by) as patch:
        real = over_tensorflow.product
        patch.setattr(over_tensorflow, "product", lambda *a: joined.append((a[1], real(*a))) or joined[-1][1])
        for home in (keras.layers, layers):
            both, call = behind_dense(home, name, widths, flags=flags, of_dense=of_dense, dtype=dtype)
            weights = weights or [layer.get_weights() for layer in both]
            for layer, values in zip(both, weights, strict=True):
                layer.set_weights(values)
            watched = [variable.value for layer in both for variable in layer.trainable_variables]

            @tf.function
            def values_and_gradients(x, call=call, watched=watched):
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    shown = call(x, mask)
                    loss = tf.add_n([tf.reduce_sum(tf.sin(part * (1.0 + k))) for k, part in enumerate(shown)])
                return [*shown, *tape.gradient(loss, [x, *watched], unconnected_gradients="zero")]

            found.append([np.array(part) for part in values_and_gradients(x)])
    assert_same(found[1], found[0], dtype)
    ((given, (multiplied, *_)),) = joined
    assert (multiplied is not given) is (of_dense["activation"] is None and widths[0] < widths[1])


def test_the_product_of_a_joined_dense_is_left_out():
    """(batch 2, time 3, inputs 4) -> Dense(50) -> LSTM(5): nobody multiplies six rows of 50."""
    _, call = behind_dense(layers, "LSTM", (4, 50, 5), flags={}, of_dense={}, dtype="float32")
    graph = tf.function(lambda x: call(x, None)).get_concrete_function(tf.zeros((2, 3, 4))).graph
    # what TensorFlow runs of a function: what its outputs need
    needed, todo = set(), [tensor.op for tensor in graph.outputs]
    while todo:
        op = todo.pop()
        if op.name not in needed:
            needed.add(op.name)
            todo += [tensor.op for tensor in op.inputs]
    shapes = [tuple(out.shape) for op in graph.get_operations() if op.name in needed for out in op.outputs]
    assert (6, 20) in shapes and not any(shape[-1:] == (50,) and shape[0] in (2, 3, 6) for shape in shapes)


def test_what_a_dense_puts_out_has_its_gradient_and_its_changes_eagerly():
    (dense, fast), call = behind_dense(layers, "LSTM", (2, 6, 5), flags={}, of_dense={}, dtype="float64")
    plain = layers.LSTM(5, bias_initializer="uniform", fast=False, dtype="float64")
    plain.build((None, None, 6)), plain.set_weights(fast.get_weights())
    x, found = np.random.default_rng(0).normal(size=(3, 4, 2)), []
    for layer in (fast, plain):
        with tf.GradientTape() as tape:
            between = dense(x)
            dense.kernel.assign(-dense.kernel)
            out = layer(between)
        found.append([np.array(out), np.array(tape.gradient(out, between))])
        dense.kernel.assign(-dense.kernel)
    assert_same(*found, "float64")


def test_what_comes_between_separates():
    """Another layer; a precision of its own: the layer takes what it is given, at the precision it has."""
    images = keras.Input((3, 4))
    half = layers.Dense(6, dtype="mixed_float16")
    for between in (lambda x: keras.layers.Activation("relu")(layers.Dense(6)(x)), half):
        lstm = layers.LSTM(5)
        made = keras.Model(images, lstm(between(images)))
        stock = keras.Model(images, keras.layers.LSTM.from_config({"units": 5})(between(images)))
        stock.set_weights(made.get_weights())
        x = np.random.default_rng(0).normal(size=(8, 3, 4)).astype("float32")
        np.testing.assert_allclose(made.predict(x, verbose=0), stock.predict(x, verbose=0), atol=1e-6)


@pytest.fixture
def taken(monkeypatch):
    """The fast calls that were made."""
    calls, real = [], over_tensorflow._chain
    monkeypatch.setattr(over_tensorflow, "_chain", lambda *a: calls.append(a) or real(*a))
    return calls


@pytest.mark.parametrize("activation", ["relu", "elu", "linear", "sigmoid", "softmax", "selu"])
def test_any_activation(activation, taken):
    """Those without a written gradient, the last two, go Keras's way."""
    x = np.random.default_rng(0).normal(size=(3, 4, 2))
    for name in NAMES:
        of_gates = {} if name == "SimpleRNN" else {"recurrent_activation": "hard_sigmoid"}
        own, ours = pair(name, 2, 3, activation=activation, dtype="float64", **of_gates)
        assert_same(results(ours, x, []), results(own, x, []), "float64")
        assert bool(taken) is (activation not in ("softmax", "selu"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steps", [None, 60])
def test_a_sequence_of_any_length(name, steps):
    """Masked rows, two chains; a length that is known only when the function runs, and one too long to be laid out."""
    random = np.random.default_rng(0)
    x, mask = random.normal(size=(4, 60, 2)), tf.constant(random.random((4, 60)) < 0.9)
    found = []
    for layer in pair(name, 2, 3, dtype="float64", return_sequences=True):

        @tf.function(input_signature=[tf.TensorSpec([None, steps, 2], tf.float64)])
        def traced(x, layer=layer):
            with tf.GradientTape() as tape:
                shown = layer(x, mask=mask[:, : tf.shape(x)[1]])
                loss = tf.reduce_sum(tf.sin(shown))
            return [shown, *tape.gradient(loss, [variable.value for variable in layer.trainable_variables])]

        with way(2, True, joins=name != "SimpleRNN"):
            lengths = [60] if steps else [60, 5, 1]
            found.append([np.array(part) for length in lengths for part in traced(x[:, :length])])
    assert_same(found[1], found[0], "float64")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dense", [False, True])
def test_one_row_of_any_length(name, dense):
    """Too few rows for the steps to multiply the inputs, and a length known when it runs."""
    own, ours = pair(name, 2, 3, dtype="float64")
    before = layers.Dense(2, dtype="float64") if dense else lambda x: x
    x = np.random.default_rng(0).normal(size=(1, 7, 1 if dense else 2))
    traced = tf.function(lambda x: ours(before(x)), input_signature=[tf.TensorSpec([1, None, x.shape[2]], tf.float64)])
    for length in (1, 7):
        assert_same([np.array(traced(x[:, :length]))], [np.array(own(before(x[:, :length])))], "float64")


@pytest.mark.parametrize(("masked", "wide"), [(False, True), (True, False)])
@pytest.mark.parametrize("name", NAMES)
def test_compiled_by_xla_as_keras(name, masked, wide, taken, monkeypatch):
    """In one loop, ours or Keras's: XLA compiles it in a tenth of the time that steps laid out take, and it is as fast."""
    laid_out = []
    monkeypatch.setattr(over_tensorflow, "_at_once", lambda: 2)
    monkeypatch.setattr(over_tensorflow, "laid_out", lambda *a: laid_out.append(a))
    random = np.random.default_rng(0)
    x, mask = random.normal(size=(70, 5, 2)), tf.constant(random.random((70, 5)) < 0.6) if masked else None
    own, ours = pair(name, 4 if wide else 2, 3, dtype="float64", return_sequences=masked, return_state=True)
    dense = layers.Dense(4, dtype="float64")

    def found(layer, by_xla):
        @tf.function(jit_compile=by_xla)
        def run(x):
            with tf.GradientTape() as tape:
                shown = keras.tree.flatten(layer(dense(x) if wide else x, mask=mask))
                loss = tf.add_n([tf.reduce_sum(tf.sin(part * (1.0 + k))) for k, part in enumerate(shown)])
            return [*shown, *tape.gradient(loss, [variable.value for variable in layer.trainable_variables])]

        dense.built or dense.build((None, None, 2))
        return [np.array(part) for part in run(tf.constant(x))]

    assert_same(found(ours, True), found(own, False), "float64")
    assert not laid_out and len(taken) == (wide or name == "GRU")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("in_a_loop", [False, True])
def test_a_gradient_of_the_gradient(name, in_a_loop):
    """As a gradient penalty needs it."""
    random = np.random.default_rng(0)
    x, found = random.normal(size=(3, 4, 2)), []
    for layer in pair(name, 2, 3, dtype="float64"):
        inputs, weights = tf.constant(x), [variable.value for variable in layer.trainable_variables]

        @tf.function
        def penalty(inputs=inputs, layer=layer, weights=weights):
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    inner.watch(inputs)
                    shown = tf.reduce_sum(tf.sin(layer(inputs)))
                loss = tf.reduce_sum(inner.gradient(shown, inputs) ** 2)
            return outer.gradient(loss, weights)

        with way(2, in_a_loop, joins=name != "SimpleRNN"):
            found.append([np.array(part) for part in penalty()])
    assert_same(found[1], found[0], "float64")


def test_stateful():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    own, ours = (home.LSTM(3, stateful=True) for home in (keras.layers, layers))
    for layer in (own, ours):
        layer.build((2, 3, 4))
    ours.set_weights(own.get_weights())
    for _ in range(2):
        assert_same([np.array(ours(x))], [np.array(own(x))], "float32")


FAST = [{}, {"dropout": 0.5, "training": False}, {"go_backwards": True}, {"return_state": True}]
KERAS_OWN = [
    {"fast": False},
    {"unroll": True},
    {"dropout": 0.5, "training": True},
    {"recurrent_dropout": 0.5, "training": True},
]


@pytest.mark.parametrize("name", NAMES)
def test_path(name, taken, monkeypatch):
    x = np.ones((2, 3, 4), "float32")
    for fast, cases in ((True, FAST), (False, KERAS_OWN)):
        for case in cases:
            taken.clear()
            case = dict(case)
            training = case.pop("training", False)
            getattr(layers, name)(3, **options(name), **case)(x, training=training)
            assert bool(taken) is fast, case
    before = (lambda given: given, layers.Dense(6))
    for time, chains, dense in itertools.product((None, over_tensorflow.STEPS + 1), (1, 2), (False, True)):
        taken.clear()
        monkeypatch.setattr(over_tensorflow, "_at_once", lambda chains=chains: chains)
        layer = getattr(layers, name)(3, **options(name))
        tf.function(lambda x, dense=dense, layer=layer: layer(before[dense](x))).get_concrete_function(
            tf.TensorSpec([None, time, 4])
        )
        assert bool(taken) is (chains > 1 or dense or name == "GRU")
    assert layer.supports_jit is getattr(keras.layers, name)(3, **options(name)).supports_jit
    taken.clear()
    monkeypatch.setenv("KERAS_PORT_FAST", "0")
    getattr(layers, name)(3, **options(name))(x)
    assert not taken


@pytest.mark.parametrize(
    ("name", "inputs", "rows", "by_xla", "in_steps"),
    [
        *((name, 4, None, False, name != "SimpleRNN") for name in NAMES),
        *(("LSTM", 4, rows, False, rows >= over_tensorflow.FEWEST_ROWS) for rows in (31, 32)),
        ("LSTM", 5, None, False, False),
        ("GRU", 4, 1, False, False),
        ("GRU", 4, 1, True, True),
    ],
)
def test_where_the_inputs_are_multiplied(name, inputs, rows, by_xla, in_steps, monkeypatch):
    """(rows, time 3, inputs) -> 5 units: in the steps where that is faster, else ahead of them."""
    asked, real = [], over_tensorflow._in_steps
    monkeypatch.setattr(over_tensorflow, "_in_steps", lambda *a: asked.append(a) or real(*a))
    layer = getattr(layers, name)(5, **options(name))
    tf.function(layer, jit_compile=by_xla).get_concrete_function(tf.TensorSpec([rows, 3, inputs]))
    assert bool(asked) is in_steps


def test_reset_after_goes_keras_way(taken):
    layers.GRU(3)(np.ones((2, 3, 4), "float32"))
    assert not taken


@pytest.mark.parametrize(
    ("name", "hidden", "cudnn"), [("LSTM", False, True), ("GRU", False, True), ("LSTM", True, False)]
)
def test_a_gpu_is_left_to_keras_and_cudnn(name, hidden, cudnn, taken, monkeypatch):
    """With faked lists of devices: no GPU has run this. A GPU that TensorFlow may not use counts as none."""
    asked = []

    def kernel(**arguments):
        asked.append(arguments["rnn_mode"])
        raise tf.errors.NotFoundError(None, None, "here is no GPU after all")  # Keras falls back to its loop

    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", kernel)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"])
    for listed in ("list_logical_devices", "get_visible_devices"):
        monkeypatch.setattr(tf.config, listed, lambda kind=None: [] if hidden else ["a GPU"])
    reset_after = {"reset_after": True} if name == "GRU" else {}  # cuDNN has no other
    layer = getattr(layers, name)(3, **reset_after)
    layer(np.ones((2, 3, 4), "float32"))
    assert (bool(taken), bool(asked)) == (not cudnn, cudnn)
    assert layer.supports_jit is (cudnn and getattr(keras.layers, name)(3).supports_jit)


def model(make, name, **given):
    images = keras.Input((6, 4))
    found = keras.Model(images, keras.layers.Dense(2)(make(5, name="r", **options(name), **given)(images)))
    found.compile(keras.optimizers.Adam(0.05), "mse")
    return found


@pytest.mark.parametrize(("name", "limit"), [*((name, 48) for name in NAMES), ("LSTM", 3)])
def test_training_saving_and_exporting(name, limit, tmp_path, monkeypatch):
    """fit with a last batch that is not full and two chains; files; a SavedModel."""
    monkeypatch.setattr(over_tensorflow, "STEPS", limit)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(100, 6, 4)).astype("float32"), random.normal(size=(100, 2)).astype("float32")
    own, ours = model(getattr(keras.layers, name), name), model(getattr(layers, name), name)
    own.save(tmp_path / "own.keras")
    ours.set_weights(own.get_weights())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(over_tensorflow, "_at_once", lambda: 2)
        losses = [m.fit(x, y, batch_size=64, epochs=3, shuffle=False, verbose=0).history["loss"] for m in (ours, own)]
        # six steps, each of which may turn a rounding error of a small gradient into a whole step of Adam
        np.testing.assert_allclose(*losses, rtol=1e-4)
        ours.export(tmp_path / "served", verbose=False)
    ours.save(tmp_path / "ours.keras")
    again = keras.models.load_model(tmp_path / "ours.keras", safe_mode=True)
    assert type(again.get_layer("r")) is getattr(layers, name) and again.get_layer("r").fast
    np.testing.assert_array_equal(again.predict(x, verbose=0), ours.predict(x, verbose=0))
    served = tf.saved_model.load(tmp_path / "served")
    np.testing.assert_allclose(served.serve(x[:5]), ours.predict(x[:5], verbose=0), atol=1e-6)
    # a file with Keras's own layer loads as Keras's own, and its weights fit
    old = keras.models.load_model(tmp_path / "own.keras")
    ours.set_weights(old.get_weights())
    np.testing.assert_allclose(ours.predict(x, verbose=0), old.predict(x, verbose=0), atol=1e-5)


def test_config():
    layer = layers.LSTM(3, fast=False)
    again = layers.LSTM.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.fast is False and again.get_config() == layer.get_config()
    assert not layers.basic_lstm(3, inputs=2, fast=False).fast and layers.basic_lstm(3, inputs=2).fast


ON_TORCH = """
import keras, numpy as np, torch
from keras_port import layers
from keras_port.layers.fast import over_torch
real, taken = over_torch.over_time, []
over_torch.over_time = lambda *a: taken.append(real(*a)) or taken[-1]
product, widths = over_torch.product, []
over_torch.product = lambda *a: widths.append(len((made := product(*a))[1])) or made
random = np.random.default_rng(0)
x = torch.tensor(random.normal(size=(3, 7, 4)), dtype=torch.float32)
dense, start = layers.Dense(9, bias_initializer="uniform"), random.normal(size=(3, 7, 4)).astype("float32")
for layer in (layers.LSTM(5, bias_initializer="uniform"), layers.SimpleRNN(5, use_bias=False)):
    found = []
    for between in (lambda wide: wide, lambda wide: wide * 1.0):  # what comes between keeps the products apart
        z = torch.tensor(start, requires_grad=True)
        out = layer(between(dense(z)))
        weights = [v.value for v in (*dense.trainable_variables, *layer.trainable_variables)]
        found.append([out, *torch.autograd.grad(torch.sin(out).sum(), [z, *weights])])
    assert len(taken) == 2 and not taken.clear()
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-5)
    wide = dense(z)
    wide.retain_grad(), layer(wide).sum().backward()
    assert wide.grad.abs().sum() > 0
    wide = dense(z)
    wide *= 0
    torch.testing.assert_close(layer(wide), layer(torch.zeros_like(wide)))
    with torch.inference_mode():  # whose tensors do not count their changes
        torch.testing.assert_close(layer(dense(z)), out.detach(), atol=1e-5, rtol=0)
    taken.clear()
assert widths == [4, 9, 9, 9, 9, 9] * 2, widths
for name, fast, given in (
    ("LSTM", True, {}), ("LSTM", True, {"go_backwards": True, "use_bias": False}), ("SimpleRNN", True, {}),
    ("SimpleRNN", True, {"activation": "relu"}), ("LSTM", False, {"activation": "relu"}),
    ("GRU", False, {"reset_after": False}),
):
    given = {"return_sequences": True, "return_state": True, "bias_initializer": "uniform", **given}
    own, ours = getattr(keras.layers, name)(5, **given), getattr(layers, name)(5, **given)
    own.build(x.shape), ours.build(x.shape), ours.set_weights(own.get_weights())
    found, count = [], 2 if name == "LSTM" else 1
    start = [torch.tensor(random.normal(size=(3, 5)), dtype=torch.float32) for _ in range(count)]
    for layer in (own, ours):
        z = x.clone().requires_grad_()
        out = layer(z, initial_state=start)
        weights = [v.value for v in layer.trainable_variables]
        grads = torch.autograd.grad(sum(torch.sin(part).sum() for part in out), [z, *weights])
        found.append([part.detach().numpy() for part in (*out, *grads)])
    assert bool(taken and taken.pop()) is fast, (name, given)
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
"""


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_on_torch():
    done = python("-c", ON_TORCH, KERAS_BACKEND="torch")
    assert done.returncode == 0, done.stderr


# PyTorch's own fake tensors stand for a GPU: they have a device and no numbers, so Keras's own way ends at the sight of one.
GPU_ON_TORCH = """
import keras, torch
from torch._subclasses.fake_tensor import FakeTensorMode
from keras_port import layers
left = []
for name in ("LSTM", "SimpleRNN", "GRU"):
    getattr(keras.layers, name).inner_loop = lambda self, x, *rest, **named: left.append((self.name, x.device.type))
made = [layers.LSTM(5, name="LSTM"), layers.SimpleRNN(5, name="RNN"), layers.GRU(5, reset_after=False, name="GRU")]
for device in ("cpu", "cuda"):
    for layer in made:
        layer.build((None, 7, 4))
        with FakeTensorMode(allow_non_fake_inputs=True):
            x, h = torch.empty(3, 7, 4, device=device), torch.empty(3, 5, device=device)
            layer.inner_loop(x, [h, h] if layer.name == "LSTM" else [h], None)
assert left == [("GRU", "cpu"), ("LSTM", "cuda"), ("RNN", "cuda"), ("GRU", "cuda")], left
"""


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_a_gpu_on_torch_is_left_to_keras():
    """Where Keras has kernels of PyTorch's and cuDNN's for LSTM and GRU."""
    done = python("-c", GPU_ON_TORCH, KERAS_BACKEND="torch")
    assert done.returncode == 0, done.stderr
