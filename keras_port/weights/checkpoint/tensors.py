"""Tensors in TF1's files: dtypes, shapes, slices, and TensorProto.

Source: tensorflow 1.15 core/framework/types.proto, tensor_shape.proto,
tensor_slice.proto and tensor.proto.
"""

from __future__ import annotations

import math

import numpy as np

from keras_port.weights.checkpoint import wire
from keras_port.weights.checkpoint.wire import WireError

# number in types.proto -> NumPy's name
DTYPES = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 8: "complex64", 9: "int64",
    10: "bool", 11: "int8", 12: "uint8", 13: "int32", 14: "bfloat16", 15: "int16", 16: "uint16", 17: "uint16",
    18: "complex128", 19: "float16", 22: "uint32", 23: "uint64",
}  # fmt: skip
NUMBERS = {name: number for number, name in sorted(DTYPES.items(), reverse=True)} | {"uint16": 17}  # 16: quantized
UNREADABLE = {7: "string", 20: "resource", 21: "variant"}

# TensorProto's typed fields: which holds a dtype's numbers, and as what
_FIXED = {"float32": (5, "<f4"), "float64": (6, "<f8"), "complex64": (9, "<c8"), "complex128": (12, "<c16")}
_VARINT = {"int64": 10, "bool": 11, "uint32": 16, "uint64": 17}
_HALF, _INT = 13, 7  # half_val holds bits; int_val all small integers

Slice = tuple[tuple[int, int], ...]  # (start, length) of each axis


def numpy_dtype(name: str) -> np.dtype:
    if name == "bfloat16":
        import ml_dtypes  # Keras's own dependency

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def dtype_name(number: int) -> str:
    """NumPy's name, or TF1's for what no array holds. Raises WireError."""
    name = DTYPES.get(number) or UNREADABLE.get(number)
    if name is None:
        raise WireError(f"the unknown dtype {number}")
    return name


def shape(data: bytes) -> tuple[int, ...]:
    """A TensorShapeProto; an unknown size is refused."""
    found = wire.message(data)
    sizes = tuple(wire.signed(wire.last(wire.message(axis), 1, 0)) for axis in found.get(2, ()))
    if wire.last(found, 3, 0) or any(size < 0 for size in sizes):
        raise WireError("a variable has an unknown shape")
    return sizes


def tensor_slice(data: bytes, whole: tuple[int, ...]) -> Slice:
    """A TensorSliceProto of a tensor of the shape `whole`."""
    extents = [wire.message(extent) for extent in wire.message(data).get(1, ())]
    if len(extents) != len(whole):
        raise WireError("a slice has another rank than its variable")
    found = []
    for extent, size in zip(extents, whole, strict=True):
        start = wire.signed(wire.last(extent, 1, 0))
        length = wire.signed(wire.last(extent, 2, 0)) if 2 in extent else size - start
        if start < 0 or length < 0 or start + length > size:
            raise WireError("a slice lies outside its variable")
        found.append((start, length))
    return tuple(found)


def index_of(part: Slice) -> tuple[slice, ...]:
    return tuple(slice(start, start + length) for start, length in part)


def lengths_of(part: Slice) -> tuple[int, ...]:
    return tuple(length for _, length in part)


def from_bytes(data: bytes, dtype: str, sizes: tuple[int, ...], *, big_endian: bool = False) -> np.ndarray:
    """An array out of its plain bytes. Raises WireError if there are too few or too many."""
    kind = numpy_dtype(dtype)
    if len(data) != kind.itemsize * math.prod(sizes):
        raise WireError(f"{len(data)} bytes for a {dtype} of shape {sizes}")
    array = np.frombuffer(data, kind).reshape(sizes)
    return array.byteswap() if big_endian else array.copy()


def tensor(data: bytes, *, sizes: tuple[int, ...] | None = None, dtype: str = "") -> np.ndarray:
    """A TensorProto as an array; `sizes` and `dtype` where it does not say them itself."""
    found = wire.message(data)
    dtype = dtype or dtype_name(wire.last(found, 1, 0))
    if dtype in UNREADABLE.values():
        raise WireError(f"a tensor of dtype {dtype}")
    sizes = shape(wire.last(found, 2, b"")) if sizes is None else sizes
    if content := wire.last(found, 4, b""):
        return from_bytes(content, dtype, sizes)
    values = _values(found, dtype)
    count = math.prod(sizes)
    if len(values) > count:
        raise WireError(f"{len(values)} values for a tensor of shape {sizes}")
    if len(values) < count:  # the last value stands for all that follow; none at all for zeros
        tail = values[-1] if len(values) else np.zeros((), values.dtype)
        values = np.concatenate([values, np.full(count - len(values), tail, values.dtype)])
    return values.reshape(sizes)


def _values(found: dict[int, list], dtype: str) -> np.ndarray:
    """What the typed fields hold, one-dimensional."""
    kind = numpy_dtype(dtype)
    if dtype in _FIXED:
        number, raw = _FIXED[dtype]
        data = b"".join(value for value in found.get(number, ()) if isinstance(value, bytes))
        if len(data) % kind.itemsize:
            raise WireError(f"{len(data)} bytes of {dtype}")
        return np.frombuffer(data, raw).astype(kind)
    if dtype in ("float16", "bfloat16"):
        bits = wire.packed_varints(found.get(_HALF, []))
        return np.array([value & 0xFFFF for value in bits], np.uint16).view(kind)
    numbers = wire.packed_varints(found.get(_VARINT.get(dtype, _INT), []))
    return np.array(numbers, np.uint64).astype(kind)
