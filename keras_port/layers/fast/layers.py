"""SimpleRNN, LSTM, GRU: Keras's layers with a faster loop over time."""

from __future__ import annotations

import os

import keras
from keras import ops, tree

from keras_port.layers.fast import loop
from keras_port.layers.wide import activated


class _Fast:
    """Before a recurrent layer of Keras's: the fast path, and what sends the layer Keras's way.

    A subclass has `recurrence()`, which returns a function of (the inputs' share of the gates (batch, gates * units),
    a list of states) that makes a step and returns the new states, the output first.
    """

    def __init__(self, *args, fast=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fast = fast
        if self.fast and keras.backend.backend() == "tensorflow" and loop.on_cpu():
            self.supports_jit = False  # XLA's loops are slower than these

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if not self._can_be_fast(sequences, training):
            return super().inner_loop(sequences, initial_state, mask=mask, training=training)
        states, mask = tree.flatten(initial_state), (tree.flatten(mask) or [None])[0]
        if keras.backend.backend() == "torch":
            found = self._native(sequences, states, mask)
            return found or super().inner_loop(sequences, initial_state, mask=mask, training=training)
        return loop.over_time(
            self._project,
            self.recurrence(),
            sequences,
            states,
            mask,
            go_backwards=self.go_backwards,
            zero_output_for_mask=self.zero_output_for_mask,
            return_sequences=self.return_sequences,
        )

    def get_config(self):
        return {**super().get_config(), "fast": self.fast}

    def _can_be_fast(self, sequences, training) -> bool:
        dropout = training and (self.dropout or self.recurrent_dropout)
        return (
            self.fast
            and os.environ.get("KERAS_PORT_FAST") != "0"
            and not (dropout or self.unroll or getattr(self.cell, "reset_after", False))
            and sequences.shape[1] is not None
            and loop.on_cpu()
        )

    def _native(self, sequences, states, mask):
        """The result of PyTorch's own kernel, or None where it has none."""
        from keras_port.layers.fast import torch

        return torch.over_time(self, sequences, states) if mask is None else None

    def _weight(self, name: str):
        return ops.cast(getattr(self.cell, name), self.compute_dtype)

    def _project(self, x):
        """The inputs' share of the gates: (rows, inputs) -> (rows, gates * units)."""
        gates = x @ self._weight("kernel")
        return gates + self._weight("bias") if self.use_bias else gates


@keras.saving.register_keras_serializable(package="keras_port")
class SimpleRNN(_Fast, keras.layers.SimpleRNN):
    """keras.layers.SimpleRNN, faster on the CPU; `fast=False` is Keras's own loop."""

    def recurrence(self):
        recurrent_kernel = self._weight("recurrent_kernel")

        def step(gates, states):
            return [activated(self.activation, gates + states[0] @ recurrent_kernel)]

        return step


@keras.saving.register_keras_serializable(package="keras_port")
class LSTM(_Fast, keras.layers.LSTM):
    """keras.layers.LSTM, faster on the CPU; `fast=False` is Keras's own loop."""

    def recurrence(self):
        recurrent_kernel = self._weight("recurrent_kernel")
        opened, squashed = self.recurrent_activation, self.activation

        def step(gates, states):
            h, c = states
            i, f, candidate, o = ops.split(gates + h @ recurrent_kernel, 4, axis=-1)
            c = opened(f) * c + opened(i) * activated(squashed, candidate)
            return [opened(o) * activated(squashed, c), c]

        return step


@keras.saving.register_keras_serializable(package="keras_port")
class GRU(_Fast, keras.layers.GRU):
    """keras.layers.GRU, faster on the CPU with `reset_after=False`; `fast=False` is Keras's own loop."""

    def recurrence(self):
        recurrent_kernel = self._weight("recurrent_kernel")
        for_gates, for_candidate = recurrent_kernel[:, : 2 * self.units], recurrent_kernel[:, 2 * self.units :]

        def step(gates, states):
            (h,) = states
            z, r = ops.split(gates[:, : 2 * self.units] + h @ for_gates, 2, axis=-1)
            z, r = self.recurrent_activation(z), self.recurrent_activation(r)
            candidate = activated(self.activation, gates[:, 2 * self.units :] + (r * h) @ for_candidate)
            return [z * h + (1 - z) * candidate]

        return step
