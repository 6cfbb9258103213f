"""The ladder for layers, wrappers and optimizers: a sample on each Keras backend, and with `-m full` all of them.

One variant takes 2 s of a processor on TensorFlow and PyTorch and 7 s on JAX, nearly all of it for making and compiling
the graphs of both sides.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from keras_port import layers, optimizers
from parity_tests import tolerances, variants
from parity_tests.cases import BACKENDS, PROGRAMS, Case
from parity_tests.processes import python
from parity_tests.variants import VARIANTS

FOLDER = Path(variants.__file__).parent
# of each kind of row one; on JAX and PyTorch where Keras computes otherwise: its own cells, masks, norms, roots
SAMPLE = {
    "tensorflow": (
        "gru", "lstm_everything", "coupled_lstm_everything", "nas_projected", "intersection_projected", "multi_rnn",
        "dropout", "attention", "bidirectional", "behind_dense", "adagrad_da", "rmsprop_centered", "adam_decayed",
    ),
    "jax": ("lstm", "lengths"),
    "torch": ("lstm", "layer_norm_lstm", "static", "adadelta"),
}  # fmt: skip
HELPERS = {"FED", "joint_glorot", "joint_glorot_gru", "sequence_mask"}  # no layers
MADE = {"SimpleRNN": "basic_rnn", "LSTM": "basic_lstm", "GRU": "gru"}  # class -> what makes it


def climb(folder, *arguments, backend="tensorflow", timeout=600):
    """The cases of `tf1-parity`'s report; every rung of each must hold."""
    for each in backend.split(","):
        if not importlib.util.find_spec(BACKENDS[each]):
            pytest.skip(f"{each} is an extra: pip install 'keras-legacy-port[{each}]'")
    done = python("-m", "parity_tests", *arguments, "--backend", backend, cwd=folder, timeout=timeout)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((folder / "parity_report.json").read_text())
    assert report["proven"] and report["complete"]
    for result in report["programs"]:
        worst = max(rung["difference"] for rung in result["rungs"][:5])
        assert 0 < worst < (1e-10 if result["case"]["dtype"] == "float64" else 1e-2)
    return report["programs"]


def test_the_table_has_every_layer_and_every_rule():
    rows = {name: (FOLDER / f"{name}.py").read_text() for name in ("variant", "of_layers", "of_rules")}
    used = set(re.findall(r"\b(?:L|layers)\.(\w+)", rows["of_layers"] + rows["variant"]))
    assert {MADE.get(name, name) for name in layers.__all__} - HELPERS <= used
    rules = set(re.findall(r"\bof_keras|optimizers\.(\w+)|\"(\w+)\"", rows["of_rules"]))
    assert set(optimizers.__all__) <= {name for pair in rules for name in pair}
    assert not set(VARIANTS) & set(PROGRAMS)


def test_the_bounds_follow_from_the_length_of_a_computation():
    """The unit roundoff times the root of (images of a batch x time steps x layers)."""
    for dtype, roundoff in (("float32", 2.0**-24), ("float64", 2.0**-53)):
        for name, depth in (("gru", 1), ("multi_rnn", 2)):
            length = tolerances.length(Case(name))
            assert tolerances.unit(dtype, length) == pytest.approx(roundoff * (128 * 7 * depth) ** 0.5)
    assert tolerances.length(Case("lstm_rows")) == 278 * 28


@pytest.mark.parametrize("backend", SAMPLE)
def test_a_sample_agrees_with_its_twins(backend, tmp_path):
    page, names = tmp_path / "page.md", SAMPLE[backend]
    found = climb(tmp_path, *names, "--dtype", "float64", "--steps", "2", "--markdown", page, backend=backend)
    assert [result["case"]["program"] for result in found] == list(names)
    assert f"| | {backend}, float64 |" in page.read_text() and "| **worst** |" in page.read_text()


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_the_whole_matrix(tmp_path):
    """Every variant on every backend in both dtypes, in the steps of `parity_tests/docs/variants.md`."""
    options = ("--variants", "--dtype", "float32,float64")
    found = climb(tmp_path, *options, backend=",".join(BACKENDS), timeout=7000)
    assert len(found) == len(BACKENDS) * sum(len(variant.dtypes) for variant in VARIANTS.values())
