"""A copy of a folder for one script to run in, so that it finds its data and litters nothing.

The script's own folder, what lies below it, and the folders above it up to the surveyed one are real folders
of the copy; files up to SMALL are copied, larger ones and all other folders are links to the original. So
what a script writes beside itself stays in the copy, and no data set is copied.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

__all__ = ["SMALL", "mirror"]

SMALL = 2**20  # bytes
CROWDED = 500  # entries; a folder with more is data, and a link to it will do


def mirror(folder: Path, into: Path, script: Path) -> Path:
    """Copy `folder` to the new folder `into` for `script`, a file below `folder`; returns the script's copy."""
    into.mkdir()
    _fill(folder, into, list(script.relative_to(folder).parts[:-1]))
    copy = into / script.relative_to(folder)
    if copy.is_symlink():  # a script must be where it runs, however large: Python looks for its modules there
        copy.unlink()
        shutil.copyfile(script, copy)
    return copy


def _fill(source: Path, target: Path, way: list[str]) -> None:
    """`way`: the names of folders that lead on to the script; empty in its own folder and below."""
    for entry in os.scandir(source):
        copy = target / entry.name
        if entry.is_dir(follow_symlinks=False) and not _is_linked(entry, way):
            copy.mkdir()
            _fill(Path(entry), copy, way[1:])
        elif entry.is_file() and entry.stat().st_size <= SMALL and os.access(entry, os.R_OK):
            shutil.copyfile(entry, copy)
        else:
            copy.symlink_to(os.path.abspath(entry))


def _is_linked(entry: os.DirEntry, way: list[str]) -> bool:
    if way:
        return entry.name != way[0]
    return entry.name.startswith(".") or sum(1 for _ in os.scandir(entry)) > CROWDED
