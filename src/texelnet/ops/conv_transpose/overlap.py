"""Which weights reach which output pixels: the kernel coloured by phase, and sums by phase."""

from __future__ import annotations

from itertools import islice, product
from math import gcd

import numpy as np

from texelnet.ops.conv_transpose.phases import Floats, Stamp
from texelnet.page import Cells, Figure, Note, Part, Table, Text

COLOURS = ("yellow", "pink", "grey", "white", "blue", "green", "orange", "violet")
"""What figures call the first groups of the kernel's places."""
SIDE, _ROWS = 16, 16
"""Rows and columns of a kernel that are drawn, and groups that have a row in a table."""


def group_of(stamp: Stamp, row: int, column: int) -> int:
    """Return the colour of a place of the kernel: its remainders by the strides, rows first."""
    (sy, sx), (dy, dx) = stamp.strides, stamp.dilations
    return (dy * row % sy) * sx + dx * column % sx


def group_names(stamp: Stamp) -> list[str]:
    """Name the groups as people do: by colour, and by the kernel's rows and columns."""
    sy, sx = stamp.strides
    many = sy * sx > len(COLOURS)
    return [
        f"({y}, {x})" if many else f"{COLOURS[y * sx + x]} ({y}, {x})"
        for y, x in product(range(sy), range(sx))
    ]


def by_group(stamp: Stamp) -> Floats:
    """Return (groups, outputs, inputs): weights summed by group of the kernel's places."""
    return np.asarray(stamp.sums()[phases_of_groups(stamp)])


def phases_of_groups(stamp: Stamp) -> list[int]:
    """Return which phase of the output each group of the kernel's places reaches."""
    (sy, sx), (py, px) = stamp.strides, stamp.pads
    return [((y - py) % sy) * sx + (x - px) % sx for y, x in product(range(sy), range(sx))]


def shown_input(stamp: Stamp) -> int:
    """Return the input channel whose kernel for the first output has the most uneven groups."""
    sums = by_group(stamp)[:, 0]
    return int(np.argmax(sums.max(0) - sums.min(0)))


def overlap(stamp: Stamp) -> Figure:
    """Draw one kernel in the colours of its groups."""
    channel, inputs = shown_input(stamp), stamp.kernel.shape[0]
    kernel = stamp.kernel[channel, 0]
    places = [range(min(side, SIDE)) for side in kernel.shape]
    groups = [[group_of(stamp, y, x) for x in places[1]] for y in places[0]]
    which = f"from input channel {channel} of {inputs} to output 0" if inputs > 1 else "weights"
    legend = group_names(stamp) if stamp.strides[0] * stamp.strides[1] <= len(COLOURS) else ()
    alt = f"{kernel.shape[0]} x {kernel.shape[1]} {which}, coloured by the output they reach."
    part = "" if max(kernel.shape) <= SIDE else f"its first {SIDE} rows and columns, "
    cells = Cells(
        f"The kernel, {part}{which}",
        [[f"{v:.4f}" for v in row[:SIDE]] for row in kernel[:SIDE]],
        alt,
        groups,
        legend,
    )
    return Figure(
        [cells],
        "An output pixel uses the weights of one colour and no others. The pair is the "
        "remainder of the kernel's row and column by the stride.",
    )


def sums_table(stamp: Stamp) -> Table:
    """Return a row for each group: its places, its output pixels, its sums."""
    (sy, sx), (py, px) = stamp.strides, stamp.pads
    sums, channel = by_group(stamp)[:, 0], shown_input(stamp)
    kernel = stamp.kernel.shape[2:]
    rows = []
    for index, (y, x) in enumerate(islice(product(range(sy), range(sx)), _ROWS)):
        places = [p for p in product(*map(range, kernel)) if group_of(stamp, *p) == index]
        pixel = f"rows {_every((y - py) % sy, sy)}, columns {_every((x - px) % sx, sx)}"
        cells = [
            group_names(stamp)[index],
            pixel,
            str(len(places)),
            f"{sums[index, channel]:.4f}",
        ]
        if sums.shape[1] > 1:
            cells.append(f"{sums[index].sum():.4f}")
        rows.append(cells)
    if len(sums) > _ROWS:
        least, greatest = (f"{end(sums.sum(1)):.4f}" for end in (np.min, np.max))
        more = [f"and {len(sums) - _ROWS} more", "", "", *[""] * (sums.shape[1] > 1)]
        rows.append([*more, f"{least} to {greatest} in all"])
    head = ["weights", "output pixels", "weights each", "sum"]
    if sums.shape[1] > 1:
        head[3:] = [f"sum, channel {channel}", "sum, all channels"]
    caption = "the weights that an output pixel uses, by remainder of kernel row and column"
    return Table(caption, head, rows, range(2, len(head)))


def _every(phase: int, stride: int) -> str:
    return ", ".join(str(phase + n * stride) for n in range(3)) + " …"


def uneven(stamp: Stamp) -> list[Part]:
    """Tell the groups' sums, and whether some output pixels lie under more weights."""
    parts: list[Part] = [sums_table(stamp)]
    for name, kernel, stride, dilation in zip(
        ("rows", "columns"), stamp.kernel.shape[2:], stamp.strides, stamp.dilations, strict=True
    ):
        if stride > 1 and (kernel % stride or gcd(dilation, stride) > 1):
            why = (
                f"{kernel} is no multiple of {stride}"
                if kernel % stride
                else (f"the dilation {dilation} shares a factor with the stride {stride}")
            )
            parts.append(
                Note(
                    "bad",
                    "Uneven overlap:",
                    f"in {name}, {why}, so some output pixels lie under more weights than "
                    "others. The weights can learn to make up for it; random ones do not.",
                )
            )
    sums = by_group(stamp)[:, 0, shown_input(stamp)]
    if np.ptp(sums) > 1e-6:
        parts.append(Text(_differ(float(np.ptp(sums)), stamp.kernel.shape[0] // stamp.group)))
    return parts


def _differ(apart: float, into: int) -> str:
    """Say whether sums that differ are a fault."""
    if into == 1:
        return (
            f"The sums differ by {apart:.4f}. One kernel alone draws that onto a flat picture; "
            "as one of many channels it need not: an output pixel adds up all of them, each "
            "times what it holds, and only that total must agree between neighbours."
        )
    return (
        f"The sums of one channel differ by {apart:.4f}, and that is no fault: an output pixel "
        "adds up all channels, each times what it holds. Only that total must agree between "
        "neighbours where the picture is flat."
    )
