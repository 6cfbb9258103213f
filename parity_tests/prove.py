"""A proof: start both engines, let them work side by side, climb the ladder as they go."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from parity_tests import tolerances
from parity_tests.cases import Case, cases_to_json
from parity_tests.compare import Divergence, Ladder, Rung
from parity_tests.engines.pipes import AHEAD, widen
from parity_tests.trace import TraceError, frames

__all__ = ["EngineError", "Result", "prove"]


class EngineError(Exception):
    """An engine ended before its trace did; the message ends with what it said last."""


@dataclasses.dataclass
class Result:
    """What one proof found.

    Attributes:
        rungs: in the ladder's order.
        parted: the step at which the free runs' losses part, None where they never do.
        accuracy: `legacy` and `twin`, fractions of the full test set after the last step.
        gap: legacy minus twin, mean accuracy over the examined steps; None where none was examined.
        speed: `legacy` and `twin`, median training steps per second of one core.
        versions: of each side.
    """

    case: Case
    steps: int
    rungs: list[Rung]
    divergence: Divergence | None
    proven: bool
    parted: int | None
    accuracy: dict[str, float]
    gap: float | None
    speed: dict[str, float]
    versions: dict[str, dict]
    seconds: float


def prove(
    cases: Sequence[Case], labels: np.ndarray, *, on_step: Callable[[Case, int, float], None], stopped: threading.Event
) -> Iterator[Result]:
    """Run the cases, one after the other, on a pair of engines and compare their traces, frame by frame.

    Args:
        cases: of one backend and dtype.
        labels: of the test set, (n,).
        on_step: called with the case, the number of steps done and the legacy side's loss.
        stopped: ends both engines and the proof when set.

    Raises:
        EngineError: an engine failed.
    """
    with contextlib.ExitStack() as stack:
        engines = Engines(cases, stack)
        for case in cases:
            yield _climb(case, labels, engines.pairs(stopped), on_step)
            if stopped.is_set():
                return


def _climb(case: Case, labels: np.ndarray, pairs, on_step) -> Result:
    started = time.monotonic()
    ladder = Ladder(case.dtype, labels, tolerances.length(case))
    speed, versions = {"legacy": [], "twin": []}, {}
    for legacy, twin in pairs:
        ladder.frame(legacy, twin)
        for side, frame in (("legacy", legacy), ("twin", twin)):
            if frame.kind == "start":
                versions[side] = frame.meta["versions"]
            elif frame.kind == "step":
                speed[side].append(float(frame.arrays["seconds"][1]))
        if legacy.kind == "step":
            on_step(case, legacy.meta["index"] + 1, float(legacy.arrays.get("loss", np.nan)))
    return Result(
        case, ladder.steps, list(ladder.rungs.values()), ladder.divergence, ladder.proven, ladder.parted,
        ladder.accuracy, ladder.gap, {side: 1 / float(np.median(times)) for side, times in speed.items() if times},
        versions, time.monotonic() - started,
    )  # fmt: skip


class Engines:
    """The two processes that run some cases and the pipes between them; both end when `stack` does."""

    def __init__(self, cases: Sequence[Case], stack: contextlib.ExitStack):
        self._stack, self._cases = stack, cases
        self.logs = {side: stack.enter_context(tempfile.TemporaryFile()) for side in ("legacy", "keras")}
        self.legacy = self._start("legacy", subprocess.DEVNULL)
        self.keras = self._start("keras", subprocess.PIPE)
        self._frames: queue.Queue = queue.Queue(AHEAD)
        self._failure: Exception | None = None
        threading.Thread(target=self._feed, daemon=True).start()

    def pairs(self, stopped: threading.Event):
        """`(legacy frame, twin frame)` in order, up to the end of the next case's traces."""
        with self._explained():
            for twin in frames(self.keras.stdout):
                legacy = self._frames.get()
                if stopped.is_set():
                    return
                if legacy is None:
                    raise TraceError(str(self._failure))
                yield legacy, twin

    def _feed(self) -> None:
        """Hand the legacy trace to the twin, and keep it for the comparison."""
        try:
            for _ in self._cases:
                for frame in frames(self.legacy.stdout, copy_to=self.keras.stdin):
                    self._frames.put(frame)
            self.keras.stdin.close()
        except (TraceError, OSError, ValueError) as error:
            self._failure = error
            with contextlib.suppress(OSError):
                self.keras.stdin.close()
            self._frames.put(None)

    def _start(self, engine: str, stdin) -> subprocess.Popen:
        root = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        process = subprocess.Popen(
            # -P: a keras.py in the user's working directory must not stand in for Keras
            [sys.executable, "-P", "-m", f"parity_tests.engines.{engine}", cases_to_json(self._cases)],
            stdin=stdin, stdout=subprocess.PIPE, stderr=self.logs[engine], env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the parent, which ends them and reports what they did
        )  # fmt: skip
        self._stack.callback(_end, process)
        for pipe in filter(None, (process.stdin, process.stdout)):
            widen(pipe)
        return process

    @contextlib.contextmanager
    def _explained(self):
        try:
            yield
        except TraceError as error:
            # the legacy side comes first: when it fails, the twin fails after it
            for side, process in (("legacy", self.legacy), ("keras", self.keras)):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    if process.wait(timeout=10):
                        raise EngineError(f"the {side} engine failed:\n{self._last_words(side)}") from error
            raise EngineError(f"{error}\n{self._last_words('keras')}") from error

    def _last_words(self, side: str) -> str:
        log = self.logs[side]
        log.seek(0)
        lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-12:])


def _end(process: subprocess.Popen) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
