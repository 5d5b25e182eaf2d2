"""Lettering: a line of text as a scene, with a label for each letter."""

from __future__ import annotations

from pathlib import Path as File

from texelnet.draw.scene import Label, Paint, Scene, Text
from texelnet.draw.text.shape import shape
from texelnet.errors import DrawError
from texelnet.units import Length

INK = Paint((0.07, 0.08, 0.1))


def lettering(text: str, font: File, size: Length, margin: Length) -> Scene:
    """Return a line of text on white, as large as its letters and a margin.

    Parameters
    ----------
    size
        The font size on paper.
    margin
        Around the letters' own bounds.

    Every glyph that shows something is a label of class "letter", by the path that is painted.
    """
    around = margin.to("mm")
    if around < 0:
        raise DrawError("lettering", f"the margin is {around:g} mm", "0 or more")
    line = shape(text, font, size.to("mm"))
    left, top, right, bottom = line.outlines().bounds
    words = Text(line, INK, matrix=((1, 0, around - left), (0, 1, around - top)))
    labels = tuple(Label("letter", item.path, frozenset({item.name})) for item in words.letters)
    wide, high = right - left + 2 * around, bottom - top + 2 * around
    return Scene(wide, high, (words,), labels, ("letter",))


def find_font(word: str) -> File:
    """Return the file of a font: a path, or a family's name among those installed.

    Raises
    ------
    DrawError
        If there is no such font.
    """
    if File(word).suffix.lower() in (".ttf", ".otf", ".ttc"):
        return File(word)
    from matplotlib import font_manager

    try:
        return File(font_manager.findfont(word, fallback_to_default=False))
    except ValueError:
        hint = "the file of a font, or DejaVu Sans, which is always there"
        raise DrawError(f'"{word}"', "no font of this name is installed", hint) from None
