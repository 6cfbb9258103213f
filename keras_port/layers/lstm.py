"""LSTMCell with what Keras's lacks: peepholes, projection, clipping, a forget bias of its own.

    i = sigmoid(x W_i + h U_i + b_i + peephole_i * c)
    f = sigmoid(x W_f + h U_f + b_f + forget_bias + peephole_f * c)
    c = clip(f * c + i * act(x W_c + h U_c + b_c), cell_clip)
    o = sigmoid(x W_o + h U_o + b_o + peephole_o * c)        the new c
    h = clip(o * act(c) @ projection_kernel, proj_clip)

Source: tensorflow 1.15 python/ops/rnn_cell_impl.py, LSTMCell; LSTMBlockCell
(contrib/rnn/python/ops/lstm_ops.py) computes the same without projection.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers.cell import LSTMLike, clipped, seen, split
from keras_port.layers.wide import activated, matmul


@keras.saving.register_keras_serializable(package="keras_port")
class LSTMCell(LSTMLike):
    """(batch, inputs), [h (batch, num_proj or units), c (batch, units)] -> h, [h, c]."""

    arguments = ("forget_bias", "activation", "use_peepholes", "cell_clip", "num_proj", "proj_clip")

    def __init__(
        self,
        units,
        forget_bias=1.0,
        activation="tanh",
        *,
        use_peepholes=False,
        cell_clip=None,
        num_proj=None,
        proj_clip=None,
        **kwargs,
    ):
        super().__init__(units, **kwargs)
        self.forget_bias = forget_bias
        self.activation = keras.activations.get(activation)
        self.use_peepholes = use_peepholes
        self.cell_clip = cell_clip
        self.proj_clip = proj_clip
        self.set_sizes(num_proj)

    def build(self, input_shape):
        names, sizes = ("kernel", "recurrent_kernel"), (input_shape[-1], self.output_size)
        self.kernel, self.recurrent_kernel = self.add_joint_kernel(names, sizes, 4 * self.units)
        self.bias = self.make_bias()
        self.peepholes = [self.add_kernel(f"peephole_{gate}", self.units) for gate in "ifo" if self.use_peepholes]
        if self.num_proj is not None:
            self.projection_kernel = self.add_kernel("projection_kernel", self.units, self.num_proj)
        self.built = True

    def make_bias(self):
        return self.add_bias("bias", 4 * self.units)

    def call(self, inputs, states):
        return self.step(inputs, *states)

    def gates(self, inputs, h) -> list:
        """i, f, c, o before their activations."""
        return split(matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel) + self.bias, 4)

    def memory(self, c):
        """The new c as the output gate and the next step see it."""
        return clipped(c, self.cell_clip)

    def step(self, inputs, h, c, candidate_dropout=lambda candidate: candidate):
        """One step from h and c: h, [h, c]."""
        i, f, candidate, o = self.gates(inputs, h)
        peephole_i, peephole_f, peephole_o = self.peepholes or (None,) * 3
        i = ops.sigmoid(seen(i, peephole_i, c))
        f = ops.sigmoid(seen(f + self.forget_bias, peephole_f, c))
        c = self.memory(f * c + i * candidate_dropout(activated(self.activation, candidate)))
        h = ops.sigmoid(seen(o, peephole_o, c)) * activated(self.activation, c)
        if self.num_proj is not None:
            h = clipped(matmul(h, self.projection_kernel), self.proj_clip)
        return h, [h, c]
