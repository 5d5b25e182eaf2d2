"""Sides: everything that draws a picture, or is one, with the same face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from texelnet.errors import ContractError, PackageError
from texelnet.graph.contract import Contract
from texelnet.graph.edit import sites
from texelnet.graph.network import Network
from texelnet.picture import Picture, read_picture
from texelnet.run import ffmpeg, gpu, wgpu
from texelnet.run.compare.depart import Part, part_of
from texelnet.run.runner import Blobs, Draw, Planes, Runner
from texelnet.run.verify.manifest import read_checked
from texelnet.run.verify.proof import BAR, HALF_BAR
from texelnet.shader.package import Package
from texelnet.shader.precision import Precision
from texelnet.shader.targets.mpv import FORMAT as USER_SHADER

SHADERS = (".glsl", ".hook")
"""How user shaders are named."""


@dataclass(frozen=True)
class Side:
    """One of two that are compared.

    Parameters
    ----------
    name
        What the reader calls it.
    what
        What it is, and what draws it.
    draw
        Draws planes as its contract has them; None of a finished picture.
    network
        The network, where it is known, so that its mistakes can be tried out.
    values
        Every value by name, of a picture, where they can be read.
    parts
        Those values in the order they are computed.
    finished
        The picture, if it is one.
    bar
        What its own rounding may make of an output in 0..1.
    low, high
        What it draws is cut to these.
    """

    name: str
    what: str
    contract: Contract | None = None
    draw: Draw | None = None
    network: Network | None = None
    values: Callable[[Planes], Blobs] | None = None
    parts: tuple[Part, ...] = ()
    finished: Picture | None = None
    bar: float = BAR
    low: float = -np.inf
    high: float = np.inf


def of_network(name: str, network: Network, runner: Runner) -> Side:
    """Return a network drawn by a runner."""
    contract = network.contract
    assert contract is not None, "a picture is drawn under a contract"
    (source,) = (str(v.name) for v in network.model.graph.inputs if v.const_value is None)
    hosted = runner.name == ffmpeg.FFMPEG.name

    def values(picture: Planes) -> Blobs:
        blobs = runner.blobs(network, {source: contract.to_network(picture)[None]}, True)
        return {name: blob[0] for name, blob in blobs.items() if blob.ndim == 4}

    low, high = _ends(contract) if hosted else (-np.inf, np.inf)
    return Side(
        name,
        f"a network, drawn by {runner.adapter()}",
        contract,
        runner.planes(network),
        network,
        None if hosted else values,
        tuple(Part(site.output, (site.layer,)) for site in sites(network)),
        bar=HALF_BAR if hosted else BAR,
        low=low,
        high=high,
    )


def of_package(folder: Path, contract: Contract | None = None) -> Side:
    """Return a package on disk, run on the host that it was written for.

    Raises
    ------
    PackageError
        It can't be relied on.
    ContractError
        It has no contract, and none is given.
    """
    package, _ = read_checked(folder)
    own = package.manifest["contract"]
    contract = contract or (Contract(**own) if isinstance(own, dict) else None)
    if contract is None:
        fact = "this package was written without a contract, so it draws no pictures"
        raise ContractError(str(folder), fact, "compile it with a contract")
    if package.manifest["format"] == USER_SHADER:
        low, high = _ends(contract)
        what = f"a user shader's package, drawn by {ffmpeg.adapter_name()}"
        draw = ffmpeg.draws(package, contract)
        return Side(str(folder), what, contract, draw, bar=HALF_BAR, low=low, high=high)
    what = f"a package, drawn by {wgpu.adapter_name()}"
    halves = "fp16" in Precision.read(package.manifest.get("precision")).storage.values()
    return Side(
        str(folder),
        what,
        contract,
        gpu.draws(package),
        values=_planes(package),
        parts=tuple(part_of(entry) for entry in package.manifest["passes"]),
        bar=HALF_BAR if halves else BAR,
    )


def _planes(package: Package) -> Callable[[Planes], Blobs]:
    scales = Precision.read(package.manifest.get("precision")).scales

    def values(picture: Planes) -> Blobs:
        (source,) = package.manifest["inputs"]
        planes = wgpu.Session(package).run({source: picture}, keep=True)
        return {name: np.ldexp(plane, scales.get(name, 0)) for name, plane in planes.items()}

    return values


def of_shader(path: Path, contract: Contract | None) -> Side:
    """Return a user shader from anywhere, run by ffmpeg.

    Raises
    ------
    ContractError
        Nothing says what it wants of a picture.
    """
    if contract is None:
        fact = "nothing says what this shader wants of a picture"
        raise ContractError(
            str(path), fact, "name its network on the other side, or give --contract"
        )
    if path.stat().st_size > 1 << 26:
        raise PackageError(str(path), "larger than 64 MiB, no user shader")
    text = path.read_text("utf-8", "replace")
    session, scale = ffmpeg.Session(ffmpeg.unshifted(text), str(path)), contract.scale

    def draw(picture: Planes) -> Planes:
        size = tuple(scale * n for n in picture.shape[1:])
        drawn = session.draw(ffmpeg.to_host(picture, contract), *size)
        return ffmpeg.from_host(drawn, contract)

    low, high = _ends(contract)
    what = f"a user shader, drawn by {ffmpeg.adapter_name()}"
    return Side(str(path), what, contract, draw, bar=HALF_BAR, low=low, high=high)


def of_picture(path: Path) -> Side:
    """Return a finished picture: what somebody's program drew."""
    picture = read_picture(path)
    height, width = picture.size
    what = f"a picture of {width}x{height}, {picture.bits} bits"
    bar = max(BAR, 0.6 / (2**picture.bits - 1))
    return Side(str(path), what, finished=picture, bar=bar, low=0.0, high=1.0)


def _ends(contract: Contract) -> tuple[float, float]:
    """Return what black and white of a host are, as the contract has them."""
    ends = np.broadcast_to(np.array([0, 1], np.float32), (contract.planes, 1, 2))
    low, high = ffmpeg.from_host(ends, contract)[0, 0].tolist()
    return float(low), float(high)
