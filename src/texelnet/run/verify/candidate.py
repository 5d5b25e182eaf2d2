"""Candidate: the package to be proved, what it is held against, and whether it belongs here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.errors import PackageError, UsageError
from texelnet.graph.network import Network
from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import Constant, Tap, add
from texelnet.run.verify.manifest import read_checked
from texelnet.run.verify.poison import unwatched
from texelnet.run.verify.proof import SHIFT
from texelnet.shader.compile import compile_network, simplify
from texelnet.shader.lower import lower
from texelnet.shader.package import Package, in_memory, read_package, write_package
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import Schedule
from texelnet.shader.targets import Build, Target
from texelnet.shader.write import write_kernels


@dataclass(frozen=True)
class Candidate:
    """A package from disk, and builds of the same network and schedule.

    Parameters
    ----------
    package
        What the files hold; it is what is proved.
    fresh
        What the compiler writes now: it tells what the package should be like.
    witness
        The same shifted by :data:`SHIFT`, read back from disk too.
    program
        What each plane of a fresh build is, for :func:`texelnet.pixel.evaluate`.
    precision
        How the package says that planes are kept.
    exact
        A fresh build that keeps all in 32 bits, where the package does not.
    """

    package: Package
    fresh: Package
    witness: Package
    program: Program
    schedule: Schedule
    precision: Precision
    exact: Package | None


def candidate(
    network: Network,
    target: Target,
    folder: Path | None,
    schedule: Schedule | None,
    scratch: Path,
) -> Candidate:
    """Read the package, or write one into the scratch folder and read it back.

    Raises
    ------
    PackageError
        It can't be relied on, or belongs to another network, contract or target.
    UsageError
        A schedule is asked of a package that has its own.
    """
    package, precision = None, Precision()
    if folder is not None:
        if schedule is not None:
            fact = "a package has its own schedule, another can't be asked of it"
            raise UsageError(str(folder), fact, "either --package or --schedule")
        package, schedule = read_checked(folder)
        precision = Precision.read(package.manifest.get("precision"))
    schedule = schedule or target.usual
    build = compile_network(network, target, schedule, precision=precision)
    fresh = in_memory(target.package(build), "a package written now")
    if package is None:
        package = _through_disk(dict(fresh.contents), scratch / "package")
        package = replace(package, place="compiled for this proof")
    else:
        _check_origin(package, fresh)
    shifted = _shifted(network, target, build)
    witness = _through_disk(target.package(shifted), scratch / "witness")
    exact = None
    if build.precision.halves and "fp32" in target.keeps:
        plain = target.package(compile_network(network, target, schedule))
        exact = in_memory(plain, "a package of 32 bits written now")
    return Candidate(package, fresh, witness, build.program, schedule, build.precision, exact)


def _through_disk(contents: dict[str, bytes], folder: Path) -> Package:
    write_package(contents, folder)
    return read_package(folder)


def _shifted(network: Network, target: Target, build: Build) -> Build:
    """Compile the network once more, with :data:`SHIFT` added to every output pixel."""
    schedule, kept = build.schedule, build.precision
    if network.contract is not None:
        return compile_network(network, target, schedule, shift=SHIFT, precision=kept)
    program = lower(network)
    moved = [_moved(program.planes[name]) for name in program.outputs]
    planes = program.planes | {plane.name: plane for plane in moved}
    program = replace(program, planes=planes, outputs=tuple(plane.name for plane in moved))
    program = simplify(program, schedule, precision=kept)
    kernels, kept = write_kernels(program, schedule), kept.within(program)
    return Build(network.name, program, schedule, kernels, None, kept)


def _moved(plane: Plane) -> Plane:
    shift = Constant(np.full(plane.channels, SHIFT, np.float32))
    tap = Tap(plane.name, plane.channels)
    name = f"{plane.name} + {SHIFT:g}"
    return replace(plane, name=name, expr=add(tap, shift), phases=(1, 1), layers=("witness",))


def _check_origin(package: Package, fresh: Package) -> None:
    """Refuse a package of another host, network or contract, and tell what differs."""
    where, ours, its = f"{package.place}/manifest.json", fresh.manifest, package.manifest
    again = "compile the network again, or name the network it was written for"
    if (its["format"], its.get("version")) != (ours["format"], ours["version"]):
        said = [f"{m['format']}, version {m.get('version')!r:.20}" for m in (its, ours)]
        fact = f"it says {said[0]:.100}; this host takes {said[1]}"
        raise PackageError(where, fact, "verify it --for the host that it was written for")
    if its["network"] != ours["network"]:
        fact = f'it was written for the network "{its["network"]:.80}", not "{ours["network"]}"'
        raise PackageError(where, fact, again)
    _check_contract(where, its["contract"], ours["contract"])
    for key, what in (("inputs", "takes"), ("outputs", "returns")):
        said = [_ends(manifest, key) for manifest in (its, ours)]
        if said[0] != said[1]:
            fact = f"it {what} {said[0]:.200}, the network {said[1]:.200}"
            raise PackageError(where, fact, again)


def _ends(manifest: dict[str, Any], key: str) -> str:
    planes = [(name, manifest["planes"][name]) for name in manifest[key]]
    return ", ".join(
        f"{p['channels']} x {p['height']} x {p['width']} as {n}" for n, p in planes
    )


def _check_contract(where: str, its: Any, ours: Any) -> None:
    """Refuse a package that was written under another contract."""
    again = "compile it again, or verify it with its own: --contract DIR/contract.toml"
    if its is None or ours is None or not isinstance(its, dict):
        if its is ours is None:
            return
        fact = "it was written under a contract, and the network has none"
        if ours is not None:
            fact = "it was written without a contract, and the network has one"
        raise PackageError(where, fact, again)
    others = [
        f"{key} is {its.get(key)!r:.60}, the network's is {value!r}"
        for key, value in ours.items()
        if its.get(key) != value
    ]
    if others:
        fact = f"it was written for another contract: {'; '.join(others)}"
        raise PackageError(where, fact, again)


def origin(candidate: Candidate) -> list[str]:
    """Tell what a package's origin gives to think about."""
    its, ours = candidate.package, candidate.fresh
    notes = []
    if its.manifest.get("written_by") != ours.manifest["written_by"]:
        by = f"{its.manifest.get('written_by')!s:.60}"
        notes.append(f"it was written by {by}, this is {ours.manifest['written_by']}")
    others = [
        name
        for name in sorted({*ours.contents, *its.contents} - {*its.changed, "manifest.json"})
        if its.contents.get(name) != ours.contents.get(name)
    ]
    if others:
        more = f" and {len(others) - 3} more" if others[3:] else ""
        notes.append(
            f"{', '.join(others[:3])}{more}: not what is written for this network now; "
            "it had other weights, or another version wrote them"
        )
    hidden = unwatched(its)
    if hidden:
        notes.append(f"{', '.join(hidden)}: reads outside of textures can't be watched there")
    told = ("planes", "passes", "demands", "reach")
    other = [key for key in told if its.manifest.get(key) != ours.manifest[key]]
    if other:
        notes.append(
            f"manifest.json: not what is written for this network now: {', '.join(other)}"
        )
    return notes
