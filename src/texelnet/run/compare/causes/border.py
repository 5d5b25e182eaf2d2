"""Borders: what lies beyond the picture is repeated or mirrored where zeros are wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from texelnet.graph.contract import Contract
from texelnet.graph.edit import Link, Site, after, before, with_attributes
from texelnet.graph.network import Network
from texelnet.run.compare.causes.cause import Cause, in_layers, with_pictures
from texelnet.run.compare.variant import Variant

_PADDED = ("Conv", "AveragePool", "MaxPool")


def pads_of(site: Site) -> list[int]:
    """Return top, left, bottom, right of a node that pads by itself."""
    pads = site.attributes.get("pads")
    return [int(n) for n in pads] if pads is not None else [0, 0, 0, 0]


def pad(pads: list[int], mode: str) -> Link:
    """Return a Pad of rows and columns; negative numbers cut."""
    top, left, bottom, right = pads
    amounts = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
    return Link("Pad", (amounts,), (("mode", mode),))


def _could(site: Site) -> bool:
    if site.op == "ConvTranspose":
        return 1 in site.constants
    return site.op in _PADDED and any(pads_of(site))


def _edit(mode: str) -> Callable[[Network, Site], Network]:
    def edit(network: Network, site: Site) -> Network:
        if site.op == "ConvTranspose":
            return _transposed(network, site, mode)
        pads = pads_of(site)
        network = with_attributes(network, site.output, pads=[0, 0, 0, 0])
        return before(network, site.output, 0, [pad(pads, mode)])

    return edit


def _transposed(network: Network, site: Site, mode: str) -> Network:
    """A deconvolution that reads beyond its input: padded, and what that adds cut off."""
    strides = [int(n) for n in site.attributes.get("strides", (1, 1))]
    kernel = site.constants[1].shape[2:]
    around = [-(-k // s) for k, s in zip(kernel, strides, strict=True)]
    network = before(network, site.output, 0, [pad([*around, *around], mode)])
    cut = [-n * s for n, s in zip(around, strides, strict=True)]
    return after(network, site.output, [pad([*cut, *cut], "constant")])


def _layers(name: str, mode: str, does: str) -> Cause:
    return in_layers(
        name,
        f"{does} beyond the border, where the network's layer has zeros",
        "put a check of the position around every read, and answer zero outside",
        _could,
        _edit(mode),
    )


def _frame(padding: str) -> Cause:
    words = {"zero": "is zero", "edge": "is the outermost pixel", "reflect": "is mirrored"}

    def could(contract: Contract) -> bool:
        return contract.border > 0 and contract.padding != padding

    def make(variant: Variant, contract: Contract) -> Variant:
        return replace(variant, before=replace(contract, padding=padding))

    return with_pictures(
        f"picture's border {padding}",
        f"takes what lies around the picture as if it {words[padding]}",
        "see the contract's key padding",
        could,
        make,
    )


_MODES = {"constant": "zero", "edge": "repeated", "reflect": "mirrored"}


def _mode_of(site: Site) -> str:
    mode = site.attributes.get("mode", "constant")
    return mode.decode() if isinstance(mode, bytes) else str(mode)


def _pad_node(mode: str, word: str) -> Cause:
    return in_layers(
        f"padding {word}",
        f"pads by another rule: what lies beyond the border is {word}",
        "see the layer's mode",
        lambda site: site.op == "Pad" and _mode_of(site) != mode,
        lambda network, site: with_attributes(network, site.output, mode=mode),
    )


CAUSES = (
    _layers("border repeated", "edge", "repeats the outermost pixels"),
    _layers("border mirrored", "reflect", "mirrors the picture"),
    *(_pad_node(mode, word) for mode, word in _MODES.items()),
    *(_frame(padding) for padding in ("zero", "edge", "reflect")),
)
