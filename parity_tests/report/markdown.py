"""The results of many cases as a page: one line per program or variant, one column per backend and dtype."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from parity_tests.cases import PROGRAMS
from parity_tests.compare import RUNGS
from parity_tests.prove import Result
from parity_tests.report import whole
from parity_tests.variants import VARIANTS

__all__ = ["write"]

_PAGE = """\
# What the ladder found

Made by `{command}`: {count} proofs of {steps} steps in {minutes:.0f} minutes, {data};
{versions}; {machine}.

Each entry is the largest difference between TF1 and its Keras twin on the first five rungs (start, forward,
gradient, update and every step of the run in lock-step), relative to the largest number of its array, and the largest
share of its bound that any number used. `-`: TF1 itself does not run it in that dtype; `?`: the run ended before.

{table}
"""


def write(path: Path, results: list[Result], *, command: str, data: str, seconds: float) -> None:
    """Write the page atomically. `results` are of one run, in the order of its cases."""
    steps = sorted({result.steps for result in results})
    page = _PAGE.format(
        command=command,
        count=len(results),
        steps=" to ".join(str(n) for n in (steps if len(steps) < 2 else (steps[0], steps[-1]))),
        minutes=seconds / 60,
        data=data.rstrip("."),
        versions=", ".join(f"{name} {number}" for name, number in _versions(results).items()),
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
        table="\n".join(_table(results)),
    )
    whole.write(path, page)


def _table(results: list[Result]):
    columns = list(dict.fromkeys((result.case.dtype, result.case.backend) for result in results))
    columns.sort(key=lambda column: column[0])
    found = {(result.case.program, result.case.dtype, result.case.backend): result for result in results}
    yield "| | " + " | ".join(f"{backend}, {dtype}" for dtype, backend in columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name in dict.fromkeys(result.case.program for result in results):
        row = [found.get((name, *column)) for column in columns]
        entries = (_entry(name, dtype, result) for (dtype, _), result in zip(columns, row))
        yield f"| {name} | " + " | ".join(entries) + " |"
    worst = [[result for result in results if (result.case.dtype, result.case.backend) == column] for column in columns]
    yield (
        "| **worst** | "
        + " | ".join(_text(*(max(figures) for figures in zip(*map(_figures, w)))) for w in worst)
        + " |"
    )


def _entry(name: str, dtype: str, result: Result | None) -> str:
    if result is None:
        return "?" if name in PROGRAMS or dtype in VARIANTS[name].dtypes else "-"
    broken = [rung.name for rung in result.rungs if rung.holds is False]
    return _text(*_figures(result)) + (f" **{broken[0]} does not hold**" if broken else "")


def _figures(result: Result) -> tuple[float, float]:
    """The largest difference and the largest share of a bound."""
    climbed = [rung for rung in result.rungs if rung.name in RUNGS[:5]]
    return max(rung.difference for rung in climbed), max(rung.of_bound for rung in climbed)


def _text(difference: float, of_bound: float) -> str:
    return f"{difference:.1e}, {of_bound:.0%}"


def _versions(results: list[Result]) -> dict[str, str]:
    """Every package once."""
    return {name: number for result in results for side in result.versions.values() for name, number in side.items()}
