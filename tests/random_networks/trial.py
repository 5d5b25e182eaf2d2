"""Trial: how a network is tried, by whom, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
from tests.random_networks.draft import PROBES, Draft

from texelnet.graph.contract import Contract
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, TILE, Schedule
from texelnet.shader.targets import mpv

Planes = dict[str, np.ndarray]
Size = tuple[int, int]

CANDIDATES = {
    "numpy": "the kernels, read in numpy",
    "wgpu": "wgpu, planes kept in 32 bits",
    "wgpu fp16": "wgpu, planes kept in 16 bits",
    "libplacebo": "a user shader in ffmpeg's filter libplacebo, which keeps 16 bits",
}
"""Who draws."""
EXACT = ("numpy", "wgpu")
"""Who keeps 32 bits, so that nothing but the network's answer is looked at."""
TURNS = {
    "hybrid": HYBRID,
    "compute": COMPUTE,
    "fragment": FRAGMENT,
    "compute, blocks of 2x2": replace(COMPUTE, block=(2, 2), packs=2),
    "hybrid, weights in a buffer": replace(HYBRID, literals=0),
    "compute, blocks of 1x3, long weights in a buffer": replace(
        COMPUTE, block=(1, 3), literals=60, looped_packs=1
    ),
    "fragment, a pack a pass": replace(FRAGMENT, packs=1),
    "compute, nothing fused": replace(COMPUTE, fuse=False),
    "compute, Winograd's squares of 4, staged": replace(COMPUTE, winograd=4, staged=True),
    "compute, few planes read at once": replace(COMPUTE, winograd=0, reads=3),
    "fragment, few planes read at once": replace(FRAGMENT, reads=2),
    "tile": TILE,
    "tile, squares, small groups of little memory": replace(
        TILE, workgroup=(4, 2), winograd=2, shared=1_500, staged=True
    ),
    "tile, weights in a buffer": replace(TILE, literals=60),
}
"""The schedules that seeds take in turn."""
LUMA = Contract(levels="limited", range=(-1, 1), scale=1)
RGB = Contract(channels="rgb", range=(-1, 1), scale=1)
HOSTED = {
    "luma, compute": (LUMA, mpv.COMPUTE),
    "luma, tile": (LUMA, mpv.TILE),
    "RGB twice as large, fragment": (replace(RGB, scale=2), mpv.FRAGMENT),
    "full luma twice as large, fragment": (
        replace(LUMA, levels="full", scale=2),
        mpv.FRAGMENT,
    ),
    "BGR, compute, few weights as literals": (
        replace(RGB, channels="bgr", mean=(0.1, 0.0, -0.2)),
        replace(mpv.COMPUTE, literals=60, looped_packs=2),
    ),
    "a residual of luma twice as large, compute": (
        replace(LUMA, returns="residual", scale=2),
        mpv.COMPUTE,
    ),
    "RGB, compute, blocks of 2x2": (RGB, replace(mpv.COMPUTE, block=(2, 2), packs=2)),
}
"""The pictures and schedules that seeds take in turn where a host of user shaders draws."""


@dataclass(frozen=True)
class Finding:
    """Something wrong: what kind, with whom, at which size."""

    kind: str
    candidate: str
    size: Size | None
    text: str

    def like(self, other: Finding) -> bool:
        return (self.kind, self.candidate) == (other.kind, other.candidate)

    def __str__(self) -> str:
        at = f" at {self.size[1]}x{self.size[0]}" if self.size else ""
        return f"{self.kind}, {self.candidate}{at}: {self.text}"


@dataclass(frozen=True)
class Trial:
    """How a recipe is tried: pictures of these (height, width), by these, laid out so."""

    sizes: tuple[Size, ...]
    schedule: Schedule
    hosted: str = next(iter(HOSTED))
    candidates: tuple[str, ...] = ("numpy", "wgpu")

    @staticmethod
    def of(draft: Draft, seed: int, candidates: tuple[str, ...]) -> Trial:
        """Return the trial of a seed: one pixel, small and odd sizes, sizes that surely fit."""
        random = Random(seed)
        fitting = [
            [n for n in range(2, 27) if n not in avoided and takes_side(draft, n, axis)]
            for axis, avoided in enumerate(draft.avoided)
        ]
        sizes = [(1, 1), (random.randint(1, 5), random.randint(1, 26))]
        sizes += [(random.randint(2, 26), random.randint(1, 9))]
        if all(fitting):
            sizes += [(random.choice(fitting[0]), random.choice(fitting[1])) for _ in range(2)]
        schedules, hosted = list(TURNS.values()), list(HOSTED)
        return Trial(
            tuple(dict.fromkeys(sizes)),
            schedules[seed % len(schedules)],
            hosted[seed % len(hosted)],
            candidates,
        )

    def asked(self, draft: Draft) -> list[Size]:
        """Return the sizes but those at which no answer is right."""
        return [
            (h, w)
            for h, w in self.sizes
            if h not in draft.avoided[0] and w not in draft.avoided[1]
        ]


def takes_side(draft: Draft, side: int, axis: int) -> bool:
    """Tell whether something is left of every value, of so many rows (axis 0) or columns.

    Where nothing is, onnxruntime is not asked: it makes half a window's maximum of it, counts a
    computed end below zero from the end, or ends the process.
    """
    at = PROBES.index(side)
    return all(v.sides[axis][at] > 0 for v in draft.values.values())


def takes(draft: Draft, size: Size) -> bool:
    return all(takes_side(draft, side, axis) for axis, side in enumerate(size))


@dataclass
class Tally:
    """What a candidate was asked and how it answered.

    Parameters
    ----------
    judged, refused, tossed
        Sizes that were compared; that the reference refuses, and so do we; without a picture
        whose answer hangs on no last bit.
    beyond
        Sizes at which a number is too large for 16 bits, so that nothing can be compared.
    error
        The largest, as a part of what is allowed.
    far
        The largest distance to onnxruntime's answer, relative to what that spans.
    limit
        Why the host can't hold the network; empty where it can.
    """

    judged: int = 0
    refused: int = 0
    tossed: int = 0
    beyond: int = 0
    error: float = 0.0
    far: float = 0.0
    limit: str = ""


@dataclass
class Verdict:
    """What was found, and how much was looked at, by candidate."""

    by: dict[str, Tally] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def found(self, kind: str, candidate: str, size: Size | None, text: str) -> None:
        self.findings.append(Finding(kind, candidate, size, " ".join(text.split())))
