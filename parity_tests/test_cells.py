"""tf.contrib.rnn, tf.nn.rnn_cell and tf.contrib.legacy_seq2seq in the TF1 world, against TF 1.15.5.

Every case of `goldens/cell_snippets.py` is built, run and trained once in a process of its own world and
compared with what real TensorFlow 1.15.5 recorded (goldens/cells.npz): variables, outputs, gradients,
losses, op counts, exceptions.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from parity_tests import recorded
from parity_tests.goldens import cell_snippets
from parity_tests.processes import python
from parity_tests.recorded import differences

GOLDEN = json.loads((recorded.GOLDENS / "cells.json").read_text())

# Relative to the largest number of an array; what floor is right for an array of zeros is one of 1e-3.
# Two float32 programs with other kernels part by a few units of 2**-24 per step (SEMANTICS: 1.5e-7).
TOLERANCE = {"tensor": 1e-6, "gradient": 1e-5, "losses": 1e-6}

DROPOUT = "ropout"  # tf.nn.dropout and random_uniform are made of other ops today


@pytest.fixture(scope="module")
def golden():
    """{case: {key: array}} of TF 1.15.5."""
    return recorded.arrays("cells", GOLDEN["cases"])


@pytest.fixture(scope="module")
def today(request, tmp_path_factory):
    """(facts, arrays, exceptions) of the TF1 world, for the cases that pytest has selected."""
    return recorded.today(request, tmp_path_factory, cell_snippets.measure_all, cell_snippets.CASES, "case")


def test_the_golden_is_of_these_cases_and_of_real_tf1():
    assert list(GOLDEN["cases"]) == list(cell_snippets.CASES) and set(GOLDEN["errors"]) == set(cell_snippets.ERRORS)
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5"


@pytest.mark.parametrize("case", cell_snippets.CASES)
def test_as_tf1(case, golden, today):
    facts, arrays = today[0][case], today[1][case]
    assert "failed" not in facts, f"{case}: {facts['failed']}"
    then = GOLDEN["cases"][case]
    assert facts["variables"] == then["variables"]
    assert facts["without_gradient"] == then["without_gradient"]
    assert differences(arrays, golden[case], TOLERANCE) == []


@pytest.mark.parametrize("case", [case for case in cell_snippets.CASES if DROPOUT not in case])
def test_as_many_ops_as_in_tf1(case, today):
    """The seeds of later ops hang on these counts. Three drifts are TensorFlow's own, whoever calls it."""
    now, then = today[0][case]["ops"], GOLDEN["cases"][case]["ops"]
    drift = {op: now.get(op, 0) - then.get(op, 0) for op in {*now, *then}}
    assert drift.pop("AddV2", 0) == -drift.pop("Add", 0)  # `+`
    assert drift.pop("Const", 0) == -now.get("Split", 0)  # tf.split made its number of pieces a constant
    assert drift.pop("TensorArraySizeV3", 0) == -now.get("TensorArrayGatherV3", 0) + (case == "raw")
    assert {op: count for op, count in drift.items() if count} == {}


@pytest.mark.parametrize("case", cell_snippets.ERRORS)
def test_wrong_arguments_fail_as_in_tf1(case, today):
    assert today[2][case] == GOLDEN["errors"][case] is not None


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda found: found.pop("losses"), "losses: only in TF1"),
        (lambda found: found.update(extra=np.zeros(1)), "extra: only here"),
        (lambda found: found.update({"tensor/0": found["tensor/0"][0]}), "tensor/0: shape"),
        (lambda found: found.update({"tensor/0": found["tensor/0"] * np.float32(1 + 2e-6)}), "tensor/0: "),
        (lambda found: found.update({"tensor/0": found["tensor/0"] * np.nan}), "tensor/0: nan off"),
        (lambda found: found.update({"tensor/0": found["tensor/0"] * 0}), "tensor/0: 1 off"),
    ],
)
def test_wrong_numbers_are_told(golden, change, line):
    found = dict(golden["dynamic/NASCell"])
    assert differences(found, golden["dynamic/NASCell"], TOLERANCE) == []
    change(found)
    assert [said for said in differences(found, golden["dynamic/NASCell"], TOLERANCE) if said.startswith(line)]


def test_every_module_path_serves_the_same_objects(tmp_path):
    script = tmp_path / "paths.py"
    script.write_text(PATHS)
    done = python("-m", "legacy_tf1", "run", script)
    assert done.stdout == "same\n", done.stderr


PATHS = """
import tensorflow as tf
from tensorflow.contrib import rnn, legacy_seq2seq
from tensorflow.contrib.rnn import LayerNormBasicLSTMCell, GRUBlockCellV2
from tensorflow.contrib.rnn.python.ops import rnn_cell as contrib_cells, core_rnn_cell, lstm_ops, gru_ops
from tensorflow.contrib.rnn.python.ops.core_rnn_cell import _linear, _Linear, EmbeddingWrapper
from tensorflow.contrib.rnn.python.ops import core_rnn_cell_impl, fused_rnn_cell
from tensorflow.contrib.rnn.python.ops import rnn as contrib_functions
from tensorflow.contrib.legacy_seq2seq.python.ops import seq2seq as by_path
from tensorflow.python.ops import rnn_cell, rnn_cell_impl, seq2seq
from tensorflow.python.ops import rnn as core_functions
from tensorflow.python.ops.rnn_cell_impl import LSTMStateTuple, _concat, _zero_state_tensors
from tensorflow.python.ops.rnn_cell import RNNCell
from tensorflow.nn.rnn_cell import GRUCell
import tensorflow.python.ops.rnn_cell as rnn_cell_by_path

cells = tf.nn.rnn_cell
assert RNNCell is cells.RNNCell is rnn.RNNCell is core_rnn_cell.RNNCell is rnn_cell_impl.RNNCell
assert GRUCell is cells.GRUCell is rnn_cell.GRUCell and rnn_cell is rnn_cell_by_path
assert LSTMStateTuple is cells.LSTMStateTuple is rnn.LSTMStateTuple is core_rnn_cell_impl.LSTMStateTuple
assert issubclass(rnn.NASCell, rnn_cell_impl.LayerRNNCell) and issubclass(cells.GRUCell, rnn.LayerRNNCell)
assert contrib_cells.NASCell is rnn.NASCell and contrib_cells._Linear is _Linear is core_rnn_cell._Linear
assert rnn_cell_impl._linear is _linear and EmbeddingWrapper is rnn.EmbeddingWrapper
assert lstm_ops.LSTMBlockCell is rnn.LSTMBlockCell and gru_ops.GRUBlockCell is rnn.GRUBlockCell
assert fused_rnn_cell.FusedRNNCellAdaptor is rnn.FusedRNNCellAdaptor
assert contrib_functions.stack_bidirectional_rnn is rnn.stack_bidirectional_rnn
assert core_functions.static_rnn is tf.nn.static_rnn is rnn.static_rnn
assert seq2seq.sequence_loss is by_path.sequence_loss is legacy_seq2seq.sequence_loss
for module in ("contrib.rnn", "contrib.legacy_seq2seq", "python.ops.rnn_cell", "contrib.rnn.python.ops.core_rnn_cell",
               "contrib.rnn.python.ops.rnn_cell", "contrib.rnn.python.ops.lstm_ops"):
    names = {}
    exec("from tensorflow." + module + " import *", names)
    assert "tf" not in names and "annotations" not in names, module
    assert not hasattr(tf.contrib.rnn, "no_such_cell")
print("same")
"""
