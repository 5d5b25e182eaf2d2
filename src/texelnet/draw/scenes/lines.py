"""Line art: what upscalers are trained on, pen strokes and flat areas with an ink line."""

from __future__ import annotations

import numpy as np

from texelnet.draw.drop import Drop
from texelnet.draw.path import Contour, Path
from texelnet.draw.scene import Item, Label, Paint, Scene
from texelnet.draw.scenes.kind import Draws, Kind, Setting
from texelnet.draw.spline import catmull_rom
from texelnet.draw.stroke import stroke

SETTINGS = {
    "size": Setting((64, 64), (1, 1e4), "width and height in mm"),
    "areas": Setting((1, 4), (0, 200), "flat colours with an ink line around"),
    "strokes": Setting((5, 14), (0, 1000), "lines of a pen"),
    "pen": Setting((0.3, 1.2), (0.01, 100), "the pen's width in mm"),
}
INK = Paint((0.09, 0.08, 0.12))


def draw(draws: Draws, annotate: str) -> Scene:
    """Return the scene; lines and areas are things."""
    size = draws("size")
    items: list[Item] = []
    labels: list[Label] = []

    def add(kind: str, path: Path, paint: Paint) -> None:
        name = f"{kind} {len(items)}"
        items.append(Item(path, paint, name))
        labels.append(Label(kind, path, frozenset({name})))

    for n in range(draws.whole("areas")):
        outline = _area(draws, n, size)
        red, green, blue = draws.generator("colour", n).uniform(0.35, 0.95, 3)
        add("area", Path((outline,)), Paint((red, green, blue)))
        add("line", stroke(outline, draws("pen", n)), INK)
    for n in range(draws.whole("strokes")):
        add("line", stroke(_curve(draws, n, size), draws("pen", n, 1)), INK)
    return Scene(size, size, tuple(items), tuple(labels), ("line", "area"), (0.98, 0.97, 0.94))


def _area(draws: Draws, number: int, size: float) -> Contour:
    x, y = (size * (0.15 + 0.7 * draws.unit(f"area {axis}", number)) for axis in "xy")
    radius = size * (0.08 + 0.17 * draws.unit("area size", number))
    seed = int(draws.unit("area form", number) * 2**31)
    drop = Drop(1, seed, 0.5, maker="tension")
    grown = radius / drop.radius
    return drop.outline().contour.through([[grown, 0, x], [0, grown, y]])


def _curve(draws: Draws, number: int, size: float) -> Contour:
    """Return a line that seldom turns sharply: a walk whose direction changes little."""
    rng = draws.generator("curve", number)
    at, turn = rng.uniform(0, size, 2), rng.uniform(0, 6.3)
    step, points = size * rng.uniform(0.05, 0.12), []
    for _ in range(int(rng.integers(3, 9))):
        points.append(at)
        turn += rng.uniform(-0.7, 0.7)
        at = at + step * np.array([np.cos(turn), np.sin(turn)])
    return catmull_rom(points, closed=False)


KIND = Kind("lines", "Line art: strokes of a pen and inked areas.", ("part",), SETTINGS, draw)
