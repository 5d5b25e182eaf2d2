"""Networks in the host draw what onnxruntime draws, their borders included.

The host cuts to 0..1, so the network's picture is cut too before they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from tests.golden.write import networks
from tests.run.networks import SQUEEZE, conv, deconv, layer, network
from tests.run.test_verify_networks import decon

from texelnet.graph.builder import Builder
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.run.ffmpeg import draws
from texelnet.run.onnxruntime import ONNXRUNTIME
from texelnet.run.runner import Draw
from texelnet.run.verify.trials import black, natural, noise, white
from texelnet.shader.compile import compile_network
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets.mpv import COMPUTE, FRAGMENT, MPV

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]

forms = pytest.mark.parametrize("form", ["compute", "fragment"])
BAR = 0.6 / 255
BEND = layer("bend", "PReLU", "a", "a")
VALID = conv("x", "a", 3, 6) + BEND + deconv("a", "y", 4, 3, "stride: 2 pad: 1")
LUMA = conv("x", "a", 3, 6, "pad: 1") + BEND + deconv("a", "y", 4, 1, "stride: 2 pad: 1")
SIZES = ((1, 1), (3, 2), (13, 127), (64, 41))


def drawing(small: Network, form: str | Schedule, shift: float = 0.0) -> Draw:
    """What draws pictures by the network's user shader of this form."""
    assert small.contract is not None
    schedule = MPV.schedules[form] if isinstance(form, str) else form
    build = compile_network(small, MPV, schedule, shift=shift)
    return draws(in_memory(MPV.package(build)), small.contract)


def largest(small: Network, pictures: Iterable[np.ndarray], form: str | Schedule) -> float:
    """The largest error of the host."""
    drawn, wanted = drawing(small, form), ONNXRUNTIME.planes(small)
    low, high = shown(small.contract)
    return max(
        float(np.abs(drawn(picture) - wanted(picture).clip(low, high)).max())
        for picture in pictures
    )


def shown(contract: Contract | None) -> tuple[float, float]:
    """The darkest and the brightest that the host shows, in the contract's numbers."""
    full = contract is not None and contract.levels == "full" and contract.planes == 1
    return (-16 / 219, 239 / 219) if full else (0.0, 1.0)


def video(channels: int, height: int, width: int) -> np.ndarray:
    """A natural picture as a video holds it, black at 16 and white at 235."""
    return (natural(channels, height, width) * 219 + 16) / np.float32(255)


@forms
def test_decon_x2_is_drawn_within_the_bar(form):
    assert largest(decon(), [video(1, 96, 131)], form) <= BAR


@pytest.mark.parametrize("size", SIZES)
def test_the_questions_kernel_is_drawn_within_the_bar(size):
    pictures = [draw(1, *size) for draw in (video, noise, black, white)]
    assert largest(networks()["question"], pictures, "compute") <= BAR


CONTRACTS = {
    "colour, a border": (VALID, Contract(channels="rgb", border=2, crop=2), 3),
    "blue first": (VALID, Contract(channels="bgr", range=(-1, 1), border=2, crop=2), 3),
    "mirrored border": (
        VALID, Contract(channels="rgb", border=2, crop=2, padding="reflect"), 3),
    "zeros around, 0..255": (LUMA, Contract(range=(0, 255), mean=(104,)), 1),
    "full levels": (LUMA, Contract(levels="full", range=(-1, 1)), 1),
    "full levels, a residual": (
        LUMA, Contract(levels="full", returns="residual", base="bilinear", offset=0.5), 1),
}  # fmt: skip


@forms
@pytest.mark.parametrize("name", CONTRACTS)
def test_contracts_are_drawn_within_the_bar(name, form):
    layers, contract, channels = CONTRACTS[name]
    small = network(layers, contract, channels)
    pictures = [video(channels, *size) for size in ((13, 127), (64, 41))]
    assert largest(small, pictures, form) <= BAR


@pytest.mark.parametrize(
    "name", ["colour, a border", "mirrored border", "zeros around, 0..255"]
)
def test_tiles_are_drawn_within_the_bar(name):
    """In 31 x 13 groups and more, with zeros, edges and mirrored edges around."""
    layers, contract, channels = CONTRACTS[name]
    pictures = [video(channels, *size) for size in ((3, 5), (13, 127))]
    assert largest(network(layers, contract, channels), pictures, "tile") <= BAR


@forms
def test_a_network_whose_size_leaves_remainders_is_drawn(form):
    down = conv("x", "a", 3, 4, "stride: 2 pad: 1") + deconv("a", "y", 4, 1, "stride: 4")
    pictures = [video(1, *size) for size in ((16, 12), (64, 40))]
    assert largest(network(down, Contract()), pictures, form) <= BAR


@forms
def test_a_mean_of_the_whole_picture_is_drawn_within_the_bar(form):
    pictures = [video(1, *size) for size in ((1, 1), (13, 127))]
    assert largest(network(SQUEEZE, Contract()), pictures, form) <= BAR


@pytest.mark.parametrize("channels", [8, 20, 44])
def test_packs_that_lie_side_by_side_are_drawn(channels):
    """Two, five and eleven packs: the last are two textures, and neither grid is full."""
    wide = conv("x", "a", 3, channels, "pad: 1") + BEND + conv("a", "b", 3, 6, "pad: 1")
    up = wide + deconv("b", "y", 4, 1, "stride: 2 pad: 1")
    pictures = [video(1, *size) for size in ((3, 2), (40, 61))]
    assert largest(network(up, Contract()), pictures, "compute") <= BAR


def stretching(contract: Contract) -> Network:
    """Made half as large, odd sizes too, and back to twice the picture, corners aligned."""
    b = Builder("stretch")
    b.input("x", (1, 1, "height", "width"))
    kernel = b.constant("w", np.full((4, 1, 3, 3), 1 / 9, np.float32))
    low = b.node("Conv", ["x", kernel], "low", strides=[2, 2], pads=[1] * 4)
    twice = b.node("Mul", [b.node("Shape", ["x"], "s"), b.constant("n", [1, 4, 2, 2])], "t")
    where = "align_corners"
    high = b.node("Resize", [low, "", "", twice], "high", mode="linear",
                  coordinate_transformation_mode=where)  # fmt: skip
    b.node("ReduceMean", [high, b.constant("one", [1])], "y")
    b.output("y")
    return Network("stretch", b.finish(), "stretch.onnx", contract)


@forms
@pytest.mark.parametrize("contract", [Contract(), Contract(border=1, crop=2, padding="edge")])
def test_places_that_hang_on_the_size_are_drawn(contract, form):
    pictures = [video(1, *size) for size in ((1, 1), (13, 127), (64, 41))]
    assert largest(stretching(contract), pictures, form) <= BAR


@forms
def test_the_witness_differs_by_its_shift(form):
    small, picture = decon(), video(1, 24, 31)
    drawn, moved = (drawing(small, form, shift)(picture) for shift in (0, 0.125))
    inside = (drawn > 0) & (moved < 1)
    np.testing.assert_allclose((moved - drawn)[inside], 0.125, atol=2**-10)


def test_weights_in_a_texture_are_drawn():
    """Packs that the loop counts lie in two textures."""
    looped = replace(COMPUTE, literals=0, packs=2, looped_packs=2)
    wide = conv("x", "a", 3, 12, "pad: 1") + BEND + conv("a", "b", 3, 6, "pad: 1")
    small = network(wide + deconv("b", "y", 4, 1, "stride: 2 pad: 1"), Contract())
    assert largest(small, [video(1, 13, 27)], looped) <= BAR


def test_a_sum_of_more_packs_than_fragments_may_read_is_drawn():
    few = replace(FRAGMENT, reads=2)
    wide = (
        conv("x", "a", 3, 18, "pad: 1")
        + BEND
        + conv("a", "b", 1, 6)
        + layer("e", "ELU", "b", "b")
    )
    small = network(wide + deconv("b", "y", 4, 1, "stride: 2 pad: 1"), Contract())
    assert largest(small, [video(1, 13, 27)], few) <= BAR
