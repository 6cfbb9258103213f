"""Layers over time: all steps laid out in the graph, the products that no step waits for made at once.

What the steps share is one product each: the inputs' projections, their gradient, and the gradient of the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from legacy_tf1.fast.formulas import Formula, plus

__all__ = ["Layer", "Pair", "Stack"]


@dataclass
class Layer:
    """One plain cell over (time, batch, inputs); `forward` comes before `backward`.

    Attributes:
        kernels, biases: the tensors, one of each for every product of a step.
        act, act_back: the activation and its gradient.
        forget_bias: of an LSTM; None for others.
        joined: the states are one tensor, side by side (state_is_tuple=False).
        inputs_kernels: with what the gradient of the inputs is made, where that is not the one of `x`: of kernels that
            are joined with a layer before the cell.
    """

    formula: Formula
    kernels: list
    biases: list
    act: Any
    act_back: Any
    forget_bias: float | None = None
    joined: bool = False
    inputs_kernels: list | None = None

    @property
    def states(self) -> int:
        """How many tensors the script sees as the cell's state."""
        return 1 if self.joined else self.formula.states

    def forward(self, x, states: list, running: list | None) -> list:
        """The states after the last step; `outputs` then holds the output of each step.

        Args:
            x: (time, batch, inputs), time and inputs static.
            states: of (batch, units).
            running: for each step, (batch, 1), whether a row's sequence goes on; elsewhere the states stay.
        """
        import tensorflow.compat.v1 as tf

        steps, _, inputs = x.shape.as_list()
        states = self._apart(states)
        self.x, self.running = tf.reshape(x, [-1, inputs]), running
        self.halves = [tf.split(kernel, [inputs, -1], axis=0) for kernel in self.kernels]
        self.recurrent = [recurrent for _, recurrent in self.halves]
        self.inputs_kernels = self.inputs_kernels or [of_inputs for of_inputs, _ in self.halves]
        projections = zip(*(self._projected(steps, *each) for each in zip(self.halves, self.biases)))
        self.operands, self.tapes, self.outputs = [], [], []
        for step, projection in enumerate(projections):
            new, operands, tape = self.formula.step(projection, states, self.recurrent, self.act)
            if running is not None:
                new = [tf.where_v2(running[step], after, before) for after, before in zip(new, states)]
            states = new
            self.operands.append(operands)
            self.tapes.append(tape)
            self.outputs.append(states[-1])
        return self._together(states)

    def _apart(self, states: list) -> list:
        import tensorflow.compat.v1 as tf

        if not self.joined:
            return states
        return [None] * self.formula.states if states[0] is None else tf.split(states[0], self.formula.states, axis=1)

    def _together(self, states: list) -> list:
        import tensorflow.compat.v1 as tf

        return [tf.concat(states, axis=1)] if self.joined else states

    def _projected(self, steps: int, halves, bias):
        import tensorflow.compat.v1 as tf

        (columns,) = bias.shape.as_list()
        if self.forget_bias:
            quarter = columns // 4
            bias = bias + tf.constant([0.0] * 2 * quarter + [self.forget_bias] * quarter + [0.0] * quarter, bias.dtype)
        projections = tf.nn.bias_add(tf.matmul(self.x, halves[0]), bias)
        return tf.unstack(tf.reshape(projections, [steps, -1, columns]))

    def backward(self, over_time: list, last: list) -> tuple[Any, list, list, list]:
        """Gradients of the inputs, the first states, the kernels and the biases.

        Args:
            over_time: the gradient of the output at each step; None where there is none.
            last: those of the last states, None where there is none.
        """
        import tensorflow.compat.v1 as tf

        gradients, steps = list(self._apart(last)), len(self.tapes)
        by_step: list = [None] * steps
        for step in reversed(range(steps)):
            gradients[-1] = plus(gradients[-1], over_time[step])
            by_step[step], gradients = self._step_back(step, gradients)
        flat = [tf.concat(of_product, axis=0) for of_product in zip(*by_step)]
        operands = [tf.concat(of_product, axis=0) for of_product in zip(*self.operands)]
        kernels = [
            tf.concat([tf.matmul(part, dz, transpose_a=True) for part in (self.x, operand)], axis=0)
            for operand, dz in zip(operands, flat)
        ]
        biases = [tf.raw_ops.BiasAddGrad(out_backprop=dz) for dz in flat]
        inputs = None
        for of_inputs, dz in zip(self.inputs_kernels, flat):
            inputs = plus(inputs, tf.matmul(dz, of_inputs, transpose_b=True))
        inputs = tf.reshape(inputs, [steps, -1, inputs.shape.as_list()[1]])
        return inputs, self._together(gradients), kernels, biases

    def _step_back(self, step: int, gradients: list):
        import tensorflow.compat.v1 as tf

        if gradients[-1] is None:  # nobody wants the output
            gradients = [*gradients[:-1], tf.zeros_like(self.outputs[step])]
        kept: list = [None] * len(gradients)
        if self.running is not None:
            runs, nothing = self.running[step], tf.zeros_like(gradients[-1])
            kept = [None if g is None else tf.where_v2(runs, nothing, g) for g in gradients]
            gradients = [None if g is None else tf.where_v2(runs, g, nothing) for g in gradients]
        back = self.formula.back(self.tapes[step], gradients, self.recurrent, self.act_back)
        return back[0], [plus(new, old) for new, old in zip(back[1], kept)]


class Stack:
    """Layers one above the other, each over all steps.

    Attributes:
        sequence: the outputs of the uppermost, (time, batch, units).
        states: the last ones, of all layers.
    """

    def __init__(self, layers: list[Layer], x, firsts: list, running):
        """`x` is (time, batch, inputs); `firsts` are the first states of all layers.

        `running`, (time, batch, 1), says where a row's sequence goes on; None: everywhere.
        """
        import tensorflow.compat.v1 as tf

        self.layers, self.states = layers, []
        by_step = None if running is None else tf.unstack(running)
        for layer in layers:
            own, firsts = firsts[: layer.states], firsts[layer.states :]
            self.states += layer.forward(x, own, by_step)
            x = tf.stack(layer.outputs)
        self.sequence = x

    def backward(self, outputs, last: list) -> tuple[Any, list, dict]:
        """Gradients of x, of the first states, and of the weights: `{tensor.ref(): gradient}`.

        Args:
            outputs: gradients of the outputs, a tensor like `sequence` or a list by step; None where there is none.
            last: gradients of the last states.
        """
        import tensorflow.compat.v1 as tf

        firsts: list = []
        weights: dict = {}
        steps = len(self.layers[0].outputs)
        for layer in reversed(self.layers):
            own, last = last[-layer.states :], last[: -layer.states]
            by_step = [None] * steps if outputs is None else outputs if _is_list(outputs) else tf.unstack(outputs)
            outputs, states, kernels, biases = layer.backward(by_step, own)
            firsts[:0] = states
            for tensor, gradient in zip([*layer.kernels, *layer.biases], [*kernels, *biases]):
                weights[tensor.ref()] = plus(weights.get(tensor.ref()), gradient)
        return outputs, firsts, weights


class Pair:
    """Two stacks side by side, each over a half of the batch: two chains of steps, for two cores."""

    def __init__(self, layers: tuple[list[Layer], list[Layer]], x, firsts: list, running):
        """The arguments of Stack, but layers for each of the two."""
        import tensorflow.compat.v1 as tf

        batch = x.shape.as_list()[1] or tf.shape(x)[1]
        self.sizes = [batch // 2, batch - batch // 2]
        halves = [self._split(x, 1), self._split_each(firsts), self._split(running, 1)]
        self.stacks = [Stack(*half) for half in zip(layers, *halves)]
        self.sequence = tf.concat([stack.sequence for stack in self.stacks], axis=1)
        self.states = self._join_each([stack.states for stack in self.stacks])

    def backward(self, outputs, last: list) -> tuple[Any, list, dict]:
        """As Stack's."""
        import tensorflow.compat.v1 as tf

        outputs = self._split_each(outputs) if _is_list(outputs) else self._split(outputs, 1)
        backs = [stack.backward(*half) for stack, *half in zip(self.stacks, outputs, self._split_each(last))]
        xs, firsts, weights = zip(*backs)
        weights = {tensor: gradient + weights[1][tensor] for tensor, gradient in weights[0].items()}
        return tf.concat(xs, axis=1), self._join_each(firsts), weights

    def _split(self, tensor, axis: int) -> list:
        import tensorflow.compat.v1 as tf

        return [None, None] if tensor is None else tf.split(tensor, self.sizes, axis=axis)

    def _split_each(self, tensors: list) -> list:
        return list(zip(*(self._split(tensor, 0) for tensor in tensors)))

    def _join_each(self, halves) -> list:
        import tensorflow.compat.v1 as tf

        return [None if None in pair else tf.concat(pair, axis=0) for pair in zip(*halves)]


def _is_list(outputs) -> bool:
    return isinstance(outputs, (list, tuple))
