"""Two one-sided t-tests: are two sides equal within a margin, and how surely would the test have seen it?

Source: D. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach for
assessing the equivalence of average bioavailability", 1987.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

__all__ = ["Equivalence", "equivalence"]


@dataclasses.dataclass(frozen=True)
class Equivalence:
    """What the test found; every number in the unit of the differences.

    Attributes:
        n: paired differences.
        mean: of the differences.
        deviation: their standard deviation.
        bound: the farther end of the (1 - 2 alpha) interval of the mean, as a magnitude.
        margin: what still counts as equal.
        p: the larger of the two one-sided p-values.
        power: the chance to be shown equal where the true difference is zero and the deviation is this one.
        holds: whether `bound` is below `margin`, which is to say p < alpha.
    """

    n: int
    mean: float
    deviation: float
    bound: float
    margin: float
    p: float
    power: float
    holds: bool


def equivalence(differences, *, margin: float, alpha: float) -> Equivalence:
    """Test paired differences (n,) against plus and minus `margin`, each side at level `alpha`.

    Raises:
        ValueError: fewer than two differences.
    """
    from scipy import special  # scipy.stats takes four times as long to import

    differences = np.asarray(differences, float)
    n = differences.size
    if n < 2:
        raise ValueError(f"{n} paired differences; an equivalence test needs two or more")
    mean, deviation = float(differences.mean()), float(differences.std(ddof=1))
    error, critical = deviation / math.sqrt(n), float(special.stdtrit(n - 1, 1 - alpha))
    bound = abs(mean) + critical * error
    holds = bound < margin
    if error == 0:  # every difference is the same number
        return Equivalence(n, mean, deviation, bound, margin, float(not holds), 1.0, holds)
    p = float(special.stdtr(n - 1, (abs(mean) - margin) / error))
    # both tests must reject: at a true difference of zero each fails with the same noncentral t probability
    missed = float(np.nan_to_num(special.nctdtr(n - 1, margin / error, critical)))  # NaN where it is too small to be known
    return Equivalence(n, mean, deviation, bound, margin, p, max(0.0, 1 - 2 * missed), holds)
