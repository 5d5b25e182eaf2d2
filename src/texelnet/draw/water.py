"""Water: what a drop looks like: a dark rim, a lighter body, a mirrored window."""

from __future__ import annotations

from math import pi, sqrt

from texelnet.draw.drop import Drop
from texelnet.draw.path import Contour, Path
from texelnet.draw.scene import Group, Item, Label, Paint, Scene
from texelnet.draw.spline import circle

WATER = Paint((0.45, 0.66, 0.86))
DEEP = Paint((0.2, 0.42, 0.68))
SHINE = Paint((1.0, 1.0, 1.0), 0.85)


def parts(outline: Contour, centre: tuple[float, float], name: str) -> tuple[Item | Group, ...]:
    """Return a drop's items; the first is painted by the outline itself.

    Parameters
    ----------
    outline
        Star-shaped about the centre.
    """
    x, y = centre
    inner = 0.82
    moved = ((inner, 0, x * (1 - inner)), (0, inner, y * (1 - inner)))
    size = sqrt(outline.area / pi)
    near = _inside(outline, centre)
    window = circle((x - 0.35 * near, y - 0.4 * near), 0.14 * min(near, size), 8)
    return (
        Item(Path((outline,)), DEEP, name),
        Group((Item(Path((outline,)), WATER, name),), moved),
        Item(Path((window,)), SHINE, name),
    )


def _inside(outline: Contour, centre: tuple[float, float]) -> float:
    """Return how far the outline is from its centre, where it is nearest."""
    apart = outline.points([0, 0.25, 0.5, 0.75]) - centre
    return float((apart**2).sum(-1).min() ** 0.5)


def alone(drop: Drop) -> Scene:
    """Return one drop in the middle of a white picture, with some room around it."""
    outline = drop.outline().contour
    left, top, right, bottom = outline.bounds
    room = 0.15 * drop.radius
    width, height = right - left + 2 * room, bottom - top + 2 * room
    x, y = room - left, room - top
    placed = outline.through([[1, 0, x], [0, 1, y]])
    items = parts(placed, (x + drop.at[0], y + drop.at[1]), "drop")
    first = items[0]
    assert isinstance(first, Item)
    label = Label("drop", first.path, frozenset({"drop"}))
    return Scene(width, height, items, (label,), ("drop",))
