"""Twins with one mistake each, run against a recorded trace: does the ladder find the mistake?

    python -m parity_tests.meta.sabotage TRACE CASE MISTAKE...

prints as JSON, for every mistake named, the rung that broke first and what was said. Each is a
mistake that people make when they port a TF1 model by hand; `none` is the twin as it is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import sys
from unittest import mock

import numpy as np

from parity_tests import tolerances
from parity_tests.cases import Case, cases_from_json
from parity_tests.compare import Ladder
from parity_tests.trace import Frame, frames

__all__ = ["MISTAKES", "main"]


def _rows(cell_rows):
    """Other rows for the cell's variables, everything else as it is."""
    from keras_port.weights import PROGRAMS

    wrong = {row.tf1_name: row for row in cell_rows}
    return mock.patch.dict(
        PROGRAMS, {name: tuple(wrong.get(row.tf1_name, row) for row in rows) for name, rows in PROGRAMS.items()}
    )


def _gate_order():
    from keras_port.weights import rows

    kernels = ("lstm/kernel", "lstm/recurrent_kernel")  # TF1's own order i, j, f, o taken for Keras's
    return _rows([rows.Row("rnn/basic_lstm_cell/kernel", kernels, rows.joint_kernel((0, 1, 2, 3)))])


def _forget_bias():
    from keras_port.weights import rows

    return _rows(rows.basic_lstm_cell("rnn/basic_lstm_cell", "lstm", forget_bias=0.0))


def _slot_start():
    from keras_port.optimizers import RMSProp

    return mock.patch.object(RMSProp, "slot_starts", lambda self: {"RMSProp": 0.0, "RMSProp_1": 0.0})


def _adam_epsilon():
    from keras_port.optimizers import Adam

    return mock.patch.object(Adam.__init__, "__defaults__", (0.001, 0.9, 0.999, 1e-7))


def _batches(change):
    from parity_tests.engines import keras as engine

    seen = []
    batch = engine._batch

    def changed(arrays):
        seen.append(batch(arrays))
        return change(*seen[-1], seen)

    return mock.patch.object(engine, "_batch", changed)


def _batch_order():
    return _batches(lambda x, y, seen: seen[max(0, len(seen) - 2)])  # from the second step on, one behind


def _label_order():
    return _batches(lambda x, y, seen: (x, y[:, ::-1].copy()))


def _labels_of_other_images():
    return _batches(lambda x, y, seen: (x, np.roll(y, 1, axis=0)))


def _one_weight():
    from parity_tests.engines.keras import Twin

    load = Twin.load

    def changed(self, state):
        name = next(name for name in state if name.endswith("/kernel"))
        kernel = np.array(state[name])
        kernel[0, 0] += kernel.dtype.type(1e-3)
        load(self, {**state, name: kernel})

    return mock.patch.object(Twin, "load", changed)


MISTAKES = {
    "none": contextlib.nullcontext,
    "gate order": _gate_order,
    "forget bias": _forget_bias,
    "RMSProp slot start": _slot_start,
    "Adam epsilon": _adam_epsilon,
    "batch order": _batch_order,
    "label order": _label_order,
    "labels of other images": _labels_of_other_images,
    "one weight off by 1e-3": _one_weight,
}


def climb(legacy: list[Frame], case: Case) -> Ladder:
    """The ladder between a legacy trace and a twin made in this process."""
    from keras_port.datasets import load
    from parity_tests.engines import keras as engine

    twin = []
    with mock.patch.object(engine, "write_frame", lambda wire, frame: twin.append(_copied(frame))):
        engine.trace(case, legacy, None)
    ladder = Ladder(case.dtype, load(case.data, announce=lambda text: None).test.labels, tolerances.length(case))
    for pair in zip(legacy, twin, strict=True):
        ladder.frame(*pair)
    return ladder


def _copied(frame: Frame) -> Frame:
    return Frame(frame.kind, frame.meta, {name: np.array(array) for name, array in frame.arrays.items()})


def main(argv: list[str]) -> None:
    path, cases, *names = argv
    (case,) = cases_from_json(cases)
    with open(path, "rb") as file:
        trace = file.read()
    found = {}
    for name in names:
        with MISTAKES[name]():
            ladder = climb(list(frames(io.BytesIO(trace))), case)
        broken = ladder.divergence
        found[name] = None if broken is None else {**dataclasses.asdict(broken), "text": str(broken)}
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main(sys.argv[1:])
