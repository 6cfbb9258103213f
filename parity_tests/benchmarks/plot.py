"""The picture of a benchmark: bars beside each other, or curves that grow."""

from __future__ import annotations

import os
from pathlib import Path

from parity_tests.benchmarks.results import Results
from parity_tests.benchmarks.show import OURS
from parity_tests.benchmarks.sides import LIMIT

__all__ = ["draw"]


def draw(results: Results, path: Path) -> None:
    """Write the picture, whole or not at all; the ending (.png, .svg, .pdf) decides the format."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5 * _rows(results)), layout="constrained")
    (_curves if results.growth else _bars)(results, figure)
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        figure.savefig(temporary, dpi=120)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _rows(results: Results) -> int:
    return len(results.cores) if results.growth else len(_measured(results))


def _measured(results: Results) -> list:
    return [workload for workload in results.workloads if any(results.of(workload, cores) for cores in results.cores)]


def _bars(results: Results, figure) -> None:
    """A row per workload, a column per number of cores."""
    workloads = _measured(results)
    axes = figure.subplots(len(workloads), len(results.cores), squeeze=False)
    for row, workload in zip(axes, workloads):
        for axis, cores in zip(row, results.cores):
            timings = [timing for timing in results.of(workload, cores) if timing.rates][::-1]
            medians = [timing.median for timing in timings]
            spread = [
                [timing.median - timing.spread[0] for timing in timings],
                [timing.spread[1] - timing.median for timing in timings],
            ]
            axis.barh([t.side for t in timings], medians, xerr=spread, color=[_colour(t.side) for t in timings])
            what = "training steps" if workload.task == "train" else "batches"
            axis.set_title(f"{workload.name}, {cores} core{'s' if cores > 1 else ''}", fontsize=10)
            axis.set_xlabel(f"{what} per second; whiskers: slowest and fastest round", fontsize=8)
            axis.tick_params(labelsize=8)


def _curves(results: Results, figure) -> None:
    """A row per number of cores: time of a step, and memory, against what grows."""
    axes = figure.subplots(len(results.cores), 2, squeeze=False)
    sides = list(dict.fromkeys(timing.side for timing in results.timings))
    for (time, memory), cores in zip(axes, results.cores):
        for side in sides:
            found = [
                (getattr(workload, results.growth), timing)
                for workload in results.workloads
                for timing in results.of(workload, cores)
                if timing.side == side and timing.rates
            ]
            values = [value for value, _ in found]
            time.plot(values, [1000 / timing.median for _, timing in found], "o-", label=side)
            memory.plot(values, [timing.memory for _, timing in found], "o-", label=side)
        for axis, title in ((time, "milliseconds per training step"), (memory, "MiB above libraries and data")):
            axis.set_xscale("log", base=2)
            axis.set_yscale("log")
            axis.set_xlabel(f"{results.growth}, {cores} core{'s' if cores > 1 else ''}")
            axis.set_title(title, fontsize=10)
            axis.grid(alpha=0.3)
        time.legend(fontsize=7)


def _colour(side: str) -> str:
    if side == LIMIT:
        return "tab:gray"
    return "tab:orange" if side.startswith((OURS, "legacy-tf1")) else "tab:blue"
