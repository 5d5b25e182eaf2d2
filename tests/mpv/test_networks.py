"""Networks in the host draw what onnxruntime draws, their borders included.

The host cuts to 0..1, so the network's picture is cut too before they are compared.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.golden.write import networks
from tests.run.networks import conv, deconv, layer, network
from tests.run.test_verify_networks import decon

from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.run.ffmpeg import FFMPEG
from texelnet.run.onnxruntime import ONNXRUNTIME
from texelnet.run.verify.trials import black, natural, noise, white

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]

BAR = 0.6 / 255
BEND = layer("bend", "PReLU", "a", "a")
VALID = conv("x", "a", 3, 6) + BEND + deconv("a", "y", 4, 3, "stride: 2 pad: 1")
LUMA = conv("x", "a", 3, 6, "pad: 1") + BEND + deconv("a", "y", 4, 1, "stride: 2 pad: 1")
SIZES = ((1, 1), (3, 2), (13, 127), (64, 41))


def largest(small: Network, picture: np.ndarray) -> float:
    """The largest error of the host."""
    wanted = ONNXRUNTIME.planes(small)(picture).clip(*shown(small.contract))
    return float(np.abs(FFMPEG.planes(small)(picture) - wanted).max())


def shown(contract: Contract | None) -> tuple[float, float]:
    """The darkest and the brightest that the host shows, in the contract's numbers."""
    full = contract is not None and contract.levels == "full" and contract.planes == 1
    return (-16 / 219, 239 / 219) if full else (0.0, 1.0)


def video(channels: int, height: int, width: int) -> np.ndarray:
    """A natural picture as a video holds it, black at 16 and white at 235."""
    return (natural(channels, height, width) * 219 + 16) / np.float32(255)


def test_decon_x2_is_drawn_within_the_bar():
    for size in ((96, 131), (33, 20)):
        assert largest(decon(), video(1, *size)) <= BAR


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("draw", [video, noise, black, white])
def test_the_questions_kernel_is_drawn_within_the_bar(size, draw):
    assert largest(networks()["question"], draw(1, *size)) <= BAR


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


@pytest.mark.parametrize("name", CONTRACTS)
def test_contracts_are_drawn_within_the_bar(name):
    layers, contract, channels = CONTRACTS[name]
    small = network(layers, contract, channels)
    for size in SIZES[1 if contract.padding != "reflect" else 2 :]:
        assert largest(small, video(channels, *size)) <= BAR, size


def test_a_network_whose_size_leaves_remainders_is_drawn():
    down = conv("x", "a", 3, 4, "stride: 2 pad: 1") + deconv("a", "y", 4, 1, "stride: 4")
    for size in ((16, 12), (64, 40)):
        assert largest(network(down, Contract()), video(1, *size)) <= BAR


def test_the_witness_differs_by_its_shift():
    from texelnet.run.ffmpeg import draws
    from texelnet.shader.compile import compile_network
    from texelnet.shader.package import in_memory
    from texelnet.shader.schedule import SINGLE
    from texelnet.shader.targets.mpv import MPV

    small, picture = decon(), video(1, 24, 31)
    assert small.contract is not None
    build = compile_network(small, MPV, SINGLE, shift=0.125)
    drawn = FFMPEG.planes(small)(picture)
    moved = draws(in_memory(MPV.package(build)), small.contract)(picture)
    inside = (drawn > 0) & (moved < 1)
    np.testing.assert_allclose((moved - drawn)[inside], 0.125, atol=2**-10)
