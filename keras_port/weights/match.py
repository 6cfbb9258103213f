"""Which cell of a checkpoint belongs to which layer of a Keras model.

A cell fits a layer if there are rows for the two and every shape agrees.
Where several fit, names decide (a scope with the layer's name in it, forward
and backward), then whatever has only one partner left, and last the order of
numbers: cell_0, cell_1, ... Anything else is refused, not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from keras_port.weights.cells import BY_NAME, KERAS_CLASSES, ROWS
from keras_port.weights.names import Group
from keras_port.weights.rows import COPY, Row

# Names that Keras gives to layers by itself.
_AUTOMATIC = {
    "batch_normalization", "bidirectional", "bidirectional_rnn", "conv1d", "conv2d", "conv3d", "dense", "dynamic_rnn",
    "embedding", "functional", "gru", "lstm", "rnn", "sequential", "simple_rnn", "time_distributed",
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A layer or cell of a model with weights of its own.

    Attributes:
        path: what its variables' paths have in common.
        keras_class: as Keras's registry calls it.
        paths: its variables' names -> paths.
        shapes: its variables' paths -> shapes.
        forget_bias: what it adds at run time, as a cell of keras_port.layers does, or None.
    """

    path: str
    keras_class: str
    paths: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    forget_bias: float | None


@dataclass
class Match:
    """What was found.

    Attributes:
        rows: for load_state and dump_state.
        cells: TF1 name -> (cell, Keras class).
        problems: one line per layer for which there is no cell, or more than one.
    """

    rows: list[Row]
    cells: dict[str, tuple[str, str]]
    problems: list[str]


def targets(model) -> list[Target]:
    """All layers and cells of the model that own weights, in the model's order."""
    import keras

    found, seen = [], set()
    for layer in _layers_in(model, set()):
        own = [v for v in [*layer._trainable_variables, *layer._non_trainable_variables] if id(v) not in seen]
        own = [v for v in own if "seed" not in v.name]
        if not own:
            continue
        seen.update(id(v) for v in own)
        found.append(
            Target(
                path=own[0].path.rpartition("/")[0],
                keras_class=keras.saving.get_registered_name(type(layer)),
                paths={v.name: v.path for v in own},
                shapes={v.path: tuple(v.shape) for v in own},
                forget_bias=getattr(layer, "forget_bias", None),
            )
        )
    return found


def _layers_in(layer, seen: set[int]):
    """All layers in it, each once and before its own, in order; Keras's `_flatten_layers` turns nested ones round."""
    for inner in layer._layers:
        if id(inner) not in seen:
            seen.add(id(inner))
            yield inner
            yield from _layers_in(inner, seen)


def match(
    model, groups: list[Group], shapes: Mapping[str, tuple], told: Mapping[str, float], asked: float | None
) -> Match:
    """The rows between the groups of a checkpoint and a Keras model.

    The forget bias of every cell is `asked`, the user's word; where that is
    None, what the graph told of the cell's scope, else TF1's default.
    """
    wanted = targets(model)
    options = {
        (t, g): rows
        for t, target in enumerate(wanted)
        for g, group in enumerate(groups)
        if (rows := _rows(target, group, shapes, told, asked))
    }
    pairs = _pair([t.path for t in wanted], [g.scope for g in groups], options)
    found = Match([], {}, [])
    free = [g for g in range(len(groups)) if g not in pairs.values()]
    for t, target in enumerate(wanted):
        if t in pairs:
            rows, cell = options[t, pairs[t]]
            found.problems += _bias_problems(target, groups[pairs[t]].scope, told, asked)
        else:
            rows, cell = _plain(target, [groups[g] for g in free], shapes), "dense"
        if rows is None:
            candidates = [groups[g].scope for g in range(len(groups)) if (t, g) in options and g in free]
            found.problems.append(_problem(target, candidates))
            continue
        found.rows += rows
        found.cells |= {name: (cell, target.keras_class) for row in rows for name in row.tf1_names}
    return found


def _bias_problems(target: Target, scope: str, told, asked) -> list[str]:
    """A cell that adds a forget bias of its own must add the one that was asked for, else what a graph told of the scope."""
    if target.forget_bias is None or asked is None and scope not in told:
        return []
    bias, whose = (told[scope], "the checkpoint's graph adds") if asked is None else (asked, "what was asked for is")
    if np.float32(bias) == np.float32(target.forget_bias):
        return []
    return [
        f"Keras {target.path} adds {target.forget_bias:g} to the forget gate of {scope}, but {whose} {bias:g}; build the "
        f"cell with forget_bias={bias:g}"
    ]


def _problem(target: Target, candidates: list[str]) -> str:
    shapes = ", ".join(f"{path} {shape}" for path, shape in target.shapes.items())
    if candidates:
        return f"Keras {shapes}: {' and '.join(candidates)} fit equally; say which with ROWS"
    if target.keras_class not in KERAS_CLASSES:
        return f"Keras {shapes}: no TF1 cell is known for {target.keras_class}; say what belongs to it with ROWS"
    return f"Keras {shapes}: no cell of the checkpoint has these shapes; build the model with the TF1 program's sizes"


def _rows(target: Target, group: Group, shapes, told, asked):
    """(rows, cell) if the group fills the whole target, every shape agreeing; else None."""
    if _opposite(target.path, group.scope):
        return None
    for cell in group.cells:
        make = ROWS.get((cell, target.keras_class))
        if make is None:
            continue
        bias = told.get(group.scope, BY_NAME[cell].forget_bias) if asked is None else asked
        try:
            rows = make(group.names, target.paths, bias or 0.0, target.shapes)
        except KeyError:  # the layer lacks a variable, or the group a role
            continue
        if _whole(rows, target, group) and all(_agrees(row, target, shapes) for row in rows):
            return rows, cell
    return None


def _whole(rows: list[Row], target: Target, group: Group) -> bool:
    """Nothing of either side is left."""
    keras = {path for row in rows for path in row.keras_paths}
    read = {name for row in rows for name in row.tf1_names}
    return keras == set(target.shapes) and read == set(group.names.values()) - idle(group)


def idle(group: Group) -> set[str]:
    """The names of variables that TF1 made and never used: the biases of normalized gates."""
    if not any(role.startswith("gamma_") for role in group.names):
        return set()
    return {group.names[role] for role in BY_NAME[group.cells[0]].idle if role in group.names} if group.cells else set()


def _agrees(row: Row, target: Target, shapes) -> bool:
    try:
        wanted = row.transform.tf1_shape(*(target.shapes[path] for path in row.keras_paths))
    except IndexError:  # another rank
        return False
    wanted = wanted if len(row.tf1_names) > 1 else (wanted,)
    return tuple(wanted) == tuple(shapes[name] for name in row.tf1_names)


def _opposite(path: str, scope: str) -> bool:
    """A forward layer and a backward cell, or the other way round."""
    way = "forward" if re.search(r"(^|/)forward", path) else "backward" if re.search(r"(^|/)backward", path) else ""
    ways = {"fw": "forward", "forward": "forward", "bw": "backward", "backward": "backward"}
    parts = [part.partition("_")[0] for part in scope.lower().split("/")]  # tf.keras: bidirectional/forward_lstm
    cell = next((ways[part] for part in reversed(parts) if part in ways), "")
    return bool(way and cell and way != cell)


def _pair(paths: list[str], scopes: list[str], options: Mapping) -> dict[int, int]:
    """Target number -> group number."""
    pairs: dict[int, int] = {}
    left = set(options)
    while left:
        chosen = _by_name(paths, scopes, left) or _only(left) or _by_number(scopes, left)
        if not chosen:
            break
        for t, g in chosen:
            pairs[t] = g
        taken = set(chosen)
        left = {(t, g) for t, g in left if not any(t == a or g == b for a, b in taken)}
    return pairs


def _by_name(paths, scopes, left):
    """A pair in which the layer's name, if a person gave it, is a part of the scope, and of no other."""
    alike = {(t, g) for t, g in left if _given(paths[t]) and _given(paths[t]) in scopes[g].split("/")}
    for t, g in sorted(alike):
        if sum(a == t for a, _ in alike) == 1 and sum(b == g for _, b in alike) == 1:
            return [(t, g)]
    return None


def _given(path: str) -> str:
    """The name of the layer at the head of a path; empty for `dense_3`, which counts the layers of a process."""
    name = path.partition("/")[0]
    return "" if re.sub(r"_\d+$", "", name) in _AUTOMATIC else name


def _only(left):
    """A layer and the only cell that is left for it, unless that is the only one for another layer too."""
    choices = Counter(t for t, _ in left)
    claims = Counter(g for t, g in left if choices[t] == 1)
    for t, g in sorted(left):
        if choices[t] == 1 and claims[g] == 1:
            return [(t, g)]
    return None


def _by_number(scopes, left):
    """As many layers as cells, all alike, whose scopes differ only in their numbers: in order."""
    for t in sorted({t for t, _ in left}):
        groups = sorted(g for a, g in left if a == t)
        alike = sorted(a for a in {a for a, _ in left} if sorted(g for x, g in left if x == a) == groups)
        patterns = {re.sub(r"_?\d+", "", scopes[g]) for g in groups}
        if len(alike) == len(groups) and len(patterns) == 1:
            return list(zip(alike, groups, strict=True))
    return None


def _plain(target: Target, free: list[Group], shapes):
    """Rows from plain variables, such as `Variable` and `Variable_1`, each by its shape; None unless just one fits."""
    loose = [group for group in free if "dense" in group.cells or "plain" in group.names]
    names = [name for group in loose for name in group.names.values()]
    rows = []
    for path, shape in target.shapes.items():
        fitting = [name for name in names if shapes[name] == shape]
        if len(fitting) != 1:
            return None
        rows.append(Row(fitting[0], (path,), COPY))
    return rows
