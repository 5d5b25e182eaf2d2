"""``texelnet draw drop``: one drop of water, into a file or on the terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

from texelnet.errors import UsageError

HELP = "Draw one drop of water."


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
    add_output(parser)


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --resolution, -o and --preview."""
    from texelnet.draw.out import OUTPUTS

    parser.add_argument(
        "--resolution", type=float, default=40.0, metavar="R", help="pixels a millimetre; 40"
    )
    parser.add_argument("-o", dest="file", metavar="FILE", help=f"a {' or '.join(OUTPUTS)}")
    parser.add_argument("--preview", action="store_true", help="show it on the terminal")


def run(words: argparse.Namespace) -> int:
    """Draw, write, show."""
    from texelnet.cli._preview import show
    from texelnet.disk import write_whole
    from texelnet.draw import Drop
    from texelnet.draw.out import OUTPUTS
    from texelnet.draw.render import render
    from texelnet.draw.water import alone

    suffix = Path(words.file).suffix.lower() if words.file else ""
    if words.file and suffix not in OUTPUTS:
        fact = f'drops are not written as "{suffix}"'
        raise UsageError(words.file, fact, f"a name that ends in {' or '.join(OUTPUTS)}")
    if not words.file and not words.preview:
        raise UsageError("draw drop", "nothing is asked for", "-o drop.svg, or --preview")
    drop = Drop(words.volume, words.seed, words.wobble, words.points, words.maker, words.angle)
    scene = alone(drop)
    if words.file:
        content = OUTPUTS[suffix].write(scene, words.resolution)
        write_whole(Path(words.file), lambda file: file.write(content))
        across = f"{2 * drop.radius:.3g} mm across at rest"
        print(f"wrote {words.file}: {words.volume:g} microlitres, {across}")
    if words.preview:
        show(render(scene, 48 / scene.width).colour)
    return 0
