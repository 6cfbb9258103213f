"""Protocol buffers as bytes: fields in, fields out, no schema.

A message is a row of fields, each a tag (number * 8 + wire type) and a value:
a varint, eight bytes, a length and that many bytes, or four bytes.

Source: the encoding guide of protocol buffers, protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class WireError(ValueError):
    """Bytes that no encoder writes."""


# what such bytes raise, here and where their fields are put to use
PARSING = (WireError, UnicodeDecodeError, OverflowError, AttributeError, TypeError, struct.error)


def varint(data, at: int) -> tuple[int, int]:
    """The unsigned number at `at`, and where the next byte is."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise WireError("a number has no end")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value & (2**64 - 1), at


def signed(value: int) -> int:
    """An int64 or int32 out of the unsigned number that stands for it."""
    return value - 2**64 if value >= 2**63 else value


def fields(data) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) in order: numbers for varints, bytes for all else."""
    at, end = 0, len(data)
    while at < end:
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = varint(data, at)
        else:
            if kind == BYTES:
                size, at = varint(data, at)
            elif kind in (FIXED64, FIXED32):
                size = 8 if kind == FIXED64 else 4
            else:
                raise WireError(f"a field has the unknown wire type {kind}")
            if size > end - at:
                raise WireError("a field ends after its message")
            value, at = bytes(data[at : at + size]), at + size
        if not number:
            raise WireError("a field has the number 0")
        yield number, value


def message(data) -> dict[int, list]:
    """All fields of a message: number -> values, in order."""
    found: dict[int, list] = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def last(found: dict[int, list], number: int, default):
    """The value of a field that may appear once: an int, or bytes, as the type of `default` says."""
    value = found[number][-1] if number in found else default
    if not isinstance(value, type(default)):
        raise WireError(f"field {number} has another type")
    return value


def text(found: dict[int, list], number: int) -> str:
    return last(found, number, b"").decode("utf-8")


def mapping(found: dict[int, list], number: int) -> dict[str, bytes]:
    """A map<string, message> field."""
    entries = [message(entry) for entry in found.get(number, ())]
    return {text(entry, 1): last(entry, 2, b"") for entry in entries}


def packed_varints(values: list) -> list[int]:
    """A repeated number, packed into bytes or not."""
    numbers = []
    for value in values:
        if isinstance(value, int):
            numbers.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = varint(value, at)
            numbers.append(number)
    return numbers


def put_varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def put(number: int, value: int | bytes) -> bytes:
    """One varint or bytes field."""
    if isinstance(value, int):
        return put_varint(number << 3 | VARINT) + put_varint(value)
    return put_varint(number << 3 | BYTES) + put_varint(len(value)) + value


def put_fixed32(number: int, value: int) -> bytes:
    return put_varint(number << 3 | FIXED32) + struct.pack("<I", value)
