"""GLSL, the shading language of OpenGL, Vulkan, WebGL2 and of the players built on them.

See "The OpenGL Shading Language", version 4.50, and "OpenGL ES Shading Language", 3.00: what
stands here is in both. A name is declared with its type; whole numbers divide and leave
remainders as those of C do, and no coordinate that is divided is negative.
"""

from __future__ import annotations

from texelnet.shader.dialects.dialect import SHARED_FUNCTIONS, Dialect, float32_digits

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
