"""Sizes that are whole numbers of another type: `LSTMCell(400 / 2)`, `tf.placeholder(tf.float32, [None, 28.0])`.

Python 2 divided ints to an int; under Python 3 the same line gives a float, and TF 1.15 took it for a size where
today's TensorFlow asks for an int. Source: tensorflow 1.15 python/framework/tensor_shape.py, Dimension.
"""

from __future__ import annotations

import contextlib
import functools

__all__ = ["whole_numbers"]


@contextlib.contextmanager
def whole_numbers():
    """While the block runs, a dimension is made of whatever `int` understands without loss."""
    from tensorflow.python.framework import tensor_shape

    native = tensor_shape.Dimension.__init__

    @functools.wraps(native)
    def made(self, value):
        native(self, value if value is None or hasattr(value, "__index__") else _whole(value))

    tensor_shape.Dimension.__init__ = made
    try:
        yield
    finally:
        tensor_shape.Dimension.__init__ = native


def _whole(value):
    size = int(value)
    if not isinstance(value, (str, bytes)) and size != value:
        raise ValueError(f"Ambiguous dimension: {value}")
    return size
