"""WebGPU: WGSL modules, a JSON manifest that tells how to run them, and a runner for pages.

The manifest is all a host needs: planes become textures (one of r32float for a single
channel, else layers of rgba32float, a layer a pack), passes are run in order. Sizes are
written as trees: a number, a name of the input's free size, or [operator, operand, ...].
"""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

import numpy as np

from texelnet import __version__
from texelnet.graph.contract import write_contract
from texelnet.pixel import Plane
from texelnet.pixel.reach import alignment, reaches
from texelnet.pixel.size import Size
from texelnet.shader.cost import cost
from texelnet.shader.dialects.wgsl import WGSL, module, texel_format
from texelnet.shader.kernel import Kernel, packs
from texelnet.shader.targets.target import Build, Limits, Target

FORMAT = "texelnet webgpu package"
VERSION = 1


def _package(build: Build) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    passes = []
    for kernel in build.kernels:
        entry = _pass(kernel, len(build.kernels))
        contents[entry["file"]] = module(kernel, _title(kernel, build)).encode()
        if kernel.weights is not None:
            columns = kernel.weights.transpose(0, 2, 1)  # WGSL keeps matrices by columns
            contents[entry["weights"]] = np.ascontiguousarray(columns, "<f4").tobytes()
        passes.append(entry)
    if build.contract is not None:
        contents["contract.toml"] = write_contract(build.contract).encode()
    runner = files("texelnet.shader.targets") / "webgpu_runner.js"
    contents["runner.js"] = runner.read_bytes()
    manifest = _manifest(build, passes, contents)
    contents["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return contents


def _stem(kernel: Kernel) -> str:
    words = "".join(c if c.isalnum() or c in "-_" else "-" for c in kernel.plane.name)
    return f"{kernel.name}_{words}"[:60]


def _pass(kernel: Kernel, count: int) -> dict[str, Any]:
    rows, columns = kernel.grid
    entry: dict[str, Any] = {
        "file": f"{_stem(kernel)}.wgsl",
        "form": kernel.form,
        "reads": [p.name for p in kernel.reads],
        "writes": kernel.plane.name,
        "packs": list(kernel.layers),
        "grid": [columns.tree(), rows.tree()],
        "workgroup": list(kernel.workgroup),
        "multiply_adds": kernel.macs,
        "layers": list(kernel.notes),
    }
    if kernel.weights is not None:
        entry["weights"] = f"{_stem(kernel)}.weights"
    return entry


def _manifest(
    build: Build, passes: list[dict[str, Any]], contents: dict[str, bytes]
) -> dict[str, Any]:
    program = build.program
    output = program.planes[program.outputs[0]]
    rows, columns = reaches(program)[output.name]
    return {
        "format": FORMAT,
        "version": VERSION,
        "written_by": f"texelnet {__version__}",
        "network": build.name,
        "schedule": build.schedule.json(),
        "inputs": list(program.inputs),
        "outputs": list(program.outputs),
        "planes": {p.name: _plane(p) for p in program.planes.values()},
        "passes": passes,
        "demands": [
            {"equal": [d.first.tree(), d.second.tree()], "where": d.where}
            for d in program.demands
        ],
        "reach": {
            "rows": [_number(rows.rate), _number(rows.low), _number(rows.high)],
            "columns": [_number(columns.rate), _number(columns.low), _number(columns.high)],
            "align": list(alignment(program)),
        },
        "predicted": cost(program, build.kernels)
        | {"source_bytes": sum(len(v) for k, v in contents.items() if k.endswith(".wgsl"))},
        "sha256": {name: hashlib.sha256(v).hexdigest() for name, v in contents.items()},
    }


def _number(value: Any) -> list[int]:
    return [value.numerator, value.denominator]


def _plane(plane: Plane) -> dict[str, Any]:
    return {
        "channels": plane.channels,
        "packs": packs(plane.channels),
        "format": texel_format(plane.channels),
        "height": plane.height.tree(),
        "width": plane.width.tree(),
    }


def _title(kernel: Kernel, build: Build) -> str:
    """The head of a shader tells its layers, shapes and cost."""
    number, of = build.kernels.index(kernel) + 1, len(build.kernels)
    lines = [f"{build.name}, pass {number} of {of}: {', '.join(kernel.notes) or 'frame'}"]
    lines += [f"reads   {_shape(p)}" for p in kernel.reads]
    first, count = kernel.layers
    part = ""
    if count < packs(kernel.plane.channels):
        last = min(4 * (first + count), kernel.plane.channels)
        part = f", channels {4 * first} to {last - 1}"
    lines.append(f"writes  {_shape(kernel.plane)}{part}")
    sy, sx = kernel.plane.phases
    if (sy, sx) != (1, 1):
        lines.append(f"phases  {sy} x {sx} output pixels from each low-resolution position")
    lines.append(f"cost    {kernel.macs} multiply-adds a position")
    return "\n".join(f"// {line}" for line in lines)


def _shape(plane: Plane) -> str:
    sizes = (_words(plane.height), _words(plane.width))
    return f"{plane.name}: {plane.channels} x {sizes[0]} x {sizes[1]}"


def _words(size: Size) -> str:
    text = str(size)
    return f"({text})" if " " in text else text


WEBGPU = Target(
    name="webgpu",
    summary="WGSL modules, a manifest and a JavaScript runner, for pages and for wgpu.",
    dialect=WGSL,
    limits=Limits(textures=16, attachments=2, layers=256),
    schedules=("compute", "fragment"),
    package=_package,
)
