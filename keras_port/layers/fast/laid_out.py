"""All steps laid out in the graph, and their way back."""

from __future__ import annotations

import tensorflow as tf

from keras_port.layers.fast.formulas import Formula
from keras_port.layers.fast.products import cut, of_kernel, of_share, rows_of

__all__ = ["laid_out"]


def laid_out(formula: Formula, runs, count: int, every_output: bool):
    """A function of states, kernels and shares, with its gradient: two phases, one product each.

    Its results: the outputs of all steps (batch, time, units), or the last one's alone, and the last states.

    Args:
        runs: (time, batch, 1), the rows that make each step; the others keep their states. None: all do.
        count: how many states there are.
        every_output: whether the outputs of all steps are wanted, or the last one's.
    """

    def forward(*arrays):
        states, (kernels, shares) = list(arrays[:count]), cut(arrays[count:])
        by_step = list(zip(*map(tf.unstack, shares), strict=True))
        running = [None] * len(by_step) if runs is None else tf.unstack(runs)
        outputs, operands, kept = [], [], []
        for of_step, rows in zip(by_step, running, strict=True):
            states, operand, needed = formula.forward(of_step, states, kernels, rows)
            outputs.append(states[0])
            operands.append(operand)
            kept.append(needed)
        shown = tf.stack(outputs if every_output else outputs[-1:], axis=1)
        return [shown, *states], lambda *given: backward(kernels, shares, operands, kept, running, *given)

    def backward(kernels, shares, operands, kept, running, shown, *states):
        steps, states = len(kept), list(states)
        of_inputs, of_states = zip(*(rows_of(kernel, states[0].shape[-1]) for kernel in kernels), strict=True)
        given = dict(zip(range(steps)[-shown.shape[1] :], tf.unstack(shown, axis=1), strict=True))
        by_step: list = [None] * steps
        for step in reversed(range(steps)):
            if step in given:
                states[0] += given[step]
            by_step[step], states = formula.backward(kept[step], states, of_states, running[step])
        sums = [tf.stack(of_product) for of_product in zip(*by_step, strict=True)]
        rows = [tf.stack(of_product) for of_product in zip(*operands, strict=True)]
        return [*states, *map(of_kernel, shares, rows, sums, of_inputs), *map(of_share, sums, of_inputs)]

    return tf.custom_gradient(forward)
