"""The results of many cases as a page: the worst of each on every backend, every run of a program, accuracies over seeds."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from parity_tests.cases import PROGRAMS
from parity_tests.compare import RUNGS
from parity_tests.prove import Result
from parity_tests.report import markdown_table, table, whole
from parity_tests.seeds import OverSeeds
from parity_tests.variants import VARIANTS

__all__ = ["write"]

_PAGE = """\
# What the ladder found

Made by `{command}`: {count} proofs of {steps} steps in {minutes:.0f} minutes, {data};
{versions}; {machine}.

Each entry is the largest difference between TF1 and its Keras twin on the first five rungs (start, forward,
gradient, update and every step of the run in lock-step), relative to the largest number of its array, and the largest
share of its bound that any number used. `-`: TF1 itself does not run it in that dtype; `?`: the run ended before.

{tables}
"""
_OVER_SEEDS = """\
Test accuracy over several seeds, by two one-sided t-tests, paired by seed; gaps, deviations, intervals and margins are in
points:"""


def write(
    path: Path, results: list[Result], over_seeds: list[OverSeeds], *, command: str, data: str, seconds: float
) -> None:
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
        tables="\n\n".join("\n".join(part) for part in _tables(results, over_seeds)),
    )
    whole.write(path, page)


def _tables(results: list[Result], over_seeds: list[OverSeeds]):
    yield _by_backend(results)
    if programs := [result for result in results if not result.case.variant]:
        yield _by_columns(table.COLUMNS, programs)
    if over_seeds:
        yield [_OVER_SEEDS]
        yield _by_columns(table.OVER_SEEDS, over_seeds)


def _by_columns(columns: dict, rows: list):
    headings = (heading.replace("-\n", "-").replace("\n", " ") for heading in columns)
    return markdown_table.lines(headings, ([column(row) for column in columns.values()] for row in rows))


def _by_backend(results: list[Result]):
    columns = list(dict.fromkeys((result.case.dtype, result.case.backend) for result in results))
    columns.sort(key=lambda column: column[0])
    found: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:  # of one program on one backend: several seeds
        found.setdefault((result.case.program, result.case.dtype, result.case.backend), []).append(result)
    rows = [
        [name, *(_entry(name, column[0], found.get((name, *column), [])) for column in columns)]
        for name in dict.fromkeys(result.case.program for result in results)
    ]
    worst = [[result for result in results if (result.case.dtype, result.case.backend) == column] for column in columns]
    rows.append(["**worst**", *map(_worst, worst)])
    return markdown_table.lines(["", *(f"{backend}, {dtype}" for dtype, backend in columns)], rows, others="---")


def _entry(name: str, dtype: str, results: list[Result]) -> str:
    if not results:
        return "?" if name in PROGRAMS or dtype in VARIANTS[name].dtypes else "-"
    broken = [rung.name for result in results for rung in result.rungs if rung.holds is False]
    return _worst(results) + (f" **{broken[0]} does not hold**" if broken else "")


def _worst(results: list[Result]) -> str:
    """The largest difference and the largest share of a bound."""
    climbed = [rung for result in results for rung in result.rungs if rung.name in RUNGS[:5]]
    return f"{max(rung.difference for rung in climbed):.1e}, {max(rung.of_bound for rung in climbed):.0%}"


def _versions(results: list[Result]) -> dict[str, str]:
    """Every package once."""
    return {name: number for result in results for side in result.versions.values() for name, number in side.items()}
