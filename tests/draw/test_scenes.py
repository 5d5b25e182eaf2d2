"""Kinds of scenes: one seed one scene, settings apart, labels that do not change a pixel."""

from __future__ import annotations

import numpy as np
import pytest

from texelnet.draw.convex import between, hull, within
from texelnet.draw.path import Contour, polygon
from texelnet.draw.render import render
from texelnet.draw.scene import Label, Scene
from texelnet.draw.scenes import SCENES, _lettering
from texelnet.draw.spline import circle
from texelnet.draw.stroke import stroke
from texelnet.draw.text import printed
from texelnet.draw.text.shape import shape
from texelnet.draw.text.shipped import shipped
from texelnet.errors import DrawError

LEAVES = SCENES["leaves"]
THREE = {"leaves": (3.0, 3.0), "lines": (2.0, 2.0)}


def areas(labels: tuple[Label, ...]) -> list[float]:
    return [label.path.area for label in labels]


@pytest.mark.parametrize("name", SCENES)
def test_a_seed_is_a_scene_and_its_usual_settings_are_within_their_bounds(name: str) -> None:
    kind = SCENES[name]
    usual = {key: setting.usual for key, setting in kind.settings.items()}
    first, second, other = (render(kind.make(s, ranges=usual), 1) for s in (4, 4, 5))
    np.testing.assert_array_equal(first.colour, second.colour)
    np.testing.assert_array_equal(first.instances, second.instances)
    assert not np.array_equal(first.colour, other.colour)
    assert first.instances.any()


@pytest.mark.parametrize("name", SCENES)
def test_how_a_picture_is_annotated_changes_no_pixel(name: str) -> None:
    kind = SCENES[name]
    pictures = [render(kind.make(7, unit), 2).colour for unit in kind.annotations]
    for picture in pictures[1:]:
        np.testing.assert_array_equal(picture, pictures[0])


@pytest.mark.parametrize("seed", range(4))
def test_crossings_share_out_their_leaves_and_groups_join_them(seed: int) -> None:
    by = {unit: LEAVES.make(seed, unit, THREE).labels for unit in LEAVES.annotations}
    assert len(by["leaf"]) == 3 * len(by["group"]) > 0
    assert len(by["crossing"]) == 2 * len(by["leaf"])
    halves = np.array(areas(by["crossing"])).reshape(-1, 2).sum(1)
    np.testing.assert_allclose(halves, areas(by["leaf"]), rtol=1e-2)
    groups = np.array(areas(by["leaf"])).reshape(-1, 3).sum(1)
    np.testing.assert_allclose(groups, areas(by["group"]), rtol=1e-9)
    assert (np.abs(areas(by["outline"])) > 0.6 * np.abs(groups)).all()


def test_a_leaf_lies_on_the_lines_it_crosses_and_under_the_others() -> None:
    alone = {
        "leaves": (1.0, 1.0),
        "lines": (1.0, 1.0),
        "tilt": (0.0, 0.0),
        "groups": (9.0, 9.0),
    }
    found = render(LEAVES.make(3, ranges=alone), 4)
    for thing in found.things:
        white = found.colour[2][thing.patch.place] > 0.6
        ends = thing.path.contours[0].bounds
        if min(ends[:2]) > 0 and max(ends[2:]) < 384:
            covered = (thing.amodal & white).sum() / thing.amodal.sum()
            assert 0 < covered < 0.5


def test_settings_do_not_move_each_other() -> None:
    narrow, wide = (
        LEAVES.make(2, ranges=THREE | {"leaf_width": (w, w), "groups": (1.0, 1.0)})
        for w in (3.0, 5.0)
    )
    first, second = (scene.labels[0].path.contours[0].bounds for scene in (narrow, wide))
    assert len(narrow.labels) == len(wide.labels)
    np.testing.assert_allclose(first[0] + first[2], second[0] + second[2], atol=14)


def test_a_ring_keeps_its_hole_and_every_class_is_drawn() -> None:
    kinds = {label.kind for s in range(9) for label in SCENES["shapes"].make(s).labels}
    assert kinds == {"disc", "triangle", "square", "star", "ring"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            {"annotate": "tree"},
            'a scene of kind "leaves": it is not annotated by "tree"\n'
            "  try: one of leaf, crossing, group, outline",
        ),
        (
            {"ranges": {"tilt": (5, 4)}},
            'a scene of kind "leaves": tilt is 5..4\n  try: within -60..60, the lower first',
        ),
        (
            {"ranges": {"leaf_length": (3, 3), "lines": (2, 2), "tilt": (0, 0)}},
            "leaves: leaves of 3 mm can't cross 2 lines 12 mm apart\n"
            "  try: leaf_length of 13.6 or more",
        ),
        (
            {"ranges": {"spacing": (0.01, 0.01)}},
            "leaves: 9600 lines each way; at most 1000 are drawn\n  try: a larger spacing",
        ),
        (
            {"ranges": {"spacing": (90, 90), "lines": (5, 5)}},
            "leaves: 5 lines are to be crossed, the grid has 2\n"
            "  try: a smaller spacing, or a larger size",
        ),
    ],
)
def test_what_can_not_be_is_refused(words: dict[str, object], message: str) -> None:
    with pytest.raises(DrawError) as caught:
        LEAVES.make(0, **words)  # type: ignore[arg-type]
    assert str(caught.value) == message


PAGE = SCENES["lines"]
QUIET = {"areas": (0.0, 0.0), "strokes": (0.0, 0.0), "panels": (0.0, 0.0), "sounds": (0.0, 0.0)}


def lettered(annotate: str, **ranges: tuple[float, float]) -> Scene:
    return PAGE.make(2, annotate, QUIET | ranges)


def test_letters_words_and_characters_are_labelled_by_the_same_paint() -> None:
    by = {unit: lettered(unit) for unit in PAGE.annotations}
    letters, words, characters = (
        [label for label in by[unit].labels if label.kind not in ("line", "area")]
        for unit in PAGE.annotations
    )
    painted = {item.name: item.path for item in by["letter"].placed()}
    for label in letters:
        (name,) = label.items or ()
        np.testing.assert_array_equal(label.path.bounds, painted[name].bounds)
    assert frozenset().union(*(word.items or () for word in words)) == frozenset().union(
        *(letter.items or () for letter in letters)
    )
    written = "".join(text.line.text for text in by["character"].texts())
    assert "".join(label.kind for label in characters) == written
    assert len(words) == len(list(by["word"].texts()))


@pytest.mark.parametrize("points", [6.0, 10.5, 18.0])
def test_words_have_the_printed_size_that_was_asked_for(points: float) -> None:
    scene = lettered("letter", points=(points, points), turn=(40.0, 40.0), size=(200.0, 200.0))
    for text in scene.texts():
        found = printed(text.line.size, np.array(text.matrix), 72 / 25.4)
        assert (found.points, found.rotation) == (pytest.approx(points), pytest.approx(40))


@pytest.mark.parametrize(("weight", "bold"), [(400.0, False), (700.0, True)])
def test_weight_chooses_the_font(weight: float, bold: bool) -> None:
    scene = PAGE.make(2, ranges={"weight": (weight, weight), "sounds": (2.0, 2.0)})
    assert {"Bold" in text.line.font.name for text in scene.texts()} == {bold}


def test_all_that_pages_say_has_a_class_for_each_of_its_letters() -> None:
    """No ligature makes one letter of two characters, in any of the faces."""
    for name in _lettering.FONTS:
        for word in (*_lettering.SAID, *_lettering.SOUNDS, *_lettering.ENDS):
            for written in (word, word.upper(), word.capitalize()):
                assert len(shape(written, shipped(name), 3).glyphs) == len(written)
                assert set(written) <= set(_lettering.CHARACTERS)


def test_a_polygon_is_cut_at_lines() -> None:
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4.0]])
    assert polygon(between(square, 0, 1, 2)).area == pytest.approx(4)
    assert polygon(within(square - 1, 2, 2)).area == pytest.approx(4)
    assert len(within(square + 9, 4, 4)) == 0
    assert polygon(between(square, 1, -np.inf, np.inf)).area == pytest.approx(16)


def test_a_hull_holds_all_points() -> None:
    points = np.random.default_rng(1).normal(size=(50, 2))
    corners = hull(points)
    sides = np.roll(corners, -1, axis=0) - corners
    beside = points[:, None] - corners
    turned = sides[:, 0] * beside[..., 1] - sides[:, 1] * beside[..., 0]
    assert (turned >= -1e-12).all()


def test_a_stroke_is_as_wide_as_the_pen() -> None:
    line = polygon([[0, 0], [10, 0]], closed=False)
    assert abs(stroke(line, 2).area) == pytest.approx(20 + np.pi, rel=0.01)
    around = stroke(circle(radius=5, segments=8), 1)
    assert abs(around.area) == pytest.approx(10 * np.pi, rel=0.01)
    bend = Contour(circle(radius=5, segments=8).cubics[:3], closed=False)
    assert abs(stroke(bend, 1).area) == pytest.approx(bend.length + np.pi / 4, rel=0.01)
    with pytest.raises(DrawError, match="its width is 0"):
        stroke(line, 0)
