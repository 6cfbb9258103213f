"""How other ops compute a part of the graph, so that nobody notices but the clock.

The ordinary loop is made as always, and with it what a script may depend on: the variables, the names of ops, the
number of ops that seeds are counted by, and, in `tf.gradients`, all that on the way back. Then

- its results are handed on by `outlets`: ops that read the new values. Asked for its inputs, as `tf.gradients` asks
  on its way back, an outlet names the ordinary results;
- its sources (inputs, first states, weights) pass `inlets`: identities. The gradient that comes back to an inlet
  leaves it by a stand-in, which reads the new gradient as soon as all of them are known.

What nobody reads, a session does not run: the ordinary loop and its way back stay in the graph and cost nothing there.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from legacy_tf1.seeds import counting

__all__ = ["Exchange", "exchanged_gradients", "inlet", "uncounted"]

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


@dataclass(eq=False)
class Exchange:
    """One part of the graph that other ops compute.

    Attributes:
        backward: gradients of the results, None where there is none -> the gradients of the sources.
        results: how many there are.
    """

    backward: Callable[[list], list]
    results: int
    given: dict = field(default_factory=dict)
    asked: dict = field(default_factory=dict)
    readers: dict = field(default_factory=dict)

    def enter(self, inlets: list, tensors: list, readers: list) -> None:
        """Watch the sources, in their order: those that are read through inlets, and those that shall be.

        Args:
            tensors: sources that the ordinary loop reads itself; `readers`, for each, the ops that do, and at which input.
        """
        later = [inlet(tensor) for tensor in tensors]
        for source, ops in zip(later, readers):
            for op, position in ops:
                op._update_input(position, source)
        for number, source in enumerate([*inlets, *later]):
            source.op._gradient_function = functools.partial(self._on_entry, number)

    def leave(self, ordinary: list, values: list) -> list:
        """For each result, its value with the way back of the ordinary one."""
        return [self._outlet(number, *pair) for number, pair in enumerate(zip(ordinary, values))]

    def _outlet(self, number: int, ordinary, value):
        with uncounted():
            out = _of_shape(value, ordinary.shape)
        out.op._gradient_function = functools.partial(self._on_leaving, number)
        out.op._inputs_val = (ordinary,)  # what `op.inputs` answers; the graph itself reads `value`
        return out

    def _on_leaving(self, number: int, op, gradient):
        import tensorflow.compat.v1 as tf

        with uncounted():
            self.given[number] = tf.convert_to_tensor(gradient)
        self.readers[number] = len(op.outputs[0].consumers())
        self._met()
        return gradient

    def _on_entry(self, number: int, op, gradient):
        import tensorflow.compat.v1 as tf

        with uncounted():
            self.asked[number] = tf.identity(gradient)
        self._met()
        return self.asked[number]

    def _met(self) -> None:
        if self not in _calls[-1]:
            _calls[-1].append(self)

    def settle(self) -> None:
        """Point the stand-ins to the new gradients."""
        import tensorflow.compat.v1 as tf

        given, asked = self.given, self.asked
        self.given, self.asked = {}, {}
        for number, gradient in given.items():
            _count_one_sum(gradient, self.readers.pop(number))
        if not asked:
            return
        with uncounted():
            gradients = self.backward([given.get(number) for number in range(self.results)])
            # all before any: an optimizer may write a variable in place as soon as its gradient is there, and the
            # gradient of the inputs reads that very memory
            gated = tf.tuple([gradients[number] for number in asked])
        for stand_in, gradient in zip(asked.values(), gated):
            stand_in.op._update_input(0, gradient)


def _count_one_sum(gradient, readers: int) -> None:
    """What the readers of an outlet send back is summed there, and again where the ordinary result has other readers.

    Without the outlet, that were one sum.
    """
    here = gradient.op.type == "AddN" and 1 < len(gradient.op.inputs) <= readers
    if here and any(op.type == "AddN" for op in gradient.consumers()):
        counting.add(gradient.graph, -1)


def _of_shape(value, shape):
    """The value as an op of exactly that static shape: what is known of it decides which ops others make of it."""
    import tensorflow.compat.v1 as tf

    out = tf.identity(value)
    out.set_shape(shape)
    return out if str(out.shape) == str(shape) else tf.placeholder_with_default(value, shape)


# for each call of tf.gradients that is running, the exchanges that it came across
_calls: list[list[Exchange]] = []


@contextlib.contextmanager
def exchanged_gradients():
    """Let `tf.gradients` settle the exchanges on its way, while the block runs."""
    from tensorflow.python.ops import gradients_util

    native = gradients_util._GradientsHelper  # private: what tf.gradients and every optimizer call

    def gradients(*args, **kwargs):
        _calls.append([])
        try:
            result = native(*args, **kwargs)
            for exchange in _calls[-1]:
                exchange.settle()
        finally:
            for exchange in _calls.pop():
                exchange.given, exchange.asked = {}, {}
        return result

    gradients_util._GradientsHelper = gradients
    try:
        yield
    finally:
        gradients_util._GradientsHelper = native
