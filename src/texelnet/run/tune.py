"""Tune: a network under several schedules on the present adapter, and which is the fastest.

All take turns, so that whatever else the machine does meets all; twice the slower half drops
out. The middle is told. What is timed is a frame as its host draws it
(:mod:`texelnet.run.clocks`): the processor time that it takes where the adapter is a software
driver, else the time until it is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from texelnet.shader.targets import Build, Target

FORMAT = "texelnet tuned schedule"
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Tried:
    """One candidate: seconds that the driver compiled, and milliseconds of frames."""

    name: str
    schedule: Schedule
    passes: int
    predicted: float
    compiled: float
    times: tuple[float, ...] = ()

    @property
    def frame(self) -> float:
        """The middle of its frames."""
        return float(np.median(self.times))


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
        if usual.staged:
            found[f"{name}, not staged"] = replace(usual, staged=False)
        if usual.shared:
            found[f"{name}, squares"] = replace(usual, winograd=2)
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
    each; 0 rounds are as many as the host's clock needs. After a third of them the slower half
    drops out, again after the second, but two are left. Who stayed longer comes first.
    KeyboardInterrupt ends it with what was measured.

    Raises
    ------
    DeviceError
        There is no graphics driver, or it refuses a picture of that size.
    """
    clock = clock_of(target)
    rounds = rounds or clock.rounds
    race = _Race(watch or (lambda _: None))
    try:
        for name, build, files in _different(network, target, found):
            race.tell(f"{name}, compiling")
            compiled, frame = clock.load(in_memory(files, network.source), network, size)
            predicted = driver_seconds(build.kernels)
            tried = Tried(name, found[name], len(build.kernels), predicted, compiled)
            race.enter(tried, frame, f"{name}, round 1 of {rounds}")
        for turn in range(1, rounds):
            if turn % -(-rounds // 3) == 0:
                race.halve()
            for name in race.left:
                race.draw(name, f"{name}, round {turn + 1} of {rounds}")
    except KeyboardInterrupt:
        if not race.tried:
            raise
    return race.ranked()


class _Race:
    """Candidates that take turns."""

    def __init__(self, watch: Callable[[str], None]) -> None:
        self._watch = watch
        self.tried: dict[str, Tried] = {}
        self._frames: dict[str, Callable[[], float]] = {}
        self.left: list[str] = []
        self._fallen: list[str] = []

    def tell(self, what: str) -> None:
        """Tell what is done now, and the fastest so far."""
        for best in self.ranked()[:1]:
            what += f" (fastest so far: {best.name}, {best.frame:.1f} ms)"
        self._watch(what)

    def enter(self, tried: Tried, frame: Callable[[], float], what: str) -> None:
        """Draw a candidate's first frame."""
        self.tell(what)
        self.tried[tried.name] = replace(tried, times=(frame(),))
        self._frames[tried.name] = frame
        self.left.append(tried.name)

    def draw(self, name: str, what: str) -> None:
        """Draw one frame more."""
        self.tell(what)
        tried = self.tried[name]
        self.tried[name] = replace(tried, times=(*tried.times, self._frames[name]()))

    def halve(self) -> None:
        """Leave the faster half, and two at least."""
        order = sorted(self.left, key=self._frame)
        half = max(2, -(-len(order) // 2))
        self.left, self._fallen = order[:half], order[half:] + self._fallen

    def ranked(self) -> list[Tried]:
        """Return those that are left and then who fell last, each time the fastest first."""
        order = sorted(self.left, key=self._frame) + self._fallen
        return [self.tried[name] for name in order]

    def _frame(self, name: str) -> float:
        return self.tried[name].frame


def _different(
    network: Network, target: Target, found: Mapping[str, Schedule]
) -> Iterator[tuple[str, Build, dict[str, bytes]]]:
    """Compile under each schedule; leave out what was written before."""
    written = set()
    for name, schedule in found.items():
        build = compile_network(network, target, schedule)
        files = target.package(build)
        texts = tuple(v for k, v in sorted(files.items()) if k != "manifest.json")
        groups = tuple(kernel.workgroup for kernel in build.kernels)
        if (texts, groups) not in written:
            written.add((texts, groups))
            yield name, build, files


def told(
    network: Network, target: Target, size: tuple[int, int], tried: Sequence[Tried]
) -> dict[str, Any]:
    """Return the outcome as JSON's values: the best schedule, and the table it is from."""
    clock = clock_of(target)
    rows = [
        {
            "name": t.name,
            "frame_ms": round(t.frame, 2),
            "frames": len(t.times),
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
