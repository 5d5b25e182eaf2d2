"""``texelnet compare``: two ways to draw a picture, how far apart they are, and why.

Each of A and B is one of

    decon-x2, up.prototxt, up.onnx    a network; up.onnx@wgpu names what draws it
    package/                          what `texelnet compile` wrote
    shader.glsl, shader.hook          a user shader from anywhere, drawn by ffmpeg's libplacebo
    drawn.png                         a finished picture

Exit status 0: they draw the same; 1: they differ; 2: bad input. With ``--json`` an object is
printed::

    first, second           {name, what}: A, which is what is wanted, and B
    picture, seconds        what was drawn, and how long all took
    verdict                 "equal" or "differs"
    sizes                   [[width, height], [width, height]] of what they draw
    bar, reach              the largest error allowed, in 0..1; pixels that count as border
    largest, mean, psnr     of the errors; psnr in dB, null where there is no error
    regions                 {inside, top, bottom, left, right: {largest, mean, counts}}: counts
                            by half decades from 1e-8 to 10, what is less and what is more
    worst                   {channel, y, x, got, wanted}, or null
    planes                  [{plane, layers, file, largest, range, bar, departs}]: the values
                            that both have, in order; largest in their own numbers
    departure               the first of them that departs, or null
    explanation             null, or {start, confirmed, nearest, tried, seconds, complete}:
                            confirmed is a list of {mistakes, left}, nearest one or null;
                            mistakes [{cause, fact, hint, layers}]; start and left {largest,
                            mean, share}: share is how many numbers are off

Numbers that are infinite or none at all are null.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli import _contract
from texelnet.cli._status import status
from texelnet.cli.network import choice, find, read_network
from texelnet.errors import UsageError

if TYPE_CHECKING:
    from texelnet.graph.contract import Contract
    from texelnet.run.compare import Side

HELP = "Tell two ways to draw a picture apart, and name the cause."
PICTURES = (".png", ".jpg", ".jpeg")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add A, B, --picture, --weights, --seconds, -o, --json and the contract's words."""
    what = "a network (or NETWORK@RUNNER), a package, a user shader (.glsl, .hook), a picture"
    parser.add_argument("first", metavar="A", help=f"what is wanted: {what}")
    parser.add_argument("second", metavar="B", help="what is held against it: the same kinds")
    parser.add_argument("--picture", metavar="FILE", help="what both draw: a PNG or JPEG")
    parser.add_argument(
        "--weights", metavar="FILE", help="of the networks; the file beside each, if left out"
    )
    parser.add_argument(
        "--seconds",
        metavar="S",
        type=float,
        default=30.0,
        help="how long to search for the cause; 30, and 0 leaves it out",
    )
    parser.add_argument("-o", dest="page", metavar="PAGE", help="write a page: .html or .md")
    parser.add_argument("--json", action="store_true", help="print JSON")
    _contract.add_words(parser)


def run(words: argparse.Namespace) -> int:
    """Draw, compare, tell, and return 0 if they are equal."""
    from texelnet.picture import read_picture
    from texelnet.report import check_name, comparison_page, write_page
    from texelnet.report.terminal import show
    from texelnet.run.compare import compare

    if words.page:
        check_name(words.page)
    first, second = _sides(words)
    picture = None if words.picture is None else read_picture(words.picture)
    with status("drawing, and searching the cause of a difference", ""):
        found = compare(first, second, picture, words.picture or "", words.seconds)
    page = comparison_page(found, shlex.join(["texelnet", *sys.argv[1:]]))
    if words.page:
        write_page(page, words.page)
        print(f"wrote {words.page}", file=sys.stderr)
    if words.json:
        print(json.dumps(found.json(), indent=1, allow_nan=False))
    else:
        show(page)
    return 0 if found.equal else 1


def _sides(words: argparse.Namespace) -> tuple[Side, Side]:
    """Return what A and B mean; who has no contract takes the other's."""
    names = (words.first, words.second)
    known = {name: _network(name, words) for name in names if _is_network(name)}
    packages = {name: _package(name) for name in names if Path(name).is_dir()}
    sides = known | packages
    contract = next((side.contract for side in sides.values()), None) or _told(words)
    return _side(names[0], sides, contract), _side(names[1], sides, contract)


def _side(name: str, known: dict[str, Side], contract: Contract | None) -> Side:
    from texelnet.run.compare import of_picture, of_shader
    from texelnet.run.compare.side import SHADERS

    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix.lower() in PICTURES:
        return of_picture(path)
    if path.suffix.lower() in SHADERS:
        if not path.is_file():
            raise UsageError(name, "no such file", "a user shader, a network or a picture")
        return of_shader(path, contract)
    raise UsageError(name, *_UNKNOWN)


_UNKNOWN = (
    "neither a network, a package's folder, a user shader nor a picture",
    "files that end in .prototxt, .onnx, .glsl, .hook, .png or .jpg; or a folder",
)


def _is_network(name: str) -> bool:
    """Tell whether a word means a network; what is none of the other kinds is taken for one."""
    from texelnet.run.compare.side import SHADERS

    path = Path(name.partition("@")[0])
    return path.suffix.lower() not in (*PICTURES, *SHADERS) and not path.is_dir()


def _network(name: str, words: argparse.Namespace) -> Side:
    from texelnet.run import RUNNERS
    from texelnet.run.compare import of_network

    place, at, machine = name.partition("@")
    runner = choice(name, machine, RUNNERS) if at else RUNNERS["onnxruntime"]
    find(place)
    own = argparse.Namespace(**vars(words) | {"network": place})
    if place.endswith(".onnx"):
        own.weights = None
    return of_network(name, read_network(own), runner)


def _package(name: str) -> Side:
    from texelnet.run.compare import of_package

    return of_package(Path(name))


def _told(words: argparse.Namespace) -> Contract | None:
    """Return the contract of the words alone."""
    from texelnet.graph.contract import Contract

    if words.contract is None and not _contract.flags(words):
        return None
    told, _ = _contract.told(words, Path(words.contract or "contract"))
    return told or Contract(**_contract.flags(words))
