"""Plots: curves drawn by matplotlib as SVG that takes its colours from the page around it."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

from texelnet.page import Line, Plot

_INK, _FAINT = "#010101", "#020202"
_LINES = ("#030301", "#030302", "#030303", "#030304", "#030305", "#030306", "#030307")
_STYLES: dict[str, dict[str, Any]] = {
    "line": {"linewidth": 1.6},
    "steps": {"linewidth": 1.6, "drawstyle": "steps-mid"},
    "dots": {"linestyle": "none", "marker": "o", "markersize": 3.5},
    "faint": {"linewidth": 1.1, "linestyle": (0, (4, 3))},
}


def plot(drawn: Plot, key: str) -> str:
    """Return a plot as an SVG element, and what its curves mean below it.

    Parameters
    ----------
    key
        What no other plot of the page is called: its marks are named after it.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings = {"svg.fonttype": "none", "svg.hashsalt": key, "font.family": "sans-serif"}
    settings |= {"font.size": "9", "axes.formatter.useoffset": "False"}
    with mpl.rc_context(settings):
        size = (3.4, 3.4) if drawn.equal else (4.2, 2.6)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        for index, line in enumerate(drawn.lines):
            _draw(axes, line, _LINES[index % len(_LINES)])
        _dress(axes, drawn)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return _inline(file.getvalue(), drawn.alt, key) + _keys(drawn)


def _keys(drawn: Plot) -> str:
    """Return what the curves are called, as text that stays readable where plots are small."""
    if len(drawn.lines) < 2:
        return ""
    named = "".join(
        f'<span class="key"><i class="line {line.style}" style="border-color:'
        f'var(--line{index % len(_LINES) + 1})"></i>{escape(line.name)}</span>'
        for index, line in enumerate(drawn.lines)
    )
    return f'<div class="keys">{named}</div>'


def _draw(axes: Any, line: Line, colour: str) -> None:
    axes.plot(line.xs, line.ys, color=colour, **_STYLES[line.style])


def _dress(axes: Any, drawn: Plot) -> None:
    axes.set_xlabel(drawn.x, color=_INK)
    axes.set_ylabel(drawn.y, color=_INK)
    if drawn.log:
        axes.set_yscale("log")
    if drawn.equal:
        axes.set_aspect("equal", adjustable="datalim")
        axes.invert_yaxis()
    axes.tick_params(colors=_INK)
    axes.grid(color=_FAINT, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_FAINT)


def _inline(svg: str, alt: str, key: str) -> str:
    """Make matplotlib's file an element of a page: its colours, its names, its description."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", body))
    for name in sorted(used, key=len, reverse=True):
        body = body.replace(f'"#{name}"', f'"#{key}-{name}"')
        body = body.replace(f"(#{name})", f"(#{key}-{name})")
        body = body.replace(f'id="{name}"', f'id="{key}-{name}"')
    kept = rf' id="(?!{re.escape(key)}-)[^"]*"'
    body = re.sub(kept, "", body)
    colours = {_INK: "var(--soft)", _FAINT: "var(--line)"}
    colours |= {colour: f"var(--line{i + 1})" for i, colour in enumerate(_LINES)}
    for colour, word in colours.items():
        body = body.replace(colour, word)
    body = re.sub(r"\s+", " ", body.replace("\n", " ")).replace("> <", "><").strip()
    box = re.search(r'viewBox="[^"]*"', body)
    assert box is not None, "matplotlib tells how large its drawing is"
    named = f'<svg class="plot" role="img" aria-label="{escape(alt, quote=True)}" {box[0]}>'
    return named + body[body.index(">") + 1 :]
