"""What a model predicts by, traced for arrays of one shape, kept at hand, and compiled where that is faster.

Of the 0.5 ms in which a `predict_on_batch` of Keras's predicts a short sequence, TensorFlow spends 0.15 on finding the trace
for such arrays and 0.05 on the names of its arguments. What is left is a few hundred operations, one to three
microseconds each, whatever they compute. XLA makes one of them, but takes half a second for it, so only what is often
asked for is compiled.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

__all__ = ["FEW", "OFTEN", "at_hand"]

OFTEN = 1000  # predictions of a short sequence take about as long as XLA does to compile them
FEW = 32  # rows; of more it is the products that take the time
TIMES = 5  # either way is timed

# In the names of operations. Compiled, they take what is out of range for what is in it, or nobody looks; or a second time
# to see whether both ways agree would count.
_NEVER_COMPILED = ("Assert", "Assign", "CheckNumerics", "Gather", "Random", "Scatter")


def at_hand(function, compiles: bool) -> Callable:
    """What gives a Trace by shape and dtype, made the first time; or None where Python is to run each time.

    Args:
        function: Keras's function that predicts.
        compiles: whether XLA is to compile it after OFTEN calls with at most FEW rows. That stays if it is faster and agrees up
            to rounding.
    """
    if not hasattr(function, "get_concrete_function"):  # the model is to run eagerly
        return lambda shape, dtype: None
    kept = functools.cache(lambda shape, dtype: Trace(function, shape, dtype, compiles))
    return lambda shape, dtype: None if tf.config.functions_run_eagerly() else kept(shape, dtype)


class Trace:
    """Called with an array of its shape, it returns what Keras's `predict_on_batch` does.

    Attributes:
        joinable: whether the outputs of several batches are sure to differ in their number of rows only.
    """

    def __init__(self, function, shape: tuple, dtype, compiles: bool):
        self._function, self._array = function, tf.TensorSpec(shape, dtype)
        self._traced = function.get_concrete_function([(self._array,)])
        self._run = _caller(self._traced)
        # XLA compiles for known sizes only: it would do so again for each number of rows
        is_small = self._array.shape.is_fully_defined() and shape[0] <= FEW
        self._until_often = OFTEN if compiles and is_small else 0
        self.joinable = all(
            isinstance(output, tf.Tensor) and output.shape.rank and output.shape[1:].is_fully_defined()
            for output in keras.tree.flatten(self._traced.structured_outputs)
        )

    def __call__(self, x: np.ndarray):
        if self._until_often:
            self._until_often -= 1
            if not self._until_often:
                with contextlib.suppress(Exception):  # XLA does not have every operation
                    self._compile(tf.constant(x))
        return self._run(tf.constant(x))

    def _compile(self, x: tf.Tensor) -> None:
        if any(word in name for name in _operations(self._traced) for word in _NEVER_COMPILED):
            return
        step = self._function.python_function
        by_xla = tf.function(step, autograph=False, jit_compile=True).get_concrete_function([(self._array,)])
        compiled, plain = _caller(by_xla), self._run
        if _agree(compiled(x), plain(x)) and _least_time(compiled, x) < _least_time(plain, x):
            self._run = compiled


def _caller(traced) -> Callable:
    """What calls it with a tensor, and returns arrays."""
    if isinstance(traced.structured_outputs, tf.Tensor):
        run, captured = traced.inference_fn.call_flat, traced.captured_inputs
        return lambda x: run(x, *captured)[0].numpy()

    def run_structured(x):
        return keras.tree.map_structure(lambda y: y.numpy() if isinstance(y, tf.Tensor) else y, traced([(x,)]))

    return run_structured


def _operations(traced) -> set[str]:
    graph = traced.graph.as_graph_def()
    return {node.op for part in (graph.node, *(inner.node_def for inner in graph.library.function)) for node in part}


def _agree(ours, others) -> bool:
    """To half of their digits: another order of the sums costs a few, and another result has next to none."""
    pairs = zip(keras.tree.flatten(ours), keras.tree.flatten(others), strict=True)
    return all(_is_close(*map(np.asarray, pair)) for pair in pairs)


def _is_close(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape or one.dtype.kind != "f":
        return np.array_equal(one, other)
    bound = np.sqrt(np.finfo(one.dtype).eps) * np.max(np.abs(other), initial=0)
    return bool(np.isfinite(bound)) and np.allclose(one, other, rtol=0, atol=bound)


def _least_time(run: Callable, x: tf.Tensor) -> float:
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        run(x)
        times.append(time.perf_counter() - start)
    return min(times)
