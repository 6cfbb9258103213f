"""The traces of a model's predictions: kept at hand for arrays of a shape, and compiled where that is faster.

Of the 0.5 ms in which a `predict_on_batch` of Keras's predicts a short sequence, TensorFlow spends 0.15 on finding the trace
for such arrays and 0.05 on the names of its arguments. What is left is a few hundred operations, one to three
microseconds each, whatever they compute. XLA joins them into one, but takes half a second for it, so only what is often
asked for is compiled.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.eager.context import context
from tensorflow.python.framework.config import is_op_determinism_enabled

__all__ = ["MOST_ROWS", "OFTEN", "SHAPES", "at_hand"]

OFTEN = 1000  # predictions of a short sequence take about as long as XLA does to compile them
MOST_ROWS = 256  # of a shape; on one core 128 and 256 of them still take an LSTM 7% less time, on two nothing is gained from 64 on
SHAPES = 8  # of a model may be compiled: each takes its half a second, and what is compiled is kept
LARGE = 1000  # operations, a loop counted as one; one LSTM behind a Dense makes 120
KEPT = 2**20  # bytes: a larger array is no faster from one place
ALIGNED = 64  # bytes: TensorFlow's arrays begin at a multiple of them; its code relies on it, and nothing checks one from outside
TIMES = 5  # that each way is run to see which is faster

# What may be compiled: operations that refuse no numbers, since XLA looks at none, and that do the same each time, since they run
# once more to be compared.
_COMPILED = frozenset(
    """
    Abs AddN AddV2 All Any BatchMatMulV2 BiasAdd BroadcastTo Cast ConcatV2 Const Cumsum Einsum Elu Equal Erf Erfc Exp
    ExpandDims Expm1 Fill Greater GreaterEqual Identity IdentityN LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd
    LogicalNot LogicalOr MatMul Max Maximum Mean Min Minimum Mul Neg NoOp NotEqual OnesLike Pack Placeholder PreventGradient
    Prod Range ReadVariableOp RealDiv Reciprocal Relu Relu6 Reshape ReverseV2 Rsqrt Select SelectV2 Selu Shape Sigmoid Sign
    Softmax Softplus Softsign Split SplitV Sqrt Square SquaredDifference Squeeze StatelessWhile StopGradient StridedSlice Sub
    Sum Tanh TensorListFromTensor TensorListGetItem TensorListReserve TensorListSetItem TensorListStack Tile Transpose Unpack
    While ZerosLike
    """.split()
)

# Operation -> operands that XLA must know to compile it. If they came from what is predicted, it would compile anew for each
# value, and take one's for another's where values change in their place in memory.
_KNOWN = {
    **dict.fromkeys(
        "All Any BroadcastTo Cumsum ExpandDims Max Mean Min Prod Reshape ReverseV2 Sum Tile Transpose".split(), [1]
    ),
    **dict.fromkeys(["TensorListFromTensor", "TensorListStack"], [1]),
    "ConcatV2": [-1],
    "Fill": [0],
    "Range": [0, 1, 2],
    "Split": [0],
    "SplitV": [1, 2],
    "StridedSlice": [1, 2, 3],
    "TensorListGetItem": [2],
    "TensorListReserve": [0, 1],
}
# an index that is computed could be out of range, too, but for that of a loop's step
_KNOWN_IN_LOOPS = {kind: operands for kind, operands in _KNOWN.items() if kind != "StridedSlice"}


def at_hand(function, compiles: bool) -> Callable:
    """What gives a Trace by shape and dtype, made the first time; or None where Python is to run each time.

    Args:
        function: Keras's function that predicts.
        compiles: whether XLA is to compile it for the first SHAPES of at most MOST_ROWS rows that are called OFTEN. That stays
            where it is faster and agrees up to rounding.
    """
    if not hasattr(function, "get_concrete_function"):  # the model is to run eagerly
        return lambda shape, dtype: None
    turns = iter(range(SHAPES if compiles and not is_op_determinism_enabled() else 0))
    kept = functools.cache(lambda shape, dtype: Trace(function, shape, dtype, turns))
    return lambda shape, dtype: None if tf.config.functions_run_eagerly() else kept(shape, dtype)


class Trace:
    """Called with an array of its shape, it returns what Keras's `predict_on_batch` does.

    Args:
        function: Keras's function that predicts.
        turns: has one for each time that this may still be tried.

    Attributes:
        joinable: whether the outputs of several batches are sure to differ in their number of rows only.
    """

    def __init__(self, function, shape: tuple, dtype, turns: Iterator):
        self._function, self._array, self._turns = function, tf.TensorSpec(shape, dtype), turns
        traced = function.get_concrete_function([(self._array,)])
        plain = _caller(traced)
        self._run = lambda x: plain(tf.constant(x))
        # XLA compiles for known sizes only: it would do so again for each number of rows
        is_known = self._array.shape.is_fully_defined() and shape[0] <= MOST_ROWS
        self._until_often = OFTEN if is_known else 0
        self.joinable = all(
            isinstance(output, tf.Tensor) and output.shape.rank and output.shape[1:].is_fully_defined()
            for output in keras.tree.flatten(traced.structured_outputs)
        )

    def __call__(self, x: np.ndarray):
        if self._until_often > 0:
            self._until_often -= 1
            if self._until_often == 0:
                with contextlib.suppress(Exception):  # whatever it is, there is a way without XLA
                    self._compile(x)
        return self._run(x)

    def _compile(self, x: np.ndarray) -> None:
        if next(self._turns, None) is None:
            return
        by_xla = tf.function(self._function.python_function, autograph=False, jit_compile=True)
        traced = by_xla.get_concrete_function([(self._array,)])
        if not _may_be_compiled(traced.graph):
            return
        run, plain = _caller(traced, explains=False), self._run
        compiled = _FromOnePlace(run, x) if x.nbytes <= KEPT else lambda x: run(tf.constant(x))
        agree = all(_agree(compiled(other), plain(other)) for other in (x, np.flip(x)))
        if agree and _least_time(compiled, x) < _least_time(plain, x):
            self._run = compiled


class _FromOnePlace:
    """Calls what XLA compiled with arrays like `x`, each from the same memory.

    In a call of 0.27 ms that saves 0.04: TensorFlow takes 9 us to make a tensor, and starts the compiled function later where
    another operation, or more of Python, ran since the last call. Outputs are none of that memory: `numpy()` copies them.
    """

    def __init__(self, run: Callable, x: np.ndarray):
        self._run, self._free = run, threading.Lock()
        space = np.empty(x.nbytes + ALIGNED, np.uint8)
        start = -space.ctypes.data % ALIGNED
        self._array = space[start : start + x.nbytes].view(x.dtype).reshape(x.shape)
        self._tensor = tf.experimental.dlpack.from_dlpack(self._array.__dlpack__())

    def __call__(self, x: np.ndarray):
        if not self._free.acquire(blocking=False):  # by a call in another thread
            return self._run(tf.constant(x))
        try:
            self._array[...] = x
            return self._run(self._tensor)
        finally:
            self._free.release()


def _caller(traced, explains: bool = True) -> Callable:
    """What calls it with a tensor, outside of any graph, and returns arrays.

    Args:
        explains: whether an error names the lines that it comes from. To be ready for that takes 15 us.
    """
    if isinstance(traced.structured_outputs, tf.Tensor):
        # variables are captured as such, not with what they hold
        function, captured = traced.inference_fn, traced.captured_inputs
        if explains:
            return lambda x: function.call_flat(x, *captured)[0].numpy()
        run = context().call_function
        return lambda x: run(function.name, [x, *captured], 1)[0].numpy()

    def run_structured(x):
        return keras.tree.map_structure(lambda y: y.numpy() if isinstance(y, tf.Tensor) else y, traced([(x,)]))

    return run_structured


def _may_be_compiled(graph) -> bool:
    traced = graph.as_graph_def()
    loops = [loop.node_def for loop in traced.library.function]
    kinds = {node.op for nodes in (traced.node, *loops) for node in nodes}
    return (
        len(traced.node) <= LARGE
        and kinds <= _COMPILED
        and _all_known(traced.node, _KNOWN)
        and all(_all_known(nodes, _KNOWN_IN_LOOPS) for nodes in loops)
    )


def _all_known(nodes, operands: dict[str, list[int]]) -> bool:
    """Whether these operands of theirs come from constants and shapes alone. By operation, which operands: _KNOWN."""
    by_name = {node.name: node for node in nodes}

    def inputs(node) -> list[str]:
        return [name for name in node.input if not name.startswith("^")]

    @functools.cache
    def is_known(name: str) -> bool:
        node = by_name.get(name.partition(":")[0])  # none for what is given to a loop
        if node is None or node.op == "Placeholder":
            return False
        return node.op == "Shape" or all(map(is_known, inputs(node)))

    return all(is_known(inputs(node)[which]) for node in nodes for which in operands.get(node.op, ()))


def _agree(ours, others) -> bool:
    pairs = zip(keras.tree.flatten(ours), keras.tree.flatten(others), strict=True)
    return all(_is_close(*map(np.asarray, pair)) for pair in pairs)


def _is_close(one: np.ndarray, other: np.ndarray) -> bool:
    """Within a hundred times the rounding of the largest number; sums in another order differed by up to ten times it."""
    if one.shape != other.shape or one.dtype.kind != "f":
        return np.array_equal(one, other)
    bound = 100 * np.finfo(one.dtype).eps * np.max(np.abs(other), initial=0)
    return bool(np.isfinite(bound)) and np.allclose(one, other, rtol=0, atol=bound)


def _least_time(run: Callable, x: np.ndarray) -> float:
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        run(x)
        times.append(time.perf_counter() - start)
    return min(times)
