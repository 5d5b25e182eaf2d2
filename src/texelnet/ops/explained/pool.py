"""A pooling's page: its windows drawn, and what happens to the last one."""

from __future__ import annotations

from texelnet.ops.conv import Window
from texelnet.ops.explained.window import along, place, size, spoken
from texelnet.ops.op import Node
from texelnet.ops.pool import pooled_extent, pooled_windows
from texelnet.ops.told import Facts, Told
from texelnet.page import Figure, Section, Table, Text
from texelnet.pixel import Size

SHOWN = 7
"""Pixels of the axis that is drawn: an odd number, so that a stride of 2 does not divide it."""


def explain_pool(node: Node, facts: Facts) -> Told:
    """Tell about one pooling."""
    y, x, ceil, _ = pooled_windows(node)
    largest = node.op == "MaxPool"
    what = "the largest" if largest else "the mean"
    symbol = "max" if largest else "mean"
    return Told(
        sentence=f"Takes {what} of each window of {y.kernel} x {x.kernel} pixels, channel by "
        "channel; nothing is learnt.",
        formula=f"y[o] = {symbol} of x[i]   over  {place(y)},  k = 0..{y.kernel - 1}",
        numbers=[
            *spoken(y, x),
            (
                "sizes",
                "by ceil: a last window that is not full is kept" if ceil else "by floor",
            ),
            ("picture", f"{size(facts.shape)} to {size(facts.made)}"),
            *_padded(node, facts),
        ],
        figure=Figure(
            [along(y, SHOWN, _count(y, ceil), "rows")],
            "A row for each output pixel. What has no number lies outside the picture: "
            + ("it never wins." if largest else _outside(node)),
        ),
        traps=TRAPS,
        sections=[Section("How many windows", _sizes(y, ceil))],
    )


TRAPS = (
    "Caffe makes sizes by ceil, most others by floor: 7 rows by a window of 2 and a stride "
    "of 2 are 4 in Caffe and 3 elsewhere. What is joined later no longer fits.",
    "Padding never wins a maximum: a shader that reads 0 outside the picture is wrong where "
    "all of a window is negative.",
    "The mean of a window at the border is divided by what Caffe counts: padding too, but not "
    "what lies beyond it.",
)


def _padded(node: Node, facts: Facts) -> list[tuple[str, str]]:
    """Tell of padding that a node of its own does, as ONNX has no other way to say Caffe's."""
    height, width = node.plane(0).height.fixed, node.plane(0).width.fixed
    if facts.shape is None or (height, width) == facts.shape[1:]:
        return []
    return [("padded", f"to {width} x {height} before the windows are laid")]


def _outside(node: Node) -> str:
    if node.get("count_include_pad", 0):
        return "padding counts as zeros."
    return "the mean is of the pixels that are there."


def _count(window: Window, ceil: bool) -> int:
    found = pooled_extent(Size(SHOWN), window, ceil).fixed
    return max(1, found or 1)


def _sizes(window: Window, ceil: bool) -> list[Text | Table]:
    """Tell the sizes by floor and by ceil, for some sizes of the input."""
    rows = []
    for length in range(SHOWN - 1, SHOWN + 5):
        floor, up = (pooled_extent(Size(length), window, c).fixed for c in (False, True))
        rows.append((str(length), str(floor), str(up)))
    loud = [i for i, row in enumerate(rows) if row[1] != row[2]]
    said = "ceil" if ceil else "floor"
    return [
        Text(f"This layer takes {said}. The two differ where the stride leaves a rest."),
        Table("rows in and out", ("rows in", "by floor", "by ceil"), rows, (0, 1, 2), loud),
    ]
