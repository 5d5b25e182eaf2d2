"""Drawings: bars, grids of squares and graphs as SVG, whose colours are the page's."""

from __future__ import annotations

from html import escape

from texelnet.page import Bars, Cells, Chart

GROUPS = (
    "#ffe27a",
    "#f7b6c8",
    "#c9ccd0",
    "#ffffff",
    "#a9cdf0",
    "#b3dfb0",
    "#fbc58f",
    "#d3c1ec",
)
"""Fills of groups: light in every theme, with dark words on them."""
WORDS = "#1d2327"
LETTERS = "abcdefgh"


def bars(drawn: Bars) -> str:
    """Return bars side by side."""
    width, height, floor, edge = 300, 110, 86, 14
    step = (width - 2 * edge) / max(1, len(drawn.names))
    found = [f'<line class="axis" x1="{edge}" y1="{floor}" x2="{width - edge}" y2="{floor}"/>']
    for index, (name, tall, said) in enumerate(
        zip(drawn.names, drawn.heights, drawn.said, strict=True)
    ):
        left, rise = edge + index * step, tall * (floor - 14)
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
    if drawn.mark is not None:
        at = edge + drawn.mark * step
        end = "end" if at > width / 2 else "start"
        found.append(f'<line class="mark" x1="{at:.1f}" y1="4" x2="{at:.1f}" y2="{floor}"/>')
        found.append(
            f'<text class="said" x="{at + (-3 if end == "end" else 3):.1f}" y="10" '
            f'text-anchor="{end}">{escape(drawn.marked)}</text>'
        )
    return _svg("".join(found), width, height, drawn.alt)


def cells(drawn: Cells) -> str:
    """Return a grid of squares with words."""
    wide, tall = _square(drawn)
    found = []
    for y, row in enumerate(drawn.rows):
        for x, word in enumerate(row):
            group = drawn.groups[y][x] if drawn.groups else -1
            found.append(_cell(x * wide + 2, y * tall + 2, wide, tall, word, group))
    for y, x in drawn.marked:
        place = f'x="{x * wide + 2}" y="{y * tall + 2}" width="{wide}" height="{tall}"'
        found.append(f'<rect class="marked" {place}/>')
    columns = max((len(row) for row in drawn.rows), default=1)
    width, height = columns * wide + 4, len(drawn.rows) * tall + 4
    return _svg("".join(found), width, height, drawn.alt, f"max-width:{width_of(drawn)}px")


def width_of(drawn: Cells) -> int:
    """Return how wide a grid of squares is at best, in pixels of the page."""
    columns = max((len(row) for row in drawn.rows), default=1)
    return (columns * _square(drawn)[0] + 4) * 6 // 5


def _square(drawn: Cells) -> tuple[int, int]:
    longest = max((len(word) for row in drawn.rows for word in row), default=1)
    return max(26, 6 * longest + 10), 26


def keys(drawn: Cells) -> str:
    """Return what the colours mean."""
    named = "".join(
        f'<span class="key"><i style="background:{GROUPS[i % len(GROUPS)]}"></i>'
        f"{escape(name)}</span>"
        for i, name in enumerate(drawn.legend)
    )
    return f'<div class="keys">{named}</div>' if named else ""


def _cell(x: int, y: int, wide: int, tall: int, word: str, group: int) -> str:
    fill, ink = "none", ""
    if group >= 0:
        fill, ink = GROUPS[group % len(GROUPS)], f' style="fill:{WORDS}"'
    square = (
        f'<rect class="cell" x="{x}" y="{y}" width="{wide}" height="{tall}" fill="{fill}"/>'
    )
    if not word:
        return square
    at = f'x="{x + wide / 2:g}" y="{y + tall / 2 + 3:g}"'
    return f'{square}<text class="word" {at} text-anchor="middle"{ink}>{escape(word)}</text>'


def chart(drawn: Chart) -> str:
    """Return a graph, a node a line; arrows that skip nodes run in lanes beside them."""
    tall, lane, first = 22, 9, 14
    lanes = _lanes(drawn.arrows)
    left = first + lane * (1 + max(lanes.values(), default=0))
    found = [
        _arrow(left, left - lane * (at + 1), a * tall + 14, b * tall + 8)
        for (a, b), at in lanes.items()
    ]
    widest = 0
    for index, stop in enumerate(drawn.stops):
        y = index * tall + 11
        loud = " loud" if stop.loud else ""
        found.append(f'<circle class="stop{loud}" cx="{left + 5}" cy="{y}" r="4"/>')
        found.append(
            f'<text class="name{loud}" x="{left + 14}" y="{y + 4}">{escape(stop.name)}'
            f'<tspan class="words" dx="8">{escape(stop.words)}</tspan></text>'
        )
        if (index, index + 1) in drawn.arrows:
            found.append(f'<path class="arrow" d="M{left + 5} {y + 4} V{y + tall - 4}"/>')
        widest = max(widest, int(6.6 * len(stop.name) + 5.8 * len(stop.words)))
    width = left + widest + 30
    return _svg(
        "".join(found),
        width,
        len(drawn.stops) * tall + 2,
        drawn.alt,
        f"width:{width * 1.2:.0f}px",
    )


def _arrow(left: int, x: int, top: int, foot: int) -> str:
    """Return an arrow that leaves to the lane at x and comes back further down."""
    path = f"M{left} {top} H{x + 4} Q{x} {top} {x} {top + 4} V{foot - 4} "
    path += f"Q{x} {foot} {x + 4} {foot} H{left - 3}"
    tip = f'<path class="tip" d="M{left - 4} {foot - 3} l4 3 l-4 3 z"/>'
    return f'<path class="arrow" d="{path}"/>{tip}'


def _lanes(arrows: object) -> dict[tuple[int, int], int]:
    """Give each arrow that skips nodes the nearest lane that is free all the way."""
    assert isinstance(arrows, list | tuple)
    taken: list[list[tuple[int, int]]] = []
    found: dict[tuple[int, int], int] = {}
    for a, b in sorted(set(arrows), key=lambda arrow: (arrow[1] - arrow[0], arrow)):
        if b == a + 1:
            continue
        for index, lane in enumerate([*taken, []]):
            if all(b <= top or foot <= a for top, foot in lane):
                if index == len(taken):
                    taken.append([])
                taken[index].append((a, b))
                found[a, b] = index
                break
    return found


def _svg(inner: str, width: float, height: float, alt: str, style: str = "") -> str:
    styled = f' style="{style}"' if style else ""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img"{styled} '
        f'aria-label="{escape(alt, quote=True)}">{inner}</svg>'
    )


def squares(drawn: Cells) -> list[str]:
    """Return a grid of squares as lines of text; a letter stands for each colour."""
    rows = [
        [word + _letter(drawn, y, x) for x, word in enumerate(row)]
        for y, row in enumerate(drawn.rows)
    ]
    wide = max((len(word) for row in rows for word in row), default=0)
    lines = [" ".join(word.rjust(wide) for word in row) for row in rows]
    legend = [f"{LETTERS[i % 8]} {name}" for i, name in enumerate(drawn.legend)]
    return [*lines, *([", ".join(legend)] if legend else [])]


def _letter(drawn: Cells, y: int, x: int) -> str:
    if not drawn.groups:
        return ""
    return LETTERS[drawn.groups[y][x] % 8] if drawn.groups[y][x] >= 0 else " "
