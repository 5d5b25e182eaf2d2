"""HTML: a page as one file that needs nothing else, light and dark, on screens and paper."""

from __future__ import annotations

import base64
import re
from html import escape

from texelnet.page import Bars, Code, Equation, Figure, Image, Note, Page, Part, Table, Text

STYLE = """
:root { color-scheme: light dark; --ink: #1d2327; --soft: #57606a; --paper: #fdfcf9;
  --line: #d8d5cc; --well: #f3f1ea; --bar: #4f7a94; --mark: #b4451f;
  --good: #146c3a; --bad: #ab2a1a; --note: #6a5300; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4de; --soft: #a5acb3;
  --paper: #16191c; --line: #3a4046; --well: #1f2428; --bar: #7fb0cc; --mark: #f0885f;
  --good: #6fd095; --bad: #ff9a8a; --note: #e0c468; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); }
p { max-width: 46rem; overflow-wrap: anywhere; }
code, pre, td.n { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em; }
pre { background: var(--well); padding: .7rem .9rem; overflow-x: auto; border-radius: 6px; }
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
.row img { max-width: 100%; height: auto; display: block; border: 1px solid var(--line); }
.zoomed { image-rendering: pixelated; } figcaption, .label { color: var(--soft);
  font-size: .9em; max-width: 46rem; } .label { margin-top: .3rem; }
figcaption { margin-top: .6rem; } .bars h3 { font-size: .95rem; margin: 0 0 .2rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft);
  font: 9px system-ui, "DejaVu Sans", sans-serif; } svg .bar { fill: var(--bar); }
svg .axis { stroke: var(--line); } svg .mark { stroke: var(--mark); stroke-dasharray: 3 2; }
svg text.said { fill: var(--mark); }
@media print { body { font-size: 11px; background: none; } main { padding: 0; }
  .row, tr, .note { break-inside: avoid; } h2 { break-after: avoid; } }
"""
TALLEST = 400
"""Pixels of the screen that a picture is high; a taller one is shown smaller."""


def html(page: Page) -> str:
    """Return a page as one file of HTML."""
    body = [f"<h1>{_said(page.title)}</h1>", *map(_part, page.parts)]
    for section in page.sections:
        body += [f"<section><h2>{_said(section.title)}</h2>", *map(_part, section.parts)]
        body.append("</section>")
    lines = "\n".join(body)
    return (
        f'<!doctype html>\n<html lang="{escape(page.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{lines}\n</main>\n</body>\n</html>\n"
    )


def _said(words: str) -> str:
    """Return words with what stands between backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words, quote=False))


def _part(part: Part) -> str:
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
            inner = "".join(map(_shown, parts))
            return (
                f'<figure><div class="row">{inner}</div>'
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


def _shown(part: Image | Bars) -> str:
    if isinstance(part, Bars):
        return f'<div class="bars"><h3>{_said(part.title)}</h3>{_bars(part)}</div>'
    content = base64.b64encode(part.png).decode()
    width, height = part.width * part.zoom, part.height * part.zoom
    if height > TALLEST:
        width, height = max(1, width * TALLEST // height), TALLEST
    zoomed = ' class="zoomed"' if part.zoom > 1 else ""
    return (
        f'<div><img{zoomed} src="data:image/png;base64,{content}" width="{width}" '
        f'height="{height}" alt="{escape(part.alt, quote=True)}">'
        f'<div class="label">{_said(part.caption)}</div></div>'
    )


def _bars(bars: Bars) -> str:
    """Draw bars as SVG, whose colours are the page's."""
    width, height, floor = 300, 110, 86
    step = (width - 10) / max(1, len(bars.names))
    found = [f'<line class="axis" x1="5" y1="{floor}" x2="{width - 5}" y2="{floor}"/>']
    for index, (name, tall, said) in enumerate(
        zip(bars.names, bars.heights, bars.said, strict=True)
    ):
        left, rise = 5 + index * step, tall * (floor - 14)
        if tall > 0:
            found.append(
                f'<rect class="bar" x="{left + 1:.1f}" y="{floor - rise:.1f}" '
                f'width="{step - 2:.1f}" height="{rise:.1f}">'
                f"<title>{escape(said)}</title></rect>"
            )
        if name:
            found.append(
                f'<text x="{left:.1f}" y="{floor + 12}" '
                f'text-anchor="middle">{escape(name)}</text>'
            )
    if bars.mark is not None:
        at = 5 + bars.mark * step
        end = "end" if at > width / 2 else "start"
        found.append(f'<line class="mark" x1="{at:.1f}" y1="4" x2="{at:.1f}" y2="{floor}"/>')
        found.append(
            f'<text class="said" x="{at + (-3 if end == "end" else 3):.1f}" y="10" '
            f'text-anchor="{end}">{escape(bars.marked)}</text>'
        )
    inner = "".join(found)
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(bars.alt, quote=True)}">{inner}</svg>'
    )
