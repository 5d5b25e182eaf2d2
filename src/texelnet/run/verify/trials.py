"""Trials: the pictures of a proof, one natural, the others chosen to hurt.

Sizes are those that shaders get wrong: a single pixel, smaller than any kernel, a prime number
of rows, and no multiple of a workgroup. The patterns: white noise finds wrong weights, lines of
one pixel wrong taps and phases, constants wrong biases and borders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ContractError
from texelnet.graph.contract import Contract
from texelnet.picture import Picture, read_picture, split

Planes = NDArray[np.float32]
Draw = Callable[[int, int, int], Planes]
"""Draws a pattern of so many channels, rows and columns."""

TINY, SMALL, TALL, LARGE, USUAL = (1, 1), (3, 2), (13, 127), (641, 359), (192, 144)
"""Width and height."""


@dataclass(frozen=True)
class Trial:
    """One picture that the package and the network both draw.

    Parameters
    ----------
    name
        What it shows, or its file.
    width, height
        In pixels, before the network.
    draw
        Draws its planes, in 0..1.
    built_in
        Whether its size may be changed to the one size that a network takes.
    """

    name: str
    width: int
    height: int
    draw: Draw
    built_in: bool = True

    @property
    def size(self) -> str:
        """Width and height as people say them."""
        return f"{self.width}x{self.height}"


def natural(channels: int, height: int, width: int) -> Planes:
    """Draw what photographs have: 1/f noise at all scales, and hard edges, in all channels."""
    rng = np.random.default_rng(7)
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.hypot(rows, columns)
    frequency[0, 0] = 1.0
    noise = np.fft.rfft2(rng.standard_normal((channels + 1, height, width))) / frequency
    texture = np.fft.irfft2(noise, s=(height, width))
    texture -= texture.mean((1, 2), keepdims=True)
    texture /= np.maximum(texture.std((1, 2), keepdims=True), 1e-9)
    planes = 0.45 + 0.15 * texture[:1] + 0.05 * texture[1:]
    y, x = np.mgrid[:height, :width]
    disc = np.hypot(y - 0.4 * height, x - 0.3 * width) < 0.2 * min(height, width)
    planes[:, disc] = 0.9 - 0.5 * planes[:, disc]
    planes[:, x * 0.6 + y > 0.6 * width + 0.5 * height] *= 0.4
    planes[:, (abs(x - 0.8 * width) < 0.04 * width) & (y < 0.7 * height)] = 0.95
    return np.clip(planes, 0, 1).astype(np.float32)


def noise(channels: int, height: int, width: int) -> Planes:
    """Draw white noise."""
    return np.random.default_rng(3).random((channels, height, width), np.float32)


def _pattern(of: Callable[[Planes, Planes, Planes], Planes]) -> Draw:
    """Return a drawing of channel, row and column numbers."""

    def draw(channels: int, height: int, width: int) -> Planes:
        grid = np.indices((channels, height, width), np.float32)
        return np.ascontiguousarray(of(*grid), np.float32)

    return draw


rows_of_lines = _pattern(lambda c, y, x: (c + y) % 2)
columns_of_lines = _pattern(lambda c, y, x: (c + x) % 2)
checkerboard = _pattern(lambda c, y, x: (c + y + x) % 2)
black = _pattern(lambda c, y, x: 0 * c)
white = _pattern(lambda c, y, x: 0 * c + 1)

_PATTERNS: tuple[tuple[str, Draw, tuple[tuple[int, int], ...]], ...] = (
    ("natural", natural, (USUAL,)),
    ("noise", noise, (TINY, SMALL, TALL, LARGE)),
    ("lines across", rows_of_lines, (SMALL, TALL)),
    ("lines down", columns_of_lines, (SMALL, TALL)),
    ("checkerboard", checkerboard, (SMALL, TALL)),
    ("black", black, (TINY, SMALL, TALL)),
    ("white", white, (TINY, SMALL, TALL)),
)
_ORDER = (USUAL, TALL, LARGE, SMALL, TINY)
BUILT_IN = tuple(
    Trial(name, *size, draw) for size in _ORDER for name, draw, at in _PATTERNS if size in at
)
"""The pictures of every proof, those of one size after the other."""


def pinned(
    trials: Iterable[Trial], width: int | None = None, height: int | None = None
) -> list[Trial]:
    """Return the trials at the one size a network takes, each pattern once.

    A size that is free is None.
    """
    found: dict[object, Trial] = {}
    for trial in trials:
        if trial.built_in:
            trial = replace(trial, width=width or trial.width, height=height or trial.height)
        found.setdefault((trial.name, trial.width, trial.height), trial)
    return list(found.values())


def from_files(paths: Sequence[Path], contract: Contract | None) -> list[Trial]:
    """Read pictures as the contract wants them: luma, or colours in its order.

    Raises
    ------
    PictureError
        A file can't be read.
    ContractError
        There is no contract to tell what a network would see of them.
    """
    if paths and contract is None:
        fact = "without a contract nothing says how the network sees a picture"
        raise ContractError(str(paths[0]), fact, "leave --picture out, or write a contract")
    return [_from_file(path, contract) for path in paths if contract is not None]


def _from_file(path: Path, contract: Contract) -> Trial:
    planes = planes_of(read_picture(path), contract)
    _, height, width = planes.shape
    return Trial(path.name, width, height, lambda *_: planes, built_in=False)


def planes_of(picture: Picture, contract: Contract) -> Planes:
    """Return what a network sees of a picture: (channels, height, width)."""
    rgb = np.broadcast_to(picture.colour, (3, *picture.size))
    if contract.channels == "luma":
        return split(rgb, contract.matrix, contract.levels)[0]
    return np.ascontiguousarray(rgb[::-1] if contract.channels == "bgr" else rgb)
