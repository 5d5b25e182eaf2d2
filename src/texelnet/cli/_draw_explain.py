"""``texelnet draw explain drop``: how it is drawn, and why so, with the code.

Without ``-o`` the page is printed, as text for a terminal unless ``--format`` says otherwise.
"""

from __future__ import annotations

import argparse

from texelnet.cli.explain import add_page, check_page, deliver

HELP = "Explain how drops are drawn."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is explained, -o, --format."""
    parser.add_argument("what", choices=["drop"], help="what is explained")
    add_page(parser)


def run(words: argparse.Namespace) -> int:
    """Explain, write or print."""
    from texelnet.draw.droplet import drop_page

    check_page(words)
    deliver(drop_page(), words)
    return 0
