"""SVG: a scene as outlines; its size is in millimetres, so nobody has to guess what a unit is.

See Scalable Vector Graphics (SVG) 2, W3C, sections 8.2 (viewBox), 9.3 (path data), 13.4 (fill).
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from texelnet.draw.out.output import Output, levels, number, walk_closed
from texelnet.draw.path import Contour, Path, Point
from texelnet.draw.scene import Colour, Group, Item, Scene


def write(scene: Scene, resolution: float = 0) -> bytes:
    """Return the file; groups stay groups."""
    width, height = number(scene.width), number(scene.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="{_colour(scene.background)}"/>',
        *(line for part in scene.parts for line in _part(part)),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _part(part: Item | Group) -> list[str]:
    if isinstance(part, Item):
        named = f" class={quoteattr(part.name)}" if part.name else ""
        alpha = f' fill-opacity="{number(part.paint.alpha)}"' if part.paint.alpha < 1 else ""
        fill = _colour(part.paint.colour)
        return [f'<path{named} fill="{fill}"{alpha} d="{path_data(part.path)}"/>']
    (a, c, e), (b, d, f) = part.matrix
    numbers = " ".join(f"{number:.9g}" for number in (a, b, c, d, e, f))
    inside = [line for inner in part.parts for line in _part(inner)]
    return [f'<g transform="matrix({numbers})">', *inside, "</g>"]


def path_data(path: Path | Contour) -> str:
    """Return the "d" of a path; open contours enclose nothing and are left out."""
    pen = _DataPen()
    walk_closed(path, pen)
    return "".join(pen.words)


class _DataPen:
    """Writes SVG's path data."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def moveTo(self, point: Point) -> None:
        self._add("M", point)

    def lineTo(self, point: Point) -> None:
        self._add("L", point)

    def curveTo(self, *points: Point) -> None:
        self._add("C", *points)

    def closePath(self) -> None:
        self.words.append("Z")

    def endPath(self) -> None:
        """Leave it open."""

    def _add(self, word: str, *points: Point) -> None:
        self.words.append(word + " ".join(number(part) for point in points for part in point))


def _colour(colour: Colour) -> str:
    return "#" + "".join(f"{level:02x}" for level in levels(colour))


SVG = Output(".svg", "Outlines, for browsers and vector programs.", write)
