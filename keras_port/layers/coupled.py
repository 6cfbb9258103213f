"""CoupledInputForgetGateLSTMCell: an LSTM whose input gate is one minus its forget gate (arXiv 1503.04069).

Source: tensorflow 1.15 contrib/rnn/python/ops/rnn_cell.py.
"""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers.cell import LSTMLike, clipped, seen, split
from keras_port.layers.layer_norm_lstm import add_norm, normalized
from keras_port.layers.wide import activated, matmul


@keras.saving.register_keras_serializable(package="keras_port")
class CoupledInputForgetGateLSTMCell(LSTMLike):
    """Gates f, c, o; peepholes of f see the old c, those of o the new one; state [h, c]."""

    arguments = (
        "forget_bias",
        "activation",
        "use_peepholes",
        "num_proj",
        "proj_clip",
        "layer_norm",
        "norm_gain",
        "norm_shift",
    )

    def __init__(
        self,
        units,
        forget_bias=1.0,
        activation="tanh",
        *,
        use_peepholes=False,
        num_proj=None,
        proj_clip=None,
        layer_norm=False,
        norm_gain=1.0,
        norm_shift=0.0,
        **kwargs,
    ):
        super().__init__(units, **kwargs)
        self.forget_bias = forget_bias
        self.activation = keras.activations.get(activation)
        self.use_peepholes = use_peepholes
        self.proj_clip = proj_clip
        self.layer_norm = layer_norm
        self.norm_gain = norm_gain
        self.norm_shift = norm_shift
        self.set_sizes(num_proj)

    def build(self, input_shape):
        names, sizes = ("kernel", "recurrent_kernel"), (input_shape[-1], self.output_size)
        self.kernel, self.recurrent_kernel = self.add_joint_kernel(names, sizes, 3 * self.units)
        self.bias = None if self.layer_norm else self.add_bias("bias", 3 * self.units)
        normed = ("f", "c", "o", "state") if self.layer_norm else ()
        self.norms = [add_norm(self, name, self.norm_gain, self.norm_shift) for name in normed]
        self.peepholes = [self.add_kernel(f"peephole_{gate}", self.units) for gate in "fo" if self.use_peepholes]
        if self.num_proj is not None:
            self.projection_kernel = self.add_kernel("projection_kernel", self.units, self.num_proj)
        self.built = True

    def gates(self, inputs, h) -> list:
        product = matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel)
        if not self.layer_norm:
            return split(product + self.bias, 3)
        return [normalized(gate, *norm) for gate, norm in zip(split(product, 3), self.norms[:3], strict=True)]

    def call(self, inputs, states):
        h, c = states
        f, candidate, o = self.gates(inputs, h)
        peephole_f, peephole_o = self.peepholes or (None, None)
        f = ops.sigmoid(seen(f + self.forget_bias, peephole_f, c))
        c = f * c + (1 - f) * activated(self.activation, candidate)
        if self.layer_norm:
            c = normalized(c, *self.norms[3])
        h = ops.sigmoid(seen(o, peephole_o, c)) * activated(self.activation, c)
        if self.num_proj is not None:
            h = clipped(matmul(h, self.projection_kernel), self.proj_clip)
        return h, [h, c]
