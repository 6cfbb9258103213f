"""Single names of core TF1 that today's compat.v1 lacks or answers otherwise: one short definition each.

`FLAGS` also has `_parse_flags`, which scripts up to TF 1.4 call before they read `FLAGS.__flags`.
`divide` of two Python numbers stays a Python number.
Source: tensorflow 1.15 python/platform/flags.py, python/ops/math_ops.py,
python/framework/tensor_shape.py.
"""

from __future__ import annotations

import sys

import tensorflow as _real

__all__ = ["FLAGS", "divide", "matrix", "scalar", "vector"]


class _Flags:
    """The values of absl's flags, which parse the command line when one is first asked for."""

    def __init__(self, values):
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name):
        if name == "_values":  # a copy that is being made has none yet
            raise AttributeError(name)
        return getattr(self._values, name)

    def __setattr__(self, name, value):
        setattr(self._values, name, value)

    def __delattr__(self, name):
        delattr(self._values, name)

    def __dir__(self):
        return dir(self._values)

    def __call__(self, *args, **kwargs):
        return self._values(*args, **kwargs)

    def __getitem__(self, name):
        return self._values[name]

    def __setitem__(self, name, flag):
        self._values[name] = flag

    def __contains__(self, name):
        return name in self._values

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def _parse_flags(self, args=None):
        """Parse the command line, or these arguments; what is no flag is left alone."""
        self._values(sys.argv[:1] + list(args) if args is not None else sys.argv, known_only=True)


FLAGS = _Flags(_real.compat.v1.flags.FLAGS)


def divide(x, y, name=None):
    """`x / y` elementwise; a Python number where both are one and no name is given."""
    if name is None and isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return x / y
    return _real.compat.v1.divide(x, y, name=name)


def scalar():
    """The shape of a single number."""
    return _real.TensorShape([])


def vector(length):
    """The shape of a vector of that many entries, None for any."""
    return _real.TensorShape([length])


def matrix(rows, cols):
    """The shape of a matrix, None for a dimension of any size."""
    return _real.TensorShape([rows, cols])
