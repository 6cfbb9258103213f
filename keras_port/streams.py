"""A command's output that nobody reads any more, `keras-port list | head -1`, that finds no room, or is not open, `2>&-`.

For the three commands of this distribution.
"""

from __future__ import annotations

import errno
import functools
import os
import select
import sys
from collections.abc import Callable

__all__ = ["STATUS", "is_cause", "quietly"]

STATUS = 141  # what a shell shows of a program that such a pipe has ended: 128 + SIGPIPE


def quietly(main: Callable[..., int]) -> Callable[..., int]:
    """The entry `main(argv)` of a command, which then returns STATUS on a closed pipe and says nothing."""

    @functools.wraps(main)
    def entry(argv: list[str] | None = None) -> int:
        _open_missing()
        try:
            try:
                return main(argv)
            finally:
                for stream in _streams():  # what is left in them: at its end the interpreter would complain
                    stream.flush()
        except (OSError, SystemExit) as error:
            if is_cause(error):
                status = STATUS
            elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
                print(f"error: {error}", file=sys.stderr)
                status = 1
            else:
                raise
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in _streams():
            if not _can_be_written(stream):
                os.dup2(null, stream.fileno())
        return status

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
            stream = open(os.devnull, "w", encoding="utf-8", errors="backslashreplace")
            try:
                os.fstat(number)
            except OSError:  # else the next file that anyone opens takes the number, and gets what is printed
                os.dup2(stream.fileno(), number)
            if stream.fileno() == number:
                os.set_inheritable(number, True)  # programs that the command starts print as well
            setattr(sys, name, stream)


def _streams() -> list:
    return [one for one in (sys.__stdout__, sys.__stderr__) if one is not None and not one.closed]


def _can_be_written(stream) -> bool:
    try:
        stream.flush()
    except OSError:
        return False
    return not _is_closed(stream)


def _is_closed(stream) -> bool:
    asked = select.poll()
    asked.register(stream, 0)
    return bool(asked.poll(0))
