"""Something to do with a module as soon as it is imported, for modules that most scripts never need."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable

__all__ = ["when_imported"]


@contextlib.contextmanager
def when_imported(actions: dict[str, list[Callable[[types.ModuleType], object]]]):
    """While the block runs: module name -> what is called with the module, once; now, if it is there already."""
    waiting = _Waiting(actions)
    sys.meta_path.insert(0, waiting)
    try:
        for name in actions.keys() & sys.modules.keys():
            waiting.act(sys.modules[name])
        yield
    finally:
        sys.meta_path.remove(waiting)


class _Waiting(importlib.abc.MetaPathFinder):
    def __init__(self, actions):
        self.actions = dict(actions)

    def act(self, module: types.ModuleType) -> None:
        for action in self.actions.pop(module.__name__, ()):
            action(module)

    def find_spec(self, name, path=None, target=None):
        if name not in self.actions:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            self.act(module)

        spec.loader.exec_module = exec_module
        return spec
