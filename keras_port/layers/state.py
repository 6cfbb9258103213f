"""What the parts of a cell's state are, and how states of nested cells are taken apart.

The parts of a state are HIDDEN, MEMORY (the c of an LSTM, which TF1's
DropoutWrapper leaves alone) or KEY (where a cell with dropout keeps its place
in its stream of random numbers, see keras_port.layers.noise). A KEY is no
part of TF1's state: DynamicRNN neither asks for it nor returns it.
"""

from __future__ import annotations

import keras
from keras import ops, tree

HIDDEN, MEMORY, KEY = "hidden", "memory", "key"


def kinds(cell) -> list:
    """The kind of each part of the cell's state, nested as the state is."""
    if isinstance(cell, keras.layers.StackedRNNCells):
        return [kinds(inner) for inner in cell.cells]
    if hasattr(cell, "state_kinds"):
        return list(cell.state_kinds)
    if isinstance(cell, keras.layers.LSTMCell):
        return [HIDDEN, MEMORY]
    return [HIDDEN] * len(sizes(cell))


def sizes(cell) -> list:
    """The cell's `state_size` as a list."""
    size = cell.state_size
    return list(size) if isinstance(size, (list, tuple)) else [size]


def width(cell) -> int:
    """The width of the cell's output."""
    found = getattr(cell, "output_size", None)
    while found is None or isinstance(found, (list, tuple)):
        found = (found or sizes(cell))[0]
    return found


def initial(cell, batch_size) -> list:
    """The state before the first step: zeros (batch, size), and fresh keys."""
    make = getattr(cell, "get_initial_state", None)
    if make is None:
        return [ops.zeros((batch_size, size), dtype=cell.compute_dtype) for size in sizes(cell)]
    return listed(make(batch_size=batch_size))


def listed(state) -> list:
    return list(state) if isinstance(state, (list, tuple)) else [state]


def visible(state, kind):
    """The state without its keys."""
    if isinstance(kind, str):
        return state
    return [visible(part, k) for part, k in zip(listed(state), kind, strict=True) if k != KEY]


def completed(given, fresh, kind):
    """`given`, as `visible` returns it, with the keys of `fresh`.

    Raises:
        ValueError: if `given` does not have the cell's parts.
    """
    if isinstance(kind, str):
        return given
    given, fresh = listed(given), listed(fresh)
    if len(given) == len(kind) and KEY in kind:
        return given  # the keys are there already
    if len(given) != len([k for k in kind if k != KEY]):
        shapes = tree.map_structure(lambda part: tuple(part.shape), given)
        raise ValueError(f"The initial state has the shapes {shapes}, but the cell's state is {visible(kind, kind)}.")
    parts = iter(given)
    return [own if k == KEY else completed(next(parts), own, k) for own, k in zip(fresh, kind, strict=True)]


def map_kind(function, state, kind, wanted=HIDDEN) -> list:
    """The state with `function(part, position)` in the place of each part of the wanted kind."""
    count = iter(range(10**6))

    def visit(part, k):
        if isinstance(k, str):
            position = next(count)
            return function(part, position) if k == wanted else part
        return [visit(p, inner) for p, inner in zip(listed(part), k, strict=True)]

    return visit(state, kind)


def tf1_leaves(state, kind) -> list:
    """The tensors of the state without its keys, in TF1's order: c before h."""
    if isinstance(kind, str):
        return listed(state)
    pairs = [pair for pair in zip(listed(state), kind, strict=True) if pair[1] != KEY]
    pairs.sort(key=lambda pair: pair[1] != MEMORY)
    return [leaf for part, inner in pairs for leaf in tf1_leaves(part, inner)]


def cells_in(cell):
    """The cell and every cell inside it."""
    yield cell
    inner = cell.cells if isinstance(cell, keras.layers.StackedRNNCells) else [getattr(cell, "cell", None)]
    for found in inner:
        if found is not None:
            yield from cells_in(found)
