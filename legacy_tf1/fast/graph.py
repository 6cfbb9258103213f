"""Ops that a program does not notice, and what runs with an op."""

from __future__ import annotations

import contextlib

from legacy_tf1.seeds import counting

__all__ = ["inlet", "leads_to", "of_shape", "uncounted"]

SCOPE = "legacy_tf1_fast/"


@contextlib.contextmanager
def uncounted():
    """Ops made in this block are none of TF 1.15's; their names lie in a scope of their own."""
    from tensorflow.python.framework import ops

    graph = ops.get_default_graph()
    before = counting.last_id(graph)
    try:
        with ops.name_scope(SCOPE):
            yield
    finally:
        counting.add(graph, before - counting.last_id(graph))


def inlet(tensor):
    """An identity of a source, for the ordinary loop to read instead."""
    import tensorflow.compat.v1 as tf

    with uncounted():
        return tf.identity(tensor)


def of_shape(value, shape):
    """The value as an op of exactly that static shape: what is known of it decides which ops others make of it."""
    import tensorflow.compat.v1 as tf

    out = tf.identity(value)
    out.set_shape(shape)
    return out if str(out.shape) == str(shape) else tf.placeholder_with_default(value, shape)


def leads_to(wanted: set, op) -> bool:
    """Whether one of these ops runs this one."""
    seen, waiting = {op}, [op]
    while waiting:
        op = waiting.pop()
        if op in wanted:
            return True
        after = {reader for out in op.outputs for reader in out.consumers()} | set(op._control_outputs)
        waiting += after - seen
        seen |= after
    return False
