"""Functions that Python and the libraries have removed or changed since, as they were: `restored.py` says for whom."""

from __future__ import annotations

import builtins
import functools
import math
import operator
import os

from legacy_tf1 import single_elements
from legacy_tf1.old_pandas import values as of_pandas

NINF = -float("inf")
# functions of `math` that took arrays of one element
OF_A_NUMBER = ("ceil", "cos", "exp", "fabs", "floor", "isnan", "log", "log10", "log2", "pow", "sin", "sqrt", "tanh")
# functions of NumPy whose argument `method` had another name, and those that took iterators of arrays
OF_AN_ORDER = ("nanpercentile", "nanquantile", "percentile", "quantile")
OF_MANY_ARRAYS = ("column_stack", "dstack", "hstack", "stack", "vstack")


def open(file, mode="r", *arguments, **named):
    """`open` with the mode `U`, which Python 3 ignored until it was removed."""
    return builtins.open(file, mode.replace("U", "") if isinstance(mode, str) else mode, *arguments, **named)


def array(object, dtype=None, *arguments, copy=True, **named):
    """`numpy.array`, to which rows of unequal length and tensors were objects, and which let integers overflow."""
    import numpy

    named["copy"] = copy or None  # False asked for no more copies than needed
    try:
        return numpy.array(object, dtype, *arguments, **named)
    except ValueError as error:
        if dtype is not None or "inhomogeneous" not in str(error):
            raise
        return numpy.array(object, "O", *arguments, **named)
    except OverflowError:
        if dtype is None or numpy.dtype(dtype).kind not in "iu":
            raise
        return numpy.array(object, *arguments, **named).astype(dtype)
    except NotImplementedError:  # what a symbolic tensor says
        if dtype is not None:
            raise
        return _of_tensors(object)


def _of_tensors(nested):
    import numpy

    shape, level = [], nested
    while isinstance(level, (list, tuple)) and level:
        shape.append(len(level))
        level = level[0]
    whole = numpy.empty(shape, "O")
    for place in numpy.ndindex(*shape):
        whole[place] = functools.reduce(operator.getitem, place, nested)
    return whole


def asarray(a, dtype=None, order=None):
    """`numpy.asarray`, in the same way."""
    import numpy

    if dtype is None and order is None and type(a) is numpy.ndarray:
        return a
    made = array(a, dtype, copy=None, order=order)
    # the values of a frame of pandas may be read only since pandas 3
    return of_pandas.writable(a, made) if of_pandas.kind(type(a)) else made


def reshape(a, newshape=None, order="C", **named):
    """`numpy.reshape`, with the older name of `shape`."""
    import numpy

    return numpy.reshape(a, named.pop("shape", newshape), order=order, **named)


def histogram(*arguments, normed=None, **named):
    """`numpy.histogram`, with the older name of `density`."""
    import numpy

    return numpy.histogram(*arguments, **named if normed is None else {"density": normed, **named})


def loadtxt(
    fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False, ndmin=0,
    encoding="bytes", max_rows=None,
):  # fmt: skip
    """`numpy.loadtxt`, with delimiters of several characters, bytes for converters, and 1.0 as a whole number."""
    import numpy

    delimiter = delimiter.decode("latin-1") if isinstance(delimiter, bytes) else delimiter
    if delimiter is not None and len(delimiter) > 1:
        fname, delimiter = _with_delimiter(fname, delimiter, "\x1f"), "\x1f"
    kind = None if isinstance(dtype, dict) else numpy.dtype(dtype)
    small = kind is not None and kind.kind in "iu" and kind != numpy.int64
    read = functools.partial(
        numpy.loadtxt, fname, comments=comments, delimiter=delimiter, converters=converters, skiprows=skiprows,
        usecols=usecols, unpack=unpack, ndmin=ndmin, encoding=encoding, max_rows=max_rows,
    )  # fmt: skip
    return read(float).astype(kind) if small else read(dtype)


def _with_delimiter(fname, old: str, new: str) -> list[str]:
    """The lines of a file, its name or an iterable of lines."""
    import numpy

    if isinstance(fname, (str, os.PathLike)):
        with numpy.lib.npyio.DataSource(None).open(os.fspath(fname), "rt", encoding="latin1") as file:
            return _with_delimiter(file, old, new)
    lines = (line.decode("latin1") if isinstance(line, bytes) else line for line in fname)
    return [line.replace(old, new) for line in lines]


def _with_interpolation(name: str):
    """`numpy.percentile` and its like, with the older name of `method`."""

    def function(*arguments, interpolation=None, **named):
        import numpy

        return getattr(numpy, name)(
            *arguments, **named if interpolation is None else {"method": interpolation, **named}
        )

    return function


def _of_iterators(name: str):
    """`numpy.vstack` and its like, which took what is no list too: `np.vstack(map(f, rows))`."""

    def function(arrays, *arguments, **named):
        import numpy

        arrays = arrays if hasattr(arrays, "__getitem__") else list(arrays)
        return getattr(numpy, name)(arrays, *arguments, **named)

    return function


globals().update({name: _with_interpolation(name) for name in OF_AN_ORDER})
globals().update({name: _of_iterators(name) for name in OF_MANY_ARRAYS})


def fromstring(string, dtype=float, count=-1, *, sep=""):
    """`numpy.fromstring`, of bytes too."""
    import numpy

    if sep:
        return numpy.fromstring(string, dtype, count, sep=sep)
    return numpy.frombuffer(string.encode("latin-1") if isinstance(string, str) else string, dtype, count).copy()


def _of_numbers(function):
    """A function of `math` that takes arrays of one element for numbers."""
    return lambda *values: single_elements.number(function, *values)


globals().update({f"math_{name}": _of_numbers(getattr(math, name)) for name in OF_A_NUMBER})


def asfarray(a, dtype=float):
    """`numpy.asfarray`: an array of float64, or of the dtype if that one has a fraction."""
    import numpy

    return numpy.asarray(a, dtype if numpy.issubdtype(dtype, numpy.inexact) else float)


class _Casts(dict):
    """`numpy.cast["float32"](values)`."""

    def __missing__(self, dtype):
        import numpy

        return lambda values: numpy.asarray(values, dtype)


CAST = _Casts()


def plot_date(x, y, fmt="o", tz=None, xdate=True, ydate=False, **named):
    """`matplotlib.pyplot.plot_date`: points over dates."""
    from matplotlib import pyplot

    axes = pyplot.gca()
    for axis, dates in ((axes.xaxis, xdate), (axes.yaxis, ydate)):
        if dates:
            axis.axis_date(tz)
    return axes.plot(x, y, fmt, **named)


def find_common_type(array_types, scalar_types):
    """`numpy.find_common_type`: the type of arrays, unless a scalar is of a higher kind."""
    import numpy

    arrays, scalars = (numpy.result_type(*types) if types else None for types in (array_types, scalar_types))
    if arrays is None or scalars is None:
        return arrays if scalars is None else scalars
    kinds = "biufc"
    return scalars if kinds.index(scalars.kind) > kinds.index(arrays.kind) else arrays


def msort(a):
    """`numpy.msort`: a copy sorted along the first axis."""
    import numpy

    return numpy.sort(a, axis=0)


def dist(*arguments, **named):
    """`platform.linux_distribution`: (name, version, code name)."""
    import platform

    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "", "", ""
    return release.get("NAME", ""), release.get("VERSION_ID", ""), release.get("VERSION_CODENAME", "")


def json_load(fp, *, encoding=None, **named):
    """`json.load`, which took an encoding and ignored it."""
    import json

    return json.load(fp, **named)


def json_loads(s, *, encoding=None, **named):
    """`json.loads`, likewise."""
    import json

    return json.loads(s, **named)


def sample(population, k, **named):
    """`random.sample`, of sets too."""
    import random

    return random.sample(tuple(population) if isinstance(population, (set, frozenset)) else population, k, **named)


def maketrans(frm, to):
    """`string.maketrans` of Python 2."""
    return str.maketrans(frm, to)


def join(words, sep=" "):
    """`string.join` of Python 2."""
    return sep.join(words)


def mean_squared_error(y_true, y_pred, *, squared=True, **named):
    """`sklearn.metrics.mean_squared_error`, or its root."""
    from sklearn import metrics

    return (metrics.mean_squared_error if squared else metrics.root_mean_squared_error)(y_true, y_pred, **named)


def one_hot_encoder(*, sparse=None, n_values=None, **named):
    """`sklearn.preprocessing.OneHotEncoder` with the older name of `sparse_output`."""
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(**named if sparse is None else {"sparse_output": sparse, **named})


def derivative(func, x0, dx=1.0, n=1, args=(), order=3):
    """`scipy.misc.derivative`: the first or second, by central differences of three points."""
    if n not in (1, 2) or order != 3:
        raise ValueError("only the first and second derivative, from three points")
    before, here, after = (func(x0 + step * dx, *args) for step in (-1, 0, 1))
    return (after - before) / (2 * dx) if n == 1 else (after - 2 * here + before) / dx**2


def getargspec(function):
    """`inspect.getargspec` of Python 3.10: (args, varargs, keywords, defaults)."""
    import collections
    import inspect

    spec = inspect.getfullargspec(function)
    if spec.kwonlyargs or spec.annotations:
        raise ValueError("the function has keyword-only arguments or annotations: use inspect.signature")
    make = collections.namedtuple("ArgSpec", "args varargs keywords defaults")
    return make(spec.args, spec.varargs, spec.varkw, spec.defaults)


def locate(path, forceload=0):
    """`pydoc.locate`: what the dotted path names, and that is TF1's where it starts with `tensorflow`."""
    import pydoc

    from legacy_tf1 import modules

    first, *rest = path.split(".")
    if first != "tensorflow":
        return pydoc.locate(path, forceload)
    return functools.reduce(lambda owner, name: getattr(owner, name, None), rest, modules.module(first))


def asscalar(array):
    """`numpy.asscalar`: the one element of an array, as a Python number."""
    return array.item()


def in1d(ar1, ar2, assume_unique=False, invert=False):
    """`numpy.in1d`: for each element of the flattened `ar1`, whether it is in `ar2`."""
    import numpy

    return numpy.isin(numpy.ravel(ar1), ar2, assume_unique=assume_unique, invert=invert)
