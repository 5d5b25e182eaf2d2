"""A convolution's page: its kernels as pictures, what a pixel sees, what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.ops.conv import Window, same_windows
from texelnet.ops.explained.window import along, both, place, size, spoken
from texelnet.ops.op import Node
from texelnet.ops.told import Facts, Told
from texelnet.page import Figure, Image, Section, Text
from texelnet.picture.shown import shown

Floats = NDArray[np.floating[Any]]
MOST = 16
"""Kernels side by side, and below each other."""


def explain_conv(node: Node, facts: Facts) -> Told:
    """Tell about one convolution."""
    kernel = node.constant(1)
    y, x = same_windows(node, kernel.shape[2:])
    padded = y.padded or x.padded
    kind = "A 1x1 convolution mixes the channels of one pixel and sees no neighbour."
    if y.kernel * x.kernel > 1:
        kind = (
            f"A convolution makes each output pixel a weighted sum of a window of {y.kernel} x "
            f"{x.kernel} input pixels, over all channels of its group."
        )
    return Told(
        sentence=kind,
        formula="y[o] = b + Σ w[c, k] · x[c, i]   over channels c and kernel places k\n"
        f"rows:     {place(y)}\n"
        f"columns:  {place(x)}{OUTSIDE if padded else ''}",
        numbers=_numbers(node, facts, kernel, y, x),
        figure=_kernels(kernel),
        traps=_traps(facts, padded),
        sections=[
            Section("Where its windows lie", [
                Figure([along(y, 7, max(1, (7 + y.before + y.after - y.reach) // y.stride + 1),
                              "rows")],
                       "Sizes are cut: what is left over at the end makes no window."),
                Text(_grid(y.stride, x.stride)),
            ]),
        ],
    )  # fmt: skip


def _numbers(
    node: Node, facts: Facts, kernel: Floats, y: Window, x: Window
) -> list[tuple[str, str]]:
    group, (outputs, each) = int(node.get("group", 1)), kernel.shape[:2]
    grouped = f", {group} groups" if group > 1 else ""
    bias = "" if node.operand(2) is None else f" and {outputs} of bias"
    taps = y.kernel * x.kernel
    found = [
        ("channels", f"{each * group} in, {outputs} out{grouped}"),
        *spoken(y, x),
        ("weights", f"{kernel.size:,}{bias}"),
        ("picture", f"{size(facts.shape)} to {size(facts.made)}"),
        ("an output pixel", f"{taps} x {each} = {taps * each:,} products a channel"),
    ]
    if facts.sees:
        rows, columns = facts.sees
        found.append(("sees", f"{columns} x {rows} pixels of what the network is given"))
    return found


OUTSIDE = "   outside the picture x is 0"


def _traps(facts: Facts, padded: bool) -> list[str]:
    traps = [
        "Channels lie in packs of four in a shader; those that fill the last pack up must have "
        "weight 0, or be 0."
    ]
    if padded:
        traps.insert(
            0,
            "Outside the picture lies 0, in the network's own numbers. A sampler that clamps "
            "repeats the border, and a mean that was folded into the bias is wrong there.",
        )
    if not facts.quirks:  # Caffe's own say so
        traps.insert(
            0,
            "The kernel is not turned (it is a correlation): a library that convolves in the "
            "mathematician's sense draws it mirrored.",
        )
    return traps


def _grid(down: int, right: int) -> str:
    if (down, right) == (1, 1):
        return "Stride 1: a window for each pixel."
    return (
        f"Stride {both(down, right)}: a window at every {both(down, right)}. pixel, so the "
        "output's grid is shifted against the input's unless the pads are uneven."
    )


def _kernels(kernel: Floats) -> Figure:
    """Draw the kernels: outputs below each other, inputs side by side."""
    outputs, inputs = kernel.shape[:2]
    most = float(np.abs(kernel).max()) or 1.0
    level = 0.5 + kernel / (2 * most)
    if inputs in (1, 3):
        tiles = level.reshape(outputs, inputs, *kernel.shape[2:])[: MOST * MOST]
        columns = min(MOST, int(np.ceil(np.sqrt(len(tiles)))))
        rows = [list(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
        which = f"{len(tiles)} of {outputs} kernels"
        if inputs == 3:
            which += ", red, green and blue as they are weighed"
    else:
        rows = [[level[o, i][None] for i in range(min(inputs, MOST * 2))]
                for o in range(min(outputs, MOST))]  # fmt: skip
        which = f"outputs 0 to {len(rows) - 1} downwards, inputs 0 to {len(rows[0]) - 1} across"
    alt = f"Kernels as pictures: {which}."
    said = f"White is {most:.3g}, mid grey 0, black {-most:.3g}."
    return Figure([_mosaic(rows, alt, which)], said)


def _mosaic(rows: list[list[Floats]], alt: str, caption: str) -> Image:
    """Lay tiles (channels, height, width) out with gaps; 1x1 kernels without."""
    channels, height, width = rows[0][0].shape
    gap = 0 if height == width == 1 else 1
    columns = max(map(len, rows))
    shape = (channels, len(rows) * (height + gap) - gap, columns * (width + gap) - gap)
    whole = np.full(shape, 0.85)
    for r, row in enumerate(rows):
        for c, tile in enumerate(row):
            top, left = r * (height + gap), c * (width + gap)
            whole[:, top : top + height, left : left + width] = tile
    return shown(whole, alt, caption, 6)
