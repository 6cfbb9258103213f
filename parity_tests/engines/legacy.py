"""The TF1 program itself, unchanged, in the TF1 world; its recording becomes the trace."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import numpy as np
from absl.flags import FLAGS

from legacy_tf1 import run
from legacy_tf1.recording import Recorder, recording
from parity_tests import variants
from parity_tests.cases import Case, cases_from_json
from parity_tests.engines.pipes import one_thread, take_stdout
from parity_tests.trace import Frame, write_frame

__all__ = ["main", "trace"]


def main(argv: list[str]) -> None:
    wire = take_stdout()
    one_thread()
    weights = dict(np.load(argv[1])) if argv[1:] else {}
    os.environ["TF_USE_LEGACY_KERAS"] = "1"  # as the world has it, and from one case to the next
    for case in cases_from_json(argv[0]):
        trace(case, wire, weights)


def trace(case: Case, wire, weights: dict[str, np.ndarray]) -> None:
    """Run the case's program for its steps and write its trace.

    Args:
        weights: TF1 variable name -> value to start from instead of the program's own.
    """
    from keras_port.datasets import load
    from legacy_tf1.input_data import use_data
    from legacy_tf1.world import activate, world_builtins

    images = load(case.data, announce=lambda text: None).test.x()
    with activate(seed=case.seed), use_data(case.data):
        import tensorflow

        tf = tensorflow.compat.v1
        recorder = Recorder(
            tf, _Frames(wire), steps=case.steps, stop=run.Stop, state=True, weights=weights,
            observe=lambda index, *last: {"predictions": _predict(*last, images)} if index in case.examined else {},
        )  # fmt: skip
        with _cleared(tf), recording(tf, recorder):
            run.run_script(*_script(case), world_builtins())
            recorder.finish()


@contextlib.contextmanager
def _cleared(tf):
    """Take away what the script leaves behind, for the next one: its flags, InteractiveSession and graph."""
    before = set(FLAGS)
    yield
    for name in set(FLAGS) - before:
        delattr(FLAGS, name)
    FLAGS.unparse_flags()
    session = tf.get_default_session()
    if session is not None:
        session.close()
    tf.reset_default_graph()


def _script(case: Case) -> tuple[Path, list[str]]:
    """The case's program and its arguments."""
    options = ["--dtype", case.dtype]
    if case.variant:
        return Path(variants.__file__).with_name("program.py"), [case.program, *options]
    return run.find(case.program), options


class _Frames:
    """A recorder's sink that writes a trace."""

    def __init__(self, wire):
        self.wire = wire

    def graph(self, data):
        pass  # a trace carries numbers only

    def start(self, meta, arrays):
        write_frame(self.wire, Frame("start", meta, arrays))

    def step(self, index, arrays):
        write_frame(self.wire, Frame("step", {"index": index}, arrays))

    def end(self, meta, arrays):
        write_frame(self.wire, Frame("end", meta, arrays))


def _predict(call, plan, feed_dict, images: np.ndarray) -> np.ndarray:
    """The class that the program's own graph and session give each test image.

    The images go through in batches of the training batch's size, because a program with
    `zero_state(batch_size)` accepts no other; the last batch is filled up and cut again.
    """
    source, last = next((tensor, value) for tensor, value in feed_dict.items() if np.ndim(value) == 3)
    size = len(last)
    classes = []
    for first in range(0, len(images), size):
        batch = images[first : first + size]
        filled = np.resize(batch, (size, *batch.shape[1:]))
        classes.append(call(plan.logits, {source: filled}).argmax(1)[: len(batch)])
    return np.concatenate(classes)


if __name__ == "__main__":
    main(sys.argv[1:])
