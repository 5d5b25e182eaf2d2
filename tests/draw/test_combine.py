"""Combined outlines: areas add up, meeting points lie on both, quadratics stay near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texelnet.draw import Contour, Drop, Path, circle, crosses_itself, polygon
from texelnet.draw.collect import PathPen
from texelnet.draw.combine import crossings, intersection, quadratics, union
from texelnet.errors import DrawError

DROPS = st.builds(
    lambda seed, wobble, x, y: Drop(30, seed, wobble, at=(x, y)).outline().contour,
    st.integers(0, 999),
    st.floats(0.1, 0.9),
    st.floats(-5, 5),
    st.floats(-5, 5),
)


@settings(max_examples=40)
@given(DROPS, DROPS)
def test_what_two_cover_and_what_both_cover_are_their_areas(a: Contour, b: Contour) -> None:
    pytest.importorskip("pathops")
    one, two = Path((a,)), Path((b,))
    both = abs(union(one, two).area) + abs(intersection(one, two).area)
    assert both == pytest.approx(a.area + b.area, rel=1e-3)


@settings(max_examples=40)
@given(DROPS, DROPS)
def test_outlines_that_meet_do_so_an_even_number_of_times(a: Contour, b: Contour) -> None:
    if np.abs(a.bounds[0] - b.bounds[0]) > 1e-3:
        assert len(crossings(a, b)) % 2 == 0


def test_circles_meet_where_they_must() -> None:
    found = crossings(circle(segments=16), circle((1, 0), 1, 16))
    np.testing.assert_allclose(found, [[0.5, -(0.75**0.5)], [0.5, 0.75**0.5]], atol=1e-6)
    assert len(crossings(circle(), circle((5, 0)))) == 0
    square = polygon([[0, 0], [1, 0], [1, 1], [0, 1]])
    with pytest.raises(DrawError, match="they run along each other"):
        crossings(square, polygon([[0.1, 0], [0.9, 0], [0.5, 2]]), 1e-12)


def test_a_union_is_one_outline_and_keeps_its_curves() -> None:
    pytest.importorskip("pathops")
    (found,) = union(Path((circle(),)), Path((circle((1, 0)),))).contours
    assert len(found.cubics) < 16
    assert not crosses_itself(found)
    assert union().contours == ()


@given(DROPS, st.sampled_from([1e-1, 1e-2, 1e-3]))
def test_quadratics_are_nowhere_farther_than_the_tolerance(
    contour: Contour, tolerance: float
) -> None:
    pen = PathPen()
    found = quadratics(contour, tolerance)
    pen.moveTo(tuple(found[0, 0]))
    for _, handle, end in found:
        pen.qCurveTo(tuple(handle), tuple(end))
    pen.closePath()
    (raised,) = pen.path.contours
    fine = contour.flatten(1e-5)
    for point in raised.points([0.25, 0.5, 0.75]).reshape(-1, 2)[::5]:
        assert np.linalg.norm(fine - point, axis=1).min() <= tolerance + 0.02
    assert abs(raised.area - contour.area) <= tolerance * contour.length


def test_quadratics_leave_as_the_cubics_do() -> None:
    contour = Drop(30, 3, 0.7).outline().contour
    found = quadratics(contour, 0.01)
    starts = [np.flatnonzero((found[:, 0] == c[0]).all(1))[0] for c in contour.cubics]
    a, b = found[starts, 1] - found[starts, 0], contour.cubics[:, 1] - contour.cubics[:, 0]
    np.testing.assert_allclose(a[:, 0] * b[:, 1], a[:, 1] * b[:, 0], atol=1e-9)


def test_a_pen_gives_back_what_walks_it() -> None:
    path = Path((circle(), polygon([[0, 0], [3, 0], [3, 2]]), polygon([[0, 0], [1, 1]], False)))
    pen = PathPen()
    path.walk(pen)
    for read, walked in zip(pen.path.contours, path.contours, strict=True):
        np.testing.assert_allclose(read.cubics, walked.cubics, atol=1e-12)
        assert read.closed == walked.closed


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: quadratics(circle(), 0),
            "quadratics: the tolerance is 0\n  try: a positive length",
        ),
        (
            lambda: quadratics(circle(radius=1e6), 1e-9),
            "quadratics: cubic 0 needs more than 100 of them for 1e-09\n"
            "  try: a larger tolerance",
        ),
        (
            lambda: PathPen().lineTo((1, 1)),
            "a pen: it draws before it is put down\n  try: moveTo first",
        ),
    ],
)
def test_what_can_not_be_is_told(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DrawError) as caught:
        make()
    assert str(caught.value) == message
