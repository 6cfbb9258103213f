"""The benchmark works, and its arithmetic is right. How fast anything is, is no test."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import signal
import subprocess

import pytest

from parity_tests.benchmarks import show
from parity_tests.benchmarks.bench import Timing, ratio
from parity_tests.benchmarks.results import Results
from parity_tests.benchmarks.sides import LIMIT, SIDES, edited_by_hand
from parity_tests.benchmarks.workloads import WORKLOADS, growing
from parity_tests.processes import python, start

TRAIN = WORKLOADS["projection + LSTM 128, Adam"]


def timing(side, rates, workload=TRAIN, memory=10.0):
    return Timing(side, workload.name, 1, rates, [0.9] * len(rates), memory, 1.5, {"keras": "3"})


def test_ratios_are_of_rounds_next_to_each_other():
    """The machine slows down by half in the second round, and both sides with it."""
    ours, other = timing("keras_port", [100.0, 50.0, 110.0]), timing("Keras", [50.0, 25.0, 50.0])
    assert ratio(ours, other) == (2.0, 2.0, 2.2)
    assert (ours.median, ours.spread) == (100.0, (50.0, 110.0))
    assert ratio(ours, timing("PyTorch", [])) is None


def test_the_table_says_who_is_faster_by_how_much():
    sides = [timing("keras_port", [30.0, 31.0, 32.0]), timing("PyTorch", [20.0, 31.0, 16.0]), timing(LIMIT, [60.0] * 3)]
    broken = dataclasses.replace(timing("Keras", []), failure="Traceback\nValueError: no such thing")
    page = show.markdown(
        Results([TRAIN], None, {"processor": "p", "cores": 2, "system": "s"}, [*sides, broken]), "again"
    )
    rows = {line.split(" | ")[0]: line for line in page.splitlines() if line.startswith("| ")}
    assert "1.50 x (1.00 to 2.00)" in rows["| PyTorch"] and "52%" in rows["| keras_port"]
    assert (
        rows["| Keras"].startswith("| Keras | failed") and "ValueError: no such thing" in page and "cut short" in page
    )


def test_growth_is_the_exponent_of_the_last_half():
    """A step that costs 1 ms and a hundredth of a square of the units: 2 for many of them, not the 0 of few."""
    workloads = growing("units")
    timings = [timing("Keras", [1000 / (1 + 0.01 * w.units**2)], w) for w in workloads]
    assert show.slope(workloads, timings, "units") == pytest.approx(2, abs=0.05)
    assert show.slope(workloads[:1], timings[:1], "units") is None


def test_the_edited_script_differs_in_its_imports_only(tmp_path):
    text = edited_by_hand(tmp_path).read_text()
    assert "compat.v1" in text and "contrib" not in text and compile(text, "edited.py", "exec")


def test_a_small_run(tmp_path):
    """Every kind of side, to the end: table, JSON, page and picture."""
    sides = [
        "compat.v1, edited by hand",
        "legacy-tf1 run",
        "keras_port",
        "keras_port, predict",
        "keras_port, SavedModel",
        *(["keras_port, ONNX"] if SIDES["keras_port, ONNX"].installed else []),
        "Keras, train_on_batch",
    ]
    files = {"--json": "b.json", "--markdown": "b.md", "--plot": "b.png"}
    if not importlib.util.find_spec("matplotlib"):
        del files["--plot"]
    done = python(
        *("-m", "parity_tests", "bench", "--rounds", "1", "--seconds", "0.05", "--cores", "1"),
        *("--workload", "RNN 150, RMSProp", "--workload", "RNN 150, one sequence"),
        *(word for side in sides for word in ("--side", side)),
        *(word for option in files.items() for word in option),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = Results.read(tmp_path / "b.json")
    measured = {(t.workload, t.side) for t in results.timings if t.rates and t.memory > 0 and t.versions}
    assert measured == {(w.name, side) for w in results.workloads for side in sides if w.task in SIDES[side].tasks}
    assert results.complete and all((tmp_path / file).stat().st_size > 500 for file in files.values())


def test_a_run_that_is_told_to_end_keeps_what_it_measured(tmp_path):
    options = ("--side", "keras_port", "--workload", "RNN 150, RMSProp", "--cores", "1", "--json", "b.json")
    arguments = ("-m", "parity_tests", "bench", *options, "--rounds", "1000", "--seconds", "0.05")
    process = start(*arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert any("round 2 of 1000" in line for line in process.stdout)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "what was measured so far" in said and "Traceback" not in said
    results = Results.read(tmp_path / "b.json")
    assert not results.complete and results.timings[0].rates


def test_a_file_that_is_none_of_ours(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps({"format": 2}))
    with pytest.raises(ValueError, match=r"x\.json: not written by `tf1-parity bench`"):
        Results.read(tmp_path / "x.json")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--side", "x"], "invalid choice: 'x'"),
        (["--cores", "0"], "'0' is not a whole number from 1 on"),
        (["--cores", "100000"], "--cores: this process may use"),
        (["--tf1-python", "no-such-python"], "no-such-python is no program"),
        (["--json", "no/such/folder/b.json"], "cannot write to the folder of"),
        (["--grow", "time", "--workload", "RNN 150, RMSProp"], "not allowed with"),
    ],
)
def test_wrong_usage(arguments, reason):
    done = python("-X", "importtime", "-m", "parity_tests", "bench", *arguments)
    assert done.returncode == 2 and reason in done.stderr
    assert not any(line.endswith((" tensorflow", " keras", " torch")) for line in done.stderr.splitlines())
