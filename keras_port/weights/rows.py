"""One row per TF1 variable, or per two that share Keras variables: names and the way between.

A transform works in both directions on NumPy arrays. Its linear part holds
for weights, gradients and optimizer slots alike; the forget bias, which TF1
adds at run time and Keras keeps inside the bias, is added to weights only.

Source: tensorflow 1.15 python/ops/rnn_cell_impl.py, BasicRNNCell and
BasicLSTMCell (gates i, j, f, o); Keras orders an LSTM's gates i, f, c, o.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

# Where each Keras gate stands in TF1's order: i, f, c, o out of i, j, f, o.
LSTM_GATES = (0, 2, 1, 3)
LSTM_FORGET = 2  # f in TF1's order


@dataclass(frozen=True)
class Transform:
    """A one-to-one way between TF1 arrays, mostly one, and one or more Keras arrays.

    split       TF1 arrays -> tuple of Keras arrays
    join        Keras arrays -> TF1 array, or a tuple of them
    tf1_shape   shapes of the Keras arrays -> shape of the TF1 array, or a tuple of them
    shift       in TF1's layout, adds sign * constant to weights, or None
    weights_only    why it holds for weights but not for slots, or empty
    with_forget_bias    a forget bias -> the same Transform with that one, or None where it adds none
    """

    split: Callable
    join: Callable
    tf1_shape: Callable
    shift: Callable | None = None
    weights_only: str = ""
    with_forget_bias: Callable | None = None

    def to_keras(self, *arrays: np.ndarray, weights: bool) -> tuple:
        """TF1 arrays -> Keras arrays; `weights=False` for slots and gradients."""
        if weights and self.shift:
            arrays = (self.shift(arrays[0], +1),)
        return self.split(*arrays)

    def to_tf1(self, arrays, *, weights: bool) -> np.ndarray | tuple:
        """Keras arrays -> TF1 array or arrays, the inverse of `to_keras`.

        Where a forget bias is added, (b + 1) - 1 rounds once: it is off by at
        most half a unit in the last place of b + 1, which is 2**-24 in
        float32 and 2**-53 in float64 as long as -1 <= b <= 1. Everything
        else comes back bit for bit.
        """
        array = self.join(*arrays)
        if weights and self.shift:
            array = self.shift(array, -1)
        return array


@dataclass(frozen=True)
class Row:
    """TF1 variables, mostly one, and the Keras variables that hold the same numbers.

    A Keras path is `layer/variable`: the name of a layer of the model, then
    the end of the variable's path inside it (`lstm/recurrent_kernel`).
    """

    tf1_name: str | tuple[str, ...]
    keras_paths: tuple[str, ...]
    transform: Transform

    @property
    def tf1_names(self) -> tuple[str, ...]:
        return (self.tf1_name,) if isinstance(self.tf1_name, str) else self.tf1_name


COPY = Transform(
    split=lambda array: (array,),
    join=lambda array: array,
    tf1_shape=lambda shape: tuple(shape),
)


def joint_kernel(order: tuple[int, ...], *, recurrent: int | None = None) -> Transform:
    """(inputs + outputs, gates * units) <-> kernel, recurrent_kernel.

    `recurrent` is the number of outputs of a cell that projects them; else
    there are as many as units.
    """
    inverse = inverse_of(order)

    def split(array):
        outputs = recurrent or array.shape[1] // len(order)
        array = reorder(array, order)
        return array[:-outputs], array[-outputs:]

    def join(of_input, of_output):
        return reorder(np.concatenate([of_input, of_output]), inverse)

    def tf1_shape(of_input, of_output):
        return (of_input[0] + of_output[0], of_input[1])

    return Transform(split, join, tf1_shape)


def gate_bias(order: tuple[int, ...], *, shifted: int | None = None, by: float = 0.0) -> Transform:
    """(gates * units,) <-> bias, with `by` added to the TF1 gate `shifted`, the forget gate, if Keras keeps it there."""
    inverse = inverse_of(order)

    def shift(array, sign):
        units = len(array) // len(order)
        array = np.array(array)
        array[shifted * units : (shifted + 1) * units] += array.dtype.type(sign * by)
        return array

    return Transform(
        split=lambda array: (reorder(array, order),),
        join=lambda bias: reorder(bias, inverse),
        tf1_shape=lambda shape: tuple(shape),
        shift=shift if by and shifted is not None else None,
        with_forget_bias=None if shifted is None else lambda other: gate_bias(order, shifted=shifted, by=other),
    )


def with_forget_bias(rows: Iterable[Row], asked: float | None, told: Mapping[str, float]) -> list[Row]:
    """The rows with the forget bias that is asked for, else with what is told of a TF1 name, else with their own."""
    found = []
    for row in rows:
        bias, make = told.get(row.tf1_names[0]) if asked is None else asked, row.transform.with_forget_bias
        found.append(row if bias is None or make is None else replace(row, transform=make(bias)))
    return found


def basic_rnn_cell(scope: str, layer: str) -> tuple[Row, ...]:
    """The rows of a TF1 BasicRNNCell in `scope` and a Keras SimpleRNN."""
    kernels = (f"{layer}/kernel", f"{layer}/recurrent_kernel")
    return (
        Row(f"{scope}/kernel", kernels, joint_kernel((0,))),
        Row(f"{scope}/bias", (f"{layer}/bias",), COPY),
    )


def basic_lstm_cell(scope: str, layer: str, *, forget_bias: float = 1.0) -> tuple[Row, ...]:
    """The rows of a TF1 BasicLSTMCell in `scope` and a Keras LSTM."""
    kernels = (f"{layer}/kernel", f"{layer}/recurrent_kernel")
    bias = gate_bias(LSTM_GATES, shifted=LSTM_FORGET, by=forget_bias)
    return (
        Row(f"{scope}/kernel", kernels, joint_kernel(LSTM_GATES)),
        Row(f"{scope}/bias", (f"{layer}/bias",), bias),
    )


def dense(kernel_name: str, bias_name: str, layer: str) -> tuple[Row, ...]:
    """The rows of `tf.matmul(x, kernel) + bias` and a Keras Dense layer."""
    return (
        Row(kernel_name, (f"{layer}/kernel",), COPY),
        Row(bias_name, (f"{layer}/bias",), COPY),
    )


def reorder(array: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """The equal blocks of the last axis, in another order."""
    blocks = np.split(array, len(order), axis=-1)
    return np.concatenate([blocks[index] for index in order], axis=-1)


def inverse_of(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(order.index(position) for position in range(len(order)))
