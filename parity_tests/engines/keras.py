"""The Keras 3 twin: starts from the legacy side's weights and trains on its batches.

Every step is done twice. In lock-step, from the weights and slots that the legacy side had before
this step; and in the free run, from where the twin's own training stands.
"""

from __future__ import annotations

import itertools
import sys
import time

import numpy as np

from parity_tests.cases import PROGRAMS, Case, cases_from_json
from parity_tests.engines import backends
from parity_tests.engines.pipes import ahead, one_thread, take_stdout
from parity_tests.trace import Frame, frames, part, write_frame

__all__ = ["Twin", "main", "trace"]


def main(argv: list[str]) -> None:
    wire = take_stdout()
    one_thread()
    cases = cases_from_json(argv[0])
    legacy = ahead(itertools.chain.from_iterable(frames(sys.stdin.buffer) for _ in cases))
    for case in cases:
        trace(case, _to_its_end(legacy), wire)


def _to_its_end(legacy):
    """The frames of one trace out of several in a row."""
    for frame in legacy:
        yield frame
        if frame.kind == "end":
            return


def trace(case: Case, legacy, wire) -> None:
    """Follow the legacy trace frame by frame and write the twin's own."""
    from keras_port.datasets import load

    twin = Twin(case.program, case.dtype, case.backend)
    images = load(case.data, announce=lambda text: None).test.x(case.dtype)
    before = free = None
    for frame in legacy:
        if frame.kind == "start":
            twin.meet(frame)
            # only the weights: slots and beta powers must start right by the twin's own optimizer
            twin.load(twin.weights_of(part(frame.arrays, "var")))
            free = twin.snapshot()
            write_frame(wire, Frame("start", twin.versions(), _prefix("var", twin.dump())))
        elif frame.kind == "step":
            x, y = _batch(frame.arrays)
            twin.load(before)
            arrays = twin.detail(x, y) if frame.meta["index"] == 0 else {}
            arrays["loss"] = twin.step(x, y)[0]
            arrays.update(_prefix("var", twin.dump()))
            twin.restore(free)
            arrays["free_loss"], arrays["seconds"] = twin.step(x, y)
            free = twin.snapshot()
            if frame.meta["index"] in case.examined:
                arrays["predictions"] = twin.predict(images)
            write_frame(wire, Frame("step", frame.meta, arrays))
        else:
            write_frame(wire, Frame("end", {}, _prefix("var", twin.dump())))
        before = part(frame.arrays, "var")


class Twin:
    """The compiled Keras model of a program or variant, with its state under TF1's names.

    Args:
        program: a name of `keras_port.models` or VARIANTS.
        dtype: `float32` or `float64`.
        backend: of Keras; a process can have one only.
    """

    def __init__(self, program: str, dtype: str, backend: str = "tensorflow"):
        self.keras = backends.prepare(backend, dtype)
        from keras_port import models, weights

        self.weights, self.dtype, self.backend = weights, dtype, backend
        self.keras.backend.clear_session(free_memory=False)  # of the cases before; Python collects them by itself
        if program in PROGRAMS:
            self.model, self.rows = models.load(program).build(), weights.PROGRAMS[program]
        else:
            from parity_tests.variants import twin

            self.model, self.rows = twin.build(program), None
        self.unused: dict[str, np.ndarray] = {}  # what TF1 makes, keeps and never uses
        self.counts = False  # whether TF1 counts its steps in a variable
        self.fresh: list[tuple] = []  # the metrics' variables before a batch
        # XLA fuses and reorders sums; the proof is about the plain kernels. JAX has no others
        self.model.jit_compile = backend == "jax"

    def meet(self, start: Frame) -> None:
        """Learn from the legacy side's first frame which variables there are."""
        arrays = part(start.arrays, "var")
        if self.rows is None:
            from parity_tests.variants import twin

            shapes = {name: array.shape for name, array in arrays.items()}
            self.rows, unused = twin.rows(self.model, self.model.name, shapes)
            self.unused = {name: arrays[name] for name in unused}
        self.counts = "global_step" in arrays
        self.state = self.weights.State(self.model, self.rows)
        self.trained = self.model.variables + self.model.optimizer.variables

    def weights_of(self, state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Without slots and scalars."""
        return {name: state[name] for row in self.rows for name in row.tf1_names}

    def load(self, state: dict[str, np.ndarray]) -> None:
        state = {name: array for name, array in state.items() if name not in self.unused}
        self.restore(self.state.values(state))

    def dump(self) -> dict[str, np.ndarray]:
        state = self.state.arrays(lambda variable: np.asarray(backends.held(variable))) | self.unused
        if self.counts:
            state["global_step"] = np.asarray(self.model.optimizer.iterations, np.int64)
        return state

    def step(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One `train_on_batch`: the loss before the update, and (wall, processor) seconds."""
        self.restore(self.fresh)  # before 3.15 Keras reports a running mean; this makes it this batch's
        wall, cpu = time.perf_counter(), time.process_time()
        loss = self.model.train_on_batch(x, y, return_dict=True)["loss"]
        seconds = np.array([time.perf_counter() - wall, time.process_time() - cpu])
        if not self.fresh:  # metrics have variables from the first batch on
            self.model.reset_metrics()
            self.fresh = self.snapshot(self.model.metrics_variables)
        return np.asarray(loss, self.dtype), seconds

    def detail(self, x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        """Logits (batch, classes) and the gradient of every variable, nothing updated."""
        logits, gradients = backends.gradients(self.model, x, y)
        named = self.weights.gradients_to_tf1(self.model, self.rows, gradients)
        return {"logits": logits, **_prefix("grad", named)}

    def snapshot(self, variables: list | None = None) -> list[tuple]:
        """Variables, or everything that training changes, each with what it holds."""
        return [(variable, backends.held(variable)) for variable in (self.trained if variables is None else variables)]

    def restore(self, pairs: list[tuple]) -> None:
        for variable, value in pairs:
            backends.hold(variable, value)

    def predict(self, images: np.ndarray) -> np.ndarray:
        """The class of each image, (n,)."""
        size = 200  # divides the 400 test digits and MNIST's 10,000: one shape to trace
        batches = (images[first : first + size] for first in range(0, len(images), size))
        return np.concatenate([np.asarray(self.model.predict_on_batch(batch)).argmax(1) for batch in batches])

    def versions(self) -> dict:
        return dict(versions=backends.versions(self.backend))


def _batch(arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Images (batch, time, values) and one-hot labels (batch, classes) among a step's feeds."""
    feeds = part(arrays, "feed").values()
    return next(a for a in feeds if a.ndim == 3), next(a for a in feeds if a.ndim == 2)


def _prefix(prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
