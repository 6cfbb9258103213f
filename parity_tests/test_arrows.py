"""Who may import whom, and that importing a package changes nothing."""

from __future__ import annotations

import ast

import pytest

from parity_tests.processes import ROOT, python

PACKAGES = ("legacy_tf1", "keras_port", "parity_tests")
NO_FRAMEWORK = (
    "keras_port/datasets.py",
    "parity_tests/trace.py",
    "parity_tests/cases.py",
    "parity_tests/compare.py",
    "parity_tests/tolerances.py",
)


def imports(path) -> set[str]:
    """Every absolute module name that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def of(package):
    return {path.relative_to(ROOT): imports(path) for path in (ROOT / package).rglob("*.py")}


def test_keras_port_stands_alone():
    """Whoever has migrated can delete the other two folders."""
    for path, names in of("keras_port").items():
        assert not [name for name in names if name.split(".")[0] in ("legacy_tf1", "parity_tests")], path


def test_legacy_tf1_takes_only_data_and_what_commands_share_from_keras_port():
    for path, names in of("legacy_tf1").items():
        assert not [name for name in names if name.split(".")[0] == "parity_tests"], path
        from_port = {name for name in names if name.split(".")[0] == "keras_port"}
        shared = ("keras_port.datasets", "keras_port.startup", "keras_port.streams")
        assert all(name.startswith(shared) for name in from_port), path


@pytest.mark.parametrize("path", NO_FRAMEWORK)
def test_the_plain_modules_import_no_framework(path):
    assert not {name.split(".")[0] for name in imports(ROOT / path)} & {"tensorflow", "keras", "tf_keras"}


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_and_changes_nothing(package):
    done = python("-c", f"""
import builtins, os, sys
before = builtins.__import__, dict(os.environ), list(sys.meta_path), list(sys.path)
import {package}
assert before == (builtins.__import__, dict(os.environ), list(sys.meta_path), list(sys.path))
assert not set(sys.modules) & {{"tensorflow", "keras", "tf_keras", "numpy"}}
""")  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_package_says_the_same_version():
    import tomllib

    import keras_port
    import legacy_tf1

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == keras_port.__version__ == legacy_tf1.__version__


def test_every_program_has_its_twin_and_its_rows():
    from keras_port import models
    from keras_port.weights import PROGRAMS as rows
    from legacy_tf1.run import BUILT_IN
    from parity_tests.cases import PROGRAMS

    assert set(PROGRAMS) == set(models.NAMES) == set(rows) == set(BUILT_IN)
    assert {name: program.steps for name, program in PROGRAMS.items()} == {
        name: models.load(name).STEPS for name in models.NAMES
    }
