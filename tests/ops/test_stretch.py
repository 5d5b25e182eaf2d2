"""Places that hang on the picture's size: aligned corners, as large as another picture."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ops.graphs import Planes, Sketch, agree, reference, sketched

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.ops.op import random_array as weights
from texelnet.pixel import evaluate
from texelnet.pixel.reach import reach
from texelnet.pixel.show import show
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, Schedule
from texelnet.shader.targets import TARGETS

PICTURES = [(4, 6), (13, 2), (1, 1), (2, 5), (9, 1)]
MODES = ("nearest", "linear", "cubic")


def _whole(b: Builder, *numbers: int) -> str:
    return b.constant("c", np.array(numbers, np.int64))


def _resized(mode: str, where: str, **more: object) -> Sketch:
    """Twice the size, less one, or n + 3 pixels: no small fraction of the input's."""

    def draw(b: Builder) -> None:
        shape = b.node("Shape", ["x"], "shape")
        taller = b.node("Add", [shape, _whole(b, 0, 0, 3, 1)], "taller")
        larger = b.node("Mul", [taller, _whole(b, 1, 1, 1, 2)], "larger")
        attributes = {"mode": mode, "coordinate_transformation_mode": where, **more}
        b.node("Resize", ["x", "", "", larger], "y", **attributes)

    return draw


def _doubled(mode: str) -> Sketch:
    """By scales, as torch exports Upsample with its corners aligned."""

    def draw(b: Builder) -> None:
        scales = b.constant("scales", np.array([1, 1, 2, 3], np.float32))
        where = "align_corners"
        b.node(
            "Resize", ["x", "", scales], "y", mode=mode, coordinate_transformation_mode=where
        )

    return draw


def _one_side(b: Builder) -> None:
    """Rows by a small fraction, columns by none."""
    width = b.node("Slice", [b.node("Shape", ["x"], "s"), _whole(b, 3), _whole(b, 4)], "width")
    height = b.node("Slice", ["s", _whole(b, 2), _whole(b, 3)], "height")
    rows = b.node("Mul", [height, _whole(b, 2)], "rows")
    sides = b.node("Concat", [rows, b.node("Add", [width, _whole(b, 1)], "more")], "t", axis=0)
    b.node("Resize", ["x", "", "", sides], "y", mode="linear", axes=[2, 3])


def _halved(mode: str) -> Sketch:
    """Half of one pixel more: a single pixel comes out of small pictures, torch's own way."""

    def draw(b: Builder) -> None:
        shape = b.node("Shape", ["x"], "shape")
        more = b.node("Add", [shape, _whole(b, 1, 12, 1, 1)], "more")
        half = b.node("Div", [more, _whole(b, 2)], "half")
        where = "pytorch_half_pixel"
        attributes = {"mode": mode, "coordinate_transformation_mode": where}
        b.node("Resize", ["x", "", "", half], "y", **attributes)

    return draw


def _to_a_fixed_size(b: Builder) -> None:
    b.node("Resize", ["x", "", "", _whole(b, 1, 12, 5, 7)], "y", mode="linear")


def _u_net(b: Builder) -> None:
    """Down by 2, odd sizes too, and up again to the size of what is beside it."""
    down = b.node("Conv", ["x", b.constant("w", weights(5, 12, 3, 3))], "down",
                  strides=[2, 2], pads=[1] * 4)  # fmt: skip
    sides = b.node("Slice", [b.node("Shape", ["x"], "s"), _whole(b, 2), _whole(b, 4)], "sides")
    where = "pytorch_half_pixel"
    up = b.node("Resize", [down, "", "", sides], "up", mode="linear", axes=[2, 3],
                coordinate_transformation_mode=where)  # fmt: skip
    both = b.node("Concat", [up, "x"], "both", axis=1)
    b.node("Conv", [both, b.constant("v", weights(3, 17, 3, 3))], "y", pads=[1] * 4)


def _same(op: str, auto: str, kernel: tuple[int, int], **more: object) -> Sketch:
    """As many pixels as ceil(n/stride): odd sizes are padded otherwise than even ones."""

    def draw(b: Builder) -> None:
        attributes = {"auto_pad": auto, "strides": [2, 3], **more}
        if op == "Conv":
            b.node(op, ["x", b.constant("w", weights(5, 12, *kernel))], "y", **attributes)
        else:
            b.node(op, ["x"], "y", kernel_shape=kernel, **attributes)

    return draw


SAMES = [
    (f"{op}, {auto}, {kernel}", _same(op, auto, kernel))
    for op in ("Conv", "MaxPool", "AveragePool")
    for auto in ("SAME_UPPER", "SAME_LOWER")
    for kernel in ((3, 4), (2, 7))
]
SKETCHES: list[tuple[str, Sketch]] = [
    *SAMES,
    ("padding counts", _same("AveragePool", "SAME_UPPER", (3, 3), count_include_pad=1)),
    *((f"{m}, half pixels", _resized(m, "half_pixel")) for m in MODES),
    *((f"{m}, aligned", _resized(m, "align_corners")) for m in MODES),
    *((f"{m}, torch's", _resized(m, "pytorch_half_pixel")) for m in ("linear", "cubic")),
    *((f"{m}, asymmetric", _resized(m, "asymmetric", nearest_mode="floor")) for m in MODES),
    *((f"{m}, doubled", _doubled(m)) for m in MODES),
    ("cubic, another cubic", _resized("cubic", "half_pixel", cubic_coeff_a=-0.5)),
    *((f"{m}, halved, torch's", _halved(m)) for m in ("linear", "cubic")),
    ("one side", _one_side),
    ("to a fixed size", _to_a_fixed_size),
    ("a U-Net of odd sizes", _u_net),
]
sketches = pytest.mark.parametrize(
    "draw", [s[1] for s in SKETCHES], ids=[s[0] for s in SKETCHES]
)
schedules = pytest.mark.parametrize("schedule", [HYBRID, FRAGMENT])


def _network(draw: Sketch) -> Network:
    net, _ = sketched(("height", "width"), draw)
    return net


def _feeds(height: int, width: int) -> Planes:
    return {"x": weights(12, height, width)}


@sketches
def test_places_are_those_of_onnxruntime_at_every_size(draw: Sketch) -> None:
    net = _network(draw)
    program = lower(net)
    for height, width in PICTURES:
        feeds = _feeds(height, width)
        agree(evaluate(program, feeds), reference(net, feeds))


@sketches
def test_kernels_read_the_same_places(draw: Sketch) -> None:
    net, feeds = _network(draw), _feeds(5, 7)
    build = compile_network(net, TARGETS["webgpu"], COMPUTE)
    agree(evaluate_kernels(build.kernels, build.program, feeds), reference(net, feeds))


@pytest.mark.gpu
@schedules
@sketches
def test_the_shader_reads_the_same_places(draw: Sketch, schedule: Schedule) -> None:
    """One text for all sizes."""
    net = _network(draw)
    target = TARGETS["webgpu"]
    session = Session(in_memory(target.package(compile_network(net, target, schedule))))
    for height, width in PICTURES[:3]:
        feeds = _feeds(height, width)
        agree(session.run(feeds), reference(net, feeds))


def test_a_stretched_picture_can_not_be_cut_into_tiles() -> None:
    program = lower(_network(_doubled("linear")))
    rows, columns = reach(program, "y")
    assert (rows.whole, columns.whole) == (True, True)
    assert (rows.scale, columns.scale) == (2, 3)


def test_a_stretched_place_is_shown() -> None:
    """The nearest, at ((n - 1)*o + (m - 1)/2)/(m - 1)."""
    told = show(lower(_network(_doubled("nearest"))))
    assert "x[(2*height - 2)*o/(4*height - 2), " in told
