"""The field's networks on this machine: time, processor time and cost, beside their peers.

Each network (:mod:`benchmarks.field_networks`) draws pictures through libplacebo, as ffmpeg's
filter, and through wgpu, beside onnxruntime on the CPU and ncnn on the same Vulkan driver. All
take turns on one core. libplacebo's frame is a video's 60 frames but the first 5, less what an
identity hook costs; it is a process of its own.

    make bench-field                     everything, half an hour; writes benchmarks/field.md
    python -m benchmarks.field --resume  what an interrupted run left out
    python -m benchmarks.field fsrcnnx-8 --sizes 480x270     one network, told but not written
    python -m benchmarks.field --shader FSRCNNX.glsl --as fsrcnnx-8    somebody's own beside it
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import field_clocks, field_hard, field_table, ncnn_vulkan
from benchmarks.field_clocks import Size, child, clocked
from benchmarks.field_networks import FIELD

from texelnet.errors import TexelnetError
from texelnet.graph.network import Network
from texelnet.run import film
from texelnet.run.ffmpeg import adapter_name as ffmpeg_name
from texelnet.run.wgpu import adapter_name

PAGE = Path(__file__).parent / "field.md"
KEPT = Path(__file__).parents[1] / ".benchmarks" / "field.json"
SECONDS = 0.4
"""How long a peer may draw in one round; one frame at least."""
FRAMES = 60
HARD = (480, 270)
"""The size at which `--tune hard` is measured."""

Row = dict[str, Any]


def main() -> None:
    """Measure what was asked for, print each line, write the page after each network."""
    words = _words()
    rows: dict[str, Row] = (
        json.loads(KEPT.read_text()) if words.resume and KEPT.exists() else {}
    )
    field_clocks.pin()
    machine = {
        "driver": adapter_name(),
        "host": ffmpeg_name(),
        "ncnn": ncnn_vulkan.adapter() or "no ncnn here (pip install ncnn)",
        "python": f"Python {platform.python_version()}",
        "peak": field_clocks.peak(),
    }
    told: dict[str, Row] = {}
    try:
        for size, name in product(words.sizes, words.networks or FIELD):
            pairs = zip(words.shader, words.owner, strict=True)
            shaders = [path for path, owner in pairs if owner == name]
            told |= _network(name, size, words.rounds, shaders, rows)
            if not words.networks:
                machine["load"] = f"{os.getloadavg()[2]:.0f} other processes"
                PAGE.write_text(field_table.page(told, machine))
    except KeyboardInterrupt:
        print("\nstopped; --resume measures what is left")
        raise SystemExit(130) from None


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the field's networks.")
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=", ".join(FIELD))
    both = "480x270,960x540"
    parser.add_argument("--sizes", type=_sizes, default=both, metavar="WxH,WxH", help=both)
    parser.add_argument(
        "--rounds", type=int, default=4, help="even; each takes them all in turn"
    )
    parser.add_argument("--resume", action="store_true", help="keep what is known already")
    parser.add_argument("--shader", action="append", default=[], type=Path, metavar="FILE.glsl")
    parser.add_argument("--as", dest="owner", action="append", default=[], metavar="NETWORK")
    words = parser.parse_args()
    unknown = [n for n in (*words.networks, *words.owner) if n not in FIELD]
    if unknown:
        parser.error(f"no network {unknown[0]}; there are {', '.join(FIELD)}")
    if len(words.shader) != len(words.owner):
        parser.error("say after each --shader which network it is: --as fsrcnnx-8")
    return words


def _sizes(text: str) -> list[Size]:
    sizes = [size.partition("x") for size in text.split(",")]
    return [(int(columns), int(rows)) for columns, _, rows in sizes]


def _network(
    name: str, size: Size, rounds: int, shaders: list[Path], rows: dict[str, Row]
) -> dict[str, Row]:
    """Measure one network at a size, unless these very shaders were; return its rows."""
    network = FIELD[name]()
    contents = {"webgpu": field_clocks.package(network, "webgpu")}
    refused = ""
    try:
        contents["mpv"] = field_clocks.package(network, "mpv")
    except TexelnetError as error:
        refused = error.fact
    files = [json.loads(c["manifest.json"])["sha256"] for c in contents.values()]
    digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    cost, times = f"{name} cost {digest}", f"{name} {size[0]}x{size[1]} {digest}"
    if cost not in rows:
        rows[cost] = _cost(name, network, contents) | {"refused": refused}
        _keep(rows)
        print(field_table.told_cost(name, rows[cost]), flush=True)
    if times not in rows:
        rows[times] = _times(name, network, contents, size, rounds)
    print(field_table.told_times(times, rows[times]), flush=True)
    for path in shaders:
        theirs = _theirs(network, path, size)
        rows[times].setdefault("shaders", {})[path.name] = theirs
        print(field_table.told_shader(path.name, theirs), flush=True)
    _keep(rows)
    hard = f"{name} hard {digest}"
    if name in field_table.TARGETS and size == HARD and hard not in rows:
        rows[hard] = field_hard.measure(name, size, _frames(size))
        print(field_hard.told(name, rows[hard]), flush=True)
        _keep(rows)
    return {key: rows[key] for key in (cost, times, hard) if key in rows}


def _keep(rows: dict[str, Row]) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(rows, indent=1))


def _cost(name: str, network: Network, contents: dict[str, dict[str, bytes]]) -> Row:
    """Return what compiling takes, here and in the drivers."""
    assert network.contract is not None
    row: Row = {target: child(f"compiling({name!r}, {target!r})") for target in contents}
    row["webgpu"]["cold"] = child(f"cold_wgpu({name!r})", **film.COLD)
    if "mpv" in contents:
        shader = field_clocks.user_shader(contents["mpv"])
        row["mpv"]["cold"] = field_clocks.cold_libplacebo(shader, network.contract.planes)
    return row


def _times(
    name: str, network: Network, contents: dict[str, dict[str, bytes]], size: Size, turns: int
) -> Row:
    """Return a frame's milliseconds by peer: {"cpu", "wait"}, and the errors."""
    assert network.contract is not None
    planes = network.contract.planes
    draw = field_clocks.peers(network, size)
    wanted = draw["onnxruntime"]()
    errors = {n: float(np.max(np.abs(frame() - wanted))) for n, frame in draw.items()}
    rounds = {n: max(1, int(SECONDS * 1e3 / clocked(f)[0])) for n, f in draw.items()}
    times: dict[str, list[float]] = {n: [] for n in draw}
    hosted: list[list[field_clocks.Times]] = []
    shaders = [film.identity(planes)]
    shaders += [field_clocks.user_shader(contents["mpv"])] if "mpv" in contents else []
    for turn in range(turns):
        for n, frame in draw.items():
            if n != "ncnn" or turn % 2:
                times[n] += [clocked(frame)[0] for _ in range(rounds[n])]
        if turn % 2:
            hosted.append(
                [field_clocks.a_frame(s, planes, size, _frames(size)) for s in shaders]
            )
    row: Row = {n: {"cpu": float(np.median(t)), "error": errors[n]} for n, t in times.items()}
    waits = child(f"waits({name!r}, {size[0]}, {size[1]}, 3)")
    for n, wait in waits.items():
        row[n]["wait"] = wait
    if "mpv" in contents:
        row["libplacebo"] = {
            "cpu": float(np.median([b[0] - a[0] for a, b in hosted])),
            "identity": float(np.median([a[0] for a, _ in hosted])),
            "wait": field_clocks.waits_libplacebo(shaders[1], planes, size),
            "error": field_clocks.off_in_libplacebo(network, contents["mpv"]),
        }
    return row


def _theirs(network: Network, path: Path, size: Size) -> Row:
    """Return what somebody's own shader of the same network takes, beside onnxruntime."""
    assert network.contract is not None
    planes, frames = network.contract.planes, _frames(size)
    texts = (film.identity(planes), path.read_text("utf-8"))
    reference = field_clocks.peers(network, size)["onnxruntime"]
    base = [clocked(reference)[0] for _ in range(10)]
    without, cost = (field_clocks.a_frame(t, planes, size, frames)[0] for t in texts)
    base += [clocked(reference)[0] for _ in range(10)]
    cold = field_clocks.cold_libplacebo(texts[1], planes)
    return {
        "cpu": cost - without, "onnxruntime": float(np.median(base)), "cold": cold,
        "kilobytes": path.stat().st_size / 1e3,
    }  # fmt: skip


def _frames(size: Size) -> int:
    """60 frames at 480x270, fewer of larger pictures."""
    few = film.DROPPED + 10
    return max(few, min(FRAMES, FRAMES * 480 * 270 // (size[0] * size[1])))


if __name__ == "__main__":
    main()
