"""DropoutWrapper: TF1's dropout on a cell's input, output and state, with a fresh mask every step.

Kept numbers are divided by the keep probability. The state's mask falls on
the state that leaves the cell, not on its output, and never on an LSTM's c.

Source: tensorflow 1.15 python/ops/rnn_cell_wrapper_impl.py, DropoutWrapperBase.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers import noise, state
from keras_port.layers.wrapper import CellWrapper

FED = "fed"
# Which of a step's masks: one mask per number, and one per part of a state from STATE on.
INPUT, OUTPUT, STATE = 1, 2, 3


def dropped(x, keep_prob, random):
    """x / keep_prob where random < keep_prob, else 0."""
    if isinstance(keep_prob, (int, float)):
        return ops.where(random < keep_prob, x / keep_prob, ops.zeros_like(x))
    return ops.where(random < ops.cast(keep_prob, "float32"), x / ops.cast(keep_prob, x.dtype), ops.zeros_like(x))


@keras.saving.register_keras_serializable(package="keras_port")
class DropoutWrapper(CellWrapper):
    """A cell with dropout; its state is the cell's and a key (keras_port.layers.noise).

    Args:
        input_keep_prob, output_keep_prob, state_keep_prob: numbers in (0, 1]
            that count in training only; or "fed", for a probability that is
            fed to DynamicRNN as `keep_prob` and that counts always, as a
            TF1 placeholder does.
        variational_recurrent: one mask for all steps, and, as in TF1, for all
            rows of the batch.
        seed: decides the masks. They are not TF1's: its random ops are others.
    """

    arguments = ("input_keep_prob", "output_keep_prob", "state_keep_prob", "variational_recurrent", "seed")

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        *,
        variational_recurrent=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(cell, **kwargs)
        self.input_keep_prob = _checked("input_keep_prob", input_keep_prob)
        self.output_keep_prob = _checked("output_keep_prob", output_keep_prob)
        self.state_keep_prob = _checked("state_keep_prob", state_keep_prob)
        self.variational_recurrent = variational_recurrent
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)
        self.fed = None

    @property
    def state_size(self):
        return [*super().state_size, noise.WIDTH]

    @property
    def state_kinds(self):
        return [*super().state_kinds, state.KEY]

    def get_initial_state(self, batch_size=None):
        return [*super().get_initial_state(batch_size), noise.fresh_key(batch_size, self.generator, self.compute_dtype)]

    def call(self, inputs, states, training=False):
        *states, key = states
        drop = self._masks(key, training)
        output, new = self.inner(drop(inputs, self.input_keep_prob, INPUT), states, training)
        new = state.map_kind(
            lambda part, position: drop(part, self.state_keep_prob, STATE + position), new, super().state_kinds
        )
        key = key if self.variational_recurrent else noise.next_key(key)
        return drop(output, self.output_keep_prob, OUTPUT), [*new, key]

    def _masks(self, key, training):
        """A function that drops the numbers of a (batch, width) tensor."""
        stream, step = noise.place(key)

        def drop(x, keep_prob, salt):
            keep_prob = self._current(keep_prob, training)
            if keep_prob is None:
                return x
            rows = 1 if self.variational_recurrent else ops.shape(x)[0]
            return dropped(x, keep_prob, noise.uniform(stream, step, salt, rows, x.shape[-1]))

        return drop

    def _current(self, keep_prob, training):
        """The probability in force, or None where nothing is dropped."""
        if keep_prob != FED:
            return keep_prob if training and keep_prob < 1 else None
        if self.fed is None:
            raise ValueError(
                f"{self.name}: a keep probability is {FED!r}, but none was fed: "
                "call DynamicRNN with keep_prob=, a number or a tensor (batch,)"
            )
        return self.fed


def _checked(name, keep_prob):
    if keep_prob != FED and not 0 < keep_prob <= 1:
        raise ValueError(f"DropoutWrapper: {name} is {keep_prob}, but must be in (0, 1], or {FED!r}")
    return keep_prob
