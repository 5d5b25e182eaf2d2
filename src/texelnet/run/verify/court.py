"""Court: every picture is drawn by the network, by its package, and by those who watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import ceil, inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import (
    ContractError,
    DeviceError,
    NetworkError,
    PackageError,
    TexelnetError,
)
from texelnet.graph.network import Network
from texelnet.picture import difference, psnr
from texelnet.run.compare.depart import PlaneError
from texelnet.run.compare.explain import SECONDS, Explanation, explain
from texelnet.run.compare.scene import Scene
from texelnet.run.compare.variant import Variant
from texelnet.run.onnxruntime import Reference
from texelnet.run.verify.candidate import Candidate
from texelnet.run.verify.depart import departure, inspected
from texelnet.run.verify.exhibit import LARGE_ENOUGH, Exhibits
from texelnet.run.verify.hosted import LONGEST, Hosted, beyond
from texelnet.run.verify.manifest import nothing_left, sizes_of, too_large
from texelnet.run.verify.poison import poisoned
from texelnet.run.verify.proof import BAR, HALF_BAR, SHIFT, Departure, Row, Witness
from texelnet.run.verify.storage import PlaneShare, Storage, shares, worst_of
from texelnet.run.verify.trials import Trial
from texelnet.run.wgpu import Session, largest_texture
from texelnet.shader.package import Package
from texelnet.shader.precision import Precision
from texelnet.shader.targets.mpv import FORMAT as USER_SHADER

Planes = NDArray[np.float32]
Blobs = dict[str, Planes]
MOST_BYTES = 4 << 30
"""What all textures of one party may hold together."""
READABLE = 60_000
"""Pixels of a picture that numpy reads through a whole network in seconds."""
LONG_WAY = 2**-7
"""What several planes of 16 bits make of a picture of noise, where no plane is looked at."""


@dataclass(frozen=True)
class Inspection:
    """A picture looked at pass by pass.

    Parameters
    ----------
    picture
        Which; empty where none could be drawn.
    planes
        What each pass is off.
    departure
        Where a failing package begins to differ, if that can be told.
    explanation
        Why it does, if it fails.
    """

    picture: str = ""
    planes: tuple[PlaneError, ...] = ()
    departure: Departure | None = None
    explanation: Explanation | None = None


class Court:
    """Hears pictures one by one and keeps what was found."""

    def __init__(
        self, network: Network, candidate: Candidate, seconds: float = SECONDS
    ) -> None:
        self.seconds = seconds
        self.fresh, self.package = candidate.fresh.manifest, candidate.package
        self.hosted = self.fresh["format"] == USER_SHADER
        if self.hosted:  # it keeps all in 16 bits
            names = (plane.name for plane in candidate.program.computed())
            halves = dict.fromkeys(names, "fp16")
            candidate = replace(candidate, precision=Precision(halves))
        self.candidate, self.kept = candidate, candidate.precision
        self.bar = HALF_BAR if self.hosted or candidate.exact else BAR
        self.reference = _Network(network, self.fresh)
        drawn = partial(Hosted, contract=network.contract) if self.hosted else _Drawn
        self.drawn: _Drawn | Hosted = drawn(candidate.package)
        self.shifted: _Drawn | Hosted = drawn(candidate.witness)
        poison = beyond if self.hosted else poisoned
        self.beyond: _Drawn | Hosted = drawn(poison(candidate.package))
        self.exact = candidate.exact and _Drawn(candidate.exact)
        self.planes: list[PlaneShare] = []
        self.costs: list[float] = []
        self.reach = reach_of(self.fresh["reach"])
        self.rows: list[Row] = []
        self.outside: list[Row] = []
        self.witness: list[Witness] = []
        self.exhibits = Exhibits(self.reach or 0)
        self._heard: list[Trial] = []
        self._failed: list[tuple[float, Trial]] = []
        self._sizes: set[str] = set()

    def hear(self, trial: Trial) -> None:
        """Draw a picture. One of a new size is drawn by the witness, one by poison too."""
        inputs = pictures(self.fresh, trial)
        try:
            wanted = self.reference.draw(inputs)
        except (NetworkError, ContractError) as error:
            self.rows.append(_refused(trial, _sentence(error)))
            return
        reason = self._too_large(trial) or nothing_left(self.fresh, _sizes(self.fresh, trial))
        if reason:
            self.rows.append(_refused(trial, reason))
            return
        got = self.drawn.draw(inputs)
        rows = self._compare(trial, got, wanted, self.exhibits)
        if self.exact or self.hosted:
            rows = self._storage(trial, inputs, got, rows)
        self.rows += rows
        self._heard.append(trial)
        if not all(row.passed for row in rows):
            self._failed.append((max(row.largest for row in rows), trial))
        if trial.size not in self._sizes:
            self._sizes.add(trial.size)
            self.witness += _witness(trial, self.shifted.draw(inputs), got)
        if trial.name == "noise" and not self.outside:
            self.outside += self._compare(trial, self.beyond.draw(inputs), got)

    def inspects(self) -> Inspection:
        """Look at every pass, and where pictures fail where they begin to, and why."""
        over = worst_of(self.planes)
        over = over if over is not None and over.share > 1 else None
        trial = self._telling(over.picture if over else "")
        if trial is None:
            return Inspection()
        inputs, name = pictures(self.fresh, trial), _named(trial)
        planes: list[PlaneError] = []
        if isinstance(self.drawn, _Drawn) or _pixels(trial) <= self.drawn.most:
            planes = inspected(self.candidate, self.drawn.planes(inputs))
        if not self._failed and not over:
            return Inspection(name, tuple(planes))
        if over:
            first: Departure | None = Departure(
                over.picture, over.file, over.layers, over.plane, over.worst
            )
        else:
            passes = self.package.manifest["passes"]
            first = None if self.exact else departure(planes, passes, name)
        why = self._explained(inputs, first.layers if first else ())
        return Inspection(name, tuple(planes), first, why)

    def _telling(self, picture: str) -> Trial | None:
        """Return this picture, the worst that fails or a natural one; a small one if any."""
        failed = sorted(self._failed, key=lambda f: (_flat(f[1]), -f[0]))
        heard = sorted(self._heard, key=lambda t: (_named(t) != picture, t.name != "natural"))
        found = [trial for _, trial in failed if not picture] or heard
        small = [trial for trial in found if _pixels(trial) <= READABLE]
        return next(iter(small or found), None)

    def _explained(self, inputs: Blobs, suspects: Sequence[str]) -> Explanation | None:
        """Search the cause of a failing picture, if the network draws one from one."""
        got, wanted = self.drawn.draw(inputs), self.reference.draw(inputs)
        if len(inputs) != 1 or len(got) != 1 or not self.seconds:
            return None
        (picture,), (seen,), (answer,) = inputs.values(), got.values(), wanted.values()
        span = self._span(answer)
        scene = Scene(picture, seen, self.bar * span, span)
        return explain(scene, Variant(self.reference.network), suspects, self.seconds)

    def storage(self) -> Storage | None:
        """Tell what 16 bits do to pictures, where the package keeps planes in them."""
        if not self.exact and not self.hosted:
            return None
        near = min(filter(isfinite, self.costs), default=None)
        seen = {share.plane for share in self.planes}
        unseen = tuple(name for name in self.kept.halves if name not in seen)
        return Storage(len(self.kept.halves), worst_of(self.planes), near, unseen)

    def _storage(self, trial: Trial, inputs: Blobs, got: Blobs, rows: list[Row]) -> list[Row]:
        """Look at each plane; a picture that is no natural one is judged by them alone."""
        looked = not (self.planes or self.hosted) or _pixels(trial) <= self.drawn.most
        if looked:
            planes = self.drawn.planes(inputs)
            name, passes = _named(trial), self.package.manifest["passes"]
            program = self.candidate.program
            self.planes += shares(program, self.kept, passes, planes, name)
        if trial.built_in and trial.name != "natural":
            bar = LONG_WAY if self.hosted and not looked else inf
            return [replace(row, bar=bar) for row in rows]
        if not self.exact:
            self.costs += [row.psnr for row in rows]
            return rows
        exact = self.exact.draw(inputs)
        with np.errstate(all="ignore"):
            for name, row in zip(exact, rows, strict=True):
                self.costs.append(psnr(got[name], exact[name], peak=row.span))
        return rows

    def _too_large(self, trial: Trial) -> str:
        """Tell why no device holds what a picture takes; a package may not ask for more."""
        longest = LONGEST if self.hosted else largest_texture()
        found = []
        for manifest in (self.fresh, self.package.manifest):
            sizes = _sizes(manifest, trial)
            found.append(too_large(manifest, sizes, longest, MOST_BYTES))
        if found[1] and not found[0]:
            where = f"{self.package.place}/manifest.json"
            fact = f"at a picture of {trial.size} {found[1]}"
            raise PackageError(where, fact, "write the package again")
        return found[0]

    def _span(self, answer: Planes) -> float:
        return (self.drawn if isinstance(self.drawn, Hosted) else self.reference).span(answer)

    def _compare(
        self, trial: Trial, got: Blobs, wanted: Blobs, keep: Exhibits | None = None
    ) -> list[Row]:
        """Compare all outputs of one picture."""
        names, rows = list(zip(got, wanted, strict=True)), []
        for mine, theirs in names:
            picture = trial.name if len(names) == 1 else f"{trial.name}: {theirs}"
            answer = _as_plane(wanted[theirs], got[mine])
            span = self._span(answer)
            row = _row(picture, trial, got[mine], answer, span, self.reach or 0)
            rows.append(replace(row, bar=self.bar))
            if keep:
                keep.add(rows[-1], got[mine], answer)
        return rows


def _as_plane(wanted: Planes, got: Planes) -> Planes:
    """Return an answer of fewer axes, features or places, as the plane that holds it."""
    if wanted.ndim < 3 and wanted.size == got.size:
        return wanted.reshape(got.shape)
    return wanted.reshape((1,) * (3 - wanted.ndim) + wanted.shape)


def _named(trial: Trial) -> str:
    return f"{trial.name} {trial.size}"


def _flat(trial: Trial) -> bool:
    """Tell whether a picture may look the same for several reasons."""
    return _pixels(trial) < LARGE_ENOUGH or trial.name in ("black", "white")


def _pixels(trial: Trial) -> int:
    return trial.width * trial.height


def _row(
    picture: str, trial: Trial, got: Planes, wanted: Planes, span: float, reach: int
) -> Row:
    if got.shape != wanted.shape:
        problem = f"the package draws {_shape(got)}, the network {_shape(wanted)}"
        return Row(picture, trial.width, trial.height, span, problem=problem)
    error = difference(got, wanted, reach)
    with np.errstate(all="ignore"):
        decibels = psnr(got, wanted, peak=span)
    inside = 2 * reach < min(wanted.shape[1:])
    return Row(picture, trial.width, trial.height, span, error, inside, decibels)


def _witness(trial: Trial, shifted: Blobs, got: Blobs) -> list[Witness]:
    found = []
    for mine, moved in zip(got.values(), shifted.values(), strict=True):
        if mine.shape == moved.shape:
            error = difference(moved - np.float32(SHIFT), mine)
            found.append(Witness(trial.name, trial.size, error.largest, error.worst))
    return found


def _refused(trial: Trial, reason: str) -> Row:
    return Row(trial.name, trial.width, trial.height, refused=reason)


def _sentence(error: TexelnetError) -> str:
    return " ".join(f"{error.where}: {error.fact}".split())


def _shape(planes: Planes) -> str:
    channels, height, width = planes.shape
    return f"{channels} channels of {width}x{height}"


def reach_of(reach: Mapping[str, Any]) -> int | None:
    """Return how many rows or columns of the output see beyond the picture's border.

    None where every pixel sees the whole picture, and so all of its border.
    """
    most = 0
    for axis in ("rows", "columns"):
        if reach[axis] is None:
            return None
        rate, low, high = (Fraction(*number) for number in reach[axis])
        most = max(most, ceil(-low / rate), ceil((1 + high) / rate) - 1)
    return most


def _sizes(manifest: Mapping[str, Any], trial: Trial) -> dict[str, int]:
    return sizes_of(manifest, trial.width, trial.height)


def pictures(manifest: Mapping[str, Any], trial: Trial) -> Blobs:
    """Draw a trial's pattern for every input of a package."""
    found = {}
    for name in manifest["inputs"]:
        plane = manifest["planes"][name]
        height, width = trial.height, trial.width
        if trial.built_in:
            height = plane["height"] if isinstance(plane["height"], int) else height
            width = plane["width"] if isinstance(plane["width"], int) else width
        found[name] = trial.draw(plane["channels"], height, width)
    return found


class _Network:
    """The reference: the network's graph in onnxruntime, its contract in numpy."""

    def __init__(self, network: Network, manifest: Mapping[str, Any]) -> None:
        self.network, self.manifest = network, manifest
        self.session = Reference(network)

    def draw(self, inputs: Blobs) -> Blobs:
        """Return the outputs, in 0..1 if there is a contract.

        Raises
        ------
        NetworkError, ContractError
            The network, or its contract, can't take a picture of this size.
        """
        contract = self.network.contract
        if contract is None:
            answers = self.session.run({name: blob[None] for name, blob in inputs.items()})
            found = {name: _one(answer) for name, answer in answers.items()}
        else:
            (planes,), (source,) = inputs.values(), self.session.inputs
            height, width = planes.shape[1:]
            if contract.padding == "reflect" and contract.border >= min(height, width):
                fact = f'"reflect" can\'t mirror {contract.border} pixels of {width}x{height}'
                raise ContractError("contract [input] padding", fact, "a larger picture")
            answers = self.session.run({source: contract.to_network(planes)[None]})
            (answer,) = answers.values()
            found = {"picture": contract.from_network(_one(answer), planes)}
        if any(blob.size == 0 for blob in found.values()):
            raise NetworkError(self.network.source, "nothing is left of the picture")
        return found

    def span(self, wanted: Planes) -> float:
        """Return the range that errors are relative to."""
        if self.network.contract is not None:
            return 1.0
        finite = wanted[np.isfinite(wanted)]
        return max(1.0, float(np.ptp(finite))) if finite.size else 1.0


def _one(answer: Planes) -> Planes:
    return np.asarray(answer[0], np.float32)


class _Drawn:
    """A package in a session of its own, so that nothing is left from another's pictures."""

    most = 250_000
    """Pixels of a picture whose planes are all looked at."""

    def __init__(self, package: Package) -> None:
        self.place = package.place
        self.session = self._asked(lambda: Session(package))

    def draw(self, inputs: Blobs) -> Blobs:
        """Return the outputs.

        Raises
        ------
        DeviceError
            The driver refuses to run the package.
        """
        drawn: Blobs = self._asked(lambda: self.session.run(inputs))
        return drawn

    def planes(self, inputs: Blobs) -> Blobs:
        """Return all planes, the inputs among them."""
        return {**inputs, **self.session.run(inputs, keep=True)}

    def _asked(self, ask: Any) -> Any:
        import wgpu

        try:
            return ask()
        except wgpu.GPUError as error:
            fact = f"the driver refuses to run it: {' '.join(str(error).split())[:300]}"
            raise DeviceError(self.place, fact, "write the package again") from None
