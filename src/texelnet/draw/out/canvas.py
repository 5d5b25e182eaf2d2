"""Canvas: a scene as a page that draws itself with the canvas of browsers.

See the HTML standard, "The canvas element", CanvasRenderingContext2D.
"""

from __future__ import annotations

from texelnet.draw.out.output import Output, levels, number, walk_closed
from texelnet.draw.path import Path, Point
from texelnet.draw.scene import Colour, Scene

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A drawing</title>
<canvas id="drawing" role="img" aria-label="A drawing"
  style="width: {width}mm; height: {height}mm">
</canvas>
<script>
// Millimetres, y down. Give another context, or another scale, to draw elsewhere.
function draw(context) {{
{lines}
}}
const canvas = document.getElementById("drawing"), scale = {scale};
canvas.width = Math.round({width} * scale);
canvas.height = Math.round({height} * scale);
const context = canvas.getContext("2d");
context.scale(scale, scale);
draw(context);
</script>
</html>
"""


def write(scene: Scene, resolution: float) -> bytes:
    """Return the page; the resolution is that of its bitmap."""
    size = f"{number(scene.width)}, {number(scene.height)}"
    lines = [f'  context.fillStyle = "{_colour(scene.background)}";']
    lines.append(f"  context.fillRect(0, 0, {size});")
    for item in scene.placed():
        lines.append(f'  context.fillStyle = "{_colour(item.paint.colour, item.paint.alpha)}";')
        lines += ["  context.beginPath();", *calls(item.path, "  context"), "  context.fill();"]
    width, height = number(scene.width), number(scene.height)
    scale = number(resolution)
    page = PAGE.format(width=width, height=height, scale=scale, lines="\n".join(lines))
    return page.encode()


def calls(path: Path, context: str) -> list[str]:
    """Return the calls that walk a path's closed contours."""
    pen = _Pen(context)
    walk_closed(path, pen)
    return pen.lines


class _Pen:
    """Writes a context's calls."""

    def __init__(self, context: str) -> None:
        self.context, self.lines = context, list[str]()

    def moveTo(self, point: Point) -> None:
        self._call("moveTo", point)

    def lineTo(self, point: Point) -> None:
        self._call("lineTo", point)

    def curveTo(self, *points: Point) -> None:
        self._call("bezierCurveTo", *points)

    def closePath(self) -> None:
        self._call("closePath")

    def endPath(self) -> None:
        """Leave it open."""

    def _call(self, word: str, *points: Point) -> None:
        numbers = ", ".join(number(part) for point in points for part in point)
        self.lines.append(f"{self.context}.{word}({numbers});")


def _colour(colour: Colour, alpha: float = 1.0) -> str:
    red, green, blue = levels(colour)
    return f"rgba({red}, {green}, {blue}, {number(alpha)})"


CANVAS = Output(".html", "A page that draws it on a canvas, by calls to copy.", write)
