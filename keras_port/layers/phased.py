"""PhasedLSTMCell: an LSTM whose units open and close with learned rhythms (arXiv 1610.09513).

Source: tensorflow 1.15 contrib/rnn/python/ops/rnn_cell.py. Where TF1 takes the pair (time, x), this cell takes
one tensor whose first column is the time, since a Keras loop has one input.
"""

from __future__ import annotations

import math

import keras
from keras import ops

from keras_port.layers.cell import LSTMLike
from keras_port.layers.wide import matmul, tanh


@keras.saving.register_keras_serializable(package="keras_port")
class PhasedLSTMCell(LSTMLike):
    """(batch, 1 + inputs), [h, c] -> h, [h, c].

    Each gate group has a kernel and a bias of TF1's own: `gates_*` (i, f),
    `candidate_*`, `output_*`, cut into the rows of x (`..._kernel`), h
    (`..._recurrent_kernel`) and, with peepholes, c (`..._memory_kernel`).
    A unit is open for `ratio_on` of its `period`; closed, it lets `leak` in.
    """

    arguments = ("use_peepholes", "leak", "ratio_on", "trainable_ratio_on", "period_init_min", "period_init_max")

    def __init__(
        self,
        units,
        use_peepholes=False,
        leak=0.001,
        ratio_on=0.1,
        trainable_ratio_on=True,
        period_init_min=1.0,
        period_init_max=1000.0,
        **kwargs,
    ):
        super().__init__(units, **kwargs)
        self.use_peepholes = use_peepholes
        self.leak = leak
        self.ratio_on = ratio_on
        self.trainable_ratio_on = trainable_ratio_on
        self.period_init_min = period_init_min
        self.period_init_max = period_init_max
        self.set_sizes()

    def build(self, input_shape):
        width = input_shape[-1] - 1
        if width < 1:
            raise ValueError("PhasedLSTMCell: the inputs' first column is the time; no column is left for x")
        self.gates = self._add_group("gates", width, 2 * self.units, memory=self.use_peepholes)
        self.candidate = self._add_group("candidate", width, self.units, memory=False)
        self.output_gate = self._add_group("output", width, self.units, memory=self.use_peepholes)
        log_period = keras.initializers.RandomUniform(math.log(self.period_init_min), math.log(self.period_init_max))
        part = keras.initializers.RandomUniform(0.0, 1.0)

        def period(shape, dtype=None):
            return ops.exp(log_period(shape, dtype=dtype))

        def phase(shape, dtype=None):  # TF1 draws a unit's phase between 0 and its period
            return part(shape, dtype=dtype) * period(shape, dtype)

        self.period = self.add_weight(shape=(self.units,), initializer=period, name="period")
        self.phase = self.add_weight(shape=(self.units,), initializer=phase, name="phase")
        self.ratio = self.add_weight(
            shape=(self.units,),
            initializer=keras.initializers.Constant(self.ratio_on),
            trainable=self.trainable_ratio_on,
            name="ratio_on",
        )
        self.built = True

    def _add_group(self, name, width, columns, *, memory):
        names, sizes = [f"{name}_kernel", f"{name}_recurrent_kernel"], [width, self.units]
        if memory:
            names, sizes = [*names, f"{name}_memory_kernel"], [*sizes, self.units]
        return self.add_joint_kernel(names, sizes, columns), self.add_bias(f"{name}_bias", columns)

    def call(self, inputs, states):
        old_h, old_c = states
        time, x = inputs[:, :1], inputs[:, 1:]
        i, f = ops.split(ops.sigmoid(_linear((x, old_h, old_c), self.gates)), 2, axis=-1)
        c = old_c * f + i * tanh(_linear((x, old_h), self.candidate))
        h = tanh(c) * ops.sigmoid(_linear((x, old_h, c), self.output_gate))
        openness = self._openness(time)
        h, c = (openness * new + (1 - openness) * old for new, old in ((h, old_h), (c, old_c)))
        return h, [h, c]

    def _openness(self, time):
        """(batch, 1) -> (batch, units): up and down again during the open part, then the leak."""
        period, ratio_on = ops.convert_to_tensor(self.period), ops.convert_to_tensor(self.ratio)
        shifted = time - self.phase
        # The remainder, with the gradient of the identity. (A whole number of turns survives Keras's rounding.)
        turns = ops.cast(ops.floor(ops.stop_gradient(shifted / period)), shifted.dtype)
        cycle = (shifted - turns * ops.stop_gradient(period)) / period
        rising = 2 * cycle / ratio_on
        openness = ops.where(cycle < ratio_on, 2 - rising, self.leak * cycle)
        return ops.where(cycle < 0.5 * ratio_on, rising, openness)


def _linear(parts, group):
    """The sum of each part times its own rows of the kernel, and the bias; parts without rows are left out."""
    kernels, bias = group
    return sum(matmul(part, kernel) for part, kernel in zip(parts, kernels, strict=False)) + bias
