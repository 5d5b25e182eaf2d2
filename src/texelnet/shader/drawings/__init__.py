"""SHADERS: what a drawing can be written as that a graphics card draws, one file each."""

from collections.abc import Callable

from texelnet.draw.out import Output
from texelnet.shader.drawings import wgsl

__all__ = ["GENERATORS", "SHADERS"]

SHADERS: dict[str, Output] = {output.suffix: output for output in (wgsl.WGSL_DRAWING,)}
"""By the ending of the file's name, as :data:`texelnet.draw.out.OUTPUTS`."""

GENERATORS: dict[str, Callable[[], str]] = {"wgsl": wgsl.generator}
"""Texts that cover pixels by new drops, which :data:`texelnet.draw.generators` trace."""
