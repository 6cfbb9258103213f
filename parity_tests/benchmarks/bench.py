"""Rounds of all sides, interleaved: side by side in time, so that what slows the machine slows them all.

Every side is a process of its own that waits between its rounds. A round is as many steps as take the side about
`seconds`; what is reported is the median over the rounds and their spread, and ratios of rounds that ran next to
each other.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from parity_tests.benchmarks.sides import Side, environment
from parity_tests.benchmarks.workloads import Workload

__all__ = ["Timing", "measure", "ratio"]


@dataclasses.dataclass
class Timing:
    """What one side did in one workload.

    Attributes:
        rates: training steps per second, one per round.
        busy: processor seconds per second, one per round.
        memory: the most MiB used above what the libraries and the data take.
        first: seconds to the end of the first step, compiling included.
        failure: the last words of a side that failed, else None.
    """

    side: str
    workload: str
    cores: int
    rates: list[float] = dataclasses.field(default_factory=list)
    busy: list[float] = dataclasses.field(default_factory=list)
    memory: float | None = None
    first: float | None = None
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    failure: str | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.rates) if self.rates else None

    @property
    def spread(self) -> tuple[float, float] | None:
        return (min(self.rates), max(self.rates)) if self.rates else None


def ratio(one: Timing, other: Timing) -> tuple[float, float, float] | None:
    """`one` over `other`, round by round: median, smallest, largest."""
    rounds = [a / b for a, b in zip(one.rates, other.rates)]
    return (statistics.median(rounds), min(rounds), max(rounds)) if rounds else None


def measure(
    workload: Workload,
    sides: list[Side],
    *,
    cores: int,
    rounds: int,
    seconds: float,
    tf1_python: str | None,
    on_round: Callable[[str, int], None],
    timings: list[Timing],
) -> None:
    """Time every side, `rounds` times, in turns.

    Args:
        cores: how many of the machine's cores the sides are pinned to.
        seconds: what a round should take.
        tf1_python: a Python that has TensorFlow 1.15, or None.
        on_round: called with the side's name and the number of its round, before it runs; 0 is its start.
        timings: gets a Timing per side, and that its rounds as they come, so that a run cut short keeps them.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        running: dict[str, tuple[_Process, Timing, int]] = {}
        for side in sides:
            command = side.program(Path(folder), tf1_python)
            on_round(side.name, 0)
            process = stack.enter_context(
                _Process([*command, *workload.arguments, str(cores), *side.after], environment(side, cores), cores)
            )
            timing = Timing(side.name, workload.name, cores)
            timings.append(timing)
            with _kept(timing, process):
                said = process.answer()
                timing.versions, timing.first = said["versions"], said["first"]
                # a short run tells how many steps fill a round, and one is not counted: it may still trace or compile
                steps = max(1, round(seconds * 10 / process.run(10)["wall"]))
                process.run(steps)
                running[side.name] = process, timing, steps
        for number in range(1, rounds + 1):
            for name, (process, timing, steps) in list(running.items()):
                on_round(name, number)
                with _kept(timing, process):
                    took = process.run(steps)
                    timing.rates.append(steps / took["wall"])
                    timing.busy.append(took["cpu"] / took["wall"])
                    timing.memory = took["memory"]
                if timing.failure:
                    del running[name]


@contextlib.contextmanager
def _kept(timing: Timing, process: _Process) -> Iterator[None]:
    """A side that fails is reported and sits out; the others go on."""
    try:
        yield
    except (ValueError, OSError, KeyError):
        timing.failure = process.last_words()


class _Process:
    """One side, alive between its rounds."""

    def __init__(self, command: list[str], environment: dict[str, str], cores: int):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, env=environment, text=True
        )
        with contextlib.suppress(AttributeError, OSError):  # not every system can pin
            os.sched_setaffinity(self.process.pid, sorted(os.sched_getaffinity(0))[:cores])

    def run(self, steps: int) -> dict:
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def last_words(self) -> str:
        self.process.wait(timeout=30)
        self.log.seek(0)
        return self.log.read().decode(errors="replace").strip()[-600:]

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
