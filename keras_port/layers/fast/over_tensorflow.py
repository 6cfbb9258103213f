"""A step over time in TensorFlow: laid out in the graph, in one chain or two."""

from __future__ import annotations

import os

import tensorflow as tf

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

    None for more than STEPS steps, or an unknown number. Without `return_sequences` the outputs are the last one
    alone, (batch, 1, units), as in Keras's loop.

    Args:
        sequences: (batch, time, inputs).
        states: list of (batch, units).
        mask: (batch, time) or None.
    """
    time = sequences.shape[1]
    if time is None or time > STEPS:
        return None
    recurrence = layer.recurrence()
    chains = [_chain(layer, recurrence, *part) for part in _halves(sequences, states, mask)]
    outputs, states = chains[0] if len(chains) == 1 else _joined(chains)
    last = states[0]
    return last, outputs if layer.return_sequences else last[:, None], states if mask is None else states[1:]


def _chain(layer, recurrence, sequences, states, mask):
    """All outputs, or None if nobody wants them, and the last states; behind a mask, the last output before them."""
    time, inputs = sequences.shape[1:]
    steps = tf.transpose(sequences, [1, 0, 2])
    gates = layer.project(tf.reshape(steps, [-1, inputs]))
    xs = [tf.reshape(gates, [time, -1, gates.shape[-1]])]
    step = lambda x, states: recurrence(x[0], states)  # noqa: E731
    if mask is not None:
        xs.append(tf.transpose(tf.cast(mask, tf.bool))[:, :, None])
        step = _masked(recurrence, layer.zero_output_for_mask)
        states = [tf.zeros_like(states[0]), *states]  # Keras shows zeros until the first step that counts
    if layer.go_backwards:
        xs = [tf.reverse(x, [0]) for x in xs]
    outputs = []
    for x in zip(*map(tf.unstack, xs), strict=True):  # time comes first, so nothing is copied
        states = step(x, states)
        outputs.append(states[0])
    return tf.stack(outputs, axis=1) if layer.return_sequences else None, states


def _masked(recurrence, zero_output_for_mask):
    """The recurrence where the mask is set; elsewhere the states stay, and the output is shown again or zero."""

    def step(x, shown_and_states):
        gates, mask = x
        shown, *states = shown_and_states
        after = recurrence(gates, states)
        output = tf.where(mask, after[0], tf.zeros_like(shown) if zero_output_for_mask else shown)
        return [output, *(tf.where(mask, new, old) for new, old in zip(after, states, strict=True))]

    return step


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


def _joined(chains):
    outputs, states = zip(*chains, strict=True)
    whole = None if outputs[0] is None else tf.concat(outputs, axis=0)
    return whole, [tf.concat(parts, axis=0) for parts in zip(*states, strict=True)]


def _at_once() -> int:
    """How many operations TensorFlow runs at once, on cores of their own."""
    set_here = tf.config.threading.get_inter_op_parallelism_threads()
    set_outside = int(os.environ.get("TF_NUM_INTEROP_THREADS") or 0)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(set_here or set_outside or cores, cores)
