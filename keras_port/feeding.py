"""A keras.Model whose `fit` and `predict` lose little time on TensorFlow.

Keras feeds NumPy arrays through a tf.data pipeline that tunes itself while it runs. At the end of every epoch TensorFlow
takes the pipeline down and waits, idle, until the tuning thread wakes up from a sleep that grows while the epoch lasts:
measured, 10% to 30% of an epoch's time for the recurrent models here. The pipeline below has nothing to tune.

Between two steps Keras comes back to Python, which takes 1 to 3 ms: a fifth of a step of SimpleRNN(150) on two cores.
Where nobody looks at single batches, TensorFlow takes several steps on its own (Keras's `steps_per_execution`).

TensorFlow traces a function twice that makes variables, as Keras's training step does: slots, metrics. Made before, they
leave one trace for steps on arrays, and the first step of an LSTM laid out in two chains comes after 2.6 instead of 4.5 seconds.

And a prediction of one batch needs no pipeline: to make one takes some 50 ms, a hundred times the prediction of a sequence. Of
the rest a third goes to finding the function that was traced for such arrays, so it is kept at hand.
"""

from __future__ import annotations

import contextlib
import warnings

import keras
import numpy as np
from keras.src.models.functional import Functional

__all__ = ["Model"]

STEPS = 8  # at once; twice as many save little more, and Ctrl-C ends `fit` between two executions only

_OF_BATCHES = [f"on_{kind}batch_{when}" for kind in ("", "train_", "test_") for when in ("begin", "end")]


@keras.saving.register_keras_serializable(package="keras_port")
class Model(keras.Model):
    """keras.Model; on TensorFlow, `fit` and `predict` on NumPy arrays feed them in a way of their own, a training step on
    them is traced once, and what predicts them is found at once.

    Batches, their order with `shuffle=False`, callbacks and results are Keras's. Keras's own way is taken on the other
    backends, for anything but NumPy arrays, and with weights of samples or classes, a validation split, a number of steps
    or a distribution.
    """

    _for_several = (None, None)  # the functions of STEPS steps for training and validation, once they are traced
    _at_hand = None  # what Keras's function that predicts was traced to

    def __new__(cls, *arguments, **options):
        # Keras makes the class of a model with inputs and outputs functional, for good and with everything derived from it
        given = len(arguments) == 2 or "outputs" in options
        return super().__new__(FunctionalModel if cls is Model and given else cls, *arguments, **options)

    def fit(self, x=None, y=None, batch_size=None, *arguments, shuffle=True, **options):
        """See keras.Model.fit. Under a strategy, warns of batches that do not divide among the devices."""
        own = len(arguments) <= 3 and isinstance(y, np.ndarray) and not options.get("validation_split")
        others = ("class_weight", "sample_weight", "steps_per_epoch")
        if not own or any(options.get(name) is not None for name in others) or not self._can_feed(x, y):
            self._warn_of_uneven(x, batch_size or 32)
            self._forget_several()
            return super().fit(x, y, batch_size, *arguments, shuffle=shuffle, **options)
        self.make_variables(x[: batch_size or 32], y[: batch_size or 32])
        callbacks = options.get("callbacks", arguments[2] if len(arguments) > 2 else None)
        with self._several_steps(callbacks), _batches((x, y), batch_size or 32, shuffle) as source:
            return super().fit(source, None, None, *arguments, shuffle=False, **options)

    def train_on_batch(self, x, y=None, *arguments, **options):
        """See keras.Model.train_on_batch."""
        self.make_variables(x, y)
        return super().train_on_batch(x, y, *arguments, **options)

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """See keras.Model.predict."""
        if steps is not None or not self._can_feed(x):
            return super().predict(x, batch_size, verbose, steps, callbacks)
        size = batch_size or 32
        if verbose == 0 and not callbacks:
            if len(x) <= size:
                return self.predict_on_batch(_as_keras(x))
            function = self._traced((None, *x.shape[1:]), _as_keras(x[:0]).dtype)
            if function is not None and function.joinable:
                batches = [function(_as_keras(x[first : first + size])) for first in range(0, len(x), size)]
                return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *batches)
        with _batches((x,), size) as source:
            return super().predict(source, None, verbose, None, callbacks)

    def predict_on_batch(self, x):
        """See keras.Model.predict_on_batch."""
        function = self._traced(x.shape, x.dtype) if self._can_feed(x) else None
        return super().predict_on_batch(x) if function is None else function(x)

    def make_variables(self, x, y) -> None:
        """Make those of optimizer and metrics before a step on such a batch is traced, as Keras does for JAX.

        Left to the trace: a model that makes layers or steps of its own, a strategy's, and what fails here for whatever
        reason, so that Keras trains it, or says what is wrong with it.
        """
        ready = self.compiled and self.train_function is None and not self.run_eagerly
        own_step = type(self).train_step is not keras.Model.train_step
        if not ready or own_step or not self._can_feed(x, y) or self._distribute_strategy is not None:
            return
        if all(layer.built for layer in self._flatten_layers()):
            with contextlib.suppress(Exception):
                self._symbolic_build(data_batch=(_as_keras(x), _as_keras(y), None))

    def _traced(self, shape: tuple, dtype) -> _Traced | None:
        """What predicts such arrays; None under a strategy, and where Python is to run each time."""
        import tensorflow as tf

        if tf.config.functions_run_eagerly() or self._distribute_strategy is not None:
            return None
        self.make_predict_function()
        if not hasattr(self.predict_function, "get_concrete_function"):
            return None
        if self._at_hand is None or self._at_hand.function is not self.predict_function:  # made anew since
            self._at_hand = _AtHand(self.predict_function)
        return self._at_hand.of(shape, dtype)

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
            and all(isinstance(array, np.ndarray) and array.dtype.kind in "biuf" for array in arrays)
            and 0 < len(arrays[0]) == len(arrays[-1])
            and self.distribute_strategy.num_replicas_in_sync == 1
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


@keras.saving.register_keras_serializable(package="keras_port", name="Model")
class FunctionalModel(Model, Functional):
    """What Model(inputs, outputs) makes."""


def _sees_batches(callback) -> bool:
    """Whether it does anything before or after a batch of training or validation."""
    usual = keras.callbacks.Callback
    return any(getattr(getattr(callback, name), "__func__", None) is not getattr(usual, name) for name in _OF_BATCHES)


class _AtHand:
    """What a function of Keras's that predicts was traced to, by shape and dtype; the function looks for it for 0.15 ms."""

    def __init__(self, function):
        self.function, self._traced = function, {}

    def of(self, shape: tuple, dtype) -> _Traced:
        if (shape, dtype) not in self._traced:
            self._traced[shape, dtype] = _Traced(self.function, shape, dtype)
        return self._traced[shape, dtype]


class _Traced:
    """The trace for arrays of one shape; called with one, it returns what `predict_on_batch` does.

    Attributes:
        joinable: whether the outputs of several batches are sure to differ in their number of rows only.
    """

    def __init__(self, function, shape: tuple, dtype):
        import tensorflow as tf

        self._run = function.get_concrete_function([(tf.TensorSpec(shape, dtype),)])
        outputs = keras.tree.flatten(self._run.structured_outputs)
        self.joinable = all(
            isinstance(output, tf.Tensor) and output.shape.rank and output.shape[1:].is_fully_defined()
            for output in outputs
        )

    def __call__(self, x: np.ndarray):
        import tensorflow as tf

        outputs = self._run([(tf.constant(x),)])
        return keras.tree.map_structure(lambda y: y.numpy() if isinstance(y, tf.Tensor) else y, outputs)


@contextlib.contextmanager
def _batches(arrays: tuple[np.ndarray, ...], size: int, shuffle: bool = False):
    """A dataset of batches, the last one smaller, in a new order for every pass if they are shuffled.

    Only the rows of a batch are copied, as it is fed: tensors of the whole arrays would take up to twice their memory.
    """
    import tensorflow as tf

    types = [tf.as_dtype(_as_keras(array[:0]).dtype) for array in arrays]
    shapes = [(None, *array.shape[1:]) for array in arrays]
    held = list(arrays)

    def rows(chosen):
        batch = tf.numpy_function(lambda chosen: [_as_keras(array[chosen]) for array in held], [chosen], types)
        return tuple(map(tf.ensure_shape, batch, shapes))

    order = tf.data.Dataset.range(len(arrays[0]))
    if shuffle:
        order = order.shuffle(len(arrays[0]))
    options = tf.data.Options()
    options.autotune.enabled = False
    try:
        yield order.batch(size).map(rows).with_options(options)
    finally:
        held.clear()  # TensorFlow keeps the function above, and what it holds, for as long as the process lives


def _as_keras(array: np.ndarray) -> np.ndarray:
    """Keras feeds numbers with a fraction in its own dtype."""
    return array.astype(keras.config.floatx(), copy=False) if array.dtype.kind == "f" else array
