"""What notebooks take from IPython, for where it is not installed: `display` prints, magics are left out.

`get_ipython()` stands in every script of the TF1 world too: a notebook saved as a script calls it.
"""

from __future__ import annotations

import sys

__all__ = ["Audio", "HTML", "Image", "Latex", "Markdown", "Math", "SVG", "clear_output", "display", "get_ipython"]


class _Shown:
    """Something that only a browser can show: it prints as what it is and where it came from."""

    def __init__(self, data=None, *arguments, filename=None, url=None, **named):
        self.data, self.source = data, filename or url

    def __repr__(self):
        return f"<{type(self).__name__} {self.source}>" if self.source else f"<{type(self).__name__}>"


class Audio(_Shown):
    """`IPython.display.Audio`."""


class HTML(_Shown):
    """`IPython.display.HTML`."""


class Image(_Shown):
    """`IPython.display.Image`."""


class Latex(_Shown):
    """`IPython.display.Latex`."""


class Markdown(_Shown):
    """`IPython.display.Markdown`."""


class Math(_Shown):
    """`IPython.display.Math`."""


class SVG(_Shown):
    """`IPython.display.SVG`."""


def display(*objects, **named) -> None:
    """Each object on a line of its own."""
    for one in objects:
        print(one)


def clear_output(wait=False) -> None:
    """A terminal keeps what was printed."""


def get_ipython() -> _Shell:
    """The shell of a notebook that runs without one."""
    return _SHELL


class _Shell:
    def run_line_magic(self, magic_name, line="", _stack_depth=1) -> None:
        print(f"note: left out: %{magic_name} {line}".rstrip(), file=sys.stderr)

    def run_cell_magic(self, magic_name, line="", cell="") -> None:
        print(f"note: left out: %%{magic_name} {line}".rstrip(), file=sys.stderr)

    def magic(self, arg_s) -> None:
        print(f"note: left out: %{arg_s}", file=sys.stderr)

    def system(self, cmd) -> None:
        print(f"note: left out: !{cmd}", file=sys.stderr)

    getoutput = system


_SHELL = _Shell()
for _name in ("clear_output", "display", "HTML", "Image"):  # `import IPython.display; IPython.display.Image(...)`
    setattr(display, _name, globals()[_name])
