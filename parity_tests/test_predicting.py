"""`predict` and `predict_on_batch` of keras_port.feeding.Model against those of keras.Model."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_port.feeding import FunctionalModel, Model
from parity_tests.model_pairs import ROWS, arrays, pair, stateful


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("rows", [1, 8, ROWS])
def test_predict_is_keras(rows, dtype):
    """Of part of a batch, a whole one, and several: the same products of the same numbers, in sums of another order."""
    stock, ours = pair()
    x, _ = arrays(dtype)
    found, wanted = (model.predict(x[:rows], batch_size=8, verbose=0) for model in (ours, stock))
    assert type(found) is type(wanted) is np.ndarray and found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_predict_of_one_batch_makes_no_pipeline(monkeypatch, capsys):
    """... unless somebody watches: a progress bar, or callbacks."""
    _, ours = pair()
    x, _ = arrays()
    given, own = [], keras.Model.predict
    monkeypatch.setattr(keras.Model, "predict", lambda self, x, *rest: given.append(x) or own(self, x, *rest))
    ours.predict(x[:8], batch_size=8, verbose=0)
    assert not given
    ours.predict(x[:8], batch_size=8)
    assert "1/1" in capsys.readouterr().out
    seen = []
    watch = keras.callbacks.LambdaCallback()
    watch.on_predict_batch_end = lambda batch, logs: seen.append((batch, logs["outputs"].shape))
    ours.predict(x, 8, 0, callbacks=[watch])
    assert seen == [(0, (8, 2)), (1, (8, 2)), (2, (8, 2)), (3, (3, 2))]
    assert len(given) == 2 and not any(dataset.options().autotune.enabled for dataset in given)
    ours.predict(x, steps=2, verbose=0, batch_size=8)
    assert given[-1] is x


def test_several_batches_are_predicted_by_one_trace_without_a_pipeline(monkeypatch):
    """The smaller last one too; the weights are those of the moment, also after a new compile."""
    stock, ours = pair()
    x, y = arrays()
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "predict", None)
        for _ in range(2):
            ours.fit(x, y, 8, verbose=0)
            stock.set_weights(ours.get_weights())
            found = ours.predict(x, 8, 0)
            np.testing.assert_allclose(
                found, [stock.predict_on_batch(x[row : row + 1])[0] for row in range(ROWS)], atol=1e-6
            )
            assert ours.predict_function.experimental_get_tracing_count() == 1
            ours.compile("sgd", "mse")


def test_batches_of_any_size_are_traced_as_often_as_by_keras():
    x, _ = arrays()
    traced = []
    for model in pair():
        for rows in (1, 2, 3, 8, 1):
            model.predict_on_batch(x[:rows])
        traced.append(model.predict_function.experimental_get_tracing_count())
    assert traced[0] == traced[1]


class Counted(keras.layers.Layer):
    """Counts how often Python calls it."""

    count = 0

    def call(self, inputs):
        self.count += 1
        return inputs


@pytest.mark.parametrize("eager", ["of the model", "of TensorFlow", None])
def test_python_runs_where_it_is_asked_to(eager):
    inputs, counted = keras.Input((4, 3)), Counted()
    model = Model(inputs, counted(inputs))
    model.compile(run_eagerly=eager == "of the model")
    x, _ = arrays()
    counted.count = 0
    tf.config.run_functions_eagerly(eager == "of TensorFlow")
    try:
        for _ in range(3):
            np.testing.assert_array_equal(model.predict_on_batch(x), x)
            np.testing.assert_array_equal(model.predict(x, 9, 0), x)
    finally:
        tf.config.run_functions_eagerly(False)
    # else once for 27 rows and once for batches of 9; here three times for one batch and three batches
    assert counted.count == (2 if eager is None else 3 * (1 + 3))


class Chosen(keras.layers.Layer):
    """The numbers above zero, as many as there are in a batch."""

    def call(self, inputs):
        return tf.boolean_mask(inputs, inputs > 0)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((None,), inputs.dtype)


class Total(keras.layers.Layer):
    """One number, whatever the batch."""

    def call(self, inputs):
        return keras.ops.sum(inputs)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((), inputs.dtype)


class Lengths(keras.layers.Layer):
    """Rows as long as the longest of the batch, in numbers above zero."""

    def call(self, inputs):
        chosen = tf.RaggedTensor.from_row_lengths(
            tf.boolean_mask(inputs[:, :, 0], inputs[:, :, 0] > 0),
            tf.reduce_sum(tf.cast(inputs[:, :, 0] > 0, tf.int32), 1),
        )
        return chosen.to_tensor()

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((None, None), inputs.dtype)


@pytest.mark.parametrize("layer", [Chosen, Total, Lengths])
def test_outputs_of_any_shape_are_joined_or_refused_as_by_keras(layer):
    x, _ = arrays()
    inputs = keras.Input((4, 3))
    said = []
    for kind in (keras.Model, Model):
        try:
            said.append(kind(inputs, layer()(inputs)).predict(x, 8, 0))
        except Exception as error:
            said.append((type(error), str(error)[:60]))
    assert type(said[0]) is type(said[1])
    if isinstance(said[0], tuple):
        assert said[0] == said[1]
    else:
        assert said[0].shape == said[1].shape
        for one, other in zip(*said, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_stateful_layer_goes_on_from_batch_to_batch():
    x, _ = arrays()
    stock, ours = (stateful(kind) for kind in (keras.Model, Model))
    ours.set_weights(stock.get_weights())
    for rows in (24, 8):
        found, wanted = (model.predict(x[:rows], 8, 0) for model in (ours, stock))
        np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_a_step_of_its_own_gets_what_keras_gives_it():
    """`predict` gives the array; a batch of `predict_on_batch` comes as a tuple."""
    x, _ = arrays()

    def own(kind):
        class Own(kind):
            def predict_step(self, data):
                return self(data[0] if isinstance(data, tuple) else data) * (2 if isinstance(data, tuple) else 3)

        inputs = keras.Input((4, 3))
        return Own(inputs, keras.layers.Identity()(inputs))

    models = own(keras.Model), own(FunctionalModel)
    for rows in (3, ROWS):
        np.testing.assert_array_equal(*(model.predict(x[:rows], 8, 0) for model in models))
        np.testing.assert_array_equal(*(model.predict_on_batch(x[:rows]) for model in models))


def test_predict_keeps_the_structure_of_outputs():
    inputs = keras.Input((4, 3))
    outputs, *states = keras.layers.LSTM(5, return_state=True)(inputs)
    model = Model(inputs, {"last": outputs, "states": states})
    x, _ = arrays()
    for rows in (3, ROWS):
        found, wanted = model.predict(x[:rows], 8, 0), keras.Model.predict(model, x[:rows], 8, 0)
        keras.tree.assert_same_structure(found, wanted)
        keras.tree.map_structure(lambda one, other: np.testing.assert_allclose(one, other, atol=1e-6), found, wanted)
