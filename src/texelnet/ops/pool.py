"""MaxPool and AveragePool: the largest, or the mean, of a window.

Padding never wins a maximum: outside the picture it is the lowest float. A mean divides by
the number of pixels that exist in the window, with ``count_include_pad`` those of the padding
too. With ``ceil_mode`` a last, partial window is kept if it starts inside the picture or its
padding before.

See the ONNX operator specification, MaxPool-12 and AveragePool-11.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from texelnet.ops.conv import MOST_TAPS, Window, same_windows
from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.pixel import Plane
from texelnet.pixel.expr import (
    INSIDE,
    ZERO,
    Border,
    Call,
    Expr,
    Tap,
    add,
    constant,
    pick,
    scaled,
)
from texelnet.pixel.size import Size

LOWEST = Border("constant", float(np.finfo(np.float32).min))


def pooled_extent(size: Size, window: Window, ceil: bool) -> Size:
    """Return how many windows lie along an axis."""
    if not ceil or window.total is not None:
        return window.extent(size)
    if window.stride - 1 + window.after < window.reach:
        room = size + (window.before + window.after - window.reach)
        return (room + (window.stride - 1)) // window.stride + 1
    return (size + (window.before - 1)) // window.stride + 1  # starts inside the picture


def _taps(source: Plane, y: Window, x: Window, border: Border, presence: bool) -> list[Tap]:
    return [
        Tap(
            source.name,
            1 if presence else source.channels,
            y.place(row),
            x.place(column),
            border,
            presence,
        )
        for row, column in product(range(y.kernel), range(x.kernel))
    ]


def pooled_windows(node: Node) -> tuple[Window, Window, bool, bool]:
    """Return a node's windows, whether sizes are by ceil, and whether some are not full."""
    y, x = same_windows(node, tuple(node.get("kernel_shape", ())))
    auto = node.get("auto_pad", "NOTSET")
    if auto.startswith("SAME") and any(w.kernel < w.stride for w in (y, x)):
        raise NotInAShader(
            f"auto_pad={auto} with a kernel smaller than the stride: onnxruntime pads by less "
            "than nothing",
            "export the network with explicit pads",
        )
    ceil = bool(node.get("ceil_mode", 0)) and (y.stride, x.stride) != (1, 1)
    partial = ceil or y.padded or x.padded
    return y, x, ceil, partial


def _plane(node: Node, expr: Expr, y: Window, x: Window, ceil: bool) -> Result:
    source = node.plane(0)
    height, width = pooled_extent(source.height, y, ceil), pooled_extent(source.width, x, ceil)
    return [Plane(node.outputs[0], source.channels, height, width, expr)]


def _lower_max(node: Node) -> Result:
    if len(node.outputs) > 1:
        raise NotInAShader("the positions of the maxima are asked for", "use only the maxima")
    y, x, ceil, partial = pooled_windows(node)
    taps = _taps(node.plane(0), y, x, LOWEST if partial else INSIDE, presence=False)
    largest: Expr = taps[0]
    for tap in taps[1:]:
        largest = Call("max", (largest, tap))
    return _plane(node, largest, y, x, ceil)


def _lower_average(node: Node) -> Result:
    y, x, ceil, partial = pooled_windows(node)
    source = node.plane(0)
    total = add(*_taps(source, y, x, ZERO if partial else INSIDE, presence=False))
    whole = bool(node.get("count_include_pad", 0)) and (y.padded or x.padded)
    if (whole and not ceil) or not partial:
        return _plane(node, scaled(total, 1.0 / (y.kernel * x.kernel)), y, x, ceil)
    present = _present(source, y, x) if whole else add(*_taps(source, y, x, INSIDE, True))
    count = pick(Call("max", (present, constant(1.0, 1))), [0] * source.channels)
    return _plane(node, Call("div", (total, count)), y, x, ceil)


def _shifted(window: Window, by: int) -> Window:
    return window._replace(before=window.before - by)


def _present(source: Plane, y: Window, x: Window) -> Expr:
    """Count a window's places in the padded picture: those beyond it do not count.

    A place lies there if it does in the picture, moved by some part of the pads.
    """
    count = y.kernel * x.kernel * (y.before + y.after + 1) * (x.before + x.after + 1)
    if count > MOST_TAPS:
        raise NotInAShader("padding counts in so large a window by ceil", "count_include_pad=0")
    inside = []
    shifts = product(*(range(-w.after, w.before + 1) for w in (y, x)))
    moved = [
        _taps(source, _shifted(y, down), _shifted(x, right), INSIDE, True)
        for down, right in shifts
    ]
    for taps in zip(*moved, strict=True):
        found: Expr = taps[0]
        for tap in taps[1:]:
            found = Call("max", (found, tap))
        inside.append(found)
    return add(*inside)


SHAPE = (3, 7, 8)
_CASES = (
    Case("2x2", (SHAPE,), {"kernel_shape": [2, 2], "strides": [2, 2]}),
    Case("2x2 by ceil", (SHAPE,), {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
    Case(
        "3x3 stride 2 padded by ceil",
        ((5, 8, 9),),
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4, "ceil_mode": 1},
    ),
    Case(
        "3x2 stride 1 by 2",
        (SHAPE,),
        {"kernel_shape": [3, 2], "strides": [1, 2], "pads": [1, 0, 1, 1]},
    ),
    Case(
        "same, the odd pixel after",
        (SHAPE,),
        {"kernel_shape": [2, 4], "auto_pad": "SAME_UPPER"},
    ),
    Case(
        "same, the odd pixel before",
        (SHAPE,),
        {"kernel_shape": [2, 4], "auto_pad": "SAME_LOWER"},
    ),
)

MAX_POOL = Op("MaxPool", "The largest pixel of a window.", _lower_max, _CASES)
AVERAGE_POOL = Op(
    "AveragePool",
    "The mean of a window.",
    _lower_average,
    (
        *_CASES,
        Case(
            "padding counts",
            (SHAPE,),
            {"kernel_shape": [3, 3], "pads": [1] * 4, "count_include_pad": 1},
        ),
        Case(
            "padding would count, by ceil, but there is none",
            (SHAPE,),
            {
                "kernel_shape": [2, 2],
                "strides": [2, 2],
                "ceil_mode": 1,
                "count_include_pad": 1,
            },
        ),
        *(
            Case(
                f"padding counts, what lies beyond it by ceil does not, {what}",
                (shape,),
                {
                    "kernel_shape": kernel,
                    "strides": strides,
                    "pads": pads,
                    "ceil_mode": 1,
                    "count_include_pad": 1,
                },
            )
            for what, shape, kernel, strides, pads in (
                ("3x3", (5, 8, 9), [3, 3], [2, 2], [1] * 4),
                ("uneven", (3, 9, 8), [4, 3], [3, 2], [1, 0, 2, 1]),
                ("a small picture", (2, 2, 1), [3, 3], [2, 2], [1] * 4),
            )
        ),
        Case(
            "dilated and padded",
            (SHAPE,),
            {"kernel_shape": [3, 2], "dilations": [2, 3], "pads": [2, 1, 2, 1]},
            opset=19,
        ),
    ),
)
