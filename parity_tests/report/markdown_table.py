"""A table in Markdown, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["lines"]


def lines(headings: Iterable[str], rows: Iterable[Iterable[str]], *, others: str = "---:") -> Iterator[str]:
    """The first column stands at the left; `others` says where the others stand: at the right, or left too by `---`."""
    headings = list(headings)
    yield _line(headings)
    yield "|---|" + f"{others}|" * (len(headings) - 1)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
