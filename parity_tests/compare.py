"""The parity ladder: two traces of one case, frame by frame, up to the first divergence.

    1 start      weights and slots before the first step, after conversion: bit for bit
    2 forward    logits and loss on the first batch
    3 gradient   the gradient of every variable on the first batch
    4 update     weights and slots after one step
    5 lock-step  at every step, from the legacy side's state: loss, weights and slots
    6 free run   both train alone: the step at which their losses part
    7 accuracy   on the full test set, averaged over ten steps of the last third: an equivalence test

The bounds and their reasons stand in `tolerances.py`.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from parity_tests import tolerances
from parity_tests.equivalence import equivalence
from parity_tests.tolerances import TABLE
from parity_tests.trace import Frame, part

__all__ = ["RUNGS", "Divergence", "Ladder", "Rung"]

RUNGS = ("start", "forward", "gradient", "update", "lock-step", "free run", "accuracy")

# slot suffix -> how it grows with the gradient: a mean or sum of gradients, or of their squares
_DEGREE = {
    "Adadelta": 2,
    "Adadelta_1": 2,
    "Adagrad": 2,
    "AdagradDA": 1,
    "AdagradDA_1": 2,
    "Adam": 1,
    "Adam_1": 2,
    "Ftrl": 2,
    "Ftrl_1": 1,
    "Momentum": 1,
    "ProximalAdagrad": 2,
    "RMSProp": 2,
    "RMSProp_1": 1,
    "RMSProp_2": 1,
}

# a slot that takes in updates -> the slot whose root the gradient was divided by
_OF_UPDATES = {"Adadelta_1": "Adadelta"}

_TINY = float(np.finfo(np.float32).tiny)


@dataclasses.dataclass(frozen=True)
class Divergence:
    """The first place where two traces part."""

    rung: str
    step: int | None
    quantity: str
    index: tuple[int, ...] | None
    legacy: object
    twin: object
    difference: float
    allowed: float
    why: str = ""

    def __str__(self) -> str:
        where = f"step {self.step}, " if self.step is not None else ""
        index = list(self.index) if self.index else ""
        if self.why:
            return f"{self.rung}: {where}{self.quantity}: {self.why} (legacy {self.legacy}, twin {self.twin})"
        return (
            f"{self.rung}: {where}{self.quantity}{index}: legacy {self.legacy!r}, twin {self.twin!r}, "
            f"{self.difference:.3g} apart where {self.allowed:.3g} is allowed"
        )


@dataclasses.dataclass
class Rung:
    """What was found on one rung.

    Attributes:
        holds: None until something was compared.
        difference: the largest difference, relative to the largest element of its array.
        of_bound: the largest share of its bound that any element used; above 1 the rung breaks.
        note: the rung's own words (`parted after 110 steps`).
    """

    name: str
    holds: bool | None = None
    difference: float = 0.0
    of_bound: float = 0.0
    note: str = ""


class Ladder:
    """Climbs frame by frame; `rungs` and `divergence` can be read at any time.

    Args:
        dtype: `float32` or `float64`, the dtype that every compared array must have.
        labels: the test set's labels, (n,).
        length: how many rounding errors a number has behind it, see `tolerances.length`.
    """

    def __init__(self, dtype: str, labels: np.ndarray, length: int = tolerances.K * tolerances.T):
        self.dtype, self.labels, self.length = dtype, labels, length
        self.rungs = {name: Rung(name) for name in RUNGS}
        self.divergence: Divergence | None = None
        self.steps = 0
        self.parted: int | None = None
        self.accuracy: dict[str, float] = {}
        self.gap: float | None = None  # legacy minus twin, mean accuracy over the examined steps
        self._right: list[np.ndarray] = []
        self._before: dict[str, np.ndarray] = {}

    @property
    def proven(self) -> bool:
        """Every rung was reached and holds."""
        return all(rung.holds for rung in self.rungs.values())

    def frame(self, legacy: Frame, twin: Frame) -> None:
        """Compare two frames that stand at the same place of their traces."""
        if legacy.kind != twin.kind or legacy.meta.get("index") != twin.meta.get("index"):
            at = [f"{frame.kind} {frame.meta.get('index', '')}".strip() for frame in (legacy, twin)]
            self._diverge("lock-step", "trace", "the traces are not equally long", *at)
        elif legacy.kind == "start":
            self._start(legacy.arrays, twin.arrays)
        elif legacy.kind == "step":
            self._step(legacy.arrays, twin.arrays)
        else:
            self._end()

    def _start(self, legacy, twin) -> None:
        pairs = self._pairs("start", part(legacy, "var"), part(twin, "var"))
        for name, a, b in pairs:
            self._check("start", name, a, b, 0.0)
        self._before = part(legacy, "var")

    def _step(self, legacy, twin) -> None:
        if "loss" not in legacy or not {"loss", "free_loss"} <= set(twin):
            self._diverge(
                "lock-step", "loss", "missing on one side", "loss" in legacy, {"loss", "free_loss"} <= set(twin)
            )
            return
        loss = float(legacy["loss"])
        names = ("update", "lock-step") if self.steps == 0 else ("lock-step",)
        if self.steps == 0:
            self._first(legacy, twin, loss)
        self._scaled(names[-1], {"loss": legacy["loss"]}, {"loss": twin["loss"]}, "loss", loss)
        for rung in names:
            self._state(rung, part(legacy, "var"), part(twin, "var"), loss)
        self._free(legacy, twin)
        self._examine(legacy, twin)
        self._before = part(legacy, "var")
        self.steps += 1

    def _first(self, legacy, twin, loss: float) -> None:
        for quantity in ("logits", "loss"):
            self._scaled("forward", {quantity: legacy.get(quantity)}, {quantity: twin.get(quantity)}, quantity, loss)
        self._scaled("gradient", part(legacy, "grad"), part(twin, "grad"), "gradient", loss)

    def _scaled(self, rung: str, legacy, twin, quantity: str, loss: float) -> None:
        """Compare arrays within a share of their largest element."""
        for name, a, b in self._pairs(rung, legacy, twin):
            allowed = self._allowed(quantity, loss) * _largest(a)
            self._check(rung, name, a, b, allowed)

    def _state(self, rung: str, legacy, twin, loss: float) -> None:
        for name, a, b in self._pairs(rung, legacy, twin):
            slots = {suffix: legacy[f"{name}/{suffix}"] for suffix in _DEGREE if f"{name}/{suffix}" in legacy}
            if slots or not _of_optimizer(name):
                allowed = self._weight_bound(name, a, slots, loss)
            else:
                scale = max(_largest(a), _largest(self._before[name]))
                variable, _, suffix = name.rpartition("/")
                if suffix in _OF_UPDATES:
                    divisor = _OF_UPDATES[suffix]
                    relative = _relative(legacy[f"{variable}/{divisor}"], _DEGREE[divisor])
                    allowed = self._allowed("slot of updates", loss) * scale * relative
                else:
                    allowed = self._allowed("slot", loss) * scale
            self._check(rung, name, a, b, allowed)

    def _allowed(self, quantity: str, loss: float) -> float:
        return TABLE[quantity].allowed(self.dtype, loss, self.length)

    def _weight_bound(self, name: str, after: np.ndarray, slots, loss: float) -> np.ndarray:
        """Allowed difference of every element of a weight, see TABLE["weight"]."""
        moved = np.abs(after - self._before[name])
        share = sum(_relative(slot, _DEGREE[suffix]) for suffix, slot in slots.items())
        if not slots:  # it moves by a rate times its gradient, whose error is a share of the largest element
            moved, share = _largest(moved), 1.0
        rounding = tolerances.WEIGHT_ROUNDING * float(np.finfo(self.dtype).eps) / 2 * (1 + _largest(after))
        with np.errstate(over="ignore"):  # no movement is bounded where a slot has all but vanished
            return rounding + moved * share * self._allowed("weight", loss)

    def _free(self, legacy, twin) -> None:
        rung = self.rungs["free run"]
        apart = abs(float(legacy["loss"]) - float(twin["free_loss"]))
        if self.parted is None and not apart <= tolerances.PARTED:
            self.parted = self.steps
            if self.steps < tolerances.TOGETHER:
                values = float(legacy["loss"]), float(twin["free_loss"])
                self._diverge("free run", "loss", f"parted within {tolerances.TOGETHER} steps", *values)
        if rung.holds is not False:
            rung.holds = True
        rung.difference = max(rung.difference, apart) if self.parted is None else rung.difference
        rung.note = "together to the end" if self.parted is None else f"parted after {self.parted} steps"

    def _examine(self, legacy, twin) -> None:
        """Keep which test images each side gets right, where both were tested after this step."""
        found = [arrays.get("predictions") for arrays in (legacy, twin)]
        if found[0] is None and found[1] is None:
            return
        shapes = [None if predictions is None else predictions.shape for predictions in found]
        if shapes != [self.labels.shape] * 2:
            self._diverge("accuracy", "predictions", "not one per test image on both sides", *shapes)
            return
        right = [predictions == self.labels for predictions in found]
        self.accuracy = {side: float(one.mean()) for side, one in zip(("legacy", "twin"), right)}
        self._right.append(right[0].astype(float) - right[1])

    def _end(self) -> None:
        if self._right:
            self._equivalent(np.mean(self._right, axis=0))

    def _equivalent(self, difference: np.ndarray) -> None:
        """Two one-sided tests, paired by image: is |mean difference| below the margin?

        Args:
            difference: (n,) how much oftener the legacy side gets an image right, over the examined steps.
        """
        rung = self.rungs["accuracy"]
        found = equivalence(difference, margin=tolerances.MARGIN, alpha=tolerances.ALPHA)
        rung.difference, rung.of_bound, rung.holds = abs(found.mean), found.bound / found.margin, found.holds
        self.gap = found.mean
        rung.note = (
            f"{100 * abs(found.mean):.2f} points apart, averaged over {len(self._right)} examined steps; "
            f"90% interval within {100 * found.bound:.2f} points; margin {100 * found.margin:.0f}"
        )
        if not rung.holds:
            self._diverge(
                "accuracy", "test accuracy", "not shown to be equivalent: " + rung.note, *self.accuracy.values()
            )

    def _pairs(self, rung: str, legacy, twin):
        """`(name, a, b)` of two sets of arrays that may be compared; anything else is a divergence."""
        if not legacy or set(legacy) != set(twin):
            only = [sorted(set(one) - set(other)) for one, other in ((legacy, twin), (twin, legacy))]
            self._diverge(
                rung, "names", "the sides do not have the same quantities", f"only {only[0]}", f"only {only[1]}"
            )
        for name in legacy:
            a, b = legacy[name], twin.get(name)
            why = _incomparable(a, b)
            if why is None:
                yield name, a, b
            elif name in twin:
                self._diverge(rung, name, *why)

    def _check(self, rung: str, name: str, a: np.ndarray, b: np.ndarray, allowed) -> None:
        """Hold every element of |a - b| to `allowed`, one number or one per element; the start to equal bits."""
        found = self.rungs[rung]
        difference = np.abs(a - b)  # of nearly equal numbers: exact in their own dtype
        exact = rung == "start"
        wrong = (a.view(f"u{a.itemsize}") != b.view(f"u{b.itemsize}")) if exact else ~(difference <= allowed)
        share = 0.0 if exact else float((difference / np.maximum(allowed, _TINY)).max(initial=0))
        found.difference = max(found.difference, float(difference.max(initial=0)) / (_largest(a) or 1.0))
        found.of_bound = max(found.of_bound, share)
        if found.holds is None:
            found.holds = True
        if wrong.any():
            index = np.unravel_index(int(np.argmax(wrong if exact else difference - allowed)), a.shape)
            place = tuple(int(i) for i in index)
            self._diverge(
                rung,
                name,
                "",
                a[place].item(),
                b[place].item(),
                place,
                difference[place],
                np.broadcast_to(allowed, a.shape)[place],
            )

    def _diverge(self, rung, quantity, why, legacy, twin, index=None, difference=math.nan, allowed=0.0) -> None:
        self.rungs[rung].holds = False
        step = None if rung in ("start", "accuracy") else self.steps
        if self.divergence is None:
            self.divergence = Divergence(
                rung, step, quantity, index, legacy, twin, float(difference), float(allowed), why
            )


def _incomparable(a, b) -> tuple[str, object, object] | None:
    """Why two arrays cannot be compared, and what stands on each side; None where they can."""
    if a is None or b is None:
        return "missing on one side", a is not None, b is not None
    if a.shape != b.shape:
        return "shapes differ", a.shape, b.shape
    if a.dtype != b.dtype:
        return "dtypes differ", str(a.dtype), str(b.dtype)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        counts = [f"{int((~np.isfinite(x)).sum())} of {x.size}" for x in (a, b)]
        return "NaN or infinity", *counts
    return None


def _of_optimizer(name: str) -> bool:
    """A slot, or a number that the optimizer keeps beside the weights."""
    return name.rpartition("/")[2] in {*_DEGREE, "beta1_power", "beta2_power", "global_step"}


def _largest(array: np.ndarray) -> float:
    return float(np.abs(array).max(initial=0))


def _relative(slot: np.ndarray, degree: int) -> np.ndarray:
    """How many times larger an element's relative error is than that of its tensor's largest element."""
    magnitude = np.abs(slot) if degree == 1 else np.sqrt(slot)
    largest = magnitude.max(initial=0)
    return largest / np.maximum(magnitude, largest * np.finfo(slot.dtype).tiny or 1)
