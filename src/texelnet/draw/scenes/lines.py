"""Line art and lettering, as on a page of a comic: what upscalers are trained on.

Strokes of a pen and inked areas lie in panels, over them sounds in large letters, and over all
balloons with words in them. Fonts are those of ``text/shipped``, the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from texelnet.draw.drop import Drop
from texelnet.draw.path import Contour, Path, polygon
from texelnet.draw.scene import Item, Label, Paint, Part, Scene, Text
from texelnet.draw.scenes import _lettering as lettering
from texelnet.draw.scenes.kind import Draws, Kind, Setting
from texelnet.draw.spline import catmull_rom
from texelnet.draw.stroke import stroke
from texelnet.draw.text.shape import shape

SETTINGS = {
    "size": Setting((64, 64), (1, 1e4), "width and height in mm"),
    "areas": Setting((1, 4), (0, 200), "flat colours with an ink line around"),
    "strokes": Setting((5, 14), (0, 1000), "lines of a pen"),
    "pen": Setting((0.3, 1.2), (0.01, 100), "the pen's width in mm"),
    "panels": Setting((1, 4), (0, 30), "that the page is cut into; 0 for none"),
    "balloons": Setting((1, 3), (0, 200), "tried; those without room are left out"),
    "words": Setting((2, 7), (1, 100), "in a balloon"),
    "points": Setting((5, 9), (0.1, 1e4), "their font size; a point is 0.353 mm"),
    "turn": Setting((-3, 3), (-180, 180), "of a balloon's words, in degrees"),
    "weight": Setting((400, 700), (100, 900), "of letters; bold from 550 on"),
    "sounds": Setting((0, 2), (0, 200), "loose words in large letters"),
    "sound_points": Setting((20, 40), (0.1, 1e4), "their font size"),
    "sound_turn": Setting((-30, 30), (-180, 180), "in degrees"),
}
INK, WHITE = Paint((0.09, 0.08, 0.12)), Paint((1, 1, 1))
PAPER = (0.98, 0.97, 0.94)
RIM, GUTTER, FRAME = 0.025, 0.03, 0.007
"""Of the page, by its size: paper around all panels and between two; the panels' ink."""

Box = tuple[float, float, float, float]


@dataclass
class _Page:
    """What is on the page so far."""

    draws: Draws
    annotate: str
    size: float
    parts: list[Part] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def add(self, kind: str, path: Path, paint: Paint) -> None:
        """Paint a thing."""
        name = f"{kind} {len(self.parts)}"
        self.parts.append(Item(path, paint, name))
        self.labels.append(Label(kind, path, frozenset({name})))

    def write(self, text: Text) -> None:
        """Paint a word."""
        self.parts.append(text)
        self.labels += lettering.labels(text, self.annotate)


def draw(draws: Draws, annotate: str) -> Scene:
    """Return the scene; lines, areas, and letters or words are things."""
    size = draws("size")
    page = _Page(draws, annotate, size)
    for n in range(draws.whole("areas")):
        outline = _area(draws, n, size)
        red, green, blue = draws.generator("colour", n).uniform(0.35, 0.95, 3)
        page.add("area", Path((outline,)), Paint((red, green, blue)))
        page.add("line", stroke(outline, draws("pen", n)), INK)
    for n in range(draws.whole("strokes")):
        page.add("line", stroke(_curve(draws, n, size), draws("pen", n, 1)), INK)
    if count := draws.whole("panels"):
        _frames(page, count)
    for n in range(draws.whole("sounds")):
        _sound(page, n)
    taken: list[Box] = []
    for n in range(draws.whole("balloons")):
        _balloon(page, n, taken)
    kinds = ("line", "area", *lettering.classes(annotate))
    return Scene(size, size, tuple(page.parts), tuple(page.labels), kinds, PAPER)


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


def _sound(page: _Page, n: int) -> None:
    """Write a loose word above its shadow in ink."""
    draws, size = page.draws, page.size
    word = lettering.SOUNDS[int(draws.unit("sound", n) * len(lettering.SOUNDS))]
    file = lettering.font(draws, draws.unit("sound face", n), n, 1)
    line = shape(word, file, draws("sound_points", n) * lettering.POINT)
    room = size - line.width
    x = line.width / 2 + draws.unit("sound x", n) * room if room > 0 else size / 2
    at = (x, size * (0.2 + 0.6 * draws.unit("sound y", n)))

    def placed(name: str, paint: Paint, aside: float) -> Text:
        there = (at[0] + aside * line.size, at[1] + aside * line.size)
        origin = (-line.width / 2, lettering.MIDDLE * line.size)
        return Text(line, paint, name, lettering.turned(draws("sound_turn", n), there, *origin))

    below = placed(f"shadow {n}", INK, 0.05)
    page.parts.append(below)
    contours = tuple(c for item in below.letters for c in item.path.contours)
    names = frozenset(item.name for item in below.letters)
    page.labels.append(Label("line", Path(contours), names))
    red, green, blue = draws.generator("sound colour", n).permutation([0.95, 0.75, 0.25])
    page.write(placed(f"sound {n}", Paint((float(red), float(green), float(blue))), 0))


def _frames(page: _Page, count: int) -> None:
    """Cut the page into panels: paper over all that is between them, and their ink."""
    size, pen = page.size, FRAME * page.size
    boxes: list[Box] = [(RIM * size, RIM * size, (1 - RIM) * size, (1 - RIM) * size)]
    for n in range(count - 1):
        largest = max(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        at = boxes.index(largest)
        boxes[at : at + 1] = _halves(largest, 0.35 + 0.3 * page.draws.unit("panel", n), size)
    paper = Path((_box((-1, -1, size + 1, size + 1)), *(_box(b).reversed() for b in boxes)))
    page.parts.append(Item(paper, Paint(PAPER)))
    rings = [(_box(box), _box(_within(box, pen)).reversed()) for box in boxes]
    page.add("line", Path(tuple(ring for both in rings for ring in both)), INK)


def _halves(box: Box, share: float, size: float) -> list[Box]:
    left, top, right, bottom = box
    half = GUTTER * size / 2
    if right - left > bottom - top:
        x = left + share * (right - left)
        return [(left, top, x - half, bottom), (x + half, top, right, bottom)]
    y = top + share * (bottom - top)
    return [(left, top, right, y - half), (left, y + half, right, bottom)]


def _within(box: Box, width: float) -> Box:
    return (box[0] + width, box[1] + width, box[2] - width, box[3] - width)


def _box(box: Box) -> Contour:
    left, top, right, bottom = box
    return polygon([[left, top], [right, top], [right, bottom], [left, bottom]])


def _balloon(page: _Page, n: int, taken: list[Box]) -> None:
    """Write what somebody says in a balloon, if there is room for it."""
    draws, size = page.draws, page.size
    points = draws("points", n) * lettering.POINT
    file = lettering.font(draws, draws.unit("face"), n)
    placed = lettering.block(lettering.saying(draws, n), file, points)
    left, right = min(x for _, x, _ in placed), max(x + w.width for w, x, _ in placed)
    high = placed[-1][2] - placed[0][2] + points
    wide, tall = (right - left) / 1.5 + 0.6 * points, high / 1.5 + 0.6 * points
    x, y = (size * (0.08 + 0.84 * draws.unit(f"balloon {axis}", n)) for axis in "xy")
    x, y = (
        min(max(at, r + 1), max(size - r - 1, size / 2)) for at, r in ((x, wide), (y, tall))
    )
    box = (x - wide, y - tall, x + wide, y + tall)
    if any(_meet(box, other) for other in taken):
        return
    taken.append(box)
    body = Path((_body(x, y, wide, tall), _tail(draws, n, (x, y), wide, tall)))
    pen = max(0.05 * points, 0.1)
    inked = tuple(c for part in body.contours for c in stroke(part, 2 * pen).contours)
    page.add("line", Path(inked), INK)
    page.add("area", body, WHITE)
    turn = draws("turn", n)
    for k, (line, u, v) in enumerate(placed):
        matrix = lettering.turned(turn, (x, y), u, v)
        page.write(Text(line, INK, f"word {n} {k}", matrix))


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _body(x: float, y: float, wide: float, tall: float) -> Contour:
    """Return a superellipse: it holds lines of words better than an ellipse."""
    turns = np.arange(16) * np.pi / 8
    u, v = np.cos(turns), np.sin(turns)
    there = [np.sign(part) * np.abs(part) ** 0.7 for part in (u, v)]
    return catmull_rom(np.stack([x + wide * there[0], y + tall * there[1]], -1))


def _tail(draws: Draws, n: int, at: tuple[float, float], wide: float, tall: float) -> Contour:
    """Return what points at the speaker, below."""
    lean, long = draws.unit("tail", n) - 0.5, tall * (1.35 + 0.4 * draws.unit("tail long", n))
    foot = at[0] + 0.5 * lean * wide
    tip = (at[0] + 1.4 * lean * wide, at[1] + long)
    width = 0.25 * min(wide, tall)
    return polygon(
        [[foot - width, at[1] + 0.5 * tall], [foot + width, at[1] + 0.5 * tall], tip]
    )


KIND = Kind(
    "lines",
    "Line art and lettering: strokes of a pen, inked areas, words in balloons.",
    lettering.ANNOTATIONS,
    SETTINGS,
    draw,
    lettering.FONTS,
)
