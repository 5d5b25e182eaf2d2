"""ActionScript 3: a scene as a class whose graphics draw it.

`drawPath` is used with NON_ZERO winding: its default, EVEN_ODD, punches holes where outlines
overlap. Commands are 1 (move), 2 (line) and 6 (cubic). For players that know no cubics, another
function draws by `curveTo`, whose curves are quadratic: each cubic is cut until they are nearer
than a hundredth of a millimetre.

See Adobe, "ActionScript 3.0 Reference", flash.display.Graphics.
"""

from __future__ import annotations

import numpy as np

from texelnet.draw.out.output import Output, levels, number, walk_closed
from texelnet.draw.path import Floats, Point
from texelnet.draw.scene import Item, Scene

NEAR = 0.01
"""Millimetres that quadratic curves may be off."""
MOVE, LINE, CUBIC = 1, 2, 6

CLASS = """package {{
  import flash.display.Graphics;
  import flash.display.GraphicsPathWinding;
  import flash.display.Sprite;

  // {width} x {height} millimetres; `scale` is pixels a millimetre.
  public class Drawing extends Sprite {{
    public function Drawing(scale:Number = {scale}) {{
      scaleX = scaleY = scale;
      draw(graphics);
    }}

    // Flash Player 11 and newer: cubics.
    public static function draw(g:Graphics):void {{
{cubic}
    }}

    // Older players: quadratic curves, nearer than {near} mm.
    public static function drawOld(g:Graphics):void {{
{quadratic}
    }}
  }}
}}
"""


def write(scene: Scene, resolution: float) -> bytes:
    """Return the class."""
    items = list(scene.placed())
    cubic = [line for item in items for line in _by_path(item)]
    quadratic = [line for item in items for line in _by_curve_to(item)]
    text = CLASS.format(
        width=number(scene.width),
        height=number(scene.height),
        scale=number(resolution),
        near=NEAR,
        cubic="\n".join(cubic),
        quadratic="\n".join(quadratic),
    )
    return text.encode()


def _begin(item: Item) -> str:
    red, green, blue = levels(item.paint.colour)
    alpha = number(item.paint.alpha)
    return f"      g.beginFill(0x{red:02X}{green:02X}{blue:02X}, {alpha});"


def _by_path(item: Item) -> list[str]:
    pen = _PathPen()
    walk_closed(item.path, pen)
    commands = ", ".join(map(str, pen.commands))
    numbers = ", ".join(map(number, pen.numbers))
    return [
        _begin(item),
        f"      g.drawPath(new <int>[{commands}],",
        f"        new <Number>[{numbers}], GraphicsPathWinding.NON_ZERO);",
        "      g.endFill();",
    ]


def _by_curve_to(item: Item) -> list[str]:
    pen = _CurvePen()
    walk_closed(item.path, pen)
    return [_begin(item), *(f"      g.{call};" for call in pen.calls), "      g.endFill();"]


class _PathPen:
    """Collects commands and their numbers."""

    def __init__(self) -> None:
        self.commands, self.numbers = list[int](), list[float]()

    def moveTo(self, point: Point) -> None:
        self._add(MOVE, point)

    def lineTo(self, point: Point) -> None:
        self._add(LINE, point)

    def curveTo(self, *points: Point) -> None:
        self._add(CUBIC, *points)

    def closePath(self) -> None:
        """Fills close by themselves."""

    endPath = closePath

    def _add(self, command: int, *points: Point) -> None:
        self.commands.append(command)
        self.numbers += [part for point in points for part in point]


class _CurvePen:
    """Collects calls of moveTo, lineTo and curveTo."""

    def __init__(self) -> None:
        self.calls, self.at = list[str](), (0.0, 0.0)

    def moveTo(self, point: Point) -> None:
        self._call("moveTo", point)

    def lineTo(self, point: Point) -> None:
        self._call("lineTo", point)

    def curveTo(self, *points: Point) -> None:
        for handle, end in quadratics(np.array([self.at, *points]), NEAR):
            self._call("curveTo", handle, end)

    def closePath(self) -> None:
        """Fills close by themselves."""

    endPath = closePath

    def _call(self, word: str, *points: Point) -> None:
        numbers = ", ".join(number(part) for point in points for part in point)
        self.calls.append(f"{word}({numbers})")
        self.at = points[-1]


def quadratics(cubic: Floats, tolerance: float) -> list[tuple[Point, Point]]:
    """Return quadratic curves, as handle and end, nowhere farther off than the tolerance.

    Parameters
    ----------
    cubic
        (4, 2).

    The parts are of equal time. A part is off by sqrt(3)/36 of its third difference at most,
    which falls with the cube of their count; neighbours share the tangent where they meet, as
    each handle is (3 (p1 + p2) - p0 - p3) / 4 of its part.
    """
    third = float(np.hypot(*(cubic[3] - 3 * cubic[2] + 3 * cubic[1] - cubic[0])))
    count = max(1, int(np.ceil((np.sqrt(3) / 36 * third / tolerance) ** (1 / 3))))
    found = []
    for index in range(count):
        a, b = index / count, (index + 1) / count
        p0, p1, p2, p3 = part(cubic, a, b)
        found.append((_pair((3 * (p1 + p2) - p0 - p3) / 4), _pair(p3)))
    return found


def part(cubic: Floats, a: float, b: float) -> Floats:
    """Return the part of a cubic between two times, by its blossom."""

    def blossom(r: float, s: float, t: float) -> Floats:
        first = cubic[:-1] + r * np.diff(cubic, axis=0)
        second = first[:-1] + s * np.diff(first, axis=0)
        return np.asarray(second[0] + t * (second[1] - second[0]))

    return np.stack([blossom(a, a, a), blossom(a, a, b), blossom(a, b, b), blossom(b, b, b)])


def _pair(point: Floats) -> Point:
    return float(point[0]), float(point[1])


ACTIONSCRIPT = Output(".as", "A class of ActionScript 3, by drawPath and by curveTo.", write)
