"""COCO: images, annotations and categories, each with a number.

`segmentation` is the whole outline, hidden parts too, and `inmodal_seg` with `inmodal_bbox` the
pixels that are seen, as KINS calls them. Keys of our own, which other readers pass over, are
`amodal_seg`, the pixels that the outline covers by more than half, and `visible`, the share of
them that is seen. Masks are run lengths. `iscrowd` is 0. Boxes are left, top, width, height.

See Lin et al., "Microsoft COCO", 2014, and cocodataset.org, "Data format"; Qi et al., "Amodal
Instance Segmentation with KINS Dataset", 2019.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from texelnet.label.dataset import Dataset, Labelled, Thing
from texelnet.label.formats.format import Format
from texelnet.label.reading import parsed, polygon, rounded
from texelnet.label.rle import Mask


def write(dataset: Dataset) -> str:
    """Return the JSON."""
    numbers = {kind: index for index, kind in enumerate(dataset.classes, 1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, picture in enumerate(dataset.pictures, 1):
        images.append(
            {
                "id": number,
                "file_name": picture.name,
                "width": picture.width,
                "height": picture.height,
                "bytes": picture.size,
            }
        )
        for thing in picture.things:
            about = {"id": len(annotations) + 1, "image_id": number}
            annotations.append(about | _thing(thing, numbers[thing.kind]))
    categories = [{"id": number, "name": kind} for kind, number in numbers.items()]
    content = {"images": images, "annotations": annotations, "categories": categories}
    return json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n"


def _thing(thing: Thing, category: int) -> dict[str, Any]:
    left, top, right, bottom = thing.box
    return {
        "category_id": category,
        "segmentation": [rounded(points.ravel()) for points in thing.polygons],
        "bbox": [round(n, 3) for n in (left, top, right - left, bottom - top)],
        "area": round(thing.area, 3),
        "iscrowd": 0,
        "visible": round(thing.visible, 6),
        **_masks(thing),
    }


def _masks(thing: Thing) -> dict[str, Any]:
    known = {"amodal_seg": thing.amodal, "inmodal_seg": thing.inmodal}
    found: dict[str, Any] = {
        key: {"size": [mask.height, mask.width], "counts": mask.counts}
        for key, mask in known.items()
        if mask is not None
    }
    if thing.inmodal is not None:
        found["inmodal_bbox"] = list(thing.inmodal.box)
    return found


def _mask(written: Any) -> Mask | None:
    if written is None:
        return None
    (height, width), counts = written["size"], written["counts"]
    if not isinstance(counts, str):
        raise ValueError("the run lengths of a mask are no text")
    return Mask(int(height), int(width), counts)


def read(text: str, where: str) -> Dataset:
    """Return the dataset; annotations that are run lengths are refused."""
    with parsed(text, where, "COCO") as content:
        kinds = {one["id"]: str(one["name"]) for one in content["categories"]}
        things: dict[int, list[Thing]] = defaultdict(list)
        for one in content["annotations"]:
            if not isinstance(one["segmentation"], list):
                raise ValueError(f"annotation {one['id']} is no polygon")
            parts = [polygon(flat[::2], flat[1::2]) for flat in one["segmentation"]]
            masks = [_mask(one.get(key)) for key in ("amodal_seg", "inmodal_seg")]
            kind, seen = kinds[one["category_id"]], one.get("visible", 1.0)
            thing = Thing(kind, tuple(parts), seen, *masks)
            things[one["image_id"]].append(thing)
        pictures = [
            Labelled(
                str(one["file_name"]),
                int(one["width"]),
                int(one["height"]),
                int(one.get("bytes", 0)),
                tuple(things[one["id"]]),
            )
            for one in content["images"]
        ]
        return Dataset(tuple(kinds.values()), tuple(pictures))


COCO = Format("coco", "COCO's annotations: polygons, and masks by run lengths.", write, read)
