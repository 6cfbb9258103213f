"""The steps over time in TensorFlow: laid out in the graph or in a loop, in one chain or two."""

from __future__ import annotations

import os

import tensorflow as tf
from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext

from keras_port.layers.fast.dense import product
from keras_port.layers.fast.formulas import formula_of
from keras_port.layers.fast.laid_out import laid_out
from keras_port.layers.fast.looped import looped
from keras_port.threads import cores

__all__ = ["keras_compiles", "on_cpu", "over_time"]

# Steps laid out in the graph; a loop does longer sequences. Tracing takes some 20 ms per step and chain, gradients
# included, and the first training step must come within seconds.
STEPS = 48
FEWEST_ROWS = 32  # of a chain; fewer do not fill a product


def on_cpu() -> bool:
    """Whether TensorFlow computes on the CPU: with a GPU that it may use, Keras finds cuDNN."""
    return not tf.config.get_visible_devices("GPU")


def keras_compiles() -> bool:
    """Whether Keras has XLA compile what nobody asked it to: with a GPU in the machine, also one that TensorFlow may not use.

    On a CPU that makes training no faster, and on two cores slower.
    """
    return bool(tf.config.list_physical_devices("GPU"))


def over_time(layer, sequences, states, mask):
    """What the layer's `inner_loop` returns: its last output, all outputs (batch, time, units) and last states.

    None for an activation without a written gradient, and where Keras's loop is the better one. Without `return_sequences` the
    outputs are the last one alone, (batch, 1, units), as in Keras's loop.

    Args:
        sequences: (batch, time, inputs).
        states: list of (batch, units).
        mask: (batch, time) or None.
    """
    formula = formula_of(layer)
    if formula is None:
        return None
    multiplied, *weights = product(layer, sequences, tf.executing_eagerly())
    if layer.go_backwards:
        multiplied, mask = (None if x is None else tf.reverse(x, [1]) for x in (multiplied, mask))
    parts = _halves(multiplied, states, mask)
    over_steps = laid_out if _is_short(sequences) else looped
    # Keras's loop takes half the memory, and for one chain with one product a step at most 10% more time, at 128 units
    if over_steps is looped and len(parts) == len(formula.gates) == 1 and multiplied.shape[-1] == sequences.shape[-1]:
        return None
    chains = [_chain(layer, formula, over_steps, weights, *part) for part in parts]
    outputs, *states = (tf.concat(parts, axis=0) if len(parts) > 1 else parts[0] for parts in zip(*chains, strict=True))
    if mask is not None:
        outputs = _shown(outputs, mask, layer)
    return outputs[:, -1], outputs, states


def _is_short(sequences) -> bool:
    steps = sequences.shape[1]
    return steps is not None and steps <= STEPS and not _for_xla()


def _for_xla() -> bool:
    """Whether XLA compiles what is traced here. Then a loop is as fast as steps laid out, and compiles in a tenth of the time."""
    return GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())


def _chain(layer, formula, over_steps, weights, sequences, states, mask) -> list:
    """All outputs (batch, time, units), or the last one alone, and the last states."""
    columns = [units * layer.units for units in formula.gates]
    recurrent = tf.split(layer.tensor("recurrent_kernel"), columns, axis=1)
    x = tf.transpose(sequences, [1, 0, 2])  # time first, so that a step is taken out without a copy
    multiply = _in_steps if _joins(layer, formula, sequences) else _ahead
    kernels, shares = multiply(x, *weights, recurrent, columns)
    runs = None if mask is None else tf.transpose(tf.cast(mask, tf.bool))[:, :, None]
    return over_steps(formula, runs, len(states), layer.return_sequences)(*states, *kernels, *shares)


def _joins(layer, formula, sequences) -> bool:
    """Whether the steps multiply their inputs themselves. Measured: wide inputs gain nothing, nor do few rows without XLA."""
    rows, _, inputs = sequences.shape
    return formula.joins and inputs < layer.units and (rows is None or rows >= FEWEST_ROWS or _for_xla())


def _ahead(x, kernel, bias, recurrent, columns) -> tuple:
    """Kernels and shares, (time, batch, columns), of steps whose inputs are multiplied all at once."""
    time, rows, inputs = x.shape
    gates = tf.reshape(x, [-1, inputs]) @ kernel
    if bias is not None:
        gates = tf.nn.bias_add(gates, bias)
    # a loop refuses states whose rows are known where those of its steps are not
    steps = tf.reshape(gates, [time or tf.shape(x)[0], rows or -1, sum(columns)])
    return recurrent, tf.split(steps, columns, axis=2)


def _in_steps(x, kernel, bias, recurrent, columns) -> tuple:
    """Kernels and shares, (time, batch, inputs and a one for the bias), of steps that multiply their inputs themselves."""
    rows = kernel
    if bias is not None:
        x, rows = tf.concat([x, tf.ones_like(x[:, :, :1])], 2), tf.concat([kernel, bias[None]], 0)
    of_inputs = tf.split(rows, columns, axis=1)
    kernels = [tf.concat(parts, 0) for parts in zip(of_inputs, recurrent, strict=True)]
    return kernels, [x] * len(columns)


def _shown(outputs, mask, layer):
    """Behind a mask: zeros until a row's first step that counts; then, or in all such steps, its last output."""
    counts = tf.cast(mask, tf.bool)
    if not layer.zero_output_for_mask:
        counts = tf.cumsum(tf.cast(counts, tf.int32), axis=1) > 0
    counts = counts if layer.return_sequences else counts[:, -1:]
    return tf.where(counts[:, :, None], outputs, tf.zeros_like(outputs))


def _halves(sequences, states, mask) -> list:
    """The arguments of one chain, or of two over a half of the batch each where they can run side by side: not by XLA."""
    rows = sequences.shape[0]
    if _for_xla() or _at_once() < 2 or (rows is not None and rows < 2 * FEWEST_ROWS):
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
    return min(set_here or set_outside or cores(), cores())
