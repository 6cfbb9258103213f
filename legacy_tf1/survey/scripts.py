"""Which files of a folder are TensorFlow scripts, and which of them import each other.

Read off their text, Python 2 and notebooks included: nothing is run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

__all__ = ["Script", "find"]

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b[ \t]*(\((?:[^)#]|#.*)*\)|[^#\n]*)|import[ \t]+([^#\n]+))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#.*")
_NOT_THEIRS = {"__pycache__", "site-packages", "node_modules", "build", "dist"}


class Script:
    """One file of the folder.

    Attributes:
        path: relative to the folder, with `/`.
        uses: the folder's own files that it imports.
        used_by: the folder's own files that import it.
    """

    def __init__(self, folder: Path, path: Path):
        self.path, self.file = path.relative_to(folder).as_posix(), path
        self.data = path.read_bytes()
        self.imports = list(_imports(_text(path, self.data)))
        self.uses: set[Path] = set()
        self.used_by: set[str] = set()

    def names_tensorflow(self) -> bool:
        return any(name.partition(".")[0] == "tensorflow" for name in self.imports)


def find(folder: Path) -> dict[Script, str]:
    """Every script below the folder that uses TensorFlow, itself or through files beside it.

    Returns:
        script -> a hash of its content and of the content of all own files that it imports.
    """
    files = {path: Script(folder, path) for path in _files(folder)}
    for script in files.values():
        for name in script.imports:
            for own in _own(script.file, folder, name):
                if own in files and own != script.file:
                    script.uses.add(own)
                    files[own].used_by.add(script.path)
    found = {}
    for script in files.values():
        needed = _closure(script, files)
        if script.file.name != "__init__.py" and any(other.names_tensorflow() for other in needed):
            found[script] = _hash(needed)
    return found


def _files(folder: Path) -> list[Path]:
    found = []
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if name not in _NOT_THEIRS and not name.startswith("."))
        below[:] = [name for name in below if not (Path(place) / name / "pyvenv.cfg").exists()]
        found += [Path(place) / name for name in sorted(names) if name.endswith((".py", ".ipynb")) and name[0] != "."]
    return [file for file in found if file.is_file()]  # no broken links


def _text(path: Path, data: bytes) -> str:
    text = data.decode("utf-8", errors="replace")
    if path.suffix != ".ipynb":
        return text
    try:  # the text of a notebook's code stands in strings
        return "\n".join(_strings(json.loads(text)))
    except ValueError:
        return ""


def _strings(value) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _strings(part)]


def _imports(text: str):
    """Dotted names, with leading dots where relative; for `from a import b` both `a` and `a.b`."""
    for module, names, plain in _IMPORT.findall(text):
        if plain:
            yield from (part.split()[0] for part in plain.split(",") if part.strip())
        elif module:
            yield module
            separator = "" if module.endswith(".") else "."
            yield from (
                module + separator + word.split()[0]
                for word in _COMMENT.sub("", names).strip("()\\ \t").split(",")
                if word.strip()
            )


def _own(file: Path, folder: Path, name: str) -> list[Path]:
    """The files that a name may mean: beside the script, or from the folder on."""
    dots = len(name) - len(name.lstrip("."))
    parts = name.lstrip(".").split(".")
    starts = [file.parents[dots - 1]] if 0 < dots <= len(file.parents) else [file.parent, folder]
    places = [start.joinpath(*parts) for start in starts]
    return [
        path for place in places for path in (place.with_name(f"{place.name}.py"), place / "__init__.py") if parts[0]
    ]


def _closure(script: Script, files: dict[Path, Script]) -> list[Script]:
    seen, todo = {}, [script]
    while todo:
        one = todo.pop()
        if one.file not in seen:
            seen[one.file] = one
            todo.extend(files[path] for path in one.uses)
    return sorted(seen.values(), key=lambda one: one.path)


def _hash(scripts: list[Script]) -> str:
    digest = hashlib.sha256()
    for script in scripts:
        digest.update(f"{script.path}\0{len(script.data)}\0".encode() + script.data)
    return digest.hexdigest()
