"""What the plain cells compute, step by step, and how each step is differentiated.

The projections of the inputs do not depend on the states, so they come ready made; a formula adds the products with
the states. Its backward step is written out, because the one that `tf.gradients` would make works out at run time,
for every sum of every step, whether something was broadcast.

Source of the formulas: tensorflow 1.15 python/ops/rnn_cell_impl.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["FORMULAS", "Formula", "activations", "plus"]


@dataclass(frozen=True)
class Formula:
    """One cell.

    Attributes:
        weights: the cell's attributes, a kernel (inputs + units, columns) and a bias for each product of a step.
        states: how many states, each (batch, units); the last one is the output.
        step: (projections, states, recurrent kernels, activation) -> new states, operands, tape. `projections` and
            `operands` have an entry for each product: what the inputs give to it, and what is multiplied by the
            recurrent kernel.
        back: (tape, gradients of the new states, recurrent kernels, activation's gradient) -> gradients of the
            projections, gradients of the states.
    """

    weights: tuple[tuple[str, str], ...]
    states: int
    step: Callable
    back: Callable


def _rnn(projections, states, kernels, act):
    import tensorflow.compat.v1 as tf

    (h,) = states
    new = act(projections[0] + tf.matmul(h, kernels[0]))
    return [new], [h], new


def _rnn_back(new, gradients, kernels, act_back):
    import tensorflow.compat.v1 as tf

    dz = act_back(new, gradients[0])
    return [dz], [tf.matmul(dz, kernels[0], transpose_b=True)]


def _lstm(projections, states, kernels, act):
    import tensorflow.compat.v1 as tf

    c, h = states
    i, j, f, o = tf.split(projections[0] + tf.matmul(h, kernels[0]), 4, axis=1)
    i, j, f, o = tf.sigmoid(i), act(j), tf.sigmoid(f), tf.sigmoid(o)
    new = c * f + i * j
    shown = act(new)
    return [new, shown * o], [h], (i, j, f, o, c, shown)


def _lstm_back(tape, gradients, kernels, act_back):
    import tensorflow.compat.v1 as tf

    i, j, f, o, c, shown = tape
    dc, dh = gradients
    dc = plus(dc, act_back(shown, dh * o))
    dz = tf.concat(
        [_sigmoid_back(i, dc * j), act_back(j, dc * i), _sigmoid_back(f, dc * c), _sigmoid_back(o, dh * shown)], 1
    )
    return [dz], [dc * f, tf.matmul(dz, kernels[0], transpose_b=True)]


def _gru(projections, states, kernels, act):
    import tensorflow.compat.v1 as tf

    (h,) = states
    gates = tf.sigmoid(projections[0] + tf.matmul(h, kernels[0]))
    r, u = tf.split(gates, 2, axis=1)
    reset = r * h
    candidate = act(projections[1] + tf.matmul(reset, kernels[1]))
    apart = h - candidate
    return [candidate + u * apart], [h, reset], (gates, r, u, h, candidate, apart)


def _gru_back(tape, gradients, kernels, act_back):
    import tensorflow.compat.v1 as tf

    gates, r, u, h, candidate, apart = tape
    (dnew,) = gradients
    kept = dnew * u
    dcandidate = act_back(candidate, dnew - kept)
    dreset = tf.matmul(dcandidate, kernels[1], transpose_b=True)
    dgates = _sigmoid_back(gates, tf.concat([dreset * h, dnew * apart], 1))
    return [dgates, dcandidate], [kept + dreset * r + tf.matmul(dgates, kernels[0], transpose_b=True)]


_JOINT = (("_kernel", "_bias"),)
_LSTM = Formula(_JOINT, 2, _lstm, _lstm_back)

# cell of tf.nn.rnn_cell, that very class -> what it computes
FORMULAS: dict[str, Formula] = {
    "BasicRNNCell": Formula(_JOINT, 1, _rnn, _rnn_back),
    "BasicLSTMCell": _LSTM,
    "LSTMCell": _LSTM,
    "GRUCell": Formula((("_gate_kernel", "_gate_bias"), ("_candidate_kernel", "_candidate_bias")), 1, _gru, _gru_back),
}


def activations() -> list[tuple[Callable, Callable]]:
    """Activation -> its gradient, from its value and the value's gradient."""
    import tensorflow.compat.v1 as tf
    from tf_keras import activations as of_keras

    raw = tf.raw_ops
    table = {
        "tanh": lambda y, dy: raw.TanhGrad(y=y, dy=dy),
        "sigmoid": _sigmoid_back,
        "relu": lambda y, dy: raw.ReluGrad(gradients=dy, features=y),
        "elu": lambda y, dy: raw.EluGrad(gradients=dy, outputs=y),
    }
    named = [(getattr(home, name), back) for name, back in table.items() for home in (tf.nn, of_keras)]
    return [*named, (tf.identity, lambda y, dy: dy), (of_keras.linear, lambda y, dy: dy)]


def plus(one, other):
    """Their sum, where None is nothing."""
    return other if one is None else one if other is None else one + other


def _sigmoid_back(y, dy):
    import tensorflow.compat.v1 as tf

    return tf.raw_ops.SigmoidGrad(y=y, dy=dy)
