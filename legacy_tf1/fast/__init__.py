"""`legacy-tf1 run --fast`: the loops of plain cells, restructured for the CPU.

A loop of `tf.nn.dynamic_rnn` runs step by step, and every step multiplies inputs and states with the whole kernel. In
its place stand the steps laid out in the graph, the inputs' projections of all steps made in one product, and a way
back that is written out; a linear layer that stands before the loop and widens is joined with that product. Variables,
names, seeds and results, up to rounding, stay those of the ordinary loop; what is not understood stays that loop.
"""

from __future__ import annotations

import contextlib
import inspect
import sys

from legacy_tf1.fast.report import Row, table
from legacy_tf1.rerouted import rerouted

__all__ = ["swapped"]


@contextlib.contextmanager
def swapped():
    """Restructure the loops that are made while the block runs; at its end, print what became of each."""
    import tensorflow.compat.v1 as tf
    from tensorflow.python.ops import rnn

    from legacy_tf1.fast.exchange import exchanged_gradients
    from legacy_tf1.fast.loops import dynamic, static

    if tf.config.list_physical_devices("GPU"):
        print("fast: nothing changed, --fast is for the CPU and TensorFlow has a GPU here", file=sys.stderr)
        yield []
        return
    rows: list[Row] = []
    try:
        # private: the loop of dynamic_rnn, between its transpositions
        with (
            _exchanged(rnn, "_dynamic_rnn_loop", dynamic, rows.append),
            rerouted(inspect.unwrap(rnn.static_rnn), lambda native: static(native, rows.append)),
            exchanged_gradients(),
        ):
            yield rows
    finally:
        print(table(rows), file=sys.stderr)


@contextlib.contextmanager
def _exchanged(module, name: str, make, tell):
    native = getattr(module, name)
    setattr(module, name, make(native, tell))
    try:
        yield
    finally:
        setattr(module, name, native)
