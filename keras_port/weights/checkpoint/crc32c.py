"""CRC-32C, the checksum of TF1's checkpoints, at NumPy's speed.

Long data is cut into lanes that advance together, a byte at a time. A CRC is
linear, so the lanes are then joined pair by pair: the left one is moved on by
as many zero bytes as the right one is long, and both are added (xor).

Source: RFC 3720, appendix B.4; the mask: LevelDB's table format.
"""

from __future__ import annotations

import functools

import numpy as np

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, its bits reversed
_LANES = 1024


def masked(data) -> int:
    """The checksum as TF1's files store it, rotated and moved."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(data) -> int:
    """The CRC-32C of bytes: 0xE3069283 for b"123456789"."""
    data = np.frombuffer(data, np.uint8)
    length = len(data) // _LANES
    state = 0xFFFFFFFF
    if length:
        state = _lanes(data[: length * _LANES].reshape(_LANES, length))
    table = _table_list()
    for byte in data[length * _LANES :].tolist():
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
    return state ^ 0xFFFFFFFF


def _lanes(data: np.ndarray) -> int:
    """The state after all rows, one after the other, from the state of all ones."""
    states, table = np.zeros(len(data), np.uint32), _table()
    states[0] = 0xFFFFFFFF
    for column in np.ascontiguousarray(data.T):
        states = table[(states ^ column) & 0xFF] ^ states >> 8
    length = data.shape[1]
    while len(states) > 1:
        states = _apply(_zeros(length), states[::2]) ^ states[1::2]
        length *= 2
    return int(states[0])


def _apply(operator: np.ndarray, states: np.ndarray) -> np.ndarray:
    """A linear map, given by what it makes of each of the 32 bits."""
    result = np.zeros_like(states)
    for bit in range(32):
        result ^= (states >> np.uint32(bit) & np.uint32(1)) * operator[bit]
    return result


@functools.lru_cache(maxsize=256)
def _zeros(length: int) -> np.ndarray:
    """The map of a state to the one `length` zero bytes later."""
    if length == 1:
        bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
        return _table()[bits & 0xFF] ^ bits >> 8
    half = _zeros(length // 2)
    whole = _apply(half, half)
    return _apply(_zeros(1), whole) if length % 2 else whole


@functools.cache
def _table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


@functools.cache
def _table_list() -> list[int]:
    return _table().tolist()
