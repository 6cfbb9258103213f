"""TF1 draws one kernel for input and state together; Keras draws two.

Source: tensorflow 1.15 python/ops/rnn_cell_impl.py, `build` of the cells,
and python/ops/init_ops.py, GlorotUniform (TF1's default initializer).
"""

from __future__ import annotations

import math

import keras
from keras import ops


def joint_glorot(*, inputs: int, units: int, gates: int = 1) -> dict:
    """The two kernel initializers of a recurrent layer, as TF1 draws them.

    A TF1 cell owns one kernel of shape (inputs + units, gates * units), and
    glorot uniform takes its limit from that joint shape. Drawing both Keras
    kernels from the same interval gives the same distribution.

    Returns keyword arguments for SimpleRNN (1 gate) or LSTM (4 gates). A GRU
    of TF1 has two such kernels: `joint_glorot_gru`.
    """
    limit = math.sqrt(6.0 / (inputs + units + gates * units))
    return _two(lambda: keras.initializers.RandomUniform(-limit, limit))


def joint_glorot_gru(*, inputs: int, units: int) -> dict:
    """The two kernel initializers of a GRU, as TF1 draws them.

    TF1's gates r, u share a kernel of shape (inputs + units, 2 * units), and
    the candidate has one of (inputs + units, units): two limits. Keras's
    kernels hold the blocks z, r, h.
    """
    gate, candidate = (math.sqrt(6.0 / (inputs + units + gates * units)) for gates in (2, 1))
    return _two(lambda: UniformBlocks([gate, gate, candidate]))


def _two(make) -> dict:
    # Two objects: one initializer used twice would draw the same numbers twice.
    return {name: make() for name in ("kernel_initializer", "recurrent_initializer")}


@keras.saving.register_keras_serializable(package="keras_port")
class UniformBlocks(keras.initializers.Initializer):
    """Equal blocks of columns, each uniform between its own -limit and limit."""

    def __init__(self, limits):
        self.limits = list(limits)
        self.blocks = [keras.initializers.RandomUniform(-limit, limit) for limit in self.limits]

    def __call__(self, shape, dtype=None):
        *rows, columns = shape
        part = (*rows, columns // len(self.blocks))
        return ops.concatenate([block(part, dtype=dtype) for block in self.blocks], axis=-1)

    def get_config(self):
        return {"limits": self.limits}


def joint_rows(initializer, sizes, columns: int) -> list:
    """Initializers of the pieces of one kernel (sum(sizes), columns), cut by rows.

    Each piece draws the whole kernel: a Keras initializer draws the same
    numbers every time. (Keras may also initialize while it traces a graph, and
    what is drawn there cannot be kept.)
    """

    def piece(begin, end):
        return lambda shape, dtype=None: initializer((sum(sizes), columns), dtype=dtype)[begin:end]

    ends = [sum(sizes[: k + 1]) for k in range(len(sizes))]
    return [piece(end - size, end) for size, end in zip(sizes, ends, strict=True)]
