"""What the names of a checkpoint say: weights, slots, averages, scalars; and which weights form a cell.

    rnn/basic_lstm_cell/kernel                              a weight, of the cell rnn/basic_lstm_cell
    rnn/basic_lstm_cell/kernel/Adam_1                       its slot
    train/rnn/basic_lstm_cell/kernel/Adam_1                 the same, made inside a scope
    rnn/basic_lstm_cell/kernel/ExponentialMovingAverage     its moving average
    beta1_power, global_step                                scalars

Source: tensorflow 1.15 python/training/slot_creator.py, moving_averages.py, saver.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from keras_port.weights.cells import BY_NAME, CELLS, CUSTOM_NAMED, LEAVES

AVERAGE = "ExponentialMovingAverage"
ROUNDING = "keras_port/forget_bias_rounding/"  # what `transfer.py` adds to a checkpoint of its own
_POWER = re.compile(r"(?:.*/)?(beta[12]_power)(?:_\d+)?$")
_STEP = re.compile(r"(?:.*/)?global_step$")
_PART = re.compile(r"(.+)/part_(\d+)$")
_LEAF = sorted(((leaf, role) for role, leaves in LEAVES.items() for leaf in leaves), key=lambda row: -len(row[0]))


@dataclass(frozen=True)
class Fact:
    """What a variable is.

    Attributes:
        what: "weight", "slot", "average", "power", "step", "rounding" or "bookkeeping".
        of: the weight that a slot or an average belongs to, or the name without its scope.
        suffix: of a slot, such as `Adam_1`.
    """

    what: str
    of: str = ""
    suffix: str = ""


@dataclass
class Group:
    """Weights that belong together: a cell, a layer, or one plain variable.

    Attributes:
        scope: what their names have in common; of a plain variable, its name.
        names: role -> TF1 name; `plain` for a plain variable.
        cells: names of the TF1 cells that it may be, the likeliest first.
        known: whether the name of its scope says so, and not only its roles.
    """

    scope: str
    names: dict[str, str]
    cells: tuple[str, ...] = ()
    known: bool = False


def classify(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Fact]:
    """Name -> Fact, for all names of a checkpoint with their shapes."""
    return {name: _fact(name, shape, shapes) for name, shape in shapes.items()}


def _fact(name: str, shape: tuple[int, ...], shapes: Mapping) -> Fact:
    if name.startswith(ROUNDING):
        return Fact("rounding", name.removeprefix(ROUNDING))
    if name.startswith("_CHECKPOINTABLE_OBJECT_GRAPH") or name.split("/")[-1] == "save_counter":
        return Fact("bookkeeping")
    if shape == () and _STEP.match(name):
        return Fact("step")
    if shape == () and (power := _POWER.match(name)):
        return Fact("power", power[1])
    head, _, last = name.rpartition("/")
    if last == AVERAGE:
        return Fact("average", _owner(head, shape, shapes) or head)
    owner = _owner(head, shape, shapes)
    return Fact("slot", owner, last) if owner else Fact("weight")


def _owner(head: str, shape: tuple[int, ...], shapes: Mapping) -> str:
    """The variable that `head`, or `head` without its first scopes, names; it has the slot's shape."""
    while head:
        if shapes.get(head) == shape:
            return head
        head = head.partition("/")[2]
    return ""


def joined_parts(names) -> dict[str, list[str]]:
    """`W/part_0`, `W/part_1`, ... as they stand in frozen graphs: W -> its parts in order."""
    found: dict[str, dict[int, str]] = {}
    for name in names:
        if part := _PART.match(name):
            found.setdefault(part[1], {})[int(part[2])] = name
    return {
        whole: [parts[k] for k in range(len(parts))]
        for whole, parts in found.items()
        if set(parts) == set(range(len(parts))) and whole not in names
    }


def groups(names, shapes: Mapping[str, tuple[int, ...]] = MappingProxyType({})) -> list[Group]:
    """The weights of `names`, by cells and layers, in natural order; `shapes`, where known, tell some cells apart."""
    found, left = _grouped(sorted(names, key=natural), _LEAF, shapes)
    # `projection/kernel` may be a part of an LSTM, or a dense layer called `projection`.
    simple, plain = _grouped(left, [(leaf, role) for leaf, role in _LEAF if "/" not in leaf], shapes)
    found += simple + [Group(name, {"plain": name}) for name in plain]
    return sorted(found, key=lambda group: natural(group.scope))


def _grouped(names: list[str], leaves: list[tuple[str, str]], shapes: Mapping) -> tuple[list[Group], list[str]]:
    """The cells that names ending in these leaves form, and the names that are in none."""
    by_scope: dict[str, dict[str, str]] = {}
    left = []
    for name in names:
        scope, role = _place(name, leaves)
        if role and role not in by_scope.get(scope, {}):
            by_scope.setdefault(scope, {})[role] = name
        else:
            left.append(name)
    found = []
    for scope, roles in by_scope.items():
        cells, known = _cells(scope, roles, _gates(roles, shapes))
        if cells:
            found.append(Group(scope, {role: roles[role] for role in LEAVES if role in roles}, cells, known))
        else:
            left += roles.values()
    return found, sorted(left, key=natural)


def _place(name: str, leaves: list[tuple[str, str]]) -> tuple[str, str]:
    """The scope and role of a name, or ("", "")."""
    for leaf, role in leaves:
        if name == leaf or name.endswith(f"/{leaf}"):
            return name[: -len(leaf)].rstrip("/"), role
    return "", ""


def _gates(roles: Mapping[str, str], shapes: Mapping) -> float:
    """How many times the units the recurrent kernel is wide; 0 if that is not known."""
    shape = shapes.get(roles.get("recurrent_kernel"), ())
    units = math.prod(shapes.get(roles.get("projection_kernel"), shape)[:-1])
    return shape[-1] / units if shape and units else 0


def _cells(scope: str, roles: Mapping[str, str], gates: float) -> tuple[tuple[str, ...], bool]:
    """The cells that have just these roles and so many gates, and whether the scope says so."""
    last = re.sub(r"_\d+$", "", scope.rpartition("/")[2])
    fitting = [
        cell
        for cell in CELLS
        if set(cell.needs) <= roles.keys() <= {*cell.needs, *cell.may} and gates in (cell.gates, 0)
    ]
    named = [cell.name for cell in fitting if last in cell.scopes]
    if named:
        return tuple(named), True
    anywhere = [cell.name for cell in fitting if not cell.scopes]
    if "dense" in anywhere and "bias" in roles:
        anywhere += [name for name in CUSTOM_NAMED if set(BY_NAME[name].needs) <= roles.keys()]
    if not anywhere:
        anywhere = [cell.name for cell in fitting if cell.name in ("LSTMCell", "LayerNormBasicLSTMCell")]
    return tuple(anywhere), False


def natural(name: str) -> list:
    """A key by which cell_2 stands before cell_10, and `Variable` before `Variable_1`."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
