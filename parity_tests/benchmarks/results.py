"""What a run of the benchmark found: every round of every side, with the machine and the versions behind it."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import platform
from pathlib import Path

from parity_tests.benchmarks.bench import Timing
from parity_tests.benchmarks.workloads import Workload
from parity_tests.report import whole

__all__ = ["Results", "machine"]


@dataclasses.dataclass
class Results:
    """One run.

    Attributes:
        growth: the dimension that the workloads vary, or None.
        timings: one per workload, number of cores and side, in the order measured.
        complete: False where the run was cut short.
    """

    workloads: list[Workload]
    growth: str | None
    machine: dict[str, object]
    timings: list[Timing] = dataclasses.field(default_factory=list)
    complete: bool = False

    def of(self, workload: Workload, cores: int) -> list[Timing]:
        """The sides that were measured next to each other."""
        return [timing for timing in self.timings if (timing.workload, timing.cores) == (workload.name, cores)]

    @property
    def cores(self) -> list[int]:
        return list(dict.fromkeys(timing.cores for timing in self.timings))

    @property
    def versions(self) -> dict[str, dict[str, str]]:
        """Side -> package -> version."""
        return {timing.side: timing.versions for timing in self.timings if timing.versions}

    def write(self, path: Path) -> None:
        """As JSON, whole or not at all."""
        plain = {"format": 1, "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
        plain |= dataclasses.asdict(self)
        whole.write(path, json.dumps(plain, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Raises ValueError where the file is none of ours."""
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            if plain["format"] != 1:
                raise KeyError("format")
            return cls(
                [Workload(**row) for row in plain["workloads"]],
                plain["growth"],
                plain["machine"],
                [Timing(**row) for row in plain["timings"]],
                plain["complete"],
            )
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: not written by `tf1-parity bench`: {error}") from error


def machine() -> dict[str, object]:
    """What the numbers depend on; `load` is the system's own, over the last minute, before the first round."""
    said = {"system": platform.platform(terse=True), "processor": _processor(), "cores": os.cpu_count()}
    if hasattr(os, "getloadavg"):
        said["load"] = round(os.getloadavg()[0], 2)
    return said


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
