"""Tune: a network under several schedules on the present adapter, and which is the fastest.

All take turns, so that whatever else the machine does meets all; the middle is told. What is
timed is a frame as its host draws it (:mod:`texelnet.run.clocks`): the processor time that it
takes where the adapter is a software driver, else the time until it is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.errors import DeviceError, PackageError
from texelnet.graph.network import Network
from texelnet.run.clocks import CLOCKS, Clock
from texelnet.run.verify.manifest import schedule_of
from texelnet.shader.compile import compile_network
from texelnet.shader.expense import driver_seconds
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import Target

FORMAT = "texelnet tuned schedule"
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


def clock_of(target: Target) -> Clock:
    """Return what times frames of a host.

    Raises
    ------
    DeviceError
        They can't be timed from here.
    """
    if target.name not in CLOCKS:
        fact = f"{target.name} is a program of its own: a frame in it can't be timed from here"
        raise DeviceError(target.name, fact, f"--for {' or '.join(CLOCKS)}")
    return CLOCKS[target.name]


def tune(
    network: Network,
    target: Target,
    size: tuple[int, int],
    found: Mapping[str, Schedule],
    rounds: int = 0,
    watch: Callable[[str], None] | None = None,
) -> list[Tried]:
    """Measure schedules of a network on pictures of (height, width); the fastest first.

    Of schedules that give the same passes the first is measured. A round draws a frame of
    each; 0 rounds are as many as the host's clock needs.

    Raises
    ------
    DeviceError
        There is no graphics driver, or it refuses a picture of that size.
    """
    clock = clock_of(target)
    frames: dict[str, Callable[[], float]] = {}
    known: dict[str, Tried] = {}
    written: dict[tuple[bytes, ...], str] = {}
    for name, schedule in found.items():
        if watch:
            watch(name)
        build = compile_network(network, target, schedule)
        files = target.package(build)
        texts = tuple(v for k, v in sorted(files.items()) if k != "manifest.json")
        groups = repr([kernel.workgroup for kernel in build.kernels]).encode()
        if written.setdefault((*texts, groups), name) != name:
            continue
        compiled, frames[name] = clock.load(in_memory(files, network.source), network, size)
        predicted = driver_seconds(build.kernels)
        known[name] = Tried(name, schedule, len(build.kernels), predicted, compiled, 0)
    times: dict[str, list[float]] = {name: [] for name in frames}
    for turn in range(rounds or clock.rounds):
        for name, frame in frames.items():
            if watch:
                watch(f"{name}, round {turn + 1}")
            times[name].append(frame())
    tried = [replace(t, frame=float(np.median(times[t.name]))) for t in known.values()]
    return sorted(tried, key=lambda t: t.frame)


def told(
    network: Network, target: Target, size: tuple[int, int], tried: Sequence[Tried]
) -> dict[str, Any]:
    """Return the outcome as JSON's values: the best schedule, and the table it is from."""
    clock = clock_of(target)
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
        "adapter": clock.adapter(),
        "clock": clock.word,
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
