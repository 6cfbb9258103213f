"""tf.contrib.timeseries in the TF1 world, against TF 1.15.5.

Every snippet of `goldens/timeseries_snippets.py` runs once, in one process of its own world, and is compared with
what real TensorFlow 1.15.5 recorded: windows, op seeds, the loss of every step, evaluations, predictions, variables,
exported models, refusals.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from parity_tests import recorded
from parity_tests.goldens import timeseries_snippets
from parity_tests.processes import python

GOLDEN = json.loads((Path(__file__).parent / "goldens" / "timeseries.json").read_text())

# Relative to the largest number of an array, or to 1e-3. A few training steps of float32 in other kernels part by a
# few units of 2**-24 each; Adam's first steps divide gradients by their own size, which keeps what rounding there is.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def today(request, tmp_path_factory):
    """{snippet: what it found} in the TF1 world, for the snippets that pytest has selected."""
    return recorded.today(request, tmp_path_factory, timeseries_snippets.measure_all, timeseries_snippets.SNIPPETS)


def test_the_golden_is_of_these_snippets_and_of_real_tf1():
    assert list(GOLDEN["found"]) == list(timeseries_snippets.SNIPPETS)
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5"


@pytest.mark.parametrize("name", timeseries_snippets.SNIPPETS)
def test_as_in_tf1(name, today):
    found = today[name]
    assert not (isinstance(found, dict) and "failed" in found), f"{name}: {found['failed']}"
    assert different(json.loads(json.dumps(found)), GOLDEN["found"][name]) == []


def different(ours, theirs, place="") -> list[str]:
    """Where two nests of numbers and texts differ: arrays of floats beyond the tolerance, all else at all."""
    if is_array(ours) and is_array(theirs):
        a, b = np.array(ours, float), np.array(theirs, float)
        if a.shape != b.shape:
            return [f"{place}: shape {a.shape}, TF 1.15 has {b.shape}"]
        gap = np.abs(a - b).max(initial=0) / max(np.abs(b).max(initial=0), 1e-3)
        return [f"{place}: {gap:.1e} apart"] * (not gap <= TOLERANCE)
    if type(ours) is not type(theirs):
        return [f"{place}: {ours!r}, TF 1.15 has {theirs!r}"]
    if isinstance(ours, dict) and ours.keys() == theirs.keys():
        return [line for key in ours for line in different(ours[key], theirs[key], f"{place}/{key}")]
    if isinstance(ours, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [line for number, pair in pairs for line in different(*pair, f"{place}/{number}")]
    return [] if ours == theirs else [f"{place}: {ours!r}, TF 1.15 has {theirs!r}"]


def is_array(value) -> bool:
    """A float, or a nest of lists of equal lengths with a float at every leaf."""
    if isinstance(value, list) and value:
        return all(map(is_array, value)) and len({len(each) if isinstance(each, list) else -1 for each in value}) == 1
    return isinstance(value, float)


@pytest.mark.parametrize(
    "wrong",
    [
        {"a": [1.0, 2.1], "b": ["x"]},
        {"a": [1.0, 2.0, 3.0], "b": ["x"]},
        {"a": [1.0, 2.0], "b": ["y"]},
        {"a": [1.0, 2.0]},
        {"a": [1.0, float("nan")], "b": ["x"]},
        {"a": [1, 2], "b": ["x"]},
    ],
)
def test_the_comparison_sees_wrong_data(wrong):
    right = {"a": [1.0, 2.0], "b": ["x"]}
    assert different(right, right) == [] and different(wrong, right) != []


STRUCTURAL = """
import tensorflow as tf
from tensorflow.contrib.timeseries.python.timeseries import feature_keys, model as ts_model, NumpyReader
assert ts_model.PredictionFeatures is feature_keys.PredictionFeatures
assert tf.contrib.timeseries.NumpyReader is NumpyReader
tf.contrib.timeseries.StructuralEnsembleRegressor(periodicities=3, num_features=1)
"""


def test_structural_models_are_refused_with_what_to_do(tmp_path):
    script = tmp_path / "structural.py"
    script.write_text(STRUCTURAL)
    done = python("-m", "legacy_tf1", "run", script)
    assert done.returncode != 0
    for part in ("StructuralEnsembleRegressor", "structural.py, line 6", "SequentialTimeSeriesModel"):
        assert part in done.stderr, done.stderr
