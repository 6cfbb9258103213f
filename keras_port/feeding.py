"""A keras.Model whose `fit` and `predict` lose little time on TensorFlow.

Keras feeds NumPy arrays through a tf.data pipeline that tunes itself while it runs. At the end of every epoch TensorFlow
takes the pipeline down and waits, idle, until the tuning thread wakes up from a sleep that grows while the epoch lasts:
measured, 10% to 40% of an epoch's time for the recurrent models here. The pipeline below has nothing to tune.

Between two steps Keras comes back to Python, which takes 1 to 3 ms: a fifth of a step of SimpleRNN(150) on two cores.
Where nobody looks at single batches, TensorFlow takes several steps on its own (Keras's `steps_per_execution`).

TensorFlow traces a function twice that makes variables, as Keras's training step does: slots, metrics. Made before, they
leave one trace for steps on arrays, and the first step of an LSTM laid out in two chains comes after 2.6 instead of 4.5 seconds.

And predictions need no pipeline: to make one takes some 50 ms, a hundred times the prediction of a sequence. What predicts
arrays of a shape is kept at hand: traces.py.
"""

from __future__ import annotations

import contextlib
import warnings

import keras
import numpy as np
from keras.src.models.functional import Functional
from keras.src.models.model import functional_init_arguments

from keras_port.layers.fast import is_fast

__all__ = ["FunctionalModel", "Model"]

STEPS = 8  # at once; twice as many save little more, and Ctrl-C ends `fit` between two executions only

_OF_BATCHES = [f"on_{kind}batch_{when}" for kind in ("", "train_", "test_") for when in ("begin", "end")]


class Model(keras.Model):
    """keras.Model; on TensorFlow, `fit` and `predict` feed NumPy arrays in a way of their own, a training step on such
    arrays is traced once, and traces for predictions are kept.

    Batches, their order with `shuffle=False`, callbacks and results are Keras's. Keras's own way is taken on the other
    backends, for anything but NumPy arrays, with weights of samples or classes, a validation split, a number of steps
    or a distribution, and to predict by a `predict_step` of the class's own.

    With recurrent layers of keras_port.layers among its layers, XLA compiles the predictions of up to 256 rows when arrays
    of one shape come for the thousandth time: a pause of half a second, after which they take a quarter of the time (one
    row of 100 steps and more), half (28 steps) or 93% (128 rows, one core), and differ by rounding. It does not where that is no
    faster, with `fast=False` or KERAS_PORT_FAST=0, nor where operations are to be deterministic, are random, keep a state,
    look something up or refuse some numbers.

    A class of yours with a `call` derives from this one; one that gives inputs and outputs to `__init__`, from FunctionalModel.
    """

    _for_several = (None, None)  # the functions of STEPS steps for training and validation, once they are traced
    _at_hand = (None, None)  # Keras's function that predicts, and its traces by shape and dtype

    def __new__(cls, *arguments, **options):
        functional = cls is Model and functional_init_arguments(arguments, options)
        return super().__new__(FunctionalModel if functional else cls, *arguments, **options)

    def fit(self, x=None, y=None, batch_size=None, *arguments, shuffle=True, **options):
        """See keras.Model.fit. Under a strategy, warns of batches that do not divide among the devices."""
        size = batch_size or 32
        own = len(arguments) <= 3 and isinstance(y, np.ndarray) and not options.get("validation_split")
        others = ("class_weight", "sample_weight", "steps_per_epoch", "validation_steps")
        if not own or any(options.get(name) is not None for name in others) or not self._can_feed(x, y):
            self._warn_of_uneven(x, size)
            self._forget_several()
            return super().fit(x, y, batch_size, *arguments, shuffle=shuffle, **options)
        self.make_variables(x[:size], y[:size])
        callbacks = options.get("callbacks", arguments[2] if len(arguments) > 2 else None)
        options["validation_batch_size"] = options.get("validation_batch_size") or batch_size
        with self._several_steps(callbacks), _batches((x, y), size, shuffle) as source:
            return super().fit(source, None, None, *arguments, shuffle=False, **options)

    def train_on_batch(self, x, y=None, *arguments, **options):
        """See keras.Model.train_on_batch."""
        self.make_variables(x, y)
        return super().train_on_batch(x, y, *arguments, **options)

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """See keras.Model.predict."""
        own_step = type(self).predict_step is not keras.Model.predict_step
        if steps is not None or own_step or not self._can_feed(x):
            return super().predict(x, batch_size, verbose, steps, callbacks)
        size = batch_size or 32
        if verbose == 0 and not callbacks:
            if len(x) <= size:
                return self.predict_on_batch(_as_keras(x))
            function = self._trace(_batch_shape(x, size), _as_keras(x[:0]).dtype)
            if function is not None and function.joinable:
                batches = [function(_as_keras(x[first : first + size])) for first in range(0, len(x), size)]
                return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *batches)
        with _batches((x,), size) as source:
            return super().predict(source, None, verbose, None, callbacks)

    def predict_on_batch(self, x):
        """See keras.Model.predict_on_batch."""
        function = self._trace(x.shape, x.dtype) if self._can_feed(x) else None
        return super().predict_on_batch(x) if function is None else function(x)

    def make_variables(self, x, y) -> None:
        """Make those of optimizer and metrics before a step on such a batch is traced, as Keras does for JAX.

        Left to the trace: a model that makes layers or steps of its own, and what fails here for whatever reason, so that
        Keras trains it, or says what is wrong with it.
        """
        ready = self.compiled and self.train_function is None and not self.run_eagerly
        own_step = type(self).train_step is not keras.Model.train_step
        if not ready or own_step or not self._can_feed(x, y):
            return
        if all(layer.built for layer in self._flatten_layers()):
            with contextlib.suppress(Exception):
                self._symbolic_build(data_batch=(_as_keras(x), _as_keras(y), None))

    def _trace(self, shape: tuple, dtype):
        """What predicts such arrays; None where Python is to run each time."""
        self.make_predict_function()
        function, (of, trace) = self.predict_function, self._at_hand
        if function is not of:  # made anew since
            from keras_port.traces import at_hand

            trace = at_hand(function, compiles=any(map(is_fast, self._flatten_layers())))
            self._at_hand = function, trace
        return trace(shape, dtype)

    @contextlib.contextmanager
    def _several_steps(self, callbacks):
        """For one `fit`: STEPS at once, if the model was compiled for one at a time and no callback counts batches."""
        if (
            self.steps_per_execution > 1
            or self.run_eagerly
            or any(map(_sees_batches, keras.tree.flatten(callbacks or [])))
        ):
            self._forget_several()
            yield
            return
        if self.train_function is not self._for_several[0]:  # compiled anew since, which forgets its functions
            self._for_several = Model._for_several
        own = self.test_function
        self.steps_per_execution = STEPS
        self.train_function, self.test_function = self._for_several
        try:
            yield
        finally:
            self._for_several = self.train_function, self.test_function
            self.steps_per_execution, self.test_function = 1, own

    def _forget_several(self) -> None:
        """Keras reads the number of steps when it traces a function, so one step needs another one."""
        if self.train_function is self._for_several[0]:
            self.train_function = None

    def _can_feed(self, *arrays) -> bool:
        return (
            keras.backend.backend() == "tensorflow"
            and all(isinstance(array, np.ndarray) and array.ndim and array.dtype.kind in "biuf" for array in arrays)
            and 0 < len(arrays[0]) == len(arrays[-1])
            and self._distribute_strategy is None  # that it was made under
            and self.distribute_strategy.num_replicas_in_sync == 1  # the one in force
        )

    def _warn_of_uneven(self, x, size: int) -> None:
        """A loss is the mean of the devices' means, so a row of a smaller share counts more."""
        if keras.backend.backend() != "tensorflow" or not isinstance(x, np.ndarray):
            return
        devices = self.distribute_strategy.num_replicas_in_sync
        for rows in (min(size, len(x)), len(x) % size):
            if rows % devices:
                warnings.warn(
                    f"a batch of {rows} rows does not divide among {devices} devices, so that not all of its rows count "
                    "alike in the gradient; choose a batch_size and a number of rows that do",
                    stacklevel=3,
                )


@keras.saving.register_keras_serializable(package="keras_port", name="Model")  # as in all files so far
class FunctionalModel(Model, Functional):
    """What Model(inputs, outputs) makes, and the base for a class that gives inputs and outputs to `__init__`.

    Given those, Keras makes the class of a model functional, and every class that it derives from, for good. Were that
    Model, no class with a `call` of its own could derive from it any more.
    """


FunctionalModel.__name__ = "Model"  # which names weights in files, and the model itself


def _sees_batches(callback) -> bool:
    """Whether it does anything before or after a batch of training or validation."""
    usual = keras.callbacks.Callback
    return any(getattr(getattr(callback, name), "__func__", None) is not getattr(usual, name) for name in _OF_BATCHES)


@contextlib.contextmanager
def _batches(arrays: tuple[np.ndarray, ...], size: int, shuffle: bool = False):
    """A dataset of batches, the last one smaller, in a new order for every pass if they are shuffled.

    Only the rows of a batch are copied, as it is fed: tensors of the whole arrays would take up to twice their memory.
    """
    import tensorflow as tf

    types = [tf.as_dtype(_as_keras(array[:0]).dtype) for array in arrays]
    shapes = [_batch_shape(array, size) for array in arrays]
    held = list(arrays)

    def rows(chosen):
        batch = tf.numpy_function(lambda chosen: [_as_keras(array[chosen]) for array in held], [chosen], types)
        return tuple(map(tf.ensure_shape, batch, shapes))

    order = tf.data.Dataset.range(len(arrays[0]))
    if shuffle:  # all at once: Dataset.shuffle takes 180 bytes per row
        seeds = tf.data.Dataset.random(rerandomize_each_iteration=True).batch(2).take(1)
        every = tf.range(len(arrays[0]), dtype=tf.int64)
        order = seeds.map(lambda seed: tf.random.experimental.stateless_shuffle(every, seed)).unbatch()
    options = tf.data.Options()
    options.autotune.enabled = False
    try:
        yield order.batch(size, drop_remainder=len(arrays[0]) % size == 0).map(rows).with_options(options)
    finally:
        held.clear()  # TensorFlow keeps the function above, and what it holds, for as long as the process lives


def _batch_shape(array: np.ndarray, size: int) -> tuple:
    """The shape of its batches of `size` rows; None for the rows if the last batch has fewer."""
    return (None if len(array) % size else size, *array.shape[1:])


def _as_keras(array: np.ndarray) -> np.ndarray:
    """Keras feeds numbers with a fraction in its own dtype."""
    return array.astype(keras.config.floatx(), copy=False) if array.dtype.kind == "f" else array
