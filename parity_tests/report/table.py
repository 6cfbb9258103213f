"""The table of the main job: one line per program, one row below per column."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from parity_tests.cases import Case
from parity_tests.prove import Result
from parity_tests.seeds import OverSeeds

__all__ = ["COLUMNS", "OVER_SEEDS", "show"]

# heading -> what stands there for a result; differences are relative to the largest element of their array
COLUMNS = {
    "program": lambda result: result.case.label,
    "rungs": lambda result: f"{sum(bool(rung.holds) for rung in result.rungs)}/{len(result.rungs)}",
    "start": lambda result: _difference(result, "start"),
    "forward": lambda result: _difference(result, "forward"),
    "gradient": lambda result: _difference(result, "gradient"),
    "update": lambda result: _difference(result, "update"),
    "lock-\nstep": lambda result: _difference(result, "lock-step"),
    "of\nbound": lambda result: f"{max(rung.of_bound for rung in result.rungs[:5]):.0%}",
    "free runs\npart at": lambda result: _parted(result),
    "test accuracy\nTF1 / Keras": lambda result: _pair(result.accuracy, "{:.2%}"),
    "mean gap,\npoints": lambda result: f"{100 * result.rungs[-1].difference:.1f}",
    "steps/s, 1 core\nTF1 / Keras": lambda result: _pair(result.speed, "{:.0f}"),
}


# the same, for a program over several seeds; all in points of accuracy
OVER_SEEDS = {
    "program": lambda row: Case(row.program, backend=row.backend, dtype=row.dtype).label,
    "seeds": lambda row: f"{row.seeds[0]} to {row.seeds[-1]}",
    "mean accuracy\nTF1 / Keras": lambda row: _pair(row.accuracy, "{:.2%}"),
    "mean\ngap": lambda row: f"{100 * row.test.mean:+.2f}",
    "standard\ndeviation": lambda row: f"{100 * row.test.deviation:.2f}",
    "90% interval\nwithin": lambda row: f"{100 * row.test.bound:.2f}",
    "margin": lambda row: f"{100 * row.test.margin:g}",
    "p": lambda row: f"{row.test.p:.1g}",
    "power": lambda row: f"{row.test.power:.2f}",
    "equivalent": lambda row: "yes" if row.holds else "not shown",
}


def show(results: list[Result], over_seeds: list[OverSeeds], console: Console) -> None:
    """Print the tables, and below them every program's first divergence."""
    _print("TF1 programs and their Keras 3 twins, on identical batches", COLUMNS, results, console)
    if over_seeds:
        _print(
            "Test accuracy over several seeds: two one-sided t-tests, paired by seed", OVER_SEEDS, over_seeds, console
        )
    for result in results:
        if result.divergence is not None:
            text = f"{result.case.label}: first divergence: {result.divergence}"
            console.print(text, highlight=False, markup=False)


def _print(title: str, columns: dict, rows: list, console: Console) -> None:
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for heading in columns:
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for row in rows:
        table.add_row(*(column(row) for column in columns.values()))
    console.print(table)


def _difference(result: Result, name: str) -> str:
    rung = next(rung for rung in result.rungs if rung.name == name)
    if rung.holds is None:
        return "-"
    number = f"{rung.difference:.1e}" if rung.difference else "0"
    return number if rung.holds else f"{number} !"


def _parted(result: Result) -> str:
    return f"not in {result.steps}" if result.parted is None else f"{result.parted} of {result.steps}"


def _pair(values: dict[str, float], form: str) -> str:
    return " / ".join(form.format(values[side]) if side in values else "-" for side in ("legacy", "twin"))
