"""Scenes: labels are drawn by the pen that paints, so they are where the paint is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.draw import Drop, Path, circle, coverage, polygon
from texelnet.draw.render import render
from texelnet.draw.scene import Group, Item, Label, Paint, Scene
from texelnet.errors import DrawError

RED, BLUE = Paint((1, 0, 0)), Paint((0, 0, 1))
SQUARE = Path((polygon([[0, 0], [4, 0], [4, 4], [0, 4]]),))


def drops(seed: int, count: int = 6) -> Scene:
    """Draw drops that overlap, each its own thing."""
    rng = np.random.default_rng(seed)
    made = [
        Drop(rng.uniform(20, 400), seed + n, 0.8, at=tuple(rng.uniform(0, 30, 2)))
        for n in range(count)
    ]
    paths = [Path((drop.outline().contour,)) for drop in made]
    items = tuple(Item(path, BLUE, str(n)) for n, path in enumerate(paths))
    kinds = ("small", "large")
    labels = tuple(
        Label(kinds[drop.volume > 200], path, frozenset({str(n)}))
        for n, (drop, path) in enumerate(zip(made, paths, strict=True))
    )
    return Scene(30, 30, items, labels, kinds)


@given(st.integers(0, 500), st.sampled_from([1.0, 2.5, 4.0]))
def test_labels_together_are_the_paint_that_covers_more_than_half(
    seed: int, resolution: float
) -> None:
    scene = drops(seed)
    found = render(scene, resolution)
    height, width = found.classes.shape
    top = np.zeros((height, width), int)
    for number, item in enumerate(scene.placed(), 1):
        path = item.path.through([[resolution, 0, 0], [0, resolution, 0]])
        top[coverage(path, width, height) > 0.5] = number
    np.testing.assert_array_equal(found.instances, top)
    kinds = [0, *(scene.classes.index(label.kind) + 1 for label in scene.labels)]
    np.testing.assert_array_equal(found.classes, np.array(kinds)[top])


@given(st.integers(0, 500))
def test_what_is_seen_and_what_is_hidden_are_the_whole(seed: int) -> None:
    found = render(drops(seed), 3)
    for number, thing in enumerate(found.things, 1):
        assert not (thing.visible & ~thing.amodal).any()
        hidden = thing.amodal & (found.instances[thing.patch.place] != number)
        np.testing.assert_array_equal(thing.visible | hidden, thing.amodal)
        assert not (thing.visible & hidden).any()


def test_a_label_is_drawn_by_the_path_that_is_painted() -> None:
    scene = drops(3)
    for thing, item in zip(render(scene, 2).things, scene.placed(), strict=True):
        assert thing.label.path is item.path


def test_groups_move_their_parts_from_the_innermost_outwards() -> None:
    inner = Group((Item(SQUARE, RED),), ((0.5, 0, 0), (0, 0.5, 0)))
    scene = Scene(8, 4, (Group((inner,), ((1, 0, 3), (0, 1, 1))),))
    red = render(scene, 1).colour[1] == 0
    np.testing.assert_array_equal(np.argwhere(red), [[1, 3], [1, 4], [2, 3], [2, 4]])


def test_paint_is_laid_on_by_its_share_and_in_order() -> None:
    half = Path((polygon([[0, 0], [0.5, 0], [0.5, 1], [0, 1]]),))
    items = (Item(half, RED), Item(half, Paint((0, 0, 1), 0.5)))
    np.testing.assert_allclose(
        render(Scene(1, 1, items), 1).colour[:, 0, 0], [0.75, 0.375, 0.625]
    )


def test_a_picture_has_the_same_things_at_any_resolution() -> None:
    scene = Scene(10, 10, (Item(Path((circle((5, 5), 3, 8),)), RED, "a"),))
    shares = [(1 - render(scene, r).colour[1]).mean() for r in (2, 8, 32)]
    np.testing.assert_allclose(shares, np.pi * 0.09, rtol=3e-3)


def test_a_label_without_items_is_all_within_its_outline() -> None:
    items = (Item(SQUARE, RED, "a"), Item(SQUARE, BLUE, "b"))
    labels = (Label("x", SQUARE, frozenset({"a"})), Label("x", SQUARE))
    hidden, all_of_it = render(Scene(4, 4, items, labels, ("x",)), 1).things
    assert not hidden.visible.any()
    assert hidden.amodal.all()
    assert all_of_it.visible.all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Scene(0, 4, ()),
            "a scene: it is 0 x 4 mm\n  try: positive lengths, up to a kilometre",
        ),
        (
            lambda: Scene(4, 4, (), (Label("x", SQUARE),), ("y",)),
            'a scene: a label is of class "x"; its classes: y',
        ),
        (
            lambda: Group((), ((1, 2, 0), (2, 4, 0))),
            "a group: its map flattens everything\n  try: a matrix with an inverse",
        ),
        (lambda: Paint((0, 2, 0)), "a paint: it is (0, 2, 0, 1.0)\n  try: numbers in 0..1"),
        (
            lambda: render(Scene(4, 4, ()), 1e6),
            "a picture: 4000000x4000000 pixels; at most 100 million are drawn\n"
            "  try: a lower resolution",
        ),
        (
            lambda: render(Scene(4, 4, ()), float("nan")),
            "a picture: nan pixels a millimetre\n  try: a positive number",
        ),
    ],
)
def test_what_is_no_scene_is_refused(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DrawError) as caught:
        make()
    assert str(caught.value) == message
