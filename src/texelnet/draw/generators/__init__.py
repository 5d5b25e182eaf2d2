"""GENERATORS: scripts that make new drops by themselves, the same as :class:`Drop`'s.

Each is a real file with a function ``drawDrop(graphics, seed, wobble, x, y, radius, points)``
that traces the drop of `seed` in its language's own words for curves.
"""

from importlib.resources import files

GENERATORS = {"canvas": "drop.js", "as3": "drop.as"}
"""Files, by what they draw on: a canvas of HTML, Flash's Graphics (ActionScript 3)."""


def generator(name: str) -> str:
    """Return the source text that draws drops on one of GENERATORS."""
    return files("texelnet.draw.generators").joinpath(GENERATORS[name]).read_text("utf-8")


__all__ = ["GENERATORS", "generator"]
