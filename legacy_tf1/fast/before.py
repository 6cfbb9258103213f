"""A linear layer that stands before a loop: two products in a row, with nothing between them, are one.

(x A + a) K + k is x (A K) + (a K + k). Where A widens x, the product over all rows and steps is the smaller for it, on
the way back too, and making A K costs no more than a step does. What the layer itself computes is then made only for
those who read it for something else. So it cannot be fed, and fetched in one run with a training step, it may come from
the weights after that step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from legacy_tf1.fast.formulas import plus
from legacy_tf1.fast.origins import followed

__all__ = ["Before", "before", "before_steps"]

# rows of a batch whose size is not known
ROWS = 32


@dataclass(frozen=True)
class Before:
    """The layer, n wide before it and m behind.

    Attributes:
        inputs: (..., m), what the layer and the ops behind it make.
        x: (time, batch, n), what the loop is given in its place.
        kernel, bias: (n, m) and (m,), as the layer's ops read them; bias None where there is none.
        path: the ops from the loop's inputs back to the product with the kernel; each one reads the next.
        parts: where they read kernel and bias: op, number of the input.
    """

    inputs: Any
    x: Any
    kernel: Any
    bias: Any
    path: list
    parts: list

    def join(self, weights):
        """The weights of a cell that is given `x` in the place of `inputs`."""
        import tensorflow.compat.v1 as tf

        halves = [tf.split(kernel, [_width(self.kernel), -1], axis=0) for kernel in weights.kernels]
        inputs = [upper for upper, _ in halves]
        kernels = [tf.concat([tf.matmul(self.kernel, upper), lower], axis=0) for upper, lower in halves]
        biases = weights.biases
        if self.bias is not None:
            biases = [bias + tf.matmul(self.bias[None], upper)[0] for bias, upper in zip(biases, inputs)]
        return replace(weights, kernels=kernels, biases=biases, inputs=inputs)

    def take_apart(self, gradients: dict, joined, weights) -> list:
        """Gradients of the kernel and, if there is one, of the bias.

        Args:
            gradients: `{tensor.ref(): gradient}`; those of `joined`, which `join` made, become those of `weights`.
        """
        import tensorflow.compat.v1 as tf

        of_kernel = of_bias = None
        for k, (kernel, bias) in enumerate(zip(weights.kernels, weights.biases)):
            upper = joined.inputs[k]
            of_x, of_states = tf.split(gradients.pop(joined.kernels[k].ref()), [_width(self.x), -1], axis=0)
            of_kernel = plus(of_kernel, tf.matmul(of_x, upper, transpose_b=True))
            of_inputs = tf.matmul(self.kernel, of_x, transpose_a=True)
            if self.bias is not None:
                of_sum = gradients.pop(joined.biases[k].ref())
                of_bias = plus(of_bias, tf.matmul(of_sum[None], upper, transpose_b=True)[0])
                of_inputs += self.bias[:, None] * of_sum[None]
                gradients[bias.ref()] = plus(gradients.get(bias.ref()), of_sum)
            whole = tf.concat([of_inputs, of_states], axis=0)
            gradients[kernel.ref()] = plus(gradients.get(kernel.ref()), whole)
        return [of_kernel] if self.bias is None else [of_kernel, of_bias]

    def first(self, state):
        """A first state; zeros for a batch as large as that of `inputs` are made without these."""
        import tensorflow.compat.v1 as tf

        units = _width(state)
        zeros = state.op.type == "Fill" and tf.get_static_value(state.op.inputs[1]) == 0
        if not zeros or None in (units, state.shape.rank) or not _is_size_of(self.inputs, state.op.inputs[0]):
            return state
        return tf.zeros([tf.shape(self.x)[1], units], state.dtype)


def before(inputs) -> Before | None:
    """The layer that makes a loop's inputs, (time, batch, m), of something narrower; None where there is none.

    Between it and the loop, rows may be put in another order or another shape, and nothing else.
    """
    steps, batch, _ = inputs.shape.as_list()
    return _found(inputs, steps * (batch or ROWS))


def before_steps(inputs: list) -> Before | None:
    """The same for a list of (batch, m), all that one op has made of a tensor: `tf.unstack`, `tf.split`, maybe reversed."""
    import tensorflow.compat.v1 as tf

    op, steps = inputs[0].op, len(inputs)
    forth = _are(op.outputs, inputs)
    if not forth and not _are(op.outputs, inputs[::-1]):
        return None
    axis = _axis_of_steps(op) if _is_plain(op) else None
    layer = None if axis is None else _found(op.inputs[_data(op)], steps * (inputs[0].shape.as_list()[0] or ROWS))
    if layer is None:
        return None
    x = layer.x
    if op.type == "Split":
        x = tf.reshape(x, [steps, -1, _width(x)])
    elif axis == 1:
        x = tf.transpose(x, [1, 0, 2])
    return replace(layer, x=x if forth else tf.reverse_v2(x, [0]), path=[op, *layer.path])


def _are(outputs, inputs) -> bool:
    return len(outputs) == len(inputs) and all(one is other for one, other in zip(outputs, inputs))


def _axis_of_steps(op) -> int | None:
    import tensorflow.compat.v1 as tf

    if op.type == "Split":
        return 0 if tf.get_static_value(op.inputs[0]) == 0 else None
    axis = op.get_attr("axis") % 3 if op.type == "Unpack" else None
    return None if axis == 2 else axis


def _found(inputs, rows: int) -> Before | None:
    import tensorflow.compat.v1 as tf

    path = _path_from(inputs)
    if path is None:
        return None
    matmul, kernel = path[-1], path[-1].inputs[1]
    narrow, width = kernel.shape.as_list() if kernel.shape.rank else (None, None)
    as_written = not matmul.get_attr("transpose_a") and not matmul.get_attr("transpose_b")
    if not as_written or None in (narrow, width) or not _pays(rows, narrow, width) or not all(map(_is_plain, path)):
        return None
    x = tf.identity(matmul.inputs[0])  # an op of our own: what is known of the shape of the script's stays
    x.set_shape([None, narrow])
    for op in reversed(path):
        x = _ROWS[op.type][1](op, x) if op.type in _ROWS else x
    x.set_shape([*inputs.shape.as_list()[:-1], narrow])
    adds = [(op, 1 - _data(op)) for op in path if op.type in _SUMS]
    (bias,) = [op.inputs[position] for op, position in adds] or [None]
    return Before(inputs, x, kernel, bias, path, [(matmul, 1), *adds])


def _path_from(inputs) -> list | None:
    """The ops from a product to these inputs, last one first; None where one does more than move rows or add one row."""
    path, tensor, width, sums = [], inputs, _width(inputs), 0
    while tensor.op.type != "MatMul":
        op = tensor.op
        path.append(op)
        if op.type in _SUMS and _adds_one_row(op, width) and not sums:
            sums += 1
        elif op.type not in _ROWS or not _ROWS[op.type][0](op):
            return None
        tensor = op.inputs[_data(op)]
        if width is None or _width(tensor) != width:
            return None
    return [*path, tensor.op]


def _pays(rows: int, narrow: int, width: int) -> bool:
    """Whether one product with the cell's kernel saves on these rows what A K costs."""
    return rows * (width - narrow) >= narrow * width


def _is_plain(op) -> bool:
    """Whether the op does what its type says and no more, forward and back."""
    own = op._gradient_function in (None, followed) and "_gradient_op_type" not in op.node_def.attr
    return own and not op.control_inputs and op._get_control_flow_context() is None


def _width(tensor) -> int | None:
    return tensor.shape.as_list()[-1] if tensor.shape.rank else None


def _data(op) -> int:
    """Which input of an op on the path makes the rows."""
    if op.type == "Split":
        return 1
    return 1 if op.type in _SUMS and op.inputs[0].shape.rank == 1 else 0


def _adds_one_row(op, width: int) -> bool:
    if op.type == "BiasAdd" and op.get_attr("data_format") != b"NHWC":
        return False
    rows, bias = op.inputs[_data(op)].shape, op.inputs[1 - _data(op)].shape
    return bias.rank == 1 and bias.as_list() == [width] and rows.rank is not None and rows.rank > 1


def _reshaped(op, x):
    import tensorflow.compat.v1 as tf

    *rows, _ = op.outputs[0].shape.as_list()
    if rows.count(None) > 1:
        asked = op.inputs[1]
        return tf.reshape(x, tf.concat([asked[:-1], tf.constant([_width(x)], asked.dtype)], axis=0))
    return tf.reshape(x, [*(-1 if size is None else size for size in rows), _width(x)])


def _transposed(op, x):
    import tensorflow.compat.v1 as tf

    return tf.transpose(x, op.inputs[1])


def _reversed(op, x):
    import tensorflow.compat.v1 as tf

    if op.type == "ReverseV2":
        return tf.reverse_v2(x, op.inputs[1])
    return tf.reverse_sequence(x, op.inputs[1], seq_axis=op.get_attr("seq_dim"), batch_axis=op.get_attr("batch_dim"))


def _spares_the_last(op) -> bool:
    """Whether an op that puts things in another order leaves the numbers of each row where they are."""
    import tensorflow.compat.v1 as tf

    last = op.outputs[0].shape.rank - 1
    if op.type == "ReverseSequence":
        return last not in (op.get_attr("seq_dim"), op.get_attr("batch_dim"))
    axes = tf.get_static_value(op.inputs[1])
    if axes is None:
        return False
    return axes[-1] == last if op.type == "Transpose" else not {last, -1} & set(axes.tolist())


_SUMS = ("Add", "AddV2", "BiasAdd")

# op that keeps rows together -> on which condition, and the same op over rows of another width
_ROWS = {
    "Identity": (lambda op: True, lambda op, x: x),
    "Reshape": (lambda op: op.outputs[0].shape.rank is not None, _reshaped),
    "Transpose": (_spares_the_last, _transposed),
    "ReverseV2": (_spares_the_last, _reversed),
    "ReverseSequence": (_spares_the_last, _reversed),
}


def _is_size_of(wanted, size) -> bool:
    """Whether a tensor of sizes asks for the shape of this one, and of nothing else."""
    op = size.op
    if op.type == "Shape":
        return op.inputs[0] is wanted
    return op.type in _SIZES and all(_is_size_of(wanted, part) for part in op.inputs)


_SIZES = ("Cast", "ConcatV2", "Const", "ExpandDims", "Identity", "Pack", "StridedSlice")
