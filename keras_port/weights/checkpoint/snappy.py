"""Snappy's raw format, unpacked: a length, then literals and copies of what came before.

Source: github.com/google/snappy, format_description.txt.
"""

from __future__ import annotations

from keras_port.weights.checkpoint.wire import WireError, varint


def unpack(data: bytes, *, limit: int = 2**31) -> bytes:
    """The bytes that were packed. Raises WireError where `data` is damaged."""
    size, at = varint(data, 0)
    if size > limit:
        raise WireError(f"a compressed block of {size} bytes")
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length, at = _literal(data, tag, at)
            if length > len(data) - at:
                raise WireError("a compressed block ends early")
            out += data[at : at + length]
            at += length
            continue
        width = (None, 1, 2, 4)[tag & 3]
        if width > len(data) - at:
            raise WireError("a compressed block ends early")
        offset, length = int.from_bytes(data[at : at + width], "little"), (tag >> 2) + 1
        if width == 1:
            offset, length = offset | tag >> 5 << 8, (tag >> 2 & 7) + 4
        at += width
        _copy(out, offset, length)
    if len(out) != size:
        raise WireError("a compressed block has another length than it says")
    return bytes(out)


def _literal(data: bytes, tag: int, at: int) -> tuple[int, int]:
    """How long a literal is, and where it starts."""
    extra = max(0, (tag >> 2) - 59)
    length = int.from_bytes(data[at : at + extra], "little") if extra else tag >> 2
    return length + 1, at + extra


def _copy(out: bytearray, offset: int, length: int) -> None:
    """Append `length` bytes from `offset` back; they may run into the new ones."""
    if not 0 < offset <= len(out):
        raise WireError("a compressed block copies from before its start")
    start = len(out) - offset
    while length > 0:
        piece = out[start : start + length]
        out += piece
        start, length = start + len(piece), length - len(piece)
