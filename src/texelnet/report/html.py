"""HTML: a page as one file that needs nothing else, light and dark, on screens and paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from texelnet.page import (
    Bars,
    Cells,
    Chart,
    Code,
    Equation,
    Figure,
    Image,
    Note,
    Page,
    Part,
    Plot,
    Shown,
    Slider,
    Table,
    Text,
)
from texelnet.report.drawings import bars, cells, chart, keys, width_of
from texelnet.report.plots import plot

HERE = files("texelnet.report")
STYLE = HERE.joinpath("page.css").read_text("utf-8")
SCRIPT = HERE.joinpath("page.js").read_text("utf-8")
TALLEST = 400
"""Pixels of the screen that a picture is high; a taller one is shown smaller."""
LONG = 28
"""Letters of a table's cell that are kept on one line."""
FEW = 4
"""Sections that need no list of them."""
COLUMN, NARROW, PLOTTED = 240, 150, 340
"""Pixels that a part of a figure is wide, at least: most parts, small ones, plots."""
PHONE = 320
"""Pixels there are on a telephone; wider squares scroll."""


def html(page: Page) -> str:
    """Return a page as one file of HTML."""
    body = [f"<h1>{_said(page.title)}</h1>", *_parts(page.parts, "p")]
    if len(page.sections) >= FEW:
        body.insert(2, _contents(page))
    for index, section in enumerate(page.sections):
        title = f'<h2 id="s{index}">{_said(section.title)}</h2>'
        body += ["<section>", title, *_parts(section.parts, f"s{index}"), "</section>"]
    lines = "\n".join(body)
    script = f"<script>{SCRIPT}</script>\n" if 'class="slider' in lines else ""
    return (
        f'<!doctype html>\n<html lang="{escape(page.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{lines}\n</main>\n{script}</body>\n</html>\n"
    )


def _contents(page: Page) -> str:
    """Return links to the sections."""
    links = "".join(
        f'<a href="#s{index}">{_said(section.title)}</a>'
        for index, section in enumerate(page.sections)
    )
    return f'<nav aria-label="On this page">{links}</nav>'


def _parts(parts: Sequence[Part], key: str) -> list[str]:
    return [_part(part, f"{key}-{index}") for index, part in enumerate(parts)]


def _said(words: str) -> str:
    """Return words with what stands between backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words, quote=False))


def _part(part: Part, key: str) -> str:
    match part:
        case Text(words):
            return f"<p>{_said(words)}</p>"
        case Note(tone, title, words):
            large = "" if title.endswith(":") else ' class="verdict"'
            named = f"<b{large}>{_said(title)}</b>"
            return f'<div class="note {escape(tone)}">{named} {_said(words)}</div>'
        case Equation(line):
            return f'<pre class="equation" tabindex="0">{escape(line)}</pre>'
        case Code(lines):
            return f'<pre tabindex="0"><code>{escape(lines)}</code></pre>'
        case Table():
            return _table(part)
        case Figure(parts, caption):
            inner = "".join(_shown(one, f"{key}-{i}") for i, one in enumerate(parts))
            return (
                f"<figure>{_row(parts, inner)}"
                f"<figcaption>{_said(caption)}</figcaption></figure>"
            )


def _row(parts: Sequence[Shown], inner: str) -> str:
    """Lay parts out side by side, as many as there is room for."""
    pictures = " pictures" if all(isinstance(part, Image) for part in parts) else ""
    least = max((_least(part, len(parts)) for part in parts), default=COLUMN)
    return f'<div class="row{pictures}" style="--least:{least}px">{inner}</div>'


def _least(part: Shown, count: int) -> int:
    match part:
        case Plot():
            return PLOTTED
        case Image(width=width, zoom=zoom):
            return COLUMN if count == 3 and width * zoom > NARROW else NARROW
        case Cells() if width_of(part) <= NARROW:
            return NARROW
        case _:
            return COLUMN


def _table(table: Table) -> str:
    def kind(column: int, cell: str = "") -> str:
        if column in table.numbers:
            return ' class="n"'
        return ' class="long"' if len(cell) > LONG else ""

    head = "".join(
        f'<th scope="col"{kind(i)}>{_said(name)}</th>' if name else "<td></td>"
        for i, name in enumerate(table.head)
    )
    rows = []
    for index, row in enumerate(table.rows):
        cells = [f"<td{kind(i, cell)}>{_said(cell)}</td>" for i, cell in enumerate(row)]
        cells[0] = f'<th scope="row"{kind(0, row[0])}>{_said(row[0])}</th>'
        loud = ' class="loud"' if index in table.loud else ""
        rows.append(f"<tr{loud}>{''.join(cells)}</tr>")
    named = escape(table.caption, quote=True)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{named}"><table>'
        f"<caption><span>{_said(table.caption)}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _shown(part: Shown, key: str) -> str:
    match part:
        case Image():
            return f"<div>{_image(part)}</div>"
        case Bars(title):
            return f'<div class="bars">{_title(title)}{bars(part)}</div>'
        case Cells(title):
            return _cells(part)
        case Plot(title):
            return f"<div>{_title(title)}{plot(part, key)}</div>"
        case Chart():
            return f'<div class="wide">{_scrolling(chart(part), part.alt)}</div>'
        case Slider():
            return _slider(part, key)


def _title(title: str) -> str:
    return f'<p class="title">{_said(title)}</p>'


def _cells(drawn: Cells) -> str:
    """Return squares; where there are many with words in them they scroll, or are too small."""
    grid, wide = cells(drawn), width_of(drawn)
    if wide > PHONE and any(word for row in drawn.rows for word in row):
        shown = f'<div style="width:{wide}px">{grid}</div>'
        grid = _scrolling(shown, drawn.alt)
    over = ' class="wide"' if wide > PHONE else ""
    return f"<div{over}>{_title(drawn.title)}{grid}{keys(drawn)}</div>"


def _scrolling(inner: str, alt: str) -> str:
    named = escape(alt, quote=True)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{named}">{inner}</div>'


def _image(image: Image) -> str:
    content = base64.b64encode(image.png).decode()
    width, height = image.width * image.zoom, image.height * image.zoom
    if height > TALLEST:
        width, height = max(1, width * TALLEST // height), TALLEST
    zoomed = ""
    if image.zoom > 1:
        zoomed = f' class="zoomed" style="width:min(100%,{width * 3 // 2}px)"'
    return (
        f'<img{zoomed} src="data:image/png;base64,{content}" width="{width}" '
        f'height="{height}" alt="{escape(image.alt, quote=True)}">'
        f'<div class="label">{_said(image.caption)}</div>'
    )


def _slider(slider: Slider, key: str) -> str:
    """Return all slides; the page's script shows one, and without it all are seen."""
    slides = []
    choices = zip(slider.names, slider.slides, slider.said, strict=True)
    for index, (name, parts, said) in enumerate(choices):
        inner = "".join(_shown(part, f"{key}-{index}-{i}") for i, part in enumerate(parts))
        slides.append(
            f'<div class="slide" data-name="{escape(name, quote=True)}">'
            f'<p class="label"><b>{_said(slider.label)} {_said(name)}</b>: {_said(said)}</p>'
            f"{_row(parts, inner)}</div>"
        )
    chooser = (
        f'<label class="chooser" hidden>{_said(slider.label)} '
        f'<input type="range" min="0" max="{len(slides) - 1}" value="{slider.start}"> '
        f"<output>{_said(slider.names[slider.start])}</output></label>"
    )
    return f'<div class="slider wide">{chooser}{"".join(slides)}</div>'
