"""Tune: a network under several schedules on the present adapter, and which is the fastest.

All take turns, so that whatever else the machine does meets all; the middle is told. What is
timed is a frame, numpy in and numpy out: the processor time that it takes where the adapter is
a software driver, else the time until it is there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.errors import DeviceError, PackageError
from texelnet.graph.network import Network
from texelnet.run import wgpu
from texelnet.run.verify.manifest import schedule_of
from texelnet.shader.compile import compile_network
from texelnet.shader.expense import driver_seconds
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import Target

FORMAT = "texelnet tuned schedule"
ROUNDS = 9
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Tried:
    """One candidate: milliseconds of a frame, and seconds that the driver compiled."""

    name: str
    schedule: Schedule
    passes: int
    predicted: float
    compiled: float
    frame: float


def candidates(target: Target, hard: bool = False) -> dict[str, Schedule]:
    """Return what is worth trying; with ``hard`` also what compiles for long."""
    found: dict[str, Schedule] = {}
    for name, usual in target.schedules.items():
        found[name] = usual
        if usual.form == "fragment":
            continue
        found[f"{name}, groups of 8x8"] = replace(usual, workgroup=(8, 8))
        found[f"{name}, groups of 16x16"] = replace(usual, workgroup=(16, 16))
        found[f"{name}, no squares"] = replace(usual, winograd=0)
        found[f"{name}, blocks of 2x2"] = replace(usual, winograd=0, block=(2, 2))
        if hard:
            found[f"{name}, hard"] = usual.hard()
    return found


def tune(
    network: Network,
    target: Target,
    size: tuple[int, int],
    found: Mapping[str, Schedule],
    rounds: int = ROUNDS,
    watch: Callable[[str], None] | None = None,
) -> list[Tried]:
    """Measure schedules of a network on pictures of (height, width); the fastest first.

    Raises
    ------
    DeviceError
        There is no graphics driver, or it refuses a picture of that size.
    """
    frames: dict[str, Callable[[], object]] = {}
    known: dict[str, Tried] = {}
    shaders: dict[tuple[bytes, ...], str] = {}
    for name, schedule in found.items():
        if watch:
            watch(name)
        build = compile_network(network, target, schedule)
        files = target.package(build)
        texts = tuple(v for k, v in sorted(files.items()) if k.endswith(".wgsl"))
        groups = repr([kernel.workgroup for kernel in build.kernels]).encode()
        if shaders.setdefault((*texts, groups), name) != name:
            continue
        started = _clock()
        session = wgpu.Session(in_memory(files, network.source))
        compiled = _clock() - started
        pictures = _pictures(session.manifest, size)
        frames[name] = lambda session=session, pictures=pictures: session.run(pictures)  # type: ignore[misc]
        frames[name]()
        predicted = driver_seconds(build.kernels)
        known[name] = Tried(name, schedule, len(build.kernels), predicted, compiled, 0)
    times = _taken(frames, rounds)
    tried = [replace(t, frame=times[t.name]) for t in known.values()]
    return sorted(tried, key=lambda t: t.frame)


def _clock() -> float:
    return time.process_time() if wgpu.is_software() else time.perf_counter()


def _pictures(manifest: Mapping[str, Any], size: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return noise for every input; sides that the network fixes are its own."""
    rng, pictures = np.random.default_rng(0), {}
    for name in manifest["inputs"]:
        plane = manifest["planes"][name]
        sides = [
            tree if isinstance(tree, int) else side
            for tree, side in zip((plane["height"], plane["width"]), size, strict=True)
        ]
        pictures[name] = rng.random((plane["channels"], *sides), np.float32)
    return pictures


def _taken(frames: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the middle of each one's milliseconds, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in frames}
    for _ in range(rounds):
        for name, frame in frames.items():
            started = _clock()
            frame()
            times[name].append((_clock() - started) * 1e3)
    return {name: float(np.median(taken)) for name, taken in times.items()}


def told(
    network: Network, target: Target, size: tuple[int, int], tried: Sequence[Tried]
) -> dict[str, Any]:
    """Return the outcome as JSON's values: the best schedule, and the table it is from."""
    rows = [
        {
            "name": t.name,
            "frame_ms": round(t.frame, 2),
            "compiled_s": round(t.compiled, 2),
            "predicted_s": round(t.predicted, 2),
            "passes": t.passes,
        }
        for t in tried
    ]
    return {
        "format": FORMAT,
        "network": network.name,
        "target": target.name,
        "adapter": wgpu.adapter_name(),
        "clock": "processor" if wgpu.is_software() else "wall",
        "size": [size[1], size[0]],
        "schedule": tried[0].schedule.json(),
        "table": rows,
    }


def read_tuned(path: Path, target: Target) -> Schedule:
    """Return the schedule that a file of :func:`told` keeps.

    Raises
    ------
    PackageError
        It is no such file, or was tuned for another host.
    """
    hint = f"texelnet tune NETWORK --for {target.name} -o {path}"
    if path.stat().st_size > _LARGEST:
        raise PackageError(str(path), "larger than 1 MiB", hint)
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PackageError(str(path), f"no JSON: {error}", hint) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise PackageError(str(path), "no tuned schedule", hint)
    if found.get("target") != target.name:
        fact = f"tuned for {found.get('target')!s:.40}, not for {target.name}"
        raise PackageError(str(path), fact, hint)
    return schedule_of(found.get("schedule"), str(path))


def check_target(target: Target) -> None:
    """Refuse hosts whose frames can't be timed from here.

    Raises
    ------
    DeviceError
        With what to tune in its place.
    """
    if target.name != "webgpu":
        fact = f"{target.name} is a program of its own: a frame in it can't be timed from here"
        raise DeviceError(target.name, fact, "--for webgpu, which runs on the same driver")
