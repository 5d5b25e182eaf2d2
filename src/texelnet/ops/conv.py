"""Conv: a convolution (in Caffe's sense: a correlation) with zero padding.

Output pixel o sums, over kernel rows and columns k and all input channels of its group,
weight[k] * input[stride*o + dilation*k - pad]; outside the picture the input is zero. Each
(row, column) of the kernel is one tap, and its weights are a matrix from input channels to
output channels; groups are blocks on that matrix's diagonal.

See the ONNX operator specification, Conv-11.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np

from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane
from texelnet.pixel.expr import (
    INSIDE,
    ZERO,
    Axis,
    Constant,
    Expr,
    Mix,
    Place,
    Stretch,
    Tap,
    add,
)
from texelnet.pixel.size import Size, extreme

MOST_TAPS = 2**14


class Window(NamedTuple):
    """How a kernel lies on one axis."""

    kernel: int
    stride: int
    dilation: int
    before: int  # pixels of padding before the first
    after: int
    total: Size | None = None  # ... of both together, where that hangs on the picture's size
    lower: bool = False  # then the odd one is before

    @property
    def reach(self) -> int:
        """How many pixels the kernel spans."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> bool:
        """Whether it may lie outside the picture."""
        return self.total is not None or bool(self.before or self.after)

    def place(self, k: int) -> Place:
        """Return where the kernel's row (or column) k reads."""
        if self.total is None:
            return Axis.of(self.stride, offset=self.dilation * k - self.before)
        before, most = (self.total + int(self.lower)) // 2, self.reach - 1
        start = Size(most) - before
        return Stretch(Size(self.stride), start, Size(1), self.dilation * k - most)

    def extent(self, size: Size) -> Size:
        """Return how many pixels come out."""
        if self.total is not None:
            return (size + (self.stride - 1)) // self.stride
        return (size + (self.before + self.after - self.reach)) // self.stride + 1


def windows(node: Node, kernel: tuple[int, ...]) -> tuple[Window, Window]:
    """Read kernel, strides, dilations and pads of a two-dimensional node."""
    if len(kernel) != 2:
        raise NotInAShader(
            f"the kernel has {len(kernel)} dimensions; a picture has 2", "run it on onnxruntime"
        )
    if kernel[0] * kernel[1] > MOST_TAPS:
        fact = f"a window of {kernel[0]:,} x {kernel[1]:,} pixels: {MOST_TAPS:,} are the most"
        raise NotInAShader(fact, "a smaller kernel, or several after each other")
    strides, dilations = node.get("strides", (1, 1)), node.get("dilations", (1, 1))
    pads = node.get("pads", (0, 0, 0, 0))
    auto = node.get("auto_pad", "NOTSET")
    if auto == "VALID":
        pads = (0, 0, 0, 0)
    y, x = (Window(kernel[i], strides[i], dilations[i], pads[i], pads[i + 2]) for i in range(2))
    return y, x


def same_windows(node: Node, kernel: tuple[int, ...]) -> tuple[Window, Window]:
    """Read a node's windows; SAME pads so that ceil(size / stride) pixels come out.

    With a stride of 2 an odd size needs another pad than an even one, so the places hang on the
    size. With a stride of 1, or where the kernel is one pixel, it never matters.
    """
    y, x = windows(node, kernel)
    auto = node.get("auto_pad", "NOTSET")
    if auto in ("NOTSET", "VALID"):
        return y, x
    if max(y.dilation, x.dilation) > 1:
        raise NotInAShader(
            f"auto_pad={auto} with dilations, which onnxruntime leaves out of account",
            "export the network with explicit pads",
        )
    source = node.plane(0)
    return _same(y, source.height, auto), _same(x, source.width, auto)


def _same(window: Window, size: Size, auto: str) -> Window:
    if window.stride == 1:
        return padded(window, window.reach - 1, auto)
    if window.reach == 1:
        return padded(window, 0, auto)
    if size.fixed is None:
        rest = size - ((size + (window.stride - 1)) // window.stride - 1) * window.stride
        total = extreme("max", Size(window.reach) - rest, Size(0))
        return window._replace(total=total, lower=auto == "SAME_LOWER")
    steps = -(-size.fixed // window.stride) - 1
    return padded(window, max(steps * window.stride + window.reach - size.fixed, 0), auto)


def padded(window: Window, total: int, auto: str) -> Window:
    """Return the window with its pads shared out: the odd one after, or before (SAME_LOWER)."""
    less = total // 2
    before, after = (total - less, less) if auto == "SAME_LOWER" else (less, total - less)
    return window._replace(before=before, after=after)


def block_diagonal(blocks: np.ndarray) -> np.ndarray:
    """Lay the (group, outputs, inputs) blocks of a grouped mix out as one matrix."""
    groups, rows, columns = blocks.shape
    matrix = np.zeros((groups * rows, groups * columns), blocks.dtype)
    for g in range(groups):
        matrix[g * rows : (g + 1) * rows, g * columns : (g + 1) * columns] = blocks[g]
    return matrix


def _lower(node: Node) -> Result:
    source, kernel = node.plane(0), node.constant(1)
    outputs, group = kernel.shape[0], node.get("group", 1)
    y, x = same_windows(node, kernel.shape[2:])
    border = ZERO if y.padded or x.padded else INSIDE
    terms: list[Expr] = [Constant(node.constant(2, np.zeros(outputs)).astype(np.float32))]
    for row, column in product(range(y.kernel), range(x.kernel)):
        blocks = kernel[:, :, row, column].reshape(group, outputs // group, -1)
        tap = Tap(source.name, source.channels, y.place(row), x.place(column), border)
        terms.append(Mix(block_diagonal(blocks), tap))
    height, width = y.extent(source.height), x.extent(source.width)
    return [Plane(node.outputs[0], outputs, height, width, add(*terms))]


def _macs(node: Node) -> Fraction:
    return Fraction(int(node.constant(1).size))


CONV = Op(
    "Conv",
    "A convolution with zero padding, any stride, dilation and group.",
    _lower,
    macs=_macs,
    cases=(
        Case("3x3", ((3, 7, 9), weights(5, 3, 3, 3), weights(5)), {"pads": [1, 1, 1, 1]}),
        Case("no bias, valid", ((1, 6, 5), weights(4, 1, 3, 2))),
        Case("1x1 padded", ((4, 5, 3), weights(3, 4, 1, 1), weights(3)), {"pads": [1] * 4}),
        Case(
            "stride 2, odd size",
            ((2, 13, 8), weights(3, 2, 3, 3), weights(3)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "stride 3 by 2, uneven pads",
            ((2, 11, 10), weights(9, 2, 4, 5), weights(9)),
            {"strides": [3, 2], "pads": [2, 0, 1, 3]},
        ),
        Case(
            "dilation 2 by 3",
            ((3, 13, 17), weights(2, 3, 3, 3), weights(2)),
            {"dilations": [2, 3], "pads": [2, 3, 2, 3]},
        ),
        Case(
            "groups of 2 and 3",
            ((4, 6, 7), weights(6, 2, 3, 3), weights(6)),
            {"group": 2, "pads": [1, 1, 1, 1]},
        ),
        Case(
            "depthwise",
            ((6, 5, 7), weights(6, 1, 5, 5), weights(6)),
            {"group": 6, "pads": [2, 2, 2, 2]},
        ),
        Case(
            "kernel wider than the picture", ((1, 3, 2), weights(1, 1, 9, 9)), {"pads": [4] * 4}
        ),
        Case(
            "same, the odd pixel after",
            ((2, 5, 6), weights(3, 2, 4, 2)),
            {"auto_pad": "SAME_UPPER"},
        ),
        Case(
            "same, the odd pixel before",
            ((2, 5, 6), weights(3, 2, 4, 2)),
            {"auto_pad": "SAME_LOWER"},
        ),
        Case(
            "same, 1x1 stride 2",
            ((2, 5, 6), weights(3, 2, 1, 1)),
            {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
        ),
        Case(
            "valid, stride 2",
            ((2, 6, 5), weights(3, 2, 2, 3)),
            {"auto_pad": "VALID", "strides": [2, 2]},
        ),
        Case(
            "many channels", ((33, 5, 6), weights(40, 33, 3, 3), weights(40)), {"pads": [1] * 4}
        ),
    ),
)
