"""The three commands: fast answers, clear argument errors, exit statuses, the report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from parity_tests.local_mnist import MNIST, needs_mnist
from parity_tests.processes import ROOT, python, start

COMMANDS = ("legacy_tf1", "keras_port", "parity_tests")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_answers_without_tensorflow(command):
    done = python("-X", "importtime", "-m", command, "--help")
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0 and "usage:" in done.stdout
    assert not imported & {"tensorflow", "keras", "tf_keras", "numpy", "rich", "scipy", "sklearn"}


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("legacy_tf1", (), "required"),
        ("legacy_tf1", ("run",), "required"),
        ("legacy_tf1", ("run", "nothing.py"), "nothing.py"),
        ("legacy_tf1", ("run", "/tmp"), "directory"),
        ("legacy_tf1", ("run", "--seed", "x", "basic_rnn"), "--seed"),
        ("legacy_tf1", ("record", "basic_rnn"), "--output"),
        ("legacy_tf1", ("record", "-o", "r", "--steps", "0", "basic_rnn"), "--steps"),
        ("legacy_tf1", ("record", "-o", "/proc/nowhere/r", "basic_rnn"), "cannot write"),
        ("legacy_tf1", ("check", "nothing.py"), "nothing.py"),
        ("legacy_tf1", ("survey",), "FOLDER"),
        ("legacy_tf1", ("survey", "nowhere"), "nowhere is not a folder"),
        ("legacy_tf1", ("survey", "."), "no TensorFlow script"),
        ("legacy_tf1", ("survey", "-j", "0", "."), "--jobs"),
        ("legacy_tf1", ("survey", "--seconds", "soon", "."), "--seconds"),
        ("legacy_tf1", ("survey", ".", "--again", "some"), "--again"),
        ("parity_tests", ("--program", "gan"), "invalid choice: 'gan'"),
        ("parity_tests", ("--steps", "0"), "--steps"),
        ("parity_tests", ("--steps", "3", "--full"), "--full"),
        ("parity_tests", ("--seed", "-1"), "--seed"),
        ("parity_tests", ("--dtype", "float16"), "--dtype"),
        ("parity_tests", ("--seeds", "0"), "--seeds"),
        ("parity_tests", ("--backend", "tensorflow,theano"), "'theano' is no backend"),
        ("parity_tests", ("--data", "no/such/folder"), "no/such/folder"),
        ("parity_tests", ("--report", "no/such/folder/r.json"), "no/such/folder"),
        ("parity_tests", ("more",), "more"),
        ("parity_tests", ("gruu",), "'gruu' is no program and no variant; is it gru?"),
        ("parity_tests", ("lstm_block", "--dtype", "float64"), "TF1 runs lstm_block in float32 only"),
        ("parity_tests", ("--markdown", "no/such/folder/page.md"), "no/such/folder"),
        ("keras_port", ("train", "gan"), "gan"),
        ("keras_port", ("train", "basic_rnn", "--steps", "-3"), "--steps"),
    ],
)
def test_wrong_usage_is_status_2_and_names_the_argument(command, arguments, said, tmp_path):
    done = python("-X", "importtime", "-m", command, *arguments, cwd=tmp_path)
    words = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert done.returncode == 2 and said in "\n".join(words) and "Traceback" not in done.stderr
    assert "| tensorflow" not in done.stderr and not list(tmp_path.iterdir())


def test_list_names_the_five_programs():
    for command in ("legacy_tf1", "keras_port"):
        done = python("-m", command, "list")
        for name in ("basic_rnn", "lstm_zero_state", "lstm_projection", "static_lstm", "lstm_rows"):
            assert name in done.stdout


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_main_job_in_small(dtype, tmp_path):
    options = ("--steps", "12", "--dtype", dtype, "--program", "lstm_rows", "--program", "basic_rnn", "--seed", "5")
    done = python("-m", "parity_tests", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "parity_report.json").read_text())
    assert report["proven"] and report["complete"] and "digits" in report["data"]
    assert [program["case"]["program"] for program in report["programs"]] == ["lstm_rows", "basic_rnn"]
    for program in report["programs"]:
        assert program["steps"] == 12 and program["case"]["dtype"] == dtype
        assert [rung["holds"] for rung in program["rungs"]] == [True] * 7
        assert set(program["accuracy"]) == set(program["speed"]) == set(program["versions"]) == {"legacy", "twin"}
        worst = max(rung["difference"] for rung in program["rungs"][:5])
        assert 0 < worst < (1e-10 if dtype == "float64" else 1e-2)
    for said in ("lstm_rows", "7/7", "data: ", "parity_report.json"):
        assert said in done.stdout


def test_the_same_seed_is_the_same_start_and_another_is_not(tmp_path):
    import io

    from parity_tests.cases import Case
    from parity_tests.processes import engine_trace
    from parity_tests.trace import frames

    starts = []
    for seed in (1, 1, 2):
        trace = list(frames(io.BytesIO(engine_trace("legacy", Case("lstm_rows", steps=1, seed=seed)))))
        starts.append((trace[0].arrays["var/Variable"].tobytes(), trace[1].arrays["loss"].tobytes()))
    assert starts[0] == starts[1] and starts[0][0] != starts[2][0] and starts[0][1] != starts[2][1]


def test_a_divergence_is_status_1_and_named(tmp_path):
    """A twin with Keras's Adam epsilon, put in through the interpreter's start-up hook."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if 'parity_tests.engines.keras' in ' '.join(sys.orig_argv):\n"
        "    from parity_tests.meta.sabotage import MISTAKES\n"
        "    MISTAKES['Adam epsilon']().__enter__()\n"
    )
    path = os.pathsep.join((str(ROOT), str(tmp_path)))
    env = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-m", "parity_tests", "--steps", "3", "--program", "lstm_rows"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "lstm_rows: first divergence: update: step 0, " in done.stdout
    program = json.loads((tmp_path / "parity_report.json").read_text())["programs"][0]
    assert not program["proven"] and program["divergence"]["rung"] == "update"


def test_an_engine_that_fails_is_status_1_with_its_last_words(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'parity_tests.engines.legacy' in ' '.join(sys.orig_argv):\n    sys.exit('out of luck')\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path)))}
    command = [sys.executable, "-m", "parity_tests", "--steps", "3", "--program", "lstm_rows"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "the legacy engine failed" in done.stderr and "out of luck" in done.stderr
    assert json.loads((tmp_path / "parity_report.json").read_text())["proven"] is False


def test_ctrl_c_reports_what_is_done_and_leaves_no_process(tmp_path):
    arguments = ("-m", "parity_tests", "--full", "--program", "lstm_zero_state", "--seed", "424242")
    process = start(*arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    assert any("lstm_zero_state, seed 424242: step" in line for line in process.stdout)
    assert engines_of_seed("424242")
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    report = json.loads((tmp_path / "parity_report.json").read_text())
    assert process.returncode == 130 and "Traceback" not in said and "error" not in said
    assert report["complete"] is False and report["proven"] is False
    (program,) = report["programs"]
    assert program["steps"] > 0 and program["rungs"][4] == program["rungs"][4] | {"name": "lock-step", "holds": True}
    assert not engines_of_seed("424242")


@pytest.mark.parametrize(
    ("arguments", "unbuffered"),
    [
        (("legacy_tf1", "--help"), ""),
        (("legacy_tf1", "list"), ""),
        (("legacy_tf1", "list"), "1"),
        (("legacy_tf1", "check", "script.py"), ""),
        (("legacy_tf1", "run", "script.py"), "1"),
        (("parity_tests", "--help"), ""),
        (("parity_tests", "--steps", "1"), ""),
        (("keras_port", "--help"), ""),
        (("keras_port", "list"), "1"),
        (("keras_port", "train", "lstm_rows", "--steps", "1", "-o", "trained.keras"), ""),
    ],
)
def test_a_closed_pipe_ends_a_command_quietly(arguments, unbuffered, tmp_path, monkeypatch):
    """As in `legacy-tf1 list | true`: the reader has gone before the first line. What was trained is kept."""
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    (tmp_path / "script.py").write_text("import tensorflow as tf\nprint(tf.VERSION)\n")
    process = start("-m", *arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    said = process.stderr.read()
    assert process.wait(timeout=60) == 141 and "Traceback" not in said and "BrokenPipeError" not in said
    assert ("-o" in arguments) == (tmp_path / "trained.keras").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("legacy_tf1", "run", "script.py"),
        ("keras_port", "train", "lstm_rows", "--steps", "1", "-o", "trained.keras"),
        ("parity_tests", "lstm_rows", "--steps", "1"),
    ],
)
def test_a_command_runs_without_its_streams(arguments, tmp_path, monkeypatch):
    """As some schedulers start it; and so do the programs that it starts, whose output would go to the next open file."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "script.py").write_text(
        "import subprocess, sys, tensorflow as tf\n"
        "print(tf.VERSION), print(1, file=sys.stderr)\n"
        "subprocess.run(['sh', '-c', 'echo 1 && echo 1 >&2'], check=True)\n"
    )
    command = ("sh", "-c", 'exec "$0" "$@" >&- 2>&-', sys.executable, "-m", *arguments)
    assert subprocess.run(command, cwd=tmp_path, timeout=120).returncode == 0
    if "-o" in arguments:
        assert zipfile.ZipFile(tmp_path / "trained.keras").testzip() is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("command", ["legacy_tf1", "keras_port"])
def test_a_full_disk_is_told(command, tmp_path):
    with open("/dev/full", "w") as full:
        process = start("-m", command, "list", cwd=tmp_path, stdout=full, stderr=subprocess.PIPE)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 1 and said.count("\n") == 1 and "No space left" in said


def engines_of_seed(seed: str) -> list[str]:
    listed = subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in listed if "parity_tests.engines" in line and seed in line]


@needs_mnist
@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_full_basic_rnn_on_mnist_learns(tmp_path):
    """Real TF 1.15.5 reached 95.9% of all 10,000 test images."""
    done = python("-m", "parity_tests", "--full", "--data", MNIST, "--program", "basic_rnn", cwd=tmp_path, timeout=1200)
    program = json.loads((tmp_path / "parity_report.json").read_text())["programs"][0]
    assert done.returncode == 0 and program["steps"] == 3001
    assert min(program["accuracy"].values()) >= 0.94
