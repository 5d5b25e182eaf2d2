"""Textures: planes whose lives do not overlap share one.

A plane lives from the first pass that writes it to the last that reads it. Two planes of the
same size and format, the second written after the last read of the first, lie in one texture.
Inputs and outputs keep their own: they are written and read from outside.
"""

from __future__ import annotations

from collections.abc import Sequence

from texelnet.pixel import Plane, Program
from texelnet.shader.kernel import Kernel, packs
from texelnet.shader.precision import Precision


def shared_textures(
    program: Program, kernels: Sequence[Kernel], precision: Precision
) -> dict[str, str]:
    """Return for each plane the one that its texture is named after: itself, or an earlier."""
    last: dict[str, int] = {}
    for number, kernel in enumerate(kernels):
        last |= {plane.name: number for plane in (kernel.plane, *kernel.reads)}
    kept = {*program.inputs, *program.outputs}
    textures = {name: name for name in program.planes}
    busy: dict[str, int] = {}  # the last pass that reads what lies in a texture
    for number, kernel in enumerate(kernels):
        name = kernel.plane.name
        if name in kept or name in busy or textures[name] != name:
            continue
        for free, until in busy.items():
            if until < number and _alike(program.planes[free], kernel.plane, precision):
                textures[name] = free
                break
        busy[textures[name]] = last[name]
    return textures


def _alike(first: Plane, second: Plane, precision: Precision) -> bool:
    words = [
        (packs(p.channels), p.channels == 1, precision.of(p.name)) for p in (first, second)
    ]
    return first.same_size(second) and words[0] == words[1]
