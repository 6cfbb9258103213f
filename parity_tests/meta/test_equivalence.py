"""The equivalence test against SciPy's one-sided tests, a simulation, and data that are not equal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from parity_tests.equivalence import equivalence

numbers = st.floats(-0.1, 0.1).map(lambda value: round(value, 6))


@given(st.lists(numbers, min_size=2, max_size=12).filter(lambda values: np.std(values) > 1e-6))
def test_it_is_two_one_sided_t_tests(values):
    found = equivalence(values, margin=0.05, alpha=0.05)
    above = stats.ttest_1samp(values, -0.05, alternative="greater").pvalue
    below = stats.ttest_1samp(values, 0.05, alternative="less").pvalue
    assert found.p == pytest.approx(max(above, below), rel=1e-6, abs=1e-12)
    assert found.holds == (max(above, below) < 0.05)


def test_the_power_is_how_often_equal_sides_are_shown_equal():
    draws = np.random.default_rng(1).normal(0, 0.01, (4000, 5))
    shown = np.mean([equivalence(row, margin=0.015, alpha=0.05).holds for row in draws])
    # the formula takes the deviation as known to be 0.01; five values scaled to just that have it
    scaled = draws[0] - draws[0].mean()
    found = equivalence(scaled / scaled.std(ddof=1) * 0.01, margin=0.015, alpha=0.05)
    assert found.power == pytest.approx(shown, abs=0.03)  # 4000 draws: a standard error of 0.008


def test_the_power_is_one_where_the_chance_to_miss_is_too_small_for_a_number():
    values = np.random.default_rng(1).normal(0, 1.0, 100)
    for margin in (1.0, 4.0, 1e12):
        assert equivalence(values, margin=margin, alpha=0.05).power == pytest.approx(1)


@pytest.mark.parametrize(
    ("gaps", "holds"),
    [
        ([0.001, -0.002, 0.0, 0.003, -0.001], True),
        ([0.011, 0.012, 0.011, 0.013, 0.012], False),  # surely a point apart
        ([0.04, -0.05, 0.06, -0.04, 0.0], False),  # equal on average, and far too scattered to say so
        ([0.0, 0.0, 0.0], True),
        ([0.02, 0.02, 0.02], False),
    ],
)
def test_what_it_says_of_gaps(gaps, holds):
    assert equivalence(gaps, margin=0.01, alpha=0.05).holds is holds


def test_one_seed_is_refused():
    with pytest.raises(ValueError, match="two or more"):
        equivalence([0.0], margin=0.01, alpha=0.05)
