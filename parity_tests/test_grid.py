"""tf.contrib.grid_rnn, tf.contrib.recurrent and the state saver of tf.contrib.training in the TF1 world, against TF 1.15.5.

Every snippet of `goldens/grid_snippets.py` runs once, in one process of its own world, and is compared with
what real TensorFlow 1.15.5 recorded: variables and their seeded start values bit for bit, the op seeds that
follow, outputs, gradients, losses, exceptions.
"""

from __future__ import annotations

import json

import pytest

from parity_tests import recorded
from parity_tests.goldens import grid_snippets
from parity_tests.processes import python
from parity_tests.recorded import differences

GOLDEN = json.loads((recorded.GOLDENS / "grid.json").read_text())

NAMES = [*grid_snippets.GRAPHS, *grid_snippets.FACTS]

# Relative to the largest number of an array; an array of zeros is measured against 1e-3. The two versions have other
# kernels: a few units of 2**-24 per op, of which a training step passes through a few dozen.
TOLERANCE = {"tensor": 1e-6, "gradient": 1e-5, "losses": 1e-6, "end": 1e-5}


@pytest.fixture(scope="module")
def golden():
    """{snippet: {key: array}} of TF 1.15.5."""
    return recorded.arrays("grid", GOLDEN["facts"])


@pytest.fixture(scope="module")
def today(request, tmp_path_factory):
    """(facts, arrays, exceptions) of the TF1 world, for the snippets that pytest has selected."""
    return recorded.today(request, tmp_path_factory, grid_snippets.measure_all, NAMES)


def test_the_golden_is_of_these_snippets_and_of_real_tf1():
    assert list(GOLDEN["facts"]) == NAMES and set(GOLDEN["errors"]) == set(grid_snippets.ERRORS)
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5"


@pytest.mark.parametrize("name", grid_snippets.GRAPHS)
def test_as_in_tf1(name, golden, today):
    facts, then = today[0][name], dict(GOLDEN["facts"][name])
    then.pop("layout")
    assert facts == then
    assert differences(today[1][name], golden[name], TOLERANCE) == []


@pytest.mark.parametrize("name", grid_snippets.FACTS)
def test_facts_as_in_tf1(name, today):
    facts = today[0][name]
    assert "failed" not in facts, facts["failed"]
    assert alike(facts, GOLDEN["facts"][name])


def alike(a, b) -> bool:
    """Equal, floats up to the rounding of float32 after a few steps of an LSTM."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return a == b or (isinstance(a, float) and abs(a - b) <= 1e-6 * max(1, abs(b)))


@pytest.mark.parametrize("name", grid_snippets.ERRORS)
def test_wrong_arguments_fail_as_in_tf1(name, today):
    assert today[2][name] == GOLDEN["errors"][name] is not None


def test_every_module_path_serves_the_same_objects(tmp_path):
    script = tmp_path / "paths.py"
    script.write_text(PATHS)
    done = python("-m", "legacy_tf1", "run", script)
    assert done.stdout == "same\n", done.stderr


PATHS = """
import tensorflow as tf
from tensorflow.contrib import grid_rnn
from tensorflow.contrib.grid_rnn.python.ops import grid_rnn_cell
from tensorflow.contrib.grid_rnn.python.ops.grid_rnn_cell import Grid2LSTMCell

assert Grid2LSTMCell is grid_rnn.Grid2LSTMCell is tf.contrib.grid_rnn.Grid2LSTMCell is grid_rnn_cell.Grid2LSTMCell
from tensorflow.contrib import recurrent
from tensorflow.contrib.recurrent.python.ops import functional_rnn, recurrent as by_path
assert by_path.Recurrent is recurrent.Recurrent is tf.contrib.recurrent.Recurrent
assert functional_rnn.functional_rnn is recurrent.functional_rnn
assert functional_rnn.bidirectional_functional_rnn is recurrent.bidirectional_functional_rnn
print("same")
"""
