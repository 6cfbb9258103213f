"""What an engine must know of each Keras backend: switches before the import, gradients, ways in and out of variables."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from importlib.metadata import version

import numpy as np

from keras_port.startup import without_collector, without_sklearn
from parity_tests.cases import BACKENDS

__all__ = ["gradients", "held", "hold", "prepare", "versions"]

# what each backend reads from the environment when it is imported: one core, and doubles where JAX has them off
_SWITCHES = {
    "tensorflow": {},
    "jax": {
        "JAX_ENABLE_X64": "1",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    },
    "torch": {},
}


def prepare(backend: str, dtype: str):
    """Import Keras on `backend`, with `dtype` for everything; returns the `keras` module.

    Keras rounds float64 to float32 in most operations on JAX and PyTorch: one row of its promotion table
    says so. For a proof in float64 that row is taken out, in the engine's own process; in float32 Keras
    runs as it comes.
    """
    os.environ.update(_SWITCHES[backend], KERAS_BACKEND=backend)
    if "keras" not in sys.modules:
        with without_collector(), without_sklearn():
            import keras
        gc.freeze()  # what the import made stays; looking through it takes a third of a second in a proof of three programs
    import keras

    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)  # a process with layers in it keeps its old policy otherwise
    if dtype == "float64":
        promotion = importlib.import_module("keras.src.backend.common.dtypes")
        promotion.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    return keras


def gradients(model, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Logits (batch, classes) and the loss's gradient for every trainable variable, nothing updated."""
    import keras

    logits, found = _GRADIENTS[keras.backend.backend()](model, x, y)
    return keras.ops.convert_to_numpy(logits), [np.asarray(keras.ops.convert_to_numpy(g)) for g in found]


def held(variable):
    """What a Keras variable holds, as an array or tensor that further training leaves as it is."""
    return _access()[0](variable)


def hold(variable, value) -> None:
    """Put an array, or what `held` returned, into a Keras variable of the same shape."""
    _access()[1](variable, value)


def versions(backend: str) -> dict[str, str]:
    return {name: version(name) for name in ("keras", BACKENDS[backend], "numpy")}


def _tensorflow(model, x, y):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = model.compute_loss(x=x, y=y, y_pred=logits)
    found = tape.gradient(loss, [v.value for v in model.trainable_variables])
    return logits, [tf.convert_to_tensor(gradient) for gradient in found]


def _jax(model, x, y):
    import jax

    def loss_of(trainable, fixed):
        logits, _ = model.stateless_call(trainable, fixed, x, training=True)
        return model.compute_loss(x=x, y=y, y_pred=logits), logits

    trainable, fixed = (
        [v.value for v in group] for group in (model.trainable_variables, model.non_trainable_variables)
    )
    found, logits = jax.jit(jax.grad(loss_of, has_aux=True))(trainable, fixed)
    return logits, found


def _torch(model, x, y):
    model.zero_grad()
    logits = model(x, training=True)
    model.compute_loss(x=x, y=y, y_pred=logits).backward()
    found = [v.value.grad.clone() for v in model.trainable_variables]
    model.zero_grad()
    return logits, found


_GRADIENTS = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}


def _access():
    import keras

    return _ACCESS.get(keras.backend.backend(), _PLAIN)


def _tensorflow_held(variable):
    import tensorflow as tf

    return tf.raw_ops.ReadVariableOp(resource=variable.value.handle, dtype=variable.value.dtype)


def _tensorflow_hold(variable, value):
    import tensorflow as tf

    if not tf.is_tensor(value):
        value = np.asarray(value, variable.dtype)
    tf.raw_ops.AssignVariableOp(resource=variable.value.handle, value=value)


# in and out of a variable. On TensorFlow by its own operations, because Keras takes several times as long around them
# and a step needs eighty; TensorFlow copies before it updates a buffer that anyone else holds, the others do not
_ACCESS = {"tensorflow": (_tensorflow_held, _tensorflow_hold)}
_PLAIN = (np.array, lambda variable, value: variable.assign(value))
