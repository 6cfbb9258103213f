"""SimpleRNN, LSTM, GRU: Keras's layers with a faster loop over time."""

from __future__ import annotations

import importlib
import os

import keras
from keras import ops, tree

_LOOPS = {"tensorflow": "over_tensorflow", "torch": "over_torch"}


class _Fast:
    """Before a recurrent layer of Keras's: the faster loop, and what sends the layer Keras's way."""

    def __init__(self, *args, fast=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fast = fast
        if self._is_on() and self._loop().keras_compiles():
            self.supports_jit = False

    def inner_loop(self, sequences, initial_state, mask, training=False):
        found = None
        if self._is_on() and self._can_be_fast(training):
            masks = tree.flatten(mask)
            found = self._loop().over_time(self, sequences, tree.flatten(initial_state), masks[0] if masks else None)
        return found or super().inner_loop(sequences, initial_state, mask=mask, training=training)

    def get_config(self):
        return {**super().get_config(), "fast": self.fast}

    def tensor(self, name: str):
        """A weight of the cell in the dtype that the layer computes in."""
        return ops.cast(getattr(self.cell, name), self.compute_dtype)

    def _is_on(self) -> bool:
        switch = self.fast and os.environ.get("KERAS_PORT_FAST") != "0"
        return switch and keras.backend.backend() in _LOOPS and self._loop().on_cpu()

    def _can_be_fast(self, training) -> bool:
        dropout = training and (self.dropout or self.recurrent_dropout)
        return not (dropout or self.unroll or getattr(self, "reset_after", False))

    @staticmethod
    def _loop():
        return importlib.import_module(f"keras_port.layers.fast.{_LOOPS[keras.backend.backend()]}")


def is_fast(layer) -> bool:
    """Whether it is one of the layers below, and switched on."""
    return isinstance(layer, _Fast) and layer._is_on()


@keras.saving.register_keras_serializable(package="keras_port")
class SimpleRNN(_Fast, keras.layers.SimpleRNN):
    """keras.layers.SimpleRNN, faster on the CPU; `fast=False` is Keras's own loop."""


@keras.saving.register_keras_serializable(package="keras_port")
class LSTM(_Fast, keras.layers.LSTM):
    """keras.layers.LSTM, faster on the CPU; `fast=False` is Keras's own loop."""


@keras.saving.register_keras_serializable(package="keras_port")
class GRU(_Fast, keras.layers.GRU):
    """keras.layers.GRU, faster on the CPU with `reset_after=False`; `fast=False` is Keras's own loop."""
