"""The code on the droplet page: each step for ActionScript 3, a canvas and Python."""

from __future__ import annotations

from itertools import pairwise
from math import pi

from texelnet.draw.generators import generator
from texelnet.draw.spline import handle
from texelnet.page import Code, Part, Text

NAMES = {"as3": "ActionScript 3", "canvas": "Canvas", "python": "Python"}
_K = f"{handle(4):.6f}"
_TURNS = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 0))


def _quarters(words: str, kind: str) -> str:
    """Write four quarters of a circle of radius r around (0, 0)."""
    lines = [f"{words}.moveTo(r, 0);"]
    for (ax, ay), (bx, by) in pairwise(_TURNS):
        points: list[tuple[int, ...]] = [(ax + bx, ay + by), (bx, by)]
        if kind in ("bezierCurveTo", "cubicCurveTo"):
            points = [(ax, ay, bx, by), (bx, by, ax, ay), (bx, by)]
        said = ", ".join(_said(p) for p in points)
        lines.append(f"{words}.{kind}({said});")
    return "\n".join(lines)


def _said(point: tuple[int, ...]) -> str:
    """Write a point in r, or a handle: a point and k times another."""
    names = [{1: "r", -1: "-r", 0: "0"}[value] for value in point[:2]]
    if len(point) == 4:
        for axis, value in enumerate(point[2:]):
            if value:
                names[axis] = "k" if value > 0 else "-k"
    return ", ".join(names)


SQUARE = {
    "as3": _quarters("graphics", "curveTo"),
    "canvas": _quarters("context", "quadraticCurveTo"),
    "python": (
        "from texelnet.draw.droplet import quadratics\n"
        "square = quadratics(4)  # a contour: its cubics equal the four quadratics\n"
        "print(square.area, square.bounds)"
    ),
}
CIRCLE = {
    "as3": f"var k:Number = {_K} * r;\n" + _quarters("graphics", "cubicCurveTo"),
    "canvas": f"const k = {_K} * r;\n" + _quarters("context", "bezierCurveTo"),
    "python": (
        "from texelnet.draw import circle\n"
        'drawn = circle((0, 0), 40, segments=4, aim="usual")\n'
        "print(drawn.cubics[0])  # a point, two handles, the next point"
    ),
}
_LOOP = """\
{number}f = 4 * Math.tan(Math.PI / (2 * n)) / Math.sin(2 * Math.PI / n) / 6;
// p[i] is point i, each i modulo n; its tangent is (p[i + 1] - p[i - 1]), so its handles are
{number}hx = f * (p[i + 1].x - p[i - 1].x), hy{type} = f * (p[i + 1].y - p[i - 1].y);
{number}gx = f * (p[i + 2].x - p[i].x), gy{type} = f * (p[i + 2].y - p[i].y);
{curve}(p[i].x + hx, p[i].y + hy,
  p[i + 1].x - gx, p[i + 1].y - gy, p[i + 1].x, p[i + 1].y);"""
SPLINE = {
    "as3": _LOOP.format(number="var ", type=":Number", curve="graphics.cubicCurveTo")
    .replace("var f", "var f:Number")
    .replace("var hx", "var hx:Number")
    .replace("var gx", "var gx:Number"),
    "canvas": _LOOP.format(number="const ", type="", curve="context.bezierCurveTo"),
    "python": (
        "import numpy as np\n"
        "from texelnet.draw import catmull_rom\n"
        "from texelnet.draw.spline import circle_factor\n"
        "turns = 2 * np.pi * np.arange(8) / 8\n"
        "points = np.stack([np.cos(turns), np.sin(turns)], -1)\n"
        'drawn = catmull_rom(points, "uniform", longer=circle_factor(8))'
    ),
}
DROP = {
    "as3": generator("as3").rstrip(),
    "canvas": generator("canvas").rstrip(),
    "python": (
        "from texelnet.draw import Drop\n"
        f"volume = {2 * pi / 3:.4f}  # a half ball of radius 1\n"
        "outline = Drop(volume, seed=7, wobble=1, angle=90).outline()\n"
        "print(outline.certificate, outline.contour.cubics)"
    ),
}


def blocks(code: dict[str, str]) -> list[Part]:
    """Return one step's code in each language."""
    parts: list[Part] = []
    for name, lines in code.items():
        parts += [Text(f"{NAMES[name]}:"), Code(lines, name)]
    return parts
