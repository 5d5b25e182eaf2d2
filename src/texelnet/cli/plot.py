"""``texelnet plot``: the curve of a training run, from its log."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Draw how a training run went."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add LOG and -o."""
    parser.add_argument("log", metavar="LOG", help="the .log that texelnet train writes")
    parser.add_argument("-o", "--output", metavar="FILE", help=".png or .svg; LOG.png")


def run(words: argparse.Namespace) -> int:
    """Read, draw."""
    from texelnet.report.curve import draw, read_log

    log, path = read_log(Path(words.log)), Path(words.log)
    output = Path(words.output) if words.output else path.with_suffix(".png")
    draw(log, output, path.stem)
    print(f"{output}: {len(log.iterations)} steps, loss {log.smoothed[-1]:.5g}")
    return 0
