"""tf.contrib.seq2seq in the TF1 world, against TF 1.15.5.

Every case of `goldens/seq2seq_snippets.py` is built and run in one process of its own world and compared with
what real TensorFlow 1.15.5 recorded (goldens/seq2seq.npz): variables with their start values bit for bit,
outputs, states, samples, beams, gradients, the op seed that comes next, exceptions, signatures.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from parity_tests.goldens import seq2seq_snippets
from parity_tests.processes import python

GOLDENS = Path(__file__).parent / "goldens"
GOLDEN = json.loads((GOLDENS / "seq2seq.json").read_text())
RUNS = seq2seq_snippets.runs()
TRAININGS = seq2seq_snippets.TRAININGS

# Relative to the largest number of an array, or to 1e-3 where that is smaller. As for the cells: two float32
# programs with other kernels part by a few units of 2**-24 per step; gradients sum that over steps, and
# twenty steps of Adam, whose updates do not shrink with the gradient, over those. float64 is 2**29 times finer.
TOLERANCE = {
    "float32": {"tensor": 1e-6, "gradient": 1e-5, "losses": 1e-5, "end": 1e-4},
    "float64": {"tensor": 1e-13, "gradient": 1e-12, "losses": 1e-12, "end": 1e-11},
}

PROGRAM = """
import json, pickle, sys
from legacy_tf1.world import activate
from parity_tests.goldens import cell_snippets, seq2seq_snippets
path, golden, *runs = sys.argv[1:]
with activate() as tf:
    facts, arrays = seq2seq_snippets.measure_all(tf, [run for run in runs if not run.startswith("train@")])
    for run in runs:
        if run.startswith("train@"):
            facts[run], arrays[run] = seq2seq_snippets.train(tf, getattr(tf, run[6:]))
    errors = {name: cell_snippets.failure(tf, build) for name, build in seq2seq_snippets.ERRORS.items()}
    signatures = seq2seq_snippets.described(tf, json.load(open(golden))["signatures"])
    names = dir(tf.contrib.seq2seq)
with open(path, "wb") as file:
    pickle.dump((facts, arrays, errors, signatures, names), file)
"""


@pytest.fixture(scope="module")
def golden():
    """{case@dtype: {key: array}} of TF 1.15.5."""
    with np.load(GOLDENS / "seq2seq.npz") as packed:
        return {run: seq2seq_snippets.unpack(facts["layout"], run, packed) for run, facts in GOLDEN["cases"].items()}


@pytest.fixture(scope="module")
def today(request, tmp_path_factory):
    """(facts, arrays, exceptions, signatures, names) of the TF1 world, for the cases that pytest has selected."""
    selected = {item.callspec.params.get("run") for item in request.session.items if hasattr(item, "callspec")}
    path = tmp_path_factory.mktemp("seq2seq") / "today.pickle"
    chosen = [run for run in RUNS + TRAININGS if run in selected]
    done = python("-W", "ignore", "-c", PROGRAM, path, GOLDENS / "seq2seq.json", *chosen, timeout=550)
    assert done.returncode == 0, done.stderr
    return pickle.loads(path.read_bytes())


def test_the_golden_is_of_these_cases_and_of_real_tf1():
    assert list(GOLDEN["cases"]) == RUNS + TRAININGS and set(GOLDEN["errors"]) == set(seq2seq_snippets.ERRORS)
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5" and set(seq2seq_snippets.FLOAT64) < set(seq2seq_snippets.CASES)


@pytest.mark.parametrize("run", RUNS)
def test_as_tf1(run, golden, today):
    facts, recorded = today[0][run], GOLDEN["cases"][run]
    assert "failed" not in facts, f"{run}: {facts['failed']}"
    assert facts["variables"] == recorded["variables"]
    assert facts.get("without_gradient") == recorded.get("without_gradient")
    assert differences(today[1][run], golden[run], run) == []


@pytest.mark.parametrize("run", [run for run in RUNS if run.endswith("@float32")])
def test_the_next_op_seed_is_tf1s(run, today):
    """So whatever random op comes after, it starts from the same numbers."""
    assert today[0][run]["last_id"] == GOLDEN["cases"][run]["last_id"]


@pytest.mark.parametrize("run", TRAININGS)
def test_a_translator_trains_as_in_tf1(run, golden, today):
    """Encoder, attention and decoder, with seed 1: the same start weights, losses and end weights."""
    assert today[0][run]["variables"] == GOLDEN["cases"][run]["variables"]
    assert differences(today[1][run], golden[run], run) == []
    assert golden[run]["losses"][-1] < 0.8 * golden[run]["losses"][0]


@pytest.mark.parametrize("case", seq2seq_snippets.ERRORS)
def test_wrong_arguments_fail_as_in_tf1(case, today):
    assert today[2][case] == GOLDEN["errors"][case] is not None


def test_every_name_is_served(today):
    assert set(GOLDEN["names"]) <= set(today[4])


@pytest.mark.parametrize("module", seq2seq_snippets.MODULES)
def test_signatures_are_tf1s(module, today):
    found, recorded = today[3][module], GOLDEN["signatures"][module]
    assert [name for name in recorded if found[name] is None] == []
    for name, wanted in recorded.items():
        if isinstance(wanted, list):
            assert found[name] == wanted, name
            continue
        assert (found[name]["fields"], found[name]["abstract"]) == (wanted["fields"], wanted["abstract"]), name
        members = {key: found[name]["members"].get(key) for key in wanted["members"]}
        assert members == wanted["members"], name


def differences(got: dict, wanted: dict, run: str) -> list[str]:
    """One line per array that is missing, new, of another shape or dtype, or further off than its tolerance."""
    lines = [f"{key}: only {'here' if key in got else 'in TF1'}" for key in sorted({*got} ^ {*wanted})]
    bounds = TOLERANCE[run.partition("@")[2]]
    for key in (key for key in wanted if key in got):
        a, b = np.asarray(got[key]), wanted[key]
        if (a.shape, a.dtype) != (b.shape, b.dtype):
            lines.append(f"{key}: {a.dtype}{a.shape}, in TF1 {b.dtype}{b.shape}")
        elif b.dtype.kind != "f":
            lines += [f"{key}: {a.tolist()}, in TF1 {b.tolist()}"] * (not np.array_equal(a, b))
        elif not (distance := far(a, b)) <= bounds[key.partition("/")[0]]:
            lines.append(f"{key}: {distance:.2g} off")
    return lines


def far(a, b) -> float:
    """The largest distance, relative to the largest number below a million; infinite numbers must be the same.

    The lowest number of its dtype stands for a probability of zero in beam search; beside it, nothing counts.
    """
    huge = ~(np.abs(b) < 1e6)
    if not np.allclose(a[huge], b[huge], rtol=1e-5, atol=0):
        return np.inf
    a, b = a[~huge], b[~huge]
    return np.abs(a - b).max(initial=0) / max(np.abs(b).max(initial=0), 1e-3)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda found: found.pop("tensor/0"), "tensor/0: only in TF1"),
        (lambda found: found.update(extra=np.zeros(1)), "extra: only here"),
        (lambda found: found.update({"tensor/0": found["tensor/0"][0]}), "tensor/0: float32("),
        (lambda found: found.update({"tensor/0": found["tensor/0"] * np.float32(1 + 3e-6)}), "tensor/0: "),
        (lambda found: found.update({"tensor/0": found["tensor/0"] * np.nan}), "tensor/0: nan off"),
        (lambda found: found.update({"tensor/1": found["tensor/1"] + 1}), "tensor/1: [["),
    ],
)
def test_wrong_numbers_are_told(golden, change, line):
    run = "training/plain@float32"
    found = dict(golden[run])
    assert differences(found, golden[run], run) == []
    change(found)
    assert [said for said in differences(found, golden[run], run) if said.startswith(line)]
