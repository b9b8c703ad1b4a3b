"""What of a benchmark's figures ends it with 1 (bench/verdict.py)."""

import sys

import pytest

from debone import SOURCE

sys.path.insert(0, str(SOURCE / "bench"))

from verdict import under, interval, not_below_one  # noqa: E402


def test_the_median_is_held_to_a_limit():
    assert under("up", [9.15, 9.27, 9.31], 12) is None
    assert under("up", [9.15, 9.27, 40], 12) is None, "one run that was disturbed"
    assert under("up", [9, 12.5, 13], 12) == "up: 12.50 s, which is not under 12 s"


def test_the_interval_is_students_of_the_starts():
    # Of the logarithms: mean -0.022871, standard deviation 0.017417, half of it the error, 2.353 errors to either side.
    expected = pytest.approx((0.95756, 0.99762), abs=2e-5)
    assert interval([[0.96], [0.98], [1.00], [0.97]]) == expected
    assert interval([[0.5, 0.96, 2], [0.98], [1.00], [0.9, 0.97, 1]]) == expected, "a start counts by its median"
    narrow = interval([[0.99 + 0.001 * (i % 3)] for i in range(40)])
    assert 0.99 < narrow[0] < narrow[1] < 0.992


@pytest.mark.parametrize("starts", [
    [[1.0, 1.01, 0.99], [0.99, 1.0, 1.02], [1.0, 1.0, 1.0], [1.01, 1.0, 0.98]],
    [[1.2], [1.2], [1.21]],
    [[0.985], [0.98], [0.982], [0.984]],           # surely below 1, and within what no number of starts averages out
    [[0.9] * 50, [1.02] * 50, [0.85] * 50, [1.0] * 50],  # starts that differ: more turns do not make it certain
    [[0.8], [0.95]],                               # two starts tell little
])
def test_a_ratio_that_is_one_within_noise(starts):
    assert not_below_one("page", starts) is None


@pytest.mark.parametrize("starts", [[[0.95], [0.94], [0.955], [0.945]], [[0.9, 0.91, 3.0]] * 3, [[0.96]] * 12])
def test_a_ratio_that_is_not(starts):
    assert not_below_one("page", starts).startswith("page: the ratio is at most 0.9")
