"""How other ops compute a part of the graph, so that nobody notices but the clock.

The ordinary loop is made as always, and with it what a script may depend on: the variables, the names of ops, the
number of ops that seeds are counted by, and, in `tf.gradients`, all that on the way back. Then

- its results are handed on by `outlets`: ops that read the new values. Asked for its inputs, as `tf.gradients` asks
  on its way back, an outlet names the ordinary results;
- its sources (inputs, first states, weights) pass `inlets`: identities. The gradient that comes back to an inlet
  leaves it by a stand-in, which reads the new gradient as soon as all of them are known.

What nobody reads, a session does not run: the ordinary loop and its way back stay in the graph and cost nothing there.

An exchange may also compute a part of what stands before the loop (`follow`), which other ops may read as well. The
gradients of the weights there are replaced where they come from the inputs of exchanges alone; see origins.py.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from legacy_tf1.fast.graph import inlet, leads_to, of_shape, uncounted
from legacy_tf1.fast.origins import Call, calls, entry, followed
from legacy_tf1.seeds import counting

__all__ = ["Exchange", "exchanged_gradients"]


@dataclass(eq=False)
class Exchange:
    """One part of the graph that other ops compute.

    Attributes:
        backward: gradients of the results, None where there is none -> the gradients of the sources.
        results: how many there are.
        given, asked: in a call of `tf.gradients`, result's number -> its gradient, source's number -> its stand-in.
        parts: sources before the loop, their inlet's ref -> their number.
        followed: the numbers of the loop's inputs, where what stands before the loop is watched.
    """

    backward: Callable[[list], list]
    results: int
    given: dict = field(default_factory=dict)
    asked: dict = field(default_factory=dict)
    readers: dict = field(default_factory=dict)
    sources: list = field(default_factory=list)
    parts: dict = field(default_factory=dict)
    followed: range = range(0)

    def enter(self, inlets: list, tensors: list, readers: list) -> None:
        """Watch the sources, in their order: those that are read through inlets, and those that shall be.

        Args:
            tensors: sources that the ordinary loop reads itself; `readers`, for each, the ops that do, and at which input.
        """
        later = [inlet(tensor) for tensor in tensors]
        for source, ops in zip(later, readers):
            for op, position in ops:
                op._update_input(position, source)
        self.sources = [*inlets, *later]
        for number, source in enumerate(self.sources):
            source.op._gradient_function = functools.partial(self._on_entry, number)

    def follow(self, path: list, parts: list, inputs: int = 1) -> None:
        """Watch what stands before the loop, after `enter`: the ops from which the inputs come, back to the last one.

        A session refuses to feed their outputs: a value in the place of one would not reach the loop.

        Args:
            parts: further sources, which ops on that path read: op, number of its input.
            inputs: how many of the first sources are the inputs.
        """
        for op in path:
            op._gradient_function = followed
            for out in op.outputs:
                op.graph.prevent_feeding(out)
        self.parts = {entry(*part).ref(): len(self.sources) + number for number, part in enumerate(parts)}
        self.followed = range(inputs)

    def leave(self, ordinary: list, values: list) -> list:
        """For each result, its value with the way back of the ordinary one."""
        return [self._outlet(number, *pair) for number, pair in enumerate(zip(ordinary, values))]

    def _outlet(self, number: int, ordinary, value):
        with uncounted():
            out = of_shape(value, ordinary.shape)
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
        return self.ask(number, gradient)

    def ask(self, number: int, gradient):
        """The stand-in for the gradient of that source; until the exchange is settled, the ordinary one."""
        import tensorflow.compat.v1 as tf

        with uncounted():
            stand_in = self.asked[number] = tf.identity(gradient)
        calls[-1].origins[stand_in.ref()] = {self} if number in self.followed else set()
        self._met()
        return stand_in

    def ask_part(self, source, gradient):
        """The same, of a part of what stands before the loop."""
        return self.ask(self.parts[source.ref()], gradient)

    def _met(self) -> None:
        if self not in calls[-1].exchanges:
            calls[-1].exchanges.append(self)

    def settle(self) -> None:
        """Point the stand-ins to the new gradients."""
        given, self.given = self.given, {}
        for number, gradient in given.items():
            _count_one_sum(gradient, self.readers.pop(number))
        if self.asked:
            with uncounted():
                self._point(self.asked, self.backward([given.get(number) for number in range(self.results)]))

    def gate(self, wanted: set) -> None:
        """All gradients before any, once all exchanges are settled.

        An optimizer may write a variable in place as soon as its gradient is there, and the gradient of the inputs reads
        that very memory. Where nobody reads the gradient of the inputs, nobody waits for it either.

        Args:
            wanted: the ops whose values `tf.gradients` gives back.
        """
        import tensorflow.compat.v1 as tf

        asked, self.asked = self.asked, {}
        idle = [number for number in self.followed if number in asked and not leads_to(wanted, asked[number].op)]
        asked = {number: stand_in for number, stand_in in asked.items() if number not in idle}
        if asked:
            with uncounted():
                gated = tf.tuple([stand_in.op.inputs[0] for stand_in in asked.values()])
            self._point(asked, dict(zip(asked, gated)))

    @staticmethod
    def _point(asked: dict, gradients) -> None:
        for number, stand_in in asked.items():
            stand_in.op._update_input(0, gradients[number])


def _count_one_sum(gradient, readers: int) -> None:
    """What the readers of an outlet send back is summed there, and again where the ordinary result has other readers.

    Without the outlet, that were one sum.
    """
    here = gradient.op.type == "AddN" and 1 < len(gradient.op.inputs) <= readers
    if here and any(op.type == "AddN" for op in gradient.consumers()):
        counting.add(gradient.graph, -1)


def _ops_of(gradients) -> set:
    """The ops of gradients as `tf.gradients` returns them: tensors, slices, None."""
    flat = [part for g in gradients for part in (getattr(g, "values", g), getattr(g, "indices", None))]
    return {tensor.op for tensor in flat if tensor is not None}


@contextlib.contextmanager
def exchanged_gradients():
    """Let `tf.gradients` settle the exchanges on its way, while the block runs."""
    from tensorflow.python.ops import gradients_util

    native = gradients_util._GradientsHelper  # private: what tf.gradients and every optimizer call

    def gradients(*args, **kwargs):
        calls.append(Call())
        try:
            result = native(*args, **kwargs)
            for exchange in calls[-1].exchanges:
                exchange.settle()
            for exchange in calls[-1].exchanges:
                exchange.gate(_ops_of(result))
        finally:
            for exchange in calls.pop().exchanges:
                exchange.given, exchange.asked = {}, {}
        return result

    gradients_util._GradientsHelper = gradients
    try:
        yield
    finally:
        gradients_util._GradientsHelper = native
