"""`tf.contrib.cudnn_rnn`: the cells that compute on any machine what cuDNN's layers computed on a GPU.

CudnnLSTM and its relatives had no CPU kernel in TF 1.15; their checkpoints were meant to be read by these cells.
Source: tensorflow 1.15, contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.bases import BIAS, KERNEL, known_width
from legacy_tf1.contrib.rnn.blocks import LSTMBlockCell

__all__ = ["CudnnCompatibleGRUCell", "CudnnCompatibleLSTMCell"]


def __dir__():
    return __all__


class CudnnCompatibleLSTMCell(LSTMBlockCell):
    """LSTMBlockCell without forget bias, clipping or peepholes, in a scope of cuDNN's name."""

    def __init__(self, num_units, reuse=None):
        super().__init__(num_units, forget_bias=0, reuse=reuse, name="cudnn_compatible_lstm_cell")


class CudnnCompatibleGRUCell(tf.nn.rnn_cell.GRUCell):
    """GRUCell whose reset gate acts after the recurrent matrix, which has a bias of its own.

    `candidate = tanh(x W + b_W + r * (h R + b_R))`.
    """

    def __init__(self, num_units, reuse=None, kernel_initializer=None):
        super().__init__(num_units, activation=None, reuse=reuse, kernel_initializer=kernel_initializer)

    def build(self, inputs_shape):
        width, units = known_width(inputs_shape), self._num_units
        kernels, biases = self._kernel_initializer, self._bias_initializer
        self._gate_kernel = self.add_weight(f"gates/{KERNEL}", [width + units, 2 * units], initializer=kernels)
        open_gates = tf.constant_initializer(1.0, dtype=self.dtype)
        self._gate_bias = self.add_weight(f"gates/{BIAS}", [2 * units], initializer=biases or open_gates)
        sides = {"input": width, "hidden": units}
        self._candidate_kernels = [
            self.add_weight(f"candidate/{side}_projection/{KERNEL}", [rows, units], initializer=kernels)
            for side, rows in sides.items()
        ]
        self._candidate_biases = [
            self.add_weight(
                f"candidate/{side}_projection/{BIAS}",
                [units],
                initializer=biases or tf.zeros_initializer(dtype=self.dtype),
            )
            for side in sides
        ]

    def call(self, inputs, state):
        gates = tf.nn.bias_add(tf.matmul(tf.concat([inputs, state], 1), self._gate_kernel), self._gate_bias)
        reset, update = tf.split(tf.sigmoid(gates), 2, axis=1)
        from_inputs, from_state = (
            tf.nn.bias_add(tf.matmul(value, kernel), bias)
            for value, kernel, bias in zip((inputs, state), self._candidate_kernels, self._candidate_biases)
        )
        candidate = self._activation(from_inputs + reset * from_state)
        state = (1 - update) * candidate + update * state
        return state, state
