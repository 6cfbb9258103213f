"""What the two command lines here check in the same way. Imports nothing heavy: errors in arguments come at once."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

__all__ = ["positive", "require_writable"]


def positive(text: str) -> int:
    """An argument's type: a whole number from 1 on."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def require_writable(parser: argparse.ArgumentParser, options: argparse.Namespace, *names: str) -> None:
    """Refuse files, by the names of their options, whose folder cannot be written to."""
    for name in names:
        file: Path | None = getattr(options, name)
        if file and not os.access(file.absolute().parent, os.W_OK):
            parser.error(f"--{name}: cannot write to the folder of {file}")
