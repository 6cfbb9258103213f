"""Methods and attributes that Python and the libraries have taken off their objects since, given back to scripts.

An object's class is shared with every library, so nothing is put back on it. Instead the scripts' own
code asks here for the attributes of the table below: `frame.append(row)` runs as `attribute(frame,
"append")(row)`. An object that has the attribute keeps its own.

To give back one more, add a row.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable

from legacy_tf1 import old_pandas, single_elements
from legacy_tf1.old_pandas.values import kind

__all__ = ["ATTRIBUTE", "OLD", "Rewrite", "attribute"]

ATTRIBUTE = "__legacy_tf1_attribute__"  # the name under which `attribute` stands in the scripts' builtins


def attribute(owner, name: str, column=None, named: bool = False):
    """`owner.name`, where today's owner has none by the row of the table.

    Args:
        column: it is `owner[column].name`, and what that does in place stands in the owner.
        named: it is `owner.column.name` then.
    """
    if column is not None:
        return _of_column(owner, name, column, named=named)
    try:
        found = getattr(owner, name)
    except AttributeError:
        made = next((made for make in OLD.get(name, ()) if (made := make(owner, None)) is not None), None)
        if made is None:
            raise
        return made
    for change in CHANGED.get(name, ()):
        if (changed := change(owner, found)) is not None:
            return changed
    return found


def _of_column(owner, name: str, column, *, named: bool):
    part = getattr(owner, column) if named else owner[column]
    method = attribute(part, name)
    if (kind(type(owner)), kind(type(part))) != ("DataFrame", "Series"):
        return method

    def stored(*arguments, **options):
        method(*arguments, **options)
        owner[column] = part  # a copy, since pandas 3

    return stored


class Rewrite(ast.NodeTransformer):
    """Lets a tree ask for the attributes of the table in `attribute`."""

    def __init__(self, source: str):
        # `append` is every list's: it is worth the detour only where pandas is about
        self.names = {name for name in (*OLD, *CHANGED) if name in source}
        if "pandas" not in source:
            self.names -= _OF_PANDAS

    def visit_Attribute(self, node: ast.Attribute):
        self.generic_visit(node)
        if node.attr not in self.names or not isinstance(node.ctx, ast.Load):
            return node
        call = ast.Call(ast.Name(ATTRIBUTE, ast.Load()), [node.value, ast.Constant(node.attr)], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def visit_Expr(self, node: ast.Expr):
        self.generic_visit(node)
        method = getattr(node.value, "func", None)  # the call of ATTRIBUTE for `frame["a"].fillna`
        if getattr(getattr(method, "func", None), "id", "") != ATTRIBUTE or method.args[1].value not in _IN_PLACE:
            return node
        if any(one.arg == "inplace" for one in node.value.keywords):
            part, name = method.args
            if isinstance(part, ast.Subscript) and not isinstance(part.slice, (ast.Slice, ast.Tuple)):
                method.args = [part.value, name, part.slice]
            elif isinstance(part, ast.Attribute) and not part.attr.startswith("__"):
                method.args = [part.value, name, ast.Constant(part.attr), ast.Constant(True)]
        return ast.fix_missing_locations(node)


def _renamed(new: str) -> Callable:
    return lambda owner, _: getattr(owner, new, None)


def _is(owner, module: str, *names: str) -> bool:
    """Whether the owner's class, or one it comes from, is of these; the library need not be imported to ask."""
    return any(one.__name__ in names and one.__module__.startswith(module) for one in type(owner).__mro__)


def _frame(owner) -> bool:
    return kind(type(owner)) in ("DataFrame", "Series")


def _appended(owner, _):
    if not _frame(owner):
        return None

    def append(other, ignore_index=False, verify_integrity=False, sort=False):
        import pandas

        if isinstance(other, dict):
            other = pandas.Series(other)
        if isinstance(other, pandas.Series) and isinstance(owner, pandas.DataFrame):
            more = [label for label in other.index if label not in owner.columns]
            other = other.reindex([*owner.columns, *more]).to_frame().T.infer_objects()
        others = [pandas.DataFrame(one) if isinstance(one, list) else one for one in _as_list(other)]
        whole = pandas.concat([owner, *others], ignore_index=ignore_index, verify_integrity=verify_integrity, sort=sort)
        return whole if len(owner) else whole.infer_objects()

    return append


def _as_list(value) -> list:
    return value if isinstance(value, list) and value and not isinstance(value[0], (list, dict)) else [value]


def _as_matrix(owner, _):
    return (lambda columns=None: (owner if columns is None else owner[columns]).values) if _frame(owner) else None


class _Mixed:
    """`frame.ix[rows]` and `frame.ix[rows, columns]`: each by label where it is one, else by position."""

    def __init__(self, owner):
        self.owner = owner

    def __getitem__(self, key):
        if not isinstance(key, tuple):
            return _by_label_or_place(self.owner, key)
        rows, columns = key
        return self.owner.iloc[_places(self.owner.index, rows), _places(self.owner.columns, columns)]

    def __setitem__(self, key, value):
        axes = (self.owner.index, getattr(self.owner, "columns", None))
        keys = key if isinstance(key, tuple) else (key,)
        places = tuple(_places(axis, one) for axis, one in zip(axes, keys, strict=False))
        by_label = any(isinstance(one, str) for one in places)  # a new one
        single_elements.put(value, *((self.owner.loc, key) if by_label else (self.owner.iloc, places)))


def _by_label_or_place(owner, key):
    try:
        return owner.loc[key]
    except (KeyError, TypeError):
        return owner.iloc[key]


def _places(axis, key):
    """The key as positions along an index of pandas."""
    if isinstance(key, slice):
        try:
            return axis.slice_indexer(key.start, key.stop, key.step)
        except (KeyError, TypeError):
            return key
    if isinstance(key, list) or hasattr(key, "__array__"):
        return [_places(axis, one) for one in key]
    return axis.get_loc(key) if key in axis else key


def _projected(owner, found):
    """`figure.gca(projection="3d")`."""
    if not _is(owner, "matplotlib", "Figure"):
        return None
    return lambda **named: owner.add_subplot(**named) if named else found()


def _flattened(owner, found):
    """`plt.pcolor(values).get_array()`: the values of all cells in a row."""
    return (lambda: found().ravel()) if _is(owner, "matplotlib.collections", "PolyQuadMesh", "QuadMesh") else None


def _styled(owner, found):
    """`plt.style.use("seaborn")`: Matplotlib gave the names of these styles a version."""
    if getattr(owner, "__name__", "") not in ("matplotlib.style", "matplotlib.style.core"):
        return None

    def use(style):
        known = owner.available
        named = style.replace("seaborn", "seaborn-v0_8", 1) if isinstance(style, str) else style
        return found(named if isinstance(style, str) and style not in known and named in known else style)

    return use


def _colours(owner, _):
    """`matplotlib.cm.get_cmap`."""
    if getattr(owner, "__name__", "") != "matplotlib.cm":
        return None
    import matplotlib.pyplot

    return matplotlib.pyplot.get_cmap


def _classified(owner, _):
    """`model.predict_classes` of Keras: the number of the likeliest class, or 0 and 1 for one probability."""
    if not _is(owner, "tf_keras", "Sequential"):
        return None

    def predict_classes(*arguments, **named):
        chances = owner.predict(*arguments, **named)
        return chances.argmax(axis=-1) if chances.shape[-1] > 1 else (chances > 0.5).astype("int32")

    return predict_classes


def _probabilities(owner, _):
    return owner.predict if _is(owner, "tf_keras", "Sequential") else None


def _of_dict(view: str) -> Callable:
    return lambda owner, _: (lambda: iter(getattr(owner, view)())) if isinstance(owner, dict) else None


OLD: dict[str, tuple[Callable, ...]] = {
    **old_pandas.REMOVED,
    "append": (_appended,),
    "as_matrix": (_as_matrix,),
    "decode": (lambda owner, _: (lambda *how, **named: owner) if isinstance(owner, str) else None,),
    "get_cmap": (_colours,),
    "get_feature_names": (_renamed("get_feature_names_out"),),
    "getchildren": (lambda owner, _: lambda: list(owner),),
    "getiterator": (_renamed("iter"),),
    "get_value": (lambda owner, _: (lambda row, column: owner.at[row, column]) if _frame(owner) else None,),
    "has_key": (lambda owner, _: owner.__contains__ if isinstance(owner, dict) else None,),
    "isAlive": (_renamed("is_alive"),),
    "itemset": (lambda owner, _: lambda *place: owner.__setitem__(_place(owner, place[:-1]), place[-1]),),
    "iteritems": (_of_dict("items"), lambda owner, _: owner.items if _frame(owner) else None),
    "iterkeys": (_of_dict("keys"),),
    "itervalues": (_of_dict("values"),),
    "ix": (lambda owner, _: _Mixed(owner) if _frame(owner) else None,),
    "message": (lambda owner, _: str(owner) if isinstance(owner, BaseException) else None,),
    "predict_classes": (_classified,),
    "predict_proba": (_probabilities,),
    "ptp": (lambda owner, _: functools.partial(_numpy().ptp, owner),),
    "set_axis_bgcolor": (_renamed("set_facecolor"),),
    "set_window_title": (lambda owner, _: getattr(getattr(owner, "manager", None), "set_window_title", _ignored),),
    "tostring": (_renamed("tobytes"),),
    "viewitems": (lambda owner, _: owner.items if isinstance(owner, dict) else None,),
    "viewkeys": (lambda owner, _: owner.keys if isinstance(owner, dict) else None,),
    "viewvalues": (lambda owner, _: owner.values if isinstance(owner, dict) else None,),
}
# attributes that are still there and have lost an argument or a place for it
CHANGED: dict[str, tuple[Callable, ...]] = {
    **old_pandas.CHANGED,
    "gca": (_projected,),
    "get_array": (_flattened,),
    "use": (_styled,),
}
# methods with an argument `inplace` that keep the index
_IN_PLACE = ("bfill", "clip", "ffill", "fillna", "interpolate", "mask", "replace", "where")
_OF_PANDAS = {"append", "as_matrix", "get_value", "ix", *old_pandas.REMOVED, *old_pandas.CHANGED}


def _place(array, indices: tuple):
    """The index of `itemset`: one number counts through the flattened array."""
    if not indices:
        return ()
    index = indices[0]
    return _numpy().unravel_index(index, array.shape) if isinstance(index, int) else index


def _ignored(*arguments, **named) -> None:
    """What has no effect without a window."""


def _numpy():
    import numpy

    return numpy
