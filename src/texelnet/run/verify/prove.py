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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet import __version__
from texelnet.errors import ContractError, DeviceError, NetworkError, PackageError, PictureError
from texelnet.graph.network import Network
from texelnet.picture import difference, psnr
from texelnet.run.onnxruntime import Reference
from texelnet.run.verify.candidate import Candidate, candidate, origin
from texelnet.run.verify.depart import departure
from texelnet.run.verify.manifest import sizes_of, too_large
from texelnet.run.verify.poison import poisoned
from texelnet.run.verify.proof import SHIFT, Departure, Proof, Row, Witness
from texelnet.run.verify.trials import BUILT_IN, TALL, Trial, from_files, pinned
from texelnet.run.wgpu import Session, adapter_name, largest_texture
from texelnet.shader.package import Package
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import Target

Planes = NDArray[np.float32]
Blobs = dict[str, Planes]
MOST_BYTES = 4 << 30
"""What all textures of a proof may hold together."""
READABLE = 60_000
"""Pixels of a picture that numpy reads through a whole network in seconds."""


def verify(
    network: Network,
    target: Target,
    folder: Path | None = None,
    pictures: Sequence[Path] = (),
    edited: bool = False,
    schedule: Schedule | None = None,
    *,
    trials: Iterable[Trial] = BUILT_IN,
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
    sides = found.fresh.manifest["planes"][found.fresh.manifest["inputs"][0]]
    width, height = (n if isinstance(n := sides[k], int) else None for k in ("width", "height"))
    court = _Court(network, found)
    for trial in pinned([*given, *trials], width, height):
        court.hear(trial)
    proof = Proof(
        network=network.name,
        source=network.source,
        target=target.name,
        place=found.package.place,
        schedule=found.schedule.json(),
        passes=len(found.package.manifest["passes"]),
        adapter=adapter_name(),
        versions=_versions(),
        reach=court.reach,
        changed=tuple(found.package.changed),
        edited=edited,
        notes=tuple(origin(found)),
        rows=tuple(court.rows),
        outside=tuple(court.outside),
        witness=tuple(court.witness),
        departure=court.departs(),
        seconds=0.0,
    )
    return replace(proof, seconds=perf_counter() - start)


def _versions() -> dict[str, str]:
    names = ("wgpu", "onnxruntime", "numpy")
    return {"texelnet": __version__, **{name: version(name) for name in names}}


@dataclass
class _Court:
    """Draws every picture by all parties and keeps what was found."""

    network: Network
    candidate: Candidate
    rows: list[Row] = field(default_factory=list)
    outside: list[Row] = field(default_factory=list)
    witness: list[Witness] = field(default_factory=list)
    heard: dict[str, tuple[Trial, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reference = _Reference(self.network, self.candidate.fresh)
        self.drawn = _Drawn(self.candidate.package)
        self.shifted = _Drawn(self.candidate.witness)
        self.beyond = _Drawn(poisoned(self.candidate.package))
        self.reach = _reach(self.candidate.fresh.manifest["reach"])
        self.sizes: set[tuple[int, int]] = set()

    def hear(self, trial: Trial) -> None:
        """Draw one picture; a size met for the first time is drawn by the witness too."""
        inputs = self.reference.pictures(trial)
        try:
            self._check_size(trial)
            wanted = self.reference.draw(inputs)
        except (NetworkError, ContractError) as error:
            row = Row(trial.name, trial.width, trial.height, refused=_sentence(error))
            self.rows.append(row)
            return
        got = self.drawn.draw(inputs)
        rows = self._rows(trial, got, wanted)
        self.rows += rows
        largest = max(row.largest for row in rows)
        self.heard[f"{trial.name} {trial.width}x{trial.height}"] = (trial, largest)
        if (trial.width, trial.height) not in self.sizes:
            self.sizes.add((trial.width, trial.height))
            self.witness += self._witness(trial, self.shifted.draw(inputs), got, wanted)
        if not self.outside and (trial.name == "noise" or not self._pinned(trial)):
            self.outside += self._rows(trial, self.beyond.draw(inputs), wanted)

    def _pinned(self, trial: Trial) -> bool:
        return trial.built_in
