"""A sorted table of keys and values in a file, as LevelDB writes it and TF1 took it over.

    data blocks, an (empty) meta index, the index block, a footer of 48 bytes

A block holds entries that share the beginning of their key with the one
before, then restart points, its compression and its checksum. A checkpoint's
`.index` file is such a table, and so is a whole V1 checkpoint.

Source: LevelDB, doc/table_format.md; tensorflow 1.15 core/lib/io/table_builder.cc.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from keras_port.weights.checkpoint import crc32c, snappy
from keras_port.weights.checkpoint.wire import WireError, put_varint, varint

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
_FOOTER, _TRAILER = 48, 5
_BLOCK_SIZE, _RESTART_EVERY = 256 * 1024, 16  # TF1's


def is_table(data: bytes) -> bool:
    return len(data) >= _FOOTER and data[-8:] == MAGIC


def read(data: bytes) -> list[tuple[bytes, bytes]]:
    """All (key, value) of a table, in order. Raises WireError where it is damaged."""
    if not is_table(data):
        raise WireError("the table's last bytes are missing")
    footer = data[-_FOOTER:]
    _, at = _handle(footer, 0)
    index, _ = _handle(footer, at)
    found = []
    for _, handle in _entries(_block(data, index)):
        found += _entries(_block(data, _handle(handle, 0)[0]))
    if any(before >= after for (before, _), (after, _) in zip(found, found[1:])):
        raise WireError("the table's keys are out of order")
    return found


def _handle(data, at: int) -> tuple[tuple[int, int], int]:
    offset, at = varint(data, at)
    size, at = varint(data, at)
    return (offset, size), at


def _block(data: bytes, handle: tuple[int, int]) -> bytes:
    offset, size = handle
    end = offset + size
    if end + _TRAILER > len(data) - _FOOTER:
        raise WireError("a block lies outside the file")
    kind, stored = data[end], struct.unpack_from("<I", data, end + 1)[0]
    if crc32c.masked(data[offset : end + 1]) != stored:
        raise WireError(f"the checksum of the block at byte {offset} is wrong")
    if kind not in (0, 1):
        raise WireError(f"a block has the unknown compression {kind}")
    return snappy.unpack(data[offset:end]) if kind else data[offset:end]


def _entries(block: bytes) -> list[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise WireError("a block is too short")
    end = len(block) - 4 - 4 * struct.unpack_from("<I", block, len(block) - 4)[0]
    found, key, at = [], b"", 0
    while at < end:
        shared, at = varint(block, at)
        own, at = varint(block, at)
        size, at = varint(block, at)
        if shared > len(key) or at + own + size > end:
            raise WireError("an entry lies outside its block")
        key = key[:shared] + block[at : at + own]
        found.append((key, block[at + own : at + own + size]))
        at += own + size
    if end < 0:
        raise WireError("a block has more restarts than bytes")
    return found


def write(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A table of (key, value), sorted by key, without compression."""
    out, index, block, size = bytearray(), [], [], 0
    for key, value in entries:
        block.append((key, value))
        size += len(key) + len(value)
        if size >= _BLOCK_SIZE:
            index.append((block[-1][0], _append(out, block)))
            block, size = [], 0
    if block:
        index.append((block[-1][0], _append(out, block)))
    meta = _append(out, [])
    footer = meta + _append(out, index)
    return bytes(out + footer.ljust(_FOOTER - 8, b"\0") + MAGIC)


def _append(out: bytearray, entries: list[tuple[bytes, bytes]]) -> bytes:
    """Add a block and its trailer; returns its handle."""
    block, restarts, before = bytearray(), [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % _RESTART_EVERY == 0:
            restarts.append(len(block))
        else:
            while shared < min(len(before), len(key)) and before[shared] == key[shared]:
                shared += 1
        block += put_varint(shared) + put_varint(len(key) - shared) + put_varint(len(value)) + key[shared:] + value
        before = key
    restarts = restarts or [0]
    block += struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))
    handle = put_varint(len(out)) + put_varint(len(block))
    block.append(0)  # not compressed
    out += block + struct.pack("<I", crc32c.masked(block))
    return handle
