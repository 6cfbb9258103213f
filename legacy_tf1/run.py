"""Run a program in the TF1 world, in this very process, as `python script.py` would."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from pathlib import Path

from legacy_tf1 import notebook, python2
from legacy_tf1.errors import LegacyError

__all__ = ["BUILT_IN", "Stop", "find", "find_module", "report", "run_script"]

SCRIPTS = Path(__file__).parent / "scripts"
BUILT_IN = tuple(sorted(file.stem for file in SCRIPTS.glob("*.py")))


class Stop(BaseException):
    """Ends a script early on purpose; not an Exception, so that the script does not catch it."""


def find(program: str) -> Path:
    """The file of a built-in program or of a script; of a folder its `__main__.py`, as Python takes it.

    Raises:
        LegacyError: there is no such program and no such file.
    """
    if program in BUILT_IN:
        return SCRIPTS / f"{program}.py"
    path = Path(program)
    for file in (path, path / "__main__.py"):
        if file.is_file():
            return file
    what = (
        f"{program} is a directory without a __main__.py"
        if path.is_dir()
        else f"no program and no file called {program}"
    )
    raise LegacyError(what, remedy=f"name a script file or one of {', '.join(BUILT_IN)}")


def find_module(name: str) -> tuple[Path, str]:
    """The file that `python -m name` runs, and the package that it belongs to; nothing is imported.

    Raises:
        LegacyError: neither the working directory nor the path has such a module.
    """
    parts = name.split(".")
    for entry in (Path.cwd(), *map(Path, sys.path)):
        for file, package in (
            (entry.joinpath(*parts[:-1], f"{parts[-1]}.py"), ".".join(parts[:-1])),
            (entry.joinpath(*parts, "__main__.py"), name),
        ):
            if file.is_file():
                return file, package
    raise LegacyError(
        f"no module called {name}", remedy="name one as it is imported, from the folder above its package"
    )


def run_script(path: Path, arguments: list[str], builtins: types.ModuleType, package: str | None = None) -> None:
    """Execute the file as `__main__`: its arguments, its folder first on the path.

    Args:
        package: where the file is run as a module, the package that it belongs to; the folder above the package
            is first on the path then.

    The working directory stays where it is. Whatever the script raises comes out of here,
    `SystemExit` included; only `Stop` ends it quietly. Threads that the script has started and not
    joined are waited for, as the interpreter does at its end: they need the TF1 world as well.
    """
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=os.fspath(path), __builtins__=builtins, __cached__=None, __loader__=None)
    folder = path.resolve().parent
    if package is not None:
        main.__package__ = package
        folder = folder.parents[package.count(".")] if package else folder
    with _as_main(main, [os.fspath(path), *arguments], str(folder)), contextlib.suppress(Stop):
        before = set(threading.enumerate())
        try:
            if package:
                importlib.import_module(package)
            for code in _code(path):
                exec(code, main.__dict__)
        except SystemExit:
            _wait_for_threads(before)
            raise
        _wait_for_threads(before)


def _wait_for_threads(before: set[threading.Thread]) -> None:
    # a thread may start others, so that one look is not enough
    while running := [one for one in threading.enumerate() if one not in before and not one.daemon]:
        running[0].join()


def _code(path: Path) -> Iterator[types.CodeType]:
    if path.suffix == ".ipynb":
        return notebook.cells(path, note=_note)
    return iter([python2.compile_source(path.read_bytes(), os.fspath(path), note=_note)])


def _note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)


@contextlib.contextmanager
def _as_main(main: types.ModuleType, argv: list[str], folder: str):
    before = sys.modules["__main__"], sys.argv, sys.path[:]
    sys.modules["__main__"], sys.argv = main, argv
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before


def report(error: BaseException, path: Path) -> str:
    """What a person is shown when their script fails: the traceback from the script's first line on."""
    if isinstance(error, LegacyError):
        return f"error: {error.describe()}"
    started = error.__traceback__
    while started is not None and not started.tb_frame.f_code.co_filename.startswith(os.fspath(path)):
        started = started.tb_next
    lines = traceback.format_exception(type(error), error, started)
    return "".join(lines).rstrip()
