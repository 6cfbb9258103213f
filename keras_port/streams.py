"""The ends of a command's output: a closed pipe, `keras-port list | head -1`, and streams that were never open, `2>&-`."""

from __future__ import annotations

import functools
import os
import select
import sys
from collections.abc import Callable

__all__ = ["STATUS", "is_cause", "quietly"]

STATUS = 141  # what a shell shows of a program that such a pipe has ended: 128 + SIGPIPE


def quietly(main: Callable[..., int]) -> Callable[..., int]:
    """The entry `main(argv)` of a command, which on a closed pipe then returns STATUS and says nothing."""

    @functools.wraps(main)
    def entry(argv: list[str] | None = None) -> int:
        _open_missing()
        try:
            try:
                return main(argv)
            finally:
                for stream in _streams():  # what is left in them: at its end the interpreter would complain
                    stream.flush()
        except (BrokenPipeError, SystemExit) as error:
            if not is_cause(error):
                raise
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in _streams():
            if _is_closed(stream):
                os.dup2(null, stream.fileno())
        return STATUS

    return entry


def is_cause(error: BaseException) -> bool:
    """Whether it is a closed pipe of this process's output that the error speaks of, and not one to another process."""
    if isinstance(error, SystemExit):  # Rich makes one of it, and points the output elsewhere
        return isinstance(error.__context__, BrokenPipeError)
    return isinstance(error, BrokenPipeError) and any(map(_is_closed, _streams()))


def _open_missing() -> None:
    """Standard output and error that whoever started the command has closed: they lead nowhere."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, "w", encoding="utf-8")
            try:
                os.fstat(number)
            except OSError:  # else the next file that anyone opens takes the number, and gets what is printed
                os.dup2(stream.fileno(), number)
            setattr(sys, name, stream)


def _streams() -> list:
    return [one for one in (sys.__stdout__, sys.__stderr__) if one is not None and not one.closed]


def _is_closed(stream) -> bool:
    asked = select.poll()
    asked.register(stream, 0)
    return bool(asked.poll(0))
