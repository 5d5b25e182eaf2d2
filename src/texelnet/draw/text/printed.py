"""Printed: how large a text is on paper, through any chain of transforms.

With the product of all transforms M = [a c; b d], s = hypot(a, b) and D = ad - bc, letters of
font size f are

    size              f |D| / s * unit   points, perpendicular to the baseline
    horizontal scale  s^2 / |D|          how much wider than high they are drawn
    skew              atan2(ac + bd, D)  how far uprights lean from the perpendicular
    rotation          atan2(b, a)        of the baseline

where the unit is the output's: how many points one unit of its coordinates is. One number can't
say it where M is more than a turn and a uniform scale, so all four are told.

See ISO 32000-1 (PDF), section 9.4.4, "Text space details".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import DrawError

Matrix = NDArray[np.float64]
"""(2, 3): [[a, c, e], [b, d, f]], x' = a x + c y + e, y' = b x + d y + f."""
_WORD = re.compile(r"\s*([A-Za-z]+)\s*\(([^()]*)\)\s*,?")


@dataclass(frozen=True)
class Output:
    """What text is printed by.

    Parameters
    ----------
    unit
        Points in one unit of its coordinates, at its usual resolution.
    down
        Whether y grows downwards.
    """

    name: str
    summary: str
    unit: float
    down: bool = True


OUTPUTS: dict[str, Output] = {
    output.name: output
    for output in (
        Output("pdf", "PDF: 1/72 inch, times the page's UserUnit.", 1.0, down=False),
        Output("svg", "SVG without units, CSS and browsers' print: 96 px an inch.", 0.75),
        Output("flash", "Flash PrintJob: a pixel is a point.", 1.0),
        Output("raster", "A picture printed at --ppi pixels an inch.", 72 / 300),
    )
}
"""Outputs, by name."""


def unit_of(output: str, ppi: float | None = None, user_unit: float = 1.0) -> float:
    """Return the points in one unit of an output.

    Raises
    ------
    DrawError
        If there is no such output, or a raster has no resolution.
    """
    if output not in OUTPUTS:
        raise DrawError("the output", f'there is no "{output}"', f"one of {', '.join(OUTPUTS)}")
    if output == "raster":
        if ppi is None or not 0 < ppi < math.inf:
            fact = "how large a pixel is printed is not said"
            raise DrawError("raster", fact, "--ppi 300: pixels an inch on paper")
        return 72 / ppi
    if not 0 < user_unit < math.inf:
        raise DrawError("pdf", f"the UserUnit is {user_unit:g}", "a positive number")
    return OUTPUTS[output].unit * (user_unit if output == "pdf" else 1)


@dataclass(frozen=True)
class Printed:
    """How text comes out of a chain.

    Parameters
    ----------
    points
        Font size on paper, perpendicular to the baseline.
    horizontal
        Horizontal scale: 1 where letters keep their proportions.
    skew, rotation
        In degrees; positive clockwise to the eye where y grows downwards.
    mirrored
        Whether letters are seen from behind.
    """

    points: float
    horizontal: float
    skew: float
    rotation: float
    mirrored: bool = False

    @property
    def plain(self) -> bool:
        """Whether one number says it: neither wider nor leaning."""
        return abs(self.horizontal - 1) < 1e-6 and abs(self.skew) < 1e-4


def chain(matrices: Iterable[Matrix]) -> Matrix:
    """Return the product of nested transforms, the outermost first."""
    found = np.array([[1.0, 0, 0], [0, 1, 0]])
    for m in matrices:
        found = np.hstack([found[:, :2] @ m[:, :2], found[:, :2] @ m[:, 2:] + found[:, 2:]])
    return found


def printed(font_size: float, matrix: Matrix, unit: float) -> Printed:
    """Return how text of a font size is printed.

    Parameters
    ----------
    font_size
        In the innermost coordinates.
    matrix
        The product of the chain.
    unit
        Points in one unit of the output.

    Raises
    ------
    DrawError
        If the chain flattens the plane, so that no letter has a height.
    """
    a, c, b, d = (float(v) for v in matrix[:, :2].reshape(-1))
    along, area = math.hypot(a, b), a * d - b * c
    if not math.isfinite(area) or abs(area) <= 1e-300 or along == 0:
        raise DrawError(
            "the chain", "it flattens everything: its determinant is 0", "no scale of 0"
        )
    return Printed(
        font_size * abs(area) / along * unit,
        along**2 / abs(area),
        math.degrees(math.atan2(a * c + b * d, abs(area))),
        math.degrees(math.atan2(b, a)),
        area < 0,
    )


def fit(points: float, matrix: Matrix, unit: float) -> float:
    """Return the font size, in the innermost coordinates, that is printed at this size."""
    if not 0 < points < math.inf:
        raise DrawError("the size", f"it is {points:g} points", "a positive size")
    return points / printed(1.0, matrix, unit).points


def read_transform(text: str) -> Matrix:
    """Return the product of a list of transforms, written as SVG writes them.

    matrix(a b c d e f), translate(x y), scale(s) or scale(x y), rotate(degrees), skewX, skewY.

    Raises
    ------
    DrawError
        If a word or its count of numbers is unknown.
    """
    found, at = [], 0
    while text[at:].strip():
        word = _WORD.match(text, at)
        if word is None:
            raise DrawError(f'"{text}"', "this is no transform", _HINT)
        at = word.end()
        try:
            numbers = [float(n) for n in re.split(r"[\s,]+", word[2].strip()) if n]
        except ValueError:
            raise DrawError(f'"{text}"', f"{word[2]} are no numbers", _HINT) from None
        found.append(_matrix(text, word[1], numbers))
    return chain(found)


_HINT = "scale(2), scale(2 1), rotate(30), skewX(10), translate(5 0), matrix(a b c d e f)"


def _matrix(text: str, name: str, n: Sequence[float]) -> Matrix:
    if not all(map(math.isfinite, n)):
        raise DrawError(f'"{text}"', "its numbers are not finite", _HINT)
    count = len(n)
    if name == "matrix" and count == 6:
        return np.array([[n[0], n[2], n[4]], [n[1], n[3], n[5]]])
    if name == "translate" and count in (1, 2):
        return np.array([[1, 0, n[0]], [0, 1, n[1] if count > 1 else 0.0]])
    if name == "scale" and count in (1, 2):
        return np.array([[n[0], 0, 0.0], [0, n[-1], 0]])
    if name == "rotate" and count in (1, 3):
        s, c = math.sin(math.radians(n[0])), math.cos(math.radians(n[0]))
        turn = np.array([[c, -s, 0], [s, c, 0]])
        if count == 1:
            return turn
        there = np.array([[1, 0, n[1]], [0, 1, n[2]]])
        return chain([there, turn, np.array([[1, 0, -n[1]], [0, 1, -n[2]]])])
    if name in ("skewX", "skewY") and count == 1:
        t = math.tan(math.radians(n[0]))
        return np.array([[1, t, 0], [0, 1, 0]] if name == "skewX" else [[1, 0.0, 0], [t, 1, 0]])
    raise DrawError(f'"{text}"', f"{name} with {count} numbers is no transform", _HINT)


@dataclass(frozen=True)
class Flash:
    """A size as ActionScript takes it.

    Parameters
    ----------
    size
        TextFormat.size, a whole number: Flash rounds others half to even (12.5 is 12).
    scale
        scaleX and scaleY of the TextField, which make up for what the size can't say.
    """

    size: int
    scale: float


def fit_flash(font_size: float) -> Flash:
    """Return whole size and uniform scale for an exact font size."""
    size = max(1, round(font_size))
    return Flash(size, font_size / size)
