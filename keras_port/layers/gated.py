"""Cells with gates of their own kind: NAS, UGRNN, intersection.

Source: tensorflow 1.15 contrib/rnn/python/ops/rnn_cell.py. Their gates have
no counterpart in Keras and stand in TF1's order.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers.cell import Cell, LSTMLike, split
from keras_port.layers.wide import activated, matmul, tanh

_BRANCHES = 8


@keras.saving.register_keras_serializable(package="keras_port")
class NASCell(LSTMLike):
    """The cell found by architecture search (arXiv 1611.01578): a tree over eight gates, state [h, c]."""

    arguments = ("num_proj", "use_bias")

    def __init__(self, units, num_proj=None, *, use_bias=False, **kwargs):
        super().__init__(units, **kwargs)
        self.use_bias = use_bias
        self.set_sizes(num_proj)

    def build(self, input_shape):
        columns = _BRANCHES * self.units
        self.kernel = self.add_kernel("kernel", input_shape[-1], columns)
        self.recurrent_kernel = self.add_kernel("recurrent_kernel", self.output_size, columns)
        self.bias = self.add_bias("bias", columns) if self.use_bias else None
        if self.num_proj is not None:
            self.projection_kernel = self.add_kernel("projection_kernel", self.units, self.num_proj)
        self.built = True

    def call(self, inputs, states):
        h, c = states
        recurrent = matmul(h, self.recurrent_kernel)
        if self.bias is not None:
            recurrent = recurrent + self.bias
        x, r = split(matmul(inputs, self.kernel), _BRANCHES), split(recurrent, _BRANCHES)
        left = tanh(ops.sigmoid(x[0] + r[0]) * ops.relu(x[1] + r[1]))
        left_partner = tanh(ops.sigmoid(x[2] + r[2]) + ops.relu(x[3] * r[3]))
        right = tanh(tanh(x[4] + r[4]) * ops.sigmoid(x[5] + r[5]))
        right_partner = ops.sigmoid(tanh(x[6] + r[6]) + ops.sigmoid(x[7] + r[7]))
        c = tanh(left + c) * left_partner
        h = tanh(c * tanh(right + right_partner))
        if self.num_proj is not None:
            h = matmul(h, self.projection_kernel)
        return h, [h, c]


@keras.saving.register_keras_serializable(package="keras_port")
class UGRNNCell(Cell):
    """One update gate (arXiv 1611.09913): h = g h + (1 - g) act(candidate); gates g, candidate."""

    arguments = ("forget_bias", "activation")

    def __init__(self, units, forget_bias=1.0, activation="tanh", **kwargs):
        super().__init__(units, **kwargs)
        self.forget_bias = forget_bias
        self.activation = keras.activations.get(activation)
        self.state_size = self.output_size = units

    def build(self, input_shape):
        names, sizes = ("kernel", "recurrent_kernel"), (input_shape[-1], self.units)
        self.kernel, self.recurrent_kernel = self.add_joint_kernel(names, sizes, 2 * self.units)
        self.bias = self.add_bias("bias", 2 * self.units)
        self.built = True

    def call(self, inputs, states):
        (h,) = states
        g, candidate = split(matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel) + self.bias, 2)
        g = ops.sigmoid(g + self.forget_bias)
        h = g * h + (1 - g) * activated(self.activation, candidate)
        return h, [h]


@keras.saving.register_keras_serializable(package="keras_port")
class IntersectionRNNCell(Cell):
    """The "+RNN" (arXiv 1611.09913): one gate through time, one through depth.

    Gates: time gate, candidate state, depth gate, candidate output. Inputs of
    another width than `units` are projected to `units` first, if `num_in_proj`
    is given: as in TF1 any number stands for `units` (weights `input_kernel`,
    `input_bias`).
    """

    arguments = ("num_in_proj", "forget_bias", "y_activation")

    def __init__(self, units, num_in_proj=None, forget_bias=1.0, y_activation="relu", **kwargs):
        super().__init__(units, **kwargs)
        self.num_in_proj = num_in_proj
        self.forget_bias = forget_bias
        self.y_activation = keras.activations.get(y_activation)
        self.state_size = self.output_size = units

    def build(self, input_shape):
        units, width = self.units, input_shape[-1]
        self.projects = width != units
        if self.projects and not self.num_in_proj:
            raise ValueError(f"IntersectionRNNCell({units}): inputs of width {width} need num_in_proj={units}")
        if self.projects:
            self.input_kernel = self.add_kernel("input_kernel", width, units)
            self.input_bias = self.add_bias("input_bias", units)
        names = ("kernel", "recurrent_kernel")
        self.kernel, self.recurrent_kernel = self.add_joint_kernel(names, (units, units), 4 * units)
        self.bias = self.add_bias("bias", 4 * units)
        self.built = True

    def call(self, inputs, states):
        (h,) = states
        if self.projects:
            inputs = matmul(inputs, self.input_kernel) + self.input_bias
        gates = matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel) + self.bias
        through_time, candidate, through_depth, y = split(gates, 4)
        through_time = ops.sigmoid(through_time + self.forget_bias)
        through_depth = ops.sigmoid(through_depth + self.forget_bias)
        h = through_time * h + (1 - through_time) * tanh(candidate)
        return through_depth * inputs + (1 - through_depth) * activated(self.y_activation, y), [h]
