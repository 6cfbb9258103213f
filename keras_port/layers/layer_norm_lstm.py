"""LayerNormLSTMCell: an LSTM whose gates and memory are normalized, TF1's LayerNormBasicLSTMCell.

    gate = gamma * (z - mean(z)) / sqrt(variance(z) + epsilon) + beta      z = x W + h U, no bias
    c    = the same of f * c + i * dropout(act(candidate))

Source: tensorflow 1.15 contrib/rnn/python/ops/rnn_cell.py, LayerNormBasicLSTMCell and LayerNormLSTMCell, and
contrib/layers/python/layers/layers.py, `layer_norm`, for the epsilon.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers import noise
from keras_port.layers.cell import clipped, split
from keras_port.layers.dropout import dropped
from keras_port.layers.lstm import LSTMCell
from keras_port.layers.state import KEY
from keras_port.layers.wide import matmul, mean

EPSILON = {"float16": 1e-3}  # 1e-12 for every other dtype


def add_norm(cell, name: str, gain: float, shift: float) -> tuple:
    """Weights gamma_NAME and beta_NAME (units,) of a cell."""
    return cell.add_bias(f"gamma_{name}", cell.units, gain), cell.add_bias(f"beta_{name}", cell.units, shift)


def normalized(x, gamma, beta):
    """Each row of (batch, units) with mean 0 and variance 1, times gamma, plus beta.

    In half precision the statistics are taken in float32, as in TF1: squares
    of small numbers would vanish.
    """
    dtype = keras.backend.standardize_dtype(x.dtype)
    wide = ops.cast(x, "float32") if dtype in ("float16", "bfloat16") else x
    centered = wide - mean(wide)
    variance = mean(centered * centered)
    unit = centered * ops.rsqrt(variance + EPSILON.get(dtype, 1e-12))
    return ops.cast(unit, dtype) * gamma + beta


@keras.saving.register_keras_serializable(package="keras_port")
class LayerNormLSTMCell(LSTMCell):
    """LSTMCell, normalized; with `dropout_keep_prob` its state is [h, c, key].

    The dropout falls on the candidate, anew every step, in training only.
    """

    arguments = (*LSTMCell.arguments, "norm_gain", "norm_shift", "dropout_keep_prob", "seed")

    def __init__(
        self,
        units,
        forget_bias=1.0,
        activation="tanh",
        *,
        norm_gain=1.0,
        norm_shift=0.0,
        dropout_keep_prob=1.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(units, forget_bias, activation, **kwargs)
        if not 0 < dropout_keep_prob <= 1:
            raise ValueError(f"LayerNormLSTMCell: dropout_keep_prob is {dropout_keep_prob}, but must be in (0, 1]")
        self.norm_gain = norm_gain
        self.norm_shift = norm_shift
        self.dropout_keep_prob = dropout_keep_prob
        self.seed = seed
        if self._drops:
            self.generator = keras.random.SeedGenerator(seed)
            self.state_size = [*self.state_size, noise.WIDTH]
            self.state_kinds = (*self.state_kinds, KEY)

    @property
    def _drops(self) -> bool:
        return self.dropout_keep_prob < 1

    def build(self, input_shape):
        super().build(input_shape)
        self.norms = [add_norm(self, name, self.norm_gain, self.norm_shift) for name in ("i", "f", "c", "o", "state")]

    def make_bias(self):
        return None  # beta takes its place

    def get_initial_state(self, batch_size=None):
        state = [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size[:2]]
        if self._drops:
            state.append(noise.fresh_key(batch_size, self.generator, self.compute_dtype))
        return state

    def gates(self, inputs, h):
        product = matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel)
        return [normalized(gate, *norm) for gate, norm in zip(split(product, 4), self.norms[:4], strict=True)]

    def memory(self, c):
        return clipped(normalized(c, *self.norms[4]), self.cell_clip)

    def call(self, inputs, states, training=False):
        if not self._drops:
            return self.step(inputs, *states)
        h, c, key = states
        h, state = self.step(inputs, h, c, lambda candidate: self._dropped(candidate, key) if training else candidate)
        return h, [*state, noise.next_key(key)]

    def _dropped(self, candidate, key):
        random = noise.uniform(*noise.place(key), 0, ops.shape(candidate)[0], self.units)
        return dropped(candidate, self.dropout_keep_prob, random)
