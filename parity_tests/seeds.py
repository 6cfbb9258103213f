"""Rung 7 over several seeds: the accuracies of the two sides, paired by seed."""

from __future__ import annotations

import dataclasses

from parity_tests import tolerances
from parity_tests.equivalence import Equivalence, equivalence
from parity_tests.prove import Result

__all__ = ["OverSeeds", "compare"]


@dataclasses.dataclass(frozen=True)
class OverSeeds:
    """One program on one backend in one dtype.

    Attributes:
        seeds: those that were run.
        accuracy: `legacy` and `twin`, means over the seeds of the accuracy after the last step.
        test: of the gaps in accuracy, each averaged over its run's examined steps.
    """

    program: str
    backend: str
    dtype: str
    seeds: tuple[int, ...]
    accuracy: dict[str, float]
    test: Equivalence

    @property
    def holds(self) -> bool:
        return self.test.holds


def compare(results: list[Result]) -> list[OverSeeds]:
    """One row for every program, backend and dtype that has run to its end with two seeds or more."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        if result.gap is not None:
            groups.setdefault((result.case.program, result.case.backend, result.case.dtype), []).append(result)
    return [_row(*key, found) for key, found in groups.items() if len(found) > 1]


def _row(program: str, backend: str, dtype: str, found: list[Result]) -> OverSeeds:
    trained = all(result.case.whole for result in found)
    test = equivalence(
        [result.gap for result in found],
        margin=tolerances.SEEDS_MARGIN if trained else tolerances.MARGIN,
        alpha=tolerances.ALPHA,
    )
    accuracy = {side: sum(result.accuracy[side] for result in found) / len(found) for side in ("legacy", "twin")}
    return OverSeeds(program, backend, dtype, tuple(result.case.seed for result in found), accuracy, test)
