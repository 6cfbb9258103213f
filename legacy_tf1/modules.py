"""The TF1 modules as a script sees them: built from the table in `moved.py`, name by name.

Nothing here enters `sys.modules`: TensorFlow, Keras and every library keep seeing the real
`tensorflow`, and only code that runs in the TF1 world is handed these modules.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import operator
import random
import re
import sys
import types

from legacy_tf1 import moved, remedies
from legacy_tf1.errors import LegacyError, MissingModule, MissingSymbol

__all__ = ["ROOTS", "TF1Module", "at_home", "caller", "import_", "in_world", "module", "served_from"]

ROOTS = ("keras", "tensorflow")  # what a dotted name starts with that the tables speak of

# a mark in a module's builtins: "the code of this module runs in the TF1 world"
WORLD = "__legacy_tf1__"
# namespaces that joined the TF1 world while their code ran, with the interpreter's builtins; while there
# is one, the program itself (`__main__`) belongs to the world as well
HOMES: list[dict] = []


class TF1Module(types.ModuleType):
    """A module of TensorFlow 1.15 whose names are looked up in the table when first asked for."""

    def __init__(self, name: str):
        super().__init__(name, f"TensorFlow 1.15's {name}, served by legacy_tf1.")
        self.__path__: list[str] = []  # a package: `import tensorflow.x.y` may go on below it

    def __getattr__(self, name: str):
        if name == "__all__":  # `from tensorflow.contrib.rnn import *`
            return [public for public in dir(self) if not public.startswith("_")]
        if name.startswith("__") and f"{self.__name__}.{name}" not in moved.NAMES:
            raise AttributeError(name)
        _, value = _find(self.__name__, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        below = {
            key.rpartition(".")[2] for key in (*moved.MODULES, *moved.NAMES) if key.rpartition(".")[0] == self.__name__
        }
        sources = map(_load, moved.MODULES[self.__name__])
        return sorted(below.union(*(dir(source) for source in sources)))


@functools.cache
def module(name: str) -> types.ModuleType:
    """The TF1 module called `name`, or today's real one where the table has no row for it.

    Raises:
        MissingModule: neither TF1's table nor today's TensorFlow has it.
    """
    if name in moved.MODULES:
        return TF1Module(name)
    for today in moved.homes(name):
        try:
            return _load(today)
        except ImportError as error:
            if error.name and not today.startswith(error.name):
                raise  # the module exists and lacks something else
    raise MissingModule(f"no module {name}", remedy=_remedy(name), where=caller())


def _load(name: str) -> types.ModuleType:
    """Today's module. Libraries that draw numbers while they are imported must not disturb a script that seeded first."""
    of_slim = name.partition(".")[0] == "tf_slim"
    if (there := sys.modules.get(name)) is not None and not of_slim:
        return there
    before = random.getstate()
    try:
        found = importlib.import_module(name)
        if of_slim:  # also where an installed library has imported it before
            importlib.import_module("legacy_tf1.contrib.layers").mend()
        return found
    finally:
        random.setstate(before)


def import_(name: str, fromlist: tuple[str, ...] | None) -> types.ModuleType:
    """What the import statement returns for a dotted name that starts with one of ROOTS."""
    parts = name.split(".")
    found = module(parts[0])
    for depth in range(2, len(parts) + 1):
        child = module(".".join(parts[:depth]))
        # a package may show a function under the name of the module that defines it
        if isinstance(found, TF1Module) and child.__name__ not in moved.NAMES:
            setattr(found, parts[depth - 1], child)
        found = child
    for wanted in filter(None, fromlist or ()):  # `__import__(name, fromlist=[""])` asks for the innermost module only
        _check_import_from(found, wanted)
    return found if fromlist else module(parts[0])


def in_world(frame: types.FrameType) -> bool:
    """Whether the code of this frame runs in the TF1 world."""
    return WORLD in frame.f_builtins or at_home(frame.f_globals)


def at_home(namespace: dict) -> bool:
    """Whether code with these globals joined the TF1 world by `legacy_tf1.activate()`."""
    return bool(HOMES) and (namespace.get("__name__") == "__main__" or any(namespace is home for home in HOMES))


def caller() -> tuple[str, int] | None:
    """File and line of the innermost frame that runs in the TF1 world."""
    frame = sys._getframe(1)
    while frame is not None:
        if in_world(frame):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


_OF_EVERY_MODULE = ("__dict__", "__doc__", "__name__", "__path__")


def served_from(name: str) -> str:
    """Where a dotted TF1 name lives today: `tensorflow.contrib.rnn.GRUCell` -> `tensorflow.compat.v1.nn.rnn_cell.GRUCell`.

    A name inside a class or a function is that of the class or function.

    Raises:
        MissingSymbol: it is not served; `what` names the first part that is missing.
    """
    parts = name.split(".")
    place, found = "", module(parts[0])
    for depth in range(1, len(parts)):
        if not isinstance(found, types.ModuleType):
            break
        owner = ".".join(parts[:depth])
        if parts[depth] in _OF_EVERY_MODULE:
            break
        if isinstance(found, TF1Module):
            place, found = _find(owner, parts[depth])
        elif hasattr(found, parts[depth]) or _is_real_module(f"{found.__name__}.{parts[depth]}"):
            place = f"{place}.{parts[depth]}"
            found = getattr(found, parts[depth]) if hasattr(found, parts[depth]) else module(place)
        else:
            raise _missing(f"{owner}.{parts[depth]}")
    return place or name


def _find(owner: str, name: str) -> tuple[str, object]:
    """Where `owner.name` lives today, and the object itself."""
    full = f"{owner}.{name}"
    if full in moved.MODULES and full not in moved.NAMES:
        return (moved.MODULES[full] or (full,))[0], module(full)
    if full in moved.NAMES:
        source, _, path = moved.NAMES[full].partition(":")
        if f"{source}.{path}" in moved.MODULES:  # a module that TF1 has too
            return f"{source}.{path}", module(f"{source}.{path}")
        return f"{source}.{path}", operator.attrgetter(path)(_load(source))
    if full in moved.FOLDERS and full != "tensorflow.contrib":
        return moved.homes(full)[0], module(full)
    for source in moved.MODULES[owner]:
        try:
            return f"{source}.{name}", getattr(_load(source), name)
        except AttributeError:
            continue
    if home := next(filter(_is_real_module, moved.homes(full)), None):
        return home, module(full)
    raise _missing(full)


def _missing(full: str) -> MissingSymbol:
    return MissingSymbol(f"{_short(full)} is not available", remedy=_remedy(full), where=caller())


def _check_import_from(owner: types.ModuleType, name: str) -> None:
    # done here because the interpreter would replace the reason by its own "cannot import name"
    if name == "*" or hasattr(owner, name):
        return
    full = f"{owner.__name__}.{name}"
    if name in moved.LATE.get(owner.__name__, ()):
        setattr(owner, name, _refused(full))
        return
    try:
        _load(full)
    except ImportError:
        raise MissingModule(
            f"cannot import {name} from {owner.__name__}", remedy=_remedy(full), where=caller()
        ) from None


def _refused(full: str) -> type:
    """A class in the place of one that TF 1.15 lets every script import, and few use: making one is the error."""

    def __init__(self, *args, **kwargs):
        raise _missing(full)

    return type(full.rpartition(".")[2], (), {"__init__": __init__, "__doc__": f"{_short(full)}: {_remedy(full)}"})


def _is_real_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, LegacyError, ValueError):
        return False


def _short(name: str) -> str:
    return re.sub(r"^tensorflow\b", "tf", name)


def _remedy(name: str) -> str:
    prefix = max((p for p in remedies.REMEDIES if f"{name}.".startswith(f"{p}.")), key=len, default="tensorflow")
    return remedies.REMEDIES[prefix]
