"""What became of every recurrent loop of a script, as a table."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from legacy_tf1 import modules

__all__ = ["Row", "place", "table"]


@dataclass(frozen=True)
class Row:
    """One loop: where the script asks for it, its cell, and what it became or why it was left."""

    line: str
    call: str
    cell: str
    units: str
    steps: str
    became: str
    changed: bool


def place(call: str) -> tuple[str, str]:
    """The script's line, and the function of TensorFlow's rnn module that it called."""
    where = modules.caller()
    frame = sys._getframe(1)
    while frame is not None and not modules.in_world(frame):
        if frame.f_globals.get("__name__") == "tensorflow.python.ops.rnn" and "rnn" in frame.f_code.co_name:
            call = frame.f_code.co_name
        frame = frame.f_back
    return f"{Path(where[0]).name}:{where[1]}" if where else "?", call


def table(rows: list[Row]) -> str:
    """The rows as text, one line each under a headline."""
    if not rows:
        return "fast: the script asked for no recurrent loop"
    heads = ("line", "call", "cell", "units", "steps", "became")
    lines = [heads, *([str(getattr(row, head)) for head in heads] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(heads))]
    told = sum(row.changed for row in rows)
    text = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    return "\n".join([f"fast: {told} of {len(rows)} recurrent loops changed", *text])
