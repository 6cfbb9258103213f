"""What our cells share: TF1's joint kernels, a zero first state, clipping, mixed precision."""

from __future__ import annotations

import keras
from keras import ops

from keras_port.layers.initializers import joint_rows
from keras_port.layers.state import HIDDEN, MEMORY


class Cell(keras.layers.Layer):
    """A recurrent cell for keras.layers.RNN and DynamicRNN.

    `initializer` draws each of TF1's kernels whole; None is TF1's default,
    glorot uniform. A subclass lists its constructor's arguments in
    `arguments` and sets `state_size` and `output_size`.
    """

    arguments: tuple[str, ...] = ()
    state_kinds: tuple = (HIDDEN,)

    def __init__(self, units, *, initializer=None, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units < 1:
            raise ValueError(f"{type(self).__name__}: units is {units}, but must be a whole number above zero")
        self.units = units
        self.initializer = keras.initializers.get(initializer or "glorot_uniform")

    def another_initializer(self):
        """The same distribution, other numbers, unless the initializer has a seed of its own."""
        clone = getattr(self.initializer, "clone", None)
        return clone() if clone else self.initializer

    def add_joint_kernel(self, names, sizes, columns: int) -> list:
        """One weight (size, columns) per name: the pieces, by rows, of one TF1 kernel."""
        drawn = joint_rows(self.another_initializer(), sizes, columns)
        return [
            self.add_weight(shape=(size, columns), initializer=piece, name=name)
            for name, size, piece in zip(names, sizes, drawn, strict=True)
        ]

    def add_kernel(self, name: str, *shape: int):
        return self.add_weight(shape=shape, initializer=self.another_initializer(), name=name)

    def add_bias(self, name: str, columns: int, start: float = 0.0):
        return self.add_weight(shape=(columns,), initializer=keras.initializers.Constant(start), name=name)

    def get_initial_state(self, batch_size=None):
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in sizes]

    def get_config(self):
        own = {name: getattr(self, name) for name in self.arguments}
        for name, value in own.items():
            if name.endswith("activation"):
                own[name] = keras.activations.serialize(value)
        return {
            **super().get_config(),
            "units": self.units,
            "initializer": keras.initializers.serialize(self.initializer),
            **own,
        }


class LSTMLike(Cell):
    """A cell with the state [h, c]: TF1's LSTMStateTuple(c, h)."""

    state_kinds = (HIDDEN, MEMORY)

    def set_sizes(self, num_proj=None) -> None:
        self.num_proj = num_proj
        self.output_size = self.units if num_proj is None else num_proj
        self.state_size = [self.output_size, self.units]


def split(gates, count: int) -> list:
    """Equal blocks of the last axis."""
    return ops.split(gates, count, axis=-1)


def clipped(x, bound):
    """x between -bound and bound; None leaves it as it is.

    The bound is made in x's dtype: PyTorch's clip would round it to float32.
    """
    if bound is None:
        return x
    return ops.clip(x, ops.convert_to_tensor(-bound, x.dtype), ops.convert_to_tensor(bound, x.dtype))


def seen(gate, peephole, c):
    """A gate before its sigmoid, with the memory as its peephole lets it see it."""
    return gate if peephole is None else gate + peephole * c
