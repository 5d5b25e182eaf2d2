"""Poison: what lies outside a texture, made visible.

A read outside a texture returns what the driver or the sampler likes: some texel of it, or
zero. A shader that counts on either draws right on one machine and wrong on the next. So every
read in a shader's text is put behind a check, and answers a huge number outside: if that shows
in the picture, something counted on it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from texelnet.shader.package import Package

POISON = 1e6
_TEXTURE = re.compile(r"\bvar\s+(\w+)\s*:\s*(texture_2d(?:_array)?)\s*<\s*f32\s*>")
_READS = re.compile(r"\btexture(?:Load|Sample\w*|Gather\w*)\s*\(")
_LOADED = """
fn loaded_{name}(at: vec2i{layer: i32}, level: i32) -> vec4f {{
  let size = vec2i(textureDimensions({name}));
  let outside = any(at < vec2i(0)) || any(at >= size){outside};
  if (outside) {{ return vec4f(select(-{poison}, {poison}, ((at.x + at.y) & 1) == 0)); }}
  return textureLoad({name}, at{layer}, level);
}}
"""
_SAMPLED = """
fn sampled_{name}(at: vec2f{layer: i32}, level: f32) -> vec4f {{
  let outside = any(at < vec2f(0.0)) || any(at >= vec2f(1.0)){outside};
  if (outside) {{ return vec4f(select(-{poison}, {poison}, at.x + at.y < 1.0)); }}
  return textureSampleLevel({name}, {sampler}, at{layer}, level);
}}
"""


def poisoned(package: Package) -> Package:
    """Return a package that reads a huge number, of either sign, outside its textures."""
    contents = dict(package.contents)
    for name in {entry["file"] for entry in package.manifest["passes"]}:
        contents[name] = watched(contents[name].decode()).encode()
    return replace(package, contents=contents)


def watched(text: str) -> str:
    """Return a shader whose reads are checked."""
    functions = ""
    for name, kind in _TEXTURE.findall(text):
        array = kind.endswith("array")
        count = f"i32(textureNumLayers({name}))"
        words = {
            "name": name,
            "poison": f"{POISON:.1f}",
            "layer: i32": ", layer: i32" if array else "",
            "layer": ", layer" if array else "",
            "outside": f" || layer < 0 || layer >= {count}" if array else "",
        }
        text, loads = re.subn(rf"\btextureLoad\s*\(\s*{name}\s*,", f"loaded_{name}(", text)
        functions += _filled(_LOADED, words) if loads else ""
        sample = rf"\btextureSampleLevel\s*\(\s*{name}\s*,\s*(\w+)\s*,"
        for sampler in dict.fromkeys(re.findall(sample, text)):
            words["sampler"] = sampler
            functions += _filled(_SAMPLED, words)
            text = re.sub(sample, f"sampled_{name}(", text)
    return text + functions


def _filled(template: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        template = template.replace(f"{{{word}}}", value)
    return template.replace("{{", "{").replace("}}", "}")


def unwatched(package: Package) -> list[str]:
    """Return the shaders that read textures in ways that are not checked."""
    found = []
    for name in sorted({entry["file"] for entry in package.manifest["passes"]}):
        text = watched(package.contents[name].decode())
        checks = len(re.findall(r"\bfn (?:loaded|sampled)_", text))
        if len(_READS.findall(text)) > checks:
            found.append(name)
    return found
