"""Squares of a window's outputs in fewer products: the same numbers, borders included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ops.graphs import agree, reference
from tests.shader.graphs import PAD1, UP, Sketch, picture

from texelnet.graph.network import Network
from texelnet.run.verify.poison import poisoned
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.kernel import Accumulate
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.targets import TARGETS
from texelnet.shader.write.winograd import SIDES, transforms

WEBGPU = TARGETS["webgpu"]
SQUARES = {
    "2": replace(COMPUTE, block=(2, 2)),
    "2 of 5x5": replace(COMPUTE, block=(2, 2), winograd=4),
    "4": replace(COMPUTE, block=(4, 4), winograd=4),
}
numbers = st.lists(st.floats(-4, 4, width=32), min_size=16, max_size=16)
squares = pytest.mark.parametrize("schedule", SQUARES.values(), ids=SQUARES)


@pytest.mark.parametrize(("m", "r"), sorted(SIDES))
@given(numbers, numbers)
def test_the_transforms_filter(m: int, r: int, first: list, second: list) -> None:
    """A^T [(G g) * (B^T d)] is g slid along d."""
    a, g, b = transforms(m, r)
    weights, texels = np.array(first[:r]), np.array(second[: m + r - 1])
    wanted = [weights @ texels[i : i + r] for i in range(m)]
    np.testing.assert_allclose(a @ ((g @ weights) * (b @ texels)), wanted, atol=1e-9)


def nets() -> dict[str, Network]:
    """Return windows at every kind of border; 7 x 6 pixels leave a rest in every square."""
    made = {}
    for name in ("zero", "edge", "reflect", "inside", "one side", "5x5", "of two planes"):
        s = Sketch(12)
        if name in ("edge", "reflect"):
            s.node("Pad", "p", "x", np.array([0, 0, 1, 1, 0, 0, 1, 1]), mode=name)
            s.conv("y", "p", 12, 13, 3)
        elif name == "inside":
            s.conv("y", "x", 12, 13, 3)
        elif name == "one side":
            s.conv("y", "x", 12, 13, 3, pads=[0, 2, 2, 0])
        elif name == "5x5":
            s.conv("y", "x", 12, 13, 5, pads=[2] * 4)
        elif name == "of two planes":
            s.prelu("a", s.conv("a0", "x", 12, 11, 3, **PAD1), 11)
            s.node("Concat", "b", "a", "x", axis=1)
            s.node("Relu", "c", s.conv("c0", "b", 23, 13, 3, **PAD1))
            s.node("Add", "y", s.conv("d", "c", 13, 12, 1), "x")
        else:
            s.prelu("y", s.conv("a", "x", 12, 13, 3, **PAD1), 13)
        made[name] = s.finish("y")
    s = Sketch(12)
    s.prelu("a", s.conv("a0", "x", 12, 12, 3, **PAD1), 12)
    s.deconv("y", "a", 12, 1, 4, **UP)
    return made | {"a deconvolution": s.finish("y")}


NETS = nets()
every = pytest.mark.parametrize("name", NETS)


def products(build) -> int:
    """Multiplications for a pixel in the first pass."""
    kernel = build.kernels[0]
    matrices = [s.matrix for s in kernel.body if isinstance(s, Accumulate)]
    return sum(np.count_nonzero(m) for m in matrices) // (kernel.block[0] * kernel.block[1])


@squares
@every
def test_squares_are_what_single_pixels_are(name: str, schedule) -> None:
    net, feeds = NETS[name], picture(12)
    build = compile_network(net, WEBGPU, schedule)
    got = evaluate_kernels(build.kernels, build.program, feeds)
    agree(got, reference(net, feeds), 1e-4)


@pytest.mark.parametrize(("side", "part"), [("2", 4 / 9), ("4", 1 / 4)])
def test_squares_take_fewer_products(side: str, part: float) -> None:
    plain = products(compile_network(NETS["zero"], WEBGPU, replace(COMPUTE, winograd=0)))
    square = products(compile_network(NETS["zero"], WEBGPU, SQUARES[side]))
    assert square < 1.2 * part * plain


@pytest.mark.gpu
@pytest.mark.parametrize(("name", "side"), [("zero", "2"), ("inside", "4"), ("reflect", "2")])
def test_squares_count_on_nothing_outside(name: str, side: str) -> None:
    """Where reads outside answer huge numbers, they would not cancel out."""
    net, feeds = NETS[name], picture(12)
    package = in_memory(WEBGPU.package(compile_network(net, WEBGPU, SQUARES[side])))
    agree(Session(poisoned(package)).run(feeds), reference(net, feeds), 1e-4)


def test_blocks_of_several_squares_share_their_weights() -> None:
    wide = replace(COMPUTE, block=(2, 4), winograd=2)
    build = compile_network(NETS["zero"], WEBGPU, wide)
    feeds = picture(12)
    got = evaluate_kernels(build.kernels, build.program, feeds)
    agree(got, reference(NETS["zero"], feeds), 1e-4)
    used = [id(s.matrix) for s in build.kernels[0].body if isinstance(s, Accumulate)]
    assert build.kernels[0].block == (2, 4)
    assert len(set(used)) < len(used)
