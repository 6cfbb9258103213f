"""Programs that print all that they are told, against what they printed on real TensorFlow 1.15.5."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parity_tests.goldens.record_printed import PRINTED
from parity_tests.processes import python

GOLDENS = Path(__file__).parent / "goldens"


@pytest.mark.parametrize("name", PRINTED)
def test_every_line_is_tf_1_15s(name):
    golden = json.loads((GOLDENS / f"{name}.json").read_text())
    assert golden["about"]["versions"]["tensorflow"] == "1.15.5"
    done = python("-m", "legacy_tf1", "run", GOLDENS / f"{name}_program.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == golden["lines"]
