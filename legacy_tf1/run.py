"""Run a program in the TF1 world, in this very process, as `python script.py` would."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from pathlib import Path

from legacy_tf1 import notebook, python2
from legacy_tf1.errors import LegacyError

__all__ = ["BUILT_IN", "Stop", "find", "report", "run_script"]

SCRIPTS = Path(__file__).parent / "scripts"
BUILT_IN = tuple(sorted(file.stem for file in SCRIPTS.glob("*.py")))


class Stop(BaseException):
    """Ends a script early on purpose; not an Exception, so that the script does not catch it."""


def find(program: str) -> Path:
    """The file of a built-in program or of a script.

    Raises:
        LegacyError: there is no such program and no such file.
    """
    if program in BUILT_IN:
        return SCRIPTS / f"{program}.py"
    path = Path(program)
    if path.is_file():
        return path
    what = f"{program} is a directory" if path.is_dir() else f"no program and no file called {program}"
    raise LegacyError(what, remedy=f"name a script file or one of {', '.join(BUILT_IN)}")


def run_script(path: Path, arguments: list[str], builtins: types.ModuleType) -> None:
    """Execute the file as `__main__`: its arguments, its folder first on the path.

    The working directory stays where it is. Whatever the script raises comes out of here,
    `SystemExit` included; only `Stop` ends it quietly. Threads that the script has started and not
    joined are waited for, as the interpreter does at its end: they need the TF1 world as well.
    """
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=os.fspath(path), __builtins__=builtins, __cached__=None, __loader__=None)
    with _as_main(main, [os.fspath(path), *arguments], str(path.resolve().parent)), contextlib.suppress(Stop):
        before = set(threading.enumerate())
        try:
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
