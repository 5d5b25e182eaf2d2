"""Where stripes come from: the picture drawn with biases that are 255 times too large."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from texelnet.ops.conv_transpose.overlap import group_names, phases_of_groups
from texelnet.ops.conv_transpose.phases import Floats, Stamp
from texelnet.ops.conv_transpose.ripple import Pattern, pattern
from texelnet.ops.told import Facts, Render
from texelnet.page import Figure, Image, Note, Part, Section, Table, Text
from texelnet.picture.shown import shown

_EACH, _TILES, _SHOWN = 4, 4, 5
WRONG = 255
"""How many times too large the biases of the renders are."""
_ALIKE = 1.05
"""How much wider than the narrowest the widest channel is at most, if no colour is named."""
_COLOURS = ("red", "green", "blue")
_CROP, _ZOOM, _WHOLE = 24, 10, 192
"""Pixels that are enlarged, how much, and pixels on a side that are shown of a picture."""


def stripes(stamp: Stamp, facts: Facts) -> list[Section]:
    """Return what wrong biases draw, if there are any and the layer has several phases."""
    if len(facts.renders) < 2 or stamp.strides == (1, 1) or facts.grey is None:
        return []
    words = (
        f"A shader's pictures are 0..1. Where biases belong to pictures of 0..255 they are 255 "
        f"times too large. Drawn here, by this network: a flat grey of {255 * facts.grey:.0f} "
        "and a picture, right, and with such biases in some layers."
    )
    parts: list[Part] = [
        Text(words),
        _table(stamp, facts.renders, facts.grey),
        Figure(*_tiles(stamp, facts.renders)),
        Figure(*_wholes(facts.renders)),
        Figure(*_crops(facts.renders)),
        *_causes(stamp, facts),
    ]
    return [Section("Where stripes come from", parts)]


def seen(stamp: Stamp, flat: Floats) -> Pattern:
    """Name the pattern of (phases, channels) over 0..1, in the channel that shows it most."""
    channel = int(np.argmax(np.ptp(flat, axis=0)))
    found = pattern(255 * flat[:, channel].reshape(stamp.strides))
    apart = np.ptp(flat, axis=0)
    coloured = flat.shape[1] == len(_COLOURS) and apart.max() > _ALIKE * apart.min()
    if found.name == "none" or not coloured:
        return found
    return found._replace(name=f"{found.name}, in {_COLOURS[channel]}")


def hidden(stamp: Stamp, flat: Floats) -> str:
    """Tell what is left of the pattern where a screen clamps to 0..1."""
    if np.all(flat <= 0) or np.all(flat >= 1):
        return "none: all " + ("black" if flat.max() <= 0 else "white")
    return seen(stamp, flat.clip(0, 1)).name


def _table(stamp: Stamp, renders: Sequence[Render], grey: float) -> Table:
    few = stamp.strides[0] * stamp.strides[1] <= _EACH
    names = group_names(stamp) if few else ["lowest phase", "highest phase"]
    rows = []
    for render in renders:
        channel = int(np.argmax(np.ptp(render.flat, axis=0)))
        phases = 255 * render.flat[phases_of_groups(stamp), channel]
        told = phases if few else [phases.min(), phases.max()]
        found = seen(stamp, render.flat)
        cells = [*(f"{value:.2f}" for value in told), f"{found.apart:.2f}"]
        rows.append([render.name, *cells, found.name, hidden(stamp, render.flat)])
    head = ["", *names, "apart", "what people see", "and clamped to 0..1"]
    caption = f"a picture of grey {255 * grey:.0f}, by the weights a pixel uses, in grey levels"
    return Table(caption, head, rows, range(1, len(names) + 2))


def _tiles(stamp: Stamp, renders: Sequence[Render]) -> tuple[list[Image], str]:
    """Return what becomes of the flat picture, a few cells enlarged."""
    (sy, sx), images = stamp.strides, []
    for render in renders:
        cell = render.flat.T.reshape(-1, sy, sx)
        tiled = np.tile(cell - cell.mean((1, 2), keepdims=True) + 0.5, (1, _TILES, _TILES))
        found = seen(stamp, render.flat)
        alt = f"A flat picture, {render.name}: {found.name}."
        said = f"{render.name}: {'no pattern' if found.name == 'none' else found.name}"
        images.append(shown(tiled, alt, said, max(1, 128 // tiled.shape[1])))
    return images, (
        "The flat picture, pixels enlarged, not clamped: each is moved so that its mean is a "
        "middle grey, or the pattern could not be seen."
    )


def _wholes(renders: Sequence[Render]) -> tuple[list[Image], str]:
    """Return the renders as a screen shows them."""
    larger = max(1, _WHOLE // max(renders[0].picture.shape[1:]))
    images = [
        shown(_middle(r.picture), f"The picture, {r.name}, clamped.", r.name, larger)
        for r in renders
    ]
    return images, "As a screen shows them: clamped to 0..1."


def _crops(renders: Sequence[Render]) -> tuple[list[Image], str]:
    """Return a smooth place of each render enlarged, its mean brought to the middle."""
    y, x = _smooth(renders[0].picture)
    images = []
    for render in renders:
        crop = render.picture[:, y : y + _CROP, x : x + _CROP]
        level = crop.mean((1, 2), keepdims=True)
        caption = f"{render.name}, mean {255 * float(level.mean()):.0f}"
        alt = f"A place of the picture, {render.name}, enlarged {_ZOOM} times."
        images.append(shown(crop - level + 0.5, alt, caption, _ZOOM))
    caption = (
        f"Rows {y} to {y + _CROP - 1}, columns {x} to {x + _CROP - 1}, enlarged and moved to "
        "a middle grey in the same way."
    )
    return images, caption


def _middle(picture: Floats) -> Floats:
    top, left = (max(0, (n - _WHOLE) // 2) for n in picture.shape[1:])
    return picture[:, top : top + _WHOLE, left : left + _WHOLE]


def _smooth(picture: Floats) -> tuple[int, int]:
    """Return where a crop of the picture has the least detail, away from its border."""
    height, width = picture.shape[1:]
    edge = min(_CROP // 2, max(0, (min(height, width) - _CROP) // 2))
    places = [
        (y, x)
        for y in range(edge, max(edge + 1, height - _CROP - edge + 1), _CROP // 2)
        for x in range(edge, max(edge + 1, width - _CROP - edge + 1), _CROP // 2)
    ]
    return min(places, key=lambda p: picture[:, p[0] : p[0] + _CROP, p[1] : p[1] + _CROP].std())


def _causes(stamp: Stamp, facts: Facts) -> list[Part]:
    """Say which biases stripe, and why, by what was drawn."""
    drawn = {render.wrong: render for render in facts.renders}
    parts: list[Part] = []
    if "own" in drawn:
        parts.append(Text(_own(stamp, drawn["own"], drawn["none"])))
    else:
        parts.append(Text("This layer adds no bias; one could not stripe in any case."))
    if "hidden" not in drawn:
        parts.append(Text("No layer before this one adds a bias, so none can stripe."))
        return parts
    found = seen(stamp, drawn["hidden"].flat)
    tone = "note" if found.name == "none" else "bad"
    words = (
        f"biases of the layers before this one that are too large set its phases "
        f"{found.apart:.1f} grey levels apart ({found.name}). They push the channels to a mix "
        "that no picture makes, and the last weights were never balanced for it."
    )
    parts.append(Note(tone, "The hidden biases stripe:" if tone == "bad" else "", words))
    parts.append(_mixes(stamp, drawn["none"], drawn["hidden"]))
    if "all" in drawn:
        parts.append(Text(_all(stamp, drawn["all"], facts)))
    return parts


def _mixes(stamp: Stamp, right: Render, wrong: Render) -> Table:
    """Return what the most uneven channels hold, right and with wrong hidden biases."""
    spread = np.ptp(stamp.sums(), axis=0).max(0) * np.abs(right.entered)
    rows = []
    for channel in np.argsort(-spread, kind="stable")[:_SHOWN]:
        held, holds = float(right.entered[channel]), float(wrong.entered[channel])
        times = f"{holds / held:,.0f}" if held else ""
        rows.append([f"channel {channel}", f"{held:.4f}", f"{holds:.4f}", times])
    caption = (
        "what enters this layer: were it one number times as much in all channels, the phases "
        "would keep their balance"
    )
    head = ["", "right", "hidden biases wrong", "times"]
    return Table(caption, head, rows, (1, 2, 3))


def _own(stamp: Stamp, render: Render, right: Render) -> str:
    moved = 255 * float(render.flat.mean() - right.flat.mean())
    return (
        "The layer's own bias is one number for all phases. 255 times too large, it moves "
        f"every pixel by {moved:,.0f} grey levels, and the phases stay "
        f"{seen(stamp, render.flat).apart:.2f} apart, as they were "
        f"({seen(stamp, right.flat).apart:.2f}): it cannot stripe."
    )


def _all(stamp: Stamp, render: Render, facts: Facts) -> str:
    found = seen(stamp, render.flat)
    words = (
        f"With all biases 255 times too large the phases are {found.apart:.1f} apart "
        f"({found.name}), about a mean of {255 * float(render.flat.mean()):.0f}."
    )
    scaling, dark = facts.scaling, (facts.grey or 0) * 255 / WRONG
    if scaling is None or scaling.broken or scaling.shifted or scaling.luma:
        return words
    return words + (
        " Every layer here answers a factor with the same factor, so this is the network on a "
        f"picture {WRONG:g} times too dark, made {WRONG:g} times brighter, and so is what it "
        f"does wrong there: at a grey of {dark:.2f} its phases are {found.apart / WRONG:.3f} "
        f"apart, and {WRONG:g} times that is seen. Where black comes back nearly black, the "
        "picture looks right but for the pattern."
    )
