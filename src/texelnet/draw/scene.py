"""Scene: what is drawn, in order, and what its parts are called.

A scene is measured in millimetres, y down from its upper left corner. Its items are painted
one over another. A **label** is told by an outline too, mostly by the very path that is
painted, and by the names of the items that show it: so labels can't disagree with the paint,
and the same picture can be labelled in several ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.path import Path
from texelnet.draw.text.shape import Line
from texelnet.errors import DrawError

Colour = tuple[float, float, float]
Matrix = tuple[tuple[float, float, float], tuple[float, float, float]]
SAME: Matrix = ((1, 0, 0), (0, 1, 0))


@dataclass(frozen=True)
class Paint:
    """One colour.

    Parameters
    ----------
    colour
        Red, green and blue, 0..1, as sRGB has them.
    alpha
        1 hides what is below.
    """

    colour: Colour
    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not all(0 <= part <= 1 for part in (*self.colour, self.alpha)):
            raise DrawError("a paint", f"it is {(*self.colour, self.alpha)}", "numbers in 0..1")


@dataclass(frozen=True)
class Item:
    """One path and its paint.

    Parameters
    ----------
    name
        What labels call it; items that are parts of one thing share a name.
    """

    path: Path
    paint: Paint
    name: str = ""


@dataclass(frozen=True)
class Text:
    """A line of letters of one paint.

    What carries fonts (PDF, SVG) keeps it as text; all else fills the letters' outlines.

    Parameters
    ----------
    line
        As it was shaped: the baseline is y = 0.
    name
        Of the line; a letter's name is this and its place among those that show something.
    matrix
        [[a, c, e], [b, d, f]]: x' = a x + c y + e.
    """

    line: Line
    paint: Paint
    name: str = "letter"
    matrix: Matrix = SAME

    def __post_init__(self) -> None:
        _check_matrix("a text", self.matrix)

    @cached_property
    def letters(self) -> tuple[Item, ...]:
        """Its letters as items; spaces are none."""
        shown = [path for path in self.line.letters() if path.contours]
        placed = shown if self.matrix == SAME else [p.through(self.matrix) for p in shown]
        return tuple(Item(p, self.paint, f"{self.name} {n}") for n, p in enumerate(placed))


@dataclass(frozen=True)
class Group:
    """Parts that are moved together.

    Parameters
    ----------
    parts
        Items, texts and groups, in the order in which they are painted.
    matrix
        [[a, c, e], [b, d, f]]: x' = a x + c y + e.
    """

    parts: tuple[Part, ...]
    matrix: Matrix = SAME

    def __post_init__(self) -> None:
        _check_matrix("a group", self.matrix)


Part = Item | Text | Group


def _check_matrix(place: str, matrix: Matrix) -> None:
    numbers = [float(number) for row in matrix for number in row]
    if len(numbers) != 6 or not all(map(isfinite, numbers)):
        raise DrawError(place, "its map is no 2 x 3 matrix of finite numbers")
    if numbers[0] * numbers[4] == numbers[1] * numbers[3]:
        raise DrawError(place, "its map flattens everything", "a matrix with an inverse")


@dataclass(frozen=True)
class Label:
    """What is to be learned of a scene: one thing.

    Parameters
    ----------
    kind
        Its class, one of the scene's.
    path
        Its whole outline, in the scene's millimetres, hidden parts too.
    items
        Names of items that show it; where another lies on top, it is hidden. None: whatever
        lies within the outline shows it.
    """

    kind: str
    path: Path
    items: frozenset[str] | None = None


@dataclass(frozen=True)
class Scene:
    """A picture yet to be rendered, and its labels.

    Parameters
    ----------
    width, height
        In millimetres.
    parts
        Items, texts and groups, in the order in which they are painted.
    labels
        In the order in which they cover each other.
    classes
        The first has index 1; 0 is what has no label.
    background
        Its colour.
    """

    width: float
    height: float
    parts: tuple[Part, ...]
    labels: tuple[Label, ...] = ()
    classes: tuple[str, ...] = ()
    background: Colour = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        if not (0 < self.width < 1e6 and 0 < self.height < 1e6):
            fact = f"it is {self.width:g} x {self.height:g} mm"
            raise DrawError("a scene", fact, "positive lengths, up to a kilometre")
        for label in self.labels:
            if label.kind not in self.classes:
                known = ", ".join(self.classes) or "none"
                fact = f'a label is of class "{label.kind}"; its classes: {known}'
                raise DrawError("a scene", fact)

    def placed(self) -> Iterator[Item]:
        """Give its items, letters too, with their paths in the scene's millimetres."""
        yield from _placed(self.parts, np.eye(3))

    def texts(self) -> Iterator[Text]:
        """Give its texts, whatever they are nested in."""
        yield from _texts(self.parts)

    def outlined(self) -> Scene:
        """Return it with its texts as outlines, for readers that shall not need fonts."""
        return replace(self, parts=_outlined(self.parts))


def _placed(parts: tuple[Part, ...], matrix: NDArray[np.float64]) -> Iterator[Item]:
    for part in parts:
        if isinstance(part, Group):
            yield from _placed(part.parts, matrix @ np.vstack([part.matrix, (0, 0, 1)]))
        elif isinstance(part, Text):
            yield from _placed(part.letters, matrix)
        elif (matrix == np.eye(3)).all():
            yield part
        else:
            yield Item(part.path.through(matrix[:2]), part.paint, part.name)


def _texts(parts: tuple[Part, ...]) -> Iterator[Text]:
    for part in parts:
        if isinstance(part, Text):
            yield part
        elif isinstance(part, Group):
            yield from _texts(part.parts)


def _outlined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Text):
            found += part.letters
        elif isinstance(part, Group):
            found.append(replace(part, parts=_outlined(part.parts)))
        else:
            found.append(part)
    return tuple(found)
