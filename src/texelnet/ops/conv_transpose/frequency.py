"""What each phase lets through, over frequency, beside the kernels that resample pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from texelnet.ops.conv_transpose.overlap import group_names, phases_of_groups
from texelnet.ops.conv_transpose.phases import Floats, Stamp
from texelnet.ops.told import Facts
from texelnet.page import Figure, Line, Part, Plot, Section, Table, Text
from texelnet.picture.resample import KERNELS, contributions

BESIDE = {"bilinear": "bilinear", "bicubic": "bicubic", "lanczos3": "Lanczos"}
_FREQUENCIES = np.linspace(0, 0.5, 41)
"""Cycles per input pixel."""
_TOLD = (0.0, 0.25, 0.5)
_CURVES = 4
"""Phases that have a curve of their own, at most: the first ones."""
_AXES = {"across": 2, "down": 1}


def frequency(stamp: Stamp, facts: Facts) -> list[Section]:
    """Return the response of each phase: the network's around a grey, or a lone kernel's."""
    if stamp.strides == (1, 1):
        return []
    if facts.response is not None:
        words, taps = _NETWORK.format(255 * facts.response.grey), facts.response.taps
    elif stamp.kernel.shape[0] == stamp.group:
        words, taps = _KERNEL, kernel_taps(stamp)
    else:
        return []
    parts: list[Part] = [Text(words)]
    curves = {axis: _curves(stamp, taps, axis) for axis in _AXES}
    parts.append(_table(curves))
    plots = [_plot(axis, found) for axis, found in curves.items()]
    parts.append(Figure(plots, _CAPTION))
    return [Section("What each phase lets through", parts)]


_NETWORK = (
    "Layers that bend have no frequency response; around a picture of one grey the network "
    "answers small changes linearly, and that has one. Measured at grey {:.0f}: one pixel is "
    "made a grey level brighter, and darker, in all channels, and half the difference of the "
    "two answers is what a pixel of each phase takes from there. Waves of other greys, and "
    "larger ones, may be answered otherwise."
)
_KERNEL = (
    "Each output of this layer sees one channel, so a phase is a filter of its own: the "
    "weights of one colour, here of the first output."
)
_CAPTION = (
    "How much of a wave is left, by its frequency: 0 is a flat picture, 0.5 is every other "
    "pixel of the input. Phases that differ at 0 draw a checkerboard on flat pictures; where "
    "they differ further right, on waves. Dashed: what resampling by these kernels leaves."
)


def response(taps: Floats, axis: str, frequencies: Floats = _FREQUENCIES) -> Floats:
    """Return the magnitude (phases, frequencies) of filters (phases, rows, columns).

    Of waves that run "across" or "down", the same along the other axis.
    """
    summed = taps.sum(3 - _AXES[axis])
    places = np.arange(summed.shape[1])
    waves = np.exp(-2j * np.pi * np.outer(places, frequencies))
    return np.asarray(np.abs(summed @ waves))


def kernel_taps(stamp: Stamp) -> Floats:
    """Return (phases, rows, columns): the first output's kernel, phase by phase."""
    (sy, sx), (rows, columns) = stamp.strides, (stamp.rows(), stamp.columns())
    top, left = (min(r.offset for r in axis) for axis in (rows, columns))
    high, wide = (
        max(r.offset for r in axis) - low + 1 for axis, low in ((rows, top), (columns, left))
    )
    taps = np.zeros((sy * sx, high, wide))
    for (y, down), (x, right) in ((a, b) for a in enumerate(rows) for b in enumerate(columns)):
        place = down.phase * sx + right.phase, down.offset - top, right.offset - left
        taps[place] += stamp.kernel[0, 0, y, x]
    return taps


def resampled(kernel: str, scale: int, frequencies: Floats = _FREQUENCIES) -> Floats:
    """Return the magnitude (frequencies,) of a kernel that makes a picture larger, phase 0."""
    far = 16
    taps, weights = contributions(
        2 * far, scale * (far + 1), scale, KERNELS[kernel], 0.0, False
    )
    at, by = taps[scale * far] - far, weights[scale * far]
    return np.asarray(np.abs(by @ np.exp(-2j * np.pi * np.outer(at, frequencies))))


def _curves(stamp: Stamp, taps: Floats, axis: str) -> Mapping[str, Floats]:
    """Return the curves of the phases, by the names of their groups, and of the kernels."""
    found = response(taps[phases_of_groups(stamp)], axis)
    named = zip(group_names(stamp), found, strict=True)
    curves = dict(list(named)[:_CURVES])
    scale = stamp.strides[_AXES[axis] - 1]
    return curves | {name: resampled(key, scale) for key, name in BESIDE.items()}


def _table(curves: Mapping[str, Mapping[str, Floats]]) -> Table:
    at = [int(np.argmin(np.abs(_FREQUENCIES - f))) for f in _TOLD]
    head = ["", *(f"{axis}, at {f:g}" for axis in curves for f in _TOLD)]
    rows = [
        [name, *(f"{curves[axis][name][i]:.3f}" for axis in curves for i in at)]
        for name in curves["across"]
    ]
    caption = "what is left of a wave, by frequency in cycles per input pixel"
    return Table(caption, head, rows, range(1, len(head)))


def _plot(axis: str, curves: Mapping[str, Floats]) -> Plot:
    xs = list(map(float, _FREQUENCIES))
    lines = [
        Line(name, xs, list(map(float, ys)), "faint" if name in BESIDE.values() else "line")
        for name, ys in curves.items()
    ]
    ends = ", ".join(f"{name} {float(ys[-1]):.2f}" for name, ys in curves.items())
    alt = f"Magnitude over frequency of waves that run {axis}. At 0.5: {ends}."
    return Plot(f"Waves that run {axis}", "cycles per input pixel", "left of it", lines, alt)
