"""Droplets on a window, behind it lights out of focus."""

from __future__ import annotations

from math import hypot

from texelnet.draw.drop import Drop
from texelnet.draw.path import Path
from texelnet.draw.scene import Group, Item, Label, Paint, Scene
from texelnet.draw.scenes.kind import Draws, Kind, Setting
from texelnet.draw.spline import circle
from texelnet.draw.water import parts

SETTINGS = {
    "size": Setting((64, 64), (1, 1e4), "width and height in mm"),
    "drops": Setting(
        (12, 30), (0, 5000), "how many are tried; those without room are left out"
    ),
    "volume": Setting((2, 60), (1e-3, 1e6), "in microlitres"),
    "wobble": Setting((0.1, 0.5), (0, 1), "how far from a circle"),
    "lights": Setting((4, 9), (0, 100), "behind the window"),
}
ROOM = 1.05
"""How much farther apart centres are than the radii together."""


def draw(draws: Draws, annotate: str) -> Scene:
    """Return the scene; each drop is a thing."""
    size = draws("size")
    items: list[Item | Group] = [_light(draws, n, size) for n in range(draws.whole("lights"))]
    labels: list[Label] = []
    taken: list[tuple[float, float, float]] = []
    for n in range(draws.whole("drops")):
        low, high = draws("volume", n), draws("volume", n, 1)
        x, y = draws.unit("x", n) * size, draws.unit("y", n) * size
        seed = int(draws.unit("form", n) * 2**31)
        drop = Drop(min(low, high), seed, draws("wobble", n), maker="tension", at=(x, y))
        if any(hypot(x - u, y - v) < ROOM * (drop.radius + r) * 1.2 for u, v, r in taken):
            continue
        taken.append((x, y, drop.radius))
        painted = parts(drop.outline().contour, (x, y), f"drop {n}")
        assert isinstance(painted[0], Item)
        items += painted
        labels.append(Label("drop", painted[0].path, frozenset({f"drop {n}"})))
    return Scene(size, size, tuple(items), tuple(labels), ("drop",), (0.16, 0.2, 0.27))


def _light(draws: Draws, number: int, size: float) -> Item:
    """Return a disc, as a lens out of focus makes of a light."""
    x, y = draws.unit("light x", number) * size, draws.unit("light y", number) * size
    warm = draws.unit("light warm", number)
    paint = Paint((0.55 + 0.4 * warm, 0.6, 0.9 - 0.6 * warm), 0.25)
    radius = size * (0.05 + 0.12 * draws.unit("light size", number))
    return Item(Path((circle((x, y), radius, 8),)), paint)


KIND = Kind("droplets", "Drops of water on a window.", ("drop",), SETTINGS, draw)
