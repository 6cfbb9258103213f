"""The loops of `tf.nn.dynamic_rnn` and `tf.nn.static_rnn`, exchanged where they are understood.

An exchange numbers its sources: the inputs, the first states, the weights; and its results: the outputs, the last
states. The loop of `dynamic_rnn` has one tensor (time, batch, ...) of inputs and one of outputs, `static_rnn` has one
for each step.
"""

from __future__ import annotations

from legacy_tf1.fast import plan
from legacy_tf1.fast.before import before, before_steps
from legacy_tf1.fast.exchange import Exchange
from legacy_tf1.fast.graph import inlet, uncounted
from legacy_tf1.fast.laid_out import Pair, Stack
from legacy_tf1.fast.plan import Left
from legacy_tf1.fast.report import Row, place

__all__ = ["dynamic", "static"]

_LAID_OUT = "steps laid out, inputs in one product"
_JOINED = ", joined with the layer before"
_HALVES = ", a batch in two halves"


def dynamic(native, tell):
    """`native`, which is TensorFlow's `_dynamic_rnn_loop`, with the loops exchanged that are understood.

    Args:
        tell: is given a Row for each loop.
    """

    def loop(cell, inputs, initial_state, *args, sequence_length=None, **kwargs):
        shape = getattr(inputs, "shape", None)
        steps = shape.as_list()[0] if getattr(shape, "rank", None) else None
        say = _teller(tell, "dynamic_rnn", cell, steps)
        try:
            plan.require_an_ordinary_graph()
            cells = plan.cells_of(cell)
            plan.require_a_known_sequence([inputs], 3, steps, len(cells))
        except Left as why:
            say(why)
            return native(cell, inputs, initial_state, *args, sequence_length=sequence_length, **kwargs)
        source = inlet(inputs)
        outputs, state = native(cell, source, initial_state, *args, sequence_length=sequence_length, **kwargs)
        try:
            exchanged, stack, joined = _dynamic(cells, inputs, source, sequence_length, outputs, state)
        except Left as why:
            say(why)
            return outputs, state
        say(stack, joined)
        return exchanged

    return loop


def static(native, tell):
    """The same of `static_rnn`."""

    def loop(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        say = _teller(tell, "static_rnn", cell, len(inputs) if isinstance(inputs, (list, tuple)) else None)
        try:
            plan.require_an_ordinary_graph()
            cells = plan.cells_of(cell)
            plan.require(isinstance(inputs, (list, tuple)), "its inputs are no list")
            plan.require_a_known_sequence(inputs, 2, len(inputs), len(cells))
            plan.require(sequence_length is None, "static_rnn with sequence_length")
            firsts = _given(initial_state)
        except Left as why:
            say(why)
            return native(cell, inputs, initial_state, dtype, sequence_length, scope)
        return _static(native, say, cell, cells, inputs, initial_state, firsts, dtype, scope)

    return loop


def _teller(tell, call, cell, steps):
    line, call = place(call)
    parts = list(getattr(cell, "_cells", [cell]))
    names = "/".join(dict.fromkeys(type(part).__name__ for part in parts))
    kind = f"{len(parts)} x {names}" if hasattr(cell, "_cells") else names
    units = ", ".join(str(getattr(part, "output_size", "?")) for part in parts)

    def say(what: Left | Stack | Pair, joined: bool = False) -> None:
        changed = not isinstance(what, Left)
        became = _LAID_OUT + _JOINED * joined + _HALVES * isinstance(what, Pair) if changed else f"left: {what}"
        tell(Row(line, call, kind, units, "?" if steps is None else str(steps), became, changed))

    return say


def _dynamic(cells, inputs, source, sequence_length, outputs, state):
    from tensorflow.python.util import nest

    exits = nest.flatten(state)
    enters = [_first_value(out) for out in exits]
    constants = _constants(exits[0].op.inputs[0].op._get_control_flow_context())
    weights, tensors = _weights(cells, inputs.dtype)
    plan.require(all(tensor.ref() in constants for tensor in tensors), "its weights are put together in every step")
    firsts = [enter.op.inputs[0] for enter in enters]
    with uncounted():
        running = None if sequence_length is None else _running(inputs.shape.as_list()[0], sequence_length)
        layer = before(inputs)
        starts = firsts if layer is None else [layer.first(state) for state in firsts]
        stack, of_layer = _laid_out(layer, cells, weights, inputs if layer is None else layer.x, starts, running)
        shown = _shown(stack.sequence, running)

    def backward(given: list) -> list:
        outputs = None if given[0] is None else _shown(given[0], running)
        x, first, of_weights = stack.backward(outputs, given[1:])
        parts = of_layer(of_weights)
        return [x, *first, *(of_weights[tensor.ref()] for tensor in tensors), *parts]

    exchange = Exchange(backward, 1 + len(exits))
    readers = [[(enter.op, 0)] for enter in enters]
    readers += [[(op, 0) for op in constants[tensor.ref()]] for tensor in tensors]
    exchange.enter([source], [*firsts, *tensors], readers)
    if layer is not None:
        exchange.follow(layer.path, layer.parts)
    outs = exchange.leave([outputs, *exits], [shown, *stack.states])
    return (outs[0], nest.pack_sequence_as(state, outs[1:])), stack, layer is not None


def _laid_out(layer, cells, weights, x, firsts, running):
    """The stack, joined with the layer before it if there is one; and a function from its weights' gradients.

    That one puts those of `weights` in and gives back those of the layer.
    """
    if layer is None:
        return plan.layout(cells, weights, x, firsts, running), lambda gradients: []
    joined = layer.join(weights[0])
    stack = plan.layout(cells, [joined, *weights[1:]], x, firsts, running)
    return stack, lambda gradients: layer.take_apart(gradients, joined, weights[0])


def _static(native, say, cell, cells, inputs, initial_state, firsts, dtype, scope):
    import tensorflow.compat.v1 as tf
    from tensorflow.python.framework import ops
    from tensorflow.python.util import nest

    sources = [inlet(x) for x in inputs]
    first_sources = [inlet(state) for state in firsts]
    start = initial_state if initial_state is None else nest.pack_sequence_as(initial_state, first_sources)
    graph = ops.get_default_graph()
    before = graph.version
    outputs, state = native(cell, sources, start, dtype, None, scope)
    made = graph.get_operations()[before:]
    try:
        weights, tensors = _weights(cells, inputs[0].dtype)
        readers = [_products(made, tensor) for tensor in tensors]
        plan.require(
            sum(map(len, readers)) == _expected(cells, len(inputs)), "its weights are put together in every step"
        )
    except Left as why:
        say(why)
        return outputs, state
    with uncounted():
        layer = before_steps(inputs)
        x = tf.stack(inputs) if layer is None else layer.x
        zeros = firsts or nest.flatten(cell.zero_state(tf.shape(x)[1], x.dtype))
        stack, of_layer = _laid_out(layer, cells, weights, x, zeros, None)
        by_step = tf.unstack(stack.sequence)

    def backward(given: list) -> list:
        x, first, of_weights = stack.backward(given[: len(inputs)], given[len(inputs) :])
        parts = of_layer(of_weights)
        return [*tf.unstack(x), *first[: len(firsts)], *(of_weights[tensor.ref()] for tensor in tensors), *parts]

    exits = nest.flatten(state)
    exchange = Exchange(backward, len(outputs) + len(exits))
    exchange.enter([*sources, *first_sources], tensors, readers)
    if layer is not None:
        exchange.follow(layer.path, layer.parts, len(sources))
    outs = exchange.leave([*outputs, *exits], [*by_step, *stack.states])
    say(stack, layer is not None)
    return outs[: len(outputs)], nest.pack_sequence_as(state, outs[len(outputs) :])


def _weights(cells, dtype):
    """Of each cell, and each tensor once."""
    with uncounted():
        weights = [plan.weights_of(cell) for cell in cells]
    tensors = list({tensor.ref(): tensor for each in weights for tensor in each}.values())
    plan.require(all(tensor.dtype == dtype for tensor in tensors), "its weights are of another dtype than its inputs")
    return weights, tensors


def _given(initial_state) -> list:
    import tensorflow.compat.v1 as tf
    from tensorflow.python.util import nest

    states = [] if initial_state is None else nest.flatten(initial_state)
    plan.require(all(isinstance(state, tf.Tensor) for state in states), "its first state is no tensor")
    return states


def _first_value(out):
    """The Enter of a loop variable whose Exit is `out`: behind its Switch and its Merge."""
    plan.require(out.op.type == "Exit", "its loop is of another kind")
    return out.op.inputs[0].op.inputs[0].op.inputs[0]


def _constants(loop) -> dict:
    """Tensor from outside -> the Enters by which the loop reads it."""
    found: dict = {}
    for op in loop._graph.get_operations():
        if op.type == "Enter" and op.get_attr("is_constant") and op.get_attr("frame_name") == loop.name.encode():
            found.setdefault(op.inputs[0].ref(), []).append(op)
    return found


def _products(made, weights) -> list:
    """Where the steps of `static_rnn` read these weights: a product with joined inputs and state, or a sum with it."""
    return [
        (op, 1)
        for op in made
        if op.type in ("MatMul", "BiasAdd")
        and op.inputs[1] is weights
        and op.inputs[0].op.type == ("ConcatV2" if op.type == "MatMul" else "MatMul")
    ]


def _expected(cells, steps: int) -> int:
    return sum(2 * len(plan.FORMULAS[type(cell).__name__].weights) for cell in cells) * steps


def _running(steps: int, sequence_length):
    """(time, batch, 1): whether a row's sequence goes on."""
    import tensorflow.compat.v1 as tf

    return (tf.range(steps, dtype=sequence_length.dtype)[:, None] < sequence_length[None, :])[:, :, None]


def _shown(sequence, running):
    """Nothing is shown where a sequence is over."""
    import tensorflow.compat.v1 as tf

    return sequence if running is None else tf.where_v2(running, sequence, tf.zeros_like(sequence))
