"""ActionScript 3: a scene as a class whose graphics draw it.

`drawPath` is used with NON_ZERO winding: its default, EVEN_ODD, punches holes where outlines
overlap. Commands are 1 (move), 2 (line) and 6 (cubic). For players that know no cubics, another
function draws by `curveTo`, whose curves are quadratic: each cubic is cut until they are nearer
than a twentieth of a pixel.

Flash rounds what `Graphics` is told to twentieths of a pixel, before any scale. So the numbers
are pixels at the resolution asked for: millimetres under `scaleX = 40` would be drawn with
corners, two pixels off.

See Adobe, "ActionScript 3.0 Reference", flash.display.Graphics.
"""

from __future__ import annotations

import numpy as np

from texelnet.draw.out.output import Output, levels, number, walk_closed
from texelnet.draw.path import Path, Point
from texelnet.draw.quadratic import quadratics
from texelnet.draw.render import pixels, to_pixels
from texelnet.draw.scene import Item, Scene

NEAR = 0.05
"""Pixels that quadratic curves may be off."""
MOVE, LINE, CUBIC = 1, 2, 6
END = "      g.endFill();"

CLASS = """package {{
  import flash.display.Graphics;
  import flash.display.GraphicsPathWinding;
  import flash.display.Sprite;

  // {width} x {height} pixels, {scale} a millimetre.
  public class Drawing extends Sprite {{
    public function Drawing() {{
      draw(graphics);
    }}

    // Flash Player 11 and newer: cubics.
    public static function draw(g:Graphics):void {{
{cubic}
    }}

    // Older players: quadratic curves, nearer than {near} pixels.
    public static function drawOld(g:Graphics):void {{
{quadratic}
    }}
  }}
}}
"""


def write(scene: Scene, resolution: float) -> bytes:
    """Return the class."""
    width, height = pixels(scene, resolution)
    scale = to_pixels(scene, resolution)
    items = [(_begin(item), item.path.through(scale)) for item in scene.placed()]
    cubic = [line for begin, path in items for line in (begin, *_by_path(path), END)]
    quadratic = [line for begin, path in items for line in (begin, *_by_curve_to(path), END)]
    text = CLASS.format(
        width=width,
        height=height,
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


def _by_path(path: Path) -> list[str]:
    pen = _PathPen()
    walk_closed(path, pen)
    commands = ", ".join(map(str, pen.commands))
    numbers = ", ".join(map(number, pen.numbers))
    return [
        f"      g.drawPath(new <int>[{commands}],",
        f"        new <Number>[{numbers}], GraphicsPathWinding.NON_ZERO);",
    ]


def _by_curve_to(path: Path) -> list[str]:
    pen = _CurvePen()
    walk_closed(path, pen)
    return [f"      g.{call};" for call in pen.calls]


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
        for _, handle, end in quadratics(np.array([[self.at, *points]]), NEAR).tolist():
            self._call("curveTo", handle, end)

    def closePath(self) -> None:
        """Fills close by themselves."""

    endPath = closePath

    def _call(self, word: str, *points: Point) -> None:
        numbers = ", ".join(number(part) for point in points for part in point)
        self.calls.append(f"{word}({numbers})")
        self.at = points[-1]


ACTIONSCRIPT = Output(".as", "A class of ActionScript 3, by drawPath and by curveTo.", write)
