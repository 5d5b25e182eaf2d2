"""SWF: what another reader finds in the bits is the scene, to a twentieth of a pixel."""

from __future__ import annotations

import numpy as np
import pytest
from tests.draw.swf_file import read

from texelnet.draw import Drop, Path, circle, polygon
from texelnet.draw.animate import scenes
from texelnet.draw.out import swf
from texelnet.draw.quadratic import quadratics
from texelnet.draw.render import to_pixels
from texelnet.draw.scene import Group, Item, Paint, Scene
from texelnet.draw.scenes import SCENES
from texelnet.draw.travel import Travel
from texelnet.draw.water import alone
from texelnet.errors import DrawError

RED = Paint((1, 0, 0), 0.5)
SQUARE = Path((polygon([[1, 1], [3, 1], [3, 3], [1, 3]]),))
LARGE = SQUARE.through([[100, 0, 0], [0, 100, 0]])


def scene(*items: Item | Group) -> Scene:
    return Scene(10, 8, items, background=(0.2, 0.4, 1))


@pytest.mark.parametrize("kind", SCENES)
def test_a_scene_is_read_back_to_a_twip(kind: str) -> None:
    drawn = SCENES[kind].make(5)
    items, scale = list(drawn.placed()), np.array(to_pixels(drawn, 8)) * 20
    shapes = list(read(swf.write(drawn, 8)).painted())
    assert [name for name, _ in shapes] == [item.name for item in items]
    for item, (_, shape) in zip(items, shapes, strict=True):
        red, green, blue, alpha = np.array(shape.rgba) / 255
        paint = (*item.paint.colour, item.paint.alpha)
        np.testing.assert_allclose((red, green, blue, alpha), paint, atol=0.51 / 255)
        closed = [c.through(scale) for c in item.path.contours if c.closed]
        assert shape.winding
        for found, wanted in zip(shape.path.contours, closed, strict=True):
            # half a twip along the outline
            assert abs(found.area - wanted.area) <= 0.5 * wanted.length + 1
            np.testing.assert_allclose(found.bounds, wanted.bounds, atol=1.6, rtol=0)
        low, high = np.reshape(shape.path.bounds, (2, 2))
        assert shape.bounds == (*np.floor(low), *np.ceil(high))


def test_points_are_rounded_to_whole_twips_and_never_drift() -> None:
    contour = Drop(30, 7, 1, points=200, at=(5, 4)).outline().contour
    (_, shape), *_ = read(swf.write(scene(Item(Path((contour,)), RED)), 3)).painted()
    ends = {tuple(point) for point in shape.contours[0][:, 0]}
    assert {tuple(p) for p in np.rint(contour.cubics[:, 0] * 60)} <= ends
    np.testing.assert_array_equal(shape.contours[0][-1, 2], shape.contours[0][0, 0])


def test_the_frame_is_as_large_as_the_scene() -> None:
    film = read(swf.write(scene(), 12.345))
    assert film.size == (0, 0, 123 * 20, 99 * 20)  # whole pixels, as the PNG has
    assert (film.version, film.background, film.rate) == (10, (51, 102, 255), 24)
    assert film.frames == [{}]


def test_straight_lines_stay_straight_and_long_ones_are_cut() -> None:
    (_, near), *_ = read(swf.write(scene(Item(SQUARE, RED)), 100)).painted()
    (_, far), *_ = read(swf.write(scene(Item(LARGE, RED)), 100)).painted()
    assert (near.straight, near.bounds) == (4, (2000, 2000, 6000, 6000))
    assert (far.straight, far.bounds) == (4 * 7, (200_000, 200_000, 600_000, 600_000))
    assert far.path.area == pytest.approx(400_000.0**2)


def test_things_of_one_name_are_one_sprite_and_groups_are_moved() -> None:
    moved = Group((Item(SQUARE, RED, "a"),), ((2, 0, 1), (0, 1, -1)))
    drawn = scene(Item(SQUARE, RED, "a"), moved, Item(SQUARE, RED), Item(SQUARE, RED, "né\0"))
    film = read(swf.write(drawn, 1))
    assert [name for _, name in film.frames[0].values()] == ["a", "", "né "]
    assert [len(parts) for parts in film.sprites.values()] == [2, 1]
    assert list(film.painted())[1][1].bounds == (60, 0, 140, 40)


def test_what_rests_in_a_film_is_defined_once() -> None:
    rests, drop = Item(SQUARE, RED, "rests"), Item(Path((circle((5, 5), 1),)), RED, "drop")
    other = Item(Path((circle((5, 6), 1),)), RED, "drop")
    film = read(swf.film([scene(rests, drop), scene(rests, other), scene(rests)], 25, 20))
    assert (len(film.shapes), len(film.sprites), film.rate) == (3, 3, 25)
    stood = [[name for _, name in frame.values()] for frame in film.frames]
    assert stood == [["rests", "drop"], ["rests", "drop"], ["rests"]]
    assert film.frames[0][1] == film.frames[2][1]


def test_shapes_without_a_name_are_exchanged_where_they_stand() -> None:
    shapes = [Item(Path((circle((5, 5), r),)), RED) for r in (1, 2)]
    film = read(swf.film([scene(shape) for shape in shapes], 25, 20))
    assert [list(frame) for frame in film.frames] == [[1], [1]]
    radii = [
        shape.bounds[2] - shape.bounds[0] for at in (0, 1) for _, shape in film.painted(at)
    ]
    assert radii == [800, 1600]


def test_names_keep_their_depth_where_the_order_lets_them() -> None:
    a, b, c = (Item(SQUARE, Paint((0, 0, n / 2)), name) for n, name in enumerate("abc"))
    orders = [scene(a, b), scene(a, b, c), scene(b, c), scene(c, a, b), scene(a, a)]
    film = read(swf.film(orders, 25, 20))
    stood = [{depth: name for depth, (_, name) in frame.items()} for frame in film.frames]
    assert stood == [
        {1: "a", 2: "b"},
        {1: "a", 2: "b", 3: "c"},
        {2: "b", 3: "c"},
        {3: "c", 4: "a", 5: "b"},
        {4: "a"},
    ]


def test_depths_begin_anew_before_they_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = (Item(SQUARE, RED, name) for name in "ab")
    monkeypatch.setattr(swf, "MOST", 3)
    film = read(swf.film([scene(a, b), scene(b, a), scene(a, b)], 25, 20))
    stood = [{depth: name for depth, (_, name) in frame.items()} for frame in film.frames]
    assert stood == [{1: "a", 2: "b"}, {2: "b", 3: "a"}, {1: "a", 2: "b"}]


def test_a_drops_way_is_a_film_of_its_outlines() -> None:
    frames = list(Travel(Drop(30, 3, maker="tension")).frames(20, 10))
    shown = scenes([frame.outline.contour for frame in frames])
    film = read(swf.film(shown, 10, 20))
    (across, _, _), (_, down, _) = to_pixels(shown[0], 20)
    areas = [shape.path.area for at in range(20) for _, shape in film.painted(at)]
    wanted = [frame.outline.contour.area * 400 * across * down for frame in frames]
    np.testing.assert_allclose(areas, wanted, rtol=2e-4)


@pytest.mark.parametrize("seed", range(3))
def test_quadratics_are_nowhere_farther_than_the_tolerance(seed: int) -> None:
    cubics = np.random.default_rng(seed).uniform(-100, 100, (5, 4, 2))
    for tolerance in (0.01, 1, 1000):
        found = quadratics(cubics, tolerance)
        counts = np.flatnonzero((found[:, None, 0] == cubics[None, :, 0]).all(-1).any(1))
        parts = np.diff([*counts, len(found)])
        t = np.linspace(0, 1, 9)[:, None]
        for cubic, first, count in zip(cubics, counts, parts, strict=True):
            for index, (a, h, b) in enumerate(found[first : first + count]):
                curve = (1 - t) ** 2 * a + 2 * t * (1 - t) * h + t * t * b
                s = (index + t) / count
                x = np.hstack([(1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s * s * (1 - s), s**3])
                assert np.hypot(*(curve - x @ cubic).T).max() <= tolerance * (1 + 1e-9)


def test_quadratics_of_one_cubic_go_on_where_the_one_before_went() -> None:
    parts = quadratics(np.array([[[0, 0], [9, 1], [-3, 6], [8, 8.0]]]), 0.01)
    before, after = np.diff(parts, axis=1)[:-1, 1], np.diff(parts, axis=1)[1:, 0]
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    assert np.abs(turn / np.hypot(*before.T) / np.hypot(*after.T)).max() < 0.02


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: swf.write(scene(), float("nan")),
            "a picture: nan pixels a millimetre\n  try: a positive number",
        ),
        (
            lambda: swf.write(scene(Group((Item(LARGE, RED),), ((10, 0, 0), (0, 1, 0)))), 1e3),
            "swf: a point is 3e+06 pixels away; at most 838860 can be\n"
            "  try: a lower resolution",
        ),
        (
            lambda: swf.film([scene()], 1000, 1),
            "a film: 1000 frames a second\n  try: 1 to 255, as Flash has them",
        ),
        (
            lambda: swf.write(scene(), 1e4),
            "a picture: 100000x80000 pixels; at most 100 million are drawn\n"
            "  try: a lower resolution",
        ),
        (lambda: swf.film([], 25, 1), "a film: it has 0 frames\n  try: 1 to 65535"),
    ],
)
def test_what_the_format_can_not_say_is_told(make: object, message: str) -> None:
    with pytest.raises(DrawError) as caught:
        make()  # type: ignore[operator]
    assert str(caught.value) == message


def test_more_shapes_than_sixteen_bits_number_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(swf, "MOST", 3)
    with pytest.raises(DrawError) as caught:
        swf.write(alone(Drop(30)), 10)
    assert str(caught.value) == (
        "swf: more than 3 shapes, as many as a file can number\n"
        "  try: fewer things, or fewer frames"
    )
