"""Drawn: scenes as files, a picture, an index PNG of classes and one of things for each.

A folder holds pictures/00000.png, classes/00000.png (a palette picture whose indices are the
classes, 0 where there is none), things/00000.png (grey of 16 bit, the number of the thing), a
file for each format, and scene.json: what was ordered, with all settings, and the SHA-256 of
the fonts. A file is there whole or not at all; the same seed gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.disk import write_whole
from texelnet.draw.convex import within
from texelnet.draw.render import Rendering, pixels, render
from texelnet.draw.scenes import SCENES
from texelnet.draw.text.shipped import digest
from texelnet.errors import DrawError
from texelnet.label.dataset import Dataset, Labelled, Thing, joined
from texelnet.label.formats import FORMATS
from texelnet.label.rle import Mask
from texelnet.picture import png

CHORD = 0.02
"""How far a polygon may be from the outline, in pixels."""
FOLDERS = ("pictures", "classes", "things")


@dataclass(frozen=True)
class Order:
    """What is to be drawn.

    Parameters
    ----------
    kind
        One of SCENES.
    count
        How many pictures.
    seed
        The same seed makes the same files; each picture has its own random values.
    annotate
        One of the kind's annotations; the first if empty.
    ranges
        Settings that are not as usual.
    resolution
        Pixels a millimetre.
    """

    kind: str
    count: int
    seed: int = 0
    annotate: str = ""
    ranges: tuple[tuple[str, tuple[float, float]], ...] = ()
    resolution: float = 4.0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 1_000_000 or self.seed < 0:
            fact = f"{self.count} pictures of seed {self.seed}"
            raise DrawError("scenes", fact, "1 to a million pictures, a seed of 0 or more")

    def render(self, number: int) -> Rendering:
        """Return one of the pictures."""
        seed = (self.seed, number)
        scene = SCENES[self.kind].make(seed, self.annotate, dict(self.ranges))
        return render(scene, self.resolution)

    def told(self) -> dict[str, Any]:
        """Return all that makes the files what they are, as JSON has it."""
        kind = SCENES[self.kind]
        usual = {name: setting.usual for name, setting in kind.settings.items()}
        return {
            "kind": self.kind,
            "count": self.count,
            "seed": self.seed,
            "annotate": self.annotate or kind.annotations[0],
            "resolution": self.resolution,
            "settings": usual | dict(self.ranges),
            "fonts": {name: digest(name) for name in kind.fonts},
        }

    def check(self) -> None:
        """Raise what can be known before any work."""
        scene = SCENES[self.kind].make((self.seed, 0), self.annotate, dict(self.ranges))
        pixels(scene, self.resolution)


def draw_dataset(
    order: Order, folder: Path, jobs: int = 1, done: Callable[[int], object] = lambda n: None
) -> Dataset:
    """Draw pictures into a folder, and tell what is in them.

    Parameters
    ----------
    jobs
        How many processes draw; 1 draws here.
    done
        Is called with the number of each finished picture.

    Raises
    ------
    DrawError
        The order can't be drawn; OSError if the folder can't be written to.
    """
    order.check()
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    pictures = []
    for number, labelled in enumerate(_each(order, folder, jobs)):
        pictures.append(labelled)
        done(number)
    dataset = Dataset(_classes(order), tuple(pictures))
    for format in FORMATS.values():
        text = format.write(dataset)
        _put(folder / f"{format.name}.json", text.encode())
    _put(folder / "scene.json", (json.dumps(order.told(), indent=1) + "\n").encode())
    return dataset


def _classes(order: Order) -> tuple[str, ...]:
    scene = SCENES[order.kind].make((order.seed, 0), order.annotate, dict(order.ranges))
    return scene.classes


def _each(order: Order, folder: Path, jobs: int) -> Iterator[Labelled]:
    draw = partial(_draw, order, folder)
    if jobs == 1:
        yield from map(draw, range(order.count))
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        yield from pool.map(draw, range(order.count), chunksize=4)


def _draw(order: Order, folder: Path, number: int) -> Labelled:
    """Write one picture's files."""
    rendering = order.render(number)
    name = f"{number:05}.png"
    levels = np.floor(rendering.colour.clip(0, 1) * np.float64(255) + 0.5).astype(np.uint8)
    picture = b"".join(png.write(np.ascontiguousarray(levels.transpose(1, 2, 0))))
    files = (picture, index_png(rendering.classes), _grey(rendering.instances))
    for place, content in zip(FOLDERS, files, strict=True):
        _put(folder / place / name, content)
    return labelled(rendering, name, len(picture))


def _put(path: Path, content: bytes) -> None:
    write_whole(path, lambda file: file.write(content))


def labelled(rendering: Rendering, name: str, size: int) -> Labelled:
    """Return what is in a rendering; what is not seen at all is left out."""
    height, width = rendering.classes.shape
    things = []
    for thing in rendering.things:
        if not thing.visible.any():
            continue
        contours = [contour.flatten(CHORD) for contour in thing.path.contours]
        parts = joined(within(points, width, height) for points in contours)
        if parts:
            share = float(thing.visible.sum() / thing.amodal.sum())
            top, left = thing.patch.top, thing.patch.left
            masks = [
                Mask.of(mask, top, left, height, width)
                for mask in (thing.amodal, thing.visible)
            ]
            things.append(Thing(thing.label.kind, parts, share, *masks))
    return Labelled(name, width, height, size, tuple(things))


def index_png(classes: NDArray[np.uint8]) -> bytes:
    """Return a PNG whose pixels are indices, in the colours of PASCAL VOC."""
    return b"".join(png.write_indexed(classes, voc_colours()))


def _grey(instances: NDArray[np.uint16]) -> bytes:
    return b"".join(png.write(instances[:, :, None]))


def voc_colours() -> NDArray[np.uint8]:
    """Return (256, 3), PASCAL VOC's: the bits of the index, spread over red, green and blue."""
    index = np.arange(256)[:, None]
    bits = [((index >> (3 * k + np.arange(3))) & 1) << (7 - k) for k in range(3)]
    return np.asarray(sum(bits), np.uint8)
