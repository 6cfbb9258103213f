"""Checkpoints V2, "tensor bundles": PREFIX.index and PREFIX.data-00000-of-0000N.

The index is a sorted table: under the empty key a header, under each name
the dtype, shape, place and checksum of a variable. A variable in slices has
an entry that lists them, and one entry per slice under an encoded key.

Source: tensorflow 1.15 core/protobuf/tensor_bundle.proto,
core/util/tensor_bundle/tensor_bundle.cc, core/util/saved_tensor_slice_util.cc
and core/lib/strings/ordered_code.cc.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np

from keras_port.weights.checkpoint import crc32c, sstable, tensors, wire
from keras_port.weights.checkpoint.contents import Checkpoint, Stored, unreadable
from keras_port.weights.checkpoint.wire import PARSING, WireError
from keras_port.weights.errors import CheckpointError

COPY_AGAIN = "copy the checkpoint again, all of its files"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A BundleEntryProto."""

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    slices: tuple[bytes, ...]


def read(prefix: Path) -> Checkpoint:
    """The checkpoint at `prefix`. Raises CheckpointError."""
    index = prefix.with_name(prefix.name + ".index")
    try:
        table = dict(sstable.read(index.read_bytes()))
        shards, big_endian = _header(table.pop(b"", b""))
        entries = {key: _entry(value) for key, value in table.items()}
        files = [shard_file(prefix, number, shards) for number in range(shards)]
        _check_places(index, files, entries)
        variables = {}
        for key, entry in sorted(entries.items()):
            if not key.startswith(b"\0"):  # where slices have their keys
                variables[key.decode("utf-8")] = _stored(index, key, entry, entries, files, big_endian)
    except PARSING as error:
        raise CheckpointError(index, f"it is damaged: {error}", COPY_AGAIN) from error
    return Checkpoint(prefix, "TF1 checkpoint V2", variables)


def shard_file(prefix: Path, number: int, shards: int) -> Path:
    return prefix.with_name(f"{prefix.name}.data-{number:05d}-of-{shards:05d}")


def _header(data: bytes) -> tuple[int, bool]:
    """How many data files there are, and whether their bytes are big-endian."""
    found = wire.message(data)
    shards, endianness = wire.last(found, 1, 0), wire.last(found, 2, 0)
    if not 0 < shards < 100_000 or endianness not in (0, 1):
        raise WireError("its header is missing or makes no sense")
    return shards, endianness == 1


def _entry(data: bytes) -> Entry:
    found = wire.message(data)
    crc = wire.last(found, 6, b"\0\0\0\0")
    return Entry(
        dtype=tensors.dtype_name(wire.last(found, 1, 0)),
        shape=tensors.shape(wire.last(found, 2, b"")),
        shard=wire.last(found, 3, 0),
        offset=wire.last(found, 4, 0),
        size=wire.last(found, 5, 0),
        crc=int.from_bytes(crc, "little"),
        slices=tuple(found.get(7, ())),
    )


def _check_places(index: Path, files: list[Path], entries: dict[bytes, Entry]) -> None:
    """Every data file is there, and long enough."""
    ends = [0] * len(files)
    for key, entry in entries.items():
        if entry.shard >= len(files):
            raise WireError(f"{key.decode(errors='replace')} lies in data file {entry.shard} of {len(files)}")
        ends[entry.shard] = max(ends[entry.shard], entry.offset + entry.size)
    for file, end in zip(files, ends, strict=True):
        if not file.is_file():
            raise CheckpointError(file, f"this data file of {index.name} is missing", COPY_AGAIN)
        if file.stat().st_size < end:
            size = file.stat().st_size
            raise CheckpointError(file, f"it is cut off: {size} bytes, but the index says {end}", COPY_AGAIN)


def _stored(index, key, entry, entries, files, big_endian) -> Stored:
    name = key.decode("utf-8")
    if entry.dtype in tensors.UNREADABLE.values():
        return unreadable(index, name, entry.dtype, entry.shape)
    if not entry.slices:
        whole = tuple((0, size) for size in entry.shape)
        return Stored(entry.dtype, entry.shape, _reader(files, name, entry, {whole: entry}, big_endian))
    parts = {}
    for data in entry.slices:
        part = tensors.tensor_slice(data, entry.shape)
        found = entries.get(slice_key(name, part)) or entries.get(slice_key(name, _full(part, entry.shape)))
        if found is None:
            raise WireError(f"a slice of {name} is missing")
        parts[part] = found
    covered = sum(math.prod(tensors.lengths_of(part)) for part in parts)
    if covered != math.prod(entry.shape):
        raise WireError(f"the {len(parts)} slices of {name} do not make up its shape {entry.shape}")
    note = f"joined from {len(parts)} slices"
    return Stored(entry.dtype, entry.shape, _reader(files, name, entry, parts, big_endian), note)


def _reader(files, name, entry, parts, big_endian):
    def read_variable() -> np.ndarray:
        array = np.empty(entry.shape, tensors.numpy_dtype(entry.dtype))
        for part, place in parts.items():
            data = _data(files[place.shard], name, place)
            try:
                sizes = tensors.lengths_of(part)
                array[tensors.index_of(part)] = tensors.from_bytes(data, entry.dtype, sizes, big_endian=big_endian)
            except WireError as error:
                raise CheckpointError(files[place.shard], f"{name} is damaged: {error}", COPY_AGAIN) from error
        return array

    return read_variable


def _data(file: Path, name: str, entry: Entry) -> bytes:
    try:
        with file.open("rb") as opened:
            opened.seek(entry.offset)
            data = opened.read(entry.size)
    except OSError as error:
        raise CheckpointError(file, f"it cannot be read: {error.strerror}", COPY_AGAIN) from error
    if crc32c.masked(data) != entry.crc:
        raise CheckpointError(file, f"{name} is damaged: its checksum is wrong", COPY_AGAIN)
    return data


def _full(part: tensors.Slice, whole: tuple[int, ...]) -> tensors.Slice:
    """The same slice as TF1 encodes it: a full axis is (0, -1)."""
    return tuple((0, -1) if extent == (0, size) else extent for extent, size in zip(part, whole, strict=True))


def slice_key(name: str, part: tensors.Slice) -> bytes:
    """The key of one slice, in TF1's order-preserving code."""
    escaped = name.encode("utf-8").replace(b"\xff", b"\xff\0").replace(b"\0", b"\0\xff")
    numbers = b"".join(_ordered(start) + _ordered(length) for start, length in part)
    return _unsigned(0) + escaped + b"\0\1" + _unsigned(len(part)) + numbers


def _unsigned(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _ordered(value: int) -> bytes:
    """A signed number: as many leading ones as it has bytes, then its bits; all flipped if it is negative."""
    size = 1
    while not -(1 << 7 * size - 1) <= value < 1 << 7 * size - 1:
        size += 1
    header = (1 << size) - 1 << 7 * size
    return (value & (1 << 8 * size) - 1 ^ header).to_bytes(size, "big")
