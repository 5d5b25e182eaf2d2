"""``texelnet draw rain -o rain.mp4|.webp|.svg|.swf|frames/``: rain on glass."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli._status import bar
from texelnet.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from texelnet.draw.rain import Rain

HELP = "Draw rain on glass: a film, or its frames."
KEYS = 10.0
"""Keys a second of an animated SVG."""
OUTLINES = {".svg": "an SVG", ".swf": "a film for Flash"}
"""Films of outlines."""
STILL = 0.1
"""Pixels that a drop may change in a film of outlines before it is drawn anew."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the glass, the time, and what is written."""
    numbers = {
        "--seconds": (4.0, "S", "how long"),
        "--rate": (30.0, "R", "frames a second"),
        "--after": (1.0, "S", "seconds of rain before the first frame"),
        "--resolution": (6.0, "R", "pixels a millimetre"),
        "--width": (100.0, "MM", "of the glass"),
        "--height": (75.0, "MM", "of the glass"),
        "--advancing": (30.0, "A", "contact angle in front, in degrees"),
        "--receding": (10.0, "A", "contact angle behind"),
        "--falling": (60.0, "N", "drops a second"),
        "--wobble": (0.4, "W", "how far resting drops are from round, 0..1"),
    }
    for name, (usual, word, said) in numbers.items():
        parser.add_argument(
            name, type=float, default=usual, metavar=word, help=f"{said}; {usual:g}"
        )
    changing = {
        "--tilt": ("90", "A", "of the glass, 0 lies flat; or by seconds, 0:0,4:90; 90"),
        "--wind": ("0", "V", "to the right, metres a second; or by seconds, 0:0,3:8; 0"),
    }
    for name, (usual_word, word, said) in changing.items():
        parser.add_argument(name, default=usual_word, metavar=word, help=said)
    parser.add_argument("--drops", type=int, default=400, metavar="N", help="at first; 400")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="0")
    parser.add_argument("--background", metavar="FILE", help="a picture seen through the drops")
    parser.add_argument(
        "-o", dest="file", metavar="OUT", help=".mp4, .webp, .svg, .swf or a folder/"
    )
    parser.add_argument("--preview", action="store_true", help="show the first frame")


def run(words: argparse.Namespace) -> int:
    """Draw, write, show."""
    from texelnet.cli._preview import show
    from texelnet.draw.course import read_course
    from texelnet.draw.rain import Glass, rain
    from texelnet.draw.rain_scene import check_frames, frames
    from texelnet.picture import read_picture

    _check(words)
    glass = Glass(
        words.width,
        words.height,
        words.advancing,
        words.receding,
        tilt=read_course(words.tilt, "--tilt"),
        wind=(read_course(words.wind, "--wind"), 0.0),
        drops=words.drops,
        falling=words.falling,
        wobble=words.wobble,
    )
    count = check_frames(glass, words.seconds, words.rate, words.resolution)
    behind = read_picture(words.background).colour if words.background else None
    now = replace(rain(glass, words.seed), age=-words.after)
    for _ in range(round(words.after * words.rate)):
        now = now.step(1 / words.rate)
    if words.file:
        _write(
            now, words, count, lambda: frames(now, count, words.rate, words.resolution, behind)
        )
    if words.preview:
        (first,) = frames(now, 1, words.rate, 64 / words.width, behind)
        show((first.transpose(2, 0, 1) / 255).astype("float32"))
    return 0


def _check(words: argparse.Namespace) -> None:
    """Refuse what can't be written, before any work."""
    suffix = Path(words.file).suffix.lower() if words.file else ""
    if words.file and suffix not in ("", ".mp4", ".webp", *OUTLINES):
        fact = f'rain is not written as "{suffix}"'
        raise UsageError(words.file, fact, "a name that ends in .mp4, .webp, .svg, .swf or /")
    if not words.file and not words.preview:
        raise UsageError("draw rain", "nothing is asked for", "-o rain.webp, or --preview")
    if words.background and suffix in OUTLINES:
        fact = f"{OUTLINES[suffix]} shows no background"
        raise UsageError(words.file, fact, ".webp, .mp4 or a folder/")
    if not 0 <= words.after <= 3600:
        raise UsageError("--after", f"{words.after:g} seconds", "0 to 3600")


def _write(
    now: Rain,
    words: argparse.Namespace,
    count: int,
    drawn: Callable[[], Iterator[NDArray[np.uint8]]],
) -> None:
    from texelnet.disk import write_whole
    from texelnet.draw.out.swf import film
    from texelnet.draw.rain_scene import resting
    from texelnet.draw.rain_svg import animated
    from texelnet.picture import png
    from texelnet.picture.animation import ANIMATIONS

    place, suffix = Path(words.file), Path(words.file).suffix.lower()
    with bar(count) as done:
        if suffix == ".svg":
            every = max(1, round(words.rate / KEYS))
            content = animated(_keys(now, count, words.rate, every, done), words.rate / every)
        elif suffix == ".swf":
            rains = _keys(now, count, words.rate, 1, done)
            scenes = resting(rains, STILL / words.resolution)
            content = film(scenes, words.rate, words.resolution)
        elif suffix:
            content = ANIMATIONS[suffix](_told(drawn(), done), words.rate)
        else:
            place.mkdir(parents=True, exist_ok=True)
            for number, frame in enumerate(_told(drawn(), done)):
                one = b"".join(png.write(frame))
                write_whole(place / f"{number:05}.png", lambda file, one=one: file.write(one))  # type: ignore[misc]
    if suffix:
        write_whole(place, lambda file: file.write(content))
    print(f"wrote {words.file}: {count} frames, {words.seconds:g} seconds")


def _told(
    frames: Iterator[NDArray[np.uint8]], done: Callable[[int], object]
) -> Iterator[NDArray[np.uint8]]:
    """Give frames, and tell how many there were."""
    for number, frame in enumerate(frames, 1):
        yield frame
        done(number)


def _keys(
    now: Rain, count: int, rate: float, every: int, done: Callable[[int], object]
) -> Iterator[Rain]:
    for number in range(count):
        if number % every == 0:
            yield now
        now = now.step(1 / rate)
        done(number + 1)
