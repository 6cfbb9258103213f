"""Training on several devices, as Keras documents it: tf.distribute on TensorFlow, keras.distribution on JAX.

A batch is split among the devices, each of which has all weights, and the gradients are joined. So the numbers are those
of one device up to rounding, as long as the devices get equally many rows: Keras's means are means of the devices' means.
"""

from __future__ import annotations

import contextlib
import functools
import os

__all__ = ["COUNTS", "DeviceError", "several"]

COUNTS = (1, 2, 4, 8, 16)  # they divide the programs' batches, of 128 images, and those of the test, of 400


class DeviceError(RuntimeError):
    """The devices are not there, or the backend cannot share work among them."""


def several(count: int):
    """A context in which a model is built, compiled and trained on `count` devices; with 1 it changes nothing.

    The devices are the first GPUs (on JAX also TPUs); on a machine without, they are virtual ones of the CPU, which share
    its cores. Raises DeviceError.
    """
    if count == 1:
        return contextlib.nullcontext()
    import keras

    backend = keras.backend.backend()
    if backend not in _SCOPES:
        own = ", or train the model in a loop of your own with PyTorch's DistributedDataParallel"
        raise DeviceError(
            f"--devices {count}: Keras has no distribution on {backend}; set KERAS_BACKEND=tensorflow or KERAS_BACKEND=jax"
            + (own if backend == "torch" else "")
        )
    return _SCOPES[backend](count)


def _tensorflow(count: int):
    """Under tf.distribute.MirroredStrategy. https://keras.io/guides/distributed_training_with_tensorflow/"""
    import tensorflow as tf

    kind = "GPU" if tf.config.get_visible_devices("GPU") else "CPU"
    if kind == "CPU":
        cpu = tf.config.list_physical_devices("CPU")[0]
        with contextlib.suppress(RuntimeError):  # TensorFlow has begun: its devices are what they are
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    names = [f"{kind}:{number}" for number, _ in enumerate(tf.config.list_logical_devices(kind))]
    return _mirrored(*_first(names, count, kind)).scope()


@functools.cache
def _mirrored(*names: str):
    """One strategy per process and devices: the sums of a second one would meet those of the first."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(names)


def _jax(count: int):
    """Under keras.distribution.DataParallel. https://keras.io/guides/distribution/"""
    import jax
    import keras

    if "xla_force_host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
        with contextlib.suppress(RuntimeError):  # JAX has begun
            jax.config.update("jax_num_cpu_devices", count)
    names = keras.distribution.list_devices()
    kind = names[0].partition(":")[0].upper()
    return keras.distribution.DataParallel(devices=_first(names, count, kind)).scope()


_SCOPES = {"tensorflow": _tensorflow, "jax": _jax}


def _first(names: list[str], count: int, kind: str) -> list[str]:
    if len(names) < count:
        virtual = "; virtual CPU devices can only be made before the backend has computed anything"
        raise DeviceError(f"--devices {count}: {len(names)} of kind {kind} here" + (virtual if kind == "CPU" else ""))
    return names[:count]
