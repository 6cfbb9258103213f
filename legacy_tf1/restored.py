"""Names that Python and NumPy have removed since, given back to scripts and to nobody else.

To give back one more name, add a row. A script that imports one of these modules is handed a copy
of it with the removed names added; the module itself, and every library, stays as it is.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import importlib.util
import math
import operator
import types

from legacy_tf1 import single_elements

__all__ = ["CHANGED", "REMOVED", "module", "open"]

_ABC = ("Callable", "Container", "Generator", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView", "Mapping",
        "MappingView", "MutableMapping", "MutableSequence", "MutableSet", "Sequence", "Set", "Sized", "ValuesView")  # fmt: skip
_NUMPY_TYPES = {"bool": "bool", "complex": "complex", "float": "float", "int": "int", "long": "int",
                "object": "object", "str": "str", "unicode": "str"}  # fmt: skip
_NUMPY_RENAMED = {
    "Inf": "inf", "Infinity": "inf", "NAN": "nan", "NaN": "nan", "PINF": "inf", "alltrue": "all", "complex_": "complex128",
    "cumproduct": "cumprod", "float_": "float64", "infty": "inf", "int0": "intp", "longfloat": "longdouble",
    "product": "prod", "round_": "round", "row_stack": "vstack", "singlecomplex": "complex64", "sometrue": "any",
    "string_": "bytes_", "trapz": "trapezoid", "unicode_": "str_", "uint0": "uintp", "bool8": "bool_", "bytes0": "bytes_",
    "cfloat": "complex128", "clongfloat": "clongdouble", "longcomplex": "clongdouble", "object0": "object_", "str0": "str_",
    "typeDict": "sctypeDict", "void0": "void", "AxisError": "exceptions.AxisError", "chararray": "char.chararray",
    "ComplexWarning": "exceptions.ComplexWarning", "RankWarning": "exceptions.RankWarning",
    "VisibleDeprecationWarning": "exceptions.VisibleDeprecationWarning",
}  # fmt: skip
# functions that stood in `numpy.lib` too
_NUMPY_LIB = ("append", "average", "delete", "diff", "flip", "fliplr", "flipud", "histogram", "insert", "interp", "median",
              "meshgrid", "pad", "percentile", "tile", "unique")  # fmt: skip

_SELECTION = {name: f"sklearn.model_selection:{name}" for name in (
    "GridSearchCV", "ParameterGrid", "RandomizedSearchCV", "StratifiedShuffleSplit", "cross_val_predict",
    "cross_val_score", "learning_curve", "train_test_split", "validation_curve",
)}  # fmt: skip
_JOBLIB = {name: f"joblib:{name}" for name in ("Memory", "Parallel", "delayed", "dump", "hash", "load")}
_HERE = "legacy_tf1.restored"
_OF_A_NUMBER = ("ceil", "cos", "exp", "fabs", "floor", "isnan", "log", "log10", "log2", "pow", "sin", "sqrt", "tanh")

_WINDOWS = (
    "barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar", "chebwin", "cosine", "exponential",
    "flattop", "gaussian", "general_gaussian", "hamming", "hann", "kaiser", "nuttall", "parzen", "triang", "tukey",
)  # fmt: skip

_ELEMENTS = ("Comment", "Element", "ElementTree", "ParseError", "QName", "SubElement", "TreeBuilder", "XML", "XMLParser", "dump",
             "fromstring", "iselement", "iterparse", "parse", "register_namespace", "tostring")  # fmt: skip

# module -> removed name -> "module:name" of today; "module:" is a module
REMOVED: dict[str, dict[str, str]] = {
    "base64": {"decodestring": "base64:decodebytes", "encodestring": "base64:encodebytes"},
    "collections": {name: f"collections.abc:{name}" for name in _ABC},
    "PIL.Image": {"ANTIALIAS": "PIL.Image:LANCZOS", "CUBIC": "PIL.Image:BICUBIC", "LINEAR": "PIL.Image:BILINEAR"},
    "cgi": {"escape": "html:escape"},
    "fractions": {"gcd": "math:gcd"},
    "gast": {name: "gast:Constant" for name in ("Bytes", "Ellipsis", "NameConstant", "Num", "Str")},
    "imp": {"new_module": "types:ModuleType", "reload": "importlib:reload"},
    "inspect": {"getargspec": f"{_HERE}:getargspec"},
    "json": {},
    "os": {"errno": "errno:", "getcwdu": "os:getcwd"},
    "pipes": {"quote": "shlex:quote"},
    "numpy": {
        **{old: f"builtins:{new}" for old, new in _NUMPY_TYPES.items()},
        **{old: f"numpy:{new}" for old, new in _NUMPY_RENAMED.items()},
        "NINF": f"{_HERE}:NINF",
        "alen": "builtins:len",
        "asfarray": f"{_HERE}:asfarray",
        "asscalar": f"{_HERE}:asscalar",
        "cast": f"{_HERE}:CAST",
        "find_common_type": f"{_HERE}:find_common_type",
        "in1d": f"{_HERE}:in1d",
        "mat": "numpy:asmatrix",
        "msort": f"{_HERE}:msort",
        "rank": "numpy:ndim",
        "math": "math:",
        "sys": "sys:",
        "warnings": "warnings:",
    },
    "numpy.lib": {name: f"numpy:{name}" for name in _NUMPY_LIB},
    "matplotlib.pyplot": {"plot_date": f"{_HERE}:plot_date"},
    "platform": {"dist": f"{_HERE}:dist", "linux_distribution": f"{_HERE}:dist"},
    "random": {},
    "scipy.integrate": {
        "cumtrapz": "scipy.integrate:cumulative_trapezoid",
        "simps": "scipy.integrate:simpson",
        "trapz": "scipy.integrate:trapezoid",
    },
    "scipy.linalg": {"kron": "numpy:kron", "pinv2": "scipy.linalg:pinv", "tril": "numpy:tril", "triu": "numpy:triu"},
    "scipy.misc": {
        "comb": "scipy.special:comb",
        "derivative": f"{_HERE}:derivative",
        "factorial": "scipy.special:factorial",
        "logsumexp": "scipy.special:logsumexp",
    },
    "scipy.signal": {
        **{name: f"scipy.signal.windows:{name}" for name in _WINDOWS},
        "hanning": "scipy.signal.windows:hann",
    },
    "sklearn.cross_validation": _SELECTION,
    "sklearn.externals.joblib": _JOBLIB,
    "sklearn.externals": {"joblib": "joblib:", "six": "six:"},
    "sklearn.grid_search": _SELECTION,
    "sklearn.learning_curve": _SELECTION,
    "sklearn.metrics": {},
    "sklearn.preprocessing": {"Imputer": "sklearn.impute:SimpleImputer"},
    "string": {
        "join": f"{_HERE}:join",
        "letters": "string:ascii_letters",
        "lowercase": "string:ascii_lowercase",
        "maketrans": f"{_HERE}:maketrans",
        "uppercase": "string:ascii_uppercase",
        **{
            name: f"builtins:str.{name}"
            for name in (
                "capitalize",
                "count",
                "find",
                "index",
                "ljust",
                "lower",
                "lstrip",
                "replace",
                "rfind",
                "rindex",
                "rjust",
                "rstrip",
                "split",
                "splitlines",
                "strip",
                "swapcase",
                "translate",
                "upper",
                "zfill",
            )
        },
        "atof": "builtins:float",
        "atoi": "builtins:int",
    },
    "time": {"clock": "time:process_time"},
    "xml.etree.cElementTree": {name: f"xml.etree.ElementTree:{name}" for name in _ELEMENTS},
}

# module -> name that is still there and does something else now -> "module:name"
CHANGED: dict[str, dict[str, str]] = {
    "imp": {name: f"legacy_tf1.old_imp:{name}" for name in ("find_module", "load_module", "load_source")},
    "json": {name: f"{_HERE}:json_{name}" for name in ("load", "loads")},
    "math": {name: f"{_HERE}:math_{name}" for name in _OF_A_NUMBER},
    "numpy": {name: f"{_HERE}:{name}" for name in ("array", "asarray", "fromstring")},
    "pandas": {name: f"{_HERE}:{name}" for name in ("concat", "read_csv")},
    "pydoc": {"locate": f"{_HERE}:locate"},
    "random": {"sample": f"{_HERE}:sample"},
    "sklearn.metrics": {"mean_squared_error": f"{_HERE}:mean_squared_error"},
    "sklearn.preprocessing": {"OneHotEncoder": f"{_HERE}:one_hot_encoder"},
}

NINF = -float("inf")


# module that a script needs and that need not be installed -> ours
INSTEAD: dict[str, str] = {
    **{name: "legacy_tf1.ipython" for name in ("IPython", "IPython.core.display", "IPython.display")},
    # TF 1.15 came with it
    "keras_preprocessing": "tf_keras.preprocessing",
    **{f"keras_preprocessing.{name}": f"tf_keras.preprocessing.{name}" for name in ("image", "sequence", "text")},
}


def module(name: str, *, whole: bool = True) -> types.ModuleType | None:
    """The module as a script sees it; None where nothing of it changed.

    Args:
        whole: False for `import a.b`, which gives the script `a`.
    """
    if name in INSTEAD and importlib.util.find_spec(name.partition(".")[0]) is None:
        found = importlib.import_module(INSTEAD[name])
        return found if whole else importlib.import_module(INSTEAD[name.partition(".")[0]])
    if not whole and "." in name:
        package = name.partition(".")[0]
        if package in _NAMES:
            _real(name)  # as the import statement does
        return module(package)
    return _restored(name) if name in _NAMES else None


# every module of the tables, and the packages above it
_NAMES = {".".join(parts[:depth]) for parts in (name.split(".") for name in (*REMOVED, *CHANGED))
          for depth in range(1, len(parts) + 1)}  # fmt: skip


@functools.cache
def _restored(name: str) -> types.ModuleType:
    real = _real(name)
    copy = types.ModuleType(name, real.__doc__)
    below = {child.rpartition(".")[2] for child in _NAMES if child.rpartition(".")[0] == name}
    copy.__dict__.update({key: value for key, value in vars(real).items() if key not in below})

    def on_demand(attribute):  # names that the module makes when they are first asked for
        return _restored(f"{name}.{attribute}") if attribute in below else getattr(real, attribute)

    copy.__getattr__ = on_demand
    for removed, source in REMOVED.get(name, {}).items():
        # np.bool and np.long are names of today again, for other things than those the script means
        if removed in _NUMPY_TYPES and name == "numpy" or removed not in vars(real):
            _give(copy, removed, source)
    for changed, source in CHANGED.get(name, {}).items():
        _give(copy, changed, source)
    return copy


def _give(copy: types.ModuleType, name: str, source: str) -> None:
    module_name, _, attribute = source.partition(":")
    with contextlib.suppress(ImportError):  # of a library that is not installed
        found = importlib.import_module(module_name)
        setattr(copy, name, operator.attrgetter(attribute)(found) if attribute else found)


def _real(name: str) -> types.ModuleType:
    """The module of today; an empty one where Python, or a package that is here, has removed the whole module."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        if name not in REMOVED:
            raise
        if "." in name:  # raises where the package is not here
            importlib.import_module(name.partition(".")[0])
        return types.ModuleType(name)


def open(file, mode="r", *arguments, **named):
    """`open` with the mode `U`, which Python 3 ignored until it was removed."""
    return builtins.open(file, mode.replace("U", "") if isinstance(mode, str) else mode, *arguments, **named)


def array(object, dtype=None, *arguments, **named):
    """`numpy.array`, which made rows of unequal length an array of objects, and let integers overflow."""
    import numpy

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


def asarray(a, dtype=None, order=None):
    """`numpy.asarray`, in the same way."""
    import numpy

    return (
        a if dtype is None and order is None and type(a) is numpy.ndarray else array(a, dtype, copy=None, order=order)
    )


def fromstring(string, dtype=float, count=-1, *, sep=""):
    """`numpy.fromstring`, of bytes too."""
    import numpy

    if sep:
        return numpy.fromstring(string, dtype, count, sep=sep)
    return numpy.frombuffer(string.encode("latin-1") if isinstance(string, str) else string, dtype, count).copy()


def _of_numbers(function):
    """A function of `math` that takes arrays of one element for numbers."""
    return lambda *values: single_elements.number(function, *values)


globals().update({f"math_{name}": _of_numbers(getattr(math, name)) for name in _OF_A_NUMBER})


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


def concat(objs, axis=0, *arguments, **named):
    """`pandas.concat`, with the axis by position too."""
    import pandas

    return pandas.concat(objs, axis=axis, **dict(zip(("join", "ignore_index"), arguments, strict=False)), **named)


def read_csv(*arguments, squeeze=False, error_bad_lines=True, warn_bad_lines=True, **named):
    """`pandas.read_csv` with the options that pandas 2 removed."""
    import pandas

    if not error_bad_lines:
        named.setdefault("on_bad_lines", "warn" if warn_bad_lines else "skip")
    frame = pandas.read_csv(*arguments, **named)
    return frame.squeeze("columns") if squeeze else frame


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
