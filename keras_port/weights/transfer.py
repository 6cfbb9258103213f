"""A checkpoint into a Keras model, and a Keras model into a checkpoint: every name with its fate.

A forget bias that Keras holds as b may lie between the numbers b_tf1 + 1 that
TF1 can make: b_tf1 = b - 1 is exact for b from 0.5 up, where trained ones are,
but a smaller b has more digits than b - 1 can keep. What is lost then goes
into one more variable of the checkpoint, under `keras_port/`; tf.train.Saver
reads what its graph has and leaves that alone, and reading it back adds it.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from keras_port.weights.checkpoint import Checkpoint
from keras_port.weights.errors import CheckpointError, WeightError
from keras_port.weights.match import idle, match
from keras_port.weights.names import ROUNDING, Fact, Group, classify, groups, joined_parts
from keras_port.weights.rows import Row, with_forget_bias
from keras_port.weights.state import GLOBAL_STEP, dump_state, load_state, weight_entries

_UNTAKEN = "no row and no layer of the model takes it"
_IDLE = "TF1 makes this bias and, with layer normalization, never uses it"
OPAQUE = (
    "the opaque parameters of one cuDNN version; restore them with TF1 on a GPU into tf.contrib.cudnn_rnn's layer, "
    "whose saver writes the canonical form (cudnn_compatible_lstm_cell/kernel), and give that checkpoint"
)


@dataclass
class Fate:
    """What became of one variable of a checkpoint.

    Attributes:
        cell: the TF1 cell that it is guessed to be a part of, or empty.
        layer, variables: the Keras class, and the paths of the Keras variables that it goes to, or empty.
        reason: why it is not used, or empty.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    cell: str = ""
    layer: str = ""
    variables: tuple[str, ...] = ()
    reason: str = ""

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass
class Contents:
    """A checkpoint's names, sorted out."""

    checkpoint: Checkpoint
    shapes: dict[str, tuple[int, ...]]
    facts: dict[str, Fact]
    groups: list[Group]
    parts: dict[str, list[str]]

    def array(self, name: str) -> np.ndarray:
        if name in self.parts:
            return np.concatenate([self.checkpoint.variables[part].read() for part in self.parts[name]])
        return self.checkpoint.variables[name].read()

    def weights(self) -> list[str]:
        return [name for name, fact in self.facts.items() if fact.what == "weight"]


def sort_out(checkpoint: Checkpoint) -> Contents:
    """What each variable of a checkpoint is."""
    shapes = {name: stored.shape for name, stored in checkpoint.variables.items() if stored.readable}
    parts = {
        whole: found for whole, found in joined_parts(shapes).items() if len({shapes[p][1:] for p in found}) == 1
    }  # fmt: skip
    for whole, found in parts.items():
        shapes[whole] = (sum(shapes[part][0] for part in found), *shapes[found[0]][1:])
        for part in found:
            del shapes[part]
    facts = classify(dict(sorted(shapes.items())))
    weights = [name for name, fact in facts.items() if fact.what == "weight"]
    return Contents(checkpoint, shapes, facts, groups(weights, shapes), parts)


def guess(contents: Contents) -> list[Fate]:
    """Every variable with its guessed cell and the Keras layer of that cell; no model is needed."""
    cells = {name: group for group in contents.groups for name in group.names.values()}
    fates = []
    for name in contents.facts:
        fate = _fate(contents, name)
        if name in cells:
            fate.cell, fate.layer, fate.reason = describe(cells[name], len(fate.shape))
            if name in idle(cells[name]):
                fate.reason = _IDLE
        fates.append(fate)
    return fates + _unreadable(contents)


def describe(group: Group, rank: int = 2) -> tuple[str, str, str]:
    """(cell, Keras layer, reason against it) of a group; `rank` is a plain variable's."""
    if "plain" in group.names:
        return "plain variable", {1: "Dense (bias)", 2: "Dense (kernel) or Embedding"}.get(rank, ""), ""
    cell = group.cells[0]
    if cell == "opaque cuDNN parameters":
        return cell, "", OPAQUE
    if group.known or cell != "dense" or len(group.cells) == 1:
        return cell, LAYERS[cell] if not _extras(group) else LAYERS[cell].replace("LSTM(", "LSTMCell("), ""
    return "dense, or a cell with a name of its own", "Dense, LSTM, SimpleRNN: by the model", ""


LAYERS = {
    "LayerNormLSTMCell": "keras_port LayerNormLSTMCell",
    "InputProjectionWrapper": "keras_port InputProjectionWrapper",
    "OutputProjectionWrapper": "keras_port OutputProjectionWrapper",
    "HighwayWrapper": "keras_port HighwayWrapper",
    "AttentionCellWrapper": "keras_port AttentionCellWrapper",
    "PhasedLSTMCell": "keras_port PhasedLSTMCell",
    "BasicRNNCell": "SimpleRNN",
    "LSTMCell": "LSTM",
    "CudnnCompatibleLSTMCell": "LSTM",
    "CoupledInputForgetGateLSTMCell": "keras_port CoupledInputForgetGateLSTMCell",
    "UGRNNCell": "keras_port UGRNNCell",
    "IntersectionRNNCell": "keras_port IntersectionRNNCell",
    "NASCell": "keras_port NASCell",
    "tf.keras SimpleRNN": "SimpleRNN",
    "tf.keras GRU": "GRU(reset_after=False, or True if its bias has 2 rows)",
    "tf.keras LSTM": "LSTM",
    "LayerNormBasicLSTMCell": "keras_port LayerNormLSTMCell",
    "CudnnCompatibleGRUCell": "GRU(reset_after=True)",
    "GRUCell": "GRU(reset_after=False)",
    "batch normalization": "BatchNormalization",
    "dense": "Dense",
    "embedding": "Embedding",
}


def _extras(group: Group) -> bool:
    return any(role.startswith(("peephole", "projection")) for role in group.names)


def _fate(contents: Contents, name: str) -> Fate:
    fact, found = contents.facts[name], contents.parts.get(name, [name])
    fate = Fate(name, contents.shapes[name], contents.checkpoint.variables[found[0]].dtype)
    fate.reason = {
        "slot": f"the optimizer's, for {fact.of}",
        "average": f"the moving average of {fact.of}",
        "power": "the optimizer's",
        "step": "the step count",
        "bookkeeping": "TensorFlow's own bookkeeping",
        "rounding": f"last digits of {fact.of}",
    }.get(fact.what, "")
    return fate


def _unreadable(contents: Contents) -> list[Fate]:
    return [
        Fate(name, stored.shape, stored.dtype, reason=stored.note)
        for name, stored in contents.checkpoint.variables.items()
        if not stored.readable
    ]


def fill(
    model,
    checkpoint: Checkpoint,
    *,
    rows: Iterable[Row] | None = None,
    forget_bias: float | None = None,
    averages: bool = False,
    weights_only: bool = False,
    skip: Iterable[str] = (),
) -> list[Fate]:
    """Load a checkpoint into a Keras model and its optimizer, all or nothing.

    Args:
        rows: which TF1 variable goes where; None finds them by names and shapes.
        forget_bias: of all cells whose Keras layer keeps it in its bias; None is what the checkpoint's graph adds
            and, where there is no graph, what the rows say, or TF1's default for the cell. A cell that adds its own
            is held to it where rows are found by names and shapes.
        averages: take moving averages (EMA shadows) for the weights that have one.
        weights_only: leave the optimizer's state, and the optimizer starts anew.
        skip: names, or patterns such as `decoder/*`, of weights that no layer takes; any other is an error.

    Returns what became of each variable. Raises CheckpointError, or
    WeightError, which names everything that does not fit.
    """
    if not model.built and not model.weights:
        raise WeightError(
            model.name,
            ["it has no weights yet, as it does not know its inputs; begin it with keras.Input(SHAPE)"],
        )
    contents = sort_out(checkpoint)
    if any("opaque" in group.names for group in contents.groups) and rows is None:
        name = next(group.names["opaque"] for group in contents.groups if "opaque" in group.names)
        raise CheckpointError(checkpoint.path, f"{name} holds cuDNN's opaque parameters", f"they are {OPAQUE}")
    found, cells = _rows_for(model, contents, rows, forget_bias)
    state, fates = _state(model, contents, found, averages, weights_only)
    _left_out(model, fates, tuple(skip))
    load_state(model, found, state)
    _add_rounding(model, contents, found)
    where = {name: row.keras_paths for row in found for name in row.tf1_names}
    for fate in fates:
        if fate.name in where:
            fate.variables = where[fate.name]
            fate.cell, fate.layer = cells.get(fate.name, ("", ""))
    return fates


def _rows_for(model, contents: Contents, rows, forget_bias):
    """The given rows, or those that names and shapes give; and the cells they belong to."""
    told = contents.checkpoint.forget_biases
    if rows is not None:
        by_name = {
            n: told[group.scope] for group in contents.groups if group.scope in told for n in group.names.values()
        }
        return with_forget_bias(rows, forget_bias, by_name), {}
    found = match(model, contents.groups, contents.shapes, told, forget_bias)
    used = {name for row in found.rows for name in row.tf1_names}
    unread = [name for name in contents.weights() if name not in used]
    if found.problems:
        unread = [f"{name} {contents.shapes[name]}: no layer of the model takes it" for name in unread]
        raise WeightError(model.name, found.problems + unread)
    return found.rows, found.cells


def _state(model, contents: Contents, rows: list[Row], averages: bool, weights_only: bool):
    """The arrays for load_state, and a Fate for every variable, those not used with their reason."""
    wanted = {name for row in rows for name in row.tf1_names}
    optimizer = None if weights_only else getattr(model, "optimizer", None)
    suffixes = set(optimizer.slot_starts()) if hasattr(optimizer, "slot_starts") else set()
    powers = set(optimizer.scalar_starts()) if hasattr(optimizer, "scalar_starts") else set()
    shadows = {f.of: name for name, f in contents.facts.items() if f.what == "average"} if averages else {}
    dtypes = {name: e.variables[0].dtype for e in weight_entries(model, rows) for name in e.names}
    frozen = {n for e in weight_entries(model, rows) if not all(v.trainable for v in e.variables) for n in e.names}
    unused = {name for group in contents.groups for name in idle(group)}
    state, fates, foreign = {}, [], set()
    for name, fact in contents.facts.items():
        fate = _fate(contents, name)
        fates.append(fate)
        key = ""
        if fact.what == "weight":
            key = name
            if name not in wanted:
                fate.reason = _IDLE if name in unused else _UNTAKEN
            elif name in shadows:
                fate.reason = f"its moving average {shadows[name]} is taken instead"
                continue
        elif fact.what == "average" and averages and fact.of in wanted:
            key = fact.of
        elif fact.what == "slot" and fact.of in wanted and fact.of not in frozen and not weights_only:
            if fact.suffix in suffixes:
                key = f"{fact.of}/{fact.suffix}"
            elif suffixes:
                foreign.add(fact.suffix)
        elif fact.what == "power" and fact.of in powers:
            key = fact.of
        elif fact.what == "step" and hasattr(optimizer, "slot_starts"):
            key = GLOBAL_STEP
        if not key or (fact.what == "weight" and key not in wanted):
            fate.reason = _not_used(fate.reason, fact, optimizer, weights_only)
            continue
        if key in state:
            fate.reason = f"there is another {key} in the checkpoint"
            continue
        state[key] = _widened(contents.array(name), dtypes.get(fact.of or name))
        fate.reason = ""
    if suffixes and not any(name.rpartition("/")[2] in suffixes and "/" in name for name in state):
        _check_optimizer(model, suffixes, foreign)
        _leave_powers(state, fates, contents.facts)
    return state, fates + _unreadable(contents)


def _left_out(model, fates: list[Fate], skip: tuple[str, ...]) -> None:
    """Weights that nothing takes are left out on request only."""
    problems = []
    for fate in fates:
        if fate.reason != _UNTAKEN:
            continue
        if any(fnmatch.fnmatchcase(fate.name, pattern) for pattern in skip):
            fate.reason += "; left out on request"
        else:
            problems.append(
                f"{fate.name} {fate.shape}: {_UNTAKEN}; add the layer, or leave it out (--skip {fate.name})"
            )
    if problems:
        raise WeightError(model.name, problems)


def _not_used(reason: str, fact: Fact, optimizer, weights_only: bool) -> str:
    if fact.what in ("slot", "power", "step"):
        if weights_only:
            return f"{reason}; only weights were asked for"
        if not hasattr(optimizer, "slot_starts"):
            return f"{reason}; the model is not compiled with an optimizer of keras_port"
    return reason


def _check_optimizer(model, suffixes, foreign) -> None:
    """Refuse slots of another optimizer: training would go on from nowhere."""
    if foreign:
        found, own = ", ".join(sorted(foreign)), ", ".join(sorted(suffixes))
        raise WeightError(
            model.name,
            [
                f"the checkpoint's optimizer has the slots {found}, the model's has {own}; compile the model with the "
                "TF1 program's optimizer, or ask for the weights alone (--weights-only)"
            ],
        )


def _leave_powers(state, fates: list[Fate], facts: dict[str, Fact]) -> None:
    """Without slots the optimizer starts anew, so that the decay of its averages does too."""
    for fate in fates:
        if facts[fate.name].what == "power" and not fate.reason:
            del state[facts[fate.name].of]
            fate.reason = "the optimizer's; the checkpoint has no slots"


def _widened(array: np.ndarray, dtype) -> np.ndarray:
    """In a wider floating-point dtype, if the model has that: exact."""
    wide = dtype and array.dtype.name in ("float16", "bfloat16", "float32") and dtype in ("float32", "float64")
    return array.astype(dtype) if wide and np.dtype(dtype).itemsize > array.dtype.itemsize else array


def _add_rounding(model, contents: Contents, rows: list[Row]) -> None:
    """Give forget biases the digits that TF1's layout could not hold."""
    roundings = {f.of: name for name, f in contents.facts.items() if f.what == "rounding"}
    for entry in weight_entries(model, rows):
        if entry.names[0] in roundings and entry.transform.shift:
            lost = contents.array(roundings[entry.names[0]])
            (variable,), (part,) = entry.variables, entry.transform.to_keras(lost, weights=False)
            variable.assign(variable.numpy() + part)


def tf1_state(model, rows: Iterable[Row]) -> dict[str, np.ndarray]:
    """Everything that a TF1 checkpoint of this model holds: weights, lost digits, and an optimizer of keras_port's state."""
    rows = list(rows)
    state = dump_state(model, rows)
    for entry in weight_entries(model, rows):
        if entry.transform.shift:
            (name,) = entry.names
            (held,) = (variable.numpy() for variable in entry.variables)
            (again,) = entry.transform.to_keras(state[name], weights=True)
            lost = entry.transform.to_tf1([held - again], weights=False)
            if lost.any():
                state[ROUNDING + name] = lost
    if hasattr(getattr(model, "optimizer", None), "slot_starts"):
        state[GLOBAL_STEP] = np.asarray(model.optimizer.iterations.numpy(), np.int64)
    return state


def rows_like(model, checkpoint: Checkpoint, forget_bias: float | None = None) -> list[Row]:
    """The rows between a model and a checkpoint's names, for writing back under those. Raises WeightError."""
    return _rows_for(model, sort_out(checkpoint), None, forget_bias)[0]


def untouched(state: Mapping, checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """What the checkpoint holds beside `state`: a TF1 Saver of the same graph asks for it too."""
    contents = sort_out(checkpoint)
    gone = {name for name, fact in contents.facts.items() if fact.what == "rounding"}
    gone.update(*(contents.parts.get(name, [name]) for name in state))
    return checkpoint.arrays([name for name, s in checkpoint.variables.items() if s.readable and name not in gone])
