"""Groups and windows of pandas as they were before pandas 2."""

from __future__ import annotations

from legacy_tf1.old_pandas.values import as_list

__all__ = ["Turned", "aggregated", "applied", "filled_groups", "labels"]


class Turned:
    """What a group or window along columns is: each of its methods is one along rows of the transposed frame."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        return (lambda *args, **named: found(*args, **named).T) if callable(found) else found

    def __iter__(self):
        return ((name, group.T) for name, group in self._inner)


def labels(values):
    """One label for each row, which a list might not be taken for."""
    import pandas

    return pandas.Index(values).to_numpy()


def applied(owner, found, func, *args, **named):
    """`groupby(...).apply(func)`: `func` was given the columns of the keys too; what kept its index kept its place."""
    if isinstance(func, str):
        return found(func, *args, **named)
    alike = []

    def seen(group):
        result = func(group, *args, **named)
        alike.append(type(result) is type(group) and result.index.equals(group.index))
        return result

    keys = as_list(getattr(owner, "keys", None))
    frame = owner.obj
    if frame.ndim == 2 and owner._selection is None and keys and all(_is_column(frame, key) for key in keys):
        found = frame.groupby([frame[key].copy() for key in keys], as_index=owner.as_index, sort=owner.sort,
                              group_keys=owner.group_keys, observed=owner.observed, dropna=owner.dropna).apply  # fmt: skip
    done = found(seen)
    if not alike or not all(alike) or len(done) != len(frame):
        return done
    extra = done.index.nlevels - frame.index.nlevels
    done = done.droplevel(list(range(extra))) if extra > 0 else done
    return done.reindex(frame.index) if frame.index.is_unique else done


def _is_column(frame, key) -> bool:
    try:
        return key in frame.columns and frame[key].ndim == 1
    except TypeError:  # an array, a function
        return False


def filled_groups(owner, value=None, method=None, axis=None, inplace=False, limit=None, downcast=None):
    """`groupby(...).fillna(method="ffill")`."""
    if method is not None:
        return (owner.ffill if method in ("ffill", "pad") else owner.bfill)(limit)
    filled = owner.obj.fillna(value, limit=limit)
    return filled if filled.ndim == 1 else filled[owner.ffill().columns]


def aggregated(owner, found, *args, **named):
    """`groupby(...).agg("mean")`: columns that it cannot be taken of do not count."""
    try:
        return found(*args, **named)
    except (TypeError, ValueError):
        if getattr(owner, "ndim", 1) != 2 or owner._selection is not None or (args and isinstance(args[0], dict)):
            raise
        keys = [key for key in as_list(getattr(owner, "keys", None)) if isinstance(key, str)]
        numbers_only = owner.obj.select_dtypes(["number", "bool"]).columns.difference(keys, sort=False).tolist()
        return getattr(owner[numbers_only], found.__name__)(*args, **named)
