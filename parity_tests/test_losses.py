"""Losses of small TF1 trainings, from the graph seed alone, against real TensorFlow 1.15.5.

Start weights, masks, shuffles and noise are TF 1.15's bit for bit, so the first loss may differ only by
the rounding of one forward pass, 2e-7 of it (or three units in its last place: Huber's 2.02e-7 is that).
Over the 100 steps the rounding grew to 6e-7 of the loss at most with Adam at 0.001, and to 6e-6 where a
larger rate has taken the loss down to 0.002: the bound for all is 1e-5.

Where a loop draws random numbers the snippets say `parallel_iterations=1`: without it real 1.15 leaves to
its scheduler which time step draws first, and two of its own runs with one seed part after a few steps.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from parity_tests.processes import ROOT, python

GOLDENS = Path(__file__).parent / "goldens"
ABOUT = json.loads((GOLDENS / "losses.json").read_text())
with np.load(GOLDENS / "losses.npz") as _file:
    GOLDEN = {name: _file[name] for name in _file.files}

FIRST, LAST_PLACES, LATER = 2e-7, 3, 1e-5


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """`{case: losses}` in the TF1 world, and what failed, in a process of its own."""
    folder = tmp_path_factory.mktemp("losses")
    done = python("-W", "ignore", __file__, folder, cwd=ROOT, timeout=500)
    assert done.returncode == 0, done.stderr
    with np.load(folder / "losses.npz") as file:
        return {name: file[name] for name in file.files}, json.loads((folder / "failed.json").read_text())


def relative(losses, golden):
    return np.abs(losses.astype(float) - golden) / np.abs(golden.astype(float))


def test_the_golden_says_where_it_comes_from():
    assert ABOUT["versions"]["tensorflow"] == "1.15.5"
    assert set(ABOUT) >= {"recipe", "date", "versions", "graph_seed", "steps"}
    assert len(GOLDEN) > 60 and all(len(losses) == ABOUT["steps"] == 100 for losses in GOLDEN.values())
    assert all(np.isfinite(losses).all() and np.ptp(losses) > 1e-3 for losses in GOLDEN.values())


@pytest.mark.parametrize("case", GOLDEN)
def test_a_training_takes_tf_1_15s_way(world, case):
    found, failed = world
    assert case not in failed, failed.get(case)
    apart = relative(found[case], GOLDEN[case])
    first = max(FIRST, LAST_PLACES * float(np.spacing(GOLDEN[case][0]) / abs(GOLDEN[case][0])))
    same = apart[0] <= first and apart.max() <= LATER
    assert same, f"first loss {apart[0]:.2e} apart, at most {apart.max():.2e} in step {apart.argmax()}"


def main(folder: Path) -> None:
    """In the process of its own: train every case."""
    from legacy_tf1.world import activate
    from parity_tests.goldens import loss_snippets

    with activate() as tf:
        found, failed = loss_snippets.measure_all(tf)
    np.savez(folder / "losses.npz", **found)
    (folder / "failed.json").write_text(json.dumps(failed))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
