"""AttentionCellWrapper: a cell that looks back at its own last outputs (arXiv 1601.06733).

Source: tensorflow 1.15 contrib/rnn/python/ops/rnn_cell.py.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers import state
from keras_port.layers.wide import matmul, tanh
from keras_port.layers.wrapper import CellWrapper
from keras_port.layers.wrappers import add_linear, linear


@keras.saving.register_keras_serializable(package="keras_port")
class AttentionCellWrapper(CellWrapper):
    """The state is the cell's, then the last attention (batch, attn_size), then the window of past outputs.

    The window is (batch, attn_length * attn_size). One step: inputs and last attention make the cell's input;
    the cell's new state, c before h as in TF1, is the query over the window; output and attention make the
    output, which enters the window as its youngest row.
    """

    arguments = ("attn_length", "attn_size", "attn_vec_size", "input_size")

    def __init__(self, cell, attn_length, attn_size=None, attn_vec_size=None, input_size=None, **kwargs):
        super().__init__(cell, **kwargs)
        if attn_length < 1:
            raise ValueError(f"AttentionCellWrapper: attn_length is {attn_length}, but must be at least 1")
        self.attn_length = attn_length
        self.attn_size = attn_size or state.width(cell)
        self.attn_vec_size = attn_vec_size or self.attn_size
        self.input_size = input_size

    @property
    def state_size(self):
        return [*super().state_size, self.attn_size, self.attn_size * self.attn_length]

    @property
    def state_kinds(self):
        return [*super().state_kinds, state.HIDDEN, state.HIDDEN]

    @property
    def output_size(self):
        return self.attn_size

    def get_initial_state(self, batch_size=None):
        zeros = [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size[-2:]]
        return [*super().get_initial_state(batch_size), *zeros]

    def build(self, input_shape):
        width = input_shape[-1]
        inner = width if self.input_size is None else self.input_size
        query = sum(state.tf1_leaves(super().state_size, super().state_kinds))
        self.weights_in = add_linear(self, "input", width + self.attn_size, inner)
        self.build_cell((*input_shape[:-1], inner))
        self.window_kernel = self._add_kernel("window_kernel", self.attn_size, self.attn_vec_size)
        self.query = add_linear(self, "query", query, self.attn_vec_size)
        self.score = self._add_kernel("score", self.attn_vec_size)
        self.weights_out = add_linear(self, "output", state.width(self.cell) + self.attn_size, self.attn_size)
        self.built = True

    def _add_kernel(self, name, *shape):
        return self.add_weight(shape=shape, initializer="glorot_uniform", name=name)

    def call(self, inputs, states, training=False):
        *states, attention, window = states
        window = ops.reshape(window, (-1, self.attn_length, self.attn_size))
        output, states = self.inner(linear(_joined(inputs, attention), self.weights_in), states, training)
        query = _joined(*state.tf1_leaves(states, super().state_kinds))
        attention = self._attended(query, window)
        output = linear(_joined(output, attention), self.weights_out)
        window = ops.concatenate([window[:, 1:], ops.expand_dims(output, 1)], axis=1)
        return output, [*states, attention, ops.reshape(window, (-1, self.attn_length * self.attn_size))]

    def _attended(self, query, window):
        """softmax(score . tanh(window W + query)) over the window's rows, and their weighted sum."""
        # XLA cannot compile the gradient of TensorFlow's product of a 3-D and a 2-D tensor inside a loop.
        rows = matmul(ops.reshape(window, (-1, self.attn_size)), self.window_kernel)
        keys = ops.reshape(rows, (-1, self.attn_length, self.attn_vec_size))
        keys = keys + ops.expand_dims(linear(query, self.query), 1)
        weights = ops.softmax(ops.sum(self.score * tanh(keys), axis=-1), axis=-1)
        return ops.sum(ops.expand_dims(weights, -1) * window, axis=1)


def _joined(*parts):
    return ops.concatenate(parts, axis=-1)
