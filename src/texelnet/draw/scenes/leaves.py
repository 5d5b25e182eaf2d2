"""Leaves crossing a white grid: the same picture may be annotated by crossing, leaf or group.

A group of leaves lies across some lines of the grid, on top of them, and below all others. How
many leaves, how many lines, how wide, how long, how far apart and how far the lines are apart
are settings of their own, so that a study can change one and leave the others.

``crossing`` cuts each leaf midway between the lines that it crosses; ``leaf`` is each leaf;
``group`` is the leaves of a group together, ``outline`` what a string around them encloses.
"""

from __future__ import annotations

from itertools import pairwise
from math import cos, radians, sin

import numpy as np

from texelnet.draw.convex import between, hull
from texelnet.draw.path import Contour, Floats, Path, polygon
from texelnet.draw.scene import Item, Label, Paint, Scene
from texelnet.draw.scenes.kind import Draws, Kind, Setting
from texelnet.draw.spline import catmull_rom
from texelnet.errors import DrawError

SETTINGS = {
    "size": Setting((96, 96), (1, 1e4), "width and height in mm"),
    "groups": Setting((4, 8), (0, 200), "how many are tried; those without room are left out"),
    "leaves": Setting((1, 5), (1, 20), "leaves of a group"),
    "lines": Setting((1, 2), (1, 20), "lines of the grid that a leaf crosses"),
    "gap": Setting((-0.3, 0.4), (-0.9, 10), "between leaves, in widths; below 0 they overlap"),
    "leaf_width": Setting((3, 6), (0.01, 1e3), "in mm"),
    "leaf_length": Setting((22, 34), (0.01, 1e3), "in mm"),
    "tilt": Setting((-20, 20), (-60, 60), "of a group against its lines, in degrees"),
    "spacing": Setting((12, 12), (0.01, 1e3), "from line to line, in mm"),
    "line_width": Setting((1.6, 1.6), (0.01, 1e3), "in mm"),
    "scale": Setting((1, 1), (0.01, 100), "of all lengths but the picture's"),
}
SOIL = (0.36, 0.29, 0.22)
WHITE = Paint((0.96, 0.96, 0.94))
MOST_LINES = 1000
FORM = ((0.0, 0.0), (0.12, 0.55), (0.38, 1.0), (0.7, 0.72), (1.0, 0.0))
"""Where along a leaf it is how wide."""


def draw(draws: Draws, annotate: str) -> Scene:
    """Return the scene."""
    size, scale = draws("size"), draws("scale")
    spacing, bar = draws("spacing") * scale, draws("line_width") * scale
    if size / spacing > MOST_LINES:
        fact = f"{size / spacing:.0f} lines each way; at most {MOST_LINES} are drawn"
        raise DrawError("leaves", fact, "a larger spacing")
    at = np.arange(draws.unit("grid") * spacing, size + spacing, spacing)
    bars = [[_bar(x, bar, -1, size + 1, axis) for x in at] for axis in (0, 1)]
    items = [Item(Path((*bars[0], *bars[1])), WHITE)]
    labels: list[Label] = []
    taken: list[Floats] = []
    for n in range(draws.whole("groups")):
        group = _Leaves(draws, n, at, bar, scale)
        if any(_meet(group.box, box) for box in taken):
            continue
        taken.append(group.box)
        items += group.items()
        items += group.above(at, bar)
        labels += group.labels(annotate)
    return Scene(size, size, tuple(items), tuple(labels), ("leaf",), SOIL)


def _meet(a: Floats, b: Floats) -> bool:
    return bool((a[:2] <= b[2:]).all() and (b[:2] <= a[2:]).all())


class _Leaves:
    """A group of leaves side by side, and the lines that it crosses."""

    def __init__(self, draws: Draws, n: int, at: Floats, bar: float, scale: float) -> None:
        self.number, self.draws = n, draws
        self.axis = int(draws.unit("axis", n) * 2)
        count, crossed = draws.whole("leaves", n), draws.whole("lines", n)
        wide, long = draws("leaf_width", n) * scale, draws("leaf_length", n) * scale
        tilt = radians(draws("tilt", n))
        spacing = float(at[1] - at[0]) if len(at) > 1 else 0.0
        needed = ((crossed - 1) * spacing + bar) / cos(tilt)
        if crossed > len(at):
            fact = f"{crossed} lines are to be crossed, the grid has {len(at)}"
            raise DrawError("leaves", fact, "a smaller spacing, or a larger size")
        if long < needed:
            fact = f"leaves of {long:g} mm can't cross {crossed} lines {spacing:g} mm apart"
            raise DrawError("leaves", fact, f"leaf_length of {needed / scale:.3g} or more")
        first = int(draws.unit("first", n) * max(len(at) - crossed, 1))
        self.lines = at[first : first + crossed]
        at_middle = float(self.lines.mean()), draws.unit("along", n) * float(at[-1])
        pitch = wide * (1 + draws("gap", n))
        self.outlines = []
        for k in range(count):
            leaf = _leaf(wide, long, (draws.unit("bend", n, k) - 0.5) * 0.1 * long)
            aside = (k - (count - 1) / 2) * pitch
            turned = leaf.through(_turn(tilt, at_middle, aside))
            self.outlines.append(turned.through(_AXES[self.axis]))
        self.names = [f"leaf {n} {k}" for k in range(count)]
        boxes = np.array([outline.bounds for outline in self.outlines])
        self.box = np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])
        self.paths = [Path((outline,)) for outline in self.outlines]

    def items(self) -> list[Item]:
        found = []
        for k, (path, name) in enumerate(zip(self.paths, self.names, strict=True)):
            green = 0.45 + 0.25 * self.draws.unit("green", self.number, k)
            dark = Paint((0.3 * green, green, 0.25 * green))
            light = Paint((0.55 * green, min(1.25 * green, 1), 0.45 * green))
            found += [Item(path, dark, name), Item(_vein(path), light, name)]
        return found

    def above(self, at: Floats, bar: float) -> list[Item]:
        """Return the pieces of lines that lie over the leaves: all that they do not cross."""
        pieces = []
        for axis in (0, 1):
            low, high = self.box[1 - axis], self.box[3 - axis]
            for x in at:
                if axis == self.axis and np.isin(x, self.lines):
                    continue
                if self.box[axis] - bar < x < self.box[2 + axis] + bar:
                    pieces.append(_bar(x, bar, low, high, axis))
        return [Item(Path(tuple(pieces)), WHITE)] if pieces else []

    def labels(self, annotate: str) -> list[Label]:
        every = frozenset(self.names)
        if annotate == "group":
            return [Label("leaf", Path(tuple(self.outlines)), every)]
        if annotate == "outline":
            points = np.concatenate([outline.flatten(0.02) for outline in self.outlines])
            return [Label("leaf", Path((polygon(hull(points)),)))]
        if annotate == "leaf":
            return [
                Label("leaf", path, frozenset({name}))
                for path, name in zip(self.paths, self.names, strict=True)
            ]
        cuts = [-np.inf, *((self.lines[1:] + self.lines[:-1]) / 2), np.inf]
        return [
            Label("leaf", Path((polygon(piece),)), frozenset({name}))
            for outline, name in zip(self.outlines, self.names, strict=True)
            for low, high in pairwise(cuts)
            if len(piece := between(outline.flatten(0.005), self.axis, low, high)) > 2
        ]


_AXES = {0: ((1, 0, 0), (0, 1, 0)), 1: ((0, 1, 0), (1, 0, 0))}


def _turn(tilt: float, at: tuple[float, float], aside: float) -> Floats:
    """Return the map that moves something aside, turns it, and puts it at a place."""
    u, v = cos(tilt), sin(tilt)
    return np.array([[u, -v, at[0] - v * aside], [v, u, at[1] + u * aside]])


def _leaf(width: float, length: float, bend: float) -> Contour:
    """Return a leaf along x, its middle at the origin."""
    t, w = np.array(FORM).T
    x, y = (t - 0.5) * length, bend * (1 - (2 * t - 1) ** 2)
    upper = np.stack([x, y - w * width / 2], -1)
    lower = np.stack([x, y + w * width / 2], -1)
    there = catmull_rom(upper, closed=False)
    back = catmull_rom(lower[::-1], closed=False)
    return Contour(np.concatenate([there.cubics, back.cubics]))


def _vein(path: Path) -> Path:
    """Return the rib in the middle of a leaf."""
    cubics = path.contours[0].cubics
    half = len(cubics) // 2
    there, back = cubics[:half], cubics[half:][::-1, ::-1]
    middle = (there + back) / 2
    thin = 0.05
    upper, lower = middle + thin * (there - middle), middle + thin * (back - middle)
    return Path((Contour(np.concatenate([upper, lower[::-1, ::-1]])),))


def _bar(x: float, width: float, low: float, high: float, axis: int) -> Contour:
    """Return a piece of a line of the grid; axis 0 is upright."""
    a, b = x - width / 2, x + width / 2
    corners = np.array([[a, low], [b, low], [b, high], [a, high]])
    return polygon(corners if axis == 0 else corners[::-1, ::-1])


KIND = Kind(
    "leaves",
    "Green leaves crossing a white grid.",
    ("leaf", "crossing", "group", "outline"),
    SETTINGS,
    draw,
)
