"""What scripts use of `imp`, which left Python in 3.12; what it loads belongs to the TF1 world."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
import types

__all__ = ["find_module", "load_module", "load_source"]

PY_SOURCE, PKG_DIRECTORY = 1, 5


def load_source(name: str, pathname: str, file=None) -> types.ModuleType:
    """Execute the file as the module `name`, a second time if it is loaded already."""
    from legacy_tf1 import world

    spec = importlib.util.spec_from_file_location(name, pathname)
    if spec is None or spec.loader is None:
        raise ImportError(f"{pathname} is no Python source", name=name, path=pathname)
    spec.loader = world.loader(spec.loader)
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def find_module(name: str, path: list[str] | None = None):
    """(open file, path, description) of a module, (None, folder, description) of a package.

    Raises:
        ImportError: there is none, or not as Python source.
    """
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        raise ImportError(f"No module named {name}", name=name)
    if spec.submodule_search_locations:
        return None, spec.submodule_search_locations[0], ("", "", PKG_DIRECTORY)
    return open(spec.origin, encoding="utf-8"), spec.origin, (".py", "r", PY_SOURCE)


def load_module(name: str, file, pathname: str, description) -> types.ModuleType:
    """The module that `find_module` found."""
    return importlib.import_module(name) if description[2] == PKG_DIRECTORY else load_source(name, pathname)
