"""What a script will find in the TF1 world, read off its source: nothing of it is run.

Every TF1 symbol the source names is looked up in the same table that serves it at run time, so
`check` and `run` agree on what is missing. Followed are imports in any form and scope, and plain
assignments (`rnn_cell = tf.nn.rnn_cell`); a symbol that is put together at run time is not seen.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from legacy_tf1 import exactness, modules, notebook, python2
from legacy_tf1.errors import LegacyError

__all__ = ["Use", "check", "uses"]


@dataclasses.dataclass(frozen=True)
class Use:
    """One TF1 symbol on one line of one file.

    Attributes:
        path: the file, with `[cell N]` for a cell of a notebook.
        symbol: its full TF1 name, or what keeps the file from being read.
        served_from: where it lives today; None where it is not available.
        note: what differs from TF 1.15 where it is served approximately, what to do where it is not available,
            else empty.
    """

    path: str
    line: int
    symbol: str
    served_from: str | None
    note: str = ""

    @property
    def verdict(self) -> str:
        """`exact`, `approximate` or `not available`."""
        if self.served_from is None:
            return "not available"
        return "approximate" if self.note else "exact"

    @property
    def short_symbol(self) -> str:
        return re.sub(r"^tensorflow\b", "tf", self.symbol)

    def line_of_text(self) -> str:
        said = self.verdict.upper() if self.served_from is None else self.verdict
        parts = f"{self.path}:{self.line}: {self.short_symbol}  {said}", self.served_from, self.note
        return "; ".join(part for part in parts if part)

    def as_json(self) -> dict:
        return dict(
            path=self.path,
            line=self.line,
            symbol=self.short_symbol,
            verdict=self.verdict,
            served_from=self.served_from,
            note=self.note,
        )


_KINDS = ("*.py", "*.ipynb")


def check(path: Path) -> list[Use]:
    """Every TF1 symbol of a script or notebook, or of all those below a folder, in order of place.

    Python 2 sources are converted in memory, as they are when they run.

    Must be called inside `activate()`: the lookup asks today's TensorFlow.

    Raises:
        LegacyError: there is no script at `path`.
    """
    named = sorted(file for kind in _KINDS for file in path.rglob(kind)) if path.is_dir() else [path]
    files = [file for file in named if file.is_file()]  # neither folders of such a name nor broken links
    if not files:
        raise LegacyError(f"no script at {path}", remedy="name a script or a folder that holds some")
    return [use for file in files for use in _check_file(file)]


def uses(source: bytes, name: str = "<source>") -> Iterator[tuple[int, str]]:
    """`(line, full TF1 name)` of every TensorFlow symbol in a source, once per line.

    Raises:
        SyntaxError: the source is neither Python 3 nor Python 2.
    """
    tree = python2.parse(source, name)
    yield from _uses(tree, _aliases([tree]))


def _check_file(path: Path) -> list[Use]:
    trees, found = [], []
    for name, source in _sources(path):
        try:
            trees.append((name, python2.parse(source, name)))
        except (SyntaxError, ValueError) as error:
            what = f"not Python: {getattr(error, 'msg', error)}"
            found.append(Use(name, getattr(error, "lineno", None) or 1, what, None, "mend this line"))
        except LegacyError as error:
            found.append(Use(name, 1, error.what, None, error.remedy))
    names = _aliases([tree for _, tree in trees])  # what one cell of a notebook imports, the next one uses
    return found + [_served(name, line, symbol) for name, tree in trees for line, symbol in _uses(tree, names)]


def _sources(path: Path) -> list[tuple[str, bytes]]:
    """A script is one source, a notebook one for each cell."""
    if path.suffix != ".ipynb":
        return [(str(path), path.read_bytes())]
    return [(name, source.encode()) for name, source in notebook.sources(path, note=lambda text: None)]


def _uses(tree: ast.Module, names: dict[str, str]) -> list[tuple[int, str]]:
    found = set(_imported(tree))
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:  # the longest chain only
            name = _resolve(node, names)
            if name is not None:
                found.add((node.lineno, name))
    return sorted(found)


def _served(path: str, line: int, symbol: str) -> Use:
    try:
        return Use(path, line, symbol, modules.served_from(symbol), exactness.difference(symbol) or "")
    except LegacyError as missing:
        return Use(path, line, symbol, None, missing.remedy)


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The names that import statements themselves ask for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if _is_tf(alias.name) and "." in alias.name)
        elif isinstance(node, ast.ImportFrom) and not node.level and _is_tf(node.module or ""):
            yield from (
                (node.lineno, node.module if alias.name == "*" else f"{node.module}.{alias.name}")
                for alias in node.names
            )


def _aliases(trees: list[ast.Module]) -> dict[str, str]:
    """Local name -> full TF1 name, for imports and plain assignments anywhere in the sources."""
    names: dict[str, str] = {}
    nodes = [node for tree in trees for node in ast.walk(tree)]
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_tf(alias.name):
                    root = alias.name.partition(".")[0]
                    names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and not node.level and _is_tf(node.module or ""):
            names.update((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = _resolve(node.value, names)
            if name is not None:
                names.setdefault(node.targets[0].id, name)
    return names


def _resolve(node: ast.AST, names: dict[str, str]) -> str | None:
    """The full TF1 name of `a.b.c`, None where `a` is not TensorFlow's."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return None
    return ".".join([names[node.id], *reversed(parts)])


def _is_tf(module: str) -> bool:
    return module.partition(".")[0] in modules.ROOTS
