"""Told: what an operator says about one of its nodes, and the facts it is handed.

Facts are plain numbers that somebody measured (``texelnet.explain``); an operator's
``explain`` turns them and the node's own weights into words, tables and figures
(``texelnet.page``). It runs nothing and reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from texelnet.page import Told

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Flat:
    """What a node is given where the whole picture has one grey.

    Parameters
    ----------
    greys
        (n,) levels of the picture, 0..1.
    entered
        (n, channels) what enters the node then, far from every border.
    """

    greys: Floats
    entered: Floats


@dataclass(frozen=True)
class Render:
    """The network's picture under a change of its weights, over 0..1 and not clamped.

    Parameters
    ----------
    wrong
        Whose biases are too large: "none", "own" (the node's), "hidden" (all others), "all".
    name
        What was changed, in a few words.
    picture
        (channels, height, width), colour as red, green and blue.
    flat
        (phases, channels) of a picture of one grey, far from its borders: phase y * stride_x +
        x holds the node's rows y and columns x by the strides.
    entered
        (inputs,) what enters the node there.
    """

    wrong: str
    name: str
    picture: Floats
    flat: Floats
    entered: Floats


@dataclass(frozen=True)
class Response:
    """What output pixels take from input pixels around a picture of one grey.

    Parameters
    ----------
    grey
        The level, 0..1.
    taps
        (phases, rows, columns): for output pixel (sy*i + py, sx*j + px), phase py * sx + px,
        how much it changes by a change of the one input pixel, at (i, j).
    """

    grey: float
    taps: Floats


@dataclass(frozen=True)
class Scaling:
    """How a network's numbers become those of pictures in 0..1.

    Parameters
    ----------
    range
        What black and white are in the network's numbers.
    shifted
        Whether black is no zero there: a mean is subtracted, or the range starts elsewhere.
    first, last
        The layers that read the picture and make the answer.
    ends
        Whether those are linear, so that factors go into their weights.
    biased
        Layers that add numbers of their own.
    broken
        Layers that do not answer a factor with the same factor.
    luma
        Whether the network is given the luma of a picture in colour, where black is no zero.
    folded, divided
        How far the network is off, in 0..1, with the factor in its first and last weights, and
        with all its biases divided; None where that can't be made.
    """

    range: tuple[float, float]
    shifted: bool
    first: Sequence[str]
    last: str
    ends: bool
    biased: Sequence[str]
    broken: Sequence[str]
    luma: bool = False
    folded: float | None = None
    divided: float | None = None


@dataclass(frozen=True)
class Facts:
    """What was gathered about one node, as far as it could be.

    Parameters
    ----------
    layer, kind
        What the reader's file calls it: name and type.
    shape, made
        Of what enters and of what is made, (channels, height, width).
    entered, left
        The node's first operand and its result on the picture that was given.
    flat
        What enters for pictures of one grey.
    level
        One grey level of 255 in the node's own numbers, where it makes the picture.
    renders
        The right picture and wrong ones.
    grey
        The level, 0..1, of the flat pictures of the renders.
    response
        How output pixels answer a small change of one input pixel.
    scaling
        How the network's numbers become those of pictures in 0..1.
    shaders
        This layer alone as shader texts, one a pass, by dialect.
    quirks
        What Caffe does here that surprises.
    multiply_adds
        For one pixel that the node makes.
    sees
        Rows and columns of the network's input that one pixel of what it makes depends on.
    """

    layer: str = ""
    kind: str = ""
    shape: tuple[int, int, int] | None = None
    made: tuple[int, int, int] | None = None
    entered: Floats | None = None
    left: Floats | None = None
    flat: Flat | None = None
    level: float | None = None
    renders: Sequence[Render] = ()
    grey: float | None = None
    response: Response | None = None
    scaling: Scaling | None = None
    shaders: Mapping[str, Sequence[str]] = field(default_factory=dict)
    quirks: Sequence[str] = ()
    multiply_adds: float | None = None
    sees: tuple[int, int] | None = None


__all__ = ["Facts", "Flat", "Render", "Told"]
