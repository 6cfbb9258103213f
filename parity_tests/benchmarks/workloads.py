"""What is timed: one step on a batch of (batch, time, 28) images, feeding included."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

__all__ = ["GROWTH", "WORKLOADS", "Workload", "growing"]


@dataclass(frozen=True)
class Workload:
    """One row.

    Attributes:
        cell: `rnn` (RMSProp, on the images) or `lstm` (Adam, behind a linear layer as wide as the LSTM).
        task: `train`, a whole training step, or `infer`, the logits of a batch.
    """

    name: str
    cell: str
    units: int
    batch: int = 128
    time: int = 28
    task: str = "train"

    @property
    def arguments(self) -> list[str]:
        return [self.task, self.cell, *map(str, (self.batch, self.time, self.units))]


_RNN, _LSTM = ("rnn", 150), ("lstm", 128)

WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("RNN 150, RMSProp", *_RNN),
        Workload("projection + LSTM 128, Adam", *_LSTM),
        Workload("RNN 150, one sequence", *_RNN, batch=1, task="infer"),
        Workload("RNN 150, batches of 128", *_RNN, task="infer"),
        Workload("projection + LSTM 128, one sequence", *_LSTM, batch=1, task="infer"),
        Workload("projection + LSTM 128, batches of 128", *_LSTM, task="infer"),
    )
}

# how a step of the LSTM grows: what is varied -> its values; the rest stays as in the second workload
GROWTH = {
    "time": (7, 14, 28, 56, 112, 224, 448),
    "units": (16, 32, 64, 128, 256, 512),
    "batch": (8, 16, 32, 64, 128, 256, 512),
}


def growing(dimension: str) -> list[Workload]:
    """The training step of the LSTM, once per value of `time`, `units` or `batch`."""
    one = WORKLOADS["projection + LSTM 128, Adam"]
    return [
        dataclasses.replace(one, name=f"LSTM, {dimension} {value}", **{dimension: value}) for value in GROWTH[dimension]
    ]
