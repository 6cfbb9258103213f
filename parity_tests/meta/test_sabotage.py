"""Each classic porting mistake turns the ladder red, on the rung where it belongs, in both dtypes."""

from __future__ import annotations

import json

import pytest

from parity_tests.cases import Case, cases_to_json
from parity_tests.processes import engine_trace, python

# program -> mistake -> the rung on which it shows first
EXPECTED = {
    "lstm_rows": {
        "gate order": "forward",
        "forget bias": "forward",
        "Adam epsilon": "update",
        "batch order": "lock-step",
        "label order": "forward",
        "labels of other images": "forward",
        "one weight off by 1e-3": "start",
    },
    "basic_rnn": {
        "RMSProp slot start": "start",
        "batch order": "lock-step",
        "one weight off by 1e-3": "start",
    },
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("program", EXPECTED)
def test_every_mistake_is_found(program, dtype, tmp_path):
    case = Case(program, steps=4, dtype=dtype)
    trace = tmp_path / "trace"
    trace.write_bytes(engine_trace("legacy", case))
    done = python("-m", "parity_tests.meta.sabotage", trace, cases_to_json([case]), "none", *EXPECTED[program])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("none") is None
    assert {name: divergence and divergence["rung"] for name, divergence in found.items()} == EXPECTED[program]
