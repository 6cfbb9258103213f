"""Run several proofs, show how far they are, report what they found."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from keras_port.datasets import DataError, load
from legacy_tf1.progress import bar
from parity_tests import seeds
from parity_tests.cases import Case, work
from parity_tests.prove import EngineError, prove
from parity_tests.report import json_file, markdown, table

__all__ = ["run"]

_PLAIN_EVERY = 10.0  # seconds between the lines of one program in a log


def run(cases: list[Case], report: Path, *, jobs: int, page: Path | None = None, command: str = "") -> int:
    """Prove every case; returns the exit status. What is done is reported even after Ctrl-C.

    Args:
        jobs: pairs of engines at a time.
        page: where to write the results for people to read, and the `command` that led to them.
    """
    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 160)
    try:
        data = load(cases[0].data, announce=lambda text: console.print(f"data: {text}", highlight=False))
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    started, results, failures, stopped = time.monotonic(), {}, [], threading.Event()
    with _progress(cases, console) as on_step, ThreadPoolExecutor(jobs) as pool:

        def some(left: list[Case]) -> None:
            while left and not stopped.is_set():
                try:
                    for result in prove(left, data.test.labels, on_step=on_step, stopped=stopped):
                        results[result.case] = result
                        left = left[1:]
                except EngineError as error:  # the others go on with new engines
                    failures.append(f"{left[0].label}: {error}")
                    left = left[1:]

        try:
            for done in [pool.submit(some, batch) for batch in _batches(cases, jobs)]:
                done.result()
        except BaseException as error:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            if not isinstance(error, KeyboardInterrupt):
                raise
    ordered = [results[case] for case in cases if case in results]
    complete = len(ordered) == len(cases) and not stopped.is_set()
    over_seeds = seeds.compare(ordered)
    table.show(ordered, over_seeds, console)
    for failure in failures if not stopped.is_set() else ():
        print(f"error: {failure}", file=sys.stderr)
    json_file.write(report, ordered, over_seeds, data=data.origin, complete=complete)
    if page and ordered:
        markdown.write(page, ordered, over_seeds, command=command, data=data.origin, seconds=time.monotonic() - started)
    console.print(f"{time.monotonic() - started:.0f} s; report: {report}", highlight=False)
    if stopped.is_set():
        return 130
    return 0 if complete and all(result.proven for result in ordered) and all(row.holds for row in over_seeds) else 1


def _batches(cases: list[Case], jobs: int) -> list[list[Case]]:
    """What one pair of engines does, one after the other: starting an engine takes as long as a hundred steps."""
    size = -(-len(cases) // jobs)
    worlds: dict[tuple, list[Case]] = {}
    for case in cases:
        worlds.setdefault((case.backend, case.dtype, case.data), []).append(case)  # what shares a process
    batches = []
    for group in worlds.values():
        parts: list[list[Case]] = [[] for _ in range(-(-len(group) // size))]
        for case in sorted(group, key=work, reverse=True):  # so that they end at about the same time
            min(parts, key=lambda part: sum(map(work, part))).append(case)
        batches += parts
    return batches


@contextlib.contextmanager
def _progress(cases: list[Case], console: Console):
    """Yields `on_step(case, done, loss)`: a live bar per program, or plain lines in a log."""
    if not console.is_terminal:
        yield _plain_lines()
        return
    with bar(console) as bars:
        tasks = {case: bars.add_task(case.label, total=case.steps, loss="waiting", start=False) for case in cases}

        def on_step(case: Case, done: int, loss: float) -> None:
            if done == 1:
                bars.start_task(tasks[case])
            bars.update(tasks[case], completed=done, loss=f"loss {loss:.4f}")

        yield on_step


def _plain_lines():
    told: dict[Case, float] = {}
    begun: dict[Case, float] = {}

    def on_step(case: Case, done: int, loss: float) -> None:
        now = time.monotonic()
        begun.setdefault(case, now)
        if done == case.steps or now - told.setdefault(case, now) >= _PLAIN_EVERY:
            told[case] = now
            left = (now - begun[case]) / done * (case.steps - done)
            print(f"{case.label}: step {done} of {case.steps}, loss {loss:.4f}, {left:.0f} s left", flush=True)

    return on_step
