"""Shape: text set by HarfBuzz, as glyphs that stand somewhere, and as outlines.

The font is a file. Kerning and ligatures are as the font wants them. Coordinates are those of
the page: the baseline is y = 0, y grows downwards, and letters stand above it.

See the OpenType specification; HarfBuzz, https://harfbuzz.github.io.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import numpy as np

from texelnet.draw.path import Contour, Floats, Path, Point
from texelnet.errors import DrawError


@dataclass(frozen=True)
class Glyph:
    """One glyph.

    Parameters
    ----------
    number
        In the font.
    at
        Where its origin is, in the units of the font size.
    cluster
        The place in the text that it stands for.
    """

    number: int
    at: Point
    cluster: int


@dataclass(frozen=True)
class Line:
    """A line of text that is set.

    Parameters
    ----------
    width
        How far the pen has moved at its end.
    """

    text: str
    font: File
    size: float
    glyphs: tuple[Glyph, ...]
    width: float

    def letters(self) -> list[Path]:
        """Return each glyph's outlines, wound as the font winds them: fill by non-zero."""
        face = _font(self.font)
        scale = self.size / face.face.upem
        found = []
        for glyph in self.glyphs:
            pen = _Outline()
            face.draw_glyph_with_pen(glyph.number, pen)
            placed = [c * (scale, -scale) + np.asarray(glyph.at) for c in pen.contours]
            found.append(Path(tuple(map(Contour, placed))))
        return found

    def outlines(self) -> Path:
        """Return all letters' outlines."""
        return Path(tuple(contour for path in self.letters() for contour in path.contours))


def shape(text: str, font: File, size: float) -> Line:
    """Set a line of text.

    Parameters
    ----------
    text
        Not empty, without line breaks.
    font
        A .ttf or .otf file.
    size
        The font size; all that is returned is in its units.

    Raises
    ------
    DrawError
        If there is no text, no such font, or the font lacks a character.
    """
    if not text.strip():
        raise DrawError("text", "there is nothing to set", "a line of words")
    if "\n" in text:
        raise DrawError("text", "it has several lines", "set each by itself")
    if not 0 < size < 1e9:
        raise DrawError("text", f"the font size is {size:g}", "above 0")
    face = _font(font)
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(face, buffer)
    scale, pen, glyphs = size / face.face.upem, 0.0, []
    missing = [text[i.cluster] for i in buffer.glyph_infos if i.codepoint == 0]
    if missing:
        shown = " ".join(f"{c} (U+{ord(c):04X})" for c in dict.fromkeys(missing))
        raise DrawError(str(font), f"it has no glyph for {shown}", "another font")
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        at = (pen + place.x_offset * scale, -place.y_offset * scale)
        glyphs.append(Glyph(info.codepoint, at, info.cluster))
        pen += place.x_advance * scale
    return Line(text, font, size, tuple(glyphs), pen)


def _font(file: File) -> Any:
    """Open a font file."""
    try:
        import uharfbuzz
    except ImportError:
        hint = 'pip install "texelnet[draw]"'
        raise DrawError("text", "uharfbuzz, which sets text, is not installed", hint) from None
    if not file.is_file():
        raise DrawError(str(file), "no such font file", "a .ttf or .otf")
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
    if face.upem < 1 or not face.glyph_count:
        raise DrawError(str(file), "it is no font with outlines", "a .ttf or .otf")
    return uharfbuzz.Font(face)


class _Outline:
    """A pen that keeps cubics, in the font's units; quadratics are raised."""

    def __init__(self) -> None:
        self.contours: list[Floats] = []
        self._cubics: list[list[Point]] = []

    def moveTo(self, point: Point) -> None:
        self._start, self._cubics, self._at = point, [], point

    def lineTo(self, point: Point) -> None:
        a, b = np.asarray(self._at, float), np.asarray(point, float)
        self._add(_pair(a + (b - a) / 3), _pair(a + (b - a) * 2 / 3), point)

    def qCurveTo(self, *points: Point) -> None:
        (handle, end) = points[-2:]
        a, h, b = (np.asarray(p, float) for p in (self._at, handle, end))
        self._add(_pair(a + (h - a) * 2 / 3), _pair(b + (h - b) * 2 / 3), end)

    def curveTo(self, *points: Point) -> None:
        self._add(*points)

    def _add(self, *points: Point) -> None:
        self._cubics.append([self._at, *points])
        self._at = points[-1]

    def closePath(self) -> None:
        if self._at != self._start:
            self.lineTo(self._start)
        if self._cubics:
            self.contours.append(np.array(self._cubics, float))

    endPath = closePath


def _pair(point: Floats) -> Point:
    return float(point[0]), float(point[1])
