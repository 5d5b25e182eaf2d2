"""DIALECTS: shading languages, one file each."""

from collections.abc import Callable, Mapping

from texelnet.shader.dialects import glsl, wgsl
from texelnet.shader.dialects.dialect import Dialect, Remark
from texelnet.shader.dialects.glsl import GLSL
from texelnet.shader.dialects.wgsl import WGSL
from texelnet.shader.kernel import Kernel

DIALECTS: dict[str, Dialect] = {d.name: d for d in (WGSL, GLSL)}
"""Every shading language that kernels can be printed in, by name."""

MODULES: Mapping[str, Callable[[Kernel, Remark], str]] = {
    "wgsl": lambda kernel, remark: wgsl.module(kernel, remark=remark),
    "glsl": glsl.module,
}
"""What writes one fragment pass as a shader of its own, for no host in particular."""

__all__ = ["DIALECTS", "MODULES", "Dialect", "Remark"]
