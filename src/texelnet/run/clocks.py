"""CLOCKS: what a frame costs, by the host that draws it.

WebGPU's shaders are drawn by wgpu in this process: a picture in numpy goes in and an answer
comes out. A user shader is drawn by ffmpeg: a film's frames, less those of a film of its copy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from texelnet.graph.network import Network
from texelnet.run import ffmpeg, film, wgpu
from texelnet.run.runner import Planes
from texelnet.shader.package import Package

Size = tuple[int, int]
"""Rows and columns of a picture."""
Frame = Callable[[], float]
"""Draws a frame and returns its milliseconds."""
FRAMES, SECONDS = 25, 4
"""Of a film, and what they may take: less than in a benchmark, since candidates take turns."""


@dataclass(frozen=True)
class Clock:
    """How frames of a host are timed.

    Parameters
    ----------
    adapter
        Names what draws.
    is_software
        Whether that is a driver which draws on the processor.
    load
        Takes a package, its network and a size; returns the seconds until the first frame, and
        what draws and times one. Raises DeviceError where the host refuses it.
    rounds
        Frames whose middle says enough.
    """

    adapter: Callable[[], str]
    is_software: Callable[[], bool]
    load: Callable[[Package, Network, Size], tuple[float, Frame]]
    rounds: int

    @property
    def word(self) -> str:
        """Which time is told: the processor's, or the one on the wall."""
        return "processor" if self.is_software() else "wall"


# In wgpu -----------------------------------------------------------------------------------


def _now() -> float:
    return time.process_time() if wgpu.is_software() else time.perf_counter()


def _in_wgpu(package: Package, network: Network, size: Size) -> tuple[float, Frame]:
    started = _now()
    session = wgpu.Session(package)
    compiled = _now() - started
    pictures = _pictures(session.manifest, size)

    def frame() -> float:
        started = _now()
        session.run(pictures)
        return (_now() - started) * 1e3

    frame()
    return compiled, frame


def _pictures(manifest: Mapping[str, Any], size: Size) -> dict[str, np.ndarray]:
    """Return noise for every input; sides that the network fixes are its own."""
    rng, pictures = np.random.default_rng(0), {}
    for name in manifest["inputs"]:
        plane = manifest["planes"][name]
        sides = [
            tree if isinstance(tree, int) else side
            for tree, side in zip((plane["height"], plane["width"]), size, strict=True)
        ]
        pictures[name] = rng.random((plane["channels"], *sides), np.float32)
    return pictures


# In libplacebo -----------------------------------------------------------------------------


def _in_ffmpeg(package: Package, network: Network, size: Size) -> tuple[float, Frame]:
    contract = network.contract
    assert contract is not None, "a user shader has one"
    session = ffmpeg.session_of(package)
    picture = np.random.default_rng(0).random((contract.planes, *size), np.float32)
    height, width = (contract.scale * n for n in size)
    session.prove(picture.shape, (height, width))
    without = film.identity(contract.planes)
    least, cold = (
        film.film(text, picture, contract.scale, 1, **film.COLD)
        for text in (without, session.text)
    )
    film.film(session.text, picture, contract.scale, 1)  # now the driver keeps it

    def frame() -> float:
        spent = film.a_frame(session.text, picture, contract.scale, FRAMES, SECONDS)
        return _told(spent) - _identity(contract.planes, contract.scale, size)

    return _told(cold.less(least)) / 1e3, frame


@lru_cache(maxsize=8)
def _identity(planes: int, scale: int, size: Size) -> float:
    """Return what a frame costs whose shader copies the picture, the middle of three."""
    picture: Planes = np.full((planes, *size), 0.5, np.float32)
    text = film.identity(planes)
    costs = (_told(film.a_frame(text, picture, scale, FRAMES)) for _ in range(3))
    return float(np.median(list(costs)))


def _told(spent: film.Spent) -> float:
    return spent.cpu if ffmpeg.is_software() else spent.wall


CLOCKS = {
    "webgpu": Clock(wgpu.adapter_name, wgpu.is_software, _in_wgpu, 9),
    "mpv": Clock(ffmpeg.adapter_name, ffmpeg.is_software, _in_ffmpeg, 3),
}
"""The clock of each host that is timed, by the target's name."""
