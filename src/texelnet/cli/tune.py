"""``texelnet tune``: find the fastest schedule of a network on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from texelnet.cli import _table
from texelnet.cli._status import status
from texelnet.cli.inspect import size
from texelnet.cli.network import add_words, choice, read_network

HELP = "Find the fastest schedule of a network on this machine."


class _Shipped(argparse.Action):
    """Print the shipped table in place of a measurement."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from texelnet.shader.tuned import shipped

        for t in shipped():
            title = f"{t.device} for {t.target}: {t.network}, {t.size[0]}x{t.size[1]}"
            rows = [(name, f"{ms:.1f}") for name, ms in t.table]
            head = ("schedule", f"ms a frame ({t.clock})")
            _table.show(f"{title} on {t.adapter}", head, rows, right=(1,))
        parser.exit()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK, --shipped, --for, --size, --hard, -o and --json."""
    add_words(parser)
    parser.add_argument(
        "--shipped", action=_Shipped, nargs=0, help="print what was measured elsewhere, and end"
    )
    parser.add_argument(
        "--for", dest="target", metavar="TARGET", required=True, help="the host"
    )
    parser.add_argument(
        "--size", metavar="WxH", type=size, default=(270, 480), help="a picture; 480x270"
    )
    parser.add_argument(
        "--hard", action="store_true", help="try also what a driver compiles for long"
    )
    parser.add_argument(
        "-o",
        dest="file",
        metavar="FILE",
        help="a .json that `compile --schedule FILE` reads",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(words: argparse.Namespace) -> int:
    """Measure, print the table, keep the best; Ctrl-C ends it with what was measured."""
    from texelnet.disk import write_whole
    from texelnet.run.tune import candidates, clock_of, told, tune
    from texelnet.shader.targets import TARGETS

    target = choice("--for", words.target, TARGETS)
    clock = clock_of(target)
    network = read_network(words)
    with status("compiling", "trying", lines=True) as watch:
        tried = tune(network, target, words.size, candidates(target, words.hard), watch=watch)
    outcome = told(network, target, words.size, tried)
    if words.file:
        content = (json.dumps(outcome, indent=1) + "\n").encode()
        write_whole(Path(words.file), lambda file: file.write(content))
    if words.json:
        print(json.dumps(outcome, indent=1, allow_nan=False))
    else:
        _show(outcome)
        if words.file:
            print(f"wrote {words.file}: {tried[0].name}")
    if min(len(t.times) for t in tried[:2]) < clock.rounds:
        print("interrupted: this is what was measured until then", file=sys.stderr)
        return 130
    return 0


def _show(outcome: dict[str, Any]) -> None:
    """Print the table."""
    columns, rows = outcome["size"]
    title = f"{outcome['network']} for {outcome['target']}, {columns}x{rows}"
    told = {
        "frame_ms": f"ms a frame ({outcome['clock']})",
        "frames": "measured",
        "compiled_s": "s to compile",
        "predicted_s": "predicted",
        "passes": "passes",
    }
    lines = [
        (line["name"], *(f"{line[k]:.1f}" if "_" in k else str(line[k]) for k in told))
        for line in outcome["table"]
    ]
    head = ("schedule", *told.values())
    _table.show(f"{title} on {outcome['adapter']}", head, lines, right=range(1, 6))
