"""keras_port.feeding.Model, and its `fit` against that of keras.Model."""

from __future__ import annotations

import gc
import weakref

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_port.feeding import STEPS, FunctionalModel, Model
from parity_tests.model_pairs import ROWS, arrays, pair, stateful


def pipelines(monkeypatch):
    """What reaches Keras's own `fit` from now on."""
    seen, own = [], keras.Model.fit
    monkeypatch.setattr(
        keras.Model, "fit", lambda self, x=None, *rest, **named: seen.append(x) or own(self, x, *rest, **named)
    )
    return seen


@pytest.mark.parametrize(("dtype", "size"), [("float32", 8), ("float64", 8), ("int32", 8), ("float32", 2)])
def test_in_the_given_order_it_is_keras(dtype, size, monkeypatch):
    """Over three epochs with a smaller last batch; float64 arrays reach a float32 model as in Keras. 14 batches of two
    rows are one execution of several steps, and the rest.

    The same steps on the same numbers: only the threads of a sum may finish in another order.
    """
    stock, ours = pair()
    x, y = arrays(dtype)
    histories = [model.fit(x, y, size, 3, 0, shuffle=False, validation_data=(x, y)).history for model in (stock, ours)]
    assert [model.optimizer.iterations.numpy() for model in (stock, ours)] == [3 * -(-ROWS // size)] * 2
    assert len(histories[1]["val_loss"]) == 3
    keras.tree.map_structure(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-6), *histories)
    for one, other in zip(stock.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    seen = pipelines(monkeypatch)
    ours.fit(x, y, 8, verbose=0)
    assert not isinstance(seen[0], np.ndarray) and not seen[0].options().autotune.enabled
    assert seen[0].cardinality() == 4  # shuffled; callbacks are told it


def test_shuffled_it_sees_every_row_once_per_epoch_in_a_new_order():
    """... that a seed fixes. The loss of a model that cannot learn is linear in y, so its mean tells the rows apart."""

    def rows(seed):
        inputs = keras.Input((1,))
        model, shown = Model(inputs, keras.layers.Identity()(inputs)), []
        model.compile("sgd", lambda y_true, y_pred: y_true - y_pred, run_eagerly=False)
        record = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: shown.append(float(logs["loss"]))
        )
        x, y = np.zeros((ROWS, 1), "float32"), np.arange(ROWS, dtype="float32")[:, None]
        keras.utils.set_random_seed(seed)
        model.fit(x, y, batch_size=1, epochs=2, verbose=0, callbacks=[record])
        sums = np.array(shown).reshape(2, ROWS) * np.arange(1, ROWS + 1)  # the loss shown is the mean so far
        return np.rint(np.diff(sums, axis=1, prepend=0)).astype(int).tolist()

    first, second = rows(seed=1)
    assert sorted(first) == sorted(second) == list(range(ROWS))
    assert first != second
    assert rows(seed=1) == [first, second] and first not in rows(seed=2)


WATCHING = keras.callbacks.LambdaCallback
AT_ONCE = [
    (STEPS, {}, []),
    (STEPS, {}, [keras.callbacks.EarlyStopping("loss")]),
    (1, {}, [WATCHING(on_train_batch_end=lambda batch, logs: None)]),
    (1, {}, [WATCHING(on_train_batch_begin=lambda batch, logs: None), WATCHING()]),
    (1, {}, [keras.callbacks.TerminateOnNaN()]),
    (1, {"run_eagerly": True}, []),
    (STEPS, {"jit_compile": True}, []),
    (3, {"steps_per_execution": 3}, []),
]


@pytest.mark.parametrize(("wanted", "compiled", "callbacks"), AT_ONCE)
def test_several_steps_where_nobody_looks_at_one(wanted, compiled, callbacks):
    _, ours = pair()
    ours.compile(keras.optimizers.Adam(0.05), "mse", **compiled)
    x, y = arrays()
    seen = []
    at_the_end = WATCHING(on_epoch_end=lambda epoch, logs: seen.append(ours.steps_per_execution))
    ours.fit(x, y, 8, 2, 0, [*callbacks, at_the_end])
    assert seen == [wanted, wanted]
    assert ours.steps_per_execution == compiled.get("steps_per_execution", 1)


class Traced(keras.layers.Layer):
    """Counts how often a step is traced."""

    count = 0

    def call(self, inputs, training=False):
        self.count += bool(training)
        return inputs


@pytest.mark.parametrize("call", ["fit", "train_on_batch"])
def test_a_step_is_traced_once(call):
    """Keras's own is traced twice: the first time makes the variables of optimizer and metrics."""
    x, y = arrays()
    counts = []
    for kind in (keras.Model, Model):
        inputs, traced = keras.Input((4, 3)), Traced()
        model = kind(inputs, keras.layers.Dense(2)(keras.layers.SimpleRNN(5)(traced(inputs))))
        for _ in range(2):  # a model compiled anew has a new optimizer and new metrics
            model.compile("adam", "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
            getattr(model, call)(x[:8], y[:8], **({"verbose": 0} if call == "fit" else {}))
        counts.append(traced.count)
    assert counts == [4, 2]


def not_compiled(kind):
    inputs = keras.Input((4, 3))
    return kind(inputs, keras.layers.Flatten()(inputs))


def under_a_strategy_of_one(kind):
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        return stateful(kind)


def metric_of_its_own(kind):
    model = stateful(kind)
    model.compile("sgd", "mse", metrics=[lambda true, shown: keras.ops.abs(true - shown)])
    return model


def step_of_its_own(kind):
    """Whose optimizer trains a variable that is not the model's."""

    inputs, factor = keras.Input((4, 3)), keras.Variable(0.5)

    class Own(kind if kind is keras.Model else FunctionalModel):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = keras.ops.mean((self(x) * factor - y) ** 2)
            self.optimizer.apply([tape.gradient(loss, factor.value)], [factor])
            return {"loss": loss}

    model = Own(inputs, keras.layers.SimpleRNN(2)(inputs))
    model.compile("sgd")
    return model


@pytest.mark.parametrize("call", ["fit", "train_on_batch"])
@pytest.mark.parametrize("make", [stateful, not_compiled, under_a_strategy_of_one, metric_of_its_own, step_of_its_own])
def test_any_model_trains_or_fails_as_in_keras(make, call):
    """Whatever keeps the variables from being made before the trace."""
    x, y = arrays("float64")
    found = []
    for kind in (keras.Model, Model):
        keras.utils.set_random_seed(1)
        try:
            model = make(kind)
            if call == "fit":
                found.append(model.fit(x[:24], y[:24], batch_size=8, shuffle=False, verbose=0).history)
            else:
                found.append(model.train_on_batch(x[:8], y[:8], return_dict=True))
        except (TypeError, ValueError) as error:
            found.append(str(error)[:60])
    if isinstance(found[0], str):
        assert found[0] == found[1]
    else:
        keras.tree.map_structure(lambda one, other: np.testing.assert_allclose(one, other, rtol=1e-6), *found)


def test_wrong_labels_are_refused_as_by_keras():
    x, y = arrays()
    said = []
    for model in pair():
        with pytest.raises(ValueError) as error:
            model.train_on_batch(x, np.repeat(y, 3, 1))
        said.append(str(error.value)[:40])
    assert said[0] == said[1]


def test_one_step_and_several_by_turns():
    """The same model takes the steps it is asked for, whatever it was traced for before."""
    stock, ours = pair()
    x, y = arrays()
    watch, batches, tested = WATCHING(on_train_batch_end=lambda batch, logs: batches.append(batch)), [], []
    watch.on_test_batch_end = lambda batch, logs=None: tested.append(batch)
    for model in (stock, ours):
        batches.clear()
        tested.clear()
        model.fit(x, y, 2, verbose=0, shuffle=False)
        model.fit(x, y, 2, verbose=0, shuffle=False, callbacks=[watch])
        model.fit(x, y, 2, verbose=0, shuffle=False, sample_weight=np.ones(ROWS))
        model.train_on_batch(x[:2], y[:2])
        model.fit(x, y, 2, verbose=0, shuffle=False, validation_data=(x, y))
        model.evaluate(x, y, 2, 0, callbacks=[watch])
        assert batches == tested == list(range(14)) and model.optimizer.iterations.numpy() == 4 * 14 + 1
    for one, other in zip(stock.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    ours.trainable = False  # what was traced before this is not taken again
    ours.compile(keras.optimizers.Adam(0.05), "mse")
    before = ours.get_weights()
    with pytest.warns(UserWarning, match="any trainable weights"):
        ours.fit(x, y, 2, verbose=0)
    for one, other in zip(before, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("made", "sizes"),
    [
        (lambda x, y: (x, y), {"batch_size": 8}),
        (lambda x, y: (x, y), {"batch_size": 8, "validation_batch_size": 3}),
        (lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).batch(5), {"batch_size": 8}),
    ],
    ids=["arrays", "a size of their own", "tf.data"],
)
def test_validation_has_keras_batches(made, sizes):
    x, y = arrays()
    tested = []
    watch = WATCHING()
    watch.on_test_batch_end = lambda batch, logs=None: tested.append(batch)
    for model in pair():
        model.fit(x, y, verbose=0, callbacks=[watch], validation_data=made(x, y), **sizes)
    half = len(tested) // 2
    assert half and tested[:half] == tested[half:] == list(range(half))


@pytest.mark.parametrize(
    "options",
    [
        {"sample_weight": np.ones(ROWS)},
        {"validation_split": 0.3},
        {"steps_per_epoch": 2},
        {"validation_steps": 1},
        {"class_weight": {0: 2.0}},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_it_leaves_to_keras(options, monkeypatch):
    _, ours = pair()
    x, y = arrays()
    given = []
    monkeypatch.setattr(keras.Model, "fit", lambda self, *arguments, **named: given.append((arguments, named)))
    ours.fit(x, y, 8, **options)
    ((arguments, named),) = given
    assert arguments[0] is x and arguments[1] is y and arguments[2] == 8
    assert named == {"shuffle": True, **options}


def test_the_arrays_are_let_go():
    _, ours = pair()
    x, y = arrays()
    gone = [weakref.ref(array) for array in (x, y)]
    ours.fit(x, y, batch_size=8, verbose=0)
    ours.predict(x, batch_size=8, verbose=0)
    del x, y
    gc.collect()
    assert all(found() is None for found in gone)


def test_unequal_arrays_are_refused_as_by_keras():
    _, ours = pair()
    x, y = arrays()
    with pytest.raises(ValueError, match="cardinality"):
        ours.fit(x, y[:-1], verbose=0)


def test_full_batches_have_a_known_number_of_rows():
    """As in Keras, whose stateful layers ask for it."""
    x, _ = arrays()
    inputs = keras.Input((4, 3))
    asked = []

    class Asked(keras.layers.Layer):
        def call(self, inputs):
            asked.append(inputs.shape[0])
            return inputs

    model = Model(inputs, keras.layers.Dense(3)(Asked()(inputs)))
    model.compile("sgd", "mse")
    for rows, wanted in ((24, 8), (ROWS, None)):
        part = x[:rows]
        for call, arguments in ((model.predict, [part]), (model.fit, [part, part])):
            asked.clear()
            call(*arguments, batch_size=8, verbose=0)
            assert asked and asked[-1] == wanted


def test_a_model_with_inputs_leaves_the_class_as_it_is():
    """Keras makes the class of such a model functional, and whatever is derived from it: no other could be made then."""

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.layer = keras.layers.Dense(2)

        def call(self, inputs):
            return self.layer(inputs)

    pair()
    x, _ = arrays()
    for size in (8, ROWS):
        assert Own().predict(x, size, 0).shape == (ROWS, 4, 2)
    inputs = keras.Input((4, 3))
    model = Model(inputs=inputs, outputs=keras.layers.Identity()(inputs), name="named")
    assert model.name == "named" and model.predict(x, 8, 0).shape == x.shape


def test_a_saved_model_comes_back(tmp_path):
    _, ours = pair()
    x, y = arrays()
    ours.fit(x, y, verbose=0)
    ours.save(tmp_path / "m.keras")
    ours.predict(x, verbose=0)  # and what was traced is no part of it
    ours.export(tmp_path / "exported", verbose=False)
    again = keras.models.load_model(tmp_path / "m.keras")
    assert type(again).__name__ == type(ours).__name__ and isinstance(again, Model)
    np.testing.assert_array_equal(again.predict(x, verbose=0), ours.predict(x, verbose=0))
    assert again.optimizer.iterations.numpy() == ours.optimizer.iterations.numpy()


def test_a_model_within_a_model_comes_back(tmp_path):
    """Files name the weights of the inner one after its class."""
    inputs, x = keras.Input((4, 3)), arrays()[0]
    ours = Model(inputs, keras.layers.Dense(2)(pair()[1](inputs)))
    ours.save(tmp_path / "m.keras")
    ours.save_weights(tmp_path / "m.weights.h5")
    ours.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.weights.h5") as file:
        assert "layers/model" in file
    again, of_old_format = (keras.models.load_model(tmp_path / name) for name in ("m.keras", "m.h5"))
    for model in (again, of_old_format):
        np.testing.assert_array_equal(model.predict(x, verbose=0), ours.predict(x, verbose=0))
    assert isinstance(again, Model) and isinstance(again.layers[1], Model)
