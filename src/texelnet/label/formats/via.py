"""VIA: the VGG Image Annotator's regions, a record for each picture.

A record's key is the file's name with its size in bytes. A region is one polygon; the parts of
one thing carry the same number in `thing`. Version 1 wrote regions as a dict, later ones as a
list; both are read. A picture's width and height, which VIA does not keep, are file attributes.

See Dutta, Zisserman, "The VIA Annotation Software for Images, Audio and Video", 2019.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from texelnet.label.dataset import Dataset, Floats, Labelled, Thing
from texelnet.label.formats.format import Format
from texelnet.label.reading import parsed, polygon, rounded


def write(dataset: Dataset) -> str:
    """Return the JSON."""
    records = {
        f"{picture.name}{picture.size}": {
            "filename": picture.name,
            "size": picture.size,
            "regions": [
                _region(points, thing, number)
                for number, thing in enumerate(picture.things, 1)
                for points in thing.polygons
            ],
            "file_attributes": {
                "width": picture.width,
                "height": picture.height,
                "classes": ",".join(dataset.classes),
            },
        }
        for picture in dataset.pictures
    }
    return json.dumps(records, separators=(",", ":"), allow_nan=False) + "\n"


def _region(points: Floats, thing: Thing, number: int) -> dict[str, Any]:
    shape = {
        "name": "polygon",
        "all_points_x": rounded(points[:, 0]),
        "all_points_y": rounded(points[:, 1]),
    }
    about = {"name": thing.kind, "thing": number, "visible": round(thing.visible, 6)}
    return {"shape_attributes": shape, "region_attributes": about}


def read(text: str, where: str) -> Dataset:
    """Return the dataset; a project's records are taken out of it."""
    with parsed(text, where, "VIA") as content:
        records = content.get("_via_img_metadata", content)
        classes: dict[str, None] = {}
        pictures = [_picture(record, classes) for record in records.values()]
        return Dataset(tuple(classes), tuple(pictures))


def _picture(record: dict[str, Any], classes: dict[str, None]) -> Labelled:
    about = record.get("file_attributes") or {}
    known = [kind for kind in str(about.get("classes", "")).split(",") if kind]
    classes.update(dict.fromkeys(known))
    regions = record["regions"]
    parts: dict[Any, list[Any]] = {}
    for place, region in enumerate(regions.values() if isinstance(regions, dict) else regions):
        shape, named = region["shape_attributes"], region["region_attributes"]
        if shape["name"] != "polygon":
            raise ValueError(f"region {place} of {record['filename']} is a {shape['name']}")
        kind = str(named["name"])
        classes.setdefault(kind)
        key = named.get("thing", f"region {place}")
        one = parts.setdefault(key, [kind, [], float(named.get("visible", 1.0))])
        one[1].append(polygon(shape["all_points_x"], shape["all_points_y"]))
    things = [Thing(kind, tuple(points), seen) for kind, points, seen in parts.values()]
    far = np.max([t.box[2:] for t in things], axis=0) if things else np.zeros(2)
    width, height = (int(about.get(k, np.ceil(f))) for k, f in zip(_SIDES, far, strict=True))
    return Labelled(record["filename"], width, height, int(record["size"]), tuple(things))


_SIDES = ("width", "height")
VIA = Format("via", "The VGG Image Annotator's regions.", write, read)
