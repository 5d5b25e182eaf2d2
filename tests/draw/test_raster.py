"""Coverage is exact: against areas known, and against polygons clipped to every pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.draw import Contour, Drop, Path, circle, coverage, patches, polygon
from texelnet.draw.accumulate import (
    Floats,
    edges_plain,
    plain,
    settled,
    settled_plain,
    vectorised,
)
from texelnet.draw.path import chord_counts
from texelnet.draw.raster import _boxes, _edges, _sums
from texelnet.errors import DrawError

SIZE = 16
coordinates = st.floats(-6, SIZE + 6) | st.integers(-6, SIZE + 6).map(float)
POLYGONS = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=7)


def clipped_area(points: list[tuple[float, float]], column: int, row: int) -> float:
    """Clip a polygon to one pixel, side by side (Sutherland and Hodgman), and measure it."""
    for axis, bound, side in (
        (0, column, 1),
        (0, column + 1, -1),
        (1, row, 1),
        (1, row + 1, -1),
    ):
        kept: list[tuple[float, float]] = []
        for a, b in zip(points[-1:] + points[:-1], points, strict=True):
            a_in, b_in = side * (a[axis] - bound) >= 0, side * (b[axis] - bound) >= 0
            if a_in != b_in:
                t = (bound - a[axis]) / (b[axis] - a[axis])
                kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
            if b_in:
                kept.append(b)
        points = kept
        if not points:
            return 0.0
    x, y = np.array(points).T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


@given(POLYGONS)
def test_coverage_is_the_area_of_the_polygon_clipped_to_each_pixel(
    points: list[tuple[float, float]],
) -> None:
    wanted = [[clipped_area(points, x, y) for x in range(SIZE)] for y in range(SIZE)]
    found = coverage(polygon(points), SIZE, SIZE)
    np.testing.assert_allclose(found, np.minimum(np.abs(wanted), 1), atol=1e-11)


@pytest.mark.parametrize(
    ("points", "wanted"),
    [
        ([[1, 1], [3, 1], [3, 2], [1, 2]], [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]),
        ([[0.5, 0], [2.25, 0], [2.25, 3], [0.5, 3]], [[0.5, 1, 0.25, 0]] * 3),
        ([[0, 0], [2, 0], [0, 2]], [[1, 0.5, 0, 0], [0.5, 0, 0, 0], [0, 0, 0, 0]]),
        ([[0, 0], [4, 0], [0, 1]], [[0.875, 0.625, 0.375, 0.125], [0] * 4, [0] * 4]),
        ([[-9, -9], [99, -9], [99, 99], [-9, 99]], [[1] * 4] * 3),
        ([[5, 5], [6, 5], [6, 6]], [[0] * 4] * 3),
    ],
    ids=["pixels", "between pixels", "half squares", "flat", "all", "beside"],
)
def test_simple_shapes_cover_what_they_must(points: Floats, wanted: Floats) -> None:
    np.testing.assert_allclose(coverage(polygon(points), 4, 3), wanted, atol=1e-15)


@given(st.integers(0, 999), st.floats(0, 1))
def test_the_sum_of_coverage_is_the_area(seed: int, wobble: float) -> None:
    flat = polygon(Drop(2e4, seed, wobble, at=(64, 64)).outline().contour.flatten(0.02))
    found = coverage(flat.through([[0.7, 0, 19], [0, 0.7, 19]]), 128, 128)
    assert found.sum() == pytest.approx(0.49 * flat.area, rel=1e-9)


@given(st.integers(0, 999))
def test_a_pixel_of_an_edge_is_right_to_five_thousandths(seed: int) -> None:
    shape = Drop(2e4, seed, 0.7, at=(48, 48)).outline().contour
    found, wanted = (coverage(shape, 96, 96, tolerance) for tolerance in (0.01, 1e-5))
    edge = (wanted > 1e-6) & (wanted < 1 - 1e-6)
    assert np.abs(found - wanted)[edge].mean() < 0.005


def test_what_is_cut_off_by_the_picture_changes_nothing_in_it() -> None:
    shape = Drop(2e4, 3, 0.8).outline().contour
    whole = coverage(shape.through([[1, 0, 50], [0, 1, 50]]), 100, 100)
    part = coverage(shape.through([[1, 0, 20], [0, 1, 20]]), 45, 40)
    np.testing.assert_allclose(part, whole[30:70, 30:75], atol=1e-12)


def test_neighbours_that_share_an_edge_leave_no_gap() -> None:
    first = polygon([[0, 0], [7.3, 0], [3.1, 16], [0, 16]])
    second = polygon([[7.3, 0], [16, 0], [16, 16], [3.1, 16]])
    both = coverage(first, 16, 16) + coverage(second, 16, 16)
    np.testing.assert_allclose(both, 1, atol=1e-14)


def test_contours_wind_so_holes_are_empty_and_twice_is_once() -> None:
    around, hole = circle((8, 8), 7, 8), circle((8, 8), 3, 8)
    ring = coverage(Path((around, hole.reversed())), 16, 16)
    assert ring.sum() == pytest.approx(np.pi * 40, rel=2e-3)
    assert ring[8, 8] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(
        coverage(Path((around, hole)), 16, 16), coverage(around, 16, 16), atol=1e-12
    )
    open_line = Contour(around.cubics[:3], closed=False)
    assert coverage(open_line, 16, 16).sum() == 0


@given(POLYGONS, st.integers(0, 99))
def test_the_loop_that_is_compiled_gives_the_same_bits(
    points: list[tuple[float, float]], seed: int
) -> None:
    shapes = [polygon(points), Drop(500, seed, 1, at=(9, 9)).outline().contour]
    cubics = np.concatenate([shape.cubics for shape in shapes])
    lengths = np.array([len(shape.cubics) for shape in shapes])
    owner = np.repeat([0, 1], lengths)
    firsts, counts = np.append(0, np.cumsum(lengths)), chord_counts(cubics, 0.1)
    edges, whose = _edges(cubics, counts, firsts, owner)
    for one, two in zip(
        edges_plain(cubics, counts, firsts, owner), (edges, whose), strict=True
    ):
        np.testing.assert_array_equal(one, two)
    boxes = _boxes(cubics, owner, 2, SIZE, SIZE)
    sums = []
    for add, settle in ((vectorised, settled), (plain, settled_plain)):
        flat, starts = _sums(boxes)
        add(flat, edges, whose, boxes, starts)
        settle(flat)
        sums.append(flat)
    np.testing.assert_array_equal(*sums)


def test_an_edge_that_halves_pixels_covers_none_of_them_mostly() -> None:
    around = [circle((5.3, 5.1), 0.01 * n + 1, 7) for n in range(1, 40)]
    halves = polygon([[2.5, 2.5], [7.5, 2.5], [7.5, 7.5], [2.5, 7.5]])
    for shapes in ([halves], [*around, halves], [halves, *around][::-1]):
        found = list(patches(shapes, 10, 10))[-1]
        assert found.mostly.sum() == 16


def test_many_shapes_at_once_are_what_each_is_alone() -> None:
    rng = np.random.default_rng(5)
    shapes = [
        Path((Drop(3e3, seed, 0.9, at=tuple(rng.uniform(-9, 309, 2))).outline().contour,))
        for seed in range(60)
    ]
    together = list(patches([*shapes, Path(())], 300, 200))
    for shape, patch in zip(shapes, together, strict=False):
        alone = coverage(shape, 300, 200)[patch.place]
        np.testing.assert_allclose(patch.coverage, alone, atol=1e-12)
    assert together[-1].coverage.size == 0


def test_a_shape_that_is_far_larger_than_the_picture_is_no_work() -> None:
    huge = circle((1e8, 0), 1e8, 4)
    found = coverage(huge, 8, 8, tolerance=0.5)
    np.testing.assert_allclose(found[:, 1:], 1, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: coverage(circle(), 0, 4), "a picture: 0x4 has no pixels"),
        (
            lambda: coverage(circle(), 10**6, 10**6),
            "a picture: 1000000x1000000 pixels; at most 100 million are drawn\n"
            "  try: a lower resolution",
        ),
        (
            lambda: coverage(circle((2e9, 0)), 4, 4),
            "a shape: it is farther than 1e+09 pixels away",
        ),
        (
            lambda: coverage(circle(radius=1e8), 4, 4, 1e-9),
            "flatten: 742777108 chords; at most 10000000 are made\n"
            "  try: a larger tolerance, or a smaller shape",
        ),
    ],
)
def test_gigantic_pictures_and_shapes_are_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DrawError) as caught:
        make()
    assert str(caught.value) == message
