"""Shuffles: the pixels that one position computes, laid out in another order."""

from __future__ import annotations

import numpy as np

from texelnet.graph.edit import Link, Site, after, with_attributes
from texelnet.graph.network import Network
from texelnet.run.compare.causes.cause import Cause, in_layers


def _mode(site: Site) -> str:
    mode = site.attributes.get("mode", "DCR")
    return mode.decode() if isinstance(mode, bytes) else str(mode)


def _other_mode(network: Network, site: Site) -> Network:
    return with_attributes(network, site.output, mode="CRD" if _mode(site) == "DCR" else "DCR")


def _stride(site: Site) -> int:
    """Return how many rows and columns one position draws, 1 if they differ."""
    if site.op == "DepthToSpace":
        return int(site.attributes["blocksize"])
    if site.op == "ConvTranspose":
        down, right = site.attributes.get("strides", (1, 1))
        return int(down) if down == right else 1
    return 1


def _swapped(network: Network, site: Site) -> Network:
    """Phases transposed: pixel (py, px) of each position goes where (px, py) belongs."""
    stride = _stride(site)
    apart = Link("SpaceToDepth", (), (("blocksize", stride),))
    together = Link("DepthToSpace", (), (("blocksize", stride), ("mode", "DCR")))
    count = _channels(network, site)
    order = np.arange(stride * stride * count).reshape(stride, stride, count)
    lanes = order.swapaxes(0, 1).reshape(-1).astype(np.int64)
    exchange = Link("Gather", (lanes,), (("axis", 1),))
    return after(network, site.output, [apart, exchange, together])


def _channels(network: Network, site: Site) -> int:
    if site.op == "ConvTranspose":
        return int(site.constants[1].shape[1]) * int(site.attributes.get("group", 1))
    shapes = {str(v.name): v.shape for node in network.model.graph for v in node.outputs}
    shape = shapes[site.output]
    return int(shape[1]) if shape is not None and isinstance(shape[1], int) else 0


def _could_swap(site: Site) -> bool:
    return _stride(site) > 1 and (site.op == "DepthToSpace" or 1 in site.constants)


def _by_hand(site: Site) -> bool:
    perm = site.attributes.get("perm")
    return site.op == "Transpose" and perm is not None and len(perm) == 6


def _hand_swapped(network: Network, site: Site) -> Network:
    """A shuffle written as Reshape, Transpose, Reshape: its two factors exchanged."""
    batch, channels, y, py, x, px = (int(n) for n in site.attributes["perm"])
    return with_attributes(network, site.output, perm=[batch, channels, y, px, x, py])


_WHERE = "see which of the channels is right and which is below: 2 * y + x"
CAUSES: tuple[Cause, ...] = (
    in_layers(
        "pixel shuffle DCR for CRD",
        "takes blocks of channels for channels of blocks when it lays out pixels",
        "ONNX's DepthToSpace has the mode DCR, PyTorch's pixel_shuffle is CRD",
        lambda site: site.op == "DepthToSpace",
        _other_mode,
    ),
    in_layers(
        "pixel shuffle x for y",
        "lays out the pixels of a position with rows for columns",
        _WHERE,
        _could_swap,
        _swapped,
    ),
    in_layers(
        "pixel shuffle by hand, x for y",
        "lays out the pixels of a position with rows for columns",
        _WHERE,
        _by_hand,
        _hand_swapped,
    ),
)
