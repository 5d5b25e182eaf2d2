"""Check an SVG: every run of text with its true size, from its transforms and its viewBox.

A user unit is a CSS pixel, 0.75 pt, unless width and height say otherwise: then the viewBox is
fitted into them, by the smaller of the two scales ("meet") or by each its own ("none").

See SVG 1.1, sections 7 (coordinates) and 10 (text); CSS Values and Units 3, section 5.2.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from texelnet.draw.text.printed import Matrix, chain, printed, read_transform
from texelnet.draw.text.run import Run
from texelnet.errors import DrawError
from texelnet.units import POINTS, Length

MOST_BYTES, DEEPEST = 64 * 2**20, 500
PIXEL = 0.75
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zA-Z%]*)\s*")
_SIZES = {"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24}
_SIZES |= {"xx-large": 32}


@dataclass(frozen=True)
class _Style:
    """What an element hands down."""

    matrix: Matrix
    size: float = 16.0
    written: str = "16px, nothing written"
    font: str = ""


def runs(path: Path) -> Iterator[Run]:
    """Yield every run of text of an SVG.

    Raises
    ------
    DrawError
        If the file is no SVG, or one with entities, which could be bombs.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DrawError(str(path), (error.strerror or str(error)).lower()) from None
    if len(text) > MOST_BYTES:
        raise DrawError(str(path), f"it has more than {MOST_BYTES:,} bytes")
    if b"<!ENTITY" in text:
        raise DrawError(str(path), "it declares entities, which are not read", "leave them out")
    try:
        root = ET.fromstring(text)
    except (ET.ParseError, ValueError) as error:
        raise DrawError(str(path), f"it can't be read as XML ({error})") from None
    if _name(root) != "svg":
        raise DrawError(str(path), f"its first element is <{_name(root)}>", "an SVG")
    yield from _walk(root, _Style(np.array([[1.0, 0, 0], [0, 1, 0]])), str(path), 0)


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _walk(element: ET.Element, style: _Style, place: str, deep: int) -> Iterator[Run]:
    if deep > DEEPEST:
        raise DrawError(place, f"it is nested more than {DEEPEST} deep")
    name = _name(element)
    if name in ("defs", "symbol", "clipPath", "mask", "marker", "pattern", "script", "style"):
        return
    style = _styled(element, style)
    if name == "svg":
        style = replace(style, matrix=chain([style.matrix, _fitted(element, place, deep == 0)]))
    if "transform" in element.attrib:
        turned = read_transform(element.attrib["transform"])
        style = replace(style, matrix=chain([style.matrix, turned]))
    if name in ("text", "tspan", "textPath", "a") and (element.text or "").strip():
        yield _run(element.text or "", style)
    for child in element:
        yield from _walk(child, style, place, deep + 1)
        if name in ("text", "tspan") and (child.tail or "").strip():
            yield _run(child.tail or "", style)


def _run(text: str, style: _Style) -> Run:
    found = printed(style.size, style.matrix, PIXEL)
    return Run(" ".join(text.split()), 0, style.font, style.written, found)


def _styled(element: ET.Element, style: _Style) -> _Style:
    """Return what an element sets: its style property goes before its attributes."""
    own = dict(element.attrib)
    for one in element.attrib.get("style", "").split(";"):
        key, _, value = one.partition(":")
        own[key.strip()] = value.strip()
    if "font-family" in own:
        style = replace(style, font=own["font-family"].strip("'\" "))
    if "font-size" in own:
        word = own["font-size"]
        style = replace(style, size=_font_size(word, style.size), written=word)
    return style


def _font_size(word: str, inherited: float) -> float:
    """Return a font size in user units."""
    if word in _SIZES:
        return float(_SIZES[word])
    found = _NUMBER.fullmatch(word)
    if found is None:
        return inherited
    value, unit = float(found[1]), found[2].lower()
    if unit in ("em", "%"):
        return inherited * value / (100 if unit == "%" else 1)
    if unit == "rem":
        return 16 * value
    return value * POINTS[unit] / PIXEL if unit in POINTS else value


def _fitted(element: ET.Element, place: str, outermost: bool) -> Matrix:
    """Return how an svg's user units lie in what is around it, in CSS pixels."""
    sides = [_side(element.attrib.get(side, ""), place) for side in ("width", "height")]
    box = re.split(r"[\s,]+", element.attrib.get("viewBox", "").strip())
    if len(box) != 4:
        return np.array([[1.0, 0, 0], [0, 1, 0]])
    try:
        _, _, wide, high = (float(n) for n in box)
    except ValueError:
        wide = high = 0.0
    if not (wide > 0 and high > 0):
        raise DrawError(place, f'the viewBox "{element.attrib["viewBox"]}" shows nothing')
    scales = [s / n for s, n in zip(sides, (wide, high), strict=True) if s is not None]
    if not scales:
        if outermost:
            fact = "it has a viewBox, but neither width nor height: it is as large as its place"
            raise DrawError(place, fact, 'width and height with units: width="100mm"')
        scales = [1.0]
    if element.attrib.get("preserveAspectRatio", "").startswith("none") and len(scales) == 2:
        return np.array([[scales[0], 0, 0], [0, scales[1], 0]])
    slice_ = "slice" in element.attrib.get("preserveAspectRatio", "")
    scale = max(scales) if slice_ else min(scales)
    return np.array([[scale, 0, 0.0], [0, scale, 0]])


def _side(word: str, place: str) -> float | None:
    """Return a width or height in CSS pixels; None where the file does not say it."""
    found = _NUMBER.fullmatch(word)
    if found is None or found[2] == "%":
        return None
    value, unit = float(found[1]), found[2].lower()
    if not unit or unit == "px":
        return value
    try:
        return Length.of(value, unit).points / PIXEL
    except DrawError as error:
        raise DrawError(place, error.fact, error.hint) from None
