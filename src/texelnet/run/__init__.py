"""RUNNERS: machines that compute a network, and the proof that they agree.

To add one, write its file (a Runner) and list it here; numpy is what it is compared with.
"""

from texelnet.run.ffmpeg import FFMPEG
from texelnet.run.gpu import WGPU, missing
from texelnet.run.numpy import NUMPY
from texelnet.run.onnxruntime import ONNXRUNTIME
from texelnet.run.runner import Draw, Runner

RUNNERS: dict[str, Runner] = {r.name: r for r in (NUMPY, ONNXRUNTIME, WGPU, FFMPEG)}
"""Every runner, by name."""


def auto() -> tuple[Runner, str]:
    """Return wgpu, or where there is no driver onnxruntime and a sentence that says why."""
    reason = missing()
    return (ONNXRUNTIME, reason) if reason else (WGPU, "")


__all__ = ["RUNNERS", "Draw", "Runner", "auto"]
