"""Chroma under a luma network: the player's own, at its own place, or kept by our shader.

A network that hooks LUMA leaves chroma planes to the host; one that sees the luma of RGB hooks
MAIN and draws the base upscaler's picture with its luma replaced.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.mpv.test_host import host_says
from tests.run.test_verify_networks import decon

from texelnet.graph.network import Network
from texelnet.picture import split
from texelnet.run import ffmpeg
from texelnet.run.ffmpeg import Session, draws
from texelnet.run.onnxruntime import ONNXRUNTIME
from texelnet.run.verify.trials import natural
from texelnet.shader.compile import compile_network
from texelnet.shader.package import in_memory
from texelnet.shader.targets.mpv import MPV

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]

LUMA = (24, 32)
VIDEO = np.random.default_rng(0).integers(40, 200, 24 * 32 * 3 // 2, np.uint8)
PLACES = {"center": (0, 0), "left": (0.25, 0), "topleft": (0.25, 0.25)}
"""Where chroma samples lie, and how far right and down that moves what is read, in samples."""


def subject(channels: str) -> Network:
    contract = decon().contract
    assert contract is not None
    return decon().wants(replace(contract, channels=channels, base="bilinear"))


@cache
def files(channels: str) -> dict[str, bytes]:
    return MPV.package(compile_network(subject(channels), MPV, MPV.usual))


def text(channels: str) -> str:
    return files(channels)["decon-x2.glsl"].decode()


def drawn(location: str, shader: str) -> np.ndarray:
    """The video of 4:2:0 twice as large, as planes (3, rows, columns) in levels of 8 bits."""
    words = ffmpeg._words("yuv420p", LUMA, (48, 64), bool(shader))
    at = words.index("-vf") + 1
    words[at] = words[at].replace("range=pc", "range=tv").replace("none", "bilinear")
    head, _, tail = words[at].partition("libplacebo=")
    words[at] = head + "libplacebo=" + tail.replace("yuv420p", "yuv444p16le")
    words[words.index("-i") : words.index("-i")] = ["-chroma_sample_location", location]
    answer = host_says(words, VIDEO.tobytes(), shader)
    return np.frombuffer(answer, "<u2").reshape(3, 48, 64) / 257


def bilinear(plane: np.ndarray, right: float, down: float) -> np.ndarray:
    """Four times as large, what is read moved by parts of a sample."""
    for axis, shift in ((0, down), (1, right)):
        size = plane.shape[axis]
        place = (np.arange(4 * size) + 0.5) / 4 - 0.5 + shift
        first = np.floor(place).astype(int)
        part = (place - first).reshape((-1, 1) if axis == 0 else (1, -1))
        low, high = (plane.take(np.clip(first + n, 0, size - 1), axis) for n in (0, 1))
        plane = low * (1 - part) + high * part
    return plane


@pytest.mark.parametrize("location", PLACES)
def test_chroma_of_a_video_is_the_hosts_own_bit_for_bit(location: str) -> None:
    """And it lies where the video says: a quarter of a sample beside is 30 levels off."""
    with_shader, without = drawn(location, text("luma")), drawn(location, "")
    np.testing.assert_array_equal(with_shader[1:], without[1:])
    assert np.abs(with_shader[0] - without[0]).max() > 20
    blue = VIDEO[24 * 32 :].reshape(2, 12, 16)[0].astype(float)
    wanted = bilinear(blue, *PLACES[location])
    np.testing.assert_allclose(with_shader[1, 4:-4, 4:-4], wanted[4:-4, 4:-4], atol=2)


def test_a_network_that_sees_the_luma_of_rgb_hooks_main() -> None:
    assert set(re.findall("//!HOOK (.*)", text("luma-of-rgb"))) == {"MAIN"}
    assert set(re.findall("//!HOOK (.*)", text("luma"))) == {"LUMA"}


def test_a_luma_network_over_rgb_keeps_the_chroma_that_the_host_would_draw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = subject("luma-of-rgb")
    assert network.contract is not None
    picture = 0.4 + 0.2 * natural(3, 40, 56)
    got = draws(in_memory(files("luma-of-rgb")), network.contract)(picture)
    assert np.abs(got - ONNXRUNTIME.planes(network)(picture)).max() <= 0.6 / 255
    plain = ffmpeg.QUIET.replace(
        "upscaler=none", "upscaler=bilinear:sigmoid=0:disable_linear=1"
    )
    monkeypatch.setattr(ffmpeg, "QUIET", plain)
    host = Session("", "host").draw(picture, 80, 112)
    chroma = [split(planes, "bt601", "full")[1] for planes in (got, host)]
    np.testing.assert_allclose(*chroma, atol=2**-10)
    assert np.abs(split(got)[0] - split(host)[0]).max() > 4 / 255
