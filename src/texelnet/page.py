"""PAGES: what explanations and proofs are made of, whoever writes or reads them.

A page knows nothing of networks, pictures or HTML. ``report`` turns it into files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True)
class Note:
    """A paragraph that stands out.

    Parameters
    ----------
    tone
        "good", "bad" or "note".
    title
        What it says in a word or two.
    """

    tone: str
    title: str
    words: str


@dataclass(frozen=True)
class Equation:
    """A line of mathematics, in Unicode: ``y = Σ w·x + b``."""

    line: str


@dataclass(frozen=True)
class Code:
    """Lines of a language, or of a terminal ("shell")."""

    lines: str
    language: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of a row is its name.

    Parameters
    ----------
    caption
        What it shows.
    head
        The columns' names.
    numbers
        The columns that hold numbers, from 0.
    loud
        Rows that stand out, from 0.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    loud: Sequence[int] = ()


@dataclass(frozen=True)
class Image:
    """A picture file.

    Parameters
    ----------
    png
        The file's content.
    width, height
        In pixels.
    alt
        What it shows, for those who do not see it.
    zoom
        How many times larger its pixels are shown, as squares.
    """

    png: bytes = field(repr=False)
    width: int
    height: int
    alt: str
    caption: str
    zoom: int = 1


@dataclass(frozen=True)
class Bars:
    """Bars side by side, one a name.

    Parameters
    ----------
    names
        What stands below the left end of each bar.
    heights
        From 0 to 1.
    said
        What each bar stands for, in words.
    mark, marked
        A line at this place, counted in bars from the left end of the first, and what it says.
    """

    title: str
    names: Sequence[str]
    heights: Sequence[float]
    said: Sequence[str]
    alt: str
    mark: float | None = None
    marked: str = ""


@dataclass(frozen=True)
class Figure:
    """Images or bars that belong together."""

    parts: Sequence[Image | Bars]
    caption: str


Part = Text | Note | Equation | Code | Table | Figure


@dataclass(frozen=True)
class Section:
    """Parts under a heading."""

    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Page:
    """A page: what it is about, its parts before any heading, and its sections."""

    title: str
    parts: Sequence[Part]
    sections: Sequence[Section] = ()
    language: str = "en"
