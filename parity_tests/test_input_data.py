"""legacy_tf1.input_data against what real TensorFlow 1.15.5 drew (goldens/input_data.json)."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_port import datasets
from legacy_tf1 import input_data
from legacy_tf1.input_data import DataSet, read_data_sets, use_data
from parity_tests.goldens.record_input_data import corners, observe
from parity_tests.local_mnist import MNIST, needs_mnist, serving

GOLDEN = json.loads(Path(__file__).with_name("goldens").joinpath("input_data.json").read_text())


def _title(call):
    seeds = [f"{key}={call[key]}" for key in ("graph_seed", "numpy_seed") if key in call]
    return " ".join([call["data"], *(f"{k}={v}" for k, v in call["arguments"].items()), *seeds])


CALLS = [
    pytest.param(call, id=f"{i} {_title(call)}", marks=needs_mnist if call["data"] == "mnist" else ())
    for i, call in enumerate(GOLDEN["calls"])
]


@pytest.fixture(scope="session")
def digits_directory(tmp_path_factory):
    """The digits as IDX files."""
    directory = str(tmp_path_factory.mktemp("digits"))
    datasets.write_idx(directory, datasets.load("digits", announce=lambda line: None))
    return directory


def _graph(seed):
    """A fresh default graph with this seed; without one, TensorFlow is not needed."""
    if seed is None:
        return contextlib.nullcontext()
    import tensorflow as tf

    graph = tf.Graph()
    graph.seed = seed
    return graph.as_default()


def _served(digits_directory, call):
    return read_data_sets(MNIST if call["data"] == "mnist" else digits_directory, **call["arguments"])


@pytest.mark.parametrize("call", CALLS)
def test_every_batch_is_that_of_tf1(call, digits_directory):
    with _graph(call.get("graph_seed")):
        assert observe(_served(digits_directory, call), call) == call["seen"]


def test_the_goldens_are_of_the_real_thing_and_cover_both_data_sets():
    assert GOLDEN["versions"]["tensorflow"] == "1.15.5" and {"python", "numpy"} <= set(GOLDEN["versions"])
    assert {call["data"] for call in GOLDEN["calls"]} == {"digits", "mnist"}
    draws = [json.dumps(call["seen"]) for call in GOLDEN["calls"]]
    # Four rows repeat another: TF1 cuts 2**31-1 down to 0, and seeds 0 of op and graph are one to NumPy.
    assert len(set(draws)) == len(draws) - 4


def test_unusual_arguments_end_as_in_tf1():
    assert json.loads(json.dumps(corners(input_data))) == GOLDEN["corners"]


def test_digits_served_to_a_script_are_their_idx_files(digits_directory, capsys):
    call = next(call for call in GOLDEN["calls"] if call["arguments"].get("seed") == 1)
    arguments = dict(call["arguments"])
    del arguments["validation_size"]  # the default 5000: their own split
    with use_data("digits"):
        sets = read_data_sets("no/such/directory", **arguments)
        assert observe(sets, call) == call["seen"]
        other = read_data_sets("", validation_size=300).validation
    assert capsys.readouterr().out.splitlines()[0].startswith("scikit-learn's handwritten digits")
    same = read_data_sets(digits_directory, validation_size=300).validation
    assert np.array_equal(other.labels, same.labels) and np.array_equal(other.images, same.images)


def test_it_prints_the_files_and_one_line_on_the_data(digits_directory, capsys):
    directory = digits_directory + os.sep
    sets = read_data_sets(directory, validation_size=200)
    origin, *lines = capsys.readouterr().out.splitlines()
    assert origin.startswith("IDX images that are not the original MNIST") and digits_directory in origin
    kinds = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    assert lines == [f"Extracting {directory}{kind}-ubyte.gz" for kind in kinds]
    with pytest.raises(ValueError, match="validation_size is 5000"):
        read_data_sets(directory)
    assert type(sets) is input_data.Datasets and sets._fields == ("train", "validation", "test")


def test_use_data_overrides_the_scripts_directory_and_is_undone(digits_directory, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_LEGACY_PORT_MNIST", digits_directory)
    mine = str(tmp_path / "mine")
    few = datasets.load("digits", validation_size=1390, announce=lambda line: None)
    datasets.write_idx(mine, dataclasses.replace(few, test=few.train))  # 7 test images instead of 400

    def served(directory):
        return len(read_data_sets(directory, validation_size=0).test.labels)

    assert (served(mine), served("nowhere")) == (7, 400)
    with use_data(mine):
        assert served(digits_directory) == 7
        with pytest.raises(ZeroDivisionError), use_data("digits"):
            assert served(mine) == 400
            raise ZeroDivisionError
        with use_data(None):
            assert served(digits_directory) == 400
        assert served(digits_directory) == 7
    with use_data("mnist"):
        assert served(mine) == 400  # the search begins at the variable
    assert served(mine) == 7
    with use_data(str(tmp_path)), pytest.raises(datasets.DataError, match="lacks all four files"):
        served(mine)


def test_a_source_url_of_the_scripts_own_is_not_replaced_by_mnist(digits_directory, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("KERAS_LEGACY_PORT_MNIST", "/nonexistent")
    files = {path.name: path.read_bytes() for path in Path(digits_directory).iterdir()}
    train_dir = tmp_path / "digits"
    with serving(files) as url:
        sets = read_data_sets(str(train_dir), validation_size=200, source_url=url)
    assert sets.train.num_examples == 1197 and {p.name for p in train_dir.iterdir()} == set(files)
    again = read_data_sets(str(train_dir), validation_size=200, source_url=url, seed=2)  # no server now
    assert np.array_equal(again.test.labels, sets.test.labels)


def test_without_a_seed_numpys_own_seed_does_not_decide():
    import tensorflow as tf

    with use_data("digits"), tf.Graph().as_default():  # a graph of its own has no seed, whatever other tests have set
        drawn = []
        for _ in range(2):
            np.random.seed(3)
            drawn.append(read_data_sets("").train.next_batch(100)[1].tolist())
    assert drawn[0] != drawn[1]


def test_tensorflows_types_seeds_and_state():
    import tensorflow as tf

    images, labels = np.ones((2, 1, 1, 1), "u1"), np.arange(2, dtype="u1")
    assert DataSet(images, labels, dtype=tf.uint8).images.dtype == np.uint8
    assert DataSet(images, labels, dtype=tf.float32).images.dtype == np.float32
    with pytest.raises(TypeError, match="float32 or uint8, not tf.float64"):
        DataSet(images, labels, dtype=tf.float64)
    seeds = []
    for draws in (0, 3):
        with _graph(9):
            for _ in range(draws):
                DataSet(images, labels)
            seeds.append(tf.compat.v1.get_seed(None))
    assert seeds[0] == seeds[1]  # no op seed was used up


def test_the_seed_of_an_eager_program():
    import tensorflow as tf

    if not tf.executing_eagerly():
        pytest.skip("another test has turned eager execution off for this process")
    try:
        tf.compat.v1.set_random_seed(5)
        DataSet(np.ones((2, 1, 1, 1), "u1"), np.arange(2))
        assert np.random.random_sample() == np.random.RandomState(5).random_sample()
    finally:
        tf.compat.v1.set_random_seed(None)


def test_tensorflow_is_not_loaded():
    program = (
        "import sys; from legacy_tf1 import input_data\n"
        "with input_data.use_data('digits'):\n"
        "    input_data.read_data_sets('', seed=1).train.next_batch(5)\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == ["[]"]
