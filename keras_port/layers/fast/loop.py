"""A step over time, on TensorFlow and JAX: laid out, in blocks, and on TensorFlow in two chains."""

from __future__ import annotations

import os

import keras
from keras import ops

# Steps laid out in the graph. Tracing takes some 10 ms per step and chain, gradients included; the first training
# step must come within seconds.
UNROLLED = 64
BLOCK = 32  # steps laid out inside the loop over a longer sequence
# Rows from which a second chain pays: smaller products are as slow as larger ones.
ROWS = 32


def on_cpu() -> bool:
    """Whether the backend computes on the CPU: with a GPU, Keras's own layers find cuDNN."""
    return _ON_CPU[keras.backend.backend()]()


def over_time(project, step, sequences, states, mask, *, go_backwards, zero_output_for_mask, return_sequences):
    """A recurrent layer's last output, all outputs (batch, time, units) and last states.

    Without `return_sequences` the outputs are the last one alone, (batch, 1, units), as Keras's loop returns it.

    Args:
        project: (rows, inputs) -> the inputs' share of the gates, (rows, columns).
        step: that share at one step (batch, columns), list of states -> list of states, the output first.
        sequences: (batch, time, inputs).
        states: list of (batch, units).
        mask: (batch, time) or None.
    """

    def chain(sequences, states, mask):
        steps, masks = _time_major(sequences), None if mask is None else _time_major(ops.cast(mask, "bool"))[..., None]
        time, rows, inputs = sequences.shape[1], ops.shape(sequences)[0], sequences.shape[2]
        gates = ops.reshape(project(ops.reshape(steps, (-1, inputs))), (time, rows, -1))
        if go_backwards:
            gates, masks = ops.flip(gates, axis=0), None if mask is None else ops.flip(masks, axis=0)
        if mask is not None:
            return _run(_masked(step, zero_output_for_mask), (gates, masks), _shown(states), return_sequences)
        return _run(lambda x, states: step(x[0], states), (gates,), states, return_sequences)

    parts = _split([sequences, states, mask])
    found = [chain(*part) for part in parts]
    outputs, states = found[0] if len(found) == 1 else _joined(found)
    last = states[0]
    states = states if mask is None else states[1:]
    return last, outputs if return_sequences else last[:, None], states


def _time_major(x):
    return ops.transpose(x, (1, 0, *range(2, len(x.shape))))


def _shown(states) -> list:
    """The states behind what a masked step shows: Keras's loops show zeros at first on TensorFlow, the state on JAX."""
    first = states[0] if keras.backend.backend() == "jax" else ops.zeros_like(states[0])
    return [first, *states]


def _masked(step, zero_output_for_mask):
    """`step` where the mask is set; elsewhere the states stay, and the output is shown again or zero."""

    def masked_step(x, shown_and_states):
        gates, mask = x
        shown, *states = shown_and_states
        after = step(gates, states)
        elsewhere = ops.zeros_like(shown) if zero_output_for_mask else shown
        output = ops.where(mask, after[0], elsewhere)
        return [output, *(ops.where(mask, new, old) for new, old in zip(after, states, strict=True))]

    return masked_step


def _run(step, xs, states, return_sequences):
    """Outputs (batch, time, units), or None if nobody wants them, and the last states."""
    time = xs[0].shape[0]
    if time <= UNROLLED:
        outputs, states = _laid_out(step, xs, states)
        return ops.stack(outputs, axis=1) if return_sequences else None, states
    rest = time % BLOCK  # the steps that fill no block come first
    outputs, states = _laid_out(step, [x[:rest] for x in xs], states) if rest else ([], states)
    blocks = [ops.reshape(x[rest:], (-1, BLOCK, *ops.shape(x)[1:])) for x in xs]
    of_blocks, states = _LOOPS[keras.backend.backend()](step, blocks, states, return_sequences)
    if not return_sequences:
        return None, states
    return ops.concatenate([*(output[:, None] for output in outputs), of_blocks], axis=1), states


def _laid_out(step, xs, states):
    outputs = []
    for x in zip(*(ops.unstack(x, x.shape[0], axis=0) for x in xs), strict=True):
        states = step(x, states)
        outputs.append(states[0])
    return outputs, states


def _tensorflow_loop(step, in_blocks, states, return_sequences):
    import tensorflow as tf

    count = in_blocks[0].shape[0]
    sources = [tf.TensorArray(x.dtype, count, element_shape=x.shape[1:]).unstack(x) for x in in_blocks]
    sink = tf.TensorArray(states[0].dtype, count if return_sequences else 0)

    def body(k, sink, *states):
        outputs, states = _laid_out(step, [source.read(k) for source in sources], list(states))
        return k + 1, sink.write(k, tf.stack(outputs)) if return_sequences else sink, *states

    _, sink, *states = tf.while_loop(
        lambda k, *_: k < count, body, (0, sink, *states), maximum_iterations=count, parallel_iterations=1
    )
    if not return_sequences:
        return None, states
    outputs = sink.stack()
    return _time_major(tf.reshape(outputs, (count * BLOCK, *ops.shape(outputs)[2:]))), states


def _jax_loop(step, in_blocks, states, return_sequences):
    import jax

    def body(states, xs):
        outputs, states = _laid_out(step, xs, states)
        return states, ops.stack(outputs) if return_sequences else None

    states, outputs = jax.lax.scan(body, list(states), in_blocks)
    return (_time_major(ops.reshape(outputs, (-1, *outputs.shape[2:]))) if return_sequences else None), states


_LOOPS = {"tensorflow": _tensorflow_loop, "jax": _jax_loop}


def _split(values) -> list:
    """The values, cut along the batch into as many parts as chains run side by side."""
    rows = values[0].shape[0]
    if keras.backend.backend() != "tensorflow" or _threads() < 2 or (rows is not None and rows < 2 * ROWS):
        return [values]
    half = (ops.shape(values[0])[0] + 1) // 2

    def cut(part):
        return keras.tree.map_structure(lambda x: None if x is None else x[part], values)

    return [cut(slice(None, half)), cut(slice(half, None))]


def _joined(found):
    outputs, states = zip(*found, strict=True)
    whole = None if outputs[0] is None else ops.concatenate(outputs, axis=0)
    return whole, [ops.concatenate(parts, axis=0) for parts in zip(*states, strict=True)]


def _threads() -> int:
    """How many operations TensorFlow runs at once."""
    import tensorflow as tf

    chosen = tf.config.threading.get_inter_op_parallelism_threads() or int(os.environ.get("TF_NUM_INTEROP_THREADS", 0))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(chosen or cores, cores)


def _tensorflow_on_cpu() -> bool:
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")


def _jax_on_cpu() -> bool:
    import jax

    return jax.default_backend() == "cpu"


_ON_CPU = {"tensorflow": _tensorflow_on_cpu, "jax": _jax_on_cpu, "torch": lambda: True}  # its tensors tell
