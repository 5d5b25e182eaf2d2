"""Colour: luma and chroma by BT.601 and BT.709, limited and full, both ways.

With R, G, B in 0..1 and the matrix's Kr, Kg = 1 - Kr - Kb, Kb

    Y  = Kr R + Kg G + Kb B            0..1
    Cb = (B - Y) / (2 (1 - Kb))        -0.5..0.5
    Cr = (R - Y) / (2 (1 - Kr))        -0.5..0.5

Full levels keep Y and put grey chroma at 128/255, as JPEG does. Limited levels, as video does,
put black at 16/255 and white at 235/255, chroma between 16/255 and 240/255. MATLAB's rgb2ycbcr,
which papers on upscaling measure, is BT.601 limited.

See ITU-R BT.601-7 and BT.709-6, section 3; JFIF 1.02 for the full levels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import PictureError

Planes = NDArray[np.float32]
Floats = NDArray[np.float64]

_KR_KB = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}
_GREY_CHROMA = 128 / 255
# black luma, how far white is from it, how far chroma spans
_LEVELS = {"limited": (16 / 255, 219 / 255, 224 / 255), "full": (0.0, 1.0, 1.0)}


def split(
    rgb: NDArray[np.floating], matrix: str = "bt601", levels: str = "limited"
) -> tuple[Planes, Planes]:
    """Split colour into luma and chroma.

    Parameters
    ----------
    rgb
        (3, height, width) in 0..1.
    matrix
        bt601 or bt709.
    levels
        limited or full.

    Returns
    -------
    Luma (1, height, width) and chroma (2, height, width), blue's first; float32, by float64.
    """
    turn, shift = _turn(matrix, levels)
    planes = np.tensordot(turn, rgb.astype(np.float64), 1) + shift
    return planes[:1].astype(np.float32), planes[1:].astype(np.float32)


def join(
    luma: NDArray[np.floating],
    chroma: NDArray[np.floating],
    matrix: str = "bt601",
    levels: str = "limited",
) -> Planes:
    """Join luma (1, h, w) and chroma (2, h, w) to RGB (3, h, w), the inverse of :func:`split`.

    Nothing is clipped: a luma that overshoots gives colours that do.
    """
    turn, shift = _turn(matrix, levels)
    planes = np.concatenate([luma, chroma]).astype(np.float64) - shift
    return np.tensordot(np.linalg.inv(turn), planes, 1).astype(np.float32)


def luma_weights(matrix: str = "bt601", levels: str = "limited") -> tuple[Floats, float]:
    """Return what red, green and blue (3,) add to luma, and black's luma."""
    turn, shift = _turn(matrix, levels)
    return turn[0], float(shift.flat[0])


def swap(planes: Planes) -> Planes:
    """Return RGB as BGR, or back."""
    return planes[::-1]


def matlab_luma(rgb: NDArray[np.floating]) -> Planes:
    """Return the luma (1, h, w) that papers measure: rgb2ycbcr of 8 bit, rounded to 8 bit."""
    turn, shift = _turn("bt601", "limited")
    luma = np.tensordot(turn[:1], rgb.astype(np.float64), 1) + shift[:1]
    return (np.floor(luma * 255 + 0.5) / 255).astype(np.float32)


def _turn(matrix: str, levels: str) -> tuple[Floats, Floats]:
    """Return the matrix (3, 3) from RGB to Y, Cb, Cr and what is added (3, 1, 1)."""
    if matrix not in _KR_KB:
        raise PictureError("colour", f'there is no matrix "{matrix}"', "bt601 or bt709")
    if levels not in _LEVELS:
        raise PictureError("colour", f'there are no levels "{levels}"', "limited or full")
    red, blue = _KR_KB[matrix]
    luma = np.array([red, 1 - red - blue, blue])
    to_blue = (np.array([0.0, 0, 1]) - luma) / (2 * (1 - blue))
    to_red = (np.array([1.0, 0, 0]) - luma) / (2 * (1 - red))
    black, white, chroma = _LEVELS[levels]
    turn = np.stack([white * luma, chroma * to_blue, chroma * to_red])
    return turn, np.array([black, _GREY_CHROMA, _GREY_CHROMA])[:, None, None]
