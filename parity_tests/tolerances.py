"""How far two correct programs may differ, and why: the one table of the proof.

Both sides compute the same formula and round differently. The unit of every bound is

    gamma = u * sqrt(K * T)

with u the unit roundoff of the dtype (2**-24 or 2**-53), K = 278 the widest inputs and the widest
state of the five programs (128 + 150; no inner product of theirs is longer: 256) and T = 28 time steps: the rounding errors of a sum of
K products, carried through T steps, grow like the square root of their number when their signs
are independent. In the variants the longest sum is that of a gradient over the K = 128 images of a
batch, and T is 7 time steps times the number of layers on top of each other. One unit bounds the forward pass; the backward pass is as long again and its
products take in the forward pass's errors, which makes it four. In runs of 300 to 400 steps on
digits and MNIST the five programs used at most 0.13 units on logits, 0.04 on losses, 0.44 on
gradients and 1.1 on slots, in both dtypes.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from parity_tests.variants import VARIANTS

__all__ = ["ALPHA", "MARGIN", "PARTED", "SEEDS_MARGIN", "TABLE", "TOGETHER", "Tolerance", "length", "unit"]

K, T = 278, 28
OF_VARIANTS = 128, 7
FORWARD, BACKWARD = 1, 4


@dataclasses.dataclass(frozen=True)
class Tolerance:
    """One row: how many `unit`s a quantity may be off, relative to its largest element.

    Attributes:
        factor: the number of units; 0 asks for equality of bits.
        near_one: whether the bound grows by 1 / loss as the model becomes certain.
        reason: why just that.
    """

    factor: float
    near_one: bool
    reason: str

    def allowed(self, dtype: str, loss: float = 1.0, length: int = K * T) -> float:
        growth = max(1.0, 1.0 / loss) if self.near_one and loss > 0 else 1.0
        return self.factor * unit(dtype, length) * growth


def unit(dtype: str, length: int = K * T) -> float:
    """gamma in the given dtype: 5.3e-6 in float32, 9.8e-15 in float64 for the programs' `length`."""
    return float(np.finfo(dtype).eps) / 2 * math.sqrt(length)


def length(case) -> int:
    """K * T of a case: how many rounding errors one number has behind it."""
    if not case.variant:
        return K * T
    return math.prod(OF_VARIANTS) * VARIANTS[case.program].depth


TABLE = {
    "start": Tolerance(0, False, "conversion moves numbers and adds a forget bias of 1 to a bias of 0: nothing rounds"),
    "logits": Tolerance(FORWARD, False, "a forward pass of K-long products through T steps"),
    "loss": Tolerance(
        FORWARD,
        True,
        "the loss is -log p: an error of p counts relative to 1 - p, which is about the loss once p is near 1",
    ),
    "gradient": Tolerance(
        BACKWARD, True, "softmax's gradient is p - y: what p and y have in common cancels, as for the loss"
    ),
    "slot": Tolerance(BACKWARD, True, "a slot takes in the gradient, or its square, with a weight below 1"),
    "slot of updates": Tolerance(
        2 * BACKWARD,
        True,
        "Adadelta's sum of squared updates: an update's relative error is its gradient's, as for a weight, and its "
        "square's is twice that; where a gradient is small beside the largest of its tensor, the update is not",
    ),
    "weight": Tolerance(
        BACKWARD,
        True,
        "the update divides slots by slots, so an element's relative error is the sum of its slots' relative errors; "
        "where a gradient is small beside the largest of its tensor, that error is larger by their ratio",
    ),
}
# absolute, in u: a weight is rounded once per side, and Keras holds a forget bias of 1 inside its bias
WEIGHT_ROUNDING = 4

# rung 6: losses that differ by more have parted; sooner than TOGETHER steps is no rounding effect:
# of the five programs the RMSProp RNN parts first, after about 100 steps in float32
PARTED, TOGETHER = 1e-3, 30

# rung 7: equivalence margin, as a fraction of the test images. Training is chaotic: once two free runs
# have parted, the RMSProp RNN's accuracies after step 300 were 6.0, 0.3, 0.8 and 5.0 points apart
# (digits, seeds 1 to 4). Averaged over the ten examined steps they were 1.6, 0.2, 1.0 and 0.4 apart, their
# intervals within 2.3 points; the margin is twice that. Several seeds would narrow it.
MARGIN, ALPHA = 0.05, 0.05
# over several seeds of programs that ran to their own end: one point of accuracy, which is less than what
# another seed changes on either side alone
SEEDS_MARGIN = 0.01
