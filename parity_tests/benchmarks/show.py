"""The tables of a benchmark, on a terminal or as Markdown."""

from __future__ import annotations

import math

from rich import box
from rich.console import Console
from rich.table import Table

from parity_tests.benchmarks.bench import Timing, ratio
from parity_tests.benchmarks.results import Results
from parity_tests.benchmarks.sides import LIMIT
from parity_tests.benchmarks.workloads import Workload
from parity_tests.report import markdown_table

__all__ = ["OURS", "markdown", "show", "slope"]

OURS = "keras_port"


def show(results: Results, console: Console) -> None:
    """Print a table per workload, the failures below it, and what the numbers come from."""
    for title, headings, rows in _tables(results):
        table = Table(title=title, title_justify="left", box=box.SIMPLE)
        for heading in headings:
            table.add_column(heading, justify="left" if heading == "side" else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for line in _notes(results):
        console.print(line, highlight=False, markup=False)


def markdown(results: Results, command: str) -> str:
    """The same for the docs, with the command that measures it again."""
    lines = []
    for title, headings, rows in _tables(results):
        lines += [f"### {title}", "", *markdown_table.lines(headings, rows), ""]
    return "\n".join([*lines, *(f"- {note}" for note in _notes(results)), "", "```", command, "```", ""])


def slope(workloads: list[Workload], timings: list[Timing], dimension: str) -> float | None:
    """How the time of a step grows with the dimension: the exponent of the power law through the last half."""
    points = [
        (math.log(getattr(workload, dimension)), -math.log(timing.median))
        for workload, timing in zip(workloads, timings)
        if timing.median
    ]
    points = points[len(points) // 2 :]
    if len(points) < 2:
        return None
    x, y = (sum(column) / len(points) for column in zip(*points))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def _tables(results: Results):
    """(title, headings, rows) of strings."""
    for cores in results.cores:
        if results.growth:
            yield _growth(results, cores)
            continue
        for workload in results.workloads:
            timings = results.of(workload, cores)
            if timings:
                yield _side_by_side(workload, cores, timings)


def _side_by_side(workload: Workload, cores: int, timings: list[Timing]):
    what = {"train": "training steps per second", "infer": "batches per second"}[workload.task]
    title = f"{workload.name}: {what}, batch {workload.batch}, {workload.time} x 28, {_cores(cores)}"
    peers = {timing.side: timing for timing in timings}
    headings = ["side", "median", "smallest to largest", f"{OURS} is", f"of {LIMIT}", "cores busy", "MiB", "first step"]
    rows = []
    for timing in timings:
        if not timing.rates:
            rows.append([timing.side, "failed" if timing.failure else "-", *[""] * (len(headings) - 2)])
            continue
        low, high = timing.spread
        rows.append(
            [
                timing.side,
                _rate(timing.median),
                f"{_rate(low)} to {_rate(high)}",
                _times(peers.get(OURS), timing),
                _share(timing, peers.get(LIMIT)),
                f"{sorted(timing.busy)[len(timing.busy) // 2]:.1f}",
                f"{timing.memory:.0f}",
                f"{timing.first:.1f} s",
            ]
        )
    return title, headings, rows


def _growth(results: Results, cores: int):
    dimension = results.growth
    title = f"One training step of the LSTM against {dimension}: milliseconds (MiB), {_cores(cores)}"
    sides = list(dict.fromkeys(timing.side for timing in results.timings))
    headings = ["side", *(str(getattr(workload, dimension)) for workload in results.workloads), "grows as"]
    rows = []
    for side in sides:
        found = [next((t for t in results.of(w, cores) if t.side == side), Timing(side, w.name, cores))
                 for w in results.workloads]  # fmt: skip
        exponent = slope(results.workloads, found, dimension)
        cells = [f"{1000 / t.median:.3g} ({t.memory:.0f})" if t.median else "-" for t in found]
        rows.append([side, *cells, f"{dimension}^{exponent:.2f}" if exponent is not None else "-"])
    return title, headings, rows


def _notes(results: Results):
    machine = results.machine
    load = f", load {machine['load']} before" if "load" in machine else ""
    yield f"{machine['processor']}, {machine['cores']} cores, {machine['system']}{load}"
    rounds = max((len(timing.rates) for timing in results.timings), default=0)
    yield f"medians of {rounds} interleaved rounds; ratios are of rounds next to each other"
    for side, versions in results.versions.items():
        yield f"{side}: {', '.join(f'{package} {version}' for package, version in versions.items())}"
    for timing in results.timings:
        if timing.failure:
            yield f"{timing.side}, {timing.workload}: {timing.failure.splitlines()[-1]}"
    if not results.complete:
        yield "cut short: not every round was run"


def _times(ours: Timing | None, other: Timing) -> str:
    found = ratio(ours, other) if ours and ours is not other else None
    return f"{found[0]:.2f} x ({found[1]:.2f} to {found[2]:.2f})" if found else ""


def _share(timing: Timing, limit: Timing | None) -> str:
    found = ratio(timing, limit) if limit and limit is not timing else None
    return f"{found[0]:.0%}" if found else ""


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _cores(number: int) -> str:
    return "1 core" if number == 1 else f"{number} cores"
