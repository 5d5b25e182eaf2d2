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
class Cells:
    """A grid of squares: a kernel, labels, the windows of a pooling.

    Parameters
    ----------
    rows
        What stands in each square.
    groups
        Which colour each has: 0..7, or -1 for none; all none where left out.
    legend
        What the colours mean, from 0.
    marked
        Squares with a thick border, as (row, column).
    """

    title: str
    rows: Sequence[Sequence[str]]
    alt: str
    groups: Sequence[Sequence[int]] = ()
    legend: Sequence[str] = ()
    marked: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True)
class Line:
    """One curve of a plot.

    Parameters
    ----------
    style
        "line", "steps", "dots" or "faint": a dashed line for what is only compared with.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    style: str = "line"


@dataclass(frozen=True)
class Plot:
    """Curves over one axis.

    Parameters
    ----------
    x, y
        What the axes show, with units.
    equal
        A drawing: both axes have one scale, and y grows downwards.
    """

    title: str
    x: str
    y: str
    lines: Sequence[Line]
    alt: str
    log: bool = False
    equal: bool = False


@dataclass(frozen=True)
class Slider:
    """Parts of which one is seen at a time, chosen by a slider; on paper the same one.

    Parameters
    ----------
    label
        What is chosen: "output pixel".
    names
        What each choice is called.
    slides
        The parts of each choice.
    said
        A sentence about each choice.
    start
        Which is seen first.
    """

    label: str
    names: Sequence[str]
    slides: Sequence[Sequence[Still]]
    said: Sequence[str]
    start: int = 0


@dataclass(frozen=True)
class Stop:
    """One node of a chart."""

    name: str
    words: str
    loud: bool = False


@dataclass(frozen=True)
class Chart:
    """A graph, a node a line, with arrows drawn beside them.

    Parameters
    ----------
    stops
        The nodes, in order: none is before what it needs.
    arrows
        (from, to), as places in `stops`.
    """

    stops: Sequence[Stop]
    arrows: Sequence[tuple[int, int]]
    alt: str


Still = Image | Bars | Cells | Plot
Shown = Still | Slider | Chart


@dataclass(frozen=True)
class Figure:
    """What is to be looked at together."""

    parts: Sequence[Shown]
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


@dataclass(frozen=True)
class Told:
    """An explanation, in the order that every page keeps.

    Parameters
    ----------
    sentence
        What it does, in one sentence.
    formula
        In Unicode, a line or a few.
    numbers
        This node's own: name and value.
    figure
        The one picture that says most.
    traps
        What goes wrong, a sentence each: in Caffe and in a shader.
    parts, sections
        What else there is to say: after the figure, and under headings of its own.
    """

    sentence: str
    formula: str = ""
    numbers: Sequence[tuple[str, str]] = ()
    figure: Figure | None = None
    traps: Sequence[str] = ()
    parts: Sequence[Part] = ()
    sections: Sequence[Section] = ()
