"""The ops of a loop that draw random numbers run in the order of the iterations."""

from __future__ import annotations

import contextlib
import functools
import weakref

__all__ = ["drawing_in_order"]


@contextlib.contextmanager
def drawing_in_order():
    """Let a loop that draws random numbers go through its iterations one by one.

    TF 1.15 left it to its scheduler which iteration drew first: with a dropout in `dynamic_rnn`, one
    seed gave it other masks from run to run (last step first, first step first, or a mixture), unless
    the script said `parallel_iterations=1`. Here that order, the only one it ever defined, is always
    kept. The backward pass, and any other loop, stays as it is. (The random ops of a cell's variables
    are made while the loop is built, but outside it.)
    """
    from tensorflow.core.framework import attr_value_pb2
    from tensorflow.python.framework import ops
    from tensorflow.python.ops.control_flow_ops import WhileContext

    one = attr_value_pb2.AttrValue(i=1)
    native, init, asked = WhileContext.BuildLoop, WhileContext.__init__, weakref.WeakKeyDictionary()

    def build(self, *args, **kwargs):
        graph = ops.get_default_graph()
        first = graph.version
        result = native(self, *args, **kwargs)
        made = graph.get_operations()[first:]
        if any(_is_random(op) and _inside(op, self) for op in made):
            asked[self], self._parallel_iterations = self._parallel_iterations, 1
            for op in made:
                if op.type in ("Enter", "RefEnter") and op.get_attr("frame_name") == self.name.encode():
                    op._set_attr("parallel_iterations", one)
        return result

    def begin(self, *args, **kwargs):
        init(self, *args, **kwargs)
        if self.grad_state is not None:
            self._parallel_iterations = asked.get(self.grad_state.forward_context, self._parallel_iterations)

    WhileContext.BuildLoop, WhileContext.__init__ = build, functools.wraps(init)(begin)
    try:
        yield
    finally:
        WhileContext.BuildLoop, WhileContext.__init__ = native, init


def _is_random(op) -> bool:
    return any(attribute.name == "seed2" for attribute in op.op_def.attr)


def _inside(op, loop) -> bool:
    context = op._get_control_flow_context()
    while context is not None and context is not loop:
        context = context.outer_context
    return context is loop
