"""Arrays of one element as numbers: `int(array)`, `"%d" % array`, `row[0] = array`.

NumPy took any array of one element for a number until 2.4, which takes those without dimensions only.
What a script draws or fetches has often the shape (1,), so its own code asks here in the three places
where Python turns a value into a number. And in a fourth, an index: until NumPy 1.23 a list of slices was one as a tuple
is; until pandas 3 a number was a position of a Series whose labels are no numbers, and a date the rows of that day; what
was written into a column of a frame, `frame["a"][0] = 1`, stood in the frame; and a column took any value, whatever its
dtype.
"""

from __future__ import annotations

import ast
import numbers

from legacy_tf1.old_pandas import values as of_pandas
from legacy_tf1.old_pandas.values import kind

__all__ = [
    "FORMAT", "GET", "NUMBER", "PUT", "PUT_INTO", "SLICE", "Rewrite", "formatted", "get", "number", "put", "put_into",
]  # fmt: skip

# the names under which the functions stand in the scripts' builtins
NUMBER, FORMAT = "__legacy_tf1_number__", "__legacy_tf1_format__"
PUT, GET = "__legacy_tf1_put__", "__legacy_tf1_get__"
PUT_INTO = "__legacy_tf1_put_into__"
SLICE = "__legacy_tf1_slice__"  # `slice`, whatever a script calls by that name


def number(kind, *arguments):
    """`int(...)`, `float(...)` or `complex(...)`."""
    try:
        return kind(*arguments)
    except TypeError:
        if not any(map(_is_one, arguments)):
            raise
        return kind(*(value.item() if _is_one(value) else value for value in arguments))


def formatted(text, values):
    """`text % values`."""
    try:
        return text % values
    except TypeError:
        if isinstance(values, tuple) and any(map(_is_one, values)):
            return text % tuple(value.item() if _is_one(value) else value for value in values)
        if not _is_one(values):
            raise
        return text % values.item()


def put(value, owner, key) -> None:
    """`owner[key] = value`."""
    owner, key = _place(owner, key)
    try:
        owner[key] = value
    except (TypeError, ValueError) as error:
        if "Invalid value" in str(error) and of_pandas.put_wider(owner, key, value):
            return
        if not _is_one(value) or not hasattr(owner, "__array__"):
            raise
        owner[key] = value.item()


def put_into(value, whole, column, key, indexer=None, named=False) -> None:
    """`whole[column][key] = value`.

    Args:
        indexer: of `whole[column].loc[key] = value` the "loc".
        named: it is `whole.column[key] = value`.
    """
    if indexer is None and of_pandas.put_at(whole, column, key, value):
        return
    part = getattr(whole, column) if named else get(whole, column)
    put(value, part if indexer is None else getattr(part, indexer), key)
    if (kind(type(whole)), kind(type(part))) == ("DataFrame", "Series") and column in whole.columns:
        whole[column] = part  # a copy, since pandas 3


def get(owner, key):
    """`owner[key]`."""
    owner, key = _place(owner, key)
    return owner[key]


def _place(owner, key):
    """What stands at `owner[key]`, as an owner and a key of today."""
    if isinstance(key, list) and any(isinstance(one, slice) for one in key) and hasattr(owner, "__array__"):
        return owner, tuple(key)
    if isinstance(key, numbers.Integral) and kind(type(owner)) == "Series":
        of_numbers = owner.index.inferred_type in ("integer", "mixed-integer", "floating", "boolean")
        return (owner if of_numbers else owner.iloc), key
    if isinstance(key, str) and kind(type(owner)) == "DataFrame" and key not in owner.columns:
        return (owner.loc if owner.index.inferred_type == "datetime64" else owner), key
    if isinstance(key, tuple) and kind(type(owner)) == "GroupBy":
        return owner, list(key)
    return owner, key


class Rewrite(ast.NodeTransformer):
    """Lets a tree ask these functions."""

    def __init__(self, source: str):
        self.slices = "slice(" in source  # else no list of them is about, and an index is not worth the detour
        self.series = "pandas" in source

    def visit_Call(self, node: ast.Call):
        self.generic_visit(node)
        is_number = isinstance(node.func, ast.Name) and node.func.id in ("int", "float", "complex")
        if not is_number or node.keywords or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
            return node
        return _call(node, NUMBER, node.func, node.args[0])

    def visit_BinOp(self, node: ast.BinOp):
        self.generic_visit(node)
        text = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        return _call(node, FORMAT, node.left, node.right) if text and isinstance(node.op, ast.Mod) else node

    def visit_Subscript(self, node: ast.Subscript):
        self.generic_visit(node)
        computed = self.slices and isinstance(node.slice, (ast.Name, ast.List, ast.Call, ast.BinOp))
        one = self.series and not _has_slice(node.slice) and not _is_name(node.slice)
        worth = (computed or one) and isinstance(node.ctx, ast.Load)
        return _call(node, GET, node.value, node.slice) if worth else node

    def visit_Assign(self, node: ast.Assign):
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        if self.series and (into := _column(target.value)) is not None:
            whole, column, indexer, named = into
            more = [ast.Constant(indexer), ast.Constant(named)] if indexer or named else []
            return _statement(node, PUT_INTO, node.value, whole, column, _key(target.slice), *more)
        if _has_slice(target.slice) and not (self.series and _indexer(target.value)):
            return node
        return _statement(node, PUT, node.value, target.value, _key(target.slice))


def _indexer(node: ast.expr) -> str | None:
    """Of `frame.loc` the "loc"."""
    return node.attr if isinstance(node, ast.Attribute) and node.attr in ("at", "iat", "iloc", "loc") else None


def _column(node: ast.expr) -> tuple[ast.expr, ast.expr, str | None, bool] | None:
    """Of `frame["a"]`, `frame.a`, `frame["a"].loc` and `frame.a.loc`: the frame, the column, the indexer, whether named."""
    indexer = _indexer(node)
    node = node.value if indexer else node
    if isinstance(node, ast.Subscript) and not _has_slice(node.slice):
        return node.value, node.slice, indexer, False
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == GET:  # what the visit made of `frame[name]`
        return *node.args, indexer, False
    if isinstance(node, ast.Attribute) and not node.attr.startswith("__"):  # those Python gives other names in a class
        return node.value, ast.Constant(node.attr), indexer, True
    return None


def _key(key: ast.expr) -> ast.expr:
    """The key of an index as an argument: `1:2` is `slice(1, 2, None)` there."""
    if isinstance(key, ast.Tuple):
        return ast.Tuple([_key(one) for one in key.elts], ast.Load())
    if not isinstance(key, ast.Slice):
        return key
    bounds = (one or ast.Constant(None) for one in (key.lower, key.upper, key.step))
    return ast.Call(ast.Name(SLICE, ast.Load()), list(bounds), [])


def _statement(node: ast.AST, name: str, *arguments: ast.expr) -> ast.Expr:
    return ast.copy_location(ast.Expr(_call(node, name, *arguments)), node)


def _call(node: ast.AST, name: str, *arguments: ast.expr) -> ast.Call:
    call = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, node))


def _has_slice(key: ast.expr) -> bool:
    return any(isinstance(one, (ast.Slice, ast.Starred)) for one in getattr(key, "elts", [key]))


def _is_name(key: ast.expr) -> bool:
    """Whether it is a text, and no date."""
    return isinstance(key, ast.Constant) and isinstance(key.value, str) and not key.value[:4].isdigit()


def _is_one(value) -> bool:
    return getattr(value, "size", None) == 1 and getattr(value, "ndim", 0) > 0 and hasattr(value, "item")
