"""The target: what a user shader's file holds, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from texelnet.errors import ShaderError
from texelnet.graph.contract import Contract, write_contract
from texelnet.shader.cost import cost
from texelnet.shader.dialects.glsl import GLSL
from texelnet.shader.manifest import manifest_of
from texelnet.shader.schedule import HARD, SHARED, Schedule
from texelnet.shader.target import Build, Limits, Target
from texelnet.shader.targets.mpv.passes import Pass, hook_of, spoken
from texelnet.shader.targets.mpv.textures import Textures, weight_texture, word

FORMAT = "texelnet mpv user shader"
VERSION = 2
BLACK, LIMITED = 16 / 255, 219 / 255
"""Where limited levels put black, and how far white is from it."""


def sees(contract: Contract) -> Contract:
    """Return the contract in the numbers that the host hands over: limited luma, or RGB."""
    if contract.channels != "luma" or contract.levels == "limited":
        return contract
    low, span = contract.range[0], contract.span
    black = low - BLACK / LIMITED * span
    return replace(contract, levels="limited", range=(black, black + span / LIMITED))


def _package(build: Build) -> dict[str, bytes]:
    if build.contract is None:
        fact = "a user shader draws pictures, and the network has no contract"
        raise ShaderError(
            build.name, fact, "write one: texelnet compile NETWORK --contract FILE"
        )
    _check(build)
    textures = Textures(build)
    passes = [Pass(build, kernel, textures) for kernel in build.kernels]
    file = f"{word(build.name) or 'network'}.glsl"
    text = _head(build) + "".join(one.text for one in passes) + _weights(passes)
    contract = write_contract(build.contract)
    contents = {file: text.encode(), "contract.toml": contract.encode()}
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "hook": hook_of(build)}
    head["storage"] = "the host's choice: 16-bit floats in libplacebo and in mpv"
    entries = [_entry(one, file) for one in passes]
    manifest = manifest_of(build, head, entries, contents, lambda channels, storage: "host")
    contents["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return contents


def _check(build: Build) -> None:
    """Refuse what a user shader can't hold."""
    for kernel in build.kernels:
        if kernel.form == "fragment" and kernel.layers[1] != 1:
            fact = "a user shader's fragment passes draw one texture each"
            raise ShaderError(build.name, fact, "--schedule fragment, or compute")
    source = build.program.planes[build.program.inputs[0]]
    if source.height.fixed is not None or source.width.fixed is not None:
        fact = (
            f"a layer pins the picture to {source.width}x{source.height}, videos have any size"
        )
        raise ShaderError(build.name, fact, "`texelnet inspect` tells which layer pins it")


def _weights(passes: list[Pass]) -> str:
    """Write the weights that are no literals, at the end of the file where nobody reads."""
    return "".join(
        weight_texture(one.weights, one.kernel.weights)
        for one in passes
        if one.kernel.weights is not None
    )


def _head(build: Build) -> str:
    assert build.contract is not None
    costs = cost(build.program, build.kernels)
    looks = "limited luma" if hook_of(build) == "LUMA" else "RGB"
    lines = [
        f"{build.name} as a user shader for mpv and libplacebo, written by texelnet",
        f"{len(build.kernels)} passes; for one output pixel {costs['multiply_adds']:g} "
        f"multiply-adds, {costs['texels_read']:g} texels read",
        f"draws {looks}, {build.contract.scale} times as large; hooks {hook_of(build)}",
        "what lies between passes is kept as the host likes: 16-bit floats in libplacebo",
        *(build.precision.told() or ["whether numbers fit 16 bits: compile --calibrate tells"]),
    ]
    return "".join(f"// {spoken(line)}\n" for line in lines)


def _entry(one: Pass, file: str) -> dict[str, Any]:
    kernel = one.kernel
    rows, columns = kernel.grid
    entry: dict[str, Any] = {
        "file": file,
        "form": kernel.form,
        "reads": [p.name for p in kernel.reads],
        "writes": kernel.plane.name,
        "packs": list(kernel.layers),
        "texture": one.drawn.name,
        "beside": list(one.drawn.beside),
        "grid": [columns.tree(), rows.tree()],
        "workgroup": list(kernel.workgroup),
        "multiply_adds": kernel.macs,
        "layers": list(kernel.notes),
    }
    return entry | ({"weights": one.weights} if one.weights else {})


FRAGMENT = Schedule(
    form="fragment",
    block=(1, 1),
    workgroup=(1, 1),
    packs=1,
    literals=HARD,
    looped_packs=1,
    reads=13,
    seconds=HARD,
)
"""A fragment pass draws one texture: for hosts without compute. It may have to bind the picture
and weights besides what it reads."""
COMPUTE = Schedule(packs=8, literals=10_000, looped_packs=8, winograd=2, spare=3)
"""At most 8 packs lie in one texture, 4 beside each other: they fit at 4096 columns."""
TILE = replace(COMPUTE, workgroup=(8, 8), winograd=0, spare=0, shared=SHARED)
"""Workgroups share what they read: for graphics cards that `texelnet tune` tells it of."""

MPV = Target(
    name="mpv",
    summary="A user shader for mpv and every player built on libplacebo.",
    dialect=GLSL,
    limits=Limits(textures=16, attachments=1, layers=256),
    schedules={"compute": COMPUTE, "fragment": FRAGMENT, "tile": TILE},
    package=_package,
    sees=sees,
    keeps=("fp16",),
)
