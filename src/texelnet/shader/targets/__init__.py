"""TARGETS: hosts that run shaders, one file each.

To add a host, write its file (a Target: limits and a packaging function) and list it here.
"""

from texelnet.shader.target import Build, Limits, Target
from texelnet.shader.targets.mpv import MPV
from texelnet.shader.targets.webgpu import WEBGPU

TARGETS: dict[str, Target] = {t.name: t for t in (WEBGPU, MPV)}
"""Every host a network can be shipped to, by name."""

__all__ = ["TARGETS", "Build", "Limits", "Target"]
