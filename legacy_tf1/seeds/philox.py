"""The random numbers of TensorFlow's CPU kernels: Philox 4x32-10, in NumPy.

NumPy's own Philox is the 64-bit one. Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2,
3" (2011); the layout of the seeds: tensorflow 1.15 core/lib/random/philox_random.h.
"""

from __future__ import annotations

import numpy

__all__ = ["numbers"]

_ROUNDS = 10
_MULTIPLIERS = numpy.uint64(0xD2511F53), numpy.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_LOW, _WORD = numpy.uint64(0xFFFFFFFF), numpy.uint64(32)


def numbers(seed: int, seed2: int, start: int, count: int) -> numpy.ndarray:
    """`(count,)` uint32: the numbers of the stream of two 64-bit seeds from number `start` on."""
    first, last = start // 4, (start + count + 3) // 4
    blocks = _blocks(seed, seed2, numpy.arange(first, last, dtype=numpy.uint64))
    return blocks.reshape(-1)[start - 4 * first :][:count].astype(numpy.uint32)


def _blocks(seed: int, seed2: int, index: numpy.ndarray) -> numpy.ndarray:
    """`(blocks, 4)`: the key is the first seed, the counter the block's index and the second seed."""
    key = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF]
    a, b = index & _LOW, index >> _WORD
    c, d = (numpy.full_like(index, half) for half in (seed2 & 0xFFFFFFFF, seed2 >> 32 & 0xFFFFFFFF))
    for _ in range(_ROUNDS):
        left, right = a * _MULTIPLIERS[0], c * _MULTIPLIERS[1]
        a, b = (right >> _WORD) ^ b ^ numpy.uint64(key[0]), right & _LOW
        c, d = (left >> _WORD) ^ d ^ numpy.uint64(key[1]), left & _LOW
        key = [(word + step) & 0xFFFFFFFF for word, step in zip(key, _WEYL)]
    return numpy.stack([a, b, c, d], axis=1)
