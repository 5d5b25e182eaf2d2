"""``texelnet draw text``: a line of words at its true printed size."""

from __future__ import annotations

import argparse

from texelnet.cli._draw_drop import add_output, deliver

HELP = "Draw a line of text at its true printed size."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add TEXT, --size, --font, --margin, --outlines and what is written."""
    parser.add_argument("text", metavar="TEXT", help="one line of words")
    parser.add_argument("--size", default="18pt", metavar="L", help="on paper: 18pt, 6mm; 18pt")
    parser.add_argument(
        "--font",
        default="DejaVu Sans",
        metavar="F",
        help="a .ttf or .otf, or a name; DejaVu Sans",
    )
    parser.add_argument("--margin", default="2mm", metavar="L", help="around the letters; 2mm")
    parser.add_argument(
        "--outlines", action="store_true", help="outlines in PDF and SVG too, instead of text"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="letters take none")
    add_output(parser)


def run(words: argparse.Namespace) -> int:
    """Set, draw, write, show."""
    from texelnet.draw.text.scene import find_font, lettering
    from texelnet.units import Length

    size, margin = Length.read(words.size), Length.read(words.margin)
    scene = lettering(words.text, find_font(words.font), size, margin)
    scene = scene.outlined() if words.outlines else scene
    return deliver(scene, words, f"{size.points:g} pt on paper")
