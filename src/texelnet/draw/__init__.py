"""DRAW: outlines whose labels are exact, because the pen that paints them draws the labels."""

from texelnet.draw.drop import Drop, Outline
from texelnet.draw.path import Contour, Path, Pen, polygon
from texelnet.draw.raster import Patch, coverage, patches
from texelnet.draw.simple import Certificate, certify, crosses_itself
from texelnet.draw.spline import as_catmull_rom, catmull_rom, circle, handle, knots

__all__ = [
    "Certificate",
    "Contour",
    "Drop",
    "Outline",
    "Patch",
    "Path",
    "Pen",
    "as_catmull_rom",
    "catmull_rom",
    "certify",
    "circle",
    "coverage",
    "crosses_itself",
    "handle",
    "knots",
    "patches",
    "polygon",
]
