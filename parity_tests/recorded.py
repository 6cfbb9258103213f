"""What was recorded with TensorFlow 1.15.5, what the TF1 world finds for the same snippets, and how far the two are apart."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from parity_tests.goldens.cell_snippets import unpack
from parity_tests.processes import python

__all__ = ["GOLDENS", "arrays", "differences", "today"]

GOLDENS = Path(__file__).parent / "goldens"

PROGRAM = """
import importlib, pickle, sys
from legacy_tf1.world import activate
_, path, module, function, *names = sys.argv
with activate() as tf:
    found = getattr(importlib.import_module(module), function)(tf, names)
with open(path, "wb") as file:
    pickle.dump(found, file)
"""


def arrays(name: str, facts: dict) -> dict[str, dict]:
    """{snippet: {key: array}} of `goldens/NAME.npz`, whose facts say how each vector is cut up."""
    packed = np.load(GOLDENS / f"{name}.npz")
    return {snippet: unpack(facts[snippet], packed[snippet]) for snippet in packed}


def today(request, tmp_path_factory, measure: Callable, names: Iterable[str], parameter: str = "name"):
    """What `measure(tf, names)` returns in the TF1 world, in one process, for the snippets that pytest has selected.

    Args:
        request, tmp_path_factory: pytest's.
        parameter: under which the tests get the name of their snippet.
    """
    selected = {item.callspec.params.get(parameter) for item in request.session.items if hasattr(item, "callspec")}
    folder = tmp_path_factory.mktemp("today")
    path = folder / "found.pickle"
    chosen = [name for name in names if name in selected]
    arguments = (path, measure.__module__, measure.__name__, *chosen)
    done = python("-c", PROGRAM, *arguments, cwd=folder, timeout=550, TMPDIR=str(folder))  # for what a snippet writes
    assert done.returncode == 0, done.stderr
    return pickle.loads(path.read_bytes())


def differences(got: dict, wanted: dict, tolerance: dict[str, float]) -> list[str]:
    """One line per array that is missing, new, of another shape or further off than its tolerance.

    Args:
        tolerance: first part of a key -> the largest distance, relative to the array's largest number. Infinite numbers
            must be the same.
    """
    lines = [f"{key}: only {'here' if key in got else 'in TF1'}" for key in sorted({*got} ^ {*wanted})]
    for key in (key for key in wanted if key in got):
        a, b = np.asarray(got[key], np.float32), wanted[key]
        if a.shape != b.shape:
            lines.append(f"{key}: shape {a.shape}, in TF1 {b.shape}")
            continue
        with np.errstate(invalid="ignore"):
            distance = np.where(a == b, 0, np.abs(a - b)).max(initial=0) / max(np.abs(b).max(initial=0), 1e-3)
        if not distance <= tolerance[key.partition("/")[0]]:
            lines.append(f"{key}: {distance:.2g} off")
    return lines
