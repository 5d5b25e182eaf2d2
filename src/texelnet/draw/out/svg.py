"""SVG: a scene in millimetres, so nobody has to guess what a unit is; texts are text.

Browsers set a text by HarfBuzz's rules with the font that the file carries. Programs that pass
over such fonts take an installed one of the same name; outlines need none.

See Scalable Vector Graphics (SVG) 2, W3C, sections 8.2 (viewBox), 9.3 (path data), 11 (text),
13.4 (fill); CSS Fonts 4, section 4.3 (a font's source).
"""

from __future__ import annotations

import base64
from collections import defaultdict
from pathlib import Path as File
from xml.sax.saxutils import escape, quoteattr

from texelnet.draw.out.output import Output, levels, number, walk_closed
from texelnet.draw.path import Contour, Path, Point
from texelnet.draw.scene import Colour, Group, Item, Matrix, Part, Scene, Text
from texelnet.draw.text.embed import Face, web_font


def write(scene: Scene, resolution: float = 0) -> bytes:
    """Return the file; groups stay groups."""
    width, height = number(scene.width), number(scene.height)
    fonts = _Fonts(scene)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}">',
        *fonts.rules,
        f'<rect width="{width}" height="{height}" fill="{_colour(scene.background)}"/>',
        *(line for part in scene.parts for line in _part(part, fonts)),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode()


class _Fonts:
    """The fonts of a scene's texts: rules that carry them, words that name them."""

    def __init__(self, scene: Scene) -> None:
        shown: dict[File, set[str]] = defaultdict(set)
        for text in scene.texts():
            shown[text.line.font].update(text.line.text)
        self._faces: dict[File, Face] = {}
        self.rules: list[str] = []
        for file, characters in shown.items():
            face, content = web_font(file, "".join(sorted(characters)))
            self._faces[file] = face
            packed = base64.b64encode(content).decode()
            source = f'src:url("data:font/woff;base64,{packed}") format("woff")'
            named = f'font-family:"{_name(face)}";font-weight:{face.weight}'
            slanted = f"font-style:{'italic' if face.italic else 'normal'}"
            self.rules.append(f"<style>@font-face {{ {named};{slanted};{source} }}</style>")

    def named(self, file: File) -> str:
        """Return the attributes that choose a font."""
        face = self._faces[file]
        weight = f' font-weight="{face.weight}"' if face.weight != 400 else ""
        slanted = ' font-style="italic"' if face.italic else ""
        return f"font-family={quoteattr(_name(face))}{weight}{slanted}"


def _name(face: Face) -> str:
    """Return a family's name without what would end a string in CSS."""
    return "".join(c for c in face.family if c.isprintable() and c not in "\"'\\<>&;")


def _part(part: Part, fonts: _Fonts) -> list[str]:
    if isinstance(part, Group):
        inside = [line for inner in part.parts for line in _part(inner, fonts)]
        return [f"<g {_transform(part.matrix)}>", *inside, "</g>"]
    alpha = f' fill-opacity="{number(part.paint.alpha)}"' if part.paint.alpha < 1 else ""
    named = f" class={quoteattr(part.name)}" if part.name else ""
    about = f'{named} fill="{_colour(part.paint.colour)}"{alpha}'
    if isinstance(part, Item):
        return [f'<path{about} d="{path_data(part.path)}"/>']
    return [f"<text{about} {_text(part, fonts)}</text>"]


def _text(text: Text, fonts: _Fonts) -> str:
    """Return where and how large a text is, and its characters."""
    size = f'font-size="{text.line.size:.9g}"'
    kept = 'text-rendering="geometricPrecision" xml:space="preserve"'
    about = f"{fonts.named(text.line.font)} {size} {kept} {_transform(text.matrix)}"
    return f"{about}>{escape(text.line.text)}"


def _transform(matrix: Matrix) -> str:
    (a, c, e), (b, d, f) = matrix
    return f'transform="matrix({" ".join(f"{part:.9g}" for part in (a, b, c, d, e, f))})"'


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


SVG = Output(".svg", "For browsers and vector programs; texts stay text.", write)
