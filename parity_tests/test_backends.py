"""The ladder on Keras's other backends, as a user climbs it: `tf1-parity --backend jax,torch`."""

from __future__ import annotations

import importlib.util
import json

import pytest

from parity_tests.cases import BACKENDS, PROGRAMS
from parity_tests.processes import python

OTHERS = tuple(backend for backend in BACKENDS if backend != "tensorflow")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("backend", OTHERS)
def test_every_program_agrees_with_its_twin(backend, dtype, tmp_path):
    if not importlib.util.find_spec(BACKENDS[backend]):
        pytest.skip(f"{backend} is an extra: pip install 'keras-legacy-port[{backend}]'")
    done = python("-m", "parity_tests", "--backend", backend, "--dtype", dtype, "--steps", "4", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "parity_report.json").read_text())
    assert report["proven"] and len(report["programs"]) == len(PROGRAMS)
    for program in report["programs"]:
        assert program["case"]["backend"] == backend
        assert set(program["versions"]["twin"]) == {"keras", BACKENDS[backend], "numpy"}
        worst = max(rung["difference"] for rung in program["rungs"][:5])
        # 1e-10 is the promise; a float32 rounding anywhere on the way would show as 1e-8 or more
        assert 0 < worst < (1e-10 if dtype == "float64" else 1e-2)


def test_a_backend_that_is_not_there_is_named_at_once(tmp_path):
    """PyTorch is hidden from the command's search for packages, through the interpreter's start-up hook."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util\nfound = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'torch' else found(name, *rest)\n"
    )
    from parity_tests.processes import ROOT

    path = f"{ROOT}:{tmp_path}"
    done = python("-m", "parity_tests", "--backend", "torch", cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 2 and "keras-legacy-port[torch]" in done.stderr
