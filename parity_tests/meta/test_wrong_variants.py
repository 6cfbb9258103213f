"""A mistake in a layer or an optimizer turns the ladder of its variant red, on the rung where it belongs."""

from __future__ import annotations

import json

import pytest

from parity_tests.cases import Case, cases_to_json
from parity_tests.meta.wrong_variants import WRONG
from parity_tests.processes import engine_trace, python

SAMPLE = ("lstm", "layer_norm_lstm", "lengths", "adam", "ftrl")


@pytest.mark.parametrize("names", [SAMPLE, pytest.param(tuple(WRONG), marks=pytest.mark.full)], ids=["sample", "all"])
def test_every_mistake_is_found(names, tmp_path):
    cases = [Case(name, steps=2, dtype="float64") for name in names]
    traces = tmp_path / "traces"
    traces.write_bytes(engine_trace("legacy", cases))
    done = python("-m", "parity_tests.meta.wrong_variants", traces, cases_to_json(cases))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    expected = {name: {mistake: rung for mistake, (_, rung) in WRONG[name].items()} for name in names}
    assert found == expected
