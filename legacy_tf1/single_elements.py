"""Arrays of one element as numbers: `int(array)`, `"%d" % array`, `row[0] = array`.

NumPy took any array of one element for a number until 2.4, which takes those without dimensions only.
What a script draws or fetches has often the shape (1,), so its own code asks here in the three places
where Python turns a value into a number. And in a fourth, an index: until NumPy 1.23 a list of slices was one as a tuple is,
and until pandas 3 a number was a position of a Series whose labels are no numbers. And until then, what was written into a
column of a frame, `frame["a"][0] = 1`, stood in the frame.
"""

from __future__ import annotations

import ast
import numbers

__all__ = ["FORMAT", "GET", "NUMBER", "PUT", "PUT_INTO", "Rewrite", "formatted", "get", "number", "put", "put_into"]

# the names under which the functions stand in the scripts' builtins
NUMBER, FORMAT = "__legacy_tf1_number__", "__legacy_tf1_format__"
PUT, GET = "__legacy_tf1_put__", "__legacy_tf1_get__"
PUT_INTO = "__legacy_tf1_put_into__"


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
    except (TypeError, ValueError):
        if not _is_one(value) or not hasattr(owner, "__array__"):
            raise
        owner[key] = value.item()


def put_into(value, whole, column, key) -> None:
    """`whole[column][key] = value`."""
    part = whole[column]
    put(value, part, key)
    if type(whole).__name__ == "DataFrame" and type(part).__name__ == "Series":
        whole[column] = part  # a copy, since pandas 3


def get(owner, key):
    """`owner[key]`."""
    owner, key = _place(owner, key)
    return owner[key]


def _place(owner, key):
    """What stands at `owner[key]`, as an owner and a key of today."""
    if isinstance(key, list) and any(isinstance(one, slice) for one in key) and hasattr(owner, "__array__"):
        return owner, tuple(key)
    if isinstance(key, numbers.Integral) and type(owner).__name__ == "Series" and hasattr(owner, "iloc"):
        of_numbers = owner.index.inferred_type in ("integer", "mixed-integer", "floating", "boolean")
        return (owner if of_numbers else owner.iloc), key
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
        one = self.series and not _has_slice(node.slice) and not _is_text(node.slice)
        worth = (computed or one) and isinstance(node.ctx, ast.Load)
        return _call(node, GET, node.value, node.slice) if worth else node

    def visit_Assign(self, node: ast.Assign):
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript) or _has_slice(target.slice):
            return node
        within = target.value  # `frame["a"]`, which the visit above may have made a call of GET
        if self.series and isinstance(within, ast.Subscript) and not _has_slice(within.slice):
            return _statement(node, PUT_INTO, node.value, within.value, within.slice, target.slice)
        if self.series and isinstance(within, ast.Call) and getattr(within.func, "id", "") == GET:
            return _statement(node, PUT_INTO, node.value, *within.args, target.slice)
        return _statement(node, PUT, node.value, target.value, target.slice)


def _statement(node: ast.AST, name: str, *arguments: ast.expr) -> ast.Expr:
    return ast.copy_location(ast.Expr(_call(node, name, *arguments)), node)


def _call(node: ast.AST, name: str, *arguments: ast.expr) -> ast.Call:
    call = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, node))


def _has_slice(key: ast.expr) -> bool:
    return any(isinstance(one, (ast.Slice, ast.Starred)) for one in getattr(key, "elts", [key]))


def _is_text(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


def _is_one(value) -> bool:
    return getattr(value, "size", None) == 1 and getattr(value, "ndim", 0) > 0 and hasattr(value, "item")
