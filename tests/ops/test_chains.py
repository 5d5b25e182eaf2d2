"""Meanings that take several nodes, or sizes that are known: what a single case cannot say."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ops.graphs import Sketch, agree, reference, sketched

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.ops import OPS, Node, NotInAShader
from texelnet.ops.activation import ACTIVATIONS
from texelnet.ops.op import random_array as weights
from texelnet.ops.pointwise import POINTWISE
from texelnet.pixel import Plane, evaluate, size
from texelnet.pixel.show import multiply_adds
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, Schedule
from texelnet.shader.targets import TARGETS


def _whole(b: Builder, *numbers: int) -> str:
    return b.constant("c", np.array(numbers, np.int64))


def _shuffle(split: tuple[int, ...], order: list[int], joined: tuple[int, ...]) -> Sketch:
    def draw(b: Builder) -> None:
        apart = b.node("Reshape", ["x", _whole(b, *split)], "apart")
        turned = b.node("Transpose", [apart], "turned", perm=order)
        b.node("Reshape", [turned, _whole(b, *joined)], "y")

    return draw


def _channels_last(b: Builder) -> None:
    last = b.node("Transpose", ["x"], "last", perm=[0, 2, 3, 1])
    b.node("Transpose", [last], "y", perm=[0, 3, 1, 2])


def _shuffle_by_shape(b: Builder) -> None:
    """As torch writes it: the sizes come from Shape."""
    shape = b.node("Shape", ["x"], "shape")
    sides = b.node("Slice", [shape, _whole(b, 2), _whole(b, 4)], "sides")
    apart = b.node("Concat", [_whole(b, 1, 3, 2, 2), sides], "dims", axis=0)
    value = b.node("Reshape", ["x", apart], "apart")
    value = b.node("Transpose", [value], "turned", perm=[0, 1, 4, 2, 5, 3])
    larger = b.node("Mul", [sides, _whole(b, 2)], "larger")
    joined = b.node("Concat", [_whole(b, 1, 3), larger], "joined", axis=0)
    b.node("Reshape", [value, joined], "y")


def _resize_by_shape(b: Builder) -> None:
    shape = b.node("Shape", ["x"], "shape")
    sides = b.node("Slice", [shape, _whole(b, 2), _whole(b, 4)], "sides")
    larger = b.node("Mul", [sides, _whole(b, 2)], "larger")
    count = b.node("Slice", [shape, _whole(b, 0), _whole(b, 2)], "count")
    sizes = b.node("Concat", [count, larger], "sizes", axis=0)
    b.node("Resize", ["x", "", "", sizes], "y", mode="linear")


def _corners_by_shape(b: Builder) -> None:
    """2n - 1 pixels with aligned corners lie halfway between, at every size."""
    shape = b.node("Shape", ["x"], "shape")
    sides = b.node("Slice", [shape, _whole(b, 2), _whole(b, 4)], "sides")
    twice = b.node("Mul", [sides, _whole(b, 2)], "twice")
    larger = b.node("Sub", [twice, _whole(b, 1)], "larger")
    count = b.node("Slice", [shape, _whole(b, 0), _whole(b, 2)], "count")
    sizes = b.node("Concat", [count, larger], "sizes", axis=0)
    where = "align_corners"
    b.node(
        "Resize", ["x", "", "", sizes], "y", mode="cubic", coordinate_transformation_mode=where
    )


def _convolution(op: str, **attributes: object) -> Sketch:
    def draw(b: Builder) -> None:
        kernel = b.constant("w", weights(12, 12, 3, 4))
        b.node(op, ["x", kernel], "y", **attributes)

    return draw


def _after_convolution(op: str, **attributes: object) -> Sketch:
    """A convolution right before it: not computed twice, and not rounded two ways."""

    def draw(b: Builder) -> None:
        kernel = b.constant("w", weights(7, 12, 3, 3))
        b.node("Conv", ["x", kernel], "z", pads=[1, 1, 1, 1])
        if op == "ArgMax":
            b.node("Cast", [b.node(op, ["z"], "place", **attributes)], "y", to=1)
        else:
            b.node(op, ["z"], "y", **attributes)

    return draw


def _halves(op: str) -> Sketch:
    """Numbers that lie halfway between whole ones, and 0."""

    def draw(b: Builder) -> None:
        eight = b.node("Mul", ["x", b.constant("eight", 8.0)], "eight_x")
        half = b.node("Mul", [b.node("Floor", [eight], "floor"), b.constant("half", 0.5)], "h")
        b.node(op, [half], "y")

    return draw


FREE, FIXED = ("height", "width"), (4, 6)
SPLIT = (1, 3, 2, 2, 4, 6)
CHAINS: list[tuple[str, tuple[int | str, int | str], Sketch]] = [
    ("shuffle, columns first", FIXED, _shuffle(SPLIT, [0, 1, 4, 2, 5, 3], (1, 3, 8, 12))),
    ("shuffle by -1", FIXED, _shuffle((0, 3, 2, -1, 4, 6), [0, 1, 4, 2, 5, 3], (0, 0, 8, -1))),
    ("depth first", FIXED, _shuffle((1, 2, 2, 3, 4, 6), [0, 3, 4, 1, 5, 2], (1, 3, 8, -1))),
    ("channel shuffle", FIXED, _shuffle((1, 3, 4, 4, 6), [0, 2, 1, 3, 4], (1, 12, 4, 6))),
    ("unshuffle", FIXED, _shuffle((1, 12, 2, 2, 3, 2), [0, 1, 3, 5, 2, 4], (1, 48, 2, 3))),
    ("channels last and back", FREE, _channels_last),
    ("shuffle by Shape", FREE, _shuffle_by_shape),
    ("resize by Shape", FREE, _resize_by_shape),
    ("corners by Shape", FREE, _corners_by_shape),
    ("halves to the even", FREE, _halves("Round")),
    ("halves up", FREE, _halves("Ceil")),
    ("halves down", FREE, _halves("Floor")),
    ("the sign of zero", FREE, _halves("Sign")),
    ("same, stride 2", FIXED, _convolution("Conv", auto_pad="SAME_UPPER", strides=[2, 3])),
    ("same before", FIXED, _convolution("Conv", auto_pad="SAME_LOWER", strides=[3, 2])),
    (
        "output shape",
        FIXED,
        _convolution("ConvTranspose", output_shape=[7, 13], strides=[2, 2]),
    ),
    (
        "output shape, the odd pixel after",
        FIXED,
        _convolution(
            "ConvTranspose", output_shape=[8, 13], strides=[2, 2], auto_pad="SAME_UPPER"
        ),
    ),
    ("Softmax of a convolution", FREE, _after_convolution("Softmax", axis=1)),
    ("ArgMax of a convolution", FREE, _after_convolution("ArgMax", axis=1)),
    ("Mish of a convolution", FREE, _after_convolution("Mish")),
    ("HardSwish of a convolution", FREE, _after_convolution("HardSwish")),
    ("blocks of a convolution", FREE, _after_convolution("SpaceToDepth", blocksize=2)),
]
chains = pytest.mark.parametrize(
    ("sides", "draw"), [c[1:] for c in CHAINS], ids=[c[0] for c in CHAINS]
)
schedules = pytest.mark.parametrize("schedule", [HYBRID, COMPUTE, FRAGMENT])


@chains
def test_a_chain_means_what_onnxruntime_computes(
    sides: tuple[int | str, int | str], draw: Sketch
) -> None:
    net, feeds = sketched(sides, draw)
    agree(evaluate(lower(net), feeds), reference(net, feeds))


@schedules
@chains
def test_kernels_of_a_chain_compute_it(
    sides: tuple[int | str, int | str], draw: Sketch, schedule: Schedule
) -> None:
    net, feeds = sketched(sides, draw)
    build = compile_network(net, TARGETS["webgpu"], schedule)
    agree(evaluate_kernels(build.kernels, build.program, feeds), reference(net, feeds))


@pytest.mark.gpu
@schedules
@chains
def test_the_shader_of_a_chain_computes_it(
    sides: tuple[int | str, int | str], draw: Sketch, schedule: Schedule
) -> None:
    net, feeds = sketched(sides, draw)
    target = TARGETS["webgpu"]
    package = in_memory(target.package(compile_network(net, target, schedule)))
    agree(Session(package).run(feeds), reference(net, feeds))


FUSED = [
    op.type for op in (*POINTWISE, *ACTIVATIONS) if op.type not in ("PRelu", "Pow", "Gelu")
]


@pytest.mark.parametrize("kind", FUSED)
def test_a_function_after_a_convolution_computes_it_once(kind: str) -> None:
    """Inside its pass, and with no second copy of its weights."""
    b = Builder("fused")
    b.input("x", (1, 3, "height", "width"))
    b.node("Conv", ["x", b.constant("w", weights(8, 3, 3, 3))], "z")
    attributes = {"to": 1} if kind == "Cast" else {}
    b.node(kind, ["z"], "y", **attributes)
    b.output("y")
    net = Network("fused", b.finish(), "fused.onnx")
    program = compile_network(net, TARGETS["webgpu"], HYBRID).program
    (plane,) = program.computed()
    assert multiply_adds(plane.computed) <= 8 * 27 + 3 * 8


SCALES = [None, np.array([1, 1, 2, 2], np.float32)]
# operator, its constants, its attributes, why not
REFUSALS = [
    ("Resize", [None, np.array([1, 1, 1.7, 2])], {}, "a scale of 1.7"),
    ("Resize", [None, np.array([1, 2, 1, 1])], {}, "it resizes the batch or the channels"),
    ("Resize", SCALES, {"mode": "cubic", "antialias": 1}, "antialias makes the kernel wider"),
    ("Resize", SCALES, {"mode": "cubic", "exclude_outside": 1}, "exclude_outside makes other"),
    (
        "Resize",
        SCALES,
        {"coordinate_transformation_mode": "tf_crop_and_resize"},
        "coordinate_transformation_mode=tf_crop_and_resize",
    ),
    (
        "Resize",
        [None, np.array([1, 1, 0.5, 0.5])],
        {"coordinate_transformation_mode": "pytorch_half_pixel"},
        "pytorch_half_pixel reads another place",
    ),
    (
        "Resize",
        [None, np.array([1, 1, 1, 1 / 3], np.float32)],
        {"coordinate_transformation_mode": "asymmetric"},
        "",
    ),
    ("Softmax", [], {}, "axis -1 is not the channels"),
    ("DepthToSpace", [], {"blocksize": 3}, "8 channels do not fill blocks of 3x3"),
    ("BatchNormalization", [np.ones(8)] * 4, {"training_mode": 1}, "it measures the whole"),
    ("Gelu", [], {"approximate": "loose"}, "Gelu with approximate=loose"),
    ("Cast", [], {"to": 8}, "a cast to something that is no number"),
    ("Celu", [], {"alpha": -1.0}, "Celu with alpha=-1"),
]


@pytest.mark.parametrize(("kind", "constants", "attributes", "why"), REFUSALS)
def test_what_has_no_meaning_says_why(
    kind: str, constants: list[np.ndarray | None], attributes: dict[str, object], why: str
) -> None:
    plane = Plane("x", 8, size("height"), size("width"))
    node = Node(kind, "node", (plane, *constants), ("y",), attributes)
    if not why:
        OPS[kind].lower(node)
        return
    with pytest.raises(NotInAShader) as told:
        OPS[kind].lower(node)
    assert told.value.why.startswith(why)
    assert told.value.hint
