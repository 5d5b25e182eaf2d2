"""Paths: what can be asked of an outline, against what is known of simple shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.draw import Contour, Path, catmull_rom, circle, knots, polygon
from texelnet.draw.path import Floats
from texelnet.draw.spline import ALPHAS, circle_factor, handle
from texelnet.errors import DrawError

RECTANGLE = polygon([[1, 2], [5, 2], [5, 5], [1, 5]])
ODD = Contour(np.array([[[0, 0], [1, 3], [4, -2], [3, 1.0]]]), closed=False)


class Walked:
    """A pen that keeps what it is told."""

    def __init__(self) -> None:
        self.words: list[tuple[str, tuple[object, ...]]] = []

    def __getattr__(self, name: str) -> object:
        return lambda *points: self.words.append((name, points))


def radii(contour: Contour) -> Floats:
    points = contour.points(np.linspace(0, 1, 401))
    return np.asarray(np.hypot(points[..., 0], points[..., 1]))


def test_a_rectangle_has_its_area_length_and_bounds() -> None:
    assert RECTANGLE.area == pytest.approx(12)
    assert RECTANGLE.reversed().area == pytest.approx(-12)
    assert RECTANGLE.length == pytest.approx(14)
    assert RECTANGLE.bounds == (1, 2, 5, 5)


def test_bounds_are_those_of_the_curve_and_not_of_its_handles() -> None:
    points = ODD.points(np.linspace(0, 1, 100_001))[0]
    low, high = points.min(0), points.max(0)
    np.testing.assert_allclose(ODD.bounds, [*low, *high], atol=1e-8)


@pytest.mark.parametrize("tolerance", [1e-1, 1e-3, 1e-5])
def test_a_flattened_circle_is_nowhere_farther_off_than_the_tolerance(tolerance: float) -> None:
    flat = circle(segments=4).flatten(tolerance)
    middles = (flat + np.roll(flat, -1, axis=0)) / 2
    chord = np.hypot(middles[:, 0], middles[:, 1])
    assert 1 - chord.min() <= tolerance
    assert len(flat) < 40 / np.sqrt(tolerance)


def test_a_circles_curvature_is_one_over_its_radius() -> None:
    bends = circle(radius=4, segments=16).curvatures(np.linspace(0, 1, 9))
    np.testing.assert_allclose(bends, 0.25, rtol=1e-4)


@given(st.lists(st.floats(-9, 9), min_size=6, max_size=6))
def test_an_affine_map_multiplies_the_area_by_its_determinant(numbers: list[float]) -> None:
    matrix = np.array(numbers).reshape(2, 3)
    drawn = circle(segments=5).through(matrix)
    wanted = circle(segments=5).area * np.linalg.det(matrix[:, :2])
    assert drawn.area == pytest.approx(wanted, abs=1e-9)


def test_a_pen_walks_lines_as_lines_and_curves_as_curves() -> None:
    pen = Walked()
    Path((RECTANGLE, ODD)).walk(pen)  # type: ignore[arg-type]
    names = [name for name, _ in pen.words]
    assert names == ["moveTo", *["lineTo"] * 4, "closePath", "moveTo", "curveTo", "endPath"]
    assert pen.words[7] == ("curveTo", ((1, 3), (4, -2), (3, 1)))


@pytest.mark.parametrize(
    ("aim", "known"),
    [("usual", 0.552284749831), ("radius", 0.551915024501), ("area", 0.551778477804)],
)
def test_the_handles_of_a_quarter_circle_are_known(aim: str, known: float) -> None:
    assert handle(4, aim) == pytest.approx(known, abs=1e-8)


def test_each_aim_is_best_at_what_it_aims_at() -> None:
    off = {aim: radii(circle(aim=aim)) - 1 for aim in ("usual", "radius", "area")}
    assert off["usual"].max() == pytest.approx(2.725e-4, rel=1e-3)
    assert np.abs(off["radius"]).max() == pytest.approx(1.961e-4, rel=1e-3)
    assert circle(aim="area").area == pytest.approx(np.pi, rel=1e-14)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("closed", [True, False])
def test_a_spline_goes_through_its_points_and_is_smooth(alpha: str, closed: bool) -> None:
    points = np.random.default_rng(3).uniform(0, 9, (7, 2))
    curve = catmull_rom(points, alpha, closed)
    np.testing.assert_allclose(knots(curve), points)
    out = curve.cubics[:, 1] - curve.cubics[:, 0]
    into = curve.cubics[:, 3] - curve.cubics[:, 2]
    before = np.roll(into, 1, axis=0)
    turned = out[:, 0] * before[:, 1] - out[:, 1] * before[:, 0]
    np.testing.assert_allclose(turned if closed else turned[1:], 0, atol=1e-9)


def test_a_spline_through_points_of_a_circle_falls_short_of_it_unless_told() -> None:
    angles = 2 * np.pi * np.arange(8) / 8
    points = np.stack([np.cos(angles), np.sin(angles)], -1)
    assert radii(catmull_rom(points)).min() - 1 == pytest.approx(-0.0085, abs=1e-4)
    assert np.abs(radii(catmull_rom(points, longer=circle_factor(8))) - 1).max() < 1e-5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: polygon([[0, 0], [np.nan, 1]]),
            "a contour: some of its points are not finite numbers",
        ),
        (
            lambda: catmull_rom([[0, 0], [1, 0], [1, 0]]),
            "a spline: points 1 and 2 are one\n  try: leave one out",
        ),
        (lambda: circle(radius=0), "a circle: its radius is 0\n  try: a positive length"),
        (
            lambda: Contour(np.arange(16.0).reshape(2, 4, 2)),
            "a contour: cubic 1 does not end where the next begins",
        ),
        (
            lambda: circle().flatten(0),
            "flatten: the tolerance is 0\n  try: a positive length",
        ),
    ],
)
def test_what_is_no_outline_is_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DrawError) as caught:
        make()
    assert str(caught.value) == message
