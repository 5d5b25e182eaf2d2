"""PDF: a scene as outlines on one page of exactly its size.

See ISO 32000-1, sections 8.5 (paths: non-zero filling), 8.3 (coordinates), 11.6.4 (alpha).
"""

from __future__ import annotations

import io
from typing import Any

from texelnet.draw.out.output import Output, walk_closed
from texelnet.draw.path import Path, Point
from texelnet.draw.scene import Scene
from texelnet.errors import DrawError

MM = 72 / 25.4
"""Points in a millimetre."""


def write(scene: Scene, resolution: float = 0) -> bytes:
    """Return the file; the same scene makes the same bytes."""
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        hint = 'pip install "texelnet[draw]"'
        raise DrawError("pdf", "reportlab, which writes PDFs, is not installed", hint) from None
    file = io.BytesIO()
    page = Canvas(file, pagesize=(scene.width * MM, scene.height * MM), invariant=True)
    page.transform(MM, 0, 0, -MM, 0, scene.height * MM)  # millimetres, y down
    page.setFillColorRGB(*scene.background)
    page.rect(0, 0, scene.width, scene.height, stroke=0, fill=1)
    for item in scene.placed():
        page.setFillColorRGB(*item.paint.colour, alpha=item.paint.alpha)
        _fill(page, item.path)
    page.showPage()
    page.save()
    return file.getvalue()


def _fill(page: Any, path: Path) -> None:
    drawn = page.beginPath()
    walk_closed(path, _Pen(drawn))
    page.drawPath(drawn, stroke=0, fill=1, fillMode=1)  # 1: non-zero


class _Pen:
    """Walks into a path of reportlab."""

    def __init__(self, path: Any) -> None:
        self.path = path

    def moveTo(self, point: Point) -> None:
        self.path.moveTo(*point)

    def lineTo(self, point: Point) -> None:
        self.path.lineTo(*point)

    def curveTo(self, *points: Point) -> None:
        self.path.curveTo(*(part for point in points for part in point))

    def closePath(self) -> None:
        self.path.close()

    def endPath(self) -> None:
        """Leave it open."""


PDF = Output(".pdf", "Outlines on a page of the scene's size, for print.", write)
