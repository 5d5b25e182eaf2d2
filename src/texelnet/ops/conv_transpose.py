"""ConvTranspose, Caffe's Deconvolution: a convolution that makes the picture larger.

Written as a scatter, each input pixel stamps its kernel onto the output. A pixel shader
cannot scatter, so we read it the other way round. Output row o receives kernel row k from
input row i where  o + pad = stride*i + dilation*k,  so for a given k only the rows o of one
remainder by `stride` are reached. The remainders are the *phases*: within one, the
deconvolution is an ordinary convolution at low resolution, and all phases together are one
ordinary convolution with stride*stride times as many outputs.

See Odena et al., "Deconvolution and Checkerboard Artifacts", Distill, 2016; Shi et al.,
"Is the deconvolution layer the same as a convolutional layer?", 2016.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np

from texelnet.ops.conv import Window, block_diagonal, padded, windows
from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.ops.op import random_array as weights
from texelnet.pixel import Plane
from texelnet.pixel.expr import ZERO, Axis, Constant, Expr, Mix, Tap, add
from texelnet.pixel.size import Size


class Reach(NamedTuple):
    """Where one row (or column) k of the kernel goes."""

    phase: int  # the remainder of the output positions it reaches
    offset: (
        int  # it reads the input at low-resolution position q + offset, o = stride*q + phase
    )


def phases(kernel: int, stride: int, pad: int, dilation: int = 1) -> tuple[Reach, ...]:
    """Tell for each k of one axis which phase it reaches and what it reads there.

    Every k reaches exactly one phase, so the kernel is shared out among them; where the
    kernel is smaller than the stride some phases receive nothing but the bias.
    """
    reaches = []
    for k in range(kernel):
        phase = (dilation * k - pad) % stride
        reaches.append(Reach(phase, (phase + pad - dilation * k) // stride))
    return tuple(reaches)


def _extent(size: Size, window: Window, extra: int) -> Size:
    grown = (size - 1) * window.stride + window.reach
    return grown + (extra - window.before - window.after)


def _placed(node: Node, axis: int, window: Window, size: Size) -> tuple[Window, Size]:
    """Return the window with its pads, and how many pixels come out on an axis.

    SAME makes stride times as many as went in, output_shape as many as it says; what the
    kernels reach beyond that is cut on both sides.
    """
    extra = node.get("output_padding", (0, 0))[axis]
    auto, shape = node.get("auto_pad", "NOTSET"), node.get("output_shape", ())
    if shape:
        wanted = int(shape[axis - 2])
        if size.fixed is None:
            raise NotInAShader(
                f"output_shape makes {wanted} pixels of a picture of any size",
                "export the network with pads, or fix the size of its input",
            )
        whole = (size.fixed - 1) * window.stride + extra + window.reach
        return padded(window, max(whole - wanted, 0), _side(auto)), Size(wanted)
    if auto in ("NOTSET", "VALID"):
        return window, _extent(size, window, extra)
    total = window.reach + extra - window.stride
    if total < 0:
        raise NotInAShader(
            f"auto_pad={auto} with a kernel smaller than the stride: onnxruntime makes fewer "
            "pixels than ONNX asks for",
            "export the network with pads and output_padding",
        )
    return padded(window, total, _side(auto)), size * window.stride


def _side(auto: str) -> str:
    """The odd pixel of padding lies before, but for SAME_UPPER: unlike a convolution's."""
    return "SAME_UPPER" if auto == "SAME_UPPER" else "SAME_LOWER"


def _lower(node: Node) -> Result:
    source, kernel = node.plane(0), node.constant(1)
    group = node.get("group", 1)
    outputs = kernel.shape[1] * group
    placed = zip(windows(node, kernel.shape[2:]), (source.height, source.width), strict=True)
    (y, height), (x, width) = (_placed(node, i, *pair) for i, pair in enumerate(placed))
    blocks = kernel.reshape(group, -1, *kernel.shape[1:])  # group, in, out, row, column
    mixes: dict[tuple[int, int], np.ndarray] = {}
    for row, column in product(range(y.kernel), range(x.kernel)):
        down = phases(y.kernel, y.stride, y.before, y.dilation)[row]
        right = phases(x.kernel, x.stride, x.before, x.dilation)[column]
        lanes = y.stride * x.stride * outputs
        at = (down.offset, right.offset)
        matrix = mixes.setdefault(at, np.zeros((lanes, source.channels), np.float32))
        first = (down.phase * x.stride + right.phase) * outputs
        matrix[first : first + outputs] += block_diagonal(
            blocks[:, :, :, row, column].transpose(0, 2, 1)
        )
    bias = np.tile(node.constant(2, np.zeros(outputs)), y.stride * x.stride)
    terms: list[Expr] = [Constant(bias.astype(np.float32))]
    for (down_by, right_by), matrix in sorted(mixes.items()):
        axes = Axis.of(offset=down_by), Axis.of(offset=right_by)
        terms.append(Mix(matrix, Tap(source.name, source.channels, *axes, ZERO)))
    strides = (y.stride, x.stride)
    return [Plane(node.outputs[0], outputs, height, width, add(*terms), strides)]


def _macs(node: Node) -> Fraction:
    strides = node.get("strides", (1, 1))
    return Fraction(int(node.constant(1).size), int(np.prod(strides)))


CONV_TRANSPOSE = Op(
    "ConvTranspose",
    "A deconvolution, by its phases, in one pass over the low-resolution picture.",
    _lower,
    macs=_macs,
    cases=(
        Case(
            "4x4 stride 2 pad 1 of 8 channels",
            ((8, 5, 6), weights(8, 1, 4, 4), weights(1)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "to rgb",
            ((5, 4, 7), weights(5, 3, 4, 4), weights(3)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "9x9 stride 2 pad 4: 2n - 1",
            ((4, 6, 5), weights(4, 1, 9, 9), weights(1)),
            {"strides": [2, 2], "pads": [4, 4, 4, 4]},
        ),
        Case(
            "9x9 stride 3: uneven overlap",
            ((3, 5, 4), weights(3, 2, 9, 9), weights(2)),
            {"strides": [3, 3], "pads": [3, 3, 3, 3]},
        ),
        Case(
            "5x5 stride 2: the stride does not divide the kernel",
            ((2, 6, 5), weights(2, 2, 5, 5)),
            {"strides": [2, 2], "pads": [2, 2, 2, 2]},
        ),
        Case(
            "2x2 stride 3: gaps hold only the bias",
            ((2, 4, 5), weights(2, 1, 2, 2), weights(1)),
            {"strides": [3, 3]},
        ),
        Case(
            "stride 2 by 3, uneven pads",
            ((3, 5, 4), weights(3, 5, 4, 5), weights(5)),
            {"strides": [2, 3], "pads": [1, 0, 2, 1]},
        ),
        Case(
            "dilation 2",
            ((2, 5, 6), weights(2, 3, 3, 3), weights(3)),
            {"strides": [2, 2], "dilations": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "groups",
            ((6, 4, 5), weights(6, 2, 4, 4), weights(4)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1], "group": 2},
        ),
        Case(
            "depthwise",
            ((5, 4, 3), weights(5, 1, 4, 4)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1], "group": 5},
        ),
        Case(
            "same, the odd pixel after",
            ((2, 4, 5), weights(2, 3, 3, 4), weights(3)),
            {"strides": [2, 3], "auto_pad": "SAME_UPPER"},
        ),
        Case(
            "same, the odd pixel before",
            ((2, 4, 5), weights(2, 3, 3, 4), weights(3)),
            {"strides": [2, 3], "auto_pad": "SAME_LOWER"},
        ),
        Case(
            "output padding",
            ((2, 4, 5), weights(2, 3, 3, 3), weights(3)),
            {"strides": [2, 3], "pads": [1, 1, 1, 1], "output_padding": [1, 2]},
        ),
        Case("stride 1", ((2, 5, 4), weights(2, 2, 3, 3), weights(2)), {"pads": [1] * 4}),
        Case(
            "many channels",
            ((33, 4, 3), weights(33, 3, 4, 4), weights(3)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
    ),
)
