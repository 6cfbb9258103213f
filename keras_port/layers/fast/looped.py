"""The steps in a loop of TensorFlow's, for sequences that are too long to be laid out, and their way back in another.

What the way back needs is kept over time, so the graph is as small as one step, whatever the length.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from keras_port.layers.fast.formulas import Formula
from keras_port.layers.fast.products import cut, of_kernel, of_share, rows_of

__all__ = ["looped"]


def looped(formula: Formula, runs, count: int, every_output: bool):
    """As `laid_out`; the number of steps may be known at run time only."""

    def rows(step):
        return None if runs is None else runs[step]

    def forward(*arrays):
        states, (kernels, shares) = list(arrays[:count]), cut(arrays[count:])
        steps = tf.shape(shares[0])[0]

        def one(step, states):
            new, operands, kept = formula.forward([share[step] for share in shares], states, kernels, rows(step))
            return new, [*operands, *kept, *new[:every_output]]

        states, found = _each(one, tf.range(steps), states, len(kernels) + formula.keeps + every_output)
        operands, kept, outputs = tf.nest.pack_sequence_as([kernels, [0] * formula.keeps, [0] * every_output], found)
        shown = tf.transpose(outputs[0], [1, 0, 2]) if every_output else states[0][:, None]
        return [shown, *states], lambda *given: backward(kernels, shares, operands, kept, *given)

    def backward(kernels, shares, operands, kept, shown, *states):
        steps, states = tf.shape(kept[0])[0], list(states)
        of_inputs, of_states = zip(*(rows_of(kernel, states[0].shape[-1]) for kernel in kernels), strict=True)
        if every_output:
            shown = tf.transpose(shown, [1, 0, 2])
        else:
            states[0] += shown[:, 0]

        def one(step, states):
            if every_output:
                states = [states[0] + shown[step], *states[1:]]
            sums, states = formula.backward([part[step] for part in kept], states, of_states, rows(step))
            return states, sums

        states, sums = _each(one, tf.range(steps - 1, -1, -1), states, len(kernels))
        return [*states, *map(of_kernel, shares, operands, sums, of_inputs), *map(of_share, sums, of_inputs)]

    return tf.custom_gradient(forward)


def _each(one: Callable, order, states: list, number: int) -> tuple[list, list]:
    """The states after the last step, and `number` tensors, (time, batch, ...) each.

    They are tensors, not the arrays they come from: a SavedModel holds the way back, and cannot hold an array in it.

    Args:
        one: (step, states) -> new states, what is there for each step.
        order: the steps.
    """
    shapes: list = []

    def body(turn, states, arrays):
        step = order[turn]
        states, found = one(step, states)
        shapes[:] = [tensor.shape for tensor in found]
        return [turn + 1, states, [array.write(step, tensor) for array, tensor in zip(arrays, found, strict=True)]]

    steps = tf.size(order)
    arrays = [tf.TensorArray(states[0].dtype, steps) for _ in range(number)]
    _, states, arrays = tf.while_loop(
        lambda turn, *_: turn < steps, body, [0, states, arrays], maximum_iterations=steps
    )
    found = [array.stack() for array in arrays]
    for tensor, shape in zip(found, shapes, strict=True):
        tensor.set_shape([None, *shape])
    return list(states), found
