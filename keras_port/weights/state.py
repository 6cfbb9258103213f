"""A whole training state between TF1's names and a compiled Keras model.

The state is a dict: TF1 variable name, without ":0" -> NumPy array. It holds
the weights, or the weights and all of the optimizer:

    rnn/basic_lstm_cell/kernel           a weight
    rnn/basic_lstm_cell/kernel/Adam_1    its slot
    beta1_power                          a scalar of the optimizer
    global_step                          optional: the optimizer's iterations

Every name on both sides is accounted for, and nothing is assigned before
every check has passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from keras_port.weights.errors import WeightError
from keras_port.weights.rows import COPY, Row, Transform

GLOBAL_STEP = "global_step"


@dataclass(frozen=True, slots=True)
class Entry:
    """The TF1 names of a row, resolved to variables of one model and its optimizer."""

    names: tuple[str, ...]
    variables: tuple
    transform: Transform
    weights: bool

    def to_tf1(self, arrays) -> dict[str, np.ndarray]:
        """Keras arrays -> TF1 name -> array."""
        return dict(zip(self.names, _listed(self.transform.to_tf1(arrays, weights=self.weights)), strict=True))

    def pairs(self, arrays: Mapping[str, np.ndarray]):
        """(variable, array to assign) for each Keras variable."""
        found = self.transform.to_keras(*(arrays[name] for name in self.names), weights=self.weights)
        return zip(self.variables, found, strict=True)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """TF1 name -> the shape it must have."""
        shapes = self.transform.tf1_shape(*(tuple(v.shape) for v in self.variables))
        several = len(self.names) > 1
        return dict(zip(self.names, shapes if several else [shapes], strict=True))


def to_numpy(variable) -> np.ndarray:
    """A Keras variable's numbers, on every backend."""
    return np.array(variable.numpy())


def _listed(arrays) -> tuple:
    return arrays if isinstance(arrays, tuple) else (arrays,)


class State:
    """The variables of a model and its optimizer under TF1's names, found once for many loads and dumps.

    Raises WeightError where the rows and the model do not fit.
    """

    def __init__(self, model, rows: Iterable[Row]):
        self.model = model
        self.weights = weight_entries(model, rows)
        self.slots = _optimizer_entries(model, self.weights)

    def values(self, arrays: Mapping[str, np.ndarray]) -> list[tuple]:
        """What `load_state` assigns: pairs of a Keras variable and its array. Raises as it does."""
        arrays = {name: np.asarray(array) for name, array in arrays.items()}
        resumed = any(name in arrays for entry in self.slots for name in entry.names)
        entries = [*self.weights, *self.slots] if resumed else self.weights

        problems = [*_name_problems(self.model, entries, arrays)]
        for entry in entries:
            problems += _array_problems(entry, arrays)
        if problems:
            raise WeightError(self.model.name, problems)

        plan = [pair for entry in entries for pair in entry.pairs(arrays)]
        if wrong := [v.path for v, array in plan if tuple(v.shape) != array.shape]:
            raise WeightError(self.model.name, [f"the rows do not cut TF1's arrays to the shape of {', '.join(wrong)}"])
        if not resumed and self.slots:
            plan += _fresh_slots(self.model.optimizer)
        if GLOBAL_STEP in arrays:
            plan.append((self.model.optimizer.iterations, arrays[GLOBAL_STEP]))
        return plan

    def arrays(self, read) -> dict[str, np.ndarray]:
        """What `dump_state` returns; `read` gives the numbers of a Keras variable."""
        found = {}
        for entry in (*self.weights, *self.slots):
            found |= entry.to_tf1([read(variable) for variable in entry.variables])
        return found


def load_state(model, rows: Iterable[Row], arrays: Mapping[str, np.ndarray]) -> None:
    """Assign a TF1 state to a Keras model and its optimizer, all or nothing.

    With slots in `arrays`, all of them must be there, and `global_step`, if
    it is there, becomes the optimizer's iterations (else those stay). Without
    any, the optimizer is set back to the state TF1 starts from.

    Raises WeightError, which lists every name that is missing, unread or
    unassigned, and every array of a wrong shape or dtype or with a NaN in it.
    """
    for variable, value in State(model, rows).values(arrays):
        variable.assign(value)


def dump_state(model, rows: Iterable[Row]) -> dict[str, np.ndarray]:
    """The model's weights and optimizer slots under their TF1 names.

    The inverse of `load_state`, without the step count. A forget bias comes
    back as (b + 1) - 1, see `Transform.to_tf1`. Raises WeightError.
    """
    return State(model, rows).arrays(to_numpy)


def gradients_to_tf1(model, rows: Iterable[Row], gradients: Sequence) -> dict[str, np.ndarray]:
    """Gradients under TF1 names and in TF1's layout.

    `gradients` runs parallel to `model.trainable_variables`. Raises
    WeightError where there are more or fewer of them, or one is None.
    """
    variables = model.trainable_variables
    if len(gradients) != len(variables):
        wrong = f"{len(gradients)} gradients for {len(variables)} trainable variables"
        raise WeightError(model.name, [wrong])
    known = dict(zip(map(id, variables), gradients, strict=True))
    entries = [
        entry for entry in weight_entries(model, rows) if all(id(variable) in known for variable in entry.variables)
    ]
    missing = [
        f"{variable.path}: its gradient is None; the loss does not depend on it"
        for entry in entries
        for variable in entry.variables
        if known[id(variable)] is None
    ]
    if missing:
        raise WeightError(model.name, missing)
    found = {}
    for entry in entries:
        arrays = [np.asarray(known[id(variable)]) for variable in entry.variables]
        found |= replace(entry, weights=False).to_tf1(arrays)
    return found


def weight_entries(model, rows: Iterable[Row]) -> list[Entry]:
    """The rows, resolved; every weight of the model must be in just one."""
    problems: list[str] = []
    entries = [
        Entry(
            row.tf1_names,
            tuple(_find(model, path, problems) for path in row.keras_paths),
            row.transform,
            weights=True,
        )
        for row in rows
    ]
    names = Counter(name for entry in entries for name in entry.names)
    problems += [f"{name}: two rows read it" for name in names if names[name] > 1]
    times = Counter(id(variable) for entry in entries for variable in entry.variables)
    for weight in model.weights:
        if times[id(weight)] != 1:
            what = "two rows assign it" if times[id(weight)] else "no row assigns it"
            problems.append(
                f"Keras {weight.path} {tuple(weight.shape)}: {what}; every weight of the model needs one row"
            )
    if problems:
        raise WeightError(model.name, problems)
    return entries


def _find(model, path: str, problems: list[str]):
    """The one variable at `layer/end/of/its/path`, or None and a problem."""
    # the path of a Sequential's variable, or of a class's own, may begin with the model's name
    exact = [v for v in model.weights if v.path == path]
    if len(exact) == 1:
        return exact[0]
    layer_name, _, end = path.partition("/")
    layers = [layer for layer in model.layers if layer.name == layer_name]
    found = [v for layer in layers for v in layer.weights if v.path.endswith(f"/{end}")]
    if len(found) == 1:
        return found[0]
    names = ", ".join(v.path for v in model.weights)
    problems.append(f"Keras path {path!r}: {len(found)} weights match; there are {names}")
    return None


def _optimizer_entries(model, weights: list[Entry]) -> list[Entry]:
    """Slots and scalars of a TF1 rule; any other optimizer has none in TF1."""
    optimizer = getattr(model, "optimizer", None)
    if not hasattr(optimizer, "slots_of"):
        return []
    optimizer.build(model.trainable_variables)
    entries = []
    for weight in weights:
        if not all(variable.trainable for variable in weight.variables):
            continue
        slots = zip(*map(optimizer.slots_of, weight.variables), strict=True)
        for suffix, variables in zip(optimizer.slot_starts(), slots, strict=True):
            names = tuple(f"{name}/{suffix}" for name in weight.names)
            entries.append(Entry(names, variables, weight.transform, weights=False))
    scalars = optimizer.scalars.items()
    return entries + [Entry((name,), (v,), COPY, weights=False) for name, v in scalars]


def _fresh_slots(optimizer) -> list[tuple]:
    """What a TF1 rule's state is before the first step."""
    plan = [(optimizer.iterations, np.zeros(()))]
    for suffix, start in optimizer.slot_starts().items():
        for variable in optimizer.slots[suffix]:
            value = np.full(tuple(variable.shape), start, variable.dtype)
            plan.append((variable, value))
    for name, start in optimizer.scalar_starts().items():
        plan.append((optimizer.scalars[name], np.float32(start)))
    return plan


def _name_problems(model, entries: list[Entry], arrays: Mapping):
    """TF1 names that are missing, and those that nothing reads."""
    expected = {name for entry in entries for name in entry.names}
    for entry in entries:
        keras = ", ".join(variable.path for variable in entry.variables)
        for name in entry.names:
            if name not in arrays:
                yield f"{name}: not among the arrays, but Keras {keras} needs it"
        if not entry.weights and entry.transform.weights_only:
            yield f"{entry.names[0]}: {entry.transform.weights_only}; compile the model anew after loading the weights"
    for name in sorted(arrays.keys() - expected - {GLOBAL_STEP}):
        yield (
            f"{name} {arrays[name].shape}: nothing reads it; leave it out, add a Row, "
            "or compile the model with the TF1 program's optimizer"
        )
    if GLOBAL_STEP in arrays:
        yield from _step_problems(model, arrays[GLOBAL_STEP])


def _step_problems(model, step: np.ndarray):
    if getattr(model, "optimizer", None) is None:
        yield f"{GLOBAL_STEP}: the model has no optimizer to count steps; compile it"
    elif step.shape != () or step.dtype.kind not in "iu" or step < 0:
        yield f"{GLOBAL_STEP}: {step!r} is not a step count; give one whole number"


def _array_problems(entry: Entry, arrays: Mapping[str, np.ndarray]):
    """A wrong shape, a wrong dtype, a NaN."""
    dtype = entry.variables[0].dtype
    keras = ", ".join(f"{v.path} {tuple(v.shape)}" for v in entry.variables)
    for name, shape in entry.shapes().items():
        if name not in arrays:
            continue
        array = arrays[name]
        if array.shape != shape:
            yield (
                f"{name}: shape {array.shape}, but Keras {keras} needs {shape}; "
                "build the model with the TF1 program's sizes"
            )
        elif array.dtype != dtype:
            yield (
                f"{name}: dtype {array.dtype}, but Keras {keras} is {dtype}; cast it, "
                "or set Keras's floatx and dtype policy before building the model"
            )
        elif np.isnan(array).any():
            count = int(np.isnan(array).sum())
            yield f"{name}: {count} of its {array.size} values are NaN"
