"""`parity_report.json`: every rung of every program, with the versions and the data behind it."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import os
import platform
from pathlib import Path

from parity_tests import tolerances
from parity_tests.prove import Result
from parity_tests.report import whole
from parity_tests.seeds import OverSeeds

__all__ = ["write"]


def write(path: Path, results: list[Result], over_seeds: list[OverSeeds], *, data: str, complete: bool) -> None:
    """Write the report atomically; `complete` is False where the run was cut short."""
    report = {
        "format": 1,
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "complete": complete,
        "proven": complete
        and bool(results)
        and all(result.proven for result in results)
        and all(row.holds for row in over_seeds),
        "data": data,
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "tolerances": {name: dataclasses.asdict(row) for name, row in tolerances.TABLE.items()},
        "programs": [_plain(dataclasses.asdict(result)) for result in results],
        "over_seeds": [_plain(dataclasses.asdict(row)) for row in over_seeds],
    }
    whole.write(path, json.dumps(report, indent=1, allow_nan=False) + "\n")


def _plain(value):
    """JSON knows neither NaN nor arbitrary objects."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
