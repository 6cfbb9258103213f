"""`legacy-tf1 record`: what a recording holds, how it ends, and what a damaged one says."""

from __future__ import annotations

import json
import signal
import subprocess
import textwrap
import time

import numpy as np
import pytest

from legacy_tf1.recording import Folder, open_recording
from parity_tests.processes import python, start

# w' = w - 0.5 * dL/dw with L = mean((x w - y)^2): every number can be worked out by hand
LINEAR = """
    import numpy as np, tensorflow as tf
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.placeholder(tf.float32, [None], name="y")
    w = tf.get_variable("w", [2, 1], initializer=tf.zeros_initializer())
    unused = tf.get_variable("never_initialised", [3])
    loss = tf.reduce_mean(tf.square(tf.squeeze(tf.matmul(x, w), 1) - y))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session() as session:
        session.run(w.initializer)
        session.run(loss, {x: [[1, 0]], y: [1]})
        for k in range(4):
            fetched = session.run({"loss": [loss, train], "name": w.name and loss}, {x: [[1., 0.], [0., 2.]], y: np.array([k, 1.])})
            assert fetched["loss"][1] is None and fetched["loss"][0] == fetched["name"]
    print("done")
"""


def record(folder, source_or_name, *options, script=None, **keywords):
    if script is not None:
        script.write_text(textwrap.dedent(source_or_name))
        source_or_name = script
    return python("-m", "legacy_tf1", "record", "-o", folder, *options, source_or_name, **keywords)


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    folder = tmp_path_factory.mktemp("linear")
    done = record(folder / "r", LINEAR, "--every-state", "--seed", "3", script=folder / "linear.py")
    assert done.returncode == 0 and done.stdout == "done\n", done.stderr
    return open_recording(folder / "r")


def test_a_recording_holds_every_step(linear):
    assert len(linear) == linear.manifest["steps"] == 4 and linear.manifest["status"] == "complete"
    w = np.zeros((2, 1), np.float32)
    x = np.array([[1, 0], [0, 2]], np.float32)
    assert linear.start.keys() == {"var/w"} and (linear.start["var/w"] == w).all()
    for k, step in enumerate(linear):
        y = np.array([k, 1], np.float32)
        error = (x @ w)[:, 0] - y
        gradient = (x.T @ error)[:, None]
        np.testing.assert_array_equal(step["feed/x:0"], x)
        np.testing.assert_array_equal(step["feed/y:0"], y)
        assert step["feed/y:0"].dtype == np.float32  # as TensorFlow saw it, not as it was fed
        np.testing.assert_allclose(step["loss"], (error**2).mean(), rtol=1e-6)
        np.testing.assert_array_equal(step["fetch/0"], step["loss"])
        w = w - 0.5 * gradient
        np.testing.assert_allclose(step["var/w"], w, rtol=1e-6)
    np.testing.assert_array_equal(linear.end["var/w"], step["var/w"])
    first = next(iter(linear))
    np.testing.assert_allclose(first["grad/w"], x.T @ -np.array([[0], [1]], np.float32), rtol=1e-6)


def test_a_recording_says_what_ran(linear):
    manifest = linear.manifest
    assert manifest["script"].endswith("linear.py") and manifest["seed"] == 3
    assert set(manifest["versions"]) == {"python", "tensorflow", "numpy"}
    assert manifest["variables"]["w"] == {"shape": [2, 1], "dtype": "float32", "trainable": True}
    assert b"MatMul" in (linear.folder / "graph.pb").read_bytes()


def test_logits_and_slots_of_a_built_in_program(tmp_path):
    done = record(tmp_path / "r", "lstm_rows", "--data", "digits", "--seed", "1", "--steps", "3")
    assert done.returncode == 0, done.stderr
    found = open_recording(tmp_path / "r")
    steps = list(found)
    assert len(steps) == 3 and steps[0]["logits"].shape == (128, 10) and "logits" not in steps[1]
    assert {"var/rnn/basic_lstm_cell/kernel/Adam_1", "var/beta2_power"} <= set(found.end)
    assert not any(name.startswith("var/") for name in steps[1])
    logits, labels = steps[0]["logits"], next(a for n, a in steps[0].items() if n.startswith("feed/") and a.ndim == 2)
    shifted = logits - logits.max(1, keepdims=True)
    loss = -(labels * (shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))).sum(1).mean()
    np.testing.assert_allclose(steps[0]["loss"], loss, rtol=1e-6)


def test_the_unstack_variant_is_the_same_function(tmp_path):
    losses = []
    for name, flags in (("state", ()), ("unstack", ("--unstack",))):
        done = python(
            "-m",
            "legacy_tf1",
            "record",
            "--data",
            "digits",
            "--seed",
            "2",
            "--steps",
            "2",
            "-o",
            tmp_path / name,
            "lstm_projection",
            *flags,
        )
        assert done.returncode == 0, done.stderr
        losses.append([step["loss"] for step in open_recording(tmp_path / name)])
    np.testing.assert_allclose(*losses, rtol=1e-6)


def test_gradients_by_hand_dropout_and_graph_input_are_recorded(tmp_path):
    """tf.gradients with clipping, a feed of a state tuple, and batches that come from tf.data."""
    source = """
        import numpy as np, tensorflow as tf
        data = tf.data.Dataset.from_tensor_slices(np.arange(6, dtype=np.float32)).batch(2)
        batch = data.make_one_shot_iterator().get_next()
        pair = (tf.placeholder(tf.float32, [], name="a"), tf.placeholder(tf.float32, [], name="b"))
        w = tf.Variable(2.0, name="w")
        cost = tf.reduce_sum(w * batch * pair[0] + pair[1])
        (gradient,), _ = tf.clip_by_global_norm(tf.gradients(cost, [w]), 1.0)
        train = tf.train.AdamOptimizer(0.1).apply_gradients([(gradient, w)])
        session = tf.InteractiveSession()
        tf.global_variables_initializer().run()
        for _ in range(3):
            session.run(train, {pair: (1.0, 2.0)})
    """
    done = record(tmp_path / "r", source, script=tmp_path / "s.py")
    assert done.returncode == 0, done.stderr
    steps = list(open_recording(tmp_path / "r"))
    assert [step["feed/IteratorGetNext:0"].tolist() for step in steps] == [[0, 1], [2, 3], [4, 5]]
    assert steps[0]["feed/a:0"] == 1 and steps[0]["feed/b:0"] == 2
    np.testing.assert_allclose(steps[0]["loss"], 2 * 1 + 2 * 2)
    np.testing.assert_allclose(steps[0]["grad/w"], 1.0)


@pytest.mark.parametrize(("leave", "status"), [("", "complete"), ("sys.exit(3)", "the script ended with exit status 3")])
def test_a_script_that_ends_as_tf_app_run_does_in_another_folder(leave, status, tmp_path):
    source = f"""
        import os, sys, tensorflow as tf
        def main(_):
            os.chdir(os.path.dirname(os.getcwd()))
            w = tf.Variable(1.0, name="w")
            train = tf.train.GradientDescentOptimizer(0.5).minimize(w * w)
            session = tf.Session()
            session.run(tf.global_variables_initializer())
            for _ in range(2):
                session.run(train)
            {leave}
        tf.app.run(main)
    """
    (tmp_path / "here").mkdir()
    done = record("r", source, script=tmp_path / "s.py", cwd=tmp_path / "here")
    found = open_recording(tmp_path / "here" / "r")
    assert len(found) == found.manifest["steps"] == 2 and found.end == {"var/w": 0.0}, done.stderr
    assert found.manifest["status"] == status and done.returncode == (3 if leave else 0)


RECORD = ("-m", "legacy_tf1", "record", "--data", "digits", "-o")


def test_an_interrupted_recording_is_usable_up_to_its_last_whole_step(tmp_path):
    process = start(*RECORD, tmp_path / "r", "lstm_rows", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(tmp_path / "r" / "steps" / "00000020.npz")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    found = open_recording(tmp_path / "r")
    assert process.returncode == 130 and "Traceback" not in errors
    assert found.manifest["status"] == "interrupted" and len(found) >= 21
    assert len(list(found)) == len(found) == found.manifest["steps"]
    assert found.end is not None  # the session was still there to be asked


def test_a_killed_recording_is_usable_too(tmp_path):
    process = start(*RECORD, tmp_path / "r", "lstm_rows", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(tmp_path / "r" / "steps" / "00000005.npz")
    process.kill()
    process.wait()
    found = open_recording(tmp_path / "r")
    assert len(list(found)) == len(found) >= 6 and found.end is None and found.manifest["status"] == "running"


def wait_for(path, seconds=90):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.01)


def test_memory_stays_flat(tmp_path):
    """400 steps must not need more memory than 100: one step is 0.4 MB of feeds, so keeping them would show."""
    source = """
        import resource, sys, numpy as np, tensorflow as tf
        x = tf.placeholder(tf.float32, [128, 784])
        w = tf.Variable(tf.zeros([784, 1]))
        train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_mean(tf.matmul(x, w)))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for k in range(400):
                session.run(train, {x: np.random.rand(128, 784)})
                if k in (100, 399):
                    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    """
    done = record(tmp_path / "r", source, script=tmp_path / "s.py")
    early, late = map(int, done.stdout.split())
    assert late - early < 40_000  # KiB; 300 steps of feeds alone are 120,000


def test_damage_is_named(linear, tmp_path):
    import shutil

    for spoil, message in (
        (lambda folder: (folder / "recording.json").unlink(), "is not a recording"),
        (lambda folder: (folder / "start.npz").write_bytes(b"PK\\x03\\x04 broken"), "start.npz is damaged"),
        (lambda folder: cut(folder / "end.npz"), "end.npz is damaged"),
        (lambda folder: (folder / "start.npz").unlink(), "start.npz is missing"),
        (lambda folder: (folder / "recording.json").write_text(json.dumps({"format": 99})), "format 99"),
    ):
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(linear.folder, folder)
        spoil(folder)
        with pytest.raises(ValueError, match=message):
            open_recording(folder)


def cut(path):
    path.write_bytes(path.read_bytes()[:-30])


def test_a_missing_step_ends_the_recording(linear, tmp_path):
    import shutil

    shutil.copytree(linear.folder, tmp_path / "copy")
    (tmp_path / "copy" / "steps" / "00000002.npz").unlink()
    assert len(list(open_recording(tmp_path / "copy"))) == 2


def test_nothing_is_overwritten_unasked(linear, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    for options in ((), ("--overwrite",)):
        done = record(tmp_path / "mine", "lstm_rows", *options)
        assert done.returncode == 2 and "not empty" in done.stderr
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "years of work"


def test_what_ended_before_its_first_step_can_be_overwritten(tmp_path):
    for overwrite in (False, True):
        Folder(tmp_path / "r", {}).prepare(overwrite)


def test_a_script_that_trains_nothing_says_so(tmp_path):
    done = record(
        tmp_path / "r", "import tensorflow as tf\nprint(tf.Session().run(tf.constant(1)))", script=tmp_path / "s.py"
    )
    assert done.returncode == 1 and done.stdout == "1\n" and "made no training step" in done.stderr
    again = record(tmp_path / "r", tmp_path / "s.py", "--overwrite")
    assert again.returncode == 1 and "made no training step" in again.stderr
