"""The flat-field test: what each phase makes of a picture of one grey, part by part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from texelnet.ops.conv_transpose.overlap import by_group, group_names
from texelnet.ops.conv_transpose.phases import Floats, Stamp, checkerboard_index
from texelnet.ops.conv_transpose.ripple import CELLS, local_index, pattern
from texelnet.ops.told import Facts, Flat
from texelnet.page import Figure, Line, Note, Part, Plot, Section, Table, Text
from texelnet.picture.shown import heat, most, shown, smaller

Order = NDArray[np.intp]
_SHOWN = 6
"""Channels that have a row of their own."""
_EACH = 4
"""Phases that have a column or a curve of their own, at most."""
_SEEN = 1.0
"""Levels from which a checkerboard is called one: a step of an 8 bit picture."""


def flat_field(stamp: Stamp, facts: Facts) -> list[Section]:
    """Return the test for a layer of several phases, if flat pictures were run."""
    flat = facts.flat
    if flat is None or stamp.strides == (1, 1):
        return []
    level, unit = facts.level or 1.0, _unit(facts)
    index = checkerboard_index(stamp.flat(flat.entered), level)
    at = len(flat.greys) // 2
    parts: list[Part] = [
        Text(
            "Where the picture has one grey, every channel that enters holds one number, and "
            "each phase makes one number of them. Only if all phases make the same does the "
            "flat picture stay flat."
        ),
        *_split(stamp, flat, at, facts),
        *_verdict(index, flat.greys, facts, stamp),
        Figure([_index_plot(index, flat.greys, unit)], _INDEX),
        *_locally(stamp, facts),
        Text(_CONDITION),
        Text(_SOURCES),
    ]
    return [Section("The flat-field test", parts)]


_INDEX = (
    "The checkerboard index: the largest minus the smallest response of the phases, far from "
    "every border, the largest of all outputs."
)
_CONDITION = (
    "The condition behind it: the polyphase branches must have one DC gain (Kiya 1998; "
    "Sugawara, Shiota and Kiya 2018). Sums that are equal channel by channel are enough for "
    "it, and kernels that start equal in all phases have them (Aitken et al. 2017), but they "
    "are not needed: behind layers that bend, the weighted total over the channels must agree, "
    "for the mixes of channels that greys make. A kernel that the stride does not divide makes "
    "it harder to learn (Odena et al. 2016)."
)

_SOURCES = (
    "Harada, Muramatsu and Kiya, Multidimensional multirate filter without checkerboard "
    "effects, EUSIPCO 1998. Odena, Dumoulin and Olah, Deconvolution and checkerboard "
    "artifacts, Distill 2016. Aitken et al., Checkerboard artifact free sub-pixel "
    "convolution, 2017 (ICNR). Sugawara, Shiota and Kiya, Super-resolution using "
    "convolutional neural networks without any checkerboard artifacts, ICIP 2018."
)


def _unit(facts: Facts) -> str:
    return "grey levels" if facts.level else "the layer's own numbers"


def _number(value: float) -> str:
    return f"{value:.3f}"


def worst_output(stamp: Stamp, entered: Floats) -> int:
    """Return the output whose phases differ most for one mix of channels (inputs,)."""
    responses = stamp.flat(entered[None])[0]
    return int(np.argmax(np.ptp(responses, axis=0)))


def _split(stamp: Stamp, flat: Flat, at: int, facts: Facts) -> list[Part]:
    """Return the table of the most uneven channels, and how the channels add up."""
    entered, level = flat.entered[at], facts.level or 1.0
    output = worst_output(stamp, entered)
    parts = by_group(stamp)[:, output] * entered / level  # groups, inputs
    bias = float(stamp.bias[output]) / level
    spread = np.ptp(parts, axis=0)
    used = np.flatnonzero(np.any(stamp.sums()[:, output] != 0, axis=0))
    order = used[np.argsort(-spread[used], kind="stable")]
    total = parts.sum(1) + bias
    grey = f"grey {255 * flat.greys[at]:.0f} of 255"
    said = Text(
        f"At {grey}: one channel alone sets the phases up to {_number(spread.max())} apart; "
        f"all {len(used)} channels together {_number(np.ptp(total))} ({_unit(facts)})."
        if len(used) > 1
        else f"At {grey} the phases are {_number(np.ptp(total))} apart ({_unit(facts)}). One "
        "channel enters, so nothing makes up for the sums of its kernel. Of many channels only "
        "the total counts."
    )
    table = _table(stamp, parts, bias, order, entered)
    named = " of output " + str(output) if stamp.bias.size > 1 else ""
    caption = f"the response{named} at {grey}, part by part, in {_unit(facts)}"
    found: list[Part] = [said, Table(caption, *table)]
    if len(used) > 2:
        found.append(Figure([_adding_up(stamp, parts, order, _unit(facts))], _ADDING))
    return found


_ADDING = (
    "Channel after channel is added, the most uneven first. Each curve is a phase's running "
    "sum, as the distance from the mean of all phases: they part, and where the weights are "
    "balanced they meet again at the end."
)


def _table(
    stamp: Stamp, parts: Floats, bias: float, order: Order, entered: Floats
) -> tuple[list[str], list[list[str]], range, list[int]]:
    """Return head, rows, columns of numbers and loud rows."""
    few = len(parts) <= _EACH
    names = group_names(stamp) if few else ["lowest phase", "highest phase"]

    def row(name: str, holds: str, phases: Floats) -> list[str]:
        told = phases if few else [phases.min(), phases.max()]
        return [name, holds, *map(_number, told), _number(float(np.ptp(phases)))]

    rows = [row(f"channel {c}", f"{entered[c]:.4f}", parts[:, c]) for c in order[:_SHOWN]]
    rest = order[_SHOWN:]
    if rest.size:
        rows.append(row(f"the other {rest.size}", "", parts[:, rest].sum(1)))
    rows.append(row("bias", "", np.full(len(parts), bias)))
    rows.append(row("total", "", parts[:, order].sum(1) + bias))
    head = ["", "holds", *names, "apart"]
    return head, rows, range(1, len(head)), [len(rows) - 1]


def _adding_up(stamp: Stamp, parts: Floats, order: Order, unit: str) -> Plot:
    """Draw how the phases part and meet as channels are added."""
    sums = np.concatenate([np.zeros((len(parts), 1)), np.cumsum(parts[:, order], 1)], 1)
    sums -= sums.mean(0)
    curves, names = sums, [f"weights {name}" for name in group_names(stamp)]
    if len(parts) > _EACH:
        curves, names = (
            np.array([sums.min(0), sums.max(0)]),
            ["lowest phase", "highest phase"],
        )
    count = list(map(float, range(sums.shape[1])))
    lines = [Line(n, count, list(map(float, c))) for n, c in zip(names, curves, strict=True)]
    alt = (
        f"The phases are up to {_number(float(np.ptp(sums, axis=0).max()))} apart on the way "
        f"and {_number(float(np.ptp(sums[:, -1])))} at the end."
    )
    title = "Adding up the channels"
    return Plot(title, "channels added", f"from the mean, {unit}", lines, alt)


def _verdict(index: Floats, greys: Floats, facts: Facts, stamp: Stamp) -> list[Part]:
    """Tell whether the layer draws a checkerboard, where its numbers are grey levels."""
    at = int(np.argmax(index))
    worst = f"{_number(index[at])} {_unit(facts)} apart, at grey {255 * greys[at]:.0f}"
    if facts.level is None or facts.flat is None:
        return [Text(f"Over all greys the phases are at most {worst}.")]
    if index[at] < _SEEN:
        said = f"over all greys the phases are at most {worst}: less than a step of 8 bits."
        return [Note("good", "No checkerboard:", said)]
    seen = greys[index >= _SEEN]
    where = f"{_SEEN:g} and more from grey {255 * seen.min():.0f} to {255 * seen.max():.0f}."
    means = stamp.flat(facts.flat.entered[at : at + 1])[0] / facts.level
    output = int(np.argmax(np.ptp(means, axis=0)))
    looks = pattern(means[:, output].reshape(stamp.strides)).name
    said = f"on a flat picture the phases are up to {worst} ({looks}). {where}"
    return [Note("bad", "A checkerboard:", said)]


def _index_plot(index: Floats, greys: Floats, unit: str) -> Plot:
    levels = [255 * float(grey) for grey in greys]
    alt = (
        f"The index runs from {_number(index.min())} to {_number(index.max())} {unit} over "
        "the greys 0 to 255."
    )
    line = Line("index", levels, list(map(float, index)))
    return Plot("Checkerboard index", "grey of the flat picture", unit, [line], alt)


def _locally(stamp: Stamp, facts: Facts) -> list[Part]:
    """Draw the index around every place of the picture that was given."""
    if facts.left is None or facts.level is None:
        return []
    found = local_index(facts.left, stamp.strides, facts.level)
    if found is None:
        return []
    middle, high = (float(n) for n in np.quantile(found, (0.5, 0.95)))
    brightest = max(float(found.max()), 1e-6)
    (sy, sx), edge = stamp.strides, 1 + CELLS // 2
    rows, columns = found.shape
    seen = facts.left[:, edge * sy : (edge + rows) * sy, edge * sx : (edge + columns) * sx] / (
        255 * facts.level
    )
    zoomed = np.repeat(np.repeat(found, sy, 0), sx, 1)
    colours = heat(most(zoomed), 1 / brightest)
    images = [
        shown(smaller(seen), "The picture that the layer makes.", "what the layer makes", 2),
        shown(colours, "The index around each place.", f"index, brightest {brightest:.1f}", 2),
    ]
    caption = (
        f"The index around every place of the picture, {_number(middle)} grey levels in the "
        f"middle, {_number(high)} or more in 5 of 100 places. The gradient is taken away (the "
        "average under a triangle of one period keeps gradients and nothing that repeats), and "
        f"what is left is averaged phase by phase over {CELLS} x {CELLS} cells of {sx} x {sy} "
        "pixels. Fine detail and sharp edges do not fade altogether: look for brightness where "
        "the picture is smooth."
    )
    return [Figure(images, caption)]
