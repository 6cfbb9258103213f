"""Notebooks, cell by cell: code cells run in one namespace, magics are skipped with a note."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import types
from collections.abc import Callable, Iterator
from pathlib import Path

from legacy_tf1 import python2
from legacy_tf1.errors import LegacyError

__all__ = ["cells", "sources"]

# cells that are not Python
_OF_OTHERS = {f"%%{name}" for name in ("HTML", "SVG", "bash", "cmd", "html", "javascript", "js", "latex", "markdown",
                                       "perl", "python2", "ruby", "script", "sh", "svg", "system", "writefile")}  # fmt: skip
_TIMED = re.compile(r"^(\s*)(%(?:time|prun))\s+(\w.*)$")  # %time x = f(x)
_HELP = re.compile(r"^[\w.*]+\?{1,2}$")  # tf.nn.rnn?
_SHELL = re.compile(r"^(\s*[\w.]+\s*=\s*)(!|%(?!\s))")  # files = !ls


def cells(path: Path, *, note: Callable[[str], None]) -> Iterator[types.CodeType]:
    """The code of each code cell; a last line that is an expression shows its value, as in Jupyter.

    Args:
        note: called with one line for every magic (`%matplotlib`, `!pip`, `%%time`) left out.

    Raises:
        LegacyError: the file is no notebook.
        SyntaxError: a cell is not Python.
    """
    found = list(sources(path, note=note))
    whole = "\n".join(source for _, source in found)  # what one cell imports, all use
    for name, source in found:
        tree = python2.runnable(python2.parse(source.encode(), name), whole)
        yield compile(_shown(tree), name, "exec", dont_inherit=True)


def sources(path: Path, *, note: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """`(PATH[cell N], source)` of each code cell, as for `cells`.

    Raises:
        LegacyError: the file is no notebook.
    """
    for number, source in enumerate(_sources(path), 1):
        name = f"{path}[cell {number}]"
        if (magic := source.lstrip().partition("\n")[0].strip()).split(" ")[0] in _OF_OTHERS:
            note(f"{name}: left out: {magic} and the cell below it")
            source = ""
        yield name, source if _is_python(source) else _without_magics(source, name, note)


def _is_python(source: str) -> bool:
    """Then a line that looks like a magic is a part of a string, a sum or a comment."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _without_magics(source: str, name: str, note: Callable[[str], None]) -> str:
    lines: list[str] = []
    for line in source.splitlines():
        lines.append(line if _goes_on("\n".join(lines)) else _without_magic(line, name, note))
    return "\n".join(lines)


def _goes_on(source: str) -> bool:
    """Whether a bracket or a string is open at its end."""
    try:
        for _ in tokenize.generate_tokens(io.StringIO(source).readline):
            pass
    except tokenize.TokenError as error:
        return "multi-line" in str(error)
    except SyntaxError:  # of Python 2, or an indentation
        return False
    return False


def _without_magic(line: str, name: str, note: Callable[[str], None]) -> str:
    code = line.strip()
    if timed := _TIMED.match(line):
        note(f"{name}: left out: {timed[2]}, not the statement behind it")
        return timed[1] + timed[3]
    if assigned := _SHELL.match(line):
        note(f"{name}: left out: {code}")
        return f"{assigned[1]}[]"
    if not code.startswith(("%", "!", "?")) and not _HELP.match(code):
        return line
    note(f"{name}: left out: {code}")
    return line[: len(line) - len(line.lstrip())] + "pass"  # keeps the line's number, and a block its body


def _sources(path: Path) -> list[str]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found = (
            notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        )  # since, before format 4
        code = [cell.get("source", cell.get("input", "")) for cell in found if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise LegacyError(f"{path} is not a notebook: {error!r}", remedy="save it again from Jupyter") from None
    return ["".join(source) for source in code]


def _shown(tree: ast.Module) -> ast.Module:
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = tree.body[-1].value
        # sys.displayhook prints what is not None, and would set builtins._ of the whole process
        show = ast.parse("(lambda value: None if value is None else print(repr(value)))").body[0].value
        tree.body[-1] = ast.copy_location(ast.Expr(ast.Call(show, [last], [])), tree.body[-1])
    return ast.fix_missing_locations(tree)
