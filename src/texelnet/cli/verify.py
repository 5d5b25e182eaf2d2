"""``texelnet verify``: prove that a package draws what its network computes.

Exit status 0: it does; 1: it differs; 2: bad input. With ``--json`` an object is printed::

    network, source, target, place, schedule, passes
                            what was verified: the package in `place`, or one compiled for it
    adapter, versions, seconds
                            what drew it, and how long all took
    bar, reach              the largest error allowed; output pixels that count as border,
                            null where every pixel sees the whole picture
    verdict, reasons        "equal" or "differs"; sentences, why
    largest                 the largest error of all pictures
    changed, edited, notes  files that are not as they were written; --edited; sentences
    rows, outside           [{picture, width, height, span, passed, largest, inside, top,
                            bottom, left, right, psnr, worst, refused, problem}]: errors are
                            relative to span, the output's range; null where nothing is
                            compared, psnr null where there is no error; worst {channel, y, x,
                            got, wanted}; refused and problem are sentences or ""; outside was
                            drawn with other texels beyond the edges of all textures
    witness                 {shift, allowed, off, rows: [{picture, size, off, worst}]}
    departure               null, or {picture, file, layers, plane, worst}
    storage                 null, or of planes kept in 16 bits: {planes, worst, psnr, unseen,
                            units_allowed}: how many, the one that is farthest from its own
                            numbers {picture, file, layers, plane, share, worst}, dB of natural
                            pictures from those of 32 bits, planes that were not looked at
    inspected, planes       a picture, and what each pass is off in drawing it: [{plane, layers,
                            file, first_channel, largest, range, bar, departs}]: bar relative
                            to range, largest in the plane's numbers
    explanation             null, or why it differs, as `texelnet compare --json` tells it
    spread                  {inside, top, bottom, left, right: {largest, mean, counts}}: errors
                            of all pictures, relative to span, counted by half decades

Numbers that are infinite or none at all are null.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from texelnet.cli._status import status
from texelnet.cli.network import add_words, choice, read_network

if TYPE_CHECKING:
    from rich.table import Table

    from texelnet.run.verify import Proof

HELP = "Prove that a package draws the same picture as its network."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK, --for, --package, --picture, --schedule, --edited, -o and --json."""
    add_words(parser)
    parser.add_argument(
        "--for", dest="target", metavar="TARGET", required=True, help="the host"
    )
    parser.add_argument(
        "--package", metavar="DIR", help="what `compile -o DIR` wrote; else it is compiled anew"
    )
    parser.add_argument(
        "--picture",
        dest="pictures",
        metavar="FILE",
        action="append",
        default=[],
        help="a PNG or JPEG to compare besides the built-in pictures; as often as you like",
    )
    parser.add_argument(
        "--schedule",
        metavar="NAME",
        help="fragment, compute, hybrid or tile; the host's usual one",
    )
    parser.add_argument(
        "--edited", action="store_true", help="files were edited on purpose: let pictures judge"
    )
    parser.add_argument(
        "-o", "--page", dest="page", metavar="PAGE", help="write a page: .html or .md"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(words: argparse.Namespace) -> int:
    """Compare, tell, and return 0 if they are equal."""
    from texelnet.report import check_name, proof_page, write_page
    from texelnet.run.verify import verify
    from texelnet.shader.targets import TARGETS

    if words.page:
        check_name(words.page)
    target = choice("--for", words.target, TARGETS)
    schedule = None
    if words.schedule is not None:
        schedule = choice("--schedule", words.schedule, target.schedules)
    network = read_network(words)
    with status("compiling", "drawing") as watch:
        proof = verify(
            network,
            target,
            None if words.package is None else Path(words.package),
            [Path(picture) for picture in words.pictures],
            words.edited,
            schedule,
            watch=watch,
        )
    if words.page:
        write_page(proof_page(proof, shlex.join(["texelnet", *sys.argv[1:]])), words.page)
        print(f"wrote {words.page}", file=sys.stderr)
    if words.json:
        print(json.dumps(proof.json(), indent=1, allow_nan=False))
    else:
        _tell(proof)
    return 0 if proof.equal else 1


def _tell(proof: Proof) -> None:
    if not sys.stdout.isatty():
        print(proof.text(), end="")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in proof.head():
        console.print(Text(line), soft_wrap=True)
    console.print(_ruled(proof))
    for line in proof.tail():
        loud = {"EQUAL:": "bold green", "DIFFERS:": "bold red"}
        style = loud.get(line.split(" ", 1)[0], "")
        console.print(Text(line, style=style), soft_wrap=True)


def _ruled(proof: Proof) -> Table:
    """Return the table of pictures, narrow enough for a terminal of 80 columns."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for index, name in enumerate(proof.heads()):
        number = 0 < index < len(proof.heads()) - 1
        justify: Literal["left", "right"] = "right" if number else "left"
        table.add_column(name, justify=justify, no_wrap=index > 0, overflow="fold")
    for cells in proof.cells():
        style = {"FAILS": "bold red", "refused": "dim"}.get(cells[-1], "")
        table.add_row(*(Text(cell) for cell in cells), style=style)
    return table
