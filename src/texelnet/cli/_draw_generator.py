"""``texelnet draw generator canvas|as3``: a script that makes drops by itself.

It holds ``drawDrop(graphics, seed, wobble)``, whose drops are those of ``texelnet draw drop``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Write a script with drawDrop(graphics, seed, wobble)."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what it draws on, and -o."""
    from texelnet.draw.generators import GENERATORS

    parser.add_argument("on", choices=GENERATORS, help="what the script draws on")
    parser.add_argument("-o", dest="file", metavar="FILE", help="write it; else it is printed")


def run(words: argparse.Namespace) -> int:
    """Write or print."""
    from texelnet.disk import write_whole
    from texelnet.draw.generators import generator

    text = generator(words.on)
    if words.file is None:
        print(text, end="")
        return 0
    write_whole(Path(words.file), lambda file: file.write(text.encode()))
    print(f"wrote {words.file}")
    return 0
