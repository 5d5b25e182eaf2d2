"""Upscale: a picture through a network, colour and alpha kept in place.

The network draws what its contract says it sees: luma, RGB or BGR. What it does not see,
chroma and alpha, is resampled by bicubic on the grid that the network draws on, its offset
included, so that edges of colour stay on edges of luma.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from texelnet.errors import NetworkError
from texelnet.graph.contract import Contract
from texelnet.picture import Picture, join, resample, split
from texelnet.picture.colour import swap
from texelnet.run.runner import Draw, Planes


def upscale(picture: Picture, contract: Contract, draw: Draw, times: int = 1) -> Picture:
    """Return a picture drawn by a network, `times` times, one after the other.

    Parameters
    ----------
    picture
        Grey or colour, with or without alpha; bits and colour profile are kept.
    contract, draw
        What the network wants, and what draws planes in 0..1 with it.

    Raises
    ------
    NetworkError
        If the answer is not `scale` times as large as the picture, or not finite.
    """
    colour, alpha = picture.colour, picture.alpha
    for _ in range(times):
        colour = _colour(colour, contract, _checked(draw, contract)).clip(0, 1)
        if alpha is not None:
            alpha = larger(alpha[None], contract)[0].clip(0, 1)
    return Picture(colour, alpha, picture.bits, picture.icc)


def larger(planes: Planes, contract: Contract) -> Planes:
    """Return planes that the network does not see, on its grid."""
    return resample(
        planes,
        contract.scale,
        "bicubic",
        border="edge",
        offset=contract.offset,
        antialias=False,
    )


def _colour(colour: Planes, contract: Contract, draw: Draw) -> Planes:
    grey = len(colour) == 1
    if contract.channels == "luma":
        matrix, levels = contract.matrix, contract.levels
        luma, chroma = split(np.repeat(colour, 3, 0) if grey else colour, matrix, levels)
        drawn = draw(luma)
        if grey:  # its chroma is none, wherever it lies
            neutral = np.broadcast_to(chroma[:, :1, :1], (2, *drawn.shape[1:]))
            return join(drawn, neutral, matrix, levels)[:1]
        return join(drawn, larger(chroma, contract), matrix, levels)
    seen = np.repeat(colour, 3, 0) if grey else colour
    if contract.channels == "bgr":
        seen = swap(seen)
    drawn = draw(np.ascontiguousarray(seen))
    if contract.channels == "bgr":
        drawn = swap(drawn)
    return drawn.mean(0, keepdims=True) if grey else drawn


def _checked(draw: Draw, contract: Contract) -> Callable[[Planes], Planes]:
    def checked(planes: Planes) -> Planes:
        answer, (_, height, width) = draw(planes), planes.shape
        wanted = (height * contract.scale, width * contract.scale)
        if answer.shape[1:] != wanted:
            fact = (
                f"a picture of {width}x{height} becomes {answer.shape[2]}x{answer.shape[1]}, "
            )
            fact += f"not {wanted[1]}x{wanted[0]} as scale {contract.scale} says"
            hint = "a picture whose sides are whole in the network's strides, or another scale"
            raise NetworkError("the network", fact, hint)
        if not np.isfinite(answer).all():
            fact = "it draws numbers that are not finite"
            raise NetworkError(
                "the network", fact, "check its weights, and the contract's range"
            )
        return answer

    return checked
