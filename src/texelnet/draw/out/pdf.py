"""PDF: a scene on one page of exactly its size; texts are text, all else is outlines.

Groups stay groups: each is a matrix between q and Q. Texts can be selected and searched, and
bring their fonts along.

See ISO 32000-1, sections 8.3 (coordinates), 8.5 (paths: non-zero filling) and 11.6.4 (alpha).
"""

from __future__ import annotations

from collections.abc import Iterator

from texelnet.draw.out._pdf_objects import Document, Value, real
from texelnet.draw.out._pdf_text import Fonts
from texelnet.draw.out.output import Output, walk_closed
from texelnet.draw.path import Path, Point
from texelnet.draw.scene import Colour, Group, Matrix, Paint, Part, Scene, Text

MM = 72 / 25.4
"""Points in a millimetre."""


def write(scene: Scene, resolution: float = 0) -> bytes:
    """Return the file; the same scene makes the same bytes."""
    page = _Page(scene)
    content = "\n".join(page.operators()).encode()
    document = Document()
    resources: dict[str, Value] = {
        "Font": page.fonts.resources(document),
        "ExtGState": {name: {"ca": alpha} for alpha, name in page.alphas.items()},
    }
    drawn = document.add_stream(content)
    pages = document.next(after=1)
    one = document.add(
        {
            "Type": "/Page",
            "Parent": pages,
            "MediaBox": [0, 0, scene.width * MM, scene.height * MM],
            "Contents": drawn,
            "Resources": resources,
        }
    )
    document.add({"Type": "/Pages", "Kids": [one], "Count": 1})
    return document.file(document.add({"Type": "/Catalog", "Pages": pages}))


class _Page:
    """Says a scene in operators, and keeps what they name."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.fonts = scene, Fonts(scene.texts())
        self.alphas: dict[float, str] = {}

    def operators(self) -> Iterator[str]:
        """Give the content of the page, line by line."""
        scene = self.scene
        yield _matrix(((MM, 0, 0), (0, -MM, scene.height * MM)))  # millimetres, y down
        yield f"{_colour(scene.background)} 0 0 {real(scene.width)} {real(scene.height)} re f"
        yield from self._parts(scene.parts)

    def _parts(self, parts: tuple[Part, ...]) -> Iterator[str]:
        for part in parts:
            if isinstance(part, Group):
                yield f"q {_matrix(part.matrix)}"
                yield from self._parts(part.parts)
                yield "Q"
                continue
            shown = self.fonts.show(part) if isinstance(part, Text) else _filled(part.path)
            yield from self._painted(part.paint, shown)

    def _painted(self, paint: Paint, shown: str) -> Iterator[str]:
        if paint.alpha == 1:
            yield f"{_colour(paint.colour)} {shown}"
        else:
            name = self.alphas.setdefault(paint.alpha, f"A{len(self.alphas) + 1}")
            yield f"q /{name} gs {_colour(paint.colour)} {shown} Q"


def _matrix(matrix: Matrix) -> str:
    (a, c, e), (b, d, f) = matrix
    return " ".join(real(number, 9) for number in (a, b, c, d, e, f)) + " cm"


def _colour(colour: Colour) -> str:
    return " ".join(map(real, colour)) + " rg"


def _filled(path: Path) -> str:
    pen = _Pen()
    walk_closed(path, pen)
    return " ".join([*pen.words, "f"])


class _Pen:
    """Writes a path's operators."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def moveTo(self, point: Point) -> None:
        self._add("m", point)

    def lineTo(self, point: Point) -> None:
        self._add("l", point)

    def curveTo(self, *points: Point) -> None:
        self._add("c", *points)

    def closePath(self) -> None:
        self.words.append("h")

    def endPath(self) -> None:
        """Leave it open."""

    def _add(self, word: str, *points: Point) -> None:
        self.words += [real(part) for point in points for part in point]
        self.words.append(word)


PDF = Output(".pdf", "A page of the scene's size, for print; texts stay text.", write)
