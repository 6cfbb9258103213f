"""Python 2 source, converted in memory; the user's file is not touched.

The syntax and the renamed modules are fissix's work (the maintained lib2to3). One thing it leaves to
its user: in Python 2, `/` between two integers rounds down. So does it here, for Python's and
NumPy's integers, unless the source imports `division` from `__future__`.
"""

from __future__ import annotations

import ast
import functools
import re
import types

from legacy_tf1.errors import LegacyError

__all__ = ["DIVIDE", "compile_source", "divide", "parse"]

DIVIDE = "__legacy_tf1_divide__"
# style only, or wrong for sources that already are half Python 3
_SKIPPED = ("fix_buffer", "fix_idioms", "fix_set_literal", "fix_ws_comma")

_TRUE_DIVISION = re.compile(r"^from\s+__future__\s+import\b.*\bdivision\b", re.MULTILINE)


def compile_source(source: bytes, filename: str, *, note=lambda text: None) -> types.CodeType:
    """Code of a source in Python 3 or, where that is a syntax error, in Python 2.

    Args:
        note: called with one line when the source was converted.

    Raises:
        SyntaxError: of Python 3, where the source is neither.
    """
    try:
        return compile(source, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        tree = _convert(source, filename)
        if tree is None:
            raise
        note(f"{filename} is Python 2 (line {error.lineno}: {error.msg}): converted in memory")
        return compile(tree, filename, "exec", dont_inherit=True)


def parse(source: bytes, filename: str) -> ast.Module:
    """The tree of what `compile_source` compiles.

    Raises:
        SyntaxError: as there.
    """
    try:
        return ast.parse(source, filename)
    except SyntaxError:
        tree = _convert(source, filename)
        if tree is None:
            raise
        return tree


def divide(a, b):
    """Python 2's `a / b`."""
    return a // b if _is_integer(a) and _is_integer(b) else a / b


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
    return tree if _TRUE_DIVISION.search(text) else ast.fix_missing_locations(_Divide().visit(tree))


@functools.lru_cache(maxsize=None)  # Python 3.7, where goldens come from, has no functools.cache
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
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and isinstance(node.target, ast.Name):
            call = ast.Call(ast.Name(DIVIDE, ast.Load()), [ast.Name(node.target.id, ast.Load()), node.value], [])
            return ast.Assign([node.target], call)
        return node
