"""Rain loses no volume, is the same of one seed, and its outlines never cross themselves."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texelnet.draw import crosses_itself
from texelnet.draw.course import Course
from texelnet.draw.rain import Glass, Rain, forces, rain
from texelnet.draw.runlets import control_points, outlines, whole
from texelnet.draw.touching import absorbers
from texelnet.errors import DrawError

GLASSES = st.builds(
    Glass,
    width=st.floats(5, 60),
    height=st.floats(5, 60),
    advancing=st.floats(40, 120),
    receding=st.floats(5, 40),
    tilt=st.floats(0, 180),
    wind=st.tuples(st.floats(-30, 30), st.floats(-30, 30)),
    drops=st.integers(0, 80),
    refill=st.floats(0, 5),
    falling=st.floats(0, 200),
    condensing=st.floats(0, 0.2),
    wobble=st.floats(0, 1),
)


def one(volume: float, glass: Glass, tail: float = 1.0) -> Rain:
    """A single drop in the middle, its tail so many radii long."""
    empty = rain(replace(glass, drops=0))
    return replace(
        empty,
        place=np.array([[glass.width / 2, glass.height / 2]]),
        volume=np.array([volume]),
        tail=tail * glass.radius(np.array([volume])),
        turn=np.array([[0.0, 1.0]]),
        waves=np.zeros((1, 6)),
        name=np.zeros(1, np.int64),
        born=1,
    )


@given(GLASSES, st.integers(0, 2**32))
@settings(max_examples=25)
def test_volume_comes_and_goes_but_is_never_lost(glass: Glass, seed: int) -> None:
    now = rain(glass, seed)
    for _ in range(20):
        now = now.step(0.05)
        there = float(now.volume.sum()) + now.lost
        assert there == pytest.approx(now.gained, rel=1e-9, abs=1e-12)
        assert (now.volume > 0).all()


@given(GLASSES, st.integers(0, 2**32))
@settings(max_examples=15)
def test_no_outline_crosses_itself_in_any_frame(glass: Glass, seed: int) -> None:
    now = rain(glass, seed)
    for _ in range(6):
        now = now.step(0.1)
        for outline, radius in zip(outlines(now), now.radius, strict=True):
            assert outline.certificate.margin > 0
            assert outline.contour.area == pytest.approx(pi * radius**2, rel=1e-6)


def test_no_outline_crosses_itself_by_a_test_that_knows_no_certificate() -> None:
    now = rain(Glass(wobble=1, drops=150, largest=8), 4)
    for _ in range(60):
        now = now.step()
    assert (now.tail > 1.5 * now.radius).any()
    assert not any(crosses_itself(outline.contour) for outline in outlines(now))


def test_the_same_seed_rains_the_same() -> None:
    first, second, other = (rain(seed=seed) for seed in (3, 3, 4))
    for _ in range(30):
        first, second = first.step(), second.step(compile=False)
    np.testing.assert_array_equal(first.place, second.place)
    np.testing.assert_array_equal(first.volume, second.volume)
    assert not np.array_equal(other.place[:5], first.place[:5])


@pytest.mark.parametrize(
    ("angles", "smallest", "largest"),
    [((30, 10), 4.2, 4.8), ((50, 15), 5.3, 6.0), ((105, 85), 2.55, 2.9)],
    ids=["clean", "dirty", "coated"],
)
def test_a_drop_lets_go_of_upright_glass_at_its_measured_width(
    angles: tuple[float, float], smallest: float, largest: float
) -> None:
    glass = Glass(advancing=angles[0], receding=angles[1])
    width = 2 * float(glass.radius(np.array(glass.critical)))
    assert smallest <= width <= largest
    pull, hold = forces(one(glass.critical, glass))
    assert 0.6 <= float(hold[0] / pull[0, 1]) <= 1.4


def test_furmidge_lets_drops_grow_larger() -> None:
    usual, furmidge = Glass(), Glass(retention=1)
    assert furmidge.critical == pytest.approx(usual.critical / usual.retention**1.5)


def test_small_drops_stick_and_large_ones_slide() -> None:
    glass = Glass(condensing=0, refill=0, falling=0)
    small, large = one(0.5 * glass.critical, glass), one(1.5 * glass.critical, glass)
    assert (small.step().place == small.place).all()
    assert large.step().place[0, 1] > large.place[0, 1]


def test_wind_pushes_drops_on_glass_that_lies_flat() -> None:
    glass = Glass(tilt=0, wind=(60, 0), condensing=0, refill=0, falling=0)
    before = one(8.0, glass)
    after = before.step()
    assert after.place[0, 0] > before.place[0, 0]
    assert after.place[0, 1] == before.place[0, 1]
    assert Glass(tilt=0).critical == float("inf")


def test_glass_that_is_tilted_by_and_by_lets_go_when_it_is_steep_enough() -> None:
    tilt = Course(((1, 0), (3, 90)))
    glass = Glass(tilt=tilt, condensing=0, refill=0, falling=0)
    now = one(1.5 * Glass().critical, glass)
    rested = now
    while (later := rested.step(0.1)).place[0, 1] == now.place[0, 1]:
        rested = later
    pull, hold = forces(replace(now, age=rested.age))
    assert 1 < rested.age < 3
    assert pull[0, 1] > hold[0] > forces(replace(now, age=rested.age - 0.1))[0][0, 1]


def test_wind_that_turns_pushes_the_other_way() -> None:
    wind = (Course(((0, 60), (1, -60))), 0.0)
    now = one(8.0, Glass(tilt=0, wind=wind))
    pulls = [forces(replace(now, age=age))[0][0, 0] for age in (0, 0.5, 1)]
    assert pulls[0] > 0 == pulls[1]
    assert pulls[2] == -pulls[0]


def test_a_tail_that_is_too_long_snaps_and_leaves_a_bead() -> None:
    glass = Glass(condensing=0, refill=0, falling=0)
    before = one(6.0, glass, tail=2.1)
    after = before.step(1e-6)
    assert len(after.volume) == 2
    assert after.tail[0] < before.tail[0]
    assert after.volume.sum() == pytest.approx(6.0)
    assert after.place[1, 1] < after.place[0, 1]


def test_drops_that_touch_become_one_in_the_larger_one() -> None:
    place = np.array([[0, 0], [1.5, 0], [3, 0], [9, 9]], float)
    radius = np.array([1.0, 1.1, 0.9, 0.5])
    for compile in (True, False):
        assert absorbers(place, radius, 0.95, compile).tolist() == [1, 1, 1, 3]


@given(st.integers(0, 10_000), st.integers(2, 60))
def test_the_grid_finds_what_looking_at_all_pairs_finds(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    place, radius = rng.uniform(0, 10, (count, 2)), rng.uniform(0.05, 1.2, count) ** 2
    apart = np.hypot(*(place[:, None] - place).T)
    near = apart < 0.95 * (radius[:, None] + radius)
    root = np.array([max(np.flatnonzero(row), key=lambda j: radius[j]) for row in near])
    for _ in range(count):
        root = root[root]
    np.testing.assert_array_equal(absorbers(place, radius, 0.95), root)
    np.testing.assert_array_equal(absorbers(place, radius, 0.95, False), root)


def test_drops_keep_their_names() -> None:
    now = rain(Glass(drops=100), 5)
    for _ in range(40):
        now = now.step()
        assert len(set(now.name.tolist())) == len(now.name)
        assert now.name.max() < now.born


def test_a_resting_drop_without_waves_is_round() -> None:
    glass = Glass()
    now = one(2.0, glass)
    points = whole(control_points(now, compile=False))[0, :, 0] - now.place
    np.testing.assert_allclose(np.hypot(*points.T), now.radius[0], rtol=1e-6)


def test_outlines_are_the_same_with_numba_and_without() -> None:
    now = rain(Glass(wind=(20, 5)), 2).step().step()
    np.testing.assert_allclose(control_points(now), control_points(now, False), atol=1e-9)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"tilt": 200}, "glass: its tilt is 200\n  try: 0..180 degrees"),
        (
            {"tilt": Course(((0, 90), (1, 181)))},
            "glass: its tilt is 181\n  try: 0..180 degrees",
        ),
        (
            {"receding": 40},
            "glass: its contact angles are 30 and 40\n"
            "  try: 0 < receding <= advancing < 180 degrees",
        ),
        ({"drops": 10**9}, "glass: 1000000000 drops\n  try: 0 to 200000"),
        (
            {"smallest": 0},
            "glass: volumes from 0 to 4\n  try: 0 < smallest <= largest < 1000000",
        ),
        (
            {"height": 1e9},
            "glass: it is 100 x 1e+09 mm\n  try: 1 square millimetre to 10 square metres",
        ),
        ({"wobble": 2}, "glass: its wobble is 2\n  try: 0..1"),
        (
            {"width": float("nan")},
            "glass: its numbers are nan, 75, 0.774037, 0.3, 60, 0.002, 0, 0\n"
            "  try: finite ones, not below 0",
        ),
    ],
)
def test_what_is_no_glass_is_refused(words: dict[str, float], message: str) -> None:
    with pytest.raises(DrawError) as caught:
        Glass(**words)  # type: ignore[arg-type]
    assert str(caught.value) == message
