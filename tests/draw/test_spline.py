"""Catmull-Rom curves become cubics, and come back as what they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texelnet.draw import Contour, as_catmull_rom, catmull_rom, circle, polygon
from texelnet.draw.spline import ALPHAS, circle_factor
from texelnet.errors import DrawError


def points(seed: int, count: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 9, (count, 2))


@given(
    seed=st.integers(0, 999),
    count=st.integers(3, 12),
    alpha=st.sampled_from(list(ALPHAS)),
    closed=st.booleans(),
    longer=st.sampled_from([1.0, 0.7, 1.2]),
)
def test_a_curve_of_each_kind_comes_back_by_its_name(
    seed: int, count: int, alpha: str, closed: bool, longer: float
) -> None:
    there = catmull_rom(points(seed, count), alpha, closed, longer)
    back = as_catmull_rom(there)
    assert back.kind == alpha
    assert back.closed is closed
    assert back.longer == pytest.approx(longer, abs=1e-5)
    np.testing.assert_array_equal(back.points, points(seed, count))
    np.testing.assert_allclose(back.contour().cubics, there.cubics, atol=3e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 999), alpha=st.floats(0, 1), closed=st.booleans())
def test_an_alpha_without_a_name_is_found(seed: int, alpha: float, closed: bool) -> None:
    there = catmull_rom(points(seed), alpha, closed)
    back = as_catmull_rom(there)
    assert back.alpha == pytest.approx(alpha, abs=1e-5)
    np.testing.assert_allclose(back.contour().cubics, there.cubics, atol=3e-6)


def test_rounded_numbers_come_back_within_what_they_were_rounded_by() -> None:
    there = catmull_rom(points(1), "chordal")
    rounded = Contour(there.cubics.round(2))
    with pytest.raises(DrawError):
        as_catmull_rom(rounded)
    assert as_catmull_rom(rounded, 0.03).kind == "chordal"


def test_where_all_chords_are_equal_all_alphas_are_one() -> None:
    angles = 2 * np.pi * np.arange(7) / 7
    corners = np.stack([np.cos(angles), np.sin(angles)], -1)
    back = as_catmull_rom(catmull_rom(corners, "uniform", longer=circle_factor(7)))
    assert (back.kind, back.longer) == ("centripetal", pytest.approx(circle_factor(7)))


def test_a_circle_is_a_curve_through_its_points_with_longer_handles() -> None:
    assert as_catmull_rom(circle(segments=12)).longer == pytest.approx(circle_factor(12))


NONE = {
    "a moved handle": (
        Contour(np.add(catmull_rom(points(2)).cubics, [[0, 0], [0.3, 0], [0, 0], [0, 0]])),
        "a spline: its cubics are no Catmull-Rom curve: at best, with alpha 0.48, a handle is "
        "0.309 off\n  try: a tolerance above 1e-06",
    ),
    "a polygon": (
        polygon([[0, 0], [5, 0], [5, 3], [0, 4]]),
        "a spline: its cubics are no Catmull-Rom curve: at best, with alpha 0.00, a handle is "
        "1.18 off\n  try: a tolerance above 1e-06",
    ),
}


@pytest.mark.parametrize(("contour", "message"), NONE.values(), ids=NONE)
def test_cubics_that_are_no_such_curve_are_refused(contour: Contour, message: str) -> None:
    with pytest.raises(DrawError) as caught:
        as_catmull_rom(contour)
    assert str(caught.value) == message
