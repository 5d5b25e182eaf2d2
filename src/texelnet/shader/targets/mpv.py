"""mpv: one user shader for mpv and every player built on libplacebo.

A user shader is a file of passes, each a head of directives and a function `hook()` in GLSL.
A pass draws one texture of four channels, so each pack of a plane is a texture of its own,
and binds sixteen, the hooked picture among them. It has no buffers: weights are literals.

A luma network hooks LUMA. What it reads there is the video's own luma, coded, not stretched:
black is 16/255 and white 235/255 of video as it usually is. A contract with levels "limited"
is that already; one with "full" levels gets the step between the two folded into its first
and last weights. A colour network hooks MAIN, where colours are RGB in 0..1; with channels
"bgr" they are turned on reading and on writing.

Textures are 16-bit floats where the host can choose, and some drivers cut numbers off to fit,
which darkens a little in every pass. So a pass rounds to nearest before it returns.

`NAME_raw` is the texture of a name; samples of ten bits lie in sixteen there, and `NAME_mul`
stretches them. Sizes are written in reverse polish, in floating point and at most 31 words:
a floor division subtracts its remainder first. `OFFSET` tells the next scaler how far the
grid lies beside the place it has in the hooked picture, with the other sign than a contract.
See mpv's manual, "Video Output Drivers", `--glsl-shaders`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from texelnet.errors import ShaderError
from texelnet.graph.contract import Contract, write_contract
from texelnet.pixel import Plane
from texelnet.shader.cost import cost
from texelnet.shader.dialects.dialect import Host, print_body
from texelnet.shader.dialects.glsl import GLSL
from texelnet.shader.kernel import Kernel, Load, packs
from texelnet.shader.manifest import manifest_of, shape
from texelnet.shader.target import Build, Limits, Target

FORMAT = "texelnet mpv user shader"
VERSION = 1
BLACK, LIMITED = 16 / 255, 219 / 255
"""Where limited levels put black, and how far white is from it."""
LARGER = 1.2
"""A network that enlarges runs where the screen shows the video that much larger."""
MOST = 16
"""Textures that a pass binds."""
WORDS = 31
"""Words of a size that the host reads."""
HOOKED = "HOOKED"
ROUNDED = (
    "vec4 rounded(vec4 v) {  // to 11 bits, so that the texture has nothing to cut off",
    "  uvec4 bits = floatBitsToUint(v);",
    "  return uintBitsToFloat((bits + 0xFFFu + (bits >> 13 & 1u)) & 0xFFFFE000u);",
    "}",
)
Sides = dict[str, str]
Names = dict[tuple[str, int | None], str]


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
    names = _textures(build)
    file = f"{_word(build.name) or 'network'}.glsl"
    text = _head(build) + "".join(_pass(build, kernel, names) for kernel in build.kernels)
    contract = write_contract(build.contract)
    contents = {file: text.encode(), "contract.toml": contract.encode()}
    passes = [_entry(kernel, file, names) for kernel in build.kernels]
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "hook": _hook(build)}
    head["storage"] = "the host's choice: 16-bit floats in libplacebo and in mpv"
    manifest = manifest_of(build, head, passes, contents, lambda channels, storage: "host")
    contents["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return contents


def _check(build: Build) -> None:
    """Refuse passes that a user shader can't hold."""
    for kernel in build.kernels:
        if kernel.weights is not None or kernel.form != "fragment" or kernel.layers[1] != 1:
            fact = "a user shader's passes draw one texture each, and have no buffers"
            raise ShaderError(build.name, fact, "--schedule single")
    source = build.program.planes[build.program.inputs[0]]
    if source.height.fixed is not None or source.width.fixed is not None:
        fact = (
            f"a layer pins the picture to {source.width}x{source.height}, videos have any size"
        )
        raise ShaderError(build.name, fact, "`texelnet inspect` tells which layer pins it")


def _hook(build: Build) -> str:
    assert build.contract is not None
    return "LUMA" if build.contract.channels == "luma" else "MAIN"


def _word(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in text)[:60]


def _textures(build: Build) -> Names:
    """Name the texture of every pack; two underscores in a row are GLSL's own."""
    program = build.program
    found: Names = {}
    for number, plane in enumerate(program.planes.values()):
        stem = "_".join(p for p in _word(plane.name).replace("-", "_").split("_") if p)[:40]
        for pack in range(packs(plane.channels)):
            own = f"t{number}_{stem or 'plane'}_{pack}"
            found[plane.name, pack] = own if plane.expr is not None else HOOKED
    found[program.outputs[0], 0] = HOOKED
    return found


def _sides(build: Build, height: str, width: str) -> Sides:
    """What the free sizes of the picture are called."""
    source = build.program.planes[build.program.inputs[0]]
    return {str(source.height): height, str(source.width): width}


# The head of a pass ------------------------------------------------------------------------


def _head(build: Build) -> str:
    assert build.contract is not None
    costs = cost(build.program, build.kernels)
    looks = "limited luma" if _hook(build) == "LUMA" else "RGB"
    lines = [
        f"{build.name} as a user shader for mpv and libplacebo, written by texelnet",
        f"{len(build.kernels)} passes; for one output pixel {costs['multiply_adds']:g} "
        f"multiply-adds, {costs['texels_read']:g} texels read",
        f"draws {looks}, {build.contract.scale} times as large; hooks {_hook(build)}",
        "what lies between passes is kept as the host likes: 16-bit floats in libplacebo",
    ]
    return "".join(f"// {_spoken(line)}\n" for line in lines)


def _spoken(line: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in line)


def _pass(build: Build, kernel: Kernel, names: Names) -> str:
    contract, plane = build.contract, kernel.plane
    assert contract is not None
    number = build.kernels.index(kernel) + 1
    layers = ", ".join(kernel.notes) or "frame"
    sides = _sides(build, "HOOKED.h", "HOOKED.w")
    lines = [
        f"//!HOOK {_hook(build)}",
        f"//!DESC {_spoken(build.name)} {number}/{len(build.kernels)}: {_spoken(layers)}, "
        f"{kernel.macs} multiply-adds",
        *(f"//!BIND {name}" for name in _bound(build, kernel, names)),
        f"//!SAVE {names[plane.name, kernel.layers[0]]}",
        f"//!WIDTH {_polish(plane.width.tree(), sides, build.name)}",
        f"//!HEIGHT {_polish(plane.height.tree(), sides, build.name)}",
        f"//!COMPONENTS {1 if plane.channels == 1 else 4}",
    ]
    if _last(build, kernel) and contract.offset:
        lines.append(f"//!OFFSET {-contract.offset:.9g} {-contract.offset:.9g}")
    if contract.scale > 1:
        wide, tall = (f"OUTPUT.{s} HOOKED.{s} {LARGER} * >" for s in "wh")
        lines.append(f"//!WHEN {wide} {tall} *")
    return "\n" + "\n".join([*lines, *_body(build, kernel, names), ""])


def _read(kernel: Kernel, names: Names) -> dict[str, Plane]:
    """Return the textures that a pass reads, and the planes they are packs of."""
    loads = [load for load in _loads(kernel) if not load.presence]
    planes = {plane.name: plane for plane in kernel.reads}
    return {names[load.plane, load.layer]: planes[load.plane] for load in loads}


def _like(kernel: Kernel, names: Names) -> str:
    """Return a texture as large as the one that a pass draws; empty if it reads none."""
    read = _read(kernel, names).items()
    return next((name for name, plane in read if plane.same_size(kernel.plane)), "")


def _bound(build: Build, kernel: Kernel, names: Names) -> list[str]:
    """Return the textures that a pass binds: those it reads, and the picture if it must."""
    bound = dict.fromkeys(_read(kernel, names))
    alpha = _last(build, kernel) and _hook(build) == "MAIN"
    if not _like(kernel, names) or alpha or any(s.presence for s in _loads(kernel)):
        bound = {HOOKED: None, **bound}
    if len(bound) > MOST:
        where = f'{build.name} (layer "{" ".join(kernel.notes) or kernel.plane.name}")'
        fact = f"one pass would bind {len(bound)} textures, the picture among them; "
        raise ShaderError(where, fact + f"mpv binds {MOST}", "a narrower network")
    return list(bound)


def _loads(kernel: Kernel) -> list[Load]:
    return [s for s in kernel.body if isinstance(s, Load)]


def _last(build: Build, kernel: Kernel) -> bool:
    return kernel.plane.name == build.program.outputs[0]


def _polish(tree: Any, sides: Sides, where: str) -> str:
    words = list(_reverse(tree, sides))
    if len(words) > WORDS:
        fact = f"a plane's size takes {len(words)} words, the host reads {WORDS}"
        raise ShaderError(where, fact, "fewer strides that leave remainders")
    return " ".join(words)


def _reverse(tree: Any, sides: Sides) -> Iterable[str]:
    """Write a size, as :meth:`Size.tree` gives it, in reverse polish."""
    if isinstance(tree, str):
        return [sides[tree]]
    if isinstance(tree, int):
        return [str(tree)] if tree >= 0 else ["0", str(-tree), "-"]
    operator, first, *others = tree
    if operator == "*":  # a number and a size; what is taken away is written by the sum
        return [*_reverse(others[0], sides), *_reverse(first, sides), "*"]
    words = list(_reverse(first, sides))
    for other in others:
        its = list(_reverse(other, sides))
        if operator == "+":
            negative = isinstance(other, int) and other < 0
            words += [str(-other), "-"] if negative else [*its, "+"]
        elif operator == "//":
            words = [*words, *words, *its, "%", "-", *its, "/"]
        else:
            sign = "<" if operator == "min" else ">"
            less = [*words, *its, sign]
            words = [*words, *less, "*", *its, *less, "!", "*", "+"]
    return words


# The body of a pass ------------------------------------------------------------------------


def _body(build: Build, kernel: Kernel, names: Names) -> list[str]:
    assert build.contract is not None
    sides = _sides(build, "size.y", "size.x")
    of = {plane.name: name for name, plane in reversed(_read(kernel, names).items())}

    def extent(name: str, axis: str) -> str:
        if name in of:
            return f"int({of[name]}_size.{axis})"
        plane = build.program.planes[name]
        size = plane.width if axis == "x" else plane.height
        return size.text(lambda name: sides[name]).replace("//", "/")

    def fetch(name: str, layer: str, x: str, y: str) -> str:
        return f"{names[name, int(layer)]}_at({x}, {y})"

    host = Host(
        fetch=fetch,
        extent=extent,
        weight=lambda index: f"weights[{index}]",
        store=lambda layer, x, y, value: f"result = {value};",
        fits=lambda x, y: "",
        invocation={"x": "g.x", "y": "g.y"},
    )
    reads = dict.fromkeys(shape(p) for p in kernel.reads)
    return [
        *(f"// reads   {_spoken(text)}" for text in reads),
        f"// writes  {_spoken(shape(kernel.plane))}",
        *(_at(name, build.contract.channels == "bgr") for name in _read(kernel, names)),
        *ROUNDED,
        "vec4 hook() {",
        *_place(kernel, names, extent),
        "  vec4 result;",
        *(f"  {line}" for line in print_body(kernel, GLSL, host)),
        f"  return {_answer(build, kernel)};",
        "}",
    ]


def _at(texture: str, turned: bool) -> str:
    """Write a function that reads one texel."""
    texel = f"texelFetch({texture}_raw, ivec2(x, y), 0)"
    if texture == HOOKED:
        texel = f"({HOOKED}_mul * {texel})" + (".bgra" if turned else "")
    return f"vec4 {texture}_at(int x, int y) {{ return {texel}; }}"


def _place(kernel: Kernel, names: Names, extent: Callable[[str, str], str]) -> list[str]:
    """Say which pixel is drawn: the place in the picture, from 0 to 1, times the pixels."""
    like, presence = _like(kernel, names), any(s.presence for s in _loads(kernel))
    lines = [f"  ivec2 size = ivec2({HOOKED}_size);"] if presence or not like else []
    if like:
        return [*lines, f"  ivec2 g = ivec2({like}_pos * {like}_size);"]
    width, height = (extent(kernel.plane.name, axis) for axis in "xy")
    return [*lines, f"  ivec2 g = ivec2({HOOKED}_pos * vec2({width}, {height}));"]


def _answer(build: Build, kernel: Kernel) -> str:
    """What a pass returns: the last one of a colour network keeps the video's alpha."""
    assert build.contract is not None
    if not _last(build, kernel) or _hook(build) == "LUMA":
        return "rounded(result)"
    order = "bgr" if build.contract.channels == "bgr" else "rgb"
    return f"vec4(rounded(result).{order}, HOOKED_tex(HOOKED_pos).a)"


def _entry(kernel: Kernel, file: str, names: Names) -> dict[str, Any]:
    rows, columns = kernel.grid
    return {
        "file": file,
        "form": kernel.form,
        "reads": [p.name for p in kernel.reads],
        "writes": kernel.plane.name,
        "packs": list(kernel.layers),
        "texture": names[kernel.plane.name, kernel.layers[0]],
        "grid": [columns.tree(), rows.tree()],
        "workgroup": list(kernel.workgroup),
        "multiply_adds": kernel.macs,
        "layers": list(kernel.notes),
    }


MPV = Target(
    name="mpv",
    summary="A user shader for mpv and every player built on libplacebo.",
    dialect=GLSL,
    limits=Limits(textures=MOST, attachments=1, layers=256, separate=True),
    schedules=("single",),
    package=_package,
    sees=sees,
)
