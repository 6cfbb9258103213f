"""The scoreboard of a survey: a JSON file that is whole at any moment, a table, lines in a log."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import time
from pathlib import Path

import legacy_tf1
from legacy_tf1.errors import LegacyError

__all__ = ["Progress", "Scoreboard", "print_table"]

FORMAT = 1


class Scoreboard:
    """Entries by the script's path. An entry holds while its key does: its files, the limits, the product.

    Raises:
        LegacyError: the file is something else, of another folder, or cannot be written.
    """

    def __init__(self, file: Path, folder: Path, limits: dict):
        self.file, self.folder = file, folder
        self.about = dict(format=FORMAT, folder=str(folder), product=_product(), limits=limits)
        self.entries: dict[str, dict] = {}
        if file.exists():
            self.entries = {entry["path"]: entry for entry in self._read()}

    def done(self, path: str, files: str, again: str | None) -> bool:
        """Whether the script's entry still holds; `again` is `all`, `failed` or None."""
        entry = self.entries.get(path)
        if entry is None or entry["key"] != self._key(files):
            return False
        return again is None or again == "failed" and entry["outcome"] == "runs"

    def keep_only(self, paths: set[str]) -> None:
        self.entries = {path: entry for path, entry in self.entries.items() if path in paths}

    def add(self, entry: dict, files: str, total: int) -> None:
        self.entries[entry["path"]] = {**entry, "key": self._key(files)}
        self.write(total)

    def write(self, total: int) -> None:
        entries = [self.entries[path] for path in sorted(self.entries)]
        content = dict(self.about, totals=totals(entries, total), scripts=entries)
        temporary = self.file.with_name(f"{self.file.name}.part")  # a reader never sees half a file
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
            os.replace(temporary, self.file)
        except OSError as error:
            raise LegacyError(
                f"cannot write {self.file}: {error.strerror}", remedy="name another file with -o"
            ) from None

    def _key(self, files: str) -> list:
        return [files, self.about["limits"], self.about["product"]]

    def _read(self) -> list[dict]:
        try:
            content = json.loads(self.file.read_text(encoding="utf-8"))
            found = content["format"], content["folder"], content["scripts"]
        except (OSError, ValueError, KeyError, TypeError):
            raise LegacyError(f"{self.file} is not a scoreboard", remedy="name another file with -o") from None
        if found[:2] != (FORMAT, str(self.folder)):
            raise LegacyError(f"{self.file} is the scoreboard of {found[1]}", remedy="name another file with -o")
        return found[2]


def totals(entries: list[dict], total: int) -> dict:
    runs = [entry for entry in entries if entry["outcome"] == "runs"]
    return dict(
        scripts=total,
        done=len(entries),
        runs=len(runs),
        without_step=sum(not entry["steps"] for entry in runs),
        fails=len(entries) - len(runs),
    )


def print_table(entries: list[dict], total: int) -> None:
    """To standard output: a table on a terminal, else one plain line per script."""
    if sys.stdout.isatty():
        _print_rich(entries)
    else:
        for entry in entries:
            print(plain(entry))
    sums = totals(entries, total)
    missing = f"; {total - sums['done']} not done" if sums["done"] < total else ""
    without = f" ({sums['without_step']} of them without a training step)" if sums["without_step"] else ""
    print(f"{sums['runs']} of {total} scripts run{without}, {sums['fails']} fail{missing}")


def plain(entry: dict) -> str:
    return f"{entry['outcome']:5}  {entry['path']}  {entry['why']}{_losses(entry)}, {entry['seconds']:.1f} s"


def _losses(entry: dict) -> str:
    return (
        "" if entry["first_loss"] is None else f", loss {_short(entry['first_loss'])} -> {_short(entry['last_loss'])}"
    )


def _short(loss: float | str) -> str:
    return loss if isinstance(loss, str) else f"{loss:.4g}"


def _print_rich(entries: list[dict]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("script", "", "steps", "loss", "seconds", "why", box=None, header_style="bold")
    for entry in entries:
        color = "green" if entry["outcome"] == "runs" else "red"
        losses = _losses(entry).removeprefix(", loss ")
        row = (entry["path"], Text(entry["outcome"], color), str(entry["steps"]), losses, f"{entry['seconds']:.1f}")
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in (*row, entry["why"])))
    Console().print(table)


class Progress:
    """One line for every script that is done, on standard error; on a terminal with a bar below them."""

    def __init__(self, total: int):
        self.total, self.done, self._started, self._bar = total, 0, time.monotonic(), None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from legacy_tf1.progress import bar

            self._bar = bar()
            self._task = self._bar.add_task("survey", total=self.total, loss="")
            self._bar.start()
        return self

    def __exit__(self, *_):
        if self._bar is not None:
            self._bar.stop()

    def update(self, entry: dict) -> None:
        self.done += 1
        if self._bar is not None:
            self._bar.console.print(plain(entry), markup=False, highlight=False)
            self._bar.update(self._task, completed=self.done)
            return
        left = (time.monotonic() - self._started) / self.done * (self.total - self.done)
        print(f"[{self.done}/{self.total}, {left:.0f} s left] {plain(entry)}", file=sys.stderr, flush=True)


def _product() -> dict[str, str]:
    """What decides the outcome beside the scripts themselves."""
    parts = {"keras-legacy-port": legacy_tf1.__version__, "python": platform.python_version()}
    for name in ("tensorflow", "tf-keras", "tf-slim", "numpy"):
        try:
            parts[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return parts
