"""The loop over time in TensorFlow: laid out in the graph, in one chain or two."""

from __future__ import annotations

import os

import tensorflow as tf

from keras_port.layers.fast.dense import product
from keras_port.layers.fast.formulas import formula_of

__all__ = ["DISLIKES_XLA", "on_cpu", "over_time"]

DISLIKES_XLA = True  # compiled by XLA for a CPU, the same steps are no faster

# Steps laid out in the graph; Keras's own loop does longer sequences. Tracing takes some 20 ms per step and chain,
# gradients included, and the first training step must come within seconds. A loop over blocks of steps was slower
# than Keras's over single ones: every number that the gradient needs goes through a list of the loop's.
STEPS = 48
ROWS = 32  # of a chain at least: fewer rows do not fill a product


def on_cpu() -> bool:
    """Whether TensorFlow computes on the CPU: with a GPU that it may use, Keras finds cuDNN."""
    return not tf.config.get_visible_devices("GPU")


def over_time(layer, sequences, states, mask):
    """What the layer's `inner_loop` returns: its last output, all outputs (batch, time, units) and last states.

    None for more than STEPS steps, or an unknown number, or an activation without a written gradient. Without
    `return_sequences` the outputs are the last one alone, (batch, 1, units), as in Keras's loop.

    Args:
        sequences: (batch, time, inputs).
        states: list of (batch, units).
        mask: (batch, time) or None.
    """
    time, formula = sequences.shape[1], formula_of(layer)
    if time is None or time > STEPS or formula is None:
        return None
    sequences, *weights = product(layer, sequences)
    if layer.go_backwards:
        sequences, mask = (None if x is None else tf.reverse(x, [1]) for x in (sequences, mask))
    chains = [_chain(layer, formula, weights, *part) for part in _halves(sequences, states, mask)]
    outputs, *states = (tf.concat(parts, axis=0) if len(parts) > 1 else parts[0] for parts in zip(*chains, strict=True))
    if mask is not None:
        outputs = _shown(outputs, mask, layer)
    return outputs[:, -1], outputs, states


def _chain(layer, formula, weights, sequences, states, mask) -> list:
    """All outputs (batch, time, units), or the last one alone, and the last states."""
    kernel, bias = weights
    time, inputs = sequences.shape[1:]
    x = tf.reshape(tf.transpose(sequences, [1, 0, 2]), [-1, inputs])  # time first, so that a step is copied nowhere
    gates = x @ kernel
    if bias is not None:
        gates = tf.nn.bias_add(gates, bias)
    columns = [units * layer.units for units in formula.gates]
    shares = tf.split(tf.reshape(gates, [time, -1, sum(columns)]), columns, axis=2)
    kernels = tf.split(layer.tensor("recurrent_kernel"), columns, axis=1)
    runs = None if mask is None else tf.unstack(tf.transpose(tf.cast(mask, tf.bool))[:, :, None])
    loop = tf.custom_gradient(_laid_out(formula, runs, len(states), layer.return_sequences))
    return list(loop(*states, *kernels, *shares))


def _laid_out(formula, runs, count: int, every_output: bool):
    """A function of states, recurrent kernels and shares of the gates, with its gradient: two phases, one product each.

    Args:
        runs: for each step, (batch, 1), the rows that make it; the others keep their states. None: all do.
        count: how many states there are.
        every_output: whether the outputs of all steps are wanted, or the last one's.
    """

    def forward(*arrays):
        states, kernels, shares = list(arrays[:count]), *_cut(arrays[count:])
        outputs, operands, kept = [], [], []
        for step, of_step in enumerate(zip(*map(tf.unstack, shares), strict=True)):
            new, operand, needed = formula.step(of_step, states, kernels)
            states = new if runs is None else [tf.where(runs[step], *pair) for pair in zip(new, states, strict=True)]
            outputs.append(states[0])
            operands.append(operand)
            kept.append(needed)
        shown = tf.stack(outputs if every_output else outputs[-1:], axis=1)
        return [shown, *states], lambda *given: backward(kernels, operands, kept, *given)

    def backward(kernels, operands, kept, shown, *states):
        steps, states = len(kept), list(states)
        given = dict(zip(range(steps)[-shown.shape[1] :], tf.unstack(shown, axis=1), strict=True))
        by_step: list = [None] * steps
        for step in reversed(range(steps)):
            if step in given:
                states[0] += given[step]
            stay = None
            if runs is not None:
                nothing = tf.zeros_like(states[0])
                stay = [tf.where(runs[step], nothing, d) for d in states]
                states = [tf.where(runs[step], d, nothing) for d in states]
            by_step[step], states = formula.back(kept[step], states, kernels)
            if stay is not None:
                states = [new + old for new, old in zip(states, stay, strict=True)]
        shares = [tf.stack(of_product) for of_product in zip(*by_step, strict=True)]
        weights = [
            tf.matmul(tf.concat(rows, 0), tf.reshape(share, [-1, share.shape[-1]]), transpose_a=True)
            for rows, share in zip(zip(*operands, strict=True), shares, strict=True)
        ]
        return [*states, *weights, *shares]

    return forward


def _cut(arrays) -> tuple:
    """The recurrent kernels and the shares: one of each for every product."""
    half = len(arrays) // 2
    return arrays[:half], arrays[half:]


def _shown(outputs, mask, layer):
    """Behind a mask: zeros until a row's first step that counts; then, or in all such steps, its last output."""
    counts = tf.cast(mask, tf.bool)
    if not layer.zero_output_for_mask:
        counts = tf.cumsum(tf.cast(counts, tf.int32), axis=1) > 0
    return tf.where(counts[:, -outputs.shape[1] :, None], outputs, tf.zeros_like(outputs))


def _halves(sequences, states, mask) -> list:
    """The arguments of one chain, or of two over a half of the batch each where they can run side by side."""
    rows = sequences.shape[0]
    if _at_once() < 2 or (rows is not None and rows < 2 * ROWS):
        return [(sequences, states, mask)]
    half = ((rows or tf.shape(sequences)[0]) + 1) // 2
    first, second = slice(None, half), slice(half, None)
    return [
        (sequences[part], [state[part] for state in states], None if mask is None else mask[part])
        for part in (first, second)
    ]


def _at_once() -> int:
    """How many operations TensorFlow runs at once, on cores of their own."""
    set_here = tf.config.threading.get_inter_op_parallelism_threads()
    set_outside = int(os.environ.get("TF_NUM_INTEROP_THREADS") or 0)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(set_here or set_outside or cores, cores)
