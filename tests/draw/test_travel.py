"""A drop on its way: simple and of one area at every frame, sticky, and never the same."""

from __future__ import annotations

from itertools import pairwise
from math import pi
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texelnet.draw import Drop, crosses_itself
from texelnet.draw.animate import animated_svg
from texelnet.draw.drop import series
from texelnet.draw.path import Contour
from texelnet.draw.travel import Travel, deformed
from texelnet.errors import DrawError

WAYS = st.builds(
    Travel,
    drop=st.builds(
        Drop,
        volume=st.floats(0.1, 1e3),
        seed=st.integers(0, 2**32),
        wobble=st.floats(0, 1),
        at=st.tuples(st.floats(-99, 99), st.floats(-99, 99)),
    ),
    speed=st.floats(0, 40),
    lag=st.floats(1, 3),
    snap=st.floats(0.1, 1),
    taper=st.floats(0, 2),
    restless=st.floats(0, 10),
)
WAY = Travel(Drop(30, 1, 0.5, at=(5, 4)), speed=8)


@settings(max_examples=30)
@given(WAYS)
def test_a_drop_on_its_way_keeps_its_area_and_its_proof(way: Travel) -> None:
    for frame in way.frames(8, 6):
        contour = frame.outline.contour
        assert contour.area == pytest.approx(pi * way.drop.radius**2, rel=1e-3)
        assert frame.outline.certificate.margin > 0
        assert not crosses_itself(contour)


@settings(max_examples=30)
@given(WAYS)
def test_a_drop_reaches_from_its_tail_to_its_head(way: Travel) -> None:
    for frame in way.frames(6, 6):
        _, top, _, bottom = frame.outline.contour.bounds
        close = 1e-6 * (way.drop.radius + abs(frame.head))
        assert top == pytest.approx(frame.tail, abs=close)
        assert bottom == pytest.approx(frame.head, abs=close)


@given(st.integers(0, 99), st.floats(1, 2.5), st.floats(0, 2))
def test_deforming_loses_less_than_a_thousandth_of_the_area(
    seed: int, stretch: float, taper: float
) -> None:
    rng = np.random.default_rng(seed)
    form = series(rng.uniform(-0.1, 0.1, 5), rng.uniform(0, 6, 5), 24)
    assert deformed(form, stretch, taper).area == pytest.approx(form.area, rel=1e-3)
    assert deformed(form, stretch, 0).area == pytest.approx(form.area, rel=1e-12)


def test_tangents_go_through_the_map_as_points_do() -> None:
    form = series(np.array([0.1, 0.05]), np.zeros(2), 400)
    moved = deformed(form, 1.5, 1.0)
    points = deformed(Contour(form.cubics), 1.5, 1.0).points([0, 0.5])
    chords = deformed(series(np.array([0.1, 0.05]), np.zeros(2), 800), 1.5, 1.0).points([0])
    np.testing.assert_allclose(points.reshape(-1, 2), chords[:, 0], atol=1e-6)
    assert not np.allclose(moved.cubics, form.cubics)


def test_the_tail_sticks_and_then_jerks() -> None:
    frames = list(WAY.frames(60, 15))
    rest = 2 * WAY.drop.radius
    assert 2 <= sum(frame.jerked for frame in frames) <= 12
    for before, after in pairwise(frames):
        assert after.head - before.head == pytest.approx(8 / 15)
        long = after.head - before.tail
        if after.jerked:
            assert long > WAY.lag * rest
            assert after.tail - before.tail == pytest.approx(WAY.snap * (long - rest))
        else:
            assert after.tail == before.tail


def test_without_restlessness_a_form_stays_and_with_it_it_walks() -> None:
    def forms(restless: float) -> list[Contour]:
        way = Travel(WAY.drop, speed=0, restless=restless)
        return [frame.outline.contour for frame in way.frames(20, 5)]

    still, walking = forms(0), forms(2)
    np.testing.assert_allclose(still[0].cubics, still[-1].cubics, atol=1e-9)
    steps = [np.abs(a.cubics - b.cubics).max() for a, b in pairwise(walking)]
    assert 0 < max(steps) < WAY.drop.radius
    np.testing.assert_array_equal(walking[7].cubics, forms(2)[7].cubics)


def test_an_animation_has_the_same_words_in_every_outline() -> None:
    outlines = [frame.outline.contour for frame in WAY.frames(5)]
    root = ElementTree.fromstring(animated_svg(outlines, 10))
    animate = root[0][0]
    values = animate.get("values", "").split(";")
    words = {"".join(c for c in value if c.isalpha() and c != "e") for value in values}
    assert len(values) == 5
    assert words == {"M" + "C" * len(outlines[0].cubics) + "Z"}
    assert animate.get("dur") == "0.4s"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Travel(WAY.drop, lag=0.5),
            "a drop's way: its lag is 0.5\n  try: 1 to 4",
        ),
        (
            lambda: Travel(WAY.drop, snap=0),
            "a drop's way: its snap is 0\n  try: above 0, to 1",
        ),
        (
            lambda: list(WAY.frames(0)),
            "a drop's way: 0 frames, 30 a second\n  try: at least 1 frame",
        ),
        (
            lambda: animated_svg([WAY.drop.outline().contour], 5),
            "an animation: 1 outlines of 12 cubics\n  try: two or more, of as many cubics each",
        ),
    ],
)
def test_what_is_no_way_is_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DrawError) as caught:
        make()
    assert str(caught.value) == message
