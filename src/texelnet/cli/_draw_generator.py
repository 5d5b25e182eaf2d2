"""``texelnet draw generator canvas|as3|wgsl``: a script that makes drops by itself.

It holds ``drawDrop(graphics, seed, wobble)``, whose drops are those of ``texelnet draw drop``;
in WGSL it returns how much of a pixel the drop covers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

HELP = "Write a script with drawDrop(graphics, seed, wobble)."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what it draws on, and -o."""
    parser.add_argument("on", choices=generators(), help="what the script draws on")
    parser.add_argument("-o", dest="file", metavar="FILE", help="write it; else it is printed")


def generators() -> dict[str, Callable[[], str]]:
    """Return what writes each script: by tracing outlines, or by covering pixels."""
    from texelnet.draw.generators import GENERATORS, generator
    from texelnet.shader.drawings import GENERATORS as COVERING

    return {**{name: partial(generator, name) for name in GENERATORS}, **COVERING}


def run(words: argparse.Namespace) -> int:
    """Write or print."""
    from texelnet.disk import write_whole

    text = generators()[words.on]()
    if words.file is None:
        print(text, end="")
        return 0
    write_whole(Path(words.file), lambda file: file.write(text.encode()))
    print(f"wrote {words.file}")
    return 0
