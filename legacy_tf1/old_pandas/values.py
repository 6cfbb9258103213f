"""What pandas objects were before pandas 2: their dtypes, their frequencies, and the methods that take more than a line."""

from __future__ import annotations

import contextlib
import functools
import numbers
import re

__all__ = [
    "as_list", "become", "by_place", "dtype_counts", "first", "from_items", "get_values", "in_nanoseconds",
    "interpolated", "is_whole", "kind", "last", "lookup", "mean_deviation", "narrowed", "offset", "period", "put_at",
    "put_wider", "set_value", "slice_shift", "span", "unit", "viewed", "week", "whole_numbers", "without_dates",
    "writable",
]  # fmt: skip

_KINDS = {
    "DataFrame": "DataFrame", "Series": "Series", "Index": "Index", "GroupBy": "GroupBy", "Resampler": "Resampler",
    "BaseWindow": "Rolling", "StringMethods": "StringMethods", "Properties": "Datetimes", "Timestamp": "Timestamp",
    "ExcelWriter": "ExcelWriter", "Categorical": "Categorical", "NDFrameIndexerBase": "Indexer",
}  # fmt: skip


@functools.lru_cache(1024)
def kind(owner: type) -> str:
    """What a class of pandas is to the rows of `old_pandas`: one of `_KINDS`, or "" for a class of anybody else."""
    for one in getattr(owner, "__mro__", ()):
        if one.__module__.startswith("pandas") and one.__name__ in _KINDS:
            return _KINDS[one.__name__]
    return ""


_OFFSETS = {
    "A": "YE", "AS": "YS", "BA": "BYE", "BAS": "BYS", "BH": "bh", "BM": "BME", "BQ": "BQE", "BY": "BYE", "CBH": "cbh",
    "CBM": "CBME", "H": "h", "L": "ms", "M": "ME", "N": "ns", "Q": "QE", "S": "s", "SM": "SME", "T": "min", "U": "us",
    "Y": "YE", "d": "D", "w": "W",
}  # fmt: skip
_PERIODS = {"A": "Y", "H": "h", "L": "ms", "N": "ns", "S": "s", "T": "min", "U": "us", "d": "D", "w": "W"}


def _translated(frequency, names: dict[str, str]):
    """`"2H"` as `"2h"`; what is no text stays."""
    if not isinstance(frequency, str):
        return frequency
    return re.sub(r"(?<![-A-Za-z])[A-Za-z]+", lambda found: names.get(found[0], found[0]), frequency)


def offset(frequency):
    """The name of today of a frequency of points in time."""
    return _translated(frequency, _OFFSETS)


def period(frequency):
    """The name of today of a frequency of spans of time."""
    return _translated(frequency, _PERIODS)


def unit(frequency):
    """The unit that `base=` counted in: of `"5T"` a minute."""
    import pandas

    return pandas.Timedelta(1, re.sub(r"[\d.]", "", offset(frequency)))


def by_place(names, values, named: dict) -> dict:
    """The arguments by name: of those given by place, the names are these. Raises TypeError, as a call does."""
    if len(values) > len(names):
        raise TypeError(f"{len(values) - len(names)} more arguments by position than there are: {', '.join(names)}")
    placed = dict(zip(names, values, strict=False))
    if twice := placed.keys() & named.keys():
        raise TypeError(f"got multiple values for argument {', '.join(map(repr, sorted(twice)))}")
    return {**placed, **named}


def as_list(value) -> list:
    """A label, several or none as a list."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def span(dtype: str):
    """Of `"timedelta64[D]"` a day."""
    import numpy

    return numpy.timedelta64(1, dtype[len("timedelta64[") : -1])


def whole_numbers(frame):
    """Columns of whole numbers as such, where what was missing has been filled."""
    for column, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if getattr(dtype, "kind", "") == "f" and (frame[column] % 1 == 0).all():
            frame[column] = frame[column].astype("int64")
    return frame


def is_whole(dtype) -> bool:
    """Whether a type is one of whole numbers."""
    import numpy

    with contextlib.suppress(TypeError):
        return numpy.dtype(dtype).kind in "iu"
    return False


def in_nanoseconds(owner):
    """A series or index, or what a parser of dates returns, with its points in time counted in nanoseconds."""
    import pandas

    if not isinstance(owner, (pandas.Series, pandas.Index)) or getattr(owner.dtype, "kind", "") not in "mM":
        return owner
    with contextlib.suppress(pandas.errors.OutOfBoundsDatetime, pandas.errors.OutOfBoundsTimedelta):
        return owner.dt.as_unit("ns") if isinstance(owner, pandas.Series) else owner.as_unit("ns")
    return owner


def writable(owner, values):
    """The values of a frame, series or index: an array that may be written to, dates in nanoseconds.

    They are the owner's own, so that what is written stands in the frame; a frame that shares its memory with the one
    that it was made of, which it did not then, is given memory of its own first.
    """
    import numpy

    if not isinstance(values, numpy.ndarray):
        return values
    if values.dtype.kind in "mM":
        return values if values.dtype.str.endswith("[ns]") else values.astype(f"{values.dtype.kind}8[ns]")
    if values.flags.writeable:
        if kind(type(owner)) != "DataFrame" or not _is_in_parts(owner):
            return values
        become(owner, owner.copy())
        values = owner.values
    elif kind(type(owner)) == "DataFrame" and _is_shared(owner) and not _is_of_fewer_rows(values):
        become(owner, owner.copy())
        values = owner.values
    try:
        values.flags.writeable = True
    except ValueError:
        return values.copy()
    return values


def _blocks(frame) -> tuple:
    return getattr(getattr(frame, "_mgr", None), "blocks", ())


def _is_shared(frame) -> bool:
    return any(block.refs.has_reference() for block in _blocks(frame) if hasattr(block, "refs"))


def _is_in_parts(frame) -> bool:
    """Whether columns of one dtype do not lie side by side, as those of a frame to which some were added."""
    blocks = _blocks(frame)
    return len(blocks) > 1 and all(block.dtype == blocks[0].dtype for block in blocks)


def _is_of_fewer_rows(values) -> bool:
    """Whether they are `frame[10:20].values`, which were the frame's."""
    whole = values
    while hasattr(whole.base, "shape"):
        whole = whole.base
    return whole.size > values.size and values.shape[0] not in whole.shape


def become(owner, new) -> None:
    """Puts the content of `new` into the owner, dtypes included."""
    import pandas

    (pandas.DataFrame if isinstance(owner, pandas.DataFrame) else pandas.Series).__init__(owner, new)


def narrowed(done):
    """Objects that are all numbers, truth values or dates as such."""
    return done.infer_objects() if _has_objects(done) else done


def _has_objects(owner) -> bool:
    dtypes = owner.dtypes if owner.ndim == 2 else [owner.dtype]
    return any(getattr(dtype, "kind", "") == "O" for dtype in dtypes)


def without_dates(frame):
    """The columns that are no points in time."""
    dates = [getattr(dtype, "kind", "") == "M" for dtype in frame.dtypes]
    return frame.loc[:, [not one for one in dates]] if any(dates) else frame


def _widen(indexer, key, value) -> bool:
    """Gives what stands at `indexer[key]` a dtype that can hold the value too; whether there was anything to widen.

    Args:
        indexer: a series, a frame, or the `loc`, `iloc`, `at` or `iat` of one.
    """
    owner = getattr(indexer, "obj", indexer)
    if kind(type(owner)) == "Series":
        become(owner, owner.astype(_wide(owner.dtype, value)))
        return True
    if kind(type(owner)) != "DataFrame":
        return False
    columns = _columns_at(owner, indexer, key)
    values = value if _is_row(value, len(columns)) else [value] * len(columns)
    for column, one in zip(columns, values, strict=True):
        wide = _wide(owner[column].dtype, one)
        if wide != owner[column].dtype:
            owner[column] = owner[column].astype(wide)
    return bool(columns)


def put_wider(owner, key, value) -> bool:
    """`owner[key] = value` where pandas says that the dtype cannot hold the value; whether it is done."""
    if kind(type(owner)) == "Series" and isinstance(key, numbers.Integral) and isinstance(value, numbers.Real):
        if is_whole(owner.dtype):  # such a series cut off the fraction
            owner[key] = int(value)
            return True
    if not _widen(owner, key, value):
        return False
    owner[key] = value
    return True


def put_at(frame, column, row, value) -> bool:
    """`frame[column][row] = value` without a copy of the column, where that can be; whether it is done."""
    if kind(type(frame)) != "DataFrame" or not isinstance(row, (numbers.Integral, str)):
        return False
    try:
        if column not in frame.columns or row not in frame.index:
            return False
        if not frame.columns.is_unique or not frame.index.is_unique:
            return False
        frame.at[row, column] = value
    except (TypeError, ValueError, KeyError):
        return False
    return True


def _is_row(value, count: int) -> bool:
    return count > 1 and hasattr(value, "__len__") and not isinstance(value, str) and len(value) == count


def _columns_at(frame, indexer, key) -> list:
    if indexer is frame or not isinstance(key, tuple) or len(key) != 2:
        return list(frame.columns)
    labels = frame.columns.to_series()
    by_place = type(indexer).__name__ in ("_iLocIndexer", "_iAtIndexer")
    found = labels.iloc[key[1]] if by_place else labels.loc[key[1]]
    return list(found) if kind(type(found)) == "Series" else [found]


def _wide(dtype, value):
    import numpy

    values = numpy.asarray(value)
    if values.dtype.kind in "OUSmM" or dtype.kind not in "iuf" or values.dtype.kind == "b":
        return numpy.dtype(object)
    return numpy.result_type(dtype, values.dtype)


def first(owner, length: str):
    """The rows of the first days: `series.first("5D")`."""
    import pandas

    step = pandas.tseries.frequencies.to_offset(length)
    end = owner.index[0] + step
    if hasattr(step, "nanos") or type(step).__name__ in ("Day", "Tick"):
        return owner[owner.index < end]
    return owner[owner.index <= end]


def last(owner, length: str):
    """The rows of the last days."""
    import pandas

    start = owner.index[-1] - pandas.tseries.frequencies.to_offset(length)
    return owner[owner.index > start]


def from_items(frame_class):
    """`DataFrame.from_items([("a", [1, 2])])`."""
    return lambda items, columns=None, orient="columns": (
        frame_class(dict(items), columns=columns or [name for name, _ in items])
        if orient == "columns"
        else frame_class.from_dict(dict(items), orient="index", columns=columns)
    )


def dtype_counts(owner):
    """`frame.get_dtype_counts()`: how many columns there are of each type, by its name."""
    import pandas

    names = [str(dtype) for dtype in owner.dtypes] if owner.ndim == 2 else [str(owner.dtype)]
    return pandas.Series({name: names.count(name) for name in sorted(set(names))})


def get_values(owner):
    """`get_values()`: the values."""
    import numpy

    return numpy.array(owner) if kind(type(owner)) == "Categorical" else writable(owner, owner.values)


def lookup(frame, row_labels, col_labels):
    """`frame.lookup(rows, columns)`: one value for each pair of labels."""
    import numpy

    found = [frame.at[row, column] for row, column in zip(row_labels, col_labels, strict=True)]
    return numpy.array(found, dtype=None if found else object)


def mean_deviation(owner, axis=None, skipna=True, level=None):
    """`mad()`: the mean of the absolute differences from the mean."""
    if owner.ndim == 1:
        return (owner - owner.mean(skipna=skipna)).abs().mean(skipna=skipna)
    numbers = owner.select_dtypes(["number", "bool"]).astype(float)
    axis = axis or 0
    away = numbers.sub(numbers.mean(axis=axis, skipna=skipna), axis="columns" if axis in (0, "index") else "index")
    return away.abs().mean(axis=axis, skipna=skipna)


def set_value(owner, *place, takeable=False):
    """`frame.set_value(row, column, value)`."""
    *labels, value = place
    labels = tuple(labels) if len(labels) > 1 else labels[0]
    where = owner.iat if takeable else owner.at
    try:
        where[labels] = value
    except TypeError:
        _widen(where, labels, value)
        where[labels] = value
    return owner


def slice_shift(owner, periods=1, axis=0):
    """`slice_shift(1)`: as `shift`, without the rows that are missing then."""
    if periods == 0:
        return owner
    kept, labels = (slice(None, -periods), slice(periods, None)) if periods > 0 else (
        slice(-periods, None), slice(None, periods))  # fmt: skip
    done = owner.iloc[kept].copy()
    done.index = owner.index[labels]
    return done


def viewed(owner, dtype=None):
    """`series.view("int64")`: the same memory as another type."""
    import pandas

    values = writable(owner, in_nanoseconds(owner).values)
    values = values if dtype is None else values.view(dtype)
    return pandas.Series(values, index=owner.index, name=owner.name) if kind(type(owner)) == "Series" else values


def week(owner):
    """`dt.week`: the week of the year, as ISO 8601 counts them."""
    if kind(type(owner)) == "Timestamp":
        return owner.isocalendar()[1]
    weeks = owner.isocalendar().week.astype("int64")
    return weeks if kind(type(owner)) == "Datetimes" else type(owner[:0].astype("int64"))(weeks.to_numpy())


def interpolated(owner, found, *args, downcast=None, inplace=False, **named):
    """`frame.interpolate()`: columns of text stay."""
    if owner.ndim == 2 and _has_objects(owner):
        done = owner.copy()
        of_numbers = owner.select_dtypes("number")
        done[of_numbers.columns] = of_numbers.interpolate(*args, **named)
    else:
        done = found(*args, **named)
    if not inplace:
        return done
    become(owner, done)
    return None
