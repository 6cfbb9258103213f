"""What is timed: training on (batch, time, 28) images, feeding included."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WORKLOADS", "Workload"]


@dataclass(frozen=True)
class Workload:
    """One row.

    Attributes:
        cell: `rnn` (RMSProp, on the images) or `lstm` (Adam, behind a linear layer as wide as the LSTM).
    """

    name: str
    cell: str
    units: int
    batch: int = 128
    time: int = 28

    @property
    def arguments(self) -> list[str]:
        return [self.cell, *map(str, (self.batch, self.time, self.units))]


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("RNN 150, RMSProp", "rnn", 150),
        Workload("projection + LSTM 128, Adam", "lstm", 128),
    )
}
