"""Drawn datasets: the same bytes for the same seed, and labels where the paint is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from texelnet.draw import Path as Outline
from texelnet.draw import coverage, polygon
from texelnet.draw.scenes import SCENES
from texelnet.errors import DrawError
from texelnet.label import FORMATS
from texelnet.label.drawn import Order, draw_dataset, labelled, voc_colours


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_seed_gives_the_same_bytes_however_many_draw(tmp_path: Path) -> None:
    for name, jobs in (("one", 1), ("two", 2)):
        draw_dataset(Order("shapes", 5, seed=3, resolution=1), tmp_path / name, jobs)
    first, second = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert first == second
    assert len(first) == 3 * 5 + 3


def test_what_was_ordered_is_told_with_the_fonts_it_was_lettered_in(tmp_path: Path) -> None:
    ranges = (("points", (7.0, 7.0)),)
    draw_dataset(Order("lines", 1, 3, ranges=ranges, resolution=1), tmp_path)
    told = json.loads((tmp_path / "scene.json").read_text())
    again = Order(
        told["kind"],
        told["count"],
        told["seed"],
        told["annotate"],
        tuple((name, tuple(span)) for name, span in told["settings"].items()),
        told["resolution"],
    )
    draw_dataset(again, tmp_path / "again")
    assert contents(tmp_path / "again").items() <= contents(tmp_path).items()
    known = "b184b89e3c1075f22f6b71575b6fc20d4972b3cfd3b23322ca6fd596dcaef167"
    assert told["fonts"]["DejaVuSans-Bold.ttf"] == known


def test_index_pictures_hold_the_classes_and_the_things(tmp_path: Path) -> None:
    order = Order("shapes", 1, seed=2, resolution=2)
    seen: list[int] = []
    draw_dataset(order, tmp_path, done=seen.append)
    rendering = order.render(0)
    with Image.open(tmp_path / "classes" / "00000.png") as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image), rendering.classes)
    with Image.open(tmp_path / "things" / "00000.png") as image:
        np.testing.assert_array_equal(np.asarray(image), rendering.instances)
    assert seen == [0]


def test_the_palette_is_pascal_vocs() -> None:
    known = {1: (128, 0, 0), 2: (0, 128, 0), 15: (192, 128, 128), 20: (0, 64, 128)}
    colours = voc_colours()
    assert {n: tuple(colours[n].tolist()) for n in known} == known


@pytest.mark.parametrize("kind", SCENES)
def test_polygons_cover_the_whole_masks(kind: str) -> None:
    rendering = Order(kind, 1, seed=1).render(0)
    height, width = rendering.classes.shape
    seen = [thing for thing in rendering.things if thing.visible.any()]
    things = labelled(rendering, "a.png", 0).things
    assert [thing.kind for thing in things] == [thing.label.kind for thing in seen]
    for thing, drawn in list(zip(things, seen, strict=True))[:12]:
        path = Outline(tuple(polygon(points) for points in thing.polygons))
        read = coverage(path, width, height)
        wanted = rendering.whole(drawn.patch.coverage, drawn)
        assert np.abs(read - wanted).mean() * read.size <= 0.02 * wanted.sum() + 1


UNITS = [(kind.name, unit) for kind in SCENES.values() for unit in kind.annotations]


@pytest.mark.parametrize(("kind", "unit"), UNITS)
def test_masks_are_those_of_the_rendering_and_share_out_its_pictures(
    tmp_path: Path, kind: str, unit: str
) -> None:
    order = Order(kind, 1, seed=6, annotate=unit, resolution=3)
    draw_dataset(order, tmp_path)
    rendering = order.render(0)
    drawn = [thing for thing in rendering.things if thing.visible.any()]
    (picture,) = FORMATS["coco"].read((tmp_path / "coco.json").read_text(), "x").pictures
    together = np.zeros(rendering.classes.shape, bool)
    for thing, told in zip(drawn, picture.things, strict=True):
        assert told.amodal is not None
        assert told.inmodal is not None
        whole, seen = told.amodal.pixels, told.inmodal.pixels
        np.testing.assert_array_equal(whole, rendering.whole(thing.amodal, thing))
        np.testing.assert_array_equal(seen, rendering.whole(thing.visible, thing))
        assert not (seen & ~whole).any()
        assert told.visible == pytest.approx(seen.sum() / whole.sum(), abs=1e-6)
        together |= seen
    with Image.open(tmp_path / "things" / "00000.png") as image:
        np.testing.assert_array_equal(together, np.asarray(image) > 0)


@pytest.mark.parametrize("kind", SCENES)
def test_labels_together_are_where_what_is_labelled_was_painted(kind: str) -> None:
    """Told by the coverage of each path by itself, not by the rendering's own maps."""
    order = Order(kind, 1, seed=6, resolution=3)
    scene, rendering = SCENES[kind].make((6, 0)), order.render(0)
    labelled = frozenset().union(*(label.items or () for label in scene.labels))
    height, width = rendering.classes.shape
    painted = np.zeros((height, width), bool)
    for item in scene.placed():
        share = coverage(item.path.through([[3, 0, 0], [0, 3, 0]]), width, height)
        painted[share > 0.5] = item.name in labelled
    np.testing.assert_array_equal(painted, rendering.instances > 0)


def test_an_order_is_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    for order, message in (
        (Order("shapes", 1, resolution=1e6), "at most 100 million"),
        (Order("leaves", 1, annotate="x"), "not annotated by"),
    ):
        with pytest.raises(DrawError, match=message):
            draw_dataset(order, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(DrawError, match="0 pictures of seed 0"):
        Order("shapes", 0)
