"""WGSL, the shading language of WebGPU.

See the W3C document "WebGPU Shading Language". Texels are read by nearest samples at their
centres; what lies outside a plane is decided here, never by the sampler, unless the border
rule is the sampler's own (edge). Writes outside are dropped by the language, but checked all
the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from texelnet.shader.dialects.dialect import (
    LOCAL,
    SHARED_FUNCTIONS,
    Dialect,
    Host,
    Remark,
    float32_digits,
    print_body,
)
from texelnet.shader.kernel import Kernel, packs

WGSL = Dialect(
    name="wgsl",
    vector="vec4f",
    matrix={3: "mat3x4f", 4: "mat4x4f"},
    let="let {0} = {1};",
    let_int="let {0} = {1};",
    let_bool="let {0} = {1};",
    let_weights="let {0} = {1};",
    running="var {0} = {1};",
    loop="for (var {0} = 0; {0} < {1}; {0}++) {{",
    steps="for (var {0} = {1}; {0} < {2}; {0} += {3}) {{",
    memory="var<workgroup> {0}: array<vec4f, {1}>;",
    barrier="workgroupBarrier();",
    real="f32({0})",
    inside="u32({0}) < u32({1})",
    mask="select({0}, {1}, {2})",  # where false, where true, condition
    functions={
        **SHARED_FUNCTIONS,
        "less": "select(vec4f(0.0), vec4f(1.0), {0} < {1})",
        "equal": "select(vec4f(0.0), vec4f(1.0), {0} == {1})",
        "select": "select({2}, {1}, {0} != vec4f(0.0))",
    },
    number=float32_digits,
)

ROUNDED = (
    "",
    "fn rounded(v: vec4f) -> vec4f {  // to 11 bits: the texture has nothing to cut off",
    "  let bits = bitcast<vec4u>(v);",
    "  let up = vec4u(0xFFF) + ((bits >> vec4u(13)) & vec4u(1));",
    "  return bitcast<vec4f>((bits + up) & vec4u(0xFFFFE000));",
    "}",
)
"""Drivers may round numbers or cut them off when they store 16 bits, and both happens."""
WEIGHTS_AT = (
    "",
    "fn weights_at(i: i32) -> mat4x4f {",
    "  let at = vec2i(4 * (i % 512), i / 512);",
    "  return mat4x4f(",
    "    textureLoad(weights, at, 0), textureLoad(weights, at + vec2i(1, 0), 0),",
    "    textureLoad(weights, at + vec2i(2, 0), 0), textureLoad(weights, at + vec2i(3, 0), 0),",
    "  );",
    "}",
)
"""Matrices in a texture, four columns each, 512 of them in a row."""
HALVES = (
    "",
    "fn halves(v: vec4f) -> vec2u {",
    "  return vec2u(pack2x16float(v.xy), pack2x16float(v.zw));",
    "}",
)
ROW = 256
"""Bytes that rows of a buffer are a multiple of where they are copied into a texture."""


def texel_format(channels: int, storage: str = "fp32") -> str:
    """Return the texture format of a plane: one channel, or packs of four.

    A single channel of 16 bits takes four too: WebGPU lets no shader store r16float.
    """
    if storage == "fp16":
        return "rgba16float"
    return "r32float" if channels == 1 else "rgba32float"


def module(kernel: Kernel, storage: str = "fp32", remark: Remark | None = None) -> str:
    """Return one pass as a WGSL module with the entry point ``main``.

    ``storage`` is that of the plane it writes; remarks stand beside statements.
    """
    names = {p.name: f"plane{i}" for i, p in enumerate(kernel.reads)}
    arrays = {p.name for p in kernel.reads if packs(p.channels) > 1}

    def fetch(plane: str, layer: str, x: str, y: str) -> str:
        layered = f", {layer}" if plane in arrays else ""
        return f"{names[plane]}_at({x}, {y}{layered})"

    half = storage == "fp16"
    if kernel.form == "fragment":
        frame = _fragment(kernel)
    else:
        frame = _staged(kernel, half) if kernel.staged else _compute(kernel)
    host = Host(
        fetch=fetch,
        extent=lambda plane, axis: f"{names[plane]}_size.{axis}",
        weight=lambda index: f"weights_at({index})",
        store=lambda layer, x, y, value: frame.store(
            layer, x, y, f"rounded({value})" if half else value
        ),
        fits=frame.fits,
        invocation={"x": "g.x", "y": "g.y"},
        local=LOCAL,
    )
    body = print_body(kernel, WGSL, host, *([remark] if remark else []))
    text = "\n".join(body)
    sizes = [
        f"let {name}_size = vec2i(textureDimensions({name}));"
        for name in names.values()
        if f"{name}_size." in text
    ]
    readers = [line for n, name in names.items() for line in _read(name, n in arrays)]
    inside = [f"  {line}" for line in (*sizes, *body)]
    if kernel.weights is not None:
        readers += WEIGHTS_AT
    before = [*_bindings(kernel, storage), *readers, *(ROUNDED if half else ()), *frame.before]
    return "\n".join([*before, *inside, *frame.after, ""])


def _bindings(kernel: Kernel, storage: str) -> list[str]:
    """Planes read, what a compute pass stores into, the sampler, the weights, in that order.

    After them a workgroup's memory.
    """
    layered = [packs(p.channels) > 1 for p in kernel.reads]
    kinds = [
        f"var plane{i}: texture_2d{'_array' if array else ''}<f32>"
        for i, array in enumerate(layered)
    ]
    if kernel.staged:
        texel = "vec2u" if storage == "fp16" else "vec4f"
        count = range(kernel.layers[1])
        kinds += [f"var<storage, read_write> staged{i}: array<{texel}>" for i in count]
    elif kernel.form == "compute":
        kind = "_array" if packs(kernel.plane.channels) > 1 else ""
        form = texel_format(kernel.plane.channels, storage)
        kinds.append(f"var result: texture_storage_2d{kind}<{form}, write>")
    if kernel.reads:
        kinds.append("var nearest: sampler")
    if kernel.weights is not None:
        kinds.append("var weights: texture_2d<f32>")
    bound = [f"@group(0) @binding({i}) {kind};" for i, kind in enumerate(kinds)]
    return bound + [WGSL.memory.format(n, r * c) for n, (r, c) in kernel.memory.items()]


class _Frame(NamedTuple):
    """What stands around a kernel's statements."""

    before: list[str]
    after: list[str]
    store: Callable[[int, str, str, str], str]
    fits: Callable[[str, str], str]


def _read(name: str, layered: bool) -> list[str]:
    """Return a function that reads one texel, at its centre.

    A nearest sample there is the texel itself, and on software drivers it costs half of what
    textureLoad costs. Outside, the sampler repeats the edge.
    """
    pack, layer = (", pack: i32", " pack,") if layered else ("", "")
    return [
        "",
        f"fn {name}_at(x: i32, y: i32{pack}) -> vec4f {{",
        f"  let step = 1.0 / vec2f(textureDimensions({name}));",
        "  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;",
        f"  return textureSampleLevel({name}, nearest, centre,{layer} 0.0);",
        "}",
    ]


def _compute(kernel: Kernel) -> _Frame:
    layered = packs(kernel.plane.channels) > 1
    before = [
        *_main(kernel),
        "  let size = vec2i(textureDimensions(result));",
    ]

    def store(layer: int, x: str, y: str, value: str) -> str:
        at = f" {layer}," if layered else ""
        return f"textureStore(result, vec2i({x}, {y}),{at} {value});"

    def fits(x: str, y: str) -> str:
        return f"{x} < size.x && {y} < size.y"

    return _Frame(before, ["}"], store, fits)


def _main(kernel: Kernel, *others: str) -> list[str]:
    """Open a compute shader; the place in its workgroup is named if tiles are shared."""
    columns, rows = kernel.workgroup
    given, names = ["global_invocation_id) id: vec3u", *others], ["let g = vec2i(id.xy);"]
    if kernel.memory:
        given += ["local_invocation_id) local: vec3u", "local_invocation_index) number: u32"]
        names += ["let l = vec2i(local.xy);", "let index = i32(number);"]
    words = [f"@builtin({one}" for one in given]
    head = [f"fn main({words[0]}) {{"]
    if len(words) > 1:
        head = ["fn main(", *(f"  {word}," for word in words), ") {"]
    size = f"@compute @workgroup_size({columns}, {rows})"
    return ["", size, *head, *(f"  {name}" for name in names)]


def _staged(kernel: Kernel, half: bool) -> _Frame:
    """Store each pack in a buffer that holds all that the workgroups make: nothing is left out.

    The host copies what lies in the plane; rows begin where it can. Pixels of one channel that
    lie beside each other are stored as one pack; in 16 bits each has a pack of its own.
    """
    beside = 1 if half else kernel.store.beside
    wide, multiple = kernel.group[0] // beside, ROW // (8 if half else 16)
    pitch = f"i32(groups.x) * {wide}"
    if wide % multiple:
        pitch = f"({pitch} + {multiple - 1}) & {-multiple}"
    before = [
        *(HALVES if half else ()),
        *_main(kernel, "num_workgroups) groups: vec3u"),
        f"  let pitch = {pitch};",
    ]

    def store(layer: int, x: str, y: str, value: str) -> str:
        place = f"({y}) * pitch + {x}" if beside == 1 else f"({y}) * pitch + ({x}) / {beside}"
        return f"staged{layer}[{place}] = {value};"

    def halved(layer: int, x: str, y: str, value: str) -> str:
        if kernel.store.beside == 1:
            return store(layer, x, y, f"halves({value})")
        return " ".join(
            store(layer, f"{x} + {i}", y, f"halves(vec4f({value}.{lane}, 0.0, 0.0, 0.0))")
            for i, lane in enumerate("xyzw")
        )

    def fits(x: str, y: str) -> str:
        return ""

    return _Frame(before, ["}"], halved if half else store, fits)


def _fragment(kernel: Kernel) -> _Frame:
    count = kernel.layers[1]
    before = [
        "",
        "@vertex",
        "fn corners(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {",
        "  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index & 2u) * 2.0 - 1.0, 0.0, 1.0);",
        "}",
        "",
        "struct Result {",
        *(f"  @location({i}) pack{i}: vec4f," for i in range(count)),
        "}",
        "",
        "@fragment",
        "fn main(@builtin(position) position: vec4f) -> Result {",
        "  let g = vec2i(position.xy);",
        "  var result: Result;",
    ]

    def store(layer: int, x: str, y: str, value: str) -> str:
        return f"result.pack{layer} = {value};"

    def fits(x: str, y: str) -> str:
        return ""

    return _Frame(before, ["  return result;", "}"], store, fits)
