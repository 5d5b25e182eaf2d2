"""Shapes of five classes, over each other, for segmentation."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np

from texelnet.draw.path import Path, polygon
from texelnet.draw.scene import Item, Label, Paint, Scene
from texelnet.draw.scenes.kind import Draws, Kind, Setting
from texelnet.draw.spline import circle

SETTINGS = {
    "size": Setting((64, 64), (1, 1e4), "width and height in mm"),
    "shapes": Setting((4, 9), (0, 1000), "how many"),
    "radius": Setting((4, 13), (0.01, 1e4), "in mm"),
    "stretch": Setting((0.7, 1.0), (0.05, 1), "the shorter axis by the longer"),
}


def _star(corners: int, inner: float) -> Path:
    """Return a polygon of points on two circles in turn, the first pointing up."""
    angles = pi * np.arange(2 * corners) / corners - pi / 2
    radii = np.where(np.arange(2 * corners) % 2, inner, 1.0)
    return Path((polygon(radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], -1)),))


SHAPES: dict[str, Callable[[], Path]] = {
    "disc": lambda: Path((circle(segments=8),)),
    "triangle": lambda: _star(3, 0.5),
    "square": lambda: _star(4, 0.5**0.5),
    "star": lambda: _star(5, 0.4),
    "ring": lambda: Path((circle(segments=8), circle(radius=0.55, segments=8).reversed())),
}


def draw(draws: Draws, annotate: str) -> Scene:
    """Return the scene; each shape is a thing of its class."""
    size = draws("size")
    items, labels = [], []
    for n in range(draws.whole("shapes")):
        kind = list(SHAPES)[int(draws.unit("kind", n) * len(SHAPES))]
        turn, radius = draws.unit("turn", n) * 2 * pi, draws("radius", n)
        x, y = draws.unit("x", n) * size, draws.unit("y", n) * size
        long, short = radius, radius * draws("stretch", n)
        matrix = [
            [long * cos(turn), -short * sin(turn), x],
            [long * sin(turn), short * cos(turn), y],
        ]
        path = SHAPES[kind]().through(matrix)
        red, green, blue = draws.generator("colour", n).uniform(0.1, 0.9, 3)
        items.append(Item(path, Paint((red, green, blue)), f"{kind} {n}"))
        labels.append(Label(kind, path, frozenset({f"{kind} {n}"})))
    ground = draws.generator("ground").uniform(0.75, 1.0, 3)
    background = (float(ground[0]), float(ground[1]), float(ground[2]))
    return Scene(size, size, tuple(items), tuple(labels), tuple(SHAPES), background)


KIND = Kind("shapes", "Shapes of five classes, over each other.", ("shape",), SETTINGS, draw)
