"""``texelnet draw scene KIND``: pictures with labels, into a folder."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from texelnet.cli._status import bar
from texelnet.cli.network import choice
from texelnet.errors import UsageError

HELP = "Draw pictures with their labels: index PNGs, COCO with amodal masks, VIA."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add KIND, --count, --seed, --annotate, --set, --resolution, --jobs, -o and --preview."""
    from texelnet.draw.scenes import SCENES

    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(_told())
    parser.add_argument("kind", metavar="KIND", help=", ".join(SCENES))
    parser.add_argument("--count", type=int, default=1, metavar="N", help="pictures; 1")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="0")
    parser.add_argument("--annotate", default="", metavar="UNIT", help="what is one label")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=A..B", help="a setting; repeat it"
    )
    parser.add_argument(
        "--resolution", type=float, default=4.0, metavar="R", help="pixels a millimetre; 4"
    )
    parser.add_argument("--jobs", type=int, default=0, metavar="J", help="processes; all cores")
    parser.add_argument("-o", dest="folder", metavar="DIR", help="where the files go")
    parser.add_argument("--preview", action="store_true", help="show the first")


def _told() -> Iterator[str]:
    from texelnet.draw.scenes import SCENES

    for kind in SCENES.values():
        yield f"{kind.name}: {kind.summary}"
        if len(kind.annotations) > 1:
            yield f"  --annotate {'|'.join(kind.annotations)}"
        for name, setting in kind.settings.items():
            low, high = setting.usual
            span = f"{low:g}..{high:g}" if low != high else f"{low:g}"
            yield f"  --set {name}={span}".ljust(30) + setting.summary


def run(words: argparse.Namespace) -> int:
    """Draw, write, show."""
    from texelnet.cli._preview import show
    from texelnet.draw.scenes import SCENES
    from texelnet.label.drawn import Order, draw_dataset

    kind = choice("KIND", words.kind, SCENES)
    ranges = tuple(map(_setting, words.set))
    order = Order(kind.name, words.count, words.seed, words.annotate, ranges, words.resolution)
    if not words.folder and not words.preview:
        raise UsageError("draw scene", "nothing is asked for", "-o DIR, or --preview")
    if words.jobs < 0:
        raise UsageError(f"--jobs {words.jobs}", "this is no number of processes", "1 or more")
    order.check()
    if words.folder:
        jobs = min(words.jobs or os.cpu_count() or 1, max(order.count // 8, 1))
        with bar(order.count) as done:
            dataset = draw_dataset(order, Path(words.folder), jobs, done)
        things = sum(len(picture.things) for picture in dataset.pictures)
        print(f"wrote {words.folder}: {order.count} pictures, {things} labels")
    if words.preview:
        colour = order.render(0).colour
        step = max(1, -(-colour.shape[2] // 64))
        show(colour[:, ::step, ::step])
    return 0


def _setting(text: str) -> tuple[str, tuple[float, float]]:
    name, _, span = text.partition("=")
    low, _, high = span.partition("..")
    try:
        return name, (float(low), float(high or low))
    except ValueError:
        hint = "NAME=A or NAME=A..B, numbers"
        raise UsageError(f"--set {text}", "this is no setting", hint) from None
