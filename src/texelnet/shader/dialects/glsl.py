"""GLSL, the shading language of OpenGL, Vulkan, WebGL2 and of the players built on them.

See "The OpenGL Shading Language", version 4.50, and "OpenGL ES Shading Language", 3.00: what
stands here is in both. A name is declared with its type; whole numbers divide and leave
remainders as those of C do, and no coordinate that is divided is negative.
"""

from __future__ import annotations

from texelnet.shader.dialects.dialect import (
    SHARED_FUNCTIONS,
    Dialect,
    Host,
    Remark,
    float32_digits,
    print_body,
)
from texelnet.shader.kernel import Kernel, packs

GLSL = Dialect(
    name="glsl",
    vector="vec4",
    matrix={3: "mat3x4", 4: "mat4"},
    let="vec4 {0} = {1};",
    let_int="int {0} = {1};",
    let_bool="bool {0} = {1};",
    let_weights="const {2} {0} = {1};",
    running="vec4 {0} = {1};",
    loop="for (int {0} = 0; {0} < {1}; {0}++) {{",
    steps="for (int {0} = {1}; {0} < {2}; {0} += {3}) {{",
    memory="shared vec4 {0}[{1}];",
    barrier="barrier();",
    real="float({0})",
    inside="uint({0}) < uint({1})",
    mask="mix({0}, {1}, bvec4({2}))",  # a choice, where ?: would branch
    functions={
        **SHARED_FUNCTIONS,
        "round": "roundEven({0})",
        "less": "vec4(lessThan({0}, {1}))",
        "equal": "vec4(equal({0}, {1}))",
        "select": "mix({2}, {1}, notEqual({0}, vec4(0.0)))",
    },
    number=float32_digits,
)

_WEIGHTS = 512
"""Matrices side by side in the texture that holds them."""


def module(kernel: Kernel, remark: Remark) -> str:
    """Return one fragment pass as a shader of GLSL ES 3.00, which WebGL2 takes as it is.

    A plane of several packs is an array of textures, a layer a pack; weights that lie in no
    literals are matrices in a texture, four columns each, 512 of them in a row.
    """
    assert kernel.form == "fragment", "a place to store into is the host's business"
    names = {p.name: f"plane{i}" for i, p in enumerate(kernel.reads)}
    arrays = {p.name for p in kernel.reads if packs(p.channels) > 1}

    def fetch(plane: str, layer: str, x: str, y: str) -> str:
        place = f"ivec3({x}, {y}, {layer})" if plane in arrays else f"ivec2({x}, {y})"
        return f"texelFetch({names[plane]}, {place}, 0)"

    host = Host(
        fetch=fetch,
        extent=lambda plane, axis: f"textureSize({names[plane]}, 0).{axis}",
        store=lambda layer, x, y, value: f"pack{layer} = {value};",
        fits=lambda x, y: "",
        weight=lambda index: f"weights_at({index})",
        invocation={"x": "g.x", "y": "g.y"},
    )
    lines = ["#version 300 es", "precision highp float;", "precision highp sampler2DArray;"]
    for plane, name in names.items():
        kind = "sampler2DArray" if plane in arrays else "sampler2D"
        lines.append(f"uniform highp {kind} {name};")
    if kernel.weights is not None:
        lines += _WEIGHTS_AT
    count = kernel.layers[1]
    lines += [f"layout(location = {i}) out vec4 pack{i};" for i in range(count)]
    lines += ["", "void main() {", "  ivec2 g = ivec2(gl_FragCoord.xy);"]
    lines += [f"  {line}" for line in print_body(kernel, GLSL, host, remark)]
    return "\n".join([*lines, "}", ""])


_WEIGHTS_AT = (
    "uniform highp sampler2D weights;",
    "mat4 weights_at(int i) {",
    f"  ivec2 at = ivec2(4 * (i % {_WEIGHTS}), i / {_WEIGHTS});",
    "  return mat4(texelFetch(weights, at, 0), texelFetch(weights, at + ivec2(1, 0), 0),",
    "              texelFetch(weights, at + ivec2(2, 0), 0),",
    "              texelFetch(weights, at + ivec2(3, 0), 0));",
    "}",
)
