"""Run every TensorFlow script of a folder, each in a process of its own, and keep the score."""

from __future__ import annotations

import contextlib
import dataclasses
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from legacy_tf1.errors import LegacyError
from legacy_tf1.survey.child import Child, Limits
from legacy_tf1.survey.scoreboard import Progress, Scoreboard, print_table
from legacy_tf1.survey.scripts import find

__all__ = ["Limits", "survey"]


def survey(folder: Path, output: Path, limits: Limits, *, jobs: int, again: str | None = None) -> int:
    """Bring the scoreboard `output` up to date with the scripts of `folder`.

    Args:
        jobs: number of scripts that run at the same time.
        again: run scripts whose entry still holds too: `all`, or those that `failed`.

    Returns:
        0 where all scripts run, 1 where one fails, 130 after Ctrl-C: what is done is kept.

    Raises:
        LegacyError: no folder, no script in it, or no scoreboard can be kept at `output`.
    """
    if not folder.is_dir():
        raise LegacyError(f"{folder} is not a folder", remedy="name a folder with scripts; `run` is for one script")
    folder = folder.resolve()
    scripts = find(folder)
    if not scripts:
        raise LegacyError(f"no TensorFlow script below {folder}", remedy="name a folder that holds some")
    board = Scoreboard(output, folder, dataclasses.asdict(limits))
    board.keep_only({script.path for script in scripts})
    board.write(len(scripts))
    todo = {
        Child(folder, script, limits): files
        for script, files in scripts.items()
        if not board.done(script.path, files, again)
    }
    whole = _work(todo, board, jobs, total=len(scripts))
    entries = [board.entries[path] for path in sorted(board.entries)]
    print_table(entries, len(scripts))
    print(f"scoreboard: {output}")
    if not whole:
        return 130
    return 1 if any(entry["outcome"] == "fails" for entry in entries) else 0


def _work(todo: dict[Child, str], board: Scoreboard, jobs: int, *, total: int) -> bool:
    """Run the children and note each result; False where Ctrl-C came in between."""
    with contextlib.ExitStack() as stack:
        progress = stack.enter_context(Progress(len(todo)))
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        try:
            running = {pool.submit(child.run): child for child in todo}
            for future in as_completed(running):
                entry, files = future.result(), todo[running[future]]
                board.add(entry, files, total)
                progress.update(entry)
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in todo:
                child.cancel()
            if not isinstance(error, KeyboardInterrupt):
                raise
            return False
    return True
