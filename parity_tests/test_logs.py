"""What the five programs print, and every loss, against real TensorFlow 1.15.5: from the seed alone.

Both ran with the graph seed 1 on the embedded digits, no weight set from outside, over 102 steps.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from legacy_tf1.recording import open_recording
from parity_tests.cases import PROGRAMS
from parity_tests.processes import python

GOLDEN = json.loads((Path(__file__).parent / "goldens" / "logs.json").read_text())
ABOUT = GOLDEN["about"]

# measured over 100 steps: 6e-7 of the first loss at most where it is not 0, and later at most as said
FIRST, LATER = 2e-7, {"basic_rnn": 1e-4}
NUMBER = re.compile(r"\d+\.\d+")


@pytest.fixture(scope="module", params=PROGRAMS)
def ran(request, tmp_path_factory):
    """A program's name, its golden, the lines that it prints here, and its losses."""
    program, folder = request.param, tmp_path_factory.mktemp(request.param) / "recording"
    done = python(
        *("-m", "legacy_tf1", "record", "--seed", ABOUT["seed"], "--data", ABOUT["data"], "--steps", ABOUT["steps"]),
        *("-o", folder, program),
    )
    assert done.returncode == 0, done.stderr
    losses = [float(step["loss"]) for step in open_recording(folder)]
    return program, GOLDEN["programs"][program], done.stdout.splitlines(), losses
