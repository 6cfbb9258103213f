"""`legacy-tf1 check`: what a script names, read off its source, and the same answer as `run`."""

from __future__ import annotations

import json

import pytest

from legacy_tf1.check import uses
from parity_tests.processes import python


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import tensorflow as tf\ntf.nn.relu(tf.ones(3)).shape", ["ones", "nn.relu"]),
        ("import tensorflow\ntensorflow.contrib.rnn.GRUCell", ["contrib.rnn.GRUCell"]),
        ("import tensorflow.contrib.layers as L\nL.linear", ["contrib.layers", "contrib.layers.linear"]),
        ("import tensorflow.nn\ntensorflow.nn.relu", ["nn", "nn.relu"]),
        ("from tensorflow.contrib import rnn as r, seq2seq\nr.GRUCell", ["contrib.rnn", "contrib.seq2seq", "contrib.rnn.GRUCell"]),
        ("from tensorflow.contrib.rnn import *", ["contrib.rnn"]),
        ("def f():\n    import tensorflow as t\n    return t.Session", ["Session"]),
        ("import tensorflow as tf\nF = tf.app.flags\nF.DEFINE_string", ["app.flags", "app.flags.DEFINE_string"]),
        ("try:\n    from tensorflow.models import rnn\nexcept ImportError:\n    pass", ["models.rnn"]),
        ("import keras\nfrom keras.layers import LSTM\nkeras.backend.tanh(LSTM(3))",
         ["keras.layers.LSTM", "keras.backend.tanh"]),
        ("import numpy as tf\ntf.ones(3)", []),
        ("from .tensorflow import x\nimport mytensorflow\nmytensorflow.y", []),
        ("tf = None\nself.tf.x", []),
    ],
)  # fmt: skip
def test_every_way_to_name_a_symbol(source, expected):
    found = [name.removeprefix("tensorflow.") for _, name in uses(source)]
    assert sorted(found) == sorted(expected)


LINES = (
    "tf.nn.rnn_cell.BasicLSTMCell(3)",
    "tf.contrib.rnn.static_rnn",
    "tf.train.RMSPropOptimizer(0.1).minimize",
    "tf.no_such_name",
    "import tensorflow.contrib.graph_editor as editor; editor.__doc__",
    "tf.contrib.graph_editor.copy",
    "from tensorflow.contrib.staging import StagingArea",
    "tf.contrib.ffmpeg.decode_audio",
    "tf.nn.no_such_op",
    "from tensorflow.examples.tutorials.mnist import input_data",
    "from tensorflow.contrib import nowhere",
    "from tensorflow.python.framework import ops",
    "import tensorflow.models.nowhere",
)


def test_check_and_run_agree(tmp_path):
    """Each line is checked in one file and run, one after the other, in another."""
    script, runner = tmp_path / "script.py", tmp_path / "runner.py"
    script.write_text("\n".join(("import tensorflow as tf", *LINES)))
    runner.write_text(
        "import tensorflow as tf\n"
        f"for number, line in enumerate({LINES!r}, 2):\n"
        "    try:\n        exec(line)\n"
        "    except (AttributeError, ImportError) as error:\n        print(number, type(error).__name__)\n"
    )
    checked = python("-m", "legacy_tf1", "check", "--missing", script)
    ran = python("-m", "legacy_tf1", "run", runner)
    missing = {line.split(": ")[0].rpartition(":")[2] for line in checked.stdout.splitlines()}
    assert missing == {line.split()[0] for line in ran.stdout.splitlines()} == {"5", "7", "8", "9", "10", "12", "14"}, ran.stderr
    assert checked.returncode == 1 and "what to do" not in checked.stdout and "NOT AVAILABLE; " in checked.stdout


def test_a_folder_its_places_and_verdicts(tmp_path):
    """Python 2 sources and notebooks are read as they are run."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "net.py").write_text("import tensorflow as tf\n\ncell = tf.contrib.rnn.BasicRNNCell(3)\n")
    (tmp_path / "package" / "old.py").write_text("import tensorflow as tf\nprint 'step', tf.einsum\n")
    cells = ["%matplotlib inline\nimport tensorflow as tf", "", "tf.ones(3)\ntf.contrib.nowhere"]
    notebook = {"cells": [{"cell_type": "code", "source": source} for source in cells]}
    (tmp_path / "cells.ipynb").write_text(json.dumps(notebook))
    (tmp_path / "notes.txt").write_text("tf.nothing")
    (tmp_path / "a_folder.py").mkdir()
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    done = python("-m", "legacy_tf1", "check", "--json", tmp_path)
    found = json.loads(done.stdout)
    said = {(use["path"].removeprefix(f"{tmp_path}/"), use["line"], use["symbol"]): use for use in found}
    assert {place: use["verdict"] for place, use in said.items()} == {
        ("package/net.py", 3, "tf.contrib.rnn.BasicRNNCell"): "exact",
        ("package/old.py", 2, "tf.einsum"): "approximate",
        ("cells.ipynb[cell 3]", 1, "tf.ones"): "exact",
        ("cells.ipynb[cell 3]", 2, "tf.contrib.nowhere"): "not available",
    }, done.stderr
    cell = said["package/net.py", 3, "tf.contrib.rnn.BasicRNNCell"]
    assert cell["served_from"].endswith("rnn_cell.BasicRNNCell") and cell["note"] == ""
    assert "draw other numbers" in said["package/old.py", 2, "tf.einsum"]["note"]
    assert done.returncode == 1 and "4 TF1 symbols: 2 exact, 1 approximate, 1 not available" in done.stderr


def test_lines_for_people_and_what_is_no_python(tmp_path):
    (tmp_path / "a.py").write_text("import tensorflow as tf\ntf.ones(tf.einsum)\n")
    (tmp_path / "b.py").write_text("import tensorflow as tf\n\nx = (\n")
    done = python("-m", "legacy_tf1", "check", ".", cwd=tmp_path)
    ones, einsum, broken = sorted(done.stdout.splitlines(), key=lambda line: (line[:4], "einsum" in line))
    assert ones == "a.py:2: tf.ones  exact; tensorflow.compat.v1.ones"
    assert einsum.startswith("a.py:2: tf.einsum  approximate; tensorflow.compat.v1.einsum; same values; with a seed,")
    assert broken.startswith("b.py:3: not Python: '(' was never closed  NOT AVAILABLE; ") and done.returncode == 1


def test_check_runs_nothing(tmp_path):
    (tmp_path / "boom.py").write_text("open('ran', 'w')\nimport tensorflow as tf\ntf.ones\n")
    assert python("-m", "legacy_tf1", "check", "boom.py", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "ran").exists()
    assert python("-m", "legacy_tf1", "check", "no.py", cwd=tmp_path).returncode == 2
