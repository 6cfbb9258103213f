"""Which gradients are what the ordinary way back makes of the gradients of a loop's inputs, and of nothing else.

Between a loop and a linear layer before it the way back is linear and knows no states. So when the gradient of the
layer's kernel comes from the loop's inputs alone, it is the one that the loop can work out in another way; where anything
was added on the way, by whoever reads the layer's outputs for something else, it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from legacy_tf1.fast.graph import inlet, uncounted

__all__ = ["Call", "calls", "entry", "followed"]


@dataclass
class Call:
    """A call of `tf.gradients` that is running.

    Attributes:
        exchanges: those that it came across.
        origins: gradient (its ref) -> the exchanges of whose inputs' gradients the ordinary way has made it, each taken
            once and with nothing added; none for the gradients of other sources.
    """

    exchanges: list = field(default_factory=list)
    origins: dict = field(default_factory=dict)

    def origins_of(self, gradient) -> set:
        import tensorflow.compat.v1 as tf

        if not isinstance(gradient, tf.Tensor):
            return set()
        if (known := self.origins.get(gradient.ref())) is not None:
            return known
        if gradient.op.type not in ("Identity", "AddN"):
            return set()
        parts = [self.origins_of(part) for part in gradient.op.inputs]
        return set().union(*parts) if all(parts) else set()


# the innermost last
calls: list[Call] = []


def followed(op, *gradients) -> list:
    """The way back of an op between a linear layer and a loop: the ordinary one, and a note of where it comes from."""
    import tensorflow.compat.v1 as tf
    from tensorflow.python.framework import ops

    back = ops.gradient_registry.lookup(op.type)(op, *gradients)
    back = list(back) if isinstance(back, (list, tuple)) else [back]
    origins, *others = map(calls[-1].origins_of, gradients)
    if origins and all(other == origins for other in others):
        # what stands before the layer may be read elsewhere, so for that nothing is replaced
        for of_input in back[1:] if op.type == "MatMul" else back:
            if isinstance(of_input, tf.Tensor):
                calls[-1].origins[of_input.ref()] = origins
    return back


def entry(op, position: int):
    """The inlet through which the op reads this input if `tf.gradients` asks; one for all loops behind the op.

    The graph itself stays as the script has made it, for the op may have run in a session already.
    """
    tensor = op.inputs[position]
    if tensor.op._gradient_function is _on_part:
        return tensor
    made = inlet(tensor)
    made.op._gradient_function = _on_part
    op._inputs_val = (*op.inputs[:position], made, *op.inputs[position + 1 :])
    return made


def _on_part(op, gradient):
    import tensorflow.compat.v1 as tf

    origins = [exchange for exchange in calls[-1].exchanges if exchange in calls[-1].origins_of(gradient)]
    parts = [exchange.ask_part(op.outputs[0], gradient) for exchange in origins]
    if len(parts) < 2:
        return parts[0] if parts else gradient
    with uncounted():
        return tf.add_n(parts)
