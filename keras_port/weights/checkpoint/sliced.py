"""Checkpoints V1: one sorted table of tensor slices, in one file or several.

Under the empty key stands what there is (SavedTensorSliceMeta); every other
entry is one slice of one variable, its numbers in a TensorProto.

Source: tensorflow 1.15 core/util/saved_tensor_slice.proto and
core/util/tensor_slice_writer.cc.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from keras_port.weights.checkpoint import sstable, tensors, wire
from keras_port.weights.checkpoint.contents import Checkpoint, Stored, unreadable
from keras_port.weights.checkpoint.wire import PARSING, WireError
from keras_port.weights.errors import CheckpointError


def read(path: Path, files: list[Path]) -> Checkpoint:
    """The checkpoint of all `files`. Raises CheckpointError."""
    described: dict[str, tuple] = {}
    parts: dict[str, dict] = {}
    for file in files:
        try:
            for name, part, data in _slices(file.read_bytes(), described):
                parts.setdefault(name, {})[part] = (file, data)
        except PARSING as error:
            raise CheckpointError(file, f"it is damaged: {error}", "copy the checkpoint again") from error
    variables = {}
    for name, (dtype, shape) in sorted(described.items()):
        found = parts.get(name, {})
        if dtype in tensors.UNREADABLE.values():
            variables[name] = unreadable(path, name, dtype, shape)
            continue
        if sum(math.prod(tensors.lengths_of(part)) for part in found) != math.prod(shape):
            raise CheckpointError(path, f"slices of {name} are missing", "copy all files of the checkpoint again")
        note = f"joined from {len(found)} slices" if len(found) > 1 else ""
        variables[name] = Stored(dtype, shape, _reader(name, dtype, shape, found), note)
    return Checkpoint(path, "TF1 checkpoint V1", variables)


def _slices(data: bytes, described: dict[str, tuple]):
    """(name, slice, TensorProto) of each entry; `described` takes name -> (dtype, shape)."""
    for key, value in sstable.read(data):
        found = wire.message(value)
        if not key:
            for meta in wire.message(wire.last(found, 1, b"")).get(1, ()):
                fields = wire.message(meta)
                shape = tensors.shape(wire.last(fields, 2, b""))
                described[wire.text(fields, 1)] = (tensors.dtype_name(wire.last(fields, 3, 0)), shape)
            continue
        fields = wire.message(wire.last(found, 2, b""))
        name = wire.text(fields, 1)
        if name not in described:
            raise WireError(f"{name} is not in its list of variables")
        part = tensors.tensor_slice(wire.last(fields, 2, b""), described[name][1])
        yield name, part, wire.last(fields, 3, b"")


def _reader(name: str, dtype: str, shape: tuple[int, ...], parts: dict):
    def read_variable() -> np.ndarray:
        array = np.empty(shape, tensors.numpy_dtype(dtype))
        for part, (file, data) in parts.items():
            try:
                values = tensors.tensor(data, sizes=tensors.lengths_of(part), dtype=dtype)
            except WireError as error:
                raise CheckpointError(file, f"{name} is damaged: {error}", "copy the checkpoint again") from error
            array[tensors.index_of(part)] = values
        return array

    return read_variable
