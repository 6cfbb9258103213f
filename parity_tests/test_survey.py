"""`legacy-tf1 survey`: every script of a folder, each by itself, the score kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import textwrap
import time

import pytest

from legacy_tf1.survey.scratch import SMALL, mirror
from legacy_tf1.survey.scripts import find
from parity_tests.processes import python, start

TRAINS = """
    import tensorflow as tf
    x = tf.get_variable("x", initializer=[1.0, 2.0])
    loss = tf.reduce_sum(tf.square(x))
    with tf.control_dependencies([loss]):  # else the update may come first
        train = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
"""
SCRIPTS = {
    "long.py": TRAINS + "    while True:\n        session.run(train)\n",
    "short.py": TRAINS + "    open('result', 'w').write(open('data.txt').read())\n    session.run([train, loss])\n",
    "slow.py": TRAINS + "    session.run(train)\n    import time\n    time.sleep(1000)\n",
    "hangs.py": "import tensorflow as tf\nimport subprocess\n\nsubprocess.run(['sleep', '987.5'])\n",
    "missing.py": "import tensorflow as tf\n\ntf.contrib.ffmpeg.decode_audio\n",
    "typed.py": "import tensorflow as tf\ninput('name? ')\n",
    "catches.py": TRAINS
    + "    while True:\n        try:\n            session.run(train)\n        except:\n            pass\n",
    "compiled.py": """
        import numpy as np
        import tensorflow as tf
        model = tf.keras.models.Sequential([tf.keras.layers.SimpleRNN(2, input_shape=(3, 2))])
        model.compile("sgd", "mse")
        model.fit(np.ones([4, 3, 2]), np.ones([4, 2]), epochs=1000, verbose=0)
        """,
    "callable.py": TRAINS + "    step = session.make_callable([train, loss])\n    while True:\n        step()\n",
    "deep/train.py": "from net import loss\nfrom tensorflow.contrib import rnn\n",
    "deep/net.py": TRAINS,
    "deep/cells.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": "%matplotlib inline\nimport tensorflow as tf\nraise KeyError('no')"}
            ]
        }
    ),
    "plain.py": "open('/nonexistent/x')",
    ".hidden/a.py": "import tensorflow",
}
SECONDS = "20"  # two of the scripts need them whole


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory):
    """`(folder, output, the finished process, its scoreboard)`."""
    folder, output = tmp_path_factory.mktemp("scripts"), tmp_path_factory.mktemp("out") / "board.json"
    write(folder, SCRIPTS)
    (folder / "data.txt").write_text("data")
    done = survey(folder, output, "-j", "4", "--steps", "5")
    return folder, output, done, json.loads(output.read_text())


def write(folder, scripts):
    for name, source in scripts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(textwrap.dedent(source))


def survey(folder, output, *options):
    return python("-m", "legacy_tf1", "survey", folder, "-o", output, "--seconds", SECONDS, *options)


def test_each_script_has_its_outcome(surveyed):
    _, _, done, board = surveyed
    said = {entry["path"]: (entry["outcome"], entry["steps"], entry["why"]) for entry in board["scripts"]}
    assert said == {
        "catches.py": ("runs", 5, "5 steps"),
        "callable.py": ("runs", 5, "5 steps"),
        "compiled.py": ("runs", 5, "5 steps"),
        "deep/cells.ipynb": ("fails", 0, "KeyError: 'no' (cells.ipynb[cell 1], line 3)"),
        "deep/net.py": ("runs", 0, "no training step; imported by deep/train.py"),
        "deep/train.py": ("runs", 0, "no training step"),
        "hangs.py": ("fails", 0, f"no training step within {SECONDS} s; it was at hangs.py, line 4"),
        "long.py": ("runs", 5, "5 steps"),
        "missing.py": ("fails", 0, "MissingSymbol: tf.contrib.ffmpeg.decode_audio is not available (missing.py, line 3)"),
        "short.py": ("runs", 1, "ended after 1 steps"),
        "slow.py": ("runs", 1, "time limit after 1 steps"),
        "typed.py": ("fails", 0, "EOFError: EOF when reading a line (typed.py, line 2)"),
    }, done.stderr
    assert board["totals"] == dict(scripts=12, done=12, runs=8, without_step=2, fails=4)
    assert done.returncode == 1 and "8 of 12 scripts run (2 of them without a training step), 4 fail" in done.stdout


def test_an_entry_holds_losses_symbol_and_last_words(surveyed):
    folder, _, done, board = surveyed
    entries = {entry["path"]: entry for entry in board["scripts"]}
    long = entries["long.py"]
    assert (long["first_loss"], long["last_loss"]) == (5.0, 5.0 / 4**4)  # each step halves x
    error = entries["missing.py"]["error"]
    assert (error["symbol"], error["line"], error["file"]) == ("tf.contrib.ffmpeg.decode_audio", 3, str(folder / "missing.py"))
    assert entries["missing.py"]["output"].startswith("error: ") and error["remedy"]
    assert "%matplotlib inline" in entries["deep/cells.ipynb"]["output"]
    assert "[12/12, 0 s left]" in done.stderr and "loss 5 -> 0.01953" in done.stdout


def test_nothing_is_left_behind(surveyed):
    folder, *_ = surveyed
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        {name.split("/")[0] for name in (*SCRIPTS, "data.txt")}
    )
    assert "sleep 987.5" not in running()


def test_a_second_call_runs_what_changed(surveyed):
    folder, output, _, board = surveyed
    (folder / "missing.py").write_text("import tensorflow as tf\nprint(tf.VERSION)\n")
    done = survey(folder, output, "-j", "4", "--steps", "5")
    assert "[1/1, 0 s left] runs   missing.py  no training step" in done.stderr and "/10," not in done.stderr
    again = json.loads(output.read_text())
    assert [e for e in again["scripts"] if e["path"] != "missing.py"] == [
        e for e in board["scripts"] if e["path"] != "missing.py"
    ]


def test_what_counts_as_done():
    from pathlib import Path

    from legacy_tf1.survey.scoreboard import Scoreboard

    board = Scoreboard(Path("/nowhere/board.json"), Path("/f"), dict(steps=20))
    for path, outcome in (("a.py", "runs"), ("b.py", "fails")):
        board.entries[path] = dict(path=path, outcome=outcome, key=board._key("hash"))
    assert (
        board.done("a.py", "hash", None) and board.done("b.py", "hash", None) and not board.done("c.py", "hash", None)
    )
    assert not board.done("a.py", "other", None) and not board.done("a.py", "hash", "all")
    assert board.done("a.py", "hash", "failed") and not board.done("b.py", "hash", "failed")
    board.about["limits"] = dict(steps=21)
    assert not board.done("a.py", "hash", None)


def test_ctrl_c_leaves_a_scoreboard_and_no_process(tmp_path):
    write(tmp_path, {"a.py": "import subprocess\nimport tensorflow as tf\nsubprocess.run(['sleep', '986.5'])\n"})
    output = tmp_path / "board.json"
    process = start(
        "-m", "legacy_tf1", "survey", tmp_path, "-o", output, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while "sleep 986.5" not in running() and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said and "0 of 1 scripts run, 0 fail; 1 not done" in said
    assert json.loads(output.read_text())["totals"]["done"] == 0 and "sleep 986.5" not in running()


def running() -> str:
    return subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout


def test_a_scratch_copy_shields_the_folder(tmp_path):
    folder = tmp_path / "folder"
    (folder / "one" / "data").mkdir(parents=True)
    (folder / "two").mkdir()
    for name, text in {
        "one/a.py": "",
        "one/data/small": "s",
        "one/data/large": "l" * (SMALL + 1),
        "two/b": "b",
    }.items():
        (folder / name).write_text(text)
    copy = mirror(folder, tmp_path / "copy", folder / "one" / "a.py")
    assert copy == tmp_path / "copy" / "one" / "a.py" and copy.is_file()
    (copy.parent / "data" / "small").write_text("changed")
    (copy.parent / "data" / "new").write_text("new")
    assert (folder / "one" / "data" / "small").read_text() == "s" and not (folder / "one" / "data" / "new").exists()
    assert (copy.parent / "data" / "large").is_symlink() and (copy.parent / "../two/b").read_text() == "b"


def test_which_files_are_scripts(tmp_path):
    write(tmp_path, {
        "old.py": "import tensorflow as tf\nprint 'python 2'\n",
        "main.py": "import os, model\n",
        "model.py": "from tensorflow.contrib import rnn\n",
        "package/__init__.py": "import tensorflow\n",
        "package/inner.py": "from . import other\n",
        "package/other.py": "from ..model import rnn\n",
        "mentions.py": "# import tensorflow\ntext = 'tensorflow'\n",
        "net.py": "import tensorflowjs\n",
        "listed.py": "from package import (  # two :)\n    no_file,\n    other,  # which needs ..model\n)\n",
    })  # fmt: skip
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    found = {script.path: digest for script, digest in find(tmp_path).items()}
    assert sorted(found) == ["listed.py", "main.py", "model.py", "old.py", "package/inner.py", "package/other.py"]
    (tmp_path / "model.py").write_text("from tensorflow.contrib import rnn, layers\n")
    changed = {script.path for script, digest in find(tmp_path).items() if found[script.path] != digest}
    assert changed == {"listed.py", "main.py", "model.py", "package/inner.py", "package/other.py"}
