"""Which loops are understood: the cells, and what else must be known before the graph runs."""

from __future__ import annotations

import numbers
import os
from dataclasses import dataclass

from legacy_tf1.fast.formulas import FORMULAS, activations
from legacy_tf1.fast.laid_out import Layer, Pair, Stack

__all__ = [
    "STEPS", "Left", "cells_of", "layout", "require", "require_a_known_sequence", "require_an_ordinary_graph", "weights_of",
]  # fmt: skip

# Steps laid out in the graph, those of all layers together. Each takes some 15 ms, once, when the graph is built and first
# run, and is won back within some 300 training steps, however many there are; 200 take 3 seconds.
STEPS = 200
# Two chains, each over a half of the batch, pay where a step's product is large: numbers of its kernel, rows of a batch.
# With an LSTM of 64 units on a batch of 32 they break even, with one of 128 they are 1.35 times as fast.
PRODUCT = 20_000
ROWS = 32


class Left(Exception):
    """The loop stays as it is, for the reason in its first argument."""


def require(truth, otherwise: str) -> None:
    if not truth:
        raise Left(otherwise)


def cells_of(cell) -> list:
    """The plain cells that a cell consists of, first to last.

    Raises:
        Left: there is another one among them.
    """
    import tensorflow.compat.v1 as tf

    if type(cell) is tf.nn.rnn_cell.MultiRNNCell:
        require(cell._state_is_tuple, "its states are one tensor (state_is_tuple=False)")
        return [one for part in cell._cells for one in cells_of(part)]
    name = type(cell).__name__
    plain = name in FORMULAS and type(cell) is getattr(tf.nn.rnn_cell, name)
    require(plain and not {"call", "__call__"} & set(vars(cell)), f"{name} is no plain cell")
    for option, what in (("_use_peepholes", "peepholes"), ("_num_proj", "a projection"), ("_cell_clip", "clipping")):
        require(any(getattr(cell, option, None) is off for off in (None, False)), f"{name} with {what}")
    forget_bias = getattr(cell, "_forget_bias", 0.0)
    require(isinstance(forget_bias, numbers.Real), f"{name} with a forget bias that is no number")
    require(_activation(cell), f"{name} with activation {getattr(cell._activation, '__name__', '')}")
    return [cell]


def _activation(cell):
    return next(((act, back) for act, back in activations() if act is cell._activation), None)


def require_an_ordinary_graph() -> None:
    """Raises Left in eager execution, in a function, a loop or a condition."""
    import tensorflow.compat.v1 as tf
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import control_flow_util

    require(not tf.executing_eagerly(), "eager execution")
    graph = ops.get_default_graph()
    require(not graph.building_function, "inside a function")
    require(graph._get_control_flow_context() is None, "inside a loop or a condition")
    require(not control_flow_util.EnableControlFlowV2(graph), "control flow v2")


def require_a_known_sequence(inputs, rank: int, steps: int | None, cells: int) -> None:
    """Raises Left unless each of the inputs is a tensor of that rank and the steps can be laid out for so many cells."""
    import tensorflow.compat.v1 as tf

    require(all(isinstance(x, tf.Tensor) for x in inputs), "its inputs are not tensors")
    plain = all(x.shape.rank == rank and x.dtype in (tf.float32, tf.float64) for x in inputs)
    require(plain and len({x.dtype for x in inputs}) == 1, "its inputs are not vectors of floats")
    depths = {x.shape.as_list()[-1] for x in inputs}
    require(len(depths) == 1 and None not in depths, "the size of its inputs is not known")
    require(steps, "the number of steps is not known")
    require(steps * cells <= STEPS, f"more than {STEPS} steps" + (", all cells together" if cells > 1 else ""))


@dataclass(frozen=True)
class Weights:
    """A cell's tensors, as its ops read them.

    Attributes:
        inputs: for each kernel, what of it the inputs are multiplied with, if the kernels are not to tell: those joined
            with a layer before the cell have the layer's width.
    """

    kernels: list
    biases: list
    inputs: list | None = None

    def __iter__(self):
        return iter([*self.kernels, *self.biases])


def weights_of(cell) -> Weights:
    import tensorflow.compat.v1 as tf

    names = FORMULAS[type(cell).__name__].weights
    kernels, biases = ([tf.convert_to_tensor(getattr(cell, pair[which])) for pair in names] for which in (0, 1))
    return Weights(kernels, biases)


def layout(cells, weights: list[Weights], x, firsts: list, running) -> Stack | Pair:
    """The steps of these cells, one above the other, laid out in one chain or two; the arguments of Stack."""
    sizes = [kernel.shape.num_elements() for each in weights for kernel in each.kernels]
    batch = next((rows for tensor, axis in ((x, 1), *((t, 0) for t in firsts)) if (rows := _size(tensor, axis))), ROWS)
    if cores() < 2 or max(sizes) < PRODUCT or batch < ROWS:
        return Stack(_layers(cells, weights), x, firsts, running)
    return Pair((_layers(cells, weights), _layers(cells, weights)), x, firsts, running)


def cores() -> int:
    """How many operations TensorFlow runs at once, unless the script's ConfigProto says less."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(here, int(os.environ.get("TF_NUM_INTEROP_THREADS") or here))


def _size(tensor, axis: int) -> int | None:
    return tensor.shape.as_list()[axis] if tensor.shape.rank else None


def _layers(cells, weights: list[Weights]) -> list[Layer]:
    return [_layer(*each) for each in zip(cells, weights)]


def _layer(cell, weights: Weights) -> Layer:
    act, act_back = _activation(cell)
    formula = FORMULAS[type(cell).__name__]
    joined = formula.states > 1 and not cell._state_is_tuple
    forget_bias = getattr(cell, "_forget_bias", None)
    return Layer(formula, weights.kernels, weights.biases, act, act_back, forget_bias, joined, weights.inputs)
