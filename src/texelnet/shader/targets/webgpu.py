"""WebGPU: WGSL modules, a JSON manifest that tells how to run them, and a runner for pages.

The manifest is all a host needs: planes become textures (one of r32float for a single
channel, else layers of rgba32float or rgba16float, a layer a pack; "texture" names the plane
whose texture it is, for some share one), passes are run in order.
A pass that is "staged" stores each pack in a buffer, whose rows are as long as all its
workgroups together, each so many columns and rows, in multiples of 256 bytes; the host then
copies them into the texture, whose texels they are: of r32float four in what is stored at once.
"shared" are bytes of memory that a workgroup takes. "weights" is a file of matrices of 4x4,
float32, column by column: texels of a texture of rgba32float that is 2048 wide, or as wide as
they are. Sizes are written as trees: a number, a name of the input's free size, or [operator,
operand, ...].
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np

from texelnet.graph.contract import write_contract
from texelnet.shader.dialects.wgsl import WGSL, module, texel_format
from texelnet.shader.kernel import Kernel, packs
from texelnet.shader.manifest import manifest_of, shape
from texelnet.shader.schedule import SCHEDULES
from texelnet.shader.target import Build, Limits, Target

FORMAT = "texelnet webgpu package"
VERSION = 1


def _package(build: Build) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    passes = []
    shared: dict[str, list[Kernel]] = {}
    kept = build.precision
    texts = [module(kernel, kept.of(kernel.plane.name)) for kernel in build.kernels]
    for text, kernel in zip(texts, build.kernels, strict=True):
        shared.setdefault(text, []).append(kernel)
    for text, kernels in shared.items():
        contents[f"{_stem(kernels[0])}.wgsl"] = (_title(kernels, build) + text).encode()
    for text, kernel in zip(texts, build.kernels, strict=True):
        passes.append(_pass(kernel, f"{_stem(shared[text][0])}.wgsl"))
        if kernel.weights is not None:
            columns = kernel.weights.transpose(0, 2, 1)  # WGSL keeps matrices by columns
            contents[passes[-1]["weights"]] = np.ascontiguousarray(columns, "<f4").tobytes()
    if build.contract is not None:
        contents["contract.toml"] = write_contract(build.contract).encode()
    for script in ("runner.js", "manifest.js", "picture.js"):
        contents[script] = (files("texelnet.shader.targets") / f"webgpu_{script}").read_bytes()
    head = {"format": FORMAT, "version": VERSION}
    manifest = manifest_of(build, head, passes, contents, texel_format)
    contents["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return contents


def _stem(kernel: Kernel) -> str:
    words = "".join(c if c.isalnum() or c in "-_" else "-" for c in kernel.plane.name)
    return f"{kernel.name}_{words}"[:60]


def _pass(kernel: Kernel, file: str) -> dict[str, Any]:
    rows, columns = kernel.grid
    entry: dict[str, Any] = {
        "file": file,
        "form": kernel.form,
        "reads": [p.name for p in kernel.reads],
        "writes": kernel.plane.name,
        "packs": list(kernel.layers),
        "grid": [columns.tree(), rows.tree()],
        "workgroup": list(kernel.workgroup),
        "multiply_adds": kernel.macs,
        "layers": list(kernel.notes),
    }
    if kernel.staged:
        entry["staged"] = list(kernel.group)
    if kernel.memory:
        entry["shared"] = kernel.shared
    if kernel.weights is not None:
        entry["weights"] = f"{_stem(kernel)}.weights"
    return entry


def _title(kernels: list[Kernel], build: Build) -> str:
    """The head of a shader tells its layers, shapes and cost."""
    kernel, plane = kernels[0], kernels[0].plane
    numbers = " and ".join(str(build.kernels.index(k) + 1) for k in kernels)
    lines = [
        f"{build.name}, pass {numbers} of {len(build.kernels)}: "
        f"{', '.join(dict.fromkeys(n for k in kernels for n in k.notes)) or 'frame'}"
    ]
    lines += [f"reads   {shape(p)}" for p in kernel.reads]
    lines += [f"writes  {shape(k.plane)}{_part(k)}" for k in kernels]
    if plane.phases != (1, 1):
        sy, sx = plane.phases
        lines.append(f"phases  {sy} x {sx} output pixels from each low-resolution position")
    lines.append(f"cost    {kernel.macs} multiply-adds a position")
    spoken = ("".join(c if c.isprintable() else "?" for c in line) for line in lines)
    return "".join(f"// {line}\n" for line in spoken) + "\n"


def _part(kernel: Kernel) -> str:
    first, count = kernel.layers
    if count == packs(kernel.plane.channels):
        return ""
    return f", channels {4 * first} to {min(4 * (first + count), kernel.plane.channels) - 1}"


WEBGPU = Target(
    name="webgpu",
    summary="WGSL modules, a manifest and a JavaScript runner, for pages and for wgpu.",
    dialect=WGSL,
    limits=Limits(textures=16, attachments=2, layers=256),
    schedules=SCHEDULES,
    package=_package,
    reuses=True,
)
