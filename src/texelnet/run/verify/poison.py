"""Poison: what lies outside a texture, made visible.

WebGPU leaves it to the driver what a read outside a texture returns: some texel of it, or
zero. A shader that counts on either draws right on one machine and wrong on the next. So every
read of a shader's text is put behind a check, and answers a huge number outside: if that shows
in the picture, something counted on the driver.
"""

from __future__ import annotations

import re
from dataclasses import replace

from texelnet.shader.package import Package

POISON = 1e6
_TEXTURE = re.compile(r"\bvar\s+(\w+)\s*:\s*(texture_2d(?:_array)?)\s*<\s*f32\s*>")
_CHECKED = """
fn poisoned_{name}(at: vec2i{layer}, level: i32) -> vec4f {{
  let size = vec2i(textureDimensions({name}));
  let inside = all(at >= vec2i(0)) && all(at < size){layers};
  if (!inside) {{
    return vec4f(select(-{poison:.1f}, {poison:.1f}, ((at.x + at.y) & 1) == 0));
  }}
  return textureLoad({name}, at{which}, level);
}}
"""


def poisoned(package: Package) -> Package:
    """Return a package that reads a huge number, of either sign, outside its textures."""
    contents = dict(package.contents)
    for entry in package.manifest["passes"]:
        contents[entry["file"]] = _poisoned(contents[entry["file"]].decode()).encode()
    return replace(package, contents=contents)


def _poisoned(text: str) -> str:
    functions = []
    for name, kind in _TEXTURE.findall(text):
        array = kind.endswith("array")
        text = re.sub(rf"\btextureLoad\s*\(\s*{name}\s*,", f"poisoned_{name}(", text)
        functions.append(
            _CHECKED.format(
                name=name,
                poison=POISON,
                layer=", layer: i32" if array else "",
                layers=f" && layer >= 0 && layer < i32(textureNumLayers({name}))" if array else "",
                which=", layer" if array else "",
            )
        )
    return text + "".join(functions)
