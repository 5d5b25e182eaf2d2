"""``texelnet upscale``: pictures, drawn larger by a network."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli._status import bar
from texelnet.cli.network import add_words, choice, read_network
from texelnet.errors import TexelnetError, UsageError

if TYPE_CHECKING:
    from texelnet.picture import Picture
    from texelnet.run import Runner

HELP = "Draw pictures larger by a network."
DEFAULT = "decon-x2"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add PICTURE, -o, --network, --on, --times."""
    parser.add_argument("pictures", metavar="PICTURE", nargs="+", help="PNG, JPEG, or folders")
    parser.add_argument(
        "-o",
        dest="out",
        metavar="OUT",
        required=True,
        help="a file for one picture, else a folder",
    )
    add_words(parser, optional=DEFAULT)
    add_on(parser)
    parser.add_argument(
        "--times", metavar="K", type=_count, default=1, help="apply the network K times; 1"
    )


def add_on(parser: argparse.ArgumentParser) -> None:
    """Add --on, with every runner in its help."""
    from texelnet.run import RUNNERS

    names = ", ".join(RUNNERS)
    parser.add_argument("--on", metavar="RUNNER", default="auto", help=f"{names} or auto; auto")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 8:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 8")
    return int(text)


def find_runner(word: str) -> Runner:
    """Return the runner that --on means; auto is wgpu where there is a driver.

    Where there is none, a sentence on stderr says so.
    """
    from texelnet.run import RUNNERS, auto

    if word != "auto":
        return choice("--on", word, RUNNERS)
    runner, reason = auto()
    if reason:
        print(f"{reason}; running on {runner.name} instead", file=sys.stderr)
    return runner


@dataclass(frozen=True)
class _Work:
    """One picture to be drawn, and where it goes."""

    picture: Path
    out: Path


def run(words: argparse.Namespace) -> int:
    """Draw every picture; those that can't be are told, and the others go on."""
    work, folder = _work([Path(word) for word in words.pictures], Path(words.out))
    network, runner = read_network(words), find_runner(words.on)
    draw, contract = runner.planes(network), network.contract
    assert contract is not None
    from texelnet.run.upscale import upscale

    def larger(picture: Picture) -> Picture:
        return upscale(picture, contract, draw, words.times)

    print(f"{network.name} on {runner.name}: {runner.adapter()}")
    if folder:
        Path(words.out).mkdir(parents=True, exist_ok=True)
    failed = 0
    with bar(len(work), lines=True, shown=folder) as done:
        for one in work:
            try:
                done(_draw(one, larger))
            except TexelnetError as error:
                if not folder:
                    raise
                failed += 1
                done(f"{one.picture}: left out")
                print(_placed(error, one.picture), file=sys.stderr)
    if failed:
        print(f"{failed} of {len(work)} pictures could not be drawn", file=sys.stderr)
    return 2 if failed else 0


def _placed(error: TexelnetError, picture: Path) -> str:
    return str(error) if str(picture) in error.where else f"{picture}: {error}"


def _draw(one: _Work, larger: Callable[[Picture], Picture]) -> str:
    """Draw one picture; return the line that tells of it."""
    from texelnet.picture import read_picture, write_picture

    start = time.perf_counter()
    before = read_picture(one.picture)
    after = larger(before)
    write_picture(after, one.out)
    seconds = time.perf_counter() - start
    sizes = [f"{p.size[1]}x{p.size[0]}" for p in (before, after)]
    return f"{one.picture}: {sizes[0]} -> {sizes[1]} in {seconds:.2f} s, {one.out}"


# --- what to draw, and where to ---------------------------------------------------------------


def _work(pictures: Sequence[Path], out: Path) -> tuple[list[_Work], bool]:
    """Return what to draw, and whether OUT is a folder."""
    from texelnet.picture import SUFFIXES, pictures_at

    folder = len(pictures) > 1 or pictures[0].is_dir() or out.is_dir()
    if not folder and out.suffix.lower() not in SUFFIXES:
        hint = f"a name that ends in {', '.join(SUFFIXES)}, or a folder that is there"
        raise UsageError(str(out), "one picture goes into a file", hint)
    if folder and out.is_file():
        raise UsageError(str(out), "several pictures go into a folder, this is a file")
    if not folder:
        return [_Work(pictures[0], out)], False
    work = [_Work(path, out / path.name) for given in pictures for path in pictures_at(given)]
    if not work:
        fact = f"no picture in {', '.join(map(str, pictures))}"
        raise UsageError("PICTURE", fact, f"files that end in {', '.join(SUFFIXES)}")
    places: dict[Path, Path] = {}
    for one in work:
        first = places.setdefault(one.out, one.picture)
        if first != one.picture:
            fact = f"{first} and {one.picture} would both become this file"
            raise UsageError(str(one.out), fact, "draw them into two folders")
        if one.out.resolve() == one.picture.resolve():
            raise UsageError(str(one.out), "it would overwrite the picture", "another folder")
    return work, True
