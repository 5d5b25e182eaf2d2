"""Output: one way to write a scene, and what all that write outlines say alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from texelnet.draw.path import Contour, Path, Pen
from texelnet.draw.scene import Colour, Scene


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
        Takes the scene and a resolution in pixels a millimetre, which outlines do not need, but
        for Flash's: they are rounded to twentieths of a pixel.
    """

    suffix: str
    summary: str
    write: Callable[[Scene, float], bytes]


def walk_closed(path: Path | Contour, pen: Pen) -> None:
    """Let a pen walk what is filled: open contours enclose nothing and are left out."""
    for contour in path.contours if isinstance(path, Path) else (path,):
        if contour.closed:
            contour.walk(pen)


def number(value: float) -> str:
    """Write a coordinate, in six digits."""
    return f"{value:.6g}"


def levels(colour: Colour) -> tuple[int, int, int]:
    """Return red, green and blue in 0..255."""
    red, green, blue = (int(part * 255 + 0.5) for part in colour)
    return red, green, blue
