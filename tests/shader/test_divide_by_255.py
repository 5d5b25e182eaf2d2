"""A network of 0..255 in a shader of 0..1: when may all biases be divided by 255?

The first question this house was built for ended so: the gather by phases was right, the
biases had to be divided by 255. That is exact when everything between the input and the output
is homogeneous of degree one: f(255 x) = 255 f(x). Convolutions, rectifiers and maxima are, and
so the factor passes through to the end. A sigmoid, a product of two planes, an exponential are
not. The frame asks for nothing between: it multiplies the first weights by 255 and divides the
last weights and bias by 255.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.ops.graphs import agree, reference
from tests.shader.graphs import PAD1, UP, Sketch, picture

from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.pixel import evaluate
from texelnet.shader.frame import frame
from texelnet.shader.lower import lower


def bend(s: Sketch, kind: str) -> None:
    """Make "b" of "a", four channels."""
    if kind == "PRelu":
        s.prelu("b", "a", 4)
    elif kind == "product":
        s.node("Mul", "b", "a", "a")
    elif kind == "MaxPool":
        s.node(kind, "b", "a", kernel_shape=[3, 3], **PAD1)
    elif kind == "nothing":
        s.node("Identity", "b", "a")
    else:
        s.node(kind, "b", "a")


def network(kind: str, bias: float) -> Network:
    """An upscaler whose biases are multiplied by a number."""
    s = Sketch()
    s.node(
        "Conv", "a", "x", s.weights(4, 1, 3, 3), 40 * s.weights(4) * np.float32(bias), **PAD1
    )
    bend(s, kind)
    kernel, last = s.weights(4, 1, 4, 4), 40 * s.weights(1) * np.float32(bias)
    s.node("ConvTranspose", "y", "b", kernel, last, **UP)
    return s.finish("y")


def trained(kind: str) -> np.ndarray:
    """What the network draws in its own 0..255, brought to 0..1."""
    feeds = {"x": 255 * np.abs(picture()["x"])}
    return reference(network(kind, 1.0), feeds)["y"] / 255


def biases_divided(kind: str) -> np.ndarray:
    return reference(network(kind, 1 / 255), {"x": np.abs(picture()["x"])})["y"]


HOMOGENEOUS = ["nothing", "Relu", "LeakyRelu", "PRelu", "MaxPool", "Abs"]
OTHERS = ["Sigmoid", "Tanh", "Elu", "product"]


@pytest.mark.parametrize("kind", HOMOGENEOUS)
def test_dividing_all_biases_is_exact_when_all_between_is_homogeneous(kind: str) -> None:
    agree({"y": biases_divided(kind)}, {"y": trained(kind)})


@pytest.mark.parametrize("kind", OTHERS)
def test_dividing_all_biases_draws_another_picture_otherwise(kind: str) -> None:
    difference = np.abs(biases_divided(kind) - trained(kind)).max()
    assert difference > 0.02  # five grey levels of 255, and more


@pytest.mark.parametrize("kind", HOMOGENEOUS + OTHERS)
def test_the_frame_is_exact_whatever_lies_between(kind: str) -> None:
    program = frame(lower(network(kind, 1.0)), Contract(range=(0.0, 255.0)))
    got = evaluate(program, {"picture": np.abs(picture()["x"])})[program.outputs[0]]
    agree({"y": got}, {"y": trained(kind)})
