"""Functions of pandas that it has removed or changed since 1.3, as they were: `restored.py` says for whom."""

from __future__ import annotations

import contextlib
import io
import warnings

from legacy_tf1.old_pandas import values as old

_READ = (
    "sep delimiter header names index_col usecols squeeze prefix mangle_dupe_cols dtype engine converters true_values"
    " false_values skipinitialspace skiprows skipfooter nrows na_values keep_default_na na_filter verbose"
    " skip_blank_lines parse_dates infer_datetime_format keep_date_col date_parser dayfirst cache_dates"
).split()
_EXCEL = (
    "header names index_col usecols squeeze dtype engine converters true_values false_values skiprows nrows na_values"
).split()
_JOINED = "axis join join_axes ignore_index keys levels names verify_integrity sort copy".split()
_DATED = "box format exact unit infer_datetime_format origin cache".split()
_NO_EFFECT = ("convert_float", "infer_datetime_format", "mangle_dupe_cols", "tupleize_cols", "verbose")


def as_it_was(pandas) -> None:
    """Sets what switches pandas still has: columns of text are of the type `object` again, in the whole process.

    And nothing is said of what pandas 4 will remove: scripts that run here chose to keep it.
    """
    if hasattr(pandas.errors, "Pandas4Warning"):
        warnings.simplefilter("ignore", pandas.errors.Pandas4Warning)
    with contextlib.suppress(pandas.errors.OptionError):
        pandas.set_option("future.infer_string", False)


def __getattr__(name: str):
    if name == "np":  # `pandas.np`, as scripts see NumPy
        from legacy_tf1 import restored

        return restored.module("numpy")
    raise AttributeError(name)


class SettingWithCopyWarning(Warning):
    """`pandas.core.common.SettingWithCopyWarning`: nothing gives it any more."""


class _Numbered(type):
    """A type of index for numbers of one dtype, which is any index of that kind today."""

    def __call__(cls, data=None, dtype=None, copy=False, name=None):
        import pandas

        return pandas.Index([] if data is None else data, dtype=dtype or cls.dtype, copy=copy, name=name)

    def __instancecheck__(cls, owner) -> bool:
        return old.kind(type(owner)) == "Index" and getattr(owner.dtype, "kind", "") == cls.dtype[0]


Int64Index = _Numbered("Int64Index", (), {"dtype": "int64"})
UInt64Index = _Numbered("UInt64Index", (), {"dtype": "uint64"})
Float64Index = _Numbered("Float64Index", (), {"dtype": "float64"})


def read_csv(filepath_or_buffer, *arguments, **named):
    """`pandas.read_csv`, with its arguments by position and those that pandas 2 and 3 removed."""
    import pandas

    return _read(pandas.read_csv, filepath_or_buffer, **old.by_place(_READ, arguments, named))


def read_table(filepath_or_buffer, *arguments, **named):
    """`pandas.read_table`, likewise."""
    import pandas

    return _read(pandas.read_table, filepath_or_buffer, **old.by_place(_READ, arguments, named))


def read_excel(io, sheet_name=0, *arguments, **named):
    """`pandas.read_excel`, likewise."""
    import pandas

    return _read(pandas.read_excel, io, sheet_name=sheet_name, **old.by_place(_EXCEL, arguments, named))


def _read(reader, file, *, squeeze=False, prefix=None, error_bad_lines=None, warn_bad_lines=None, date_parser=None,
          delim_whitespace=False, keep_date_col=False, parse_dates=None, **named):  # fmt: skip
    if error_bad_lines is False:
        named.setdefault("on_bad_lines", "skip" if warn_bad_lines is False else "warn")
    if named.get("delimiter", "") is None:
        named.pop("delimiter")
    if delim_whitespace:
        named["sep"] = r"\s+"
    named = {name: value for name, value in named.items() if name not in _NO_EFFECT}
    parser = _Dates(parse_dates, date_parser, keep_date_col, named.get("index_col")) if parse_dates else None
    if parser is not None and parser.is_needed:
        named = parser.without_index(named)
    elif parse_dates:
        named.update(parse_dates=parse_dates, **_mixed(named))
    frame = reader(file, **named)
    if not hasattr(frame, "columns"):  # parts, or several sheets
        return frame
    if prefix is not None:
        frame.columns = [f"{prefix}{name}" for name in frame.columns]
    frame = parser.parsed(frame) if parser is not None and parser.is_needed else _in_nanoseconds(frame)
    return frame.squeeze("columns") if squeeze else frame


def _mixed(named: dict) -> dict:
    # each date was looked at by itself; today all have to be written as the first
    return {} if "date_format" in named or "dayfirst" in named else {"date_format": "mixed"}


def _in_nanoseconds(frame):
    for column, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if getattr(dtype, "kind", "") in "mM" and frame.columns.is_unique:
            frame[column] = old.in_nanoseconds(frame[column])
    if getattr(frame.index.dtype, "kind", "") in "mM":
        frame.index = old.in_nanoseconds(frame.index)
    return frame


class _Dates:
    """Dates in a file that need a parser of the script, or stand in several columns."""

    def __init__(self, dates, parser, keep, index_col):
        self.parser, self.keep, self.index_col = parser, keep, index_col
        if dates is True:
            dates = [0 if index_col in (None, False) else index_col]
        named = dates.items() if isinstance(dates, dict) else ((None, one) for one in dates)
        self.groups = [(name, one if isinstance(one, (list, tuple)) else [one]) for name, one in named]
        self.is_needed = parser is not None or isinstance(dates, dict) or any(len(one) > 1 for _, one in self.groups)

    def without_index(self, named: dict) -> dict:
        texts = {column: str for _, columns in self.groups for column in columns}
        given = named.get("dtype")
        kept = given if isinstance(given, dict) else {}
        named = {**named, "dtype": {**kept, **texts} if given is None or kept else given}
        named.pop("index_col", None)
        return named

    def parsed(self, frame):
        """The frame with a column for each date, in front where it was made of several, and with its index."""
        made, gone = {}, []
        for name, columns in self.groups:
            columns = [one if one in frame.columns else frame.columns[one] for one in columns]
            dates = old.in_nanoseconds(_dates([frame[one] for one in columns], self.parser))
            if name is None and len(columns) == 1:
                frame[columns[0]] = dates
                continue
            made[name or "_".join(map(str, columns))] = dates
            gone += [] if self.keep else columns
        frame = frame.drop(columns=gone)
        for place, (name, dates) in enumerate(made.items()):
            frame.insert(place, name, dates)
        if self.index_col is None or self.index_col is False:
            return frame
        index = [one if one in frame.columns else frame.columns[one] for one in old.as_list(self.index_col)]
        return frame.set_index(index if isinstance(self.index_col, (list, tuple)) and len(index) > 1 else index[0])


def _dates(columns: list, parser):
    """A series of dates from columns of text: all at once where the parser takes that, else one after the other."""
    import pandas

    texts = columns[0].astype(object)
    for column in columns[1:]:
        texts = texts + " " + column.astype(object)
    if parser is None:
        return to_datetime(texts, errors="ignore")
    with contextlib.suppress(Exception):  # a parser of single dates may fail in any way at an array of them
        if len(parsed := parser(*[column.to_numpy(object) for column in columns])) == len(texts):
            return pandas.Series(pandas.to_datetime(parsed), index=texts.index)
    try:
        parsed = [parser(text) for text in texts]
    except TypeError:  # it takes one text for each column
        parsed = [parser(*row) for row in zip(*columns, strict=True)]
    return pandas.Series(pandas.to_datetime(parsed), index=texts.index)


def read_json(path_or_buf=None, *arguments, **named):
    """`pandas.read_json`, of a text that is JSON too."""
    import pandas

    named.pop("numpy", None)
    named = old.by_place(["orient", "typ", "dtype", "convert_axes", "convert_dates"], arguments, named)
    return pandas.read_json(_opened(path_or_buf, "[{"), **named)


def read_html(io, *arguments, **named):
    """`pandas.read_html`, of a text that is HTML too."""
    import pandas

    named = old.by_place(["match", "flavor", "header", "index_col", "skiprows", "attrs"], arguments, named)
    return pandas.read_html(_opened(io, "<"), **named)


def _opened(source, starts: str):
    return io.StringIO(source) if isinstance(source, str) and source.lstrip()[:1] in tuple(starts) else source


def concat(objs, *arguments, join_axes=None, **named):
    """`pandas.concat`, with its arguments by position too."""
    import pandas

    named = old.by_place(_JOINED, arguments, named)
    join_axes = named.pop("join_axes", join_axes)
    named.pop("copy", None)
    whole = pandas.concat(objs, **named)
    if join_axes is None:
        return whole
    return whole.reindex(**{"columns" if named.get("axis", 0) in (0, "index") else "index": join_axes[0]})


def to_datetime(arg, errors="raise", dayfirst=False, yearfirst=False, utc=None, *arguments, **named):
    """`pandas.to_datetime`: each date looked at by itself, in nanoseconds; `errors="ignore"` gives back what it got."""
    import pandas

    named = old.by_place(_DATED, arguments, named)
    box = named.pop("box", True)
    named.pop("infer_datetime_format", None)
    if named.get("format") is None:
        named.pop("format", None)
        if _is_of_text(arg):
            named["format"] = "mixed"
    named.update(dayfirst=dayfirst, yearfirst=yearfirst, utc=bool(utc))
    try:
        found = pandas.to_datetime(arg, errors="raise" if errors == "ignore" else errors, **named)
    except (TypeError, ValueError, OverflowError):
        if errors != "ignore":
            raise
        return arg
    found = old.in_nanoseconds(found)
    return found if box else found.values if hasattr(found, "values") else found.to_datetime64()


def _is_of_text(arg) -> bool:
    """Whether there is more than one date and the first is a text."""
    if isinstance(arg, str) or not hasattr(arg, "__len__") or hasattr(arg, "columns") or isinstance(arg, dict):
        return False
    first = next((one for one in arg if one is not None and one == one), None)
    return isinstance(first, str)


def to_numeric(arg, errors="raise", **named):
    """`pandas.to_numeric`, with `errors="ignore"`."""
    import pandas

    try:
        return pandas.to_numeric(arg, errors="raise" if errors == "ignore" else errors, **named)
    except (TypeError, ValueError):
        if errors != "ignore":
            raise
        return arg


def to_timedelta(arg, unit=None, *arguments, **named):
    """`pandas.to_timedelta`, in nanoseconds."""
    import pandas

    return old.in_nanoseconds(pandas.to_timedelta(arg, old.offset(unit), *arguments, **named))


def date_range(
    start=None, end=None, periods=None, freq=None, tz=None, normalize=False, name=None, closed=None, **named
):
    """`pandas.date_range`, with `closed=`, the older names of frequencies, and in nanoseconds."""
    import pandas

    named.setdefault("inclusive", closed or "both")
    return pandas.date_range(start, end, periods, old.offset(freq), tz, normalize, name, **named).as_unit("ns")


def bdate_range(start=None, end=None, periods=None, freq="B", *arguments, closed=None, **named):
    """`pandas.bdate_range`, likewise."""
    import pandas

    named.setdefault("inclusive", closed or "both")
    return pandas.bdate_range(start, end, periods, old.offset(freq), *arguments, **named).as_unit("ns")


def period_range(start=None, end=None, periods=None, freq=None, name=None):
    """`pandas.period_range`, with the older names of frequencies."""
    import pandas

    return pandas.period_range(start, end, periods, old.period(freq), name)


def grouper(*arguments, freq=None, **named):
    """`pandas.Grouper`, with the older names of frequencies."""
    import pandas

    return pandas.Grouper(*arguments, **named, **({} if freq is None else {"freq": old.offset(freq)}))


def get_dummies(data, prefix=None, prefix_sep="_", dummy_na=False, columns=None, sparse=False, drop_first=False,
                dtype=None):  # fmt: skip
    """`pandas.get_dummies`: of 0 and 1."""
    import pandas

    dtype = "uint8" if dtype is None else dtype
    return pandas.get_dummies(data, prefix, prefix_sep, dummy_na, columns, sparse, drop_first, dtype)


def pivot(data, index=None, columns=None, values=None):
    """`pandas.pivot`, with its arguments by position."""
    import pandas

    given = {"index": index, "columns": columns, "values": values}
    return pandas.pivot(data, **{name: value for name, value in given.items() if value is not None})


def pivot_table(data, *arguments, **named):
    """`pandas.pivot_table`, without the columns that are no numbers."""
    from legacy_tf1 import old_pandas

    return old_pandas.ACTS["pivot_table"](data, data.pivot_table, *arguments, **named)


def factorize(values, sort=False, na_sentinel=-1, size_hint=None):
    """`pandas.factorize`, of lists too."""
    import pandas

    codes, uniques = pandas.factorize(_array(values), sort=sort, size_hint=size_hint)
    codes[codes == -1] = na_sentinel
    return codes, uniques


def unique(values):
    """`pandas.unique`, of lists too."""
    import pandas

    return pandas.unique(_array(values))


def _array(values):
    import numpy

    if not isinstance(values, (list, tuple)):
        return values
    array = numpy.asarray(values)
    return numpy.asarray(values, object) if array.dtype.kind in "US" else array


def value_counts(values, sort=True, ascending=False, normalize=False, bins=None, dropna=True):
    """`pandas.value_counts`: how often each value is there."""
    import pandas

    series = pandas.Series(values)
    counts = series.value_counts(normalize, sort, ascending, bins, dropna).rename(series.name)
    counts.index.name = None
    return counts


def set_option(*arguments):
    """`pandas.set_option`, with -1 for no limit of the width of a column, and `max_rows` for `display.max_rows`."""
    import pandas

    pairs = [
        None if value == -1 and str(name).endswith("max_colwidth") else value
        for name, value in zip(("", *arguments), arguments, strict=False)
    ]
    try:
        pandas.set_option(*pairs)
    except pandas.errors.OptionError:
        pandas.set_option(*(f"display.{one}" if not place % 2 else one for place, one in enumerate(pairs)))


def merge(*arguments, copy=True, **named):
    """`pandas.merge`, with `copy=`."""
    import pandas

    return pandas.merge(*arguments, **named)
