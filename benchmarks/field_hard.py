"""What is gained by `--tune hard`: drivers compile for longer, and frames take less.

Both schedules take turns on one core, through wgpu and in libplacebo.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from benchmarks import field_clocks
from benchmarks.field_clocks import Size, clocked
from benchmarks.field_networks import FIELD

from texelnet.run import film

Row = dict[str, Any]
WAYS = ("usual", "hard")
HOSTS = ("libplacebo", "wgpu")


def measure(name: str, size: Size, frames: int, turns: int = 2, rounds: int = 5) -> Row:
    """Return milliseconds a frame by host and way, and the seconds until the first frame."""
    network = FIELD[name]()
    assert network.contract is not None
    planes = network.contract.planes
    picture = field_clocks.picture(planes, size)
    pages = {w: field_clocks.package(network, "webgpu", w == "hard") for w in WAYS}
    draw = {w: field_clocks.drawing(page, picture) for w, page in pages.items()}
    players = {w: field_clocks.package(network, "mpv", w == "hard") for w in WAYS}
    shaders = {w: field_clocks.user_shader(player) for w, player in players.items()}
    shaders["identity"] = film.identity(planes)
    for frame in draw.values():
        frame()
    wgpu: dict[str, list[float]] = {w: [] for w in draw}
    hosted: dict[str, list[float]] = {w: [] for w in shaders}
    for _ in range(turns):
        for way, frame in draw.items():
            wgpu[way] += [clocked(frame)[0] for _ in range(rounds)]
        for way, text in shaders.items():
            hosted[way].append(field_clocks.a_frame(text, planes, size, frames)[0])
    base = np.median(hosted["identity"])
    return {
        "wgpu": {w: float(np.median(wgpu[w])) for w in WAYS},
        "libplacebo": {w: float(np.median(hosted[w]) - base) for w in WAYS},
        "cold": field_clocks.cold_libplacebo(shaders["hard"], planes),
    }


def lines(rows: dict[str, Row]) -> list[list[str]]:
    """Return the rows of a table: each host's milliseconds both ways, and what is saved."""
    return [
        [name, *(word for host in HOSTS for word in _told(row[host])), f"{row['cold']:.0f}"]
        for name, row in rows.items()
    ]


def _told(times: dict[str, float]) -> list[str]:
    usual, hard = (times[w] for w in WAYS)
    return [f"{usual:.0f}", f"{hard:.0f}", f"{1 - hard / usual:.0%}"]


def told(name: str, row: Row) -> str:
    """Return one line about a network."""
    words = [f"{h} {row[h]['usual']:.1f} to {row[h]['hard']:.1f} ms" for h in HOSTS]
    return f"{name:13} --tune hard: {', '.join(words)}, cold {row['cold']:.1f} s"
