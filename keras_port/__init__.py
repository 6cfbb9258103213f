"""TensorFlow-1 RNN programs in Keras 3: models, optimizers, weights, data.

Importing this package loads neither Keras nor TensorFlow; its parts load
what they need when they are first asked for:

    keras_port.models       the five tutorial programs, `build()` in each
    keras_port.layers       what Keras 3 lacks or computes differently
    keras_port.optimizers   TF1's update rules as Keras optimizers
    keras_port.weights      TF1 variables into Keras models, and back
    keras_port.datasets     MNIST and the embedded digits as NumPy arrays
    keras_port.feeding      a keras.Model whose `fit` and `predict` lose little time
    keras_port.threads      two chains of steps, each with its half of the cores
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_PARTS = ("datasets", "feeding", "layers", "models", "optimizers", "threads", "weights")


def __getattr__(name: str):
    """Import a part of the package when it is first used."""
    if name in _PARTS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*_PARTS, "__version__"))
