"""The table of cases: which programs are proven, and how one proof is run. `variants` holds the small ones."""

from __future__ import annotations

import dataclasses
import json

from parity_tests.variants import STEPS as VARIANT_STEPS
from parity_tests.variants import VARIANTS

__all__ = ["BACKENDS", "PROGRAMS", "Case", "Program", "cases_from_json", "cases_to_json", "own_steps", "work"]

# Keras backend -> the package that it needs
BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


@dataclasses.dataclass(frozen=True)
class Program:
    """One row: a TF1 program and its Keras twin, both called `name`.

    Attributes:
        cell: the TF1 cell and loop, for tables.
        optimizer: the TF1 optimizer, for tables.
        steps: training steps of the program itself.
        work: what one step costs, in steps of a variant.
    """

    name: str
    cell: str
    optimizer: str
    steps: int
    work: int


PROGRAMS = {
    program.name: program
    for program in (
        Program("basic_rnn", "BasicRNNCell 150, dynamic_rnn", "RMSProp", 3001, 3),
        Program("lstm_zero_state", "BasicLSTMCell 150, dynamic_rnn", "Adam", 7813, 10),
        Program("lstm_projection", "hidden layer, BasicLSTMCell 128, dynamic_rnn", "Adam", 782, 9),
        Program("static_lstm", "BasicLSTMCell 128, static_rnn", "Adam", 781, 9),
        Program("lstm_rows", "BasicLSTMCell 28, dynamic_rnn", "Adam", 1000, 2),
    )
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One proof: a program, and everything that decides its numbers.

    Attributes:
        program: a name in PROGRAMS or VARIANTS.
        steps: training steps of 128 images.
        seed: graph seed, which decides start weights and batch order.
        dtype: `float32` or `float64`.
        data: `digits`, `mnist` or a folder with the four IDX files.
        backend: the Keras side's, a name in BACKENDS.
    """

    program: str
    steps: int = 300
    seed: int = 1
    dtype: str = "float32"
    data: str = "digits"
    backend: str = "tensorflow"

    @property
    def label(self) -> str:
        """The case in tables: its program, and what is not the default."""
        backend = "" if self.backend == "tensorflow" else f", {self.backend}"
        dtype = "" if self.dtype == "float32" else f", {self.dtype}"
        return f"{self.program}{backend}{dtype}" + ("" if self.seed == 1 else f", seed {self.seed}")

    @property
    def variant(self) -> bool:
        """A small case, of the table of variants."""
        return self.program in VARIANTS

    @property
    def whole(self) -> bool:
        """The program runs to its own end."""
        return self.steps >= own_steps(self.program)

    @property
    def examined(self) -> frozenset[int]:
        """The steps after which both sides are tested: ten or eleven of the last third, the last one among them."""
        return frozenset(range(self.steps - 1, self.steps * 2 // 3 - 1, -max(1, self.steps // 30)))


def cases_to_json(cases: list[Case]) -> str:
    """What an engine that runs them one after the other is told."""
    return json.dumps([dataclasses.asdict(case) for case in cases])


def cases_from_json(text: str) -> list[Case]:
    return [Case(**case) for case in json.loads(text)]


def own_steps(program: str) -> int:
    """The steps of a program's, or a variant's, own run."""
    return VARIANT_STEPS if program in VARIANTS else PROGRAMS[program].steps


def work(case: Case) -> int:
    """How long a case takes, compared with others."""
    return case.steps * (1 if case.variant else PROGRAMS[case.program].work)
