"""What can't be a shader is refused with the place, the fact and what to try."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.shader.graphs import PAD1, Sketch

from texelnet.errors import ShaderError
from texelnet.ops import OPS, NotInAShader
from texelnet.ops.op import Node
from texelnet.ops.refused import REFUSED
from texelnet.shader.compile import compile_network
from texelnet.shader.lower import lower
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]


def test_every_layer_without_a_meaning_is_listed_at_once() -> None:
    s = Sketch(4)
    s.conv("a", "x", 4, 4, 3, **PAD1)
    s.node("ReduceMean", "b", "a", [0], keepdims=1)
    s.node("Relu", "lost", "b")  # reads what is lost: told by its cause alone
    s.node("Hardmax", "c", "a", axis=1)
    s.node("Slice", "d", "a", [-1], [-9], [2], [-1])
    s.node("Add", "e", "a", s.weights(4, 5, 6))
    with pytest.raises(ShaderError) as told:
        lower(s.finish("lost", "c", "d", "e"))
    assert str(told.value) == (
        "sketch.prototxt: these layers have no meaning in a pixel shader\n"
        '  ReduceMean "b": it mixes the pictures of a batch (try: leave out axis 0)\n'
        '  Hardmax "c": no pixel meaning is known for this operator\n'
        '  Slice "d": a slice that runs backwards (try: use a step above zero)\n'
        '  Add "e": a constant of shape 4x5x6 varies over the picture (try: a shader runs at'
        " any size: use one number, or one a channel, shaped (C, 1, 1))"
    )


def test_an_input_that_is_no_picture_is_refused() -> None:
    from texelnet.graph.builder import Builder
    from texelnet.graph.network import Network

    builder = Builder("flat")
    builder.input("x", ("batch", 8))
    builder.node("Relu", ["x"], "y")
    builder.output("y")
    with pytest.raises(ShaderError) as told:
        lower(Network("flat", builder.finish(), "flat.prototxt"))
    assert str(told.value) == (
        'flat.prototxt: input "x" is no picture: its shape is (batch, 8)\n'
        "  try: a picture is (batch, channels, height, width), with a known number of channels"
    )


def test_an_output_that_does_not_exist_is_refused() -> None:
    s = Sketch()
    s.conv("y", "x", 1, 1, 3)
    with pytest.raises(ShaderError) as told:
        lower(s.finish("y"), ["z"])
    assert str(told.value) == 'sketch.prototxt: "z" is no picture plane'


def test_a_pass_that_reads_too_many_planes_is_refused() -> None:
    s = Sketch()
    names = [s.prelu(f"b{i}", s.conv(f"a{i}", "x", 1, 4, 3, **PAD1), 4) for i in range(17)]
    s.node("Concat", "y", *names, axis=1)
    with pytest.raises(ShaderError) as told:
        compile_network(s.finish("y"), WEBGPU, replace(COMPUTE, fuse=False, packs=100))
    assert str(told.value) == (
        'sketch.prototxt (layer "y"): one pass would read 17 planes; webgpu binds 16\n'
        "  try: join fewer blobs at once"
    )


def test_a_plane_of_too_many_channels_is_refused() -> None:
    s = Sketch()
    s.node("Conv", "y", "x", np.ones((1025, 1, 1, 1), np.float32))
    with pytest.raises(ShaderError) as told:
        compile_network(s.finish("y"), WEBGPU, COMPUTE)
    assert str(told.value) == (
        'sketch.prototxt (layer "y"): a plane of 1028 channels; webgpu holds 1024\n'
        "  try: use a narrower network"
    )


@pytest.mark.parametrize("op", REFUSED, ids=lambda op: op.type)
def test_an_operator_that_is_refused_says_why(op) -> None:
    assert OPS[op.type].lower is op.lower
    with pytest.raises(NotInAShader) as told:
        op.lower(Node(op.type, "node", (), ("y",)))
    assert told.value.why in op.summary
    assert told.value.hint


# operator, its constants, its attributes, why not
NODES = [
    (
        "MaxPool",
        [],
        {"auto_pad": "SAME_LOWER", "kernel_shape": [2, 2], "dilations": [1, 2]},
        "auto_pad=SAME_LOWER with dilations, which onnxruntime leaves out of account",
    ),
    (
        "AveragePool",
        [],
        {"auto_pad": "SAME_UPPER", "kernel_shape": [2, 2], "strides": [1, 3]},
        "auto_pad=SAME_UPPER with a kernel smaller than the stride: onnxruntime pads by less "
        "than nothing",
    ),
    (
        "ConvTranspose",
        [np.ones((1, 1, 2, 3))],
        {"auto_pad": "SAME_UPPER", "strides": [3, 3]},
        "auto_pad=SAME_UPPER with a kernel smaller than the stride: onnxruntime makes fewer "
        "pixels than ONNX asks for",
    ),
    (
        "ConvTranspose",
        [np.ones((1, 1, 3, 3))],
        {"output_shape": [9, 9]},
        "output_shape makes 9 pixels of a picture of any size",
    ),
    ("Pow", [np.ones((1, 2, 2))], {}, "a constant of shape 1x2x2 varies over the picture"),
    ("Mod", [np.float32(2)], {}, "Mod of whole numbers"),
    ("Gather", [np.array([1])], {"axis": 2}, "it chooses rows, columns or pictures"),
    ("Gather", [np.array([2])], {"axis": 1}, "it chooses a channel beyond 2"),
    ("Tile", [np.array([1, 1, 2, 2])], {}, "it repeats the picture"),
    ("AveragePool", [], {"kernel_shape": [2]}, "the kernel has 1 dimensions; a picture has 2"),
    ("Pad", [np.array([0, 0, -1, 0, 0, 0, 0, 0])], {}, "a negative pad"),
    ("Pad", [np.zeros(8, int)], {"mode": "wrap"}, "padding mode wrap"),
    (
        "Pad",
        [np.array([0, 1, 0, 0, 0, 0, 0, 0])],
        {},
        "padding of other axes than height and width",
    ),
    ("Slice", [np.array([0]), np.array([0]), np.array([0])], {}, "a slice of the batch"),
    ("Add", [np.ones((3, 1, 1))], {}, "a constant for 3 channels meets a plane of 2"),
    ("Concat", [], {"axis": 2}, "axis 2 is not the channels"),
    ("Split", [], {"axis": 3}, "axis 3 is not the channels"),
]


@pytest.mark.parametrize(("kind", "constants", "attributes", "why"), NODES)
def test_a_node_that_has_no_pixel_meaning_says_why(
    kind: str, constants: list, attributes: dict, why: str
) -> None:
    from texelnet.pixel import Plane, size

    plane = Plane("x", 2, size("height"), size("width"))
    with pytest.raises(NotInAShader) as told:
        OPS[kind].lower(Node(kind, "node", (plane, *constants), ("y",), attributes))
    assert told.value.why == why
    assert told.value.hint
