"""wgpu as a runner: a network is compiled in memory and its package run, tile by tile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from texelnet.errors import DeviceError
from texelnet.run import wgpu
from texelnet.run.batches import one_by_one
from texelnet.run.runner import Blobs, Draw, Planes, Runner
from texelnet.run.sizes import Sizes, check_blobs, claims_of_manifest
from texelnet.run.tiles import tiled
from texelnet.shader.package import Package

if TYPE_CHECKING:
    from texelnet.graph.network import Network

MOST_BYTES = 1 << 30
"""What all textures of a tile may hold together."""
OVERHANG = 128
"""Pixels that workgroups make beyond a plane, at most; buffers hold them too."""


def compiled(network: Network, keep: Sequence[str] | None = None) -> Package:
    """Return the package of a network, never written to disk.

    With values to ``keep`` nothing is fused, so that each of them is a plane of its own.
    """
    from texelnet.shader.compile import compile_network
    from texelnet.shader.package import in_memory
    from texelnet.shader.schedule import HYBRID
    from texelnet.shader.targets.webgpu import WEBGPU

    schedule = replace(HYBRID, fuse=keep is None)
    build = compile_network(network, WEBGPU, schedule, outputs=keep)
    return in_memory(WEBGPU.package(build), network.source)


def draws(package: Package, most_side: int = 0, most_bytes: int = MOST_BYTES) -> Draw:
    """Return what draws pictures by a picture network's package, tile by tile.

    Parameters
    ----------
    package
        Of a network with a contract.
    most_side, most_bytes
        Limits of a tile: its planes' longest side (0: the device's), and all textures together.
    """
    session, sizes = wgpu.Session(package), Sizes.of_manifest(package.manifest, package.place)
    (source,), (name,) = package.manifest["inputs"], package.manifest["outputs"]
    longest = most_side or wgpu.largest_texture()
    limits = wgpu.device().limits
    largest_buffer = int(limits.get("max-buffer-size", MOST_BYTES))
    largest_binding = int(limits.get("max-storage-buffer-binding-size", MOST_BYTES))

    def fits(height: int, width: int) -> bool:
        tall, wide = sizes.answer_at(height, width)
        read_back = tall * (wide + 64) * 16
        planes = [sides for *sides, _ in sizes.planes_at(height, width)]
        staged = max((down + OVERHANG) * (across + OVERHANG) * 16 for down, across in planes)
        small = sizes.bytes_at(height, width) <= most_bytes and read_back <= largest_buffer
        small = small and staged <= largest_binding
        return small and max(map(max, planes)) <= longest

    def run(picture: Planes) -> Planes:
        return session.run({source: picture})[name]

    tiles = tiled(run, sizes.axes, sizes.answer_at, fits)

    def draw(picture: Planes) -> Planes:
        sizes.check(*picture.shape[1:])
        return tiles(picture)

    return draw


def _planes(network: Network) -> Draw:
    return draws(compiled(network))


def _blobs(network: Network, inputs: Mapping[str, np.ndarray], every: bool) -> Blobs:
    from texelnet.shader.lower import lower

    keep = list(lower(network).planes) if every else None
    session = wgpu.Session(compiled(network.wants(None), keep))
    names = session.manifest["inputs"]
    ones = one_by_one(network, names, inputs)
    claims, free = claims_of_manifest(session.manifest), session.free_sizes(ones[0])
    check_blobs(claims, free, ones[0], network.source)
    pictures = [session.run(one) for one in ones]
    return {name: np.stack([p[name] for p in pictures]) for name in pictures[0]}


def missing() -> str:
    """Return why there is no graphics driver to run on, or nothing where there is one."""
    try:
        wgpu.device()
    except DeviceError as error:
        return error.fact
    return ""


WGPU = Runner(
    "wgpu",
    "The WebGPU package on a graphics card, or on a software driver.",
    wgpu.adapter_name,
    _planes,
    _blobs,
)
