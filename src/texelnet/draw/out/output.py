"""Output: one way to write a scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from texelnet.draw.scene import Scene


@dataclass(frozen=True)
class Output:
    """One way to write a scene.

    Parameters
    ----------
    suffix
        The ending of its files.
    summary
        What it is, as a sentence.
    write
        Takes the scene and a resolution in pixels a millimetre, which outlines do not need.
    """

    suffix: str
    summary: str
    write: Callable[[Scene, float], bytes]
