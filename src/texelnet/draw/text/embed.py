"""Embed: the part of a font that a file carries, so that its text looks alike everywhere.

A subset holds the glyphs that are shown and what they are made of. Fonts whose licence bits
forbid embedding are refused: their letters can still be drawn as outlines.

See the OpenType specification, "OS/2", fsType; fontTools, "subset".
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from texelnet.errors import DrawError

OUTLINES = "outlines: --outlines, or Scene.outlined()"
_FORBIDDEN = 0x0002 | 0x0100 | 0x0200  # restricted, no subsets, bitmaps only
_OUTLINE = {"CFF ", "glyf", "loca", "head", "hhea", "hmtx", "maxp"}
_SETTING = {"GDEF", "GPOS", "GSUB", "OS/2", "cmap", "kern", "name", "post"}


@dataclass(frozen=True)
class Face:
    """How a font is called, for files that name it.

    Parameters
    ----------
    postscript
        Without blanks; family and the rest as people say it.
    weight
        400 is regular, 700 bold.
    """

    postscript: str
    family: str
    weight: int
    italic: bool


@dataclass(frozen=True)
class Program:
    """A font as a PDF takes it in.

    Parameters
    ----------
    content
        TrueType tables, or bare CFF.
    cff
        Which of the two.
    codes
        What a PDF calls the font's glyphs.
    widths
        Advances of the font's glyphs in thousandths of the font size: whole ones, since some
        readers cut off what is behind the point.
    box, ascent, descent
        Of the whole font, in the same unit.
    """

    face: Face
    content: bytes
    cff: bool
    codes: dict[int, int]
    widths: dict[int, int]
    box: tuple[float, float, float, float]
    ascent: float
    descent: float


def program(file: File, glyphs: Iterable[int]) -> Program:
    """Return the glyphs of a font for a PDF.

    Raises
    ------
    DrawError
        If fontTools is not installed, or the font can't or mustn't be embedded.
    """
    wanted = sorted({0, *glyphs})
    with _opened(file) as font:
        face, names = _face(font, file), font.getGlyphOrder()
        if "glyf" not in font and "CFF " not in font:
            fact = "its outlines are neither TrueType nor CFF, which is all that PDFs take"
            raise DrawError(str(file), fact, OUTLINES)
        head, lines = font["head"], font["hhea"]
        one = 1000 / head.unitsPerEm
        widths = {g: round(font["hmtx"][names[g]][0] * one) for g in wanted}
        box = (head.xMin * one, head.yMin * one, head.xMax * one, head.yMax * one)
        _reduce(font, _OUTLINE, gids=wanted)
        places = font.getReverseGlyphMap(rebuild=True)
        codes = {g: places[names[g]] for g in wanted}
        cff = "CFF " in font
        if cff:
            content = font["CFF "].compile(font)
            if hasattr(font["CFF "].cff.topDictIndex[0], "ROS"):  # a name is "cid" and its code
                codes = {g: int(names[g][3:]) if g else 0 for g in wanted}
        else:
            content = _saved(font)
        ascent, descent = lines.ascent * one, lines.descent * one
    return Program(face, content, cff, codes, widths, box, ascent, descent)


def web_font(file: File, text: str) -> tuple[Face, bytes]:
    """Return what a browser needs of a font to set a text by itself, as WOFF.

    Raises
    ------
    DrawError
        As of :func:`program`.
    """
    with _opened(file) as font:
        face = _face(font, file)
        _reduce(font, _OUTLINE | _SETTING, text=text)
        return face, _saved(font, flavor="woff")


@contextmanager
def _opened(file: File) -> Iterator[Any]:
    try:
        from fontTools.ttLib import TTFont
    except ImportError:
        hint = 'pip install "texelnet[draw]"'
        raise DrawError("text", "fontTools is not installed", hint) from None
    try:
        font = TTFont(file, fontNumber=0, recalcTimestamp=False)
        if "OS/2" in font and font["OS/2"].fsType & _FORBIDDEN:
            fact = "its licence bits (OS/2 fsType) forbid that a part of it is embedded"
            raise DrawError(str(file), fact, OUTLINES)
        yield font
    except DrawError:
        raise
    except Exception as error:  # fontTools raises many kinds for damaged files
        fact = f"it can't be read as a font ({str(error) or type(error).__name__})"
        raise DrawError(str(file), fact, "a .ttf or .otf") from None


def _face(font: Any, file: File) -> Face:
    def said(*numbers: int) -> str:
        found = (font["name"].getDebugName(n) for n in numbers if "name" in font)
        return next(filter(None, found), file.stem)

    os2 = font.get("OS/2")
    weight, slanted = (os2.usWeightClass, os2.fsSelection & 1) if os2 else (400, 0)
    plain = re.sub(r"[^A-Za-z0-9-]", "", said(6)) or "Font"
    return Face(plain, said(16, 1), weight, bool(slanted))


def _reduce(font: Any, keep: set[str], **wanted: Any) -> None:
    """Leave some tables and the wanted glyphs; variable fonts become what they are at rest."""
    from fontTools.subset import Options, Subsetter

    for tag in set(font.keys()) - keep - {"GlyphOrder"}:
        del font[tag]
    subsetter = Subsetter(Options(hinting=False, notdef_outline=True, glyph_names=False))
    subsetter.populate(**wanted)
    subsetter.subset(font)


def _saved(font: Any, flavor: str | None = None) -> bytes:
    file = io.BytesIO()
    font.flavor = flavor
    font.save(file, reorderTables=False)
    return file.getvalue()
