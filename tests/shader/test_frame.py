"""The frame: a contract in pixel words draws what the contract says in numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ops.graphs import Planes, agree, reference
from tests.ops.strategies import examples, schedules
from tests.shader.graphs import PAD1, UP, Sketch

from texelnet.errors import ContractError
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.pixel import evaluate
from texelnet.pixel.expr import Expr, Mix, walk
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network, simplify
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.frame import frame
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, Schedule
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]
RANGES = [(0.0, 1.0), (0.0, 255.0), (-1.0, 1.0)]


def upscaler(contract: Contract, pad: int = 0) -> Network:
    """A 3x3 convolution with a bend, then an upscaler that fits the contract's scale."""
    n, s = contract.seen, Sketch(contract.seen)
    s.prelu("b", s.conv("a", "x", n, 5, 3, pads=[pad] * 4), 5)
    if contract.scale == 1:
        s.conv("y", "b", 5, n, 1)
    elif contract.scale == 2:
        s.deconv("y", "b", 5, n, 4, **UP)
    else:
        s.deconv("y", "b", 5, n, 3, strides=[3, 3])
    return s.finish("y").wants(contract)


def picture(contract: Contract, height: int = 7, width: int = 6) -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.random((contract.planes, height, width), dtype=np.float32)


def wanted(network: Network, planes: np.ndarray) -> np.ndarray:
    """The contract in numpy around the network in onnxruntime."""
    assert network.contract is not None
    (answer,) = reference(network, {"x": network.contract.to_network(planes)}).values()
    return network.contract.from_network(answer, planes)


def drawn(network: Network, planes: np.ndarray, schedule: Schedule | None = None) -> Planes:
    assert network.contract is not None
    program = frame(lower(network), network.contract)
    if schedule is not None:
        program = simplify(program, schedule)
    return {"y": evaluate(program, {"picture": planes})[program.outputs[0]]}


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Contract, int]:
    """Draw a contract, and the pad of the convolution that makes it fit."""
    border, pad = draw(st.integers(0, 3)), draw(st.integers(0, 1))
    pad = pad if border else 1
    channels = draw(st.sampled_from(["luma", "luma-of-rgb", "rgb", "bgr"]))
    scale, luma = draw(st.integers(1, 3)), channels.startswith("luma")
    count = 1 if luma else draw(st.sampled_from([1, 3]))
    return (
        Contract(
            channels=channels,
            matrix=draw(st.sampled_from(["bt601", "bt709"])) if luma else "bt601",
            levels=draw(st.sampled_from(["limited", "full"])) if luma else "limited",
            range=draw(st.sampled_from(RANGES)),
            mean=tuple(draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))),
            border=border,
            padding=draw(st.sampled_from(["zero", "edge", "reflect"])),
            returns=draw(st.sampled_from(["picture", "residual"])),
            base=draw(st.sampled_from(["nearest", "bilinear", "bicubic"])),
            scale=scale,
            offset=draw(st.sampled_from([0.0, 0.5, -0.25, 1.0, -2.5])),
            crop=scale * (border - 1 + pad),
        ),
        pad,
    )


sides = st.integers(1, 9)


@given(contracts(), sides, sides)
def test_a_framed_network_draws_what_its_contract_says(made, height: int, width: int) -> None:
    """Every range, mean, border, padding, crop, base and grid, tiny pictures included."""
    contract, pad = made
    network, planes = upscaler(contract, pad), picture(contract, height, width)
    agree(drawn(network, planes), {"y": wanted(network, planes)})


@given(contracts(), sides, sides, schedules())
def test_the_compiler_keeps_what_the_contract_says(
    made, height: int, width: int, schedule: Schedule
) -> None:
    contract, pad = made
    network, planes = upscaler(contract, pad), picture(contract, height, width)
    build = compile_network(network, WEBGPU, schedule)
    got = evaluate_kernels(build.kernels, build.program, {"picture": planes})
    agree({"y": got[build.program.outputs[0]]}, {"y": wanted(network, planes)})


@pytest.mark.gpu
@examples(0.15)
@given(contracts(), sides, sides, schedules())
def test_the_gpu_draws_what_the_contract_says(
    made, height: int, width: int, schedule: Schedule
) -> None:
    contract, pad = made
    network, planes = upscaler(contract, pad), picture(contract, height, width)
    package = in_memory(WEBGPU.package(compile_network(network, WEBGPU, schedule)))
    (got,) = Session(package).run({"picture": planes}).values()
    agree({"y": got}, {"y": wanted(network, planes)}, 5e-5)


@pytest.mark.parametrize("side", [1, 2, 3, 4])
@pytest.mark.parametrize("padding", ["zero", "edge", "reflect"])
def test_a_picture_smaller_than_its_border_is_mirrored_again_and_again(
    padding: str, side: int
) -> None:
    network = upscaler(Contract(border=3, crop=4, padding=padding))
    planes = picture(network.contract, side, 5 - side)
    agree(drawn(network, planes, COMPUTE), {"y": wanted(network, planes)})


@pytest.mark.gpu
def test_the_gpu_mirrors_a_tiny_picture_again_and_again() -> None:
    network = upscaler(Contract(border=3, crop=4, padding="reflect"))
    package = in_memory(WEBGPU.package(compile_network(network, WEBGPU, COMPUTE)))
    session = Session(package)
    for size in [(1, 1), (2, 2), (2, 3), (3, 1)]:
        planes = picture(network.contract, *size)
        (got,) = session.run({"picture": planes}).values()
        agree({"y": got}, {"y": wanted(network, planes)})


# The range -------------------------------------------------------------------------------


def ends(contract: Contract | None) -> tuple[Network, list]:
    """A network whose middle is anything but linear, and its planes after compiling."""
    s = Sketch()
    s.node("Sigmoid", "b", s.conv("a", "x", 1, 4, 3, **PAD1))
    s.node("Tanh", "d", s.conv("c", "b", 4, 4, 3, **PAD1))
    s.deconv("y", "d", 4, 1, 4, **UP)
    network = s.finish("y").wants(contract)
    build = compile_network(network, WEBGPU, COMPUTE)
    return network, [plane.computed for plane in build.program.computed()]


def matrices(expr: Expr, columns: int) -> list[np.ndarray]:
    """The matrices of a convolution, in order; those of a Sigmoid are diagonal."""
    mixes = [e.matrix for e in walk(expr) if isinstance(e, Mix)]
    return [
        m for m in mixes if m.shape[1] == columns and not np.array_equal(m, 0.5 * np.eye(4))
    ]


@pytest.mark.parametrize("span", [255.0, 2.0])
def test_a_range_costs_no_pass_and_no_multiplication(span: float) -> None:
    """First weights times the span, last weights and bias divided by it, whatever between."""
    low = 0.0 if span == 255 else -1.0
    _, plain = ends(None)
    _, framed = ends(Contract(range=(low, low + span)))
    if low == 0:
        assert len(framed) == len(plain) == 3
        for a, b in zip(matrices(plain[0], 1), matrices(framed[0], 1), strict=True):
            np.testing.assert_allclose(b, a * span, rtol=1e-12)
    for a, b in zip(matrices(plain[-1], 4), matrices(framed[-1], 4), strict=True):
        np.testing.assert_allclose(b, a / span, rtol=1e-7)


def test_a_range_that_does_not_begin_at_zero_keeps_its_border() -> None:
    """Black is -1 and the padding is 0: grey. The first plane stays, as a mean's does."""
    network, planes = ends(Contract(range=(-1.0, 1.0)))
    assert len(planes) == 4
    image = picture(network.contract)
    agree(drawn(network, image, COMPUTE), {"y": wanted(network, image)})


def test_the_witness_is_the_answer_and_an_eighth() -> None:
    contract = Contract(range=(0.0, 255.0), border=1)
    network = upscaler(contract)
    build, shifted = (compile_network(network, WEBGPU, COMPUTE, shift=s) for s in (0.0, 0.125))
    feeds = {"picture": picture(contract)}
    plain, moved = (
        evaluate_kernels(b.kernels, b.program, feeds)[b.program.outputs[0]]
        for b in (build, shifted)
    )
    np.testing.assert_allclose(moved - plain, 0.125, atol=1e-6)
    assert len(build.kernels) == len(shifted.kernels)


# What does not fit -------------------------------------------------------------------------


def test_a_contract_for_other_channels_is_refused() -> None:
    network = upscaler(Contract(border=1)).wants(Contract(channels="bgr"))
    with pytest.raises(ContractError) as told:
        compile_network(network, WEBGPU, COMPUTE)
    assert str(told.value) == (
        'contract [input] channels: "bgr" means 3 channels, the network takes 1 ("x")\n'
        "  try: luma is 1 channel, rgb and bgr are 3"
    )


def test_an_answer_of_other_channels_is_refused() -> None:
    s = Sketch()
    s.conv("y", "x", 1, 4, 3, **PAD1)
    with pytest.raises(ContractError) as told:
        compile_network(s.finish("y").wants(Contract(scale=1)), WEBGPU, COMPUTE)
    assert str(told.value) == (
        'contract [input] channels: "luma" means 1 channels, the network returns 4 ("y")\n'
        "  try: luma is 1 channel, rgb and bgr are 3"
    )


def test_a_network_of_two_answers_is_no_picture_network() -> None:
    s = Sketch()
    s.conv("y", s.conv("a", "x", 1, 1, 3, **PAD1), 1, 1, 3, **PAD1)
    with pytest.raises(ContractError) as told:
        compile_network(s.finish("a", "y").wants(Contract(scale=1)), WEBGPU, COMPUTE)
    assert str(told.value) == (
        "contract: the network has 1 inputs and 2 outputs; a picture network has one of each\n"
        "  try: cut the network, or use `texelnet run` for its own blobs"
    )


def test_names_of_the_frame_make_room_for_the_network_s() -> None:
    s = Sketch()
    s.conv("upscaled", s.conv("picture", "x", 1, 1, 3, **PAD1), 1, 1, 3, **PAD1)
    network = s.finish("upscaled").wants(Contract(scale=1))
    build = compile_network(network, WEBGPU, replace(COMPUTE, fuse=False))
    assert (build.program.inputs, build.program.outputs) == (("picture_",), ("upscaled_",))
    image = picture(Contract())
    got = evaluate_kernels(build.kernels, build.program, {"picture_": image})["upscaled_"]
    agree({"y": got}, {"y": wanted(network, image)})


def test_a_pinned_network_takes_its_own_size_less_the_border() -> None:
    """The file pins what the network sees, which is the picture and its border."""
    contract = Contract(border=2, crop=2)
    s = Sketch(size=(11, 10))
    s.prelu("b", s.conv("a", "x", 1, 4, 3), 4)
    s.deconv("y", "b", 4, 1, 4, **UP)
    network = s.finish("y").wants(contract)
    planes = picture(contract, 7, 6)
    agree(drawn(network, planes, COMPUTE), {"y": wanted(network, planes)})


def test_sizes_that_must_be_equal_are_told_with_the_border() -> None:
    """Down by 2 and up again meets the input only where its size, border included, is even."""
    s = Sketch()
    s.node("MaxPool", "a", "x", kernel_shape=[2, 2], strides=[2, 2])
    s.deconv("b", "a", 1, 1, 2, strides=[2, 2])
    s.node("Add", "y", "b", "x")
    network = s.finish("y").wants(Contract(border=1, crop=1, scale=1))
    demands = frame(lower(network), network.contract).demands
    demands = tuple(d for d in demands if d.kind == "equal")
    assert {(str(d.first), str(d.second), d.where) for d in demands} == {
        ("2*((height)//2) + 2", "height + 2", "y"),
        ("2*((width)//2) + 2", "width + 2", "y"),
    }


def test_what_is_cut_to_another_size_demands_nothing() -> None:
    """Down by 2, up again and cut to the input's size: a way of any odd size to its skip."""
    s = Sketch()
    s.node("MaxPool", "a", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    s.deconv("b", "a", 1, 1, 2, strides=[2, 2])
    s.node("Shape", "sides", "x", start=2)
    s.node("Slice", "c", "b", [0, 0], "sides", [2, 3])
    s.node("Add", "y", "c", "x")
    program = lower(s.finish("y"))
    assert not [d for d in program.demands if d.kind == "equal"]
    assert program.planes["c"].height == program.planes["x"].height
