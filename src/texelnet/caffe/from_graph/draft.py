"""Draft: the Caffe network that a graph is being said as, layer by layer.

Whatever a layer makes has a shape at two sizes of the picture: at the one that the prototxt
will hold, and at a larger one. A size that is the same at both is a constant of the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from texelnet.caffe.layer import Shape
from texelnet.caffe.message import Message
from texelnet.caffe.schema import SCHEMA
from texelnet.graph.edit import Site

Pair = tuple[int, int]
Pairs = tuple[Pair, ...]
"""A shape: each axis at the prototxt's size, and at a larger one."""
ONE: Pair = (1, 1)
LARGEST_FLOAT = float(np.finfo(np.float32).max)
MOST_NUMBERS = 2**26
"""Weights that only the way of saying it needs may have so many numbers."""


class CantSay(Exception):
    """A node that no Caffe layers say; tells why."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass
class Written:
    """A layer of the draft."""

    name: str
    type: str
    bottoms: list[str]
    tops: list[str]
    blocks: Mapping[str, Mapping[str, Any]]
    weights: tuple[np.ndarray, ...]


@dataclass
class Draft:
    """Collects layers; ``node`` is the one that is being said.

    Parameters
    ----------
    shapes
        Of every blob.
    makers
        The node that makes a value.
    constants
        Values that are numbers.
    """

    shapes: dict[str, Pairs]
    makers: Mapping[str, Site]
    constants: Mapping[str, np.ndarray]
    node: Site
    layers: list[Written] = field(default_factory=list)
    same: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def bottom(self, place: int) -> str:
        """Return the blob that an input of the node is; numbers become a Parameter layer."""
        name = self.node.inputs[place]
        if name not in self.constants:
            return self.blob(name)
        values = np.asarray(self.constants[name], np.float32)
        if name not in self.shapes:
            self.shapes[name] = constant_pairs(values.shape)
        if not any(name in layer.tops for layer in self.layers):
            shape = {"shape": {"dim": list(values.shape)}}
            self.layer("Parameter", [], name, [values], parameter_param=shape)
        return name

    def blob(self, name: str) -> str:
        """Return the blob that a value is: its own, or one that holds the same."""
        while name in self.same:
            name = self.same[name]
        return name

    def has(self, place: int) -> bool:
        """Tell whether the node has this input."""
        return place < len(self.node.inputs) and bool(self.node.inputs[place])

    def given(self, place: int) -> np.ndarray | None:
        """Return an input's numbers, or None if the network computes them."""
        return self.constants.get(self.node.inputs[place]) if self.has(place) else None

    def numbers(self, place: int, what: str) -> np.ndarray:
        """Return an input's numbers, which must be constants."""
        found = self.given(place)
        if found is None:
            raise CantSay(f"its {what} {_are(what)} computed by the network")
        return found

    def get(self, attribute: str, default: Any) -> Any:
        """Return an attribute of the node, or its default."""
        return self.node.attributes.get(attribute, default)

    def maker(self, blob: str, op: str) -> Site | None:
        """Return the node that makes a blob, if it is one of this operator."""
        site = self.makers.get(blob)
        return site if site is not None and site.op == op else None

    def shape(self, blob: str) -> Shape:
        """Return a blob's shape at the prototxt's size."""
        return tuple(size for size, _ in self.shapes[blob])

    def rank(self, blob: str) -> int:
        """Return how many axes a blob has."""
        return len(self.shapes[blob])

    def axis(self, default: int, blob: str) -> int:
        """Return the node's attribute `axis`, counted from the front."""
        return int(self.get("axis", default)) % max(1, self.rank(blob))

    def fixed(self, blob: str, axis: int, what: str) -> int:
        """Return an axis's size, which must be a constant of the network."""
        size, larger = self.shapes[blob][axis]
        if size != larger:
            raise CantSay(f"{what} would hang on the picture's size")
        return size

    def layer(
        self,
        type: str,
        bottoms: Sequence[str],
        top: str = "",
        weights: Sequence[np.ndarray] = (),
        shape: Pairs | None = None,
        **blocks: Mapping[str, Any],
    ) -> str:
        """Add a layer of one top and return it; a fresh top has the first bottom's shape."""
        fresh = not top
        top = top or self.fresh(f"{self.node.layer}.{type.lower()}", self.shapes)
        if fresh:
            self.shapes[top] = self.shapes[bottoms[0]] if shape is None else shape
        self.several(type, bottoms, [top], weights, **blocks)
        return top

    def several(
        self,
        type: str,
        bottoms: Sequence[str],
        tops: Sequence[str],
        weights: Sequence[np.ndarray] = (),
        **blocks: Mapping[str, Any],
    ) -> None:
        """Add a layer; that which makes the node's first output has the node's name."""
        own = bool(tops) and tops[0] == self.node.outputs[0]
        stem = self.node.layer if own else tops[0] if tops else type.lower()
        name = self.fresh(stem, self.names)
        self.names.add(name)
        numbers = tuple(np.asarray(values, np.float32) for values in weights)
        written = {block: dict(fields) for block, fields in blocks.items() if fields}
        self.layers.append(Written(name, type, list(bottoms), list(tops), written, numbers))

    def fresh(self, stem: str, taken: Mapping[str, Any] | set[str]) -> str:
        """Return a name that is not taken: the stem itself, or the stem and a number."""
        name, number = stem, 0
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        return name

    def power(self, blob: str, top: str = "", **settings: float) -> str:
        """Add (shift + scale x) ^ power; what is 0, 1, 1 is left out."""
        usual = {"power": 1.0, "scale": 1.0, "shift": 0.0}
        kept = {name: float(v) for name, v in settings.items() if float(v) != usual[name]}
        return self.layer("Power", [blob], top, power_param=kept)

    def alike(self, output: str, blob: str) -> None:
        """Say that a value is one that is there."""
        self.same[output] = blob
        self.shapes.setdefault(output, self.shapes[blob])

    def reshape(self, blob: str, wanted: Pairs, top: str = "") -> str:
        """Add a Reshape of the axes that differ; nothing where none does."""
        have = self.shapes[blob]
        if have == wanted:
            if top:
                self.alike(top, blob)
            return blob
        first = _alike(have, wanted)
        last = _alike(have[first:][::-1], wanted[first:][::-1])
        between = wanted[first : len(wanted) - last]
        dims = [size if size == larger else -1 for size, larger in between]
        if dims.count(-1) > 1:
            raise CantSay("more than one of its sizes hangs on the picture's")
        settings = {"shape": {"dim": dims}, "axis": first}
        settings["num_axes"] = len(have) - first - last
        return self.layer("Reshape", [blob], top, shape=wanted, reshape_param=settings)

    def tile(self, blob: str, axis: int, times: int, top: str = "") -> str:
        """Add a Tile of one axis."""
        pairs = list(self.shapes[blob])
        pairs[axis] = (pairs[axis][0] * times, pairs[axis][1] * times)
        settings = {"axis": axis, "tiles": times}
        return self.layer("Tile", [blob], top, shape=tuple(pairs), tile_param=settings)


def constant_pairs(shape: Sequence[int]) -> Pairs:
    """Return a shape that is the same at both sizes."""
    return tuple((int(size), int(size)) for size in shape)


def block(kind: str, fields: Mapping[str, Any]) -> Message:
    """Return a message of the format from plain values; lists are repeated fields."""
    message = Message(kind)
    for name, value in fields.items():
        of = SCHEMA[kind][name].type
        for one in value if isinstance(value, list | tuple) else [value]:
            message.add(name, block(of, one) if isinstance(one, Mapping) else one)
    return message


def _alike(one: Pairs, other: Pairs) -> int:
    """Return how many sizes agree from the front."""
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _are(what: str) -> str:
    return "are" if what.endswith("s") and not what.endswith("ss") else "is"
