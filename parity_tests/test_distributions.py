"""Distributions, sequence columns, heads and estimators of RNNs in the TF1 world, against TF 1.15.5.

Every snippet of `goldens/plain_snippets.py` runs once, in one process of its own world, and is compared with what
real TensorFlow 1.15.5 recorded: shapes, statistics, densities and their slopes, losses, metrics, names, exceptions.
Draws are compared with the densities: TF 1.15 makes other numbers of ops for them, so its seeds differ.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from parity_tests.goldens import plain_snippets
from parity_tests.processes import python

GOLDEN = json.loads((Path(__file__).parent / "goldens" / "plain.json").read_text())

# float32 through logarithms, gammas and a matrix's inverse: a few dozen units of 2**-24, relative to the larger of
# the number and 1
TOLERANCE = 2e-5

PROGRAM = """
import json, sys
from legacy_tf1.world import activate, world_builtins
from parity_tests.goldens import plain_snippets
with activate() as tf:
    refused = {}
    space = {"tf": tf, "__builtins__": world_builtins()}
    exec("from tensorflow.contrib.cudnn_rnn import CudnnLSTM\\nfrom scipy.signal import hann, gaussian", space)
    exec("from tensorflow.contrib.estimator.python.estimator.rnn import _DEFAULT_LEARNING_RATE as rate", space)
    try:
        exec("CudnnLSTM(1, 8)", space)
    except AttributeError as error:
        refused["CudnnLSTM"] = str(error)
    measured = plain_snippets.measure_all(tf, sys.argv[2:])
    drawn = {}
    d, n = tf.contrib.distributions, 20000
    loc, scale = plain_snippets.LOC, plain_snippets.SCALE
    with tf.Graph().as_default(), tf.Session() as session:
        for name, made in {
            "normal": d.MultivariateNormalTriL(loc, plain_snippets.tril()),
            "logistic": d.Logistic(loc, scale),
            "half normal": d.HalfNormal(scale),
            "poisson": d.Poisson(scale * 3),
            "geometric": d.Geometric(logits=loc),
            "mixture": d.Mixture(d.Categorical(logits=loc), [d.Normal(loc[:, k], scale[:, k]) for k in range(3)]),
            "same family": d.MixtureSameFamily(d.Categorical(logits=loc), d.Normal(loc, scale)),
        }.items():
            draws = session.run(made.sample(n, seed=3))
            drawn[name] = [draws.mean(0).tolist(), *(session.run(v).tolist() for v in (made.mean(), made.stddev()))]
        chances = session.run(tf.nn.softmax(loc)).tolist()
        for name, made in {
            "one hot": d.OneHotCategorical(logits=loc, dtype=tf.float32),
            "relaxed": d.RelaxedOneHotCategorical(0.01, logits=loc),
        }.items():
            drawn[name] = [session.run(made.sample(n, seed=4)).mean(0).tolist(), chances, chances]
json.dump([measured, refused, drawn, space["rate"]], open(sys.argv[1], "w"))
"""


@pytest.fixture(scope="module")
def today(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "today.json"
    done = python("-c", PROGRAM, path, *plain_snippets.SNIPPETS, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(path.read_text())


def test_the_golden_is_of_these_snippets_and_of_real_tf1():
    assert list(GOLDEN["found"]) == list(plain_snippets.SNIPPETS)
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5"


@pytest.mark.parametrize("name", plain_snippets.SNIPPETS)
def test_as_in_tf1(name, today):
    assert not list(_differences(GOLDEN["found"][name], today[0][name], name))


def _differences(recorded, found, where: str):
    """Every place where two nested lists differ by more than the tolerance, as text."""
    if isinstance(recorded, list) and isinstance(found, list) and len(recorded) == len(found):
        for place, (one, other) in enumerate(zip(recorded, found, strict=True)):
            yield from _differences(one, other, f"{where}[{place}]")
    elif isinstance(recorded, float) and isinstance(found, float):
        if not (recorded == found or math.isnan(recorded) and math.isnan(found)):
            if not abs(recorded - found) <= TOLERANCE * max(1, abs(recorded)):
                yield f"{where}: {recorded} in TF 1.15, {found} here"
    elif recorded != found:
        yield f"{where}: {recorded!r} in TF 1.15, {found!r} here"


def test_draws_have_the_mean_of_their_density(today):
    """Five standard errors of 20000 draws, of the widest entry."""
    for name, (drawn, mean, deviation) in today[2].items():
        error = np.abs(np.array(drawn) - mean).max()
        assert error < 5 * np.max(deviation) / math.sqrt(20000), name


def test_a_class_for_gpus_is_refused_where_it_is_made(today):
    """Scripts import it beside the cells that they use elsewhere, as TF 1.15 lets them."""
    assert "tf.contrib.cudnn_rnn.CudnnLSTM is not available" in today[1]["CudnnLSTM"]
    assert "CudnnCompatibleLSTMCell" in today[1]["CudnnLSTM"]
    assert today[3] == 0.05
