"""How far a long run is: a live line on a terminal, a plain line now and then in a log."""

from __future__ import annotations

import sys
import time

__all__ = ["Progress"]

_PLAIN_EVERY = 10.0  # seconds between lines in a log


class Progress:
    """A context manager; `update(done, loss)` after every step. Writes to standard error only."""

    def __init__(self, title: str, steps: int | None):
        self.title, self.steps = title, steps
        self._bar = self._task = None
        self._started = self._told = time.monotonic()

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._bar = bar()
            self._task = self._bar.add_task(self.title, total=self.steps, loss="")
            self._bar.start()
        return self

    def __exit__(self, *_):
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, loss: float | None) -> None:
        text = "" if loss is None else f"loss {loss:.4f}"
        if self._bar is not None:
            self._bar.update(self._task, completed=done, loss=text)
        elif time.monotonic() - self._told >= _PLAIN_EVERY:
            self._told = time.monotonic()
            print(f"{self.title}: {self._so_far(done)} {text}", file=sys.stderr, flush=True)

    def _so_far(self, done: int) -> str:
        if self.steps is None:
            return f"step {done}"
        left = (time.monotonic() - self._started) / max(done, 1) * (self.steps - done)
        return f"step {done} of {self.steps}, {left:.0f} s left,"


def bar(console=None):
    """A line per task: how many of its steps are done, its field `loss`, the time left. On standard error by itself."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console or Console(stderr=True), transient=True)
