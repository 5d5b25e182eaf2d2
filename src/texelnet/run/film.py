"""Film: a user shader drawing one picture again and again, and what a frame of it costs.

The host is a process that starts, compiles and draws, so the frames of a short film are taken
off those of a longer one, and what is left is divided by the frames between. A copy of the
picture costs what every shader does; that is taken off too.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from texelnet.errors import DeviceError
from texelnet.run.ffmpeg import COMPLAINTS, PROGRAM, QUIET, SECONDS, SLOW
from texelnet.run.runner import Planes

FRAMES, DROPPED = 60, 5
COLD = {"MESA_SHADER_CACHE_DISABLE": "true"}
"""Mesa's drivers compile anew what they have compiled before."""
IDENTITY = """//!HOOK {hook}
//!BIND HOOKED
//!DESC identity
vec4 hook() {{ return HOOKED_tex(HOOKED_pos); }}
"""


@dataclass(frozen=True)
class Spent:
    """Milliseconds of the processor, and of the clock on the wall."""

    cpu: float
    wall: float

    def less(self, other: Spent, frames: int = 1) -> Spent:
        """Return what is left without another, shared out among frames."""
        return Spent((self.cpu - other.cpu) / frames, (self.wall - other.wall) / frames)


def film(text: str, picture: Planes, scale: int, frames: int, **environment: str) -> Spent:
    """Return what the host takes to draw so many frames of one picture.

    Parameters
    ----------
    text
        The user shader.
    picture
        (1, rows, columns) of luma or (3, rows, columns) of RGB, in 0..1; kept in 8 bits.
    scale
        How many times as large it is drawn.

    Raises
    ------
    DeviceError
        The host complains: then it did not draw the shader.
    """
    with tempfile.TemporaryDirectory(prefix="texelnet-film-") as folder:
        (Path(folder) / "network.glsl").write_text(text, "utf-8")
        words = _words(picture, scale, frames, Path(folder) / "frame.raw")
        surroundings = {"XDG_RUNTIME_DIR": folder, **os.environ, **environment}
        before, start = os.times(), time.perf_counter()
        try:
            run = subprocess.run(
                words, cwd=folder, env=surroundings, capture_output=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            raise DeviceError(PROGRAM, f"the host took longer than {SECONDS} s") from None
        wall, after = time.perf_counter() - start, os.times()
    lines = run.stderr.decode("utf-8", "replace").strip().splitlines()
    said = " ".join(line for line in lines if not line.endswith(SLOW))
    if run.returncode or any(word in said.lower() for word in COMPLAINTS):
        raise DeviceError(PROGRAM, f"the host refuses it: {said[:400]}")
    cpu = after.children_user - before.children_user
    cpu += after.children_system - before.children_system
    return Spent(cpu * 1e3, wall * 1e3)


def _words(picture: Planes, scale: int, frames: int, held: Path) -> list[str]:
    """Write the picture, and return the command line that draws it so many times."""
    planes, rows, columns = picture.shape
    form, space = ("gray", "bt709") if planes == 1 else ("rgba", "gbr")
    samples = np.full((rows, columns, 1 if planes == 1 else 4), 255, np.uint8)
    samples[..., :planes] = np.rint(picture.clip(0, 1) * 255).transpose(1, 2, 0)
    held.write_bytes(samples.tobytes())
    told = f"setparams=range=pc:colorspace={space}:color_primaries=bt709:color_trc=bt709"
    draw = f"libplacebo=w={scale * columns}:h={scale * rows}:{QUIET}:range=pc:format={form}"
    draw += ":custom_shader_path=network.glsl"
    filters = f"{told},format={form},hwupload,{draw},hwdownload,format={form}"
    words = [PROGRAM, "-hide_banner", "-loglevel", "warning", "-nostdin"]
    words += ["-init_hw_device", "vulkan=card", "-filter_hw_device", "card"]
    words += ["-f", "rawvideo", "-framerate", "1000", "-pix_fmt", form, "-stream_loop", "-1"]
    words += ["-s", f"{columns}x{rows}", "-i", held.name, "-vf", filters]
    return [*words, "-frames:v", str(frames), "-f", "null", "-"]


def a_frame(
    text: str, picture: Planes, scale: int, frames: int = FRAMES, seconds: float = inf
) -> Spent:
    """Return what one frame costs: a film's frames but the first five.

    The driver keeps what it compiled, so the first film with a shader is not to be counted.

    Parameters
    ----------
    text, picture, scale
        As in :func:`film`.
    frames
        The most of the longer film.
    seconds
        Processor time after which frames that take long are enough, two of them at least.

    Raises
    ------
    DeviceError
        The host complains.
    """
    few = film(text, picture, scale, DROPPED)
    enough = seconds * 1e3 * DROPPED / max(few.cpu, 1)
    more = max(2, int(min(frames - DROPPED, enough)))
    return film(text, picture, scale, DROPPED + more).less(few, more)


def identity(planes: int) -> str:
    """Return the user shader that costs what every shader does."""
    return IDENTITY.format(hook="LUMA" if planes == 1 else "MAIN")
