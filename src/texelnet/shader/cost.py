"""Cost: what a schedule will do, counted exactly from its kernels.

Counts are per output pixel of the first output at a large size; clocks are for benchmarks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from texelnet.pixel import Program
from texelnet.shader.kernel import Kernel, Load, Loop, Share, Statement, Store, Sweep
from texelnet.shader.precision import Precision, texel_bytes

LARGE = 1 << 20


def cost(
    program: Program,
    kernels: Sequence[Kernel],
    precision: Precision | None = None,
    textures: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Return passes, and per output pixel: multiply-adds, texels read and written, bytes."""
    precision = precision or Precision()
    names = {
        str(s): LARGE
        for name in program.inputs
        for s in (program.planes[name].height, program.planes[name].width)
    }
    output = program.planes[program.outputs[0]]
    pixels = output.height.at(names) * output.width.at(names)
    totals = {
        "multiply_adds": Fraction(0),
        "texels_read": Fraction(0),
        "texels_written": Fraction(0),
    }
    for kernel in kernels:
        invocations = Fraction(kernel.grid[0].at(names) * kernel.grid[1].at(names), pixels)
        rows, columns = (s.at(names) for s in kernel.plane.positions)
        totals["multiply_adds"] += kernel.macs * Fraction(rows * columns, pixels)
        loads, stores = _texels(kernel.body)
        for sweep in (s for s in kernel.body if isinstance(s, Sweep)):
            swept = program.planes[sweep.plane]
            if sweep.function == "count":
                continue
            loads += (swept.width if sweep.axis else swept.height).at(names)
        totals["texels_read"] += loads * invocations
        totals["texels_read"] += shared_texels(kernel.body) * _groups(kernel, names) / pixels
        totals["texels_written"] += stores * invocations
    held = sum(
        Fraction(p.height.at(names) * p.width.at(names), pixels)
        * texel_bytes(p.channels, precision.of(p.name))
        for p in program.planes.values()
        if (textures or {}).get(p.name, p.name) == p.name
    )
    rounded = {name: round(float(value), 3) for name, value in totals.items()}
    return {"passes": len(kernels), **rounded, "texture_bytes": round(float(held), 3)}


def shared_texels(body: Iterable[Statement]) -> int:
    """Return how many texels a workgroup reads into its memory."""
    total = 0
    for s in body:
        if isinstance(s, Loop):
            total += s.count * shared_texels(s.body)
        elif isinstance(s, Share):
            total += len(s.loads) * s.shape[0] * s.shape[1]
    return total


def _groups(kernel: Kernel, names: Mapping[str, int]) -> Fraction:
    """Return how many workgroups a pass starts."""
    (rows, columns), (wide, tall) = (size.at(names) for size in kernel.grid), kernel.workgroup
    return Fraction(-(-rows // tall) * -(-columns // wide))


def _texels(body: Iterable[Statement]) -> tuple[int, int]:
    loads = stores = 0
    for s in body:
        if isinstance(s, Loop):
            inner = _texels(s.body)
            loads, stores = loads + s.count * inner[0], stores + s.count * inner[1]
        loads += isinstance(s, Load) and not s.presence
        stores += isinstance(s, Store)
    return loads, stores
