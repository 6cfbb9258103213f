"""A step of SimpleRNN, LSTM and GRU in TensorFlow, and its way back, written out.

The way back is written out because the one that TensorFlow makes works out at run time, for every sum of every step,
whether something was broadcast, and makes a product for the weights in every step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from keras_port.layers.fast.products import times

__all__ = ["Formula", "formula_of"]


@dataclass(frozen=True)
class Formula:
    """One layer's step.

    Attributes:
        gates: for each product of a step, how many times `units` columns it has.
        keeps: how many tensors the way back needs of a step.
        joins: whether a step is faster that multiplies its inputs itself: 4% to 8% of a training step of 128 rows and
            units, 10% to 20% of a prediction; nothing where a product has few columns.
        step: (shares, one for each product, states, kernels) -> new states, the output first; the state that is
            multiplied by each kernel; what the way back needs.
        back: (what it needs, gradients of the new states, the kernels' rows for the states) -> gradients of the gates'
            sums, of the states.
    """

    gates: tuple[int, ...]
    keeps: int
    joins: bool
    step: Callable
    back: Callable

    def forward(self, shares, states, kernels, runs) -> tuple:
        """`step` for the rows that make it, (batch, 1), the others keep their states; None: all do."""
        new, operands, kept = self.step(shares, states, kernels)
        if runs is not None:
            new = [tf.where(runs, *pair) for pair in zip(new, states, strict=True)]
        return new, operands, kept

    def backward(self, kept, gradients, kernels, runs) -> tuple:
        """The way back of `forward`."""
        if runs is None:
            return self.back(kept, gradients, kernels)
        nothing = tf.zeros_like(gradients[0])
        stay = [tf.where(runs, nothing, d) for d in gradients]
        shares, states = self.back(kept, [tf.where(runs, d, nothing) for d in gradients], kernels)
        return shares, [new + old for new, old in zip(states, stay, strict=True)]


def formula_of(layer) -> Formula | None:
    """None where an activation has no written gradient."""
    make = next(make for kind, make in _FORMULAS.items() if isinstance(layer, kind))
    of_gates = getattr(layer, "recurrent_activation", keras.activations.sigmoid)
    if layer.activation not in _BACK or of_gates not in _BACK:
        return None
    return make(layer.activation, _BACK[layer.activation], of_gates, _BACK[of_gates])


def _rnn(act, act_back, _gate, _gate_back) -> Formula:
    def step(shares, states, kernels):
        (h,) = states
        new = act(times(shares[0], h, kernels[0]))
        return [new], [h], (new,)

    def back(kept, gradients, kernels):
        (new,) = kept
        dz = act_back(new, gradients[0])
        return [dz], [_through(dz, kernels[0])]

    return Formula((1,), 1, False, step, back)


def _lstm(act, act_back, gate, gate_back) -> Formula:
    def step(shares, states, kernels):
        h, c = states
        i, f, g, o = tf.split(times(shares[0], h, kernels[0]), 4, axis=1)
        i, f, g, o = gate(i), gate(f), act(g), gate(o)
        new = f * c + i * g
        shown = act(new)
        return [o * shown, new], [h], (i, f, g, o, c, shown)

    def back(kept, gradients, kernels):
        i, f, g, o, c, shown = kept
        dh, dc = gradients
        dc += act_back(shown, dh * o)
        dz = tf.concat([gate_back(i, dc * g), gate_back(f, dc * c), act_back(g, dc * i), gate_back(o, dh * shown)], 1)
        return [dz], [_through(dz, kernels[0]), dc * f]

    return Formula((4,), 6, True, step, back)


def _gru(act, act_back, gate, gate_back) -> Formula:
    def step(shares, states, kernels):
        (h,) = states
        gates = gate(times(shares[0], h, kernels[0]))
        z, r = tf.split(gates, 2, axis=1)
        reset = r * h
        candidate = act(times(shares[1], reset, kernels[1]))
        apart = h - candidate
        return [candidate + z * apart], [h, reset], (gates, z, r, h, candidate, apart)

    def back(kept, gradients, kernels):
        gates, z, r, h, candidate, apart = kept
        (dnew,) = gradients
        through_z = dnew * z
        dcandidate = act_back(candidate, dnew - through_z)
        dreset = _through(dcandidate, kernels[1])
        dgates = gate_back(gates, tf.concat([dnew * apart, dreset * h], 1))
        return [dgates, dcandidate], [through_z + dreset * r + _through(dgates, kernels[0])]

    return Formula((2, 1), 6, True, step, back)


def _through(dz, kernel):
    return tf.matmul(dz, kernel, transpose_b=True)


_FORMULAS = {keras.layers.SimpleRNN: _rnn, keras.layers.LSTM: _lstm, keras.layers.GRU: _gru}

# activation -> its gradient, from its value and the value's gradient
_BACK = {
    keras.activations.tanh: lambda y, dy: tf.raw_ops.TanhGrad(y=y, dy=dy),
    keras.activations.sigmoid: lambda y, dy: tf.raw_ops.SigmoidGrad(y=y, dy=dy),
    keras.activations.relu: lambda y, dy: tf.raw_ops.ReluGrad(gradients=dy, features=y),
    keras.activations.elu: lambda y, dy: tf.raw_ops.EluGrad(gradients=dy, outputs=y),
    keras.activations.hard_sigmoid: lambda y, dy: tf.where((y > 0) & (y < 1), dy / 6, tf.zeros_like(dy)),
    keras.activations.linear: lambda y, dy: dy,
}
