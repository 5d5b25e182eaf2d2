"""HTML: a page as one file that needs nothing else, light and dark, on screens and paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape

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
from texelnet.report.drawings import bars, cells, chart
from texelnet.report.plots import plot

STYLE = """
:root { color-scheme: light dark; --ink: #1d2327; --soft: #57606a; --paper: #fdfcf9;
  --line: #d8d5cc; --well: #f3f1ea; --bar: #4f7a94; --mark: #b4451f;
  --good: #146c3a; --bad: #ab2a1a; --note: #6a5300; --line1: #1f6fb2; --line2: #b4451f;
  --line3: #2c7a3f; --line4: #7b4fa3; --line5: #8a6d00; --line6: #b03a76; --line7: #3f7f86; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4de; --soft: #a5acb3;
  --paper: #16191c; --line: #3a4046; --well: #1f2428; --bar: #7fb0cc; --mark: #f0885f;
  --good: #6fd095; --bad: #ff9a8a; --note: #e0c468; --line1: #7db7ec; --line2: #f0885f;
  --line3: #7fcf95; --line4: #c0a0e4; --line5: #dcc25a; --line6: #ee8fbc; --line7: #7fcbd3; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); }
p { max-width: 46rem; overflow-wrap: anywhere; }
code, pre, td.n { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em; }
pre { background: var(--well); padding: .7rem .9rem; overflow: auto; max-height: 26rem;
  border-radius: 6px; }
.note { border-left: 4px solid var(--note); background: var(--well); padding: .6rem .9rem;
  margin: .8rem 0; border-radius: 0 6px 6px 0; max-width: 46rem; overflow-wrap: anywhere; }
.note b { color: var(--note); } .good { border-color: var(--good); }
.bad { border-color: var(--bad); } .good b { color: var(--good); } .bad b { color: var(--bad); }
.note.good > b, .note.bad > b { font-size: 1.25em; display: block; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .92em; min-width: 50%; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; padding: .28rem .9rem .28rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; } thead th { border-bottom: 2px solid var(--line); font-size: .92em; }
tbody th { font-weight: normal; max-width: 26rem; overflow-wrap: break-word; }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.loud > * { color: var(--bad); font-weight: 600; }
figure { margin: 1.2rem 0; } .row { display: grid; gap: 1rem 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }
.four { grid-template-columns: repeat(auto-fill, minmax(min(45%, 12rem), 1fr)); }
.row img { max-width: 100%; height: auto; display: block; border: 1px solid var(--line); }
.zoomed { image-rendering: pixelated; } figcaption, .label { color: var(--soft);
  font-size: .9em; max-width: 46rem; } .label { margin-top: .3rem; }
figcaption { margin-top: .6rem; } .plot { max-width: 38rem; }
.bars h3 { font-size: .95rem; margin: 0 0 .2rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft);
  font: 9px system-ui, "DejaVu Sans", sans-serif; } svg .bar { fill: var(--bar); }
svg .axis { stroke: var(--line); } svg .mark { stroke: var(--mark); stroke-dasharray: 3 2; }
svg text.said { fill: var(--mark); }
svg .cell { stroke: var(--line); } svg text.word { font-size: 10px; fill: var(--ink); }
svg .marked { fill: none; stroke: var(--mark); stroke-width: 2.5; } svg.plot text {
  fill: var(--soft); } .keys { display: flex; flex-wrap: wrap; gap: .2rem 1rem;
  font-size: .85em; color: var(--soft); margin-top: .3rem; }
.key i { display: inline-block; width: .9em; height: .9em; border: 1px solid var(--soft);
  margin-right: .35em; vertical-align: -.1em; }
.wide { grid-column: 1 / -1; max-width: 46rem; } .chooser { display: block; margin: .3rem 0;
  font-size: .95em; } .chooser[hidden], .slide[hidden] { display: none; } .chooser input {
  width: min(24rem, 60vw); vertical-align: middle; accent-color: var(--bar); }
.chart svg { max-width: none; } svg .arrow { fill: none; stroke: var(--soft); } svg .tip {
  fill: var(--soft); } svg .stop { fill: var(--bar); } svg .stop.loud { fill: var(--mark); }
svg text.name { font-size: 11px; fill: var(--ink); } svg text.name.loud { fill: var(--mark); }
svg .words { fill: var(--soft); font-size: 10px; }
@media print { body { font-size: 11px; background: none; } main { padding: 0; }
  .row, tr, .note { break-inside: avoid; } h2 { break-after: avoid; } }
"""
SCRIPT = """
for (const slider of document.querySelectorAll(".slider")) {
  const slides = slider.querySelectorAll(".slide"), chooser = slider.querySelector(".chooser");
  const range = chooser.querySelector("input"), told = chooser.querySelector("output");
  const show = () => slides.forEach((slide, i) => {
    slide.hidden = i != range.value;
    if (!slide.hidden) { told.textContent = slide.dataset.name;
      range.setAttribute("aria-valuetext", slide.dataset.name); }
  });
  chooser.hidden = slides.length < 2;
  range.addEventListener("input", show);
  show();
}
"""
MANY = 8
"""Squares side by side that need the page's whole width."""
TALLEST = 400
"""Pixels of the screen that a picture is high; a taller one is shown smaller."""


def html(page: Page) -> str:
    """Return a page as one file of HTML."""
    body = [f"<h1>{_said(page.title)}</h1>", *_parts(page.parts, "p")]
    for index, section in enumerate(page.sections):
        title = f"<h2>{_said(section.title)}</h2>"
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
            return (
                f'<div class="note {escape(tone)}"><b>{_said(title)}</b> {_said(words)}</div>'
            )
        case Equation(line):
            return f'<pre class="equation">{escape(line)}</pre>'
        case Code(lines):
            return f'<pre tabindex="0"><code>{escape(lines)}</code></pre>'
        case Table():
            return _table(part)
        case Figure(parts, caption):
            inner = "".join(_shown(one, f"{key}-{i}") for i, one in enumerate(parts))
            row = "row four" if len(parts) == 4 else "row"
            return (
                f'<figure><div class="{row}">{inner}</div>'
                f"<figcaption>{_said(caption)}</figcaption></figure>"
            )


def _table(table: Table) -> str:
    def kind(column: int) -> str:
        return ' class="n"' if column in table.numbers else ""

    head = "".join(
        f'<th scope="col"{kind(i)}>{_said(name)}</th>' if name else "<td></td>"
        for i, name in enumerate(table.head)
    )
    rows = []
    for index, row in enumerate(table.rows):
        cells = [f"<td{kind(i)}>{_said(cell)}</td>" for i, cell in enumerate(row)]
        cells[0] = f'<th scope="row">{_said(row[0])}</th>'
        loud = ' class="loud"' if index in table.loud else ""
        rows.append(f"<tr{loud}>{''.join(cells)}</tr>")
    named = escape(table.caption, quote=True)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{named}"><table>'
        f"<caption>{_said(table.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _shown(part: Shown, key: str) -> str:
    match part:
        case Image():
            return f"<div>{_image(part)}</div>"
        case Bars(title):
            return f'<div class="bars"><h3>{_said(title)}</h3>{bars(part)}</div>'
        case Cells(title):
            wide = " wide" if len(part.rows[0]) > MANY else ""
            return f'<div class="bars{wide}"><h3>{_said(title)}</h3>{cells(part)}</div>'
        case Plot(title):
            return f'<div class="bars wide"><h3>{_said(title)}</h3>{plot(part, key)}</div>'
        case Chart():
            return (
                f'<div class="scroll chart" tabindex="0" role="region" '
                f'aria-label="{escape(part.alt, quote=True)}">{chart(part)}</div>'
            )
        case Slider():
            return _slider(part, key)


def _image(image: Image) -> str:
    content = base64.b64encode(image.png).decode()
    width, height = image.width * image.zoom, image.height * image.zoom
    if height > TALLEST:
        width, height = max(1, width * TALLEST // height), TALLEST
    zoomed = ' class="zoomed"' if image.zoom > 1 else ""
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
            f'<div class="row">{inner}</div></div>'
        )
    chooser = (
        f'<label class="chooser" hidden>{_said(slider.label)} '
        f'<input type="range" min="0" max="{len(slides) - 1}" value="0"> '
        f"<output>{_said(slider.names[0])}</output></label>"
    )
    return f'<div class="slider wide">{chooser}{"".join(slides)}</div>'
