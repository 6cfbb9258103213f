"""Python 2 source, converted in memory; the user's file is not touched.

The syntax and the renamed modules are fissix's work (the maintained lib2to3). One thing it leaves to
its user: in Python 2, `/` between two integers rounds down. So does it here, for Python's and
NumPy's integers, unless the source imports `division` from `__future__`.
"""

from __future__ import annotations

import ast
import copy
import functools
import operator
import re
import types
import warnings

from legacy_tf1 import old_attributes, old_protos, single_elements
from legacy_tf1.errors import LegacyError

__all__ = ["DIVIDE", "cmp", "compile_source", "divide", "parse", "reason_to_convert", "runnable"]

DIVIDE = "__legacy_tf1_divide__"
# style only, or wrong for sources that already are half Python 3
_SKIPPED = ("fix_buffer", "fix_idioms", "fix_set_literal", "fix_ws_comma")

# what a source in today's syntax uses only if it is Python 2
_NAMES = {"basestring", "long", "raw_input", "reload", "unichr", "unicode", "xrange"}
_MODULES = {"ConfigParser", "HTMLParser", "Queue", "StringIO", "cPickle", "cStringIO", "commands", "cookielib",
            "httplib", "urllib2", "urlparse"}  # fmt: skip

_TRUE_DIVISION = re.compile(r"^from\s+__future__\s+import\b.*\bdivision\b", re.MULTILINE)


def compile_source(source: bytes, filename: str, *, note=lambda text: None) -> types.CodeType:
    """Code of a source in Python 3 or, where it is none, in Python 2.

    Args:
        note: called with one line when the source was converted.

    Raises:
        SyntaxError: of Python 3, where the source is neither.
    """
    reason = reason_to_convert(source, filename)
    if reason:
        note(f"{filename} is Python 2 ({reason}): converted in memory")
    return compile(runnable(parse(source, filename), _decode(source)), filename, "exec", dont_inherit=True)


def runnable(tree: ast.Module, source: str) -> ast.Module:
    """The tree as it runs in the TF1 world: with what objects and arrays could do and no longer can."""
    tree = old_attributes.Rewrite(source).visit(old_protos.rewritten(tree, source))
    # arrays come from Session.run and pandas too, without a word of NumPy; other modules are left alone
    return single_elements.Rewrite(source).visit(tree) if re.search(r"\b(numpy|pandas|tensorflow)\b", source) else tree


def parse(source: bytes, filename: str) -> ast.Module:
    """The tree of a source as Python 3.

    Raises:
        SyntaxError: of Python 3, where the source is neither Python 3 nor Python 2.
    """
    if not reason_to_convert(source, filename):
        return ast.parse(source, filename)
    tree = _convert(source, filename)
    return tree if tree is not None else ast.parse(source, filename)


def reason_to_convert(source: bytes, filename: str) -> str | None:
    """What shows that a source is Python 2, with its line; None for Python 3."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they come once, when the code is compiled
            tree = ast.parse(source, filename)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    found = _only_in_python_2(tree)
    return found and f"line {found[1]}: {found[0]}"


def _only_in_python_2(tree: ast.Module) -> tuple[str, int] | None:
    """A name or module that only Python 2 had, used by a source that does not look after it itself."""
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {alias.asname or alias.name for node in ast.walk(tree) for alias in getattr(node, "names", ())
            if isinstance(alias, ast.alias)}  # fmt: skip
    own |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for node in _unguarded(tree):
        if isinstance(node, ast.Name) and node.id in _NAMES - own:
            return node.id, node.lineno
        if isinstance(node, ast.Import):
            gone = {alias.name for alias in node.names} & _MODULES
        else:
            gone = {node.module} & _MODULES if isinstance(node, ast.ImportFrom) and not node.level else ()
        if gone:
            return f"import {min(gone)}", node.lineno
    return None


def _unguarded(node: ast.AST):
    """The nodes below one, without those that a source runs in one Python only."""
    for child in ast.iter_child_nodes(node):
        if _guards(child):
            continue
        yield child
        yield from _unguarded(child)


def _guards(node: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        caught = {name.id for handler in node.handlers for name in ast.walk(handler.type or ast.Name("Exception"))
                  if isinstance(name, ast.Name)}  # fmt: skip
        return bool(caught & {"AttributeError", "Exception", "ImportError", "ModuleNotFoundError", "NameError"})
    if isinstance(node, (ast.If, ast.IfExp)):
        return bool(re.search(r"version|PY2|PY3|hasattr", ast.unparse(node.test)))
    return False


def divide(a, b, in_place=False):
    """Python 2's `a / b`, or its `a /= b`, which changes an array where it stands."""
    rounds = _is_integer(a) and _is_integer(b)
    if in_place:
        return operator.ifloordiv(a, b) if rounds else operator.itruediv(a, b)
    return a // b if rounds else a / b


def cmp(a, b) -> int:
    """Python 2's `cmp`."""
    return (a > b) - (a < b)


def _convert(source: bytes, filename: str) -> ast.Module | None:
    """The tree of the source as Python 3; None where it is not Python 2 either."""
    from fissix.pgen2.parse import ParseError
    from fissix.pgen2.tokenize import TokenError

    text = _decode(source)
    # Python 2 counted a tab as up to eight columns; Python 3 refuses the mixture
    text = "\n".join(line[: _indent(line)].expandtabs(8) + line[_indent(line) :] for line in text.splitlines()) + "\n"
    try:
        converted = str(_tool().refactor_string(text, filename))
        tree = ast.parse(converted, filename)
    except (ParseError, TokenError, SyntaxError):
        return None
    tree = _Sys().visit(tree)
    return ast.fix_missing_locations(tree if _TRUE_DIVISION.search(text) else _Divide().visit(tree))


@functools.cache
def _tool():
    from fissix.refactor import RefactoringTool, get_fixers_from_package

    fixers = [name for name in get_fixers_from_package("fissix.fixes") if not name.endswith(_SKIPPED)]
    return RefactoringTool(fixers, {"print_function": False})


def _decode(source: bytes) -> str:
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    try:
        return source.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise LegacyError(f"the source is not {encoding}: {error}", remedy="save the file as UTF-8") from None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _is_integer(value) -> bool:
    dtype = getattr(value, "dtype", None)
    kind = getattr(dtype, "kind", None)
    return isinstance(value, int) or kind in ("i", "u", "b") or bool(getattr(dtype, "is_integer", False))


class _Divide(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.Call(ast.Name(DIVIDE, ast.Load()), [node.left, node.right], [])

    def visit_AugAssign(self, node: ast.AugAssign):
        may_be_read_twice = _may_be_read_twice(node.target)  # before its own divisions become calls
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or not may_be_read_twice:
            return node
        value = copy.deepcopy(node.target)
        value.ctx = ast.Load()
        in_place = ast.keyword("in_place", ast.Constant(True))
        return ast.Assign([node.target], ast.Call(ast.Name(DIVIDE, ast.Load()), [value, node.value], [in_place]))


def _may_be_read_twice(target) -> bool:
    """Names, attributes and items of them: nothing that a second look could change, as it could what a call returns."""
    plain = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.Slice)
    return all(isinstance(node, (*plain, ast.operator, ast.unaryop, ast.expr_context)) for node in ast.walk(target))


class _Sys(ast.NodeTransformer):
    """Leaves out `reload(sys); sys.setdefaultencoding("utf-8")`: in Python 3 it is the default."""

    def visit_Call(self, node: ast.Call):
        self.generic_visit(node)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "setdefaultencoding":
            return ast.copy_location(ast.Constant(None), node)
        if called == "reload" and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "sys":
            return node.args[0]
        return node
