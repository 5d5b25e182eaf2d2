"""Animations: pictures one after another, as WebP by Pillow, as MP4 by an ffmpeg process."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from texelnet.errors import PictureError

Frames = Iterator[NDArray[np.uint8]]


def webp(frames: Frames, rate: float) -> bytes:
    """Return an animated WebP that begins again at its end.

    Parameters
    ----------
    frames
        (height, width, 3), at least one, all of a size.
    rate
        Frames a second; each is shown for a whole number of milliseconds.
    """
    images = map(Image.fromarray, frames)
    first, file = next(images), io.BytesIO()
    first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=images,
        duration=max(1, round(1000 / rate)),
        loop=0,
        quality=85,
        method=2,
    )
    return file.getvalue()


def mp4(frames: Frames, rate: float) -> bytes:
    """Return H.264 in MP4, of 8 bits 4:2:0; odd sizes get one row or column more.

    Raises
    ------
    PictureError
        There is no ffmpeg, or it failed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise PictureError(
            "mp4", "ffmpeg is not installed", "sudo apt install ffmpeg, or .webp"
        )
    first = next(frames)
    height, width = first.shape[:2]
    come = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{rate:g}"]
    even = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:0:0:color=white", "-pix_fmt", "yuv420p"]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        made = Path(folder) / "made.mp4"
        words = [program, "-v", "error", "-y", *come, "-i", "-", *even, "-crf", "18", str(made)]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=said)
        assert process.stdin is not None
        try:
            with process.stdin as pipe:
                pipe.write(first.tobytes())
                for frame in frames:
                    pipe.write(frame.tobytes())
        except BrokenPipeError:
            pass  # it tells why
        finally:
            status = process.wait()
        if status:
            said.seek(0)
            lines = said.read(10_000).decode(errors="replace").splitlines()
            raise PictureError("mp4", f"ffmpeg failed: {(lines or ['no words'])[-1]}", ".webp")
        return made.read_bytes()


ANIMATIONS: dict[str, Callable[[Frames, float], bytes]] = {".webp": webp, ".mp4": mp4}
"""By the ending of the file's name."""
