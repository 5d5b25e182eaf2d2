"""``texelnet draw``: outlines and pictures that are exact; SUBJECTS lists what can be drawn."""

from __future__ import annotations

import argparse

from texelnet.cli import (
    _draw_drop,
    _draw_explain,
    _draw_generator,
    _draw_rain,
    _draw_scene,
    _draw_text,
)

HELP = "Draw drops that never cross themselves, rain, scenes with labels, and text."
SUBJECTS = {
    "drop": _draw_drop,
    "rain": _draw_rain,
    "scene": _draw_scene,
    "text": _draw_text,
    "explain": _draw_explain,
    "generator": _draw_generator,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a parser for each subject."""
    kinds = parser.add_subparsers(dest="subject", required=True, metavar="|".join(SUBJECTS))
    for name, subject in SUBJECTS.items():
        one = kinds.add_parser(name, help=subject.HELP, description=subject.HELP)
        subject.arguments(one)


def run(words: argparse.Namespace) -> int:
    """Draw the subject."""
    status: int = SUBJECTS[words.subject].run(words)
    return status
