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

__all__ = ["OFTEN", "ROWS", "SHAPES", "at_hand"]

OFTEN = 1000  # predictions of a short sequence take about as long as XLA does to compile them
ROWS = 256  # rows; on one core 128 and 256 of them still take an LSTM 7% less time, on two nothing is gained from 64 on
SHAPES = 8  # of a model may be compiled: each takes its half a second, and what is compiled is kept
LARGE = 1000  # operations, a loop counted as one; one LSTM behind a Dense makes 120
ALIGNED = 64  # bytes: an array begins at a multiple of them wherever TensorFlow makes it, and its code relies on it
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


def at_hand(function, compiles: bool) -> Callable:
    """What gives a Trace by shape and dtype, made the first time; or None where Python is to run each time.

    Args:
        function: Keras's function that predicts.
        compiles: whether XLA is to compile it for the first SHAPES of at most ROWS rows that are called OFTEN. That stays
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
        self._plain = _caller(traced)
        self._run = lambda x: self._plain(tf.constant(x))
        # XLA compiles for known sizes only: it would do so again for each number of rows
        is_known = self._array.shape.is_fully_defined() and shape[0] <= ROWS
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
        compiled, tensor = _caller(traced, fails=False), tf.constant(x)
        agree = _may_be_compiled(traced.graph) and _agree(compiled(tensor), self._plain(tensor))
        if agree and _least_time(compiled, tensor) < _least_time(self._plain, tensor):
            self._run = _FromOnePlace(compiled, x)


class _FromOnePlace:
    """Calls what XLA compiled with arrays like `x`, each from the same memory: some 40 us sooner than from a new tensor.

    The time is not in making the tensor, 9 us, but in what starts after other code has run. What XLA compiled returns no
    tensor in the memory of its inputs; an operation of TensorFlow's may.
    """

    def __init__(self, run: Callable, x: np.ndarray):
        space = np.empty(x.nbytes + ALIGNED, np.uint8)
        start = -space.ctypes.data % ALIGNED
        self._array = space[start : start + x.nbytes].view(x.dtype).reshape(x.shape)
        self._tensor = tf.experimental.dlpack.from_dlpack(self._array.__dlpack__())
        self._run, self._free = run, threading.Lock()

    def __call__(self, x: np.ndarray):
        if not self._free.acquire(blocking=False):  # a call in another thread
            return self._run(tf.constant(x))
        try:
            self._array[...] = x
            return self._run(self._tensor)
        finally:
            self._free.release()


def _caller(traced, fails: bool = True) -> Callable:
    """What calls it with a tensor, and returns arrays.

    Args:
        fails: whether it can. What TensorFlow gets ready for, to say where, takes 15 us.
    """
    if isinstance(traced.structured_outputs, tf.Tensor):
        # variables are captured as such, not with what they hold
        function, captured = traced.inference_fn, traced.captured_inputs
        if fails:
            return lambda x: function.call_flat(x, *captured)[0].numpy()
        run = context().call_function
        return lambda x: run(function.name, [x, *captured], 1)[0].numpy()

    def run_structured(x):
        return keras.tree.map_structure(lambda y: y.numpy() if isinstance(y, tf.Tensor) else y, traced([(x,)]))

    return run_structured


def _may_be_compiled(graph) -> bool:
    """Beside what it may consist of: an index that is computed could be out of range, except for that of a loop's step."""
    operations, loops = graph.get_operations(), graph.as_graph_def().library.function
    kinds = {operation.type for operation in operations} | {node.op for loop in loops for node in loop.node_def}
    indices = (index.op for slice_ in operations if slice_.type == "StridedSlice" for index in slice_.inputs[1:])
    return len(operations) <= LARGE and kinds <= _COMPILED and all(index.type == "Const" for index in indices)


def _agree(ours, others) -> bool:
    pairs = zip(keras.tree.flatten(ours), keras.tree.flatten(others), strict=True)
    return all(_is_close(*map(np.asarray, pair)) for pair in pairs)


def _is_close(one: np.ndarray, other: np.ndarray) -> bool:
    """Within a hundred times the rounding of the largest number; sums in another order differed by up to ten times it."""
    if one.shape != other.shape or one.dtype.kind != "f":
        return np.array_equal(one, other)
    bound = 100 * np.finfo(one.dtype).eps * np.max(np.abs(other), initial=0)
    return bool(np.isfinite(bound)) and np.allclose(one, other, rtol=0, atol=bound)


def _least_time(run: Callable, x: tf.Tensor) -> float:
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        run(x)
        times.append(time.perf_counter() - start)
    return min(times)
