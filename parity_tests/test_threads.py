"""`share_cores`: the threads that TensorFlow then has, and when they stay as they were."""

from __future__ import annotations

import pytest

from keras_port.threads import cores
from parity_tests.processes import python

HALF = max(1, cores() // 2)

CALLED = """
import keras
import tensorflow as tf
from keras_port.threads import share_cores
{before}
share_cores()
share_cores()
print(tf.config.threading.get_intra_op_parallelism_threads())
"""


@pytest.mark.parametrize(
    ("before", "environment", "threads"),
    [
        ("", {}, HALF),
        ("", {"TF_NUM_INTRAOP_THREADS": "3"}, 0),
        ("tf.config.threading.set_intra_op_parallelism_threads(5)", {}, 5),
        ("", {"KERAS_BACKEND": "jax"}, 0),
    ],
    ids=["unasked", "environment", "config", "jax"],
)
def test_an_operation_gets_half_of_the_cores_unless_told_otherwise(before, environment, threads):
    if "KERAS_BACKEND" in environment:
        pytest.importorskip(environment["KERAS_BACKEND"])
    done = python("-c", CALLED.format(before=before), **environment)
    assert (done.returncode, done.stdout) == (0, f"{threads}\n"), done.stderr


def test_too_late():
    done = python("-c", CALLED.format(before="tf.zeros(1)"))
    assert done.returncode == 1
    assert "share_cores() comes too late" in done.stderr and "TF_NUM_INTRAOP_THREADS" in done.stderr


TRAINED = """
import sys
from keras_port.__main__ import main
status = main(["train", "lstm_rows", "--steps", "1", *sys.argv[1:]])
import tensorflow as tf
print(status, tf.config.threading.get_intra_op_parallelism_threads())
"""


@pytest.mark.parametrize(("arguments", "threads"), [([], HALF), (["--devices", "2"], 0)])
def test_the_train_command_calls_it_for_one_device(arguments, threads):
    done = python("-c", TRAINED, *arguments)
    assert done.stdout.splitlines()[-1] == f"0 {threads}", done.stderr
