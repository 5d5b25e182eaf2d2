"""Rain as pictures: each frame a scene, or a background seen through the drops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.path import Contour, Path
from texelnet.draw.rain import Glass, Rain
from texelnet.draw.raster import Patch, check_size, patches
from texelnet.draw.render import render
from texelnet.draw.runlets import contours
from texelnet.draw.scene import Group, Item, Label, Scene
from texelnet.draw.water import parts
from texelnet.errors import DrawError
from texelnet.picture import resample

Planes = NDArray[np.float32]
SKY = (0.62, 0.7, 0.76)
LONGEST = 3600
WIDER = 2.5
"""How many times its own width a drop shows, upside down."""


def scene(now: Rain) -> Scene:
    """Return the drops as a scene with a label each, the smallest first."""
    order = np.argsort(now.volume, kind="stable")
    drawn = contours(now)
    items: list[Item | Group] = []
    labels = []
    for number in order:
        name, outline = f"drop {number}", drawn[number]
        x, y = now.place[number]
        items += parts(outline, (float(x), float(y)), name)
        labels.append(Label("drop", Path((outline,)), frozenset({name})))
    glass = now.glass
    return Scene(glass.width, glass.height, tuple(items), tuple(labels), ("drop",), SKY)


def resting(rains: Iterable[Rain], still: float) -> Iterator[Scene]:
    """Give scenes without labels, in which a drop rests while it hardly changes.

    Its items are then the same objects, so a film of outlines holds them once. A drop keeps its
    name, and those that came first are painted first.

    Parameters
    ----------
    still
        Millimetres that an outline may change before it is drawn anew.
    """
    shown: dict[int, tuple[Contour, tuple[Item, ...]]] = {}
    for now in rains:
        before, shown = shown, {}
        size = now.glass.width, now.glass.height
        for name, outline, (x, y) in zip(
            now.name.tolist(), contours(now), now.place.tolist(), strict=True
        ):
            old = before.get(name)
            if old is None or np.abs(old[0].cubics - outline.cubics).max() > still:
                drawn = Scene(*size, parts(outline, (x, y), f"drop {name}"))
                shown[name] = outline, tuple(drawn.placed())
            else:
                shown[name] = old
        items = tuple(item for name in sorted(shown) for item in shown[name][1])
        yield Scene(*size, items, background=SKY)


def frames(
    now: Rain,
    count: int,
    rate: float = 30.0,
    resolution: float = 6.0,
    background: Planes | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Give pictures (height, width, 3) of rain going on.

    Parameters
    ----------
    rate
        Frames a second.
    resolution
        Pixels a millimetre.
    background
        float32 (3, height, width) in 0..1: what is seen through the glass, cut to its shape;
        without one, drops are painted.
    """
    size = round(now.glass.width * resolution), round(now.glass.height * resolution)
    behind = None if background is None else _fitted(background, *size)
    for _ in range(count):
        if behind is None:
            picture = render(scene(now), resolution).colour
        else:
            picture = refracted(now, behind, resolution)
        levels = np.floor(picture.clip(0, 1) * 255 + 0.5).astype(np.uint8)
        yield np.ascontiguousarray(levels.transpose(1, 2, 0))
        now = now.step(1 / rate)


def check_frames(glass: Glass, seconds: float, rate: float, resolution: float) -> int:
    """Return how many frames there are to be.

    Raises
    ------
    DrawError
        There are none or too many, or they have no pixels or too many.
    """
    if not 1 <= rate <= 1000:
        raise DrawError("rain", f"{rate:g} frames a second", "1 to 1000")
    if not 1 / rate <= seconds <= LONGEST:
        raise DrawError("rain", f"{seconds:g} seconds", f"one frame to {LONGEST} seconds")
    if not 0 < resolution < 1e6:
        raise DrawError("rain", f"{resolution:g} pixels a millimetre", "a positive number")
    check_size(round(glass.width * resolution), round(glass.height * resolution))
    return round(seconds * rate)


def refracted(now: Rain, behind: Planes, resolution: float) -> Planes:
    """Return a background through the drops: each shows it upside down, darker at its rim."""
    maps = ((resolution, 0, 0), (0, resolution, 0))
    shapes = [contour.through(maps) for contour in contours(now)]
    picture = behind.astype(np.float64)
    height, width = behind.shape[1:]
    seen = patches(shapes, width, height)
    for patch, place, radius in zip(seen, now.place, now.radius, strict=True):
        colour, share = _lens(behind, patch, place * resolution, float(radius) * resolution)
        under = picture[:, *patch.place]
        under += share * (colour - under)
    return np.asarray(picture, np.float32)


def _lens(
    behind: Planes, patch: Patch, centre: NDArray[np.float64], radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what a drop shows (3, height, width), and how much of each pixel it covers."""
    height, width = patch.coverage.shape
    y = (patch.top + np.arange(height) + 0.5 - centre[1])[:, None]
    x = (patch.left + np.arange(width) + 0.5 - centre[0])[None]
    row = np.clip(centre[1] - WIDER * y, 0, behind.shape[1] - 1).astype(np.int64)
    column = np.clip(centre[0] - WIDER * x, 0, behind.shape[2] - 1).astype(np.int64)
    out = (x * x + y * y) / radius**2
    shine = np.exp(-(((x / radius + 0.35) ** 2 + (y / radius + 0.4) ** 2) / 0.03))
    light = 1 - 0.45 * np.clip(out, 0, 1.3) ** 2
    return behind[:, row, column] * light + 0.5 * shine, patch.coverage


def _fitted(background: Planes, width: int, height: int) -> Planes:
    """Return a picture enlarged or shrunk to cover a size, its middle."""
    planes = background if len(background) == 3 else np.repeat(background[:1], 3, axis=0)
    scale = max(width / planes.shape[2], height / planes.shape[1])
    large = resample(planes, scale * (1 + 1e-9))
    top, left = (large.shape[1] - height) // 2, (large.shape[2] - width) // 2
    return np.asarray(large[:, top : top + height, left : left + width])
