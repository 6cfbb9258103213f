"""Gradients that are made of another number of ops today than in TF 1.15.

Inside the backward pass of a loop a tensor of the forward pass costs more: its values of all
iterations are kept on a stack. So a formula that looks at other tensors than today's also makes
other stacks.

Source: tensorflow 1.15 python/ops/{math,array,nn,tensor_array}_grad.py, and for the loops
python/ops/control_flow_state.py, which is today's as well.
"""

from __future__ import annotations

import contextlib
import functools
import weakref

from legacy_tf1.seeds.counting import Drift, add, add_once, shape_of

__all__ = ["GRADIENTS", "note_contraction", "note_dropout", "synchronized"]

# a stack, its size, the entry into both loops, a push and a pop
_STACK = 6

# graph -> the static pairs of shapes that TF 1.15 has broadcast there: each is worked out once
_broadcast: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
# graph -> the ops that apply the masks of today's dropout, and those it divides by
_masks: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_scales: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
# graph -> the products inside its tensordots
_contractions: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
# one pair for each call of tf.gradients that is running: what is differentiated by, and whether the gradients of an op
# are held back until all of them are there, as optimizers ask for
_running: list[tuple[list, bool]] = []


def note_dropout(dropped) -> None:
    """Remember the ops of a dropout: TF 1.15 multiplies where today's selects, or divides by a tensor."""
    op = dropped.op
    if op.type == "SelectV2":
        _masks.setdefault(op.graph, set()).add(op.name)
        scaled = op.inputs[1].op
        if scaled.type == "RealDiv":
            _scales.setdefault(op.graph, set()).add(scaled.inputs[1].op.name)


def note_contraction(result, operands: list[int], whole: int) -> None:
    """Remember the product inside a tensordot whose operands and result TF 1.15 transposes and reshapes in vain.

    Args:
        operands: for each of the two operands, how many ops TF 1.15 made more; `whole`: for the result.
            The gradient of each of them takes as many.
    """
    op = result.op.inputs[0].op if result.op.type == "Reshape" else result.op
    if op.type == "MatMul":
        _contractions.setdefault(op.graph, {})[op.name] = (operands, whole)


def _is_static(tensor) -> bool:
    return tensor.shape.is_fully_defined()


def _loop():
    """The loop whose backward pass is being made, or None."""
    from tensorflow.python.framework import ops

    context = ops.get_default_graph()._get_control_flow_context()
    loop = context.GetWhileContext() if context else None
    return loop if loop is not None and loop.grad_state else None


def _stacks(*tensors) -> int:
    """What the stacks of these tensors cost: nothing outside of a loop."""
    loop = _loop()
    if not loop:
        return 0
    for tensor in tensors:
        if loop.parallel_iterations > 1:
            _synchronize(loop.grad_state, "grad")
        if _in_branch(tensor):
            _synchronize(loop.grad_state, "forward")
    return sum(_STACK + 2 * _in_branch(tensor) for tensor in tensors)


def _in_branch(tensor) -> bool:
    """A stack inside a branch of tf.cond takes two switches more."""
    from tensorflow.python.ops.control_flow_ops import CondContext

    return isinstance(tensor.op._get_control_flow_context(), CondContext)


def _synchronize(state, side: str) -> None:
    add_once(state.forward_context._graph, (state.forward_context.name, state.grad_context.name, side))


@contextlib.contextmanager
def synchronized():
    """The op that orders a loop's stacks is made with the first of them: which need not be today's first."""
    from tensorflow.python.ops.control_flow_state import _GradLoopState

    natives = {name: vars(_GradLoopState)[name] for name in ("grad_sync", "forward_sync")}
    for name, native in natives.items():
        setattr(_GradLoopState, name, property(functools.partial(_made_apart, name, native)))
    try:
        yield
    finally:
        for name, native in natives.items():
            setattr(_GradLoopState, name, native)


def _made_apart(name: str, native: property, state):
    graph = state.forward_context._graph
    before = graph.version
    op = native.fget(state)
    if graph.version > before:
        add(graph, before - graph.version)
        _synchronize(state, name.partition("_")[0])
    return op


def _reduced(a) -> int:
    """TF 1.15 works out at run time how to undo a broadcast; by a table where both shapes are static."""
    if a.gx is None and a.gy is None or _ATAN2 in a.inside:  # that one TF 1.15 did not broadcast
        return 0
    return _undone(a.x, a.y, [a.gx, a.gy], plain=bool(_PLAIN & set(a.inside)) and not _is_scale(a.y))


def _undone(x, y, gradients, *, plain: bool) -> int:
    wanted = [g for g in gradients if g is not None]
    unknown = [tensor for tensor in (x, y) if not _is_static(tensor)]
    if plain:  # in the graph, shape by shape
        return 3 + 2 * len(wanted) + _stacks(*unknown)
    if unknown:
        return 3 + 2 * len(wanted) + _stacks(x, y)
    shapes = (tuple(shape_of(x)), tuple(shape_of(y)))
    known = _broadcast.setdefault(x.graph, set())
    first = shapes not in known
    known.add(shapes)
    full = shape_of(wanted[0])
    return 3 * first + 4 * sum(g is not None and list(s) != full for g, s in zip(gradients, shapes))


def _product(x, y, gradient) -> int:
    """The gradient of x * y, without the stacks of x and y."""
    if _is_static(x) and shape_of(x) == shape_of(y) == shape_of(gradient):
        return 2
    return 2 + _undone(x, y, [gradient, gradient], plain=False)


def _selection(a) -> int:
    """Of dropout: the gradient of the product with the mask; else the shape of the output is shared."""
    mask, x = a.op.inputs[:2]
    if a.op.name in _masks.get(a.op.graph, ()):
        stacks = _stacks(x, mask)
        # TF 1.15 also computes the scale in the loop; today's is a constant, made again in the backward pass
        return _product(x, mask, a.grad) + stacks + (_STACK - 1 if stacks and x.op.type == "Mul" else 0)
    return a.made - 1 - (0 if _is_static(a.op.outputs[0]) else _stacks(a.op.outputs[0]))


def _division(a) -> int:
    """Of dropout: a division by what TF 1.15 multiplies with."""
    return -3 * _is_scale(a.op.inputs[1])


def _is_scale(tensor) -> bool:
    return tensor.op.name in _scales.get(tensor.graph, ())


def _same_batches(x, y) -> bool:
    x, y = x.shape[:-2], y.shape[:-2]
    return x.is_fully_defined() and y.is_fully_defined() and x == y


def _sum_gradient(a) -> int:
    """TF 1.15 tiles where TF 2.21 broadcasts, and computes the tiling in the graph."""
    from tensorflow.python.framework import tensor_util

    shape, axes = shape_of(a.op.inputs[0]), tensor_util.constant_value(a.op.inputs[1])
    if shape is not None and axes is not None:
        if axes.reshape(-1).tolist() == list(range(len(shape))):
            return 0 if shape else -1  # to an empty shape TF 2.21 comes by two constants
        if None not in shape:
            return 12 * (a.made > 4)  # made once per shape in the graph, then remembered
    return 14 + _again(a.op.inputs[1]) if a.op.get_attr("keep_dims") else 3


def _again(tensor) -> int:
    """A constant of the forward loop is made again where the backward pass first needs it."""
    return int(_loop() is not None and tensor.op.type == "Const" and tensor.op._get_control_flow_context() is not None)


def _mean_gradient(a) -> int:
    """TF 1.15 divides the sizes of input and output, TF 2.21 multiplies the reduced dimensions."""
    output = a.op.outputs[0]
    if _is_static(a.op.inputs[0]) and _is_static(output):
        return 0
    whole = output.shape.rank == 0  # then TF 1.15 does not look at the axes
    axes = _again(a.op.inputs[1]) if whole or a.op.get_attr("keep_dims") else 0
    return 1 - axes + (0 if _is_static(output) else _stacks(output))


def _slice_gradient(a) -> int:
    """TF 2.21 makes new constants of bounds that are constants; in a loop TF 1.15 does as well."""
    if not _loop():
        return 2 - a.made
    return -1 if _is_static(a.op.inputs[0]) else 0


def _reshaped(a) -> int:
    """TF 2.21 needs no stack where all dimensions but one are known."""
    return a.made if not _loop() else 2 + (0 if _is_static(a.op.inputs[0]) else _stacks(a.op.inputs[0]))


def _differentiate(a) -> int:
    _running.append((a.xs if isinstance(a.xs, (list, tuple)) else [a.xs], bool(a.gate_gradients)))
    return 0


def _differentiated(a) -> int:
    _running.pop()
    return 0


def _contracted(a) -> int:
    """In vain again: the way back through each operand that leads to what is differentiated by."""
    operands, whole = _contractions.get(a.op.graph, {}).get(a.op.name, ((), 0))
    return whole + sum(ops for ops, operand in zip(operands, a.op.inputs) if ops and _leads_back(operand))


def _normalized(a) -> int:
    """TF 1.15 has gradients for the mean and the variance too, zeros, which are held back with the others."""
    return 2 if a.op.get_attr("is_training") and _running and _running[-1][1] else 0


def _leads_back(tensor) -> bool:
    handles = (getattr(x, "handle", x) for x in (_running[-1][0] if _running else ()))
    wanted = {getattr(handle, "name", None) for handle in handles}
    seen, left = set(), [tensor]
    while left:
        tensor = left.pop()
        if tensor.name in wanted:
            return True
        if tensor.op.name not in seen:
            seen.add(tensor.op.name)
            left.extend(tensor.op.inputs)
    return False


def _gather_gradient(a) -> int:
    from tensorflow.python.framework import tensor_util

    return 1 if tensor_util.constant_value(a.op.inputs[2]) == 0 else -7


def _barrier(a) -> int:
    """TF 2.21 makes two identities so that the write comes before its gradient."""
    return -2 - _stacks(a.op.outputs[0])


_OPS = "tensorflow.python.ops."
_ATAN2 = _OPS + "math_grad:_Atan2Grad"

# they undo the broadcast in the graph even where the shapes are static
_PLAIN = {
    _OPS + f"math_grad:_{name}"
    for name in "DivGrad RealDivGrad FloorModGrad DivNoNanGrad MulNoNanGrad ComplexGrad MaximumMinimumGrad SelectGradV2".split()
}

GRADIENTS: dict[str, Drift] = {
    **{name: Drift() for name in [*_PLAIN, _ATAN2]},
    _OPS + "math_grad:_ReduceGradientArgs": Drift(total=_reduced),
    _OPS + "math_grad:_RealDivGrad": Drift(after=_division),
    _OPS + "math_grad:_SelectGradV2": Drift(total=_selection),
    _OPS + "math_grad:_MaximumMinimumGrad": Drift(after=lambda a: 2 * (a.made > 4)),
    _OPS + "math_grad:_SumGrad": Drift(after=_sum_gradient),
    # TF 1.15 undoes a broadcast of batches that are known to be the same, too
    _OPS + "math_grad:_BatchMatMulV2": Drift(after=lambda a: 15 * _same_batches(*a.op.inputs)),
    _OPS + "math_grad:_MeanGrad": Drift(after=_mean_gradient),
    _OPS + "math_grad:_ProdGrad": Drift(after=lambda a: 12 if _is_static(a.op.inputs[0]) else 3),
    _OPS + "math_grad:_MinOrMaxGrad": Drift(
        after=lambda a: 11 if a.op.get_attr("keep_dims") else 7 * _is_static(a.op.inputs[0])
    ),
    _OPS + "math_grad:_SignGrad": Drift(after=2),
    _OPS + "array_grad:_StridedSliceGrad": Drift(after=_slice_gradient),
    _OPS + "array_grad:_ReshapeGrad": Drift(total=_reshaped),
    _OPS + "gradients_util:_GradientsHelper": Drift(before=_differentiate, after=_differentiated),
    _OPS + "math_grad:_MatMulGrad": Drift(after=_contracted),
    _OPS + "array_grad:_GatherGrad": Drift(after=1),
    _OPS + "array_grad:_GatherV2Grad": Drift(after=_gather_gradient),
    _OPS + "array_grad:_BroadcastToGrad": Drift(after=lambda a: -_is_static(a.op.outputs[0])),
    _OPS + "nn_grad:_FusedBatchNormV3Grad": Drift(after=_normalized),
    _OPS + "nn_grad:_SparseSoftmaxCrossEntropyWithLogitsGrad": Drift(after=1),
    **{
        _OPS + f"tensor_array_grad:_TensorArray{name}Grad": Drift(after=_barrier)
        for name in ("Write", "Scatter", "Split")
    },
}
