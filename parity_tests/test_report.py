"""The pages and files of the main job, from results whose numbers are known."""

from __future__ import annotations

import json

import pytest

from parity_tests import seeds
from parity_tests.cases import Case
from parity_tests.compare import RUNGS, Rung
from parity_tests.prove import Result
from parity_tests.report import json_file, markdown

VERSIONS = {"legacy": {"tensorflow": "2.21.0"}, "twin": {"keras": "3.15.1"}}


def result(difference: float, *, gap=0.0, broken=None, **case) -> Result:
    """A run in which `difference` was found on the lock-step rung, and half of it on the other four."""
    rungs = [Rung(name, name != broken, difference / 2, 0.1) for name in RUNGS]
    rungs[RUNGS.index("lock-step")].difference = difference
    accuracy = {"legacy": 0.9 + gap, "twin": 0.9}
    speed = {"legacy": 30.0, "twin": 31.0}
    return Result(Case(**case), 781, rungs, None, broken is None, None, accuracy, gap, speed, VERSIONS, 1.0)


def page(tmp_path, *results: Result) -> str:
    path = tmp_path / "page.md"
    found = list(results)
    markdown.write(path, found, seeds.compare(found), command="tf1-parity ...", data="digits.", seconds=120.0)
    return path.read_text(encoding="utf-8")


def cells(text: str, start: str) -> list[str]:
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in row.strip("|").split("|")[1:]]


def test_a_page_has_the_worst_of_all_seeds_and_every_run(tmp_path):
    runs = [result(d, gap=g, program="static_lstm", seed=s) for s, (d, g) in enumerate([(1e-5, 0), (3e-4, 0.001)], 1)]
    text = page(tmp_path, *runs, result(2e-5, program="static_lstm", backend="torch"))
    assert "3 proofs of 781 steps in 2 minutes, digits;" in text and "tensorflow 2.21.0, keras 3.15.1" in text
    assert cells(text, "**worst**") == ["3.0e-04, 10%", "2.0e-05, 10%"]
    grid, one_seed, over_seeds = (cells(part, "static_lstm") for part in split(text))
    assert grid == ["3.0e-04, 10%", "2.0e-05, 10%"]
    assert "7/7" in one_seed and "90.00% / 90.00%" in one_seed
    assert "3.0e-04" in cells(text, "static_lstm, seed 2")
    assert over_seeds[:3] == ["1 to 2", "90.05% / 90.00%", "+0.05"] and over_seeds[-1] == "yes"


def split(text: str) -> list[str]:
    return [part for part in text.split("\n\n") if part.startswith("| ")]


def test_a_page_says_which_rung_breaks_and_what_is_missing(tmp_path):
    text = page(
        tmp_path,
        result(1e-3, program="gru", broken="gradient"),
        result(1e-6, program="gru", dtype="float64"),
        result(1e-6, program="gru_block"),  # TF1 has it in float32 only
        result(1e-6, program="lstm"),
    )
    assert cells(text, "gru") == ["1.0e-03, 10% **gradient does not hold**", "1.0e-06, 10%"]
    assert cells(text, "gru_block")[1] == "-" and cells(text, "lstm")[1] == "?"
    assert len(split(text)) == 1, "variants are in the grid alone"


@pytest.mark.parametrize(("gaps", "holds"), [((0.0, 0.001, 0.0), True), ((0.04, 0.05, 0.045), False)])
def test_accuracy_over_seeds_goes_into_the_report(tmp_path, gaps, holds):
    runs = [result(0.0, gap=gap, program="lstm_rows", seed=seed) for seed, gap in enumerate(gaps, 3)]
    json_file.write(tmp_path / "r.json", runs, seeds.compare(runs), data="digits", complete=True)
    (row,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["over_seeds"]
    assert row["seeds"] == [3, 4, 5] and row["test"]["holds"] is holds
    assert row["test"]["mean"] == pytest.approx(sum(gaps) / 3)
    assert row["accuracy"] == pytest.approx({"legacy": 0.9 + sum(gaps) / 3, "twin": 0.9})
