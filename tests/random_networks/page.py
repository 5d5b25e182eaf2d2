"""The page docs/reliability.md, from the records of what was judged."""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from tests.random_networks.generate import LEFT_OUT
from tests.random_networks.kept import all_kept
from tests.random_networks.reference import BAR, TREMBLE
from tests.random_networks.trial import CANDIDATES, EXACT

from texelnet import __version__
from texelnet.ops import OPS
from texelnet.run import ffmpeg
from texelnet.run.verify.storage import UNITS
from texelnet.run.wgpu import adapter_name

LEAST = 50  # how often each operator should be drawn

_HEAD = """# Reliability

Whole networks drawn at random, compared with onnxruntime at many sizes. This page is written by
`make reliability` (`tests/random_networks/report.py`); the numbers are counted from what ran.

A network has 10 to 30 nodes, free height and width, branches, skips, concatenations, odd
channel counts, strides down and up, and is of any opset from 11 on. It is written as an ONNX
file, read, compiled and run. What is drawn is kept sane by construction: weights are scaled by
their fan, logarithms, roots and quotients get numbers above a third, numbers that pile up are
moved off before a jump.

**In 32 bits** (the kernels in numpy; wgpu) the bar is {bar:g} times the largest number of the
reference's output, and times 1 at least. The reference is onnxruntime on the file itself. A
picture is judged where the reference's own answer stays within a quarter of the bar while the
picture trembles by {tremble:g}; else another one is taken, and after four the size is counted
as ill-conditioned.

**In 16 bits** (wgpu with textures of 16 bits; libplacebo, where the host keeps them so) every
plane of the network is read back bit for bit and held against numpy's `evaluate` of the planes
that were drawn before it, with the same rounding: the bar is {units:g} units of 16 bits of the
plane's range, either direction. Nothing is cut and nothing is scaled to be shown, so no floor
of the host's is added. Numbers that lie on a jump are left out. The distance of the answer from
onnxruntime's is told, not judged: a network with jumps may turn a last digit into a step.
What libplacebo draws is a picture, so the network gets a mixture of the picture's channels, and
its outputs are made as large as the picture or twice as large, mixed and added: luma, RGB and
BGR, compute and fragment passes, in turn.

A size that the reference refuses, or of which nothing is left, has to be refused by us, with
a sentence; where nothing is left onnxruntime is not asked, for it may end the process. Pictures
are not asked for where onnxruntime departs from ONNX: a Resize at a scale that is not 1 which
leaves the size as it is.
"""
_BY = ("", "networks", "sizes", "largest error", "refused", "ill", "beyond", "minutes")
_BY_TOLD = """Largest error: as a part of what is allowed. Refused: sizes that the reference
refuses, and so do we. Ill: sizes at which no picture's answer was well-conditioned. Beyond:
sizes at which a number was too large for 16 bits, so nothing was compared. Minutes: of each
process. A run that was stopped has drawn fewer networks by the slower ones; the same command
goes on from there.
"""


def page(records: Sequence[dict[str, Any]], digest: str) -> str:
    """Return the page's text."""
    failed = [r for r in records if r["findings"]]
    parts = [
        _HEAD.format(bar=BAR, tremble=TREMBLE, units=UNITS),
        "## What ran\n",
        _table(("", ""), [*_facts(records, len(failed)), ("state of the code", digest)]),
        _table(_BY, [row for name in CANDIDATES for row in _by(records, name)]),
        _BY_TOLD,
        "## How far 16 bits are from onnxruntime\n",
        "The largest distance of a network's answers, of what they span, in 255ths.\n",
        _table(("", "half of the networks", "nine of ten", "the worst"), _far(records)),
        "## What is not compared\n",
        _limits(records),
        "## Schedules, taken in turn\n",
        _table(("schedule", "networks", "sizes", "largest error"), _turns(records, "schedule")),
        _table(
            ("in libplacebo", "networks", "sizes", "largest error"), _turns(records, "hosted")
        ),
        "## Failures in this run\n",
        _failures(failed),
        "## Failures found by it and mended\n",
        "Each was made as small as it fails, and is judged again in every test run\n"
        "(`tests/random_networks/kept/`).\n",
        _table(("kept as", "what was wrong"), [(f"`{k.name}`", k.found) for k in all_kept()]),
        "## How often each operator was drawn\n",
        _operators(records),
    ]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _facts(records: Sequence[dict[str, Any]], failed: int) -> list[tuple[str, str]]:
    seeds = [r["seed"] for r in records]
    sizes = [tuple(s) for r in records for s in r["sizes"]]
    nodes = sorted(r["nodes"] for r in records)
    opsets = Counter(r["opset"] for r in records)
    hosts = f"texelnet {__version__}, onnx {onnx.__version__}, numpy {np.__version__}"
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return [
        ("networks", f"{len(records):,}, of them {failed} failed"),
        ("seeds", f"{min(seeds)} to {max(seeds)}"),
        ("nodes a network", f"{nodes[0]} to {nodes[-1]}, half of them {_half(nodes)} and more"),
        ("opsets", ", ".join(f"{n} of {opset}" for opset, n in sorted(opsets.items()))),
        ("reference", f"onnxruntime {onnxruntime.__version__} on the CPU"),
        ("wgpu", adapter_name()),
        ("libplacebo", ffmpeg.adapter_name()),
        ("versions", hosts),
        ("machine", where),
        ("pictures asked for", f"{len(sizes):,}, of {len(set(sizes)):,} sizes up to 26x26"),
        ("of them of one pixel", f"{sizes.count((1, 1)):,}"),
        ("one pixel high or wide", f"{sum(1 in s for s in sizes):,}"),
    ]


def _by(records: Sequence[dict[str, Any]], name: str) -> Iterator[tuple[Any, ...]]:
    mine = [r["by"][name] for r in records if name in r["by"]]
    if not mine:
        return
    total = Counter(
        {k: sum(t[k] for t in mine) for k in ("judged", "refused", "tossed", "beyond")}
    )
    held = sum(not t["limit"] for t in mine)
    worst = max(t["error"] for t in mine)
    minutes = sum(t["seconds"] for t in mine) / 60
    counts = [f"{total[k]:,}" for k in ("refused", "tossed", "beyond")]
    said = CANDIDATES[name]
    yield said, f"{held:,}", f"{total['judged']:,}", f"{worst:.2g}", *counts, f"{minutes:.0f}"


def _far(records: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    rows = []
    for name in (n for n in CANDIDATES if n not in EXACT):
        mine = [r["by"][name] for r in records if name in r["by"]]
        far = sorted(255 * t["far"] for t in mine if t["judged"])
        if far:
            ends = far[len(far) // 2], far[9 * len(far) // 10], far[-1]
            rows.append((CANDIDATES[name], *(f"{n:.2g}" for n in ends)))
    return rows


def _limits(records: Sequence[dict[str, Any]]) -> str:
    counts = Counter(
        (name, re.sub(r"(?<=takes )\d+", "n", tally["limit"]))
        for r in records
        for name, tally in r["by"].items()
        if tally["limit"]
    )
    if not counts:
        return "Each network is.\n"
    told = (
        "Networks that a host can't hold, refused when they are compiled; that odd schedules\n"
    )
    told += (
        "make too long for the software driver; and that onnxruntime refuses to load, for it\n"
    )
    told += "forgets a shape that a size is cut off from.\n\n"
    rows = [(CANDIDATES[name], n, why) for (name, why), n in counts.most_common()]
    return told + _table(("", "networks", "why"), rows)


def _half(numbers: Sequence[float]) -> float:
    return statistics.median_low(numbers)


def _turns(records: Sequence[dict[str, Any]], key: str) -> list[tuple[str, int, int, str]]:
    """Count by schedule: of wgpu and numpy's kernels, or of libplacebo."""
    rows = []
    for turn in dict.fromkeys(r[key] for r in sorted(records, key=lambda r: r["seed"])):
        mine = [
            tally
            for r in records
            for name, tally in r["by"].items()
            if r[key] == turn and (name == "libplacebo") == (key == "hosted")
        ]
        networks, sizes = sum(r[key] == turn for r in records), sum(t["judged"] for t in mine)
        worst = max((t["error"] for t in mine), default=0.0)
        rows.append((turn, networks, sizes, f"{worst:.2g}"))
    return rows


def _failures(failed: Sequence[dict[str, Any]]) -> str:
    if not failed:
        return "None.\n"
    said = [re.sub(r"/\S*/(?=random\.onnx)", "", r["findings"][0]) for r in failed]
    rows = [
        (r["seed"], r["schedule"], " ".join(text.split()))
        for r, text in zip(failed, said, strict=True)
    ]
    return _table(("seed", "schedule", "what failed first"), rows)


def _operators(records: Sequence[dict[str, Any]]) -> str:
    counts: Counter[str] = Counter()
    for r in records:
        counts.update(r["operators"])
    rows = [(op, f"{counts[op]:,}") for op in sorted(OPS) if op not in LEFT_OUT]
    few = [op for op in OPS if op not in LEFT_OUT and counts[op] < LEAST]
    said = f"Nodes that draw; those that compute sizes are not counted. Each at least {LEAST}"
    said += f", but for {', '.join(few)}.\n" if few else ".\n"
    left = [(op, why) for op, why in sorted(LEFT_OUT.items())]
    return "\n".join(
        [said, _table(("operator", "nodes"), rows), _table(("left out", "why"), left)]
    )
