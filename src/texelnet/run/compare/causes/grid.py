"""Grids: the picture shifted, turned, mirrored, or not drawn by the network at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from texelnet.graph.contract import Contract
from texelnet.graph.edit import Site, before, with_attributes
from texelnet.graph.network import Network
from texelnet.picture import resample
from texelnet.picture.resample import KERNELS
from texelnet.run.compare.causes.border import pad, pads_of
from texelnet.run.compare.causes.cause import WHOLE, Cause, Ranges, in_layers, with_pictures
from texelnet.run.compare.variant import Change, Variant
from texelnet.run.runner import Planes

_SIDES = {(1, 0): "down", (-1, 0): "up", (0, 1): "right", (0, -1): "left"}


def shifted(planes: Planes, down: int, right: int) -> Planes:
    """Return a picture moved by whole pixels; those that came from beyond are masked."""
    _, height, width = planes.shape
    moved = np.ma.MaskedArray(np.zeros_like(planes), True)
    to = [slice(max(0, n), size + min(0, n)) for n, size in ((down, height), (right, width))]
    of = [slice(max(0, -n), size + min(0, -n)) for n, size in ((down, height), (right, width))]
    moved[:, to[0], to[1]] = planes[:, of[0], of[1]]
    return moved


def _shift(down: int, right: int) -> Cause:
    def places(variant: Variant, ranges: Ranges) -> list[str]:
        return [WHOLE]

    def make(variant: Variant, place: str) -> Variant:
        return variant.shows(lambda planes: shifted(planes, down, right))

    count = max(abs(down), abs(right))
    words = [f"{abs(down)} {'down' if down > 0 else 'up'}"] if down else []
    words += [f"{abs(right)} {'right' if right > 0 else 'left'}"] if right else []
    where = " and ".join(words)
    return Cause(
        f"shifted {where}",
        f"draws the picture shifted by {where}, in its own pixels",
        "see where pixel centres lie: (x + 0.5) / scale - 0.5" if count == 1 else "see offset",
        places,
        make,
    )


def _shifts() -> Iterator[Cause]:
    for down, right in product((0, 1, -1, 2, -2), repeat=2):
        if (down, right) != (0, 0) and (abs(down) == abs(right) or 0 in (down, right)):
            yield _shift(down, right)


def _turned(name: str, fact: str, change: Change, both: bool = False) -> Cause:
    def places(variant: Variant, ranges: Ranges) -> list[str]:
        return [WHOLE]

    def make(variant: Variant, place: str) -> Variant:
        return (variant.gives(change) if both else variant).shows(change)

    return Cause(name, fact, "see the order of rows and columns", places, make)


def _row(site: Site, down: int, right: int, network: Network) -> Network:
    top, left, bottom, rest = pads_of(site)
    pads = [top - down, left - right, bottom + down, rest + right]
    if min(pads) >= 0:
        return with_attributes(network, site.output, pads=pads)
    moved = pad([-down, -right, down, right], "constant")
    return before(network, site.output, 0, [moved])


def _layer_shift(down: int, right: int, side: str) -> Cause:
    return in_layers(
        f"layer reads one pixel {side}",
        f"reads all of the layer's input one pixel farther {side}",
        "see where the kernel's middle lies",
        lambda site: site.op == "Conv",
        lambda network, site: _row(site, down, right, network),
    )


def _plain(kernel: str) -> Cause:
    def make(variant: Variant, contract: Contract) -> Variant:
        def draw(picture: Planes) -> Planes:
            return resample(picture, contract.scale, kernel, border="edge", antialias=False)

        return replace(variant, instead=draw)

    return with_pictures(
        f"not run, {kernel}",
        f"shows the picture enlarged by {kernel} alone: the network did not run",
        "see whether the host takes the shader, what it hooks and saves, and its conditions",
        lambda contract: contract.scale > 1 or kernel == "nearest",
        make,
    )


def _base(kernel: str) -> Cause:
    def make(variant: Variant, contract: Contract) -> Variant:
        after = variant.network.contract
        assert after is not None, "asked for by its contract"
        return replace(variant, network=variant.network.wants(replace(after, base=kernel)))

    return with_pictures(
        f"base {kernel}",
        f"adds the network's answer to a picture enlarged by {kernel}",
        "see the contract's key base",
        lambda contract: contract.returns == "residual" and contract.base != kernel,
        make,
    )


def _base_left_out(variant: Variant, contract: Contract) -> Variant:
    drawn = variant.draw()

    def draw(picture: Planes) -> Planes:
        scale, base, offset = contract.scale, contract.base, contract.offset
        return drawn(picture) - resample(picture, scale, base, border="edge", offset=offset)

    return replace(variant, given=(), instead=draw)


CAUSES: tuple[Cause, ...] = (
    *(_plain(kernel) for kernel in KERNELS),
    *(_base(kernel) for kernel in ("nearest", "bilinear", "bicubic")),
    with_pictures(
        "base not added",
        "shows the network's answer without the base upscaler's picture",
        "see the contract's key returns",
        lambda contract: contract.returns == "residual",
        _base_left_out,
    ),
    _turned("upside down", "draws the picture upside down", lambda p: p[:, ::-1]),
    _turned("left for right", "draws left for right", lambda p: p[:, :, ::-1]),
    _turned(
        "upside down throughout",
        "gets the picture upside down, and turns what is drawn back",
        lambda p: p[:, ::-1],
        True,
    ),
    _turned("rows for columns", "draws rows for columns", lambda p: p.swapaxes(1, 2)),
    _turned(
        "rows for columns throughout",
        "gets rows for columns, and turns what is drawn back",
        lambda p: p.swapaxes(1, 2),
        True,
    ),
    *_shifts(),
    *(_layer_shift(*step, side) for step, side in _SIDES.items()),
)
