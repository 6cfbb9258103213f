"""Random numbers for dropout inside a loop, the same on every backend.

A loop over time is traced once on TensorFlow and JAX, and JAX keeps no
variable that changes inside. So a cell with dropout carries its place in the
stream of random numbers in its state, and the numbers are a function of that
place: a stream (drawn anew for every call of the layer) and a step.

The place is a `key` (batch, 5) of digits to base 256, three for the stream,
two for the step: such numbers are exact in every dtype a state may have.
"""

from __future__ import annotations

import keras
from keras import ops

BASE, STREAM, STEP = 256, 3, 2
WIDTH = STREAM + STEP


def fresh_key(batch_size, generator, dtype):
    """A key (batch, 5) at step 0 of a stream drawn from a keras.random.SeedGenerator."""
    stream = keras.random.randint((1, STREAM), 0, BASE, seed=generator)
    digits = ops.concatenate([ops.cast(stream, dtype), ops.zeros((1, STEP), dtype=dtype)], axis=-1)
    return ops.ones((batch_size, 1), dtype=dtype) * digits


def place(key):
    """The stream and the step, two int32 scalars.

    Rows that a mask has held back lag behind; the furthest one counts.
    """
    digits = ops.max(ops.cast(key, "int32"), axis=0)
    stream = (digits[0] * BASE + digits[1]) * BASE + digits[2]
    return stream, digits[3] * BASE + digits[4]


def next_key(key):
    """The key of the next step. After 65535 steps it stands at 0 again."""
    _, step = place(key)
    step = ops.bitwise_and(step + 1, BASE**STEP - 1)
    digits = ops.stack([ops.right_shift(step, 8), ops.bitwise_and(step, BASE - 1)])
    digits = ops.cast(digits, key.dtype)
    return ops.concatenate([key[:, :STREAM], ops.zeros_like(key[:, STREAM:]) + digits], axis=-1)


def uniform(stream, step, salt: int, rows, columns: int):
    """(rows, columns) float32 numbers in [0, 1), multiples of 2**-24.

    A 32-bit hash over stream, step, salt and position. int32 products wrap
    around on every backend.
    """
    position = ops.reshape(ops.arange(rows, dtype="int32"), (-1, 1)) * columns + ops.arange(columns, dtype="int32")
    mixed = _mix(stream + _signed(0x9E3779B9))  # so that no zero, which `_mix` maps to zero, comes first
    for part in (step, salt, position):
        mixed = _mix(ops.bitwise_xor(mixed, part))
    return ops.cast(_shift(mixed, 8), "float32") * 2.0**-24


def _mix(x):
    """A bijection of 32-bit integers in which every bit of x moves every bit of the result."""
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = ops.bitwise_xor(x, _shift(x, shift)) * _signed(factor)
    return ops.bitwise_xor(x, _shift(x, 16))


def _shift(x, by: int):
    """x >> by with zeros from the left."""
    return ops.bitwise_and(ops.right_shift(x, by), 2 ** (32 - by) - 1)


def _signed(number: int) -> int:
    return number - 2**32 if number >= 2**31 else number
