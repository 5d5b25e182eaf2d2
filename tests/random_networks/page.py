"""The page docs/reliability.md, from the records of what was judged."""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from tests.random_networks.generate import LEFT_OUT
from tests.random_networks.judge import BAR, TREMBLE
from tests.random_networks.kept import all_kept

from texelnet import __version__
from texelnet.ops import OPS
from texelnet.run.wgpu import adapter_name

LEAST = 50  # how often each operator should be drawn

_HEAD = """# Reliability

Whole networks drawn at random, compared with onnxruntime at many sizes. This page is written by
`make reliability` (`tests/random_networks/report.py`); the numbers are counted from what ran.

A network has 10 to 30 nodes, free height and width, branches, skips, concatenations, odd
channel counts, strides down and up. It is written as an ONNX file, read, compiled and run. The
bar is {bar:g} times the largest number of the reference's output, and times 1 at least. The
reference is onnxruntime on the file itself. What is drawn is kept sane by construction: weights
are scaled by their fan, logarithms, roots and quotients get numbers above a third, numbers
that pile up are moved off before a jump. A picture is judged where the reference's own answer
stays within a quarter of the bar while the picture trembles by {tremble:g}; else another one is
taken, and after four the size is counted as ill-conditioned.

A size that the reference refuses, or of which nothing is left, has to be refused by us, with
a sentence; where nothing is left onnxruntime is not asked, for it may end the process. Pictures
are not asked for where onnxruntime departs from ONNX: a Resize at a scale that is not 1 which
leaves the size as it is.
"""


def page(records: Sequence[dict[str, Any]], digest: str) -> str:
    """Return the page's text."""
    failed = [r for r in records if r["findings"]]
    parts = [
        _HEAD.format(bar=BAR, tremble=TREMBLE),
        "## What ran\n",
        _table(("", ""), [*_facts(records, len(failed)), ("state of the code", digest)]),
        "## Schedules, taken in turn\n",
        _table(("schedule", "networks", "sizes compared", "largest error"), _turns(records)),
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
    total = Counter({k: sum(r[k] for r in records) for k in ("judged", "refused", "tossed")})
    errors = sorted(r["error"] for r in records)
    minutes = sum(r["seconds"] for r in records) / 60
    hosts = f"texelnet {__version__}, onnx {onnx.__version__}, numpy {np.__version__}"
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return [
        ("networks", f"{len(records):,}, of them {failed} failed"),
        ("seeds", f"{min(seeds)} to {max(seeds)}"),
        ("nodes a network", f"{nodes[0]} to {nodes[-1]}, half of them {_half(nodes)} and more"),
        ("reference", f"onnxruntime {onnxruntime.__version__} on the CPU"),
        ("compared with it", f"the kernels in numpy; wgpu on {adapter_name()}"),
        ("versions", hosts),
        ("machine", where),
        ("pictures asked for", f"{len(sizes):,}, of {len(set(sizes)):,} sizes up to 26x26"),
        *((f"compared, {c}", _compared(records, c)) for c in ("numpy", "wgpu")),
        ("refused, as they should be", f"{total['refused']:,}"),
        ("ill-conditioned", f"{total['tossed']:,}"),
        ("largest error", f"{errors[-1]:.2g}; half of the networks {_half(errors):.2g}"),
        ("minutes of judging", f"{minutes:.0f}, counted in each process"),
    ]


def _compared(records: Sequence[dict[str, Any]], candidate: str) -> str:
    mine = [r for r in records if candidate in r["candidates"]]
    return f"{sum(r['judged'] for r in mine):,}, of {len(mine):,} networks"


def _half(numbers: Sequence[float]) -> float:
    return statistics.median_low(numbers)


def _turns(records: Sequence[dict[str, Any]]) -> list[tuple[str, int, int, str]]:
    rows = []
    for name in dict.fromkeys(r["schedule"] for r in sorted(records, key=lambda r: r["seed"])):
        mine = [r for r in records if r["schedule"] == name]
        worst = max(r["error"] for r in mine)
        rows.append((name, len(mine), sum(r["judged"] for r in mine), f"{worst:.2g}"))
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
