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
    name
        What was changed, in a few words.
    picture
        (channels, height, width).
    """

    name: str
    picture: Floats


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
    shaders
        This layer alone as shader text, by dialect.
    quirks
        What Caffe does here that surprises.
    multiply_adds
        For one pixel that the node makes.
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
    shaders: Mapping[str, str] = field(default_factory=dict)
    quirks: Sequence[str] = ()
    multiply_adds: float | None = None


__all__ = ["Facts", "Flat", "Render", "Told"]
