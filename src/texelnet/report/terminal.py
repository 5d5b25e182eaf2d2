"""Terminal: a page as rich shows it; images are left to the other forms."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Literal

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table as RichTable
from rich.text import Text as RichText

from texelnet.page import (
    Cells,
    Chart,
    Code,
    Equation,
    Figure,
    Note,
    Page,
    Part,
    Shown,
    Slider,
    Table,
    Text,
)
from texelnet.report.drawings import squares

TONES = {"good": "bold green", "bad": "bold red", "note": "bold yellow"}
FEW = 8
"""Choices of a slider that are told."""
LINES = 40
"""Lines of code that are shown."""
WIDE = 400
"""Columns where a program reads: nothing is broken there."""


def show(page: Page) -> None:
    """Print a page to stdout, in colours where a person reads."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    _print(page, console)


def text(page: Page) -> str:
    """Return a page as a terminal without colours would show it."""
    file = io.StringIO()
    _print(page, Console(file=file, highlight=False, width=100))
    return file.getvalue()


def _print(page: Page, console: Console) -> None:
    console.print(RichText(page.title, "bold"), soft_wrap=True)
    for part in page.parts:
        for shown in _part(part):
            console.print(shown, soft_wrap=isinstance(shown, RichText))
    for section in page.sections:
        parts = [shown for part in section.parts for shown in _part(part)]
        if parts:
            console.print()
            console.print(RichText(section.title, "bold underline"), soft_wrap=True)
        for shown in parts:
            console.print(shown, soft_wrap=isinstance(shown, RichText))


def _part(part: Part) -> Iterator[RenderableType]:
    match part:
        case Text(words) | Equation(words):
            yield RichText(words)
        case Code(lines):
            shown, more = lines.splitlines()[:LINES], max(0, lines.count("\n") - LINES)
            yield RichText("\n".join(shown))
            if more:
                yield RichText(f"... and {more} more lines, in the other formats", "dim")
        case Note(tone, title, words):
            yield RichText.assemble((title, TONES.get(tone, "")), " ", words)
        case Table():
            yield _table(part)
        case Figure(parts, caption):
            told = [one for part in parts for one in _told(part)]
            yield from (RichText(line) for line in told)
            if told:
                yield RichText(caption, "dim")


def _told(part: Shown) -> list[str]:
    """Return squares and slides as lines; other figures are left to the other forms."""
    match part:
        case Cells(title):
            return [title, *(f"  {line}" for line in squares(part))]
        case Slider(label, names, _, said):
            pairs = list(zip(names, said, strict=True))
            more = [f"and {len(pairs) - FEW} more"] if len(pairs) > FEW else []
            return [*(f"{label} {name}: {words}" for name, words in pairs[:FEW]), *more]
        case Chart(stops):
            return [f"  {stop.name}  {stop.words}" for stop in stops]
        case _:
            return []


def _table(table: Table) -> RichTable:
    found = RichTable(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, title_justify="left"
    )
    for index, name in enumerate(table.head):
        justify: Literal["left", "right"] = "right" if index in table.numbers else "left"
        found.add_column(name, justify=justify, no_wrap=index > 0, overflow="fold")
    for index, row in enumerate(table.rows):
        style = "bold red" if index in table.loud else ""
        found.add_row(*(RichText(cell) for cell in row), style=style)
    return found
