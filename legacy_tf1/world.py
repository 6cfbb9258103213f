"""The only place that changes the world: the import hook, TensorFlow's switches, the seed.

`activate()` is a context manager that takes back what it changed. One thing cannot be taken
back: TensorFlow's own TF1 mode is a switch for the whole process. So one process runs one world.

How the import hook stays away from libraries: an import statement calls the `__import__` that
stands in its own module's builtins. The script and its own modules get builtins of their own,
in which `tensorflow` means the TF1 world; TensorFlow, Keras and every installed library keep
the interpreter's builtins, and with them the real modules, but for the LIBRARIES of `moved.py`.

A notebook or a session at the prompt has started already when it asks for the TF1 world: its code has the
interpreter's builtins. So `stay()` puts an `__import__` there that looks at who is asking.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import logging
import math
import os
import random
import re
import sys
import sysconfig
import tempfile
import types
import warnings
from pathlib import Path

from keras_port.startup import without_collector
from legacy_tf1 import (
    ipython,
    modules,
    moved,
    old_attributes,
    old_functions,
    python2,
    restored,
    seeds,
    single_elements,
    sizes,
)
from legacy_tf1.errors import LegacyError

__all__ = ["activate", "loader", "stay", "world_builtins"]

# what the user cannot act on: that the TF1 functions they chose to keep are deprecated
_NOISE = (".*is deprecated and will be removed.*", ".*will be removed in a future version.*")
# starts of lines of TensorFlow's C++ log: severity I, the log's own preamble, the CPU feature note
_NATIVE_NOTES = ("I0000 ", "WARNING: All log messages before absl", "To enable the following instructions")


@contextlib.contextmanager
def activate(*, seed: int | None = None, native_seeds: bool = False):
    """Turn this process into the TF1 world; yields the `tensorflow` module of TF1.

    Args:
        seed: graph seed of the default graph and of every graph made later, and the seed of
            Python's and NumPy's global generators; None leaves all of them alone.
        native_seeds: leave the seeds of random ops to today's TensorFlow, instead of giving each
            the seed that TF 1.15 gave it.

    Raises:
        LegacyError: TensorFlow was imported before, without the switches that TF1 mode needs.
    """
    _refuse_a_late_start()
    with contextlib.ExitStack() as undo:
        with without_collector():
            undo.enter_context(_environment())
            undo.enter_context(_quiet())
            with _native_notes_hidden():
                import tensorflow as real

            # warnings, and inside tf.app.run more; at an interactive prompt TensorFlow itself asks for more
            real.get_logger().setLevel(logging.NOTSET)
            real.compat.v1.disable_v2_behavior()
            undo.enter_context(_printed_as_in_numpy_1())
            undo.enter_context(sizes.whole_numbers())
            undo.enter_context(_imports())
            ruled = any(not native for _, native in _active)  # by a world around this one
            undo.enter_context(_counted((seed, native_seeds)))
            if not native_seeds and not ruled:
                undo.enter_context(seeds.rule())
            if seed is not None:
                undo.enter_context(_seeded(real, seed))
            world = modules.module("tensorflow")
        yield world


def stay(home: dict, *, seed: int | None = None, native_seeds: bool = False):
    """Activate until the process ends, for `__main__` and the namespace `home`; returns TF1's `tensorflow`.

    Raises:
        LegacyError: as `activate`; or the world was entered before, and other options are asked for.
    """
    asked = seed is not None or native_seeds
    if _active and asked and _active[-1] != (seed, native_seeds):
        raise LegacyError(
            "the TF1 world is active already, with seed={} and native_seeds={}".format(*_active[-1]),
            remedy="leave them out here, or start a fresh process (in a notebook: restart the kernel) to choose others",
        )
    if not _active:
        world = contextlib.ExitStack()
        world.enter_context(activate(seed=seed, native_seeds=native_seeds))
        world.enter_context(_at_home_too())
        atexit.register(world.close)  # and a reference to it, without which the world would end here
    if not any(home is known for known in modules.HOMES):
        modules.HOMES.append(home)
    return modules.module("tensorflow")


# seed and native_seeds of each world that was entered and not yet left
_active: list[tuple[int | None, bool]] = []


@contextlib.contextmanager
def _counted(options: tuple[int | None, bool]):
    _active.append(options)
    try:
        yield
    finally:
        _active.pop()


@contextlib.contextmanager
def _at_home_too():
    real = builtins.__import__

    def import_(name, globals=None, locals=None, fromlist=(), level=0):
        if globals is not None and modules.at_home(globals) and (found := _of_the_world(name, fromlist, level)):
            return found
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = import_
    try:
        yield
    finally:
        builtins.__import__ = real
        modules.HOMES.clear()


def world_builtins() -> types.ModuleType:
    """Builtins for a module of the TF1 world: the interpreter's, with another `__import__`."""
    copy = types.ModuleType("builtins", builtins.__doc__)
    copy.__dict__.update(vars(builtins))
    copy.__dict__["__import__"] = _import
    copy.__dict__[modules.WORLD] = True
    copy.__dict__[python2.DIVIDE] = python2.divide
    copy.__dict__[old_attributes.ATTRIBUTE] = old_attributes.attribute
    copy.__dict__[single_elements.NUMBER] = single_elements.number
    copy.__dict__[single_elements.FORMAT] = single_elements.formatted
    copy.__dict__[single_elements.PUT] = single_elements.put
    copy.__dict__[single_elements.PUT_INTO] = single_elements.put_into
    copy.__dict__[single_elements.GET] = single_elements.get
    copy.__dict__[single_elements.SLICE] = slice
    copy.__dict__["cmp"] = python2.cmp
    copy.__dict__["get_ipython"] = ipython.get_ipython
    copy.__dict__["open"] = old_functions.open
    return copy


def _import(name, globals=None, locals=None, fromlist=(), level=0):
    found = _of_the_world(name, fromlist, level)
    return found or builtins.__import__(name, globals, locals, fromlist, level)


def _of_the_world(name: str, fromlist, level: int) -> types.ModuleType | None:
    """What an import statement of the TF1 world returns where it is not the interpreter's to answer."""
    if level:
        return None
    return (
        modules.import_(name, fromlist)
        if name.partition(".")[0] in modules.ROOTS
        else restored.module(name, tuple(fromlist or ()))
    )


def _refuse_a_late_start() -> None:
    if "tensorflow" in sys.modules and os.environ.get("TF_USE_LEGACY_KERAS") not in ("1", "true", "True"):
        raise LegacyError(
            "TensorFlow was imported before the TF1 world was activated",
            remedy="activate first, in a fresh process (in a notebook: restart the kernel and activate in its first"
            " cell): the TF1 cells need switches that TensorFlow reads at import",
        )


@contextlib.contextmanager
def _environment():
    """What TensorFlow reads at import: that tf.keras is Keras 2, which the TF1 cells need; its log's level if nobody set one."""
    settings = {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2")}
    before = {key: os.environ.get(key) for key in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value


@contextlib.contextmanager
def _quiet():
    # tf.logging is this logger, and what the script itself says there is shown, as TF 1.15 shows it
    logger = logging.getLogger("tensorflow")
    before, level = list(warnings.filters), logger.level
    for message in _NOISE:
        warnings.filterwarnings("ignore", message=message)
    logger.addFilter(_is_news)
    try:
        yield
    finally:
        logger.removeFilter(_is_news)
        logger.setLevel(level)
        warnings.filters[:] = before


def _is_news(record: logging.LogRecord) -> bool:
    return not re.match("|".join(_NOISE), str(record.msg), re.DOTALL)


@contextlib.contextmanager
def _printed_as_in_numpy_1():
    # a script that prints a list of fetched values shows 0.5, as it did, not np.float32(0.5)
    import numpy

    with numpy.printoptions(legacy="1.25"):
        yield


@contextlib.contextmanager
def _native_notes_hidden():
    """Keep the informational lines that TensorFlow's C++ start prints to descriptor 2 from the user.

    Warnings, errors and anything else come out again when the block ends, however it ends.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        before = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)
            caught.seek(0)
            for line in caught.read().decode(errors="replace").splitlines(keepends=True):
                if not line.startswith(_NATIVE_NOTES):
                    sys.stderr.write(line)


@contextlib.contextmanager
def _imports():
    finder = _ScriptModules(world_builtins())
    import_module, spec_from_file = importlib.import_module, importlib.util.spec_from_file_location

    def world_import_module(name, package=None):
        if modules.in_world(sys._getframe(1)) and name.partition(".")[0] in modules.ROOTS:
            return modules.import_(name, ("*",))
        return import_module(name, package)

    def world_spec_from_file(name, location=None, **named):
        spec = spec_from_file(name, location, **named)
        if spec is not None and modules.in_world(sys._getframe(1)):
            spec.loader = loader(spec.loader)
        return spec

    sys.meta_path.insert(0, finder)
    importlib.import_module = world_import_module
    importlib.util.spec_from_file_location = world_spec_from_file
    try:
        yield
    finally:
        importlib.import_module = import_module
        importlib.util.spec_from_file_location = spec_from_file
        sys.meta_path.remove(finder)
        for name in finder.loaded:  # the next world must not find modules of this one
            sys.modules.pop(name, None)


@contextlib.contextmanager
def _seeded(real, seed: int):
    import numpy
    from tensorflow.python.eager import context
    from tensorflow.python.framework import ops

    graph_init, context_init = real.Graph.__init__, context.Context.__init__

    def seeded_init(self, *args, **kwargs):
        graph_init(self, *args, **kwargs)
        self.seed = seed

    def seeded_context_init(self, *args, **kwargs):
        context_init(self, *args, **kwargs)
        self._set_global_seed(seed)  # for a script that turns eager mode on

    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    if ops._default_graph_stack._global_default_graph is not None:  # made here, it would forbid eager mode
        real.compat.v1.set_random_seed(seed)
    real.Graph.__init__, context.Context.__init__ = seeded_init, seeded_context_init
    try:
        yield
    finally:
        real.Graph.__init__, context.Context.__init__ = graph_init, context_init


class _ScriptModules(importlib.abc.MetaPathFinder):
    """Finds the script's own modules, packages included, and gives them the world's builtins."""

    def __init__(self, world: types.ModuleType):
        self.world, self.loaded = world, set()

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in _OURS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if (
            spec is None
            or not isinstance(spec.loader, importlib.machinery.SourceFileLoader)
            or (_is_library(spec.origin) and not _is_for_tf1(name.partition(".")[0]))
        ):
            return None
        spec.loader = _WorldLoader(spec.loader, self.world)
        self.loaded.add(name)
        return spec


def loader(inner):
    """The loader of a file that the script names by its path, so that the module joins the TF1 world."""
    ours = isinstance(inner, importlib.machinery.SourceFileLoader)
    return _WorldLoader(inner, world_builtins()) if ours else inner


class _WorldLoader(importlib.abc.Loader):
    def __init__(self, inner: importlib.machinery.SourceFileLoader, world: types.ModuleType):
        self.inner, self.world = inner, world

    def __getattr__(self, name):  # get_source, path, ...: what inspect and pickle ask a loader for
        return getattr(self.inner, name)

    def create_module(self, spec):
        return self.inner.create_module(spec)

    def exec_module(self, module):
        module.__dict__["__builtins__"] = self.world
        exec(python2.compile_source(Path(self.inner.path).read_bytes(), self.inner.path), module.__dict__)


_OURS = ("legacy_tf1", "keras_port", "parity_tests")
_LIBRARIES = tuple(
    {str(Path(sysconfig.get_paths()[key]).resolve()) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
)


@functools.cache
def _is_for_tf1(package: str) -> bool:
    """Whether an installed library is written for TF1, in the release that is installed."""
    if package not in moved.LIBRARIES:
        return False
    try:
        release = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # copied there
        return True
    numbers = tuple(int(number) for number in re.findall(r"\d+", release))
    return numbers < moved.UNTIL.get(package, (math.inf,))


def _is_library(origin: str) -> bool:
    path = Path(origin).resolve()
    installed = {"site-packages", "dist-packages"} & set(path.parts)
    return bool(installed) or str(path).startswith(tuple(f"{folder}{os.sep}" for folder in _LIBRARIES))
