"""LRN, local response normalisation: each channel over the loudness of its neighbours.

y = x / (bias + alpha/size * s)^beta, where s sums the squares of the `size` channels around
this one, as many as there are. A sum over neighbouring channels is a mix by a band of ones.

See Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks",
2012, section 3.3, and the ONNX operator specification, LRN-13.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from texelnet.ops.op import Case, Node, Op, Result
from texelnet.pixel import Plane
from texelnet.pixel.expr import Call, Mix, Tap, add, constant


def band(channels: int, size: int) -> np.ndarray:
    """Return ones for the `size` channels around each, (channels, channels)."""
    before, behind = (size - 1) // 2, size // 2
    place = np.arange(channels)
    apart = place[None, :] - place[:, None]
    return ((-before <= apart) & (apart <= behind)).astype(np.float64)


def _lower(node: Node) -> Result:
    source, size = node.plane(0), int(node.get("size", 1))
    alpha, beta = float(node.get("alpha", 1e-4)), float(node.get("beta", 0.75))
    count, tap = source.channels, Tap(source.name, source.channels)
    squares = Mix(band(count, size) * (alpha / size), Call("mul", (tap, tap)))
    around = add(squares, constant(float(node.get("bias", 1.0)), count))
    factor = Call("pow", (around, constant(beta, count)))
    expr = Call("div", (tap, factor))
    return [Plane(node.outputs[0], count, source.height, source.width, expr)]


def _macs(node: Node) -> Fraction:
    channels = node.plane(0).channels
    return Fraction(int(band(channels, int(node.get("size", 1))).sum()))


LRN = Op(
    "LRN",
    "Each channel over the loudness of its neighbouring channels.",
    _lower,
    (
        Case("of five among seven", ((7, 3, 4),), {"size": 5, "alpha": 0.5, "beta": 0.75}),
        Case("larger than the channels", ((2, 3, 4),), {"size": 5, "alpha": 1.0, "bias": 2.0}),
        Case("of three, loud", ((5, 3, 4),), {"size": 3, "alpha": 0.1, "beta": 0.5}, span=30.0),
    ),
    _macs,
)
