"""Drops never cross themselves, whatever is asked of them, and keep their volume."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.draw import Contour, Drop, catmull_rom, certify, circle, crosses_itself, polygon
from texelnet.draw.drop import JITTER, MAKERS, jittered
from texelnet.draw.mulberry import Mulberry32
from texelnet.draw.simple import coefficients
from texelnet.errors import DrawError

DROPS = st.builds(
    Drop,
    volume=st.floats(1e-6, 1e6),
    seed=st.integers(0, 2**32),
    wobble=st.floats(0, 1),
    points=st.integers(4, 40),
    maker=st.sampled_from(MAKERS),
    angle=st.floats(5, 175),
    at=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
)


@given(DROPS)
def test_a_drop_carries_a_certificate_and_its_area(drop: Drop) -> None:
    outline = drop.outline()
    assert outline.certificate.margin > 0
    assert outline.contour.area == pytest.approx(pi * drop.radius**2, rel=1e-6)


@given(DROPS)
def test_no_drop_crosses_itself_by_a_test_that_knows_no_certificate(drop: Drop) -> None:
    contour = drop.outline().contour
    assert not crosses_itself(contour)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_thousand_drops_of_full_wobble_never_cross_themselves(maker: str) -> None:
    for seed in range(500):
        assert not crosses_itself(Drop(1, seed, 1.0, maker=maker).outline().contour), seed


@pytest.mark.nightly
@pytest.mark.parametrize("maker", MAKERS)
def test_a_hundred_thousand_drops_never_cross_themselves(maker: str) -> None:
    for seed in range(50_000):
        drop = Drop(1, seed, 1.0, 4 + seed % 29, maker)
        assert not crosses_itself(drop.outline().contour), drop


def test_what_is_cut_would_have_crossed() -> None:
    raw = [jittered(Mulberry32(seed), 1.0, 12) for seed in range(100)]
    assert sum(crosses_itself(contour) for contour in raw) >= 2


def test_full_wobble_moves_points_by_most_of_the_radius() -> None:
    ends = np.concatenate(
        [jittered(Mulberry32(seed), 1.0, 12).cubics[:, 0] for seed in range(200)]
    )
    radii = np.hypot(ends[:, 0], ends[:, 1])
    assert JITTER >= 0.84
    assert radii.min() < 0.17
    assert radii.max() > 1.83


def test_without_wobble_a_drop_is_a_circle() -> None:
    drop = Drop(4.0, wobble=0, angle=90)
    assert drop.radius == pytest.approx((4 / (2 / 3 * pi)) ** (1 / 3))
    points = drop.outline().contour.points([0, 0.5])
    np.testing.assert_allclose(np.hypot(*points.T), drop.radius, rtol=1e-6)


def test_the_same_seed_makes_the_same_drop() -> None:
    first, second = (Drop(2, 7, 0.8).outline().contour.cubics for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, Drop(2, 8, 0.8).outline().contour.cubics)


def test_the_coefficients_are_those_of_the_turning() -> None:
    cubics = Drop(1, 3, 1.0).outline().contour.cubics
    t = np.linspace(0, 1, 9)
    contour = Contour(cubics)
    p, d = contour.points(t), contour.derivatives(t)
    turning = p[..., 0] * d[..., 1] - p[..., 1] * d[..., 0]
    basis = np.stack([c * t**i * (1 - t) ** (4 - i) for i, c in enumerate((1, 4, 6, 4, 1))])
    np.testing.assert_allclose(coefficients(cubics) @ basis, turning, atol=1e-12)


@pytest.mark.parametrize(
    ("contour", "crosses"),
    [
        (polygon([[0, 0], [1, 0], [1, 1], [0, 1]]), False),
        (polygon([[0, 0], [1, 1], [1, 0], [0, 1]]), True),
        (polygon([[0, 0], [2, 0], [1, 0], [1, 1]]), True),
        (Contour(np.array([[[0, 0], [3, 2], [-2, 2], [1, 0.0]]]), False), True),
        (Contour(np.array([[[0, 0], [1, 2], [2, -2], [3, 0.0]]]), False), False),
        (catmull_rom([[0, 0], [4, 0], [0, 1], [4, 1]], closed=False), False),
        (circle(segments=2), False),
    ],
    ids=["square", "bow tie", "there and back", "loop", "s", "zigzag", "two halves"],
)
def test_crossing_is_told_of_shapes_that_are_no_stars(contour: Contour, crosses: bool) -> None:
    assert crosses_itself(contour) is crosses


def test_no_certificate_is_given_to_what_is_no_star() -> None:
    moon = polygon([[0, 0], [4, 0], [4, 4], [0, 4], [3, 2]])
    with pytest.raises(DrawError) as caught:
        certify(moon, (1.0, 2.0))
    assert str(caught.value) == (
        "an outline: it is not star-shaped about (1, 2)\n  try: less wobble, or more points"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"volume": 0}, "a drop: its volume is 0\n  try: above 0, below 1e+18"),
        ({"volume": float("nan")}, "a drop: its volume is nan\n  try: above 0, below 1e+18"),
        ({"wobble": 2}, "a drop: its wobble is 2\n  try: 0..1"),
        ({"points": 3}, "a drop: it has 3 points\n  try: 4 to 1000"),
        ({"maker": "x"}, 'a drop: no maker is called "x"\n  try: points or tension'),
        ({"at": (0, float("inf"))}, "a drop: its centre is (0, inf)\n  try: finite numbers"),
    ],
)
def test_what_is_no_drop_is_refused(words: dict[str, object], message: str) -> None:
    with pytest.raises(DrawError) as caught:
        Drop(**({"volume": 1.0} | words))  # type: ignore[arg-type]
    assert str(caught.value) == message
