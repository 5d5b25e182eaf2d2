"""Prove that a package draws what its network computes.

The network's own graph in onnxruntime, its contract applied in numpy, is the reference; the
package's files, read from disk and run through wgpu, are the candidate. Nothing of the compiler
stands between them. Three sessions draw, each with textures of its own: the candidate; a
witness, compiled anew with all outputs shifted by 1/8, which must differ by exactly that, so
that what is read back is what the passes drew; and the candidate with poison beyond the edges
of its textures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter

from texelnet import __version__
from texelnet.graph.network import Network
from texelnet.run import ffmpeg
from texelnet.run.compare.explain import SECONDS
from texelnet.run.verify.candidate import Candidate, candidate, origin
from texelnet.run.verify.court import Court
from texelnet.run.verify.proof import Proof
from texelnet.run.verify.trials import BUILT_IN, Trial, from_files, pinned
from texelnet.run.wgpu import adapter_name
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import Target

HOSTED = (
    "the host shows 0..1 and cuts the rest, so its textures were read back; errors are "
    "relative to what the network's answer spans, at least 1",
    "textures between passes are the host's choice, 16-bit floats here",
)


def verify(
    network: Network,
    target: Target,
    folder: Path | None = None,
    pictures: Sequence[Path] = (),
    edited: bool = False,
    schedule: Schedule | None = None,
    *,
    trials: Iterable[Trial] = BUILT_IN,
    watch: Callable[[str], None] | None = None,
    seconds: float = SECONDS,
) -> Proof:
    """Compare a package with its network, picture by picture.

    Parameters
    ----------
    network, target
        What the package draws, and for which host it was written.
    folder
        The package; without one it is compiled to a temporary folder and read back.
    pictures
        Files to compare besides those of every proof.
    edited
        Files were changed on purpose, so that only pictures judge.
    schedule
        For the package that is compiled here; one in a folder has its own.
    trials
        The pictures of every proof.
    watch
        Called with the name of each picture before it is drawn.
    seconds
        How long to search for the cause if pictures fail; 0 leaves it out.

    Raises
    ------
    PackageError
        The package can't be relied on, or is of another network, contract or target.
    DeviceError
        There is no driver, or it refuses the package.
    TexelnetError
        The network or a picture is no such thing.
    """
    start = perf_counter()
    given = from_files([Path(path) for path in pictures], network.contract)
    with tempfile.TemporaryDirectory(prefix="texelnet-verify-") as scratch:
        found = candidate(network, target, folder, schedule, Path(scratch))
    plane = found.fresh.manifest["planes"][found.fresh.manifest["inputs"][0]]
    sides = [n if isinstance(n, int) else None for n in (plane["width"], plane["height"])]
    court = Court(network, found, seconds)
    for trial in pinned([*given, *trials], *sides):
        if watch:
            watch(f"{trial.name} {trial.size}")
        court.hear(trial)
    proof = _proof(network, target, found, court, edited)
    return replace(proof, seconds=perf_counter() - start)


def _proof(
    network: Network, target: Target, found: Candidate, court: Court, edited: bool
) -> Proof:
    seen = court.inspects()
    return Proof(
        network=network.name,
        source=network.source,
        target=target.name,
        place=found.package.place,
        schedule=found.schedule.json(),
        passes=len(found.package.manifest["passes"]),
        adapter=ffmpeg.adapter_name() if court.hosted else adapter_name(),
        versions=_versions(),
        reach=court.reach,
        changed=tuple(found.package.changed),
        edited=edited,
        notes=(*origin(found), *(HOSTED if court.hosted else ()), *found.precision.told()),
        rows=tuple(court.rows),
        outside=tuple(court.outside),
        witness=tuple(court.witness),
        departure=seen.departure,
        seconds=0.0,
        bar=court.bar,
        storage=court.storage(),
        inspected=seen.picture,
        planes=seen.planes,
        explanation=seen.explanation,
        exhibit=court.exhibits.worst,
        spread=court.exhibits.spread,
    )


def _versions() -> dict[str, str]:
    """Return the versions of what may have drawn; wgpu may be missing where a host draws."""
    found = {"texelnet": __version__}
    for name in ("wgpu", "onnxruntime", "numpy"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
