"""What a checkpoint holds, whatever its kind: named variables, read when asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_port.weights.errors import CheckpointError


@dataclasses.dataclass(frozen=True)
class Stored:
    """One variable of a file.

    Attributes:
        dtype: NumPy's name, or `string`, `resource`, `variant`.
        shape: of the whole variable, where it is stored in parts too.
        read: returns the array; raises CheckpointError where the file is damaged.
        note: why it cannot be read, or how it was put together; else empty.
        readable: whether `read` gives an array.
    """

    dtype: str
    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]
    note: str = ""
    readable: bool = True


def unreadable(path: Path, name: str, dtype: str, shape: tuple[int, ...]) -> Stored:
    """A variable of strings, resources or variants: listed, and refused where it is read."""

    def refuse():
        raise CheckpointError(path, f"{name} holds no numbers", "leave it out")

    return Stored(dtype, shape, refuse, f"holds {dtype}s, not numbers", readable=False)


@dataclasses.dataclass
class Checkpoint:
    """The variables of a checkpoint, and what its graph says, if there is one.

    Attributes:
        path: the file or prefix that was read.
        kind: in words, such as `TF1 checkpoint V2`.
        variables: name -> Stored, sorted by name.
        forget_biases: scope of a cell -> the constant its graph adds to the forget gate.
        signatures: of a SavedModel: key -> {"inputs": {name: tensor}, "outputs": ...}.
    """

    path: Path
    kind: str
    variables: dict[str, Stored]
    forget_biases: dict[str, float] = dataclasses.field(default_factory=dict)
    signatures: dict[str, dict] = dataclasses.field(default_factory=dict)

    def arrays(self, names=None) -> dict[str, np.ndarray]:
        """The arrays of the names, or of all that can be read. Raises CheckpointError."""
        if names is None:
            names = [name for name, stored in self.variables.items() if stored.readable]
        return {name: self.variables[name].read() for name in names}
