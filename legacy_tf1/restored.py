"""Names that Python and NumPy have removed since, given back to scripts and to nobody else.

To give back one more name, add a row; a function that exists nowhere any more goes into `old_functions`. A script that
imports one of these modules is handed a copy of it with the removed names added; the module itself, and every library,
stays as it is.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import operator
import types

from legacy_tf1.old_functions import OF_A_NUMBER, OF_AN_ORDER, OF_MANY_ARRAYS

__all__ = ["CHANGED", "REMOVED", "module"]

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
_HERE = "legacy_tf1.old_functions"
_PANDAS = "legacy_tf1.old_pandas.functions"
_PANDAS_FUNCTIONS = (
    "bdate_range", "concat", "date_range", "factorize", "get_dummies", "merge", "period_range", "pivot", "pivot_table", "read_csv",
    "read_excel", "read_html", "read_json", "read_table", "set_option", "to_datetime", "to_numeric", "to_timedelta", "unique",
)  # fmt: skip

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
    "pandas": {
        **{name: f"{_PANDAS}:{name}" for name in ("Float64Index", "Int64Index", "UInt64Index", "np", "value_counts")},
        "datetime": "datetime:datetime",
    },
    "pandas.core.common": {"SettingWithCopyWarning": f"{_PANDAS}:SettingWithCopyWarning"},
    "pandas.core.index": {name: f"pandas:{name}" for name in ("Index", "MultiIndex")},
    "pandas.errors": {"SettingWithCopyWarning": f"{_PANDAS}:SettingWithCopyWarning"},
    "pandas.io.json": {"json_normalize": "pandas:json_normalize"},
    "pandas.util.testing": {
        name: f"pandas.testing:{name}" for name in ("assert_frame_equal", "assert_index_equal", "assert_series_equal")
    },
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
    "math": {name: f"{_HERE}:math_{name}" for name in OF_A_NUMBER},
    "numpy": {
        name: f"{_HERE}:{name}"
        for name in ("array", "asarray", "fromstring", "histogram", "loadtxt", "reshape", *OF_AN_ORDER, *OF_MANY_ARRAYS)
    },
    "pandas": {**{name: f"{_PANDAS}:{name}" for name in _PANDAS_FUNCTIONS}, "Grouper": f"{_PANDAS}:grouper"},
    "pydoc": {"locate": f"{_HERE}:locate"},
    "random": {"sample": f"{_HERE}:sample"},
    "sklearn.metrics": {"mean_squared_error": f"{_HERE}:mean_squared_error"},
    "sklearn.preprocessing": {"OneHotEncoder": f"{_HERE}:one_hot_encoder"},
}

# module -> what is done to it when a script imports it, "module:function": switches back to what was
AT_IMPORT: dict[str, str] = {"pandas": f"{_PANDAS}:as_it_was"}

# module that a script needs and that need not be installed -> ours
INSTEAD: dict[str, str] = {
    **{name: "legacy_tf1.ipython" for name in ("IPython", "IPython.core.display", "IPython.display")},
    # TF 1.15 came with it
    "keras_preprocessing": "tf_keras.preprocessing",
    **{f"keras_preprocessing.{name}": f"tf_keras.preprocessing.{name}" for name in ("image", "sequence", "text")},
}


def module(name: str, wanted: tuple[str, ...] = ("*",)) -> types.ModuleType | None:
    """The module as a script sees it; None where nothing of it changed.

    Args:
        wanted: what `from name import ...` asks for; nothing for `import a.b`, which gives the script `a`.
    """
    found = _module(name, whole=bool(wanted))
    for item in wanted if found is not None else ():
        if item != "*" and not hasattr(found, item):  # a module of the package that nobody has imported yet
            with contextlib.suppress(ImportError):
                importlib.import_module(f"{name}.{item}")
    return found


def _module(name: str, *, whole: bool) -> types.ModuleType | None:
    if name in INSTEAD and importlib.util.find_spec(name.partition(".")[0]) is None:
        found = importlib.import_module(INSTEAD[name])
        return found if whole else importlib.import_module(INSTEAD[name.partition(".")[0]])
    if not whole and "." in name:
        package = name.partition(".")[0]
        if package in _NAMES:
            _real(name)  # as the import statement does
        return _module(package, whole=True)
    return _restored(name) if name in _NAMES else None


# every module of the tables, and the packages above it
_NAMES = {".".join(parts[:depth]) for parts in (name.split(".") for name in (*REMOVED, *CHANGED))
          for depth in range(1, len(parts) + 1)}  # fmt: skip


@functools.cache
def _restored(name: str) -> types.ModuleType:
    real = _real(name)
    if name in AT_IMPORT:
        module_name, _, function = AT_IMPORT[name].partition(":")
        getattr(importlib.import_module(module_name), function)(real)
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
