"""WGSL, the shading language of WebGPU.

See the W3C document "WebGPU Shading Language": texel reads outside a texture return some
texel of it or zero, so nothing here relies on them; writes outside are dropped, but checked
all the same.
"""

from __future__ import annotations

from texelnet.shader.dialects.dialect import Dialect, Host, float32_digits, print_body
from texelnet.shader.kernel import Kernel, packs

WGSL = Dialect(
    name="wgsl",
    vector="vec4f",
    matrix={3: "mat3x4f", 4: "mat4x4f"},
    let="let {0} = {1};",
    let_int="let {0} = {1};",
    let_bool="let {0} = {1};",
    running="var {0} = {1};",
    loop="for (var {0} = 0; {0} < {1}; {0}++) {{",
    inside="u32({0}) < u32({1})",
    mask="select({0}, {1}, {2})",  # where false, where true, condition
    functions={
        "constant": "{0}",
        "sum": "{0} + {1}",
        "mul": "{0} * {1}",
        "div": "{0} / {1}",
        "max": "max({0}, {1})",
        "min": "min({0}, {1})",
        "pow": "pow({0}, {1})",
        "edge": "clamp({0}, 0, {1} - 1)",
        "reflect": "({1} - 1) - abs(({1} - 1) - abs({0}))",
    },
    number=float32_digits,
)


def texel_format(channels: int) -> str:
    """Return the texture format of a plane: one channel, or packs of four."""
    return "r32float" if channels == 1 else "rgba32float"


def module(kernel: Kernel) -> str:
    """Return one pass as a WGSL module with the entry point ``main``."""
    names = {p.name: f"plane{i}" for i, p in enumerate(kernel.reads)}
    arrays = {p.name for p in kernel.reads if packs(p.channels) > 1}

    def fetch(plane: str, layer: str, x: str, y: str) -> str:
        layered = f" {layer}," if plane in arrays else ""
        return f"textureLoad({names[plane]}, vec2i({x}, {y}),{layered} 0)"

    lines = [""]
    for binding, plane in enumerate(kernel.reads):
        kind = "texture_2d_array<f32>" if plane.name in arrays else "texture_2d<f32>"
        lines.append(
            f"@group(0) @binding({binding}) var {names[plane.name]}: {kind};"
        )
    extents = {
        (p.name, axis): f"size{i}.{axis}" for i, p in enumerate(kernel.reads) for axis in "xy"
    }
    sizes = [
        f"  let size{i} = vec2i(textureDimensions(plane{i}));" for i in range(len(kernel.reads))
    ]
    frame = _compute if kernel.form == "compute" else _fragment
    before, after, host_words = frame(kernel)
    weights = len(kernel.reads) + (kernel.form == "compute")
    if kernel.weights is not None:
        before.insert(
            0, f"@group(0) @binding({weights}) var<storage, read> weights: array<mat4x4f>;"
        )
    host = Host(
        fetch=fetch,
        extent=lambda plane, axis: extents[plane, axis],
        weight=lambda index: f"weights[{index}]",
        **host_words,
    )
    body = print_body(kernel, WGSL, host)
    text = "\n".join(body)
    sizes = [line for line in sizes if line.split()[1] + "." in text]
    return "\n".join([*lines, *before, *sizes, *("  " + line for line in body), *after, ""])


def _compute(kernel: Kernel) -> tuple[list[str], list[str], dict[str, object]]:
    binding, layered = len(kernel.reads), packs(kernel.plane.channels) > 1
    kind = "texture_storage_2d_array" if layered else "texture_storage_2d"
    form = texel_format(kernel.plane.channels)
    columns, rows = kernel.workgroup
    before = [
        f"@group(0) @binding({binding}) var result: {kind}<{form}, write>;"
        "",
        f"@compute @workgroup_size({columns}, {rows})",
        "fn main(@builtin(global_invocation_id) id: vec3u) {",
        "  let g = vec2i(id.xy);",
        "  let size = vec2i(textureDimensions(result));",
    ]

    def store(layer: int, x: str, y: str, value: str) -> str:
        at = f" {layer}," if layered else ""
        return f"textureStore(result, vec2i({x}, {y}),{at} {value});"

    def fits(x: str, y: str, check_x: bool, check_y: bool) -> str:
        return f"{x} < size.x && {y} < size.y"

    invocation = {"x": "g.x", "y": "g.y"}
    return before, ["}"], {"store": store, "fits": fits, "invocation": invocation}


def _fragment(kernel: Kernel) -> tuple[list[str], list[str], dict[str, object]]:
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

    def fits(x: str, y: str, check_x: bool, check_y: bool) -> str:
        return ""

    invocation = {"x": "g.x", "y": "g.y"}
    words: dict[str, object] = {"store": store, "fits": fits, "invocation": invocation}
    return before, ["  return result;", "}"], words
