"""Formats: what is written comes back; what other tools write is read; the rest is told."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.errors import PictureError
from texelnet.label import FORMATS, Dataset, Labelled, Mask, Thing
from texelnet.label.dataset import joined, signed_area

POINT = st.tuples(st.floats(0, 999), st.floats(0, 999))
POLYGONS = st.lists(POINT, min_size=3, max_size=6).map(lambda p: np.round(np.array(p), 3))
THINGS = st.builds(
    Thing,
    kind=st.sampled_from(["leaf", "drop"]),
    polygons=st.lists(POLYGONS, min_size=1, max_size=3).map(tuple),
    visible=st.floats(0, 1).map(lambda share: round(share, 6)),
)
PICTURES = st.builds(
    Labelled,
    name=st.from_regex(r"[a-z]{1,8}\.png", fullmatch=True),
    width=st.integers(1, 999),
    height=st.integers(1, 999),
    size=st.integers(0, 10**6),
    things=st.lists(THINGS, max_size=4).map(tuple),
)
DATASETS = st.lists(PICTURES, max_size=4, unique_by=lambda p: f"{p.name}{p.size}").map(
    lambda pictures: Dataset(("leaf", "drop"), tuple(pictures))
)


def told(dataset: Dataset) -> list[object]:
    return [
        (p.name, p.width, p.height, p.size, t.kind, t.visible, [q.tolist() for q in t.polygons])
        for p in dataset.pictures
        for t in (*p.things, Thing("", (), 0))
    ]


@pytest.mark.parametrize("name", FORMATS)
@given(dataset=DATASETS)
def test_what_is_written_comes_back(name: str, dataset: Dataset) -> None:
    format = FORMATS[name]
    back = format.read(format.write(dataset), "x.json")
    assert told(back) == told(dataset)
    if dataset.pictures:
        assert back.classes == dataset.classes


def test_coco_has_boxes_and_areas() -> None:
    square = np.array([[1, 2], [4, 2], [4, 6], [1, 6.0]])
    picture = Labelled("a.png", 9, 9, 5, (Thing("leaf", (square,)),))
    written = json.loads(FORMATS["coco"].write(Dataset(("drop", "leaf"), (picture,))))
    (found,) = written["annotations"]
    assert (found["bbox"], found["area"], found["category_id"]) == ([1, 2, 3, 4], 12, 2)


def test_coco_has_masks_under_the_keys_of_kins() -> None:
    square = np.array([[1, 2], [4, 2], [4, 6], [1, 6.0]])
    whole = Mask.of(np.ones((4, 3), bool), 2, 1, 9, 8)
    seen = Mask.of(np.ones((2, 3), bool), 2, 1, 9, 8)
    picture = Labelled("a.png", 8, 9, 5, (Thing("leaf", (square,), 0.5, whole, seen),))
    text = FORMATS["coco"].write(Dataset(("leaf",), (picture,)))
    (found,) = json.loads(text)["annotations"]
    assert found["inmodal_bbox"] == [1, 2, 3, 2]
    assert found["inmodal_seg"] == {"size": [9, 8], "counts": seen.counts}
    (back,) = FORMATS["coco"].read(text, "x.json").pictures[0].things
    assert (back.amodal, back.inmodal) == (whole, seen)


def test_regions_of_vias_first_version_are_read() -> None:
    shape = {"name": "polygon", "all_points_x": [0, 3, 3], "all_points_y": [0, 0, 4]}
    region = {"shape_attributes": shape, "region_attributes": {"name": "leaf"}}
    record = {"filename": "a.png", "size": 7, "regions": {"0": region, "1": region}}
    (picture,) = FORMATS["via"].read(json.dumps({"a.png7": record}), "x").pictures
    assert (picture.width, picture.height, len(picture.things)) == (3, 4, 2)


def test_a_hole_is_joined_to_what_is_around_it() -> None:
    outer = np.array([[0, 0], [9, 0], [9, 9], [0, 9.0]])
    hole = np.array([[3, 3], [3, 6], [6, 6], [6, 3.0]])
    (found,) = joined([outer, hole])
    assert signed_area(found) == pytest.approx(72)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("coco", "{", "x.json:1: this is no JSON: Expecting property name"),
        ("coco", "[]", "x.json: this is no COCO file: TypeError: list indices must be"),
        (
            "coco",
            '{"categories":[{"id":1,"name":"a"}],"images":[],"annotations":'
            '[{"id":3,"image_id":1,"category_id":1,"segmentation":{"counts":[]}}]}',
            "x.json: this is no COCO file: ValueError: annotation 3 is no polygon",
        ),
        (
            "coco",
            '{"categories":[{"id":1,"name":"a"}],"images":[],"annotations":[{"id":3,"image_id":1,'
            '"category_id":1,"segmentation":[],"amodal_seg":{"size":[2,2],"counts":[4]}}]}',
            "x.json: this is no COCO file: ValueError: the run lengths of a mask are no text",
        ),
        (
            "via",
            '{"a":{"filename":"a","size":1,"regions":[{"shape_attributes":{"name":"rect"},'
            '"region_attributes":{"name":"leaf"}}]}}',
            "x.json: this is no VIA file: ValueError: region 0 of a is a rect",
        ),
        ("via", "[" * 100_000, "x.json: it is nested too deeply"),
    ],
)
def test_what_is_no_such_file_is_told(name: str, text: str, message: str) -> None:
    with pytest.raises(PictureError) as caught:
        FORMATS[name].read(text, "x.json")
    assert str(caught.value).startswith(message)
