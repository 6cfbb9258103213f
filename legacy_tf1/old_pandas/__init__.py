"""Methods of pandas objects that pandas has removed or changed since 1.3: rows for `old_attributes`.

What a method that is still there took by position stands in `old_pandas.orders`, what it did otherwise is a function of
ACTS. REMOVED holds the methods that are gone. The old behaviour is what pandas 0.25.3 and 1.3.5 both do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from legacy_tf1.old_pandas import groups
from legacy_tf1.old_pandas import values as old
from legacy_tf1.old_pandas.orders import BOTH, FRAME, ORDERS, REDUCTIONS, SERIES
from legacy_tf1.old_pandas.values import kind, offset, period, writable

__all__ = ["CHANGED", "REMOVED"]


def _reduced(owner, found, level=None, numeric_only=None, **named):
    """Without a word about them, columns that are no numbers do not count; `level` is a groupby."""
    name = found.__name__
    if level is not None:
        grouped = owner.groupby(level=level)
        return (_of_groups if name not in ("max", "min") else _called)(grouped, getattr(grouped, name), **named)
    if kind(type(owner)) != "DataFrame" or numeric_only is not None:
        return found(**named, **({} if numeric_only is None else {"numeric_only": numeric_only}))
    named = {key: value for key, value in named.items() if value is not None}  # None was the default of each
    if named.get("axis", 0) in (0, "index") and name not in ("max", "min"):
        found = getattr(old.without_dates(owner), name)
    try:
        return found(**named)
    except (TypeError, ValueError):
        return found(**named, numeric_only=True)


def _called(owner, found, *args, **named):
    return found(*args, **named)


def _levelled(owner, found, *args, level=None, **named):
    """`count`, `any` and `all`."""
    grouped = owner if level is None else owner.groupby(level=level)
    named = {key: value for key, value in named.items() if value is not None or key == "axis"}
    return getattr(grouped, found.__name__)(*args, **named)


def _of_numbers(owner, found, *args, numeric_only=True, **named):
    return found(*args, numeric_only=numeric_only, **named)


def _of_groups(owner, found, *args, **named):
    """Of each group, and columns that are no numbers do not count."""
    if getattr(owner, "ndim", 1) != 2 or "numeric_only" in named:
        return found(*args, **named)
    try:
        return found(*args, numeric_only=True, **named)
    except TypeError:
        return found(*args, **named)


def _filled(owner, found, value=None, method=None, downcast=None, **named):
    """`frame.fillna(method="ffill")`; objects that are numbers afterwards become numbers."""
    if method is None:
        return _narrowed(owner, found, value, **named)
    return _narrowed(owner, owner.ffill if method in ("ffill", "pad") else owner.bfill, **named)


def _narrowed(owner, found, *args, inplace=False, downcast=None, **named):
    done = found(*args, **named)
    if not inplace:
        return old.narrowed(done)
    old.become(owner, old.narrowed(done))
    return None


def _replaced(owner, found, *args, method=None, limit=None, **named):
    """`frame.replace({"yes": 1, "no": 0})` made numbers of such a column; `method` repeated a neighbour."""
    if method is None:
        return _narrowed(owner, found, *args, **named)
    chosen = args[0] if args else named["to_replace"]
    kept = owner.mask(owner.isin(chosen if isinstance(chosen, (list, tuple)) else [chosen]))
    fill = kept.ffill if method in ("ffill", "pad") else kept.bfill
    return _narrowed(owner, fill, limit=limit, inplace=named.get("inplace", False))


def _grouped(owner, found, by=None, axis=0, squeeze=False, observed=False, **named):
    """`frame.groupby(["a"])` named its groups by values, not by tuples; `axis=1` groups columns."""
    if isinstance(by, list) and len(by) == 1:
        by = by[0]
    if axis in (1, "columns"):
        by = groups.labels(by) if isinstance(by, list) and len(by) == owner.shape[1] else by
        return groups.Turned(owner.T.groupby(by, observed=observed, **named))
    return found(by, observed=observed, **named)


def _pivoted(owner, found, *args, **named):
    """A column that is no number does not count."""
    if len(args) < 9:
        named.setdefault("observed", False)
    if not args and named.get("values") is None and named.get("aggfunc", "mean") in ("mean", "sum"):
        keys = [one for key in ("index", "columns") for one in old.as_list(named.get(key))]
        named["values"] = owner.select_dtypes(["number", "bool"]).columns.difference(keys, sort=False).tolist()
    done = found(*args, **named)
    filled = len(args) > 4 or named.get("fill_value") is not None
    return old.whole_numbers(done) if filled else done


def _resampled(owner, found, rule, how=None, axis=0, fill_method=None, kind=None, loffset=None, base=0, limit=None,
               **named):  # fmt: skip
    """`how=` and `base=`, and the older names of frequencies."""
    if base:
        named["offset"] = old.unit(rule) * base
    done = found(offset(rule), **named)
    if how is not None:
        done = done.agg(how)
    if fill_method is not None:
        done = getattr(done if how is not None else done.mean(), fill_method)(limit=limit)
    return done


def _with_freq(owner, found, *args, freq=None, **named):
    """The older names of frequencies; the place of a frequency is the first of a text."""
    args = [offset(one) for one in args]
    return found(*args, **named, **({} if freq is None else {"freq": offset(freq)}))


def _to_period(owner, found, freq=None, **named):
    return found(period(freq), **named)


def _rolled(owner, found, window, *args, axis=0, **named):
    if axis in (1, "columns"):
        return groups.Turned(owner.T.rolling(offset(window), *args, **named))
    return found(offset(window), *args, **named)


def _replaced_text(owner, found, pat, repl=None, n=-1, case=None, flags=0, regex=True):
    """Patterns were regular expressions, unless of a single character."""
    plain = isinstance(pat, str) and len(pat) == 1 and not flags and not callable(repl)
    return found(pat, repl, n=n, case=case, flags=flags, regex=bool(regex) and not plain)


def _counted(owner, found, *args, **named):
    """The counts bore the name of the series, their index none."""
    counts = found(*args, **named).rename(owner.name)
    counts.index.name = None
    return counts


def _between(owner, found, left, right, inclusive=True):
    return found(left, right, {True: "both", False: "neither"}.get(inclusive, inclusive))


def _between_times(owner, found, *args, include_start=True, include_end=True, **named):
    if not (include_start and include_end):
        named["inclusive"] = "left" if include_start else "right" if include_end else "neither"
    return found(*args, **named)


def _change(owner, found, periods=1, fill_method="pad", limit=None, **named):
    """What is missing was filled first."""
    if fill_method is not None:
        owner = (owner.ffill if fill_method in ("ffill", "pad") else owner.bfill)(limit=limit)
    return owner.pct_change(periods, fill_method=None, **named)


def _located(owner, found, key, method=None, tolerance=None):
    return found(key) if method is None else owner.get_indexer([key], method=method, tolerance=tolerance)[0]


def _as_type(owner, found, dtype=None, *args, copy=None, **named):
    """Dates were counts of nanoseconds; a type of dates needed no unit."""
    if isinstance(dtype, str) and dtype in ("datetime64", "M8", "timedelta64", "m8"):
        dtype += "[ns]"
    if isinstance(dtype, str) and dtype.startswith("timedelta64[") and "[ns]" not in dtype and owner.ndim == 1:
        if getattr(owner.dtype, "kind", "") == "m":  # a number of them
            return owner // old.span(dtype)
    if not isinstance(dtype, dict) and dtype is not None and old.is_whole(dtype):
        found = old.in_nanoseconds(owner).astype
    return found(dtype, *args, **named)


def _renamed_axis(owner, found, labels, axis=0, inplace=False):
    done = found(labels, axis=axis)
    if not inplace:
        return done
    old.become(owner, done)
    return None


def _written(owner, found, *args, line_terminator=None, **named):
    return found(*args, **named, **({} if line_terminator is None else {"lineterminator": line_terminator}))


def _without(*gone: str) -> Callable:
    """The method, to which these arguments mean nothing any more."""
    return lambda owner, found, *args, **named: found(
        *args, **{key: value for key, value in named.items() if key not in gone}
    )


def _informed(owner, found, *args, null_counts=None, **named):
    return found(*args, **named, **({} if null_counts is None else {"show_counts": null_counts}))


def _dropped(owner, found, *args, **named):
    # an argument that is None is not there: pandas refuses some of them together
    return found(*args, **{key: value for key, value in named.items() if value is not None or key == "subset"})


ACTS: dict[str, Callable] = {
    **dict.fromkeys((*REDUCTIONS, "prod", "product", "sum", "sem", "std", "var"), _reduced),
    **dict.fromkeys(("all", "any", "count"), _levelled),
    **dict.fromkeys(("agg", "aggregate", "transform"), groups.aggregated),
    **dict.fromkeys(("corr", "corrwith", "cov", "quantile"), _of_numbers),
    **dict.fromkeys(("bfill", "ffill"), _narrowed),
    **dict.fromkeys(("asfreq", "ceil", "floor", "round", "shift"), _with_freq),
    **dict.fromkeys(("mask", "where"), _without("errors", "try_cast")),
    "apply": _without("broadcast", "convert_dtype", "reduce"),
    "astype": _as_type,
    "between": _between,
    "between_time": _between_times,
    "dropna": _dropped,
    "fillna": _filled,
    "get_loc": _located,
    "groupby": _grouped,
    "info": _informed,
    "interpolate": old.interpolated,
    "pct_change": _change,
    "pivot_table": _pivoted,
    "replace": _replaced,
    "resample": _resampled,
    "rolling": _rolled,
    "set_axis": _renamed_axis,
    "take": _without("is_copy"),
    "to_csv": _written,
    "to_excel": _without("encoding", "verbose"),
    "to_period": _to_period,
    "value_counts": _counted,
}
# the same for one kind of owner only
_ACTS_OF: dict[tuple[str, str], Callable] = {
    ("GroupBy", "apply"): groups.applied,
    ("StringMethods", "replace"): _replaced_text,
    **{
        (owner, name): _of_groups
        for names, owners, _ in ORDERS
        for owner in owners
        for name in names.split()
        if owner in ("GroupBy", "Resampler", "Rolling") and name not in ("agg", "aggregate", "apply", "transform")
    },
}


def _changed(name: str) -> Callable:
    """The row of a method: `(owner, found)` -> the method as it was, or None for another owner."""
    rows = {}
    for names, owners, order in ORDERS:
        for owner in owners if name in names.split() else ():
            kept, _, rest = order.partition("/")
            act = _ACTS_OF.get((owner, name)) or ACTS.get(name, _called)
            rows[owner] = len(kept.split()), tuple(rest.split()), act

    def change(owner, found):
        row = rows.get(kind(type(owner)))
        if row is None:
            return None
        kept, rest, act = row

        def method(*args, **named):
            if rest and len(args) > kept:
                args, named = args[:kept], old.by_place(rest, args[kept:], named)
            return act(owner, found, *args, **named)

        return method

    return change


def _values(owner, found):
    """`frame.values` may be written to."""
    return writable(owner, found) if kind(type(owner)) in ("DataFrame", "Series", "Index") else None


def _to_numpy(owner, found):
    of_pandas = kind(type(owner)) in ("DataFrame", "Series", "Index")
    return (lambda *args, **named: writable(owner, found(*args, **named))) if of_pandas else None


CHANGED: dict[str, tuple[Callable, ...]] = {
    **{name: (_changed(name),) for names, _, _ in ORDERS for name in names.split()},
    "to_numpy": (_to_numpy,),
    "values": (_values,),
}


def _of(kinds: tuple[str, ...], make: Callable) -> Callable:
    """A row for a name that is gone: `make(owner)` for owners of these kinds."""
    return lambda owner, _: make(owner) if kind(type(owner)) in kinds else None


def _method(kinds: tuple[str, ...], function: Callable) -> tuple[Callable]:
    return (_of(kinds, lambda owner: functools.partial(function, owner)),)


def _value(kinds: tuple[str, ...], function: Callable) -> tuple[Callable]:
    return (_of(kinds, function),)


_DATES = ("Index", "Datetimes", "Timestamp")
REMOVED: dict[str, tuple[Callable, ...]] = {
    "applymap": _method(FRAME, lambda owner, func: owner.map(func)),
    "asobject": _value(("Series", "Index"), lambda owner: owner.astype(object).values),
    "backfill": _method((*BOTH, "GroupBy", "Resampler"), lambda owner, *args, **named: owner.bfill(*args, **named)),
    "clip_lower": _method(BOTH, lambda owner, threshold, axis=None: owner.clip(lower=threshold, axis=axis)),
    "clip_upper": _method(BOTH, lambda owner, threshold, axis=None: owner.clip(upper=threshold, axis=axis)),
    "compress": _method(SERIES, lambda owner, condition: owner[list(condition)]),
    "contains": _method(("Index",), lambda owner, key: key in owner),
    "fillna": _method(("GroupBy",), groups.filled_groups),
    "first": _method(BOTH, lambda owner, length: old.first(owner, offset(length))),
    "format": _method(("Index",), lambda owner: [str(one) for one in owner]),
    "from_items": (
        lambda owner, _: old.from_items(owner) if isinstance(owner, type) and kind(owner) == "DataFrame" else None,
    ),
    "get_dtype_counts": _method(BOTH, lambda owner: old.dtype_counts(owner)),
    "get_values": _method((*BOTH, "Index", "Categorical"), lambda owner: old.get_values(owner)),
    "is_all_dates": _value(("Index",), lambda owner: owner.inferred_type in ("datetime64", "datetime")),
    "is_monotonic": _value(("Series", "Index"), lambda owner: owner.is_monotonic_increasing),
    "last": _method(BOTH, lambda owner, length: old.last(owner, offset(length))),
    "lookup": _method(FRAME, old.lookup),
    "mad": _method(BOTH, old.mean_deviation),
    "nonzero": _method(SERIES, lambda owner: owner.to_numpy().nonzero()),
    "pad": _method((*BOTH, "GroupBy", "Resampler"), lambda owner, *args, **named: owner.ffill(*args, **named)),
    "ravel": _method(SERIES, lambda owner, order="C": writable(owner, owner.values).ravel(order)),
    "save": _method(("ExcelWriter",), lambda owner: owner.close()),
    "set_value": _method(BOTH, old.set_value),
    "slice_shift": _method(BOTH, old.slice_shift),
    "swapaxes": _method(BOTH, lambda owner, axis1, axis2: owner if axis1 == axis2 else owner.T),
    "tshift": _method(BOTH, lambda owner, periods=1, freq=None: owner.shift(periods, freq=offset(freq or "infer"))),
    "valid": _method(SERIES, lambda owner, **named: owner.dropna(**named)),
    "view": _method(("Series", "Index"), old.viewed),
    "week": _value(_DATES, old.week),
    "weekday_name": _value(_DATES, lambda owner: owner.day_name()),
    "weekofyear": _value(_DATES, old.week),
}
