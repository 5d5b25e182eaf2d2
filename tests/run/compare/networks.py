"""Networks in which every cause can be made, at one place or another."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from tests.mutants.networks import network

from texelnet.graph.builder import Builder
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network


@cache
def shuffled(mode: str = "edge") -> Network:
    """Padding by a node, a layer that keeps its shape, a residual laid out by a shuffle."""
    rng = np.random.default_rng(4)
    b = Builder("shuffled")
    b.input("x", (1, 3, "height", "width"))
    pads = b.constant("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    b.node("Pad", ["x", pads], "wide", "wide", mode=mode)
    _convolution(b, rng, "one", "wide", (4, 3, 3, 3), 0)
    slope = b.constant("slope", rng.uniform(0.1, 0.4, (4, 1, 1)))
    b.node("PRelu", ["one", slope], "bent", "bend")
    _convolution(b, rng, "same", "bent", (4, 4, 3, 3), 1)
    _convolution(b, rng, "two", "same", (12, 4, 3, 3), 1)
    b.node("DepthToSpace", ["two"], "y", "shuffle", blocksize=2, mode="CRD")
    b.output("y")
    contract = Contract(channels="rgb", returns="residual", base="bicubic")
    return Network("shuffled", b.finish(), "shuffled.onnx", contract)


def _convolution(
    b: Builder,
    rng: np.random.Generator,
    name: str,
    source: str,
    shape: tuple[int, ...],
    pad: int,
) -> None:
    weight = b.constant(f"{name}.w", rng.normal(0, 0.3, shape))
    bias = b.constant(f"{name}.b", rng.normal(0, 0.1, shape[0]))
    b.node("Conv", [source, weight, bias], name, name, pads=[pad] * 4)


@cache
def by_hand() -> Network:
    """A pixel shuffle written as Reshape, Transpose, Reshape."""
    rng = np.random.default_rng(6)
    b = Builder("by_hand")
    b.input("x", (1, 1, 10, 12))
    weight = b.constant("w", rng.normal(0, 0.3, (4, 1, 3, 3)))
    b.node("Conv", ["x", weight], "four", "four", pads=[1] * 4)
    six = b.constant("six", [1, 1, 2, 2, 10, 12])
    b.node("Reshape", ["four", six], "apart", "apart")
    b.node("Transpose", ["apart"], "turned", "turn", perm=[0, 1, 4, 2, 5, 3])
    four = b.constant("back", [1, 1, 20, 24])
    b.node("Reshape", ["turned", four], "y", "together")
    b.output("y")
    return Network("by_hand", b.finish(), "by_hand.onnx", Contract())


def other_ends(name: str, **keys: object) -> Network:
    """Return one of the networks under a contract with other keys."""
    base = shuffled() if name == "shuffled" else network(name)
    assert base.contract is not None
    return base.wants(replace(base.contract, **keys))  # type: ignore[arg-type]


def all_of_them() -> list[Network]:
    return [
        shuffled(),
        network("stamp"),
        network("bytes"),
        network("valid"),
        by_hand(),
        other_ends("shuffled", base="nearest"),
        shuffled("reflect"),
        other_ends("valid", padding="zero"),
    ]
