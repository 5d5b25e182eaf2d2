"""PIXEL PROGRAMS: what one output pixel is.

The narrow waist of the compiler: operators are lowered into these few words, hosts are
written from them, and :func:`evaluate` reads any program in plain numpy.
"""

from texelnet.pixel.evaluate import evaluate
from texelnet.pixel.program import Demand, Plane, Program, check
from texelnet.pixel.show import show
from texelnet.pixel.size import Size, covers, size

__all__ = ["Demand", "Plane", "Program", "Size", "check", "covers", "evaluate", "show", "size"]
