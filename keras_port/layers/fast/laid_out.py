"""All steps laid out in the graph, and their way back."""

from __future__ import annotations

import tensorflow as tf

from keras_port.layers.fast.formulas import Formula

__all__ = ["laid_out"]


def laid_out(formula: Formula, runs, count: int, every_output: bool):
    """A function of states, recurrent kernels and shares of the gates, with its gradient: two phases, one product each.

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
        return [shown, *states], lambda *given: backward(kernels, operands, kept, running, *given)

    def backward(kernels, operands, kept, running, shown, *states):
        steps, states = len(kept), list(states)
        given = dict(zip(range(steps)[-shown.shape[1] :], tf.unstack(shown, axis=1), strict=True))
        by_step: list = [None] * steps
        for step in reversed(range(steps)):
            if step in given:
                states[0] += given[step]
            by_step[step], states = formula.backward(kept[step], states, kernels, running[step])
        shares = [tf.stack(of_product) for of_product in zip(*by_step, strict=True)]
        rows = [tf.concat(of_product, 0) for of_product in zip(*operands, strict=True)]
        return [*states, *map(of_kernel, rows, shares), *shares]

    return tf.custom_gradient(forward)


def cut(arrays) -> tuple:
    """The recurrent kernels and the shares: one of each for every product."""
    half = len(arrays) // 2
    return arrays[:half], arrays[half:]


def of_kernel(operands, shares):
    """A kernel's gradient, over all steps at once: what it was multiplied with, and the gradients of the products."""
    rows, columns = operands.shape[-1], shares.shape[-1]
    return tf.matmul(tf.reshape(operands, [-1, rows]), tf.reshape(shares, [-1, columns]), transpose_a=True)
