"""Render: a scene as pixels, and in the same walk what is where.

Each item's coverage is exact. It is painted by its share, and it is *on top* where it covers
more than half of a pixel and nothing later does. A label's whole mask is where its own outline
covers more than half; what of it is seen is where an item that shows it is on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.path import Path
from texelnet.draw.raster import Patch, check_size, patches
from texelnet.draw.scene import Item, Label, Matrix, Scene
from texelnet.errors import DrawError

Planes = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Thing:
    """One label, in pixels.

    Parameters
    ----------
    label
        What it is.
    path
        Its outline in pixels.
    patch
        Its coverage, hidden parts too.
    visible
        Which pixels of the patch show it.
    """

    label: Label
    path: Path
    patch: Patch
    visible: Mask

    @property
    def amodal(self) -> Mask:
        """Its whole mask, hidden parts too, of the patch."""
        return self.patch.mostly


@dataclass(frozen=True, eq=False)
class Rendering:
    """A scene in pixels.

    Parameters
    ----------
    colour
        float32 (3, height, width), red, green and blue in 0..1.
    things
        One for each of the scene's labels, in their order.
    classes
        uint8 (height, width): 0, or the class's place in the scene's list, from 1.
    instances
        uint16 (height, width): 0, or the label's place, from 1.
    """

    colour: Planes
    things: tuple[Thing, ...]
    classes: NDArray[np.uint8]
    instances: NDArray[np.uint16]

    def whole(self, mask: NDArray[Any], thing: Thing) -> NDArray[Any]:
        """Return a mask of a thing's patch as one of the picture."""
        found = np.zeros(self.classes.shape, mask.dtype)
        found[thing.patch.place] = mask
        return found


def render(scene: Scene, resolution: float) -> Rendering:
    """Draw a scene.

    Parameters
    ----------
    resolution
        Pixels a millimetre.

    Raises
    ------
    DrawError
        The picture would have no pixels, or more than 100 million; there are too many labels.
    """
    width, height = pixels(scene, resolution)
    if len(scene.classes) > 255 or len(scene.labels) > 65535:
        fact = f"{len(scene.classes)} classes, {len(scene.labels)} labels"
        raise DrawError("a scene", fact, "at most 255 classes and 65535 labels")
    items = list(scene.placed())
    maps = to_pixels(scene, resolution)
    paths = [item.path.through(maps) for item in items]
    colour = np.empty((3, height, width))
    colour[:] = np.reshape(scene.background, (3, 1, 1))
    top = np.full((height, width), -1, np.int32)
    drawn = []
    for number, (item, patch) in enumerate(
        zip(items, patches(paths, width, height), strict=True)
    ):
        _paint(colour, item, patch)
        top[patch.place][patch.mostly] = number
        drawn.append(patch)
    known = {id(item.path): place for place, item in enumerate(items)}
    own = [known.get(id(label.path)) for label in scene.labels]
    more = [
        label.path.through(maps)
        for label, at in zip(scene.labels, own, strict=True)
        if at is None
    ]
    rest = iter(zip(more, patches(more, width, height), strict=True))
    found = [next(rest) if at is None else (paths[at], drawn[at]) for at in own]
    names = [item.name for item in items]
    things = tuple(
        Thing(label, path, patch, _seen(label, patch, names, top))
        for label, (path, patch) in zip(scene.labels, found, strict=True)
    )
    return _mapped(scene, things, np.asarray(colour, np.float32))


def pixels(scene: Scene, resolution: float) -> tuple[int, int]:
    """Return the width and height that a scene has at a resolution."""
    if not 0 < resolution < 1e9:
        raise DrawError("a picture", f"{resolution:g} pixels a millimetre", "a positive number")
    width, height = (max(1, round(mm * resolution)) for mm in (scene.width, scene.height))
    check_size(width, height)
    return width, height


def to_pixels(scene: Scene, resolution: float) -> Matrix:
    """Return the map from its millimetres to pixels: its edges lie on whole ones."""
    width, height = pixels(scene, resolution)
    return (width / scene.width, 0.0, 0.0), (0.0, height / scene.height, 0.0)


def _paint(colour: NDArray[np.float64], item: Item, patch: Patch) -> None:
    share = item.paint.alpha * patch.coverage
    for plane, part in zip(colour, item.paint.colour, strict=True):
        plane[patch.place] += share * (part - plane[patch.place])


def _seen(label: Label, patch: Patch, names: list[str], top: NDArray[np.int32]) -> Mask:
    within = patch.mostly
    if label.items is None:
        return np.asarray(within)
    shows = np.array([*(name in label.items for name in names), False])
    return np.asarray(within & shows[top[patch.place]])


def _mapped(scene: Scene, things: tuple[Thing, ...], colour: Planes) -> Rendering:
    classes = np.zeros(colour.shape[1:], np.uint8)
    instances = np.zeros(colour.shape[1:], np.uint16)
    for number, thing in enumerate(things, 1):
        index = scene.classes.index(thing.label.kind) + 1
        classes[thing.patch.place][thing.visible] = index
        instances[thing.patch.place][thing.visible] = number
    return Rendering(colour, things, classes, instances)
