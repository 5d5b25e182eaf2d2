"""DIALECTS: shading languages, one file each."""

from texelnet.shader.dialects.dialect import Dialect
from texelnet.shader.dialects.glsl import GLSL
from texelnet.shader.dialects.wgsl import WGSL

DIALECTS: dict[str, Dialect] = {d.name: d for d in (WGSL, GLSL)}
"""Every shading language that kernels can be printed in, by name."""

__all__ = ["DIALECTS", "Dialect"]
