"""What every engine produces and the comparison consumes: a stream of frames.

    start   the state before the first step
    step    one training step, numbered from 0
    end     the state after the last one, and how well it does on the test set

A frame is one JSON line that names its arrays, followed by their bytes, so a trace passes down a
pipe or lies in a file, and memory stays flat in the number of steps. Arrays are keyed by TF1's
names: `var/NAME` for weights and slots, `grad/NAME`, `logits`, `loss`, `feed/TENSOR`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np

__all__ = ["Frame", "TraceError", "frames", "part", "write_frame"]

KINDS = ("start", "step", "end")


class TraceError(Exception):
    """A trace that breaks off or is not a trace."""


@dataclass
class Frame:
    """One piece of a trace: its kind, plain facts (`meta`) and arrays."""

    kind: str
    meta: dict = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    arrays = {name: np.asarray(array, order="C") for name, array in frame.arrays.items()}
    table = [(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    stream.write(json.dumps({"kind": frame.kind, "meta": frame.meta, "arrays": table}).encode() + b"\n")
    stream.writelines(array.data for array in arrays.values())
    stream.flush()


def frames(stream: BinaryIO, *, copy_to: BinaryIO | None = None) -> Iterator[Frame]:
    """The frames of a stream, up to and including its `end`.

    Args:
        copy_to: a second reader, which is handed every frame as it was.

    Raises:
        TraceError: the stream ends before its `end` frame, or holds something else.
    """
    while True:
        line = stream.readline()
        head = _head(line)
        data = stream.read(sum(_size(*row) for row in head["arrays"]))
        if copy_to is not None:
            copy_to.write(line)
            copy_to.write(data)
            copy_to.flush()
        yield Frame(head["kind"], head["meta"], dict(_arrays(head, data)))
        if head["kind"] == "end":
            return


def part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """The arrays below `prefix/`, without it."""
    return {name[len(prefix) + 1 :]: array for name, array in arrays.items() if name.startswith(f"{prefix}/")}


def _head(line: bytes) -> dict:
    if not line.endswith(b"\n"):
        raise TraceError("the trace breaks off before its end frame")
    try:
        head = json.loads(line)
        if head["kind"] in KINDS and isinstance(head["meta"], dict):
            sum(_size(*row) for row in head["arrays"])
            return head
    except (ValueError, KeyError, TypeError):
        pass
    raise TraceError(f"not a trace: {line[:60]!r}")


def _size(name: str, dtype: str, shape: list[int]) -> int:
    return np.dtype(dtype).itemsize * math.prod(shape)


def _arrays(head: dict, data: bytes) -> Iterator[tuple[str, np.ndarray]]:
    position = 0
    for name, dtype, shape in head["arrays"]:
        if position + _size(name, dtype, shape) > len(data):
            raise TraceError(f"the trace breaks off inside {name} of a {head['kind']} frame")
        count = math.prod(shape)
        yield name, np.frombuffer(data, dtype, count, position).reshape(shape)
        position += _size(name, dtype, shape)
