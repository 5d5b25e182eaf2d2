"""``texelnet draw drop``: one drop of water, into a file or on the terminal."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.errors import UsageError

if TYPE_CHECKING:
    from texelnet.draw import Drop
    from texelnet.draw.out import Output
    from texelnet.draw.scene import Scene

HELP = "Draw one drop of water."
RATES = {".svg": 15.0, ".swf": 30.0}
"""Outlines a second of a drop's way; a browser moves evenly from one to the next of an SVG."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --volume, --seed, --wobble, --points, --maker, --angle and what is written."""
    parser.add_argument(
        "--volume", type=float, default=30.0, metavar="V", help="in microlitres; 30"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="another number, another drop; 0"
    )
    parser.add_argument(
        "--wobble", type=float, default=0.5, metavar="W", help="from 0, a circle, to 1; 0.5"
    )
    parser.add_argument("--points", type=int, default=12, metavar="N", help="4 to 1000; 12")
    parser.add_argument("--maker", default="points", metavar="M", help="points or tension")
    parser.add_argument(
        "--angle", type=float, default=60.0, metavar="A", help="contact angle in degrees; 60"
    )
    parser.add_argument(
        "--travel",
        type=float,
        metavar="SECONDS",
        help="its way down the glass, as a moving SVG or SWF",
    )
    add_output(parser)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --resolution, -o and --preview."""
    parser.add_argument(
        "--resolution", type=float, default=40.0, metavar="R", help="pixels a millimetre; 40"
    )
    parser.add_argument("-o", dest="file", metavar="FILE", help=", ".join(outputs()))
    parser.add_argument("--preview", action="store_true", help="show it on the terminal")


def outputs() -> dict[str, Output]:
    """Return all that a drawing is written as: outlines, pixels, and shaders that draw it."""
    from texelnet.draw.out import OUTPUTS
    from texelnet.shader.drawings import SHADERS

    return {**OUTPUTS, **SHADERS}


def run(words: argparse.Namespace) -> int:
    """Draw, write, show."""
    from texelnet.draw import Drop
    from texelnet.draw.water import alone

    drop = Drop(words.volume, words.seed, words.wobble, words.points, words.maker, words.angle)
    if words.travel is not None:
        return _travel(drop, words)
    across = f"{2 * drop.radius:.3g} mm across at rest"
    return deliver(alone(drop), words, f"{words.volume:g} microlitres, {across}")


def _travel(drop: Drop, words: argparse.Namespace) -> int:
    """Write the drop's way down as a film."""
    from texelnet.disk import write_whole
    from texelnet.draw.animate import animated_svg, scenes
    from texelnet.draw.out.swf import film
    from texelnet.draw.travel import Travel

    suffix = Path(words.file).suffix.lower() if words.file else ""
    if suffix not in RATES:
        fact = "a drop's way is written as an animated SVG or SWF"
        raise UsageError(words.file or "draw drop", fact, "-o drop.svg, or -o drop.swf")
    if not 0 < words.travel <= 600:
        raise UsageError(f"--travel {words.travel:g}", "this is no time", "up to 600 seconds")
    rate = RATES[suffix]
    frames = list(Travel(drop).frames(max(2, round(words.travel * rate)), rate))
    outlines = [frame.outline.contour for frame in frames]
    if suffix == ".svg":
        content = animated_svg(outlines, rate)
    else:
        content = film(scenes(outlines), rate, words.resolution)
    write_whole(Path(words.file), lambda file: file.write(content))
    jerks = sum(frame.jerked for frame in frames)
    print(f"wrote {words.file}: {len(frames)} frames, its tail jerks {jerks} times")
    return 0


def deliver(scene: Scene, words: argparse.Namespace, said: str) -> int:
    """Write a scene, show it, or both.

    Raises
    ------
    UsageError
        If the file's ending says no output, or nothing is asked for.
    """
    from texelnet.cli._preview import show
    from texelnet.disk import write_whole
    from texelnet.draw.render import render

    known = outputs()
    suffix = Path(words.file).suffix.lower() if words.file else ""
    if words.file and suffix not in known:
        fact = f'drawings are not written as "{suffix}"'
        raise UsageError(words.file, fact, f"a name that ends in {', '.join(known)}")
    if not words.file and not words.preview:
        hint = f"-o {words.subject}.svg, or --preview"
        raise UsageError(f"draw {words.subject}", "nothing is asked for", hint)
    if words.file:
        content = known[suffix].write(scene, words.resolution)
        write_whole(Path(words.file), lambda file: file.write(content))
        print(f"wrote {words.file}: {said}")
    if words.preview:
        show(render(scene, 48 / scene.width).colour)
    return 0
