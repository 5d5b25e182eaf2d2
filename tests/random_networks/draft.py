"""A graph while it is being drawn: its values, their sizes, and what each step has chosen.

A **part** (a convolution, a skip, a pixel shuffle by hand) is one function of a draft. What it
asks for by name (`whole`, `one_of`, `read`) is drawn at random the first time and replayed
after, so the same function draws a network, builds it again from its recipe, and says by
`Misfit` that a smaller recipe makes no sense.

Sizes are known without the compiler's own arithmetic: every value carries how tall and wide it
is for pictures of 1, 2, 3, ... pixels, 0 where nothing is left or the reference refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import onnx
from onnx import helper
from tests.random_networks.older import SINCE, older

PROBES = range(1, 41)
"""The sides of pictures at which sizes are known."""
WIDEST = 12  # channels
WILDEST = 24.0  # about the largest number a value may hold

Sides = tuple[int, ...]
Taken = dict[str, Any]


class Misfit(Exception):
    """A part that can't be added here: other channels, nothing left, too large."""


def need(holds: bool) -> None:
    if not holds:
        raise Misfit


@dataclass(frozen=True)
class Value:
    """A value of the graph: what is known of it at every size of the picture."""

    name: str
    channels: int
    heights: Sides
    widths: Sides
    span: float  # about the largest of its numbers
    low: float  # none of its numbers is smaller

    @property
    def sides(self) -> tuple[Sides, Sides]:
        return self.heights, self.widths


def wide(value: Value) -> bool:
    """Tell whether a value is more than a row or a column."""
    return all(sides[-1] > 1 for sides in value.sides)


def each(sides: Sides, change: Callable[[int], int]) -> Sides:
    """Return other sides; nothing comes of nothing."""
    return tuple(max(change(n), 0) if n > 0 else 0 for n in sides)


def meet(first: Sides, second: Sides) -> Sides:
    """Return the sides of two values that are joined pixel for pixel."""
    return tuple(a if a == b else 0 for a, b in zip(first, second, strict=True))


class Draft:
    """A graph in the making.

    Parameters
    ----------
    channels, opset
        Of the input "x", and of ONNX's operators.
    random
        What chooses: `random.Random` or hypothesis.
    """

    def __init__(self, channels: int, opset: int, random: Random) -> None:
        self.random, self.channels, self.opset = random, channels, opset
        sides = tuple(PROBES)
        self.values = {"x": Value("x", channels, sides, sides, 1.0, -1.0)}
        self.read_names: set[str] = set()
        self.avoided: tuple[set[int], set[int]] = (set(), set())
        """Heights and widths of pictures that are not asked for: no answer is right there."""
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.name, self.taken = "", {}
        self.options: dict[str, Sequence[Any]] = {}
        self.made = self.weighed = 0

    def step(self, name: str, part: Callable[[Draft], None], taken: Taken) -> Taken:
        """Add a part under this name; return what it chose. A misfit leaves no trace.

        After it ``options`` holds what it could have chosen.
        """
        before = (dict(self.values), set(self.read_names), len(self.nodes), len(self.constants))
        avoided = (set(self.avoided[0]), set(self.avoided[1]))
        self.name, self.taken, self.options = name, dict(taken), {}
        self.made = self.weighed = 0
        try:
            part(self)
        except Misfit:
            self.values, self.read_names, nodes, constants = before
            del self.nodes[nodes:], self.constants[constants:]
            self.avoided = avoided
            raise
        return {name: self.taken[name] for name in self.options}

    # Choices --------------------------------------------------------------------------

    def one_of(self, name: str, options: Sequence[Any]) -> Any:
        """Choose; the first option is the simplest."""
        need(bool(options))
        self.options[name] = options
        if name not in self.taken:
            self.taken[name] = self.random.choice(options)
        need(self.taken[name] in options)
        return self.taken[name]

    def whole(self, name: str, low: int, high: int) -> int:
        return int(self.one_of(name, range(low, high + 1)))

    def wholes(self, name: str, low: int, high: int, count: int = 2) -> list[int]:
        return [self.whole(f"{name}{i}", low, high) for i in range(count)]

    def chance(self, name: str) -> bool:
        return bool(self.one_of(name, [False, True]))

    def number(self, name: str, low: float, high: float) -> float:
        """Choose one of a few round numbers."""
        return float(
            self.one_of(name, [round(low + (high - low) * i / 8, 4) for i in range(9)])
        )

    def read(self, name: str = "of", fits: Callable[[Value], bool] = lambda v: True) -> Value:
        """Choose a value: the last one mostly, or one that nobody reads."""
        options = [v.name for v in self.values.values() if fits(v)]
        need(bool(options))
        if name not in self.taken:
            unread = [o for o in options if o not in self.read_names]
            turn = self.random.randrange(10)
            narrow = options[-1:] if turn < 5 else (unread or options)
            self.taken[name] = self.random.choice(narrow if turn < 8 else options)
        return self.values[self.one_of(name, options)]

    def weights(self, *shape: int, low: float = -1.0, high: float = 1.0) -> str:
        """Add random weights; those of a shrunk recipe are `low` and `high` alone."""
        self.weighed += 1
        rng = np.random.default_rng([self.whole("seed", 0, 999), self.weighed])
        numbers = rng.uniform(-1, 1, shape)
        self.taken.setdefault("weights", "any")
        if self.one_of("weights", ["simple", "any"]) == "simple":
            numbers = np.where(numbers < 0, -1.0, 1.0)
        return self.constant((numbers * (high - low) / 2 + (high + low) / 2).astype(np.float32))

    # Nodes ----------------------------------------------------------------------------

    def constant(self, numbers: Any) -> str:
        array = np.asarray(numbers)
        array = array.astype(np.int64 if array.dtype.kind in "iu" else np.float32)
        name = f"{self.name}.c{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(array, name))
        return name

    def tensor(self, number: float) -> onnx.TensorProto:
        return onnx.numpy_helper.from_array(np.array([number], np.float32))

    def node(
        self, op: str, operands: Sequence[str], outputs: int = 1, **attributes: Any
    ) -> list[str]:
        """Add a node and return the names of what it makes: n7, n7.1, n7.2, ..."""
        need(self.opset >= SINCE.get(op, 0))
        if op != "Shape":
            self.read_names.update(operands)
        if op == "Resize" and self.opset < 13:  # where no operand may be left out
            nothing = np.array([], np.float32)
            operands = [o or self.constant(nothing) for o in operands]
        known = {tensor.name: tensor for tensor in self.constants}
        operands, attributes = older(op, operands, attributes, self.opset, known)
        names = []
        for _ in range(outputs):
            names.append(f"{self.name}.{self.made}" if self.made else self.name)
            self.made += 1
        self.nodes.append(helper.make_node(op, operands, names, names[0], **attributes))
        return names

    def add(self, op: str, operands: Sequence[str | Value], like: Value, **known: Any) -> Value:
        """Add a node that makes one value: like another but for what is given.

        Parameters
        ----------
        op, operands
            The node.
        like
            The value that has the channels, sides and numbers of this one.
        known
            ``channels``, ``heights``, ``widths``, ``span``, ``low`` where they are different;
            all else are attributes.
        """
        told = {
            key: known.pop(key, getattr(like, key))
            for key in ("channels", "heights", "widths", "span")
        }
        low = known.pop("low", -np.inf)
        names = [o if isinstance(o, str) else o.name for o in operands]
        (name,) = self.node(op, names, **known)
        return self.keep(Value(name, **told, low=low))

    def keep(self, value: Value) -> Value:
        """Take a value up, if it is sane at many sizes."""
        need(1 <= value.channels <= WIDEST)
        need(value.span <= WILDEST)
        for sides in value.sides:
            need(sum(n > 0 for n in sides) >= len(PROBES) // 4)
            need(all(n <= 4 * side + 12 for n, side in zip(sides, PROBES, strict=True)))
        self.values[value.name] = value
        return value

    def sizes_of(self, value: Value) -> str:
        """Add nodes that compute height and width of a value, as exporters write them."""
        (shape,) = self.node("Shape", [value.name])
        return self.node("Slice", [shape, self.constant([2]), self.constant([4])])[0]

    # The whole ------------------------------------------------------------------------

    @property
    def outputs(self) -> list[Value]:
        """What nobody reads."""
        return [v for n, v in self.values.items() if n != "x" and n not in self.read_names]

    def finish(self) -> onnx.ModelProto:
        """Return the model: its input "x" is (batch, channels, height, width), sizes free."""
        dims = ["batch", self.channels, "height", "width"]
        float32 = onnx.TensorProto.FLOAT
        outputs = [
            helper.make_tensor_value_info(v.name, float32, ["batch", v.channels, None, None])
            for v in self.outputs
        ]
        inputs = [helper.make_tensor_value_info("x", float32, dims)]
        graph = helper.make_graph(self.nodes, "drawn", inputs, outputs, self.constants)
        opset = helper.make_opsetid("", self.opset)
        return helper.make_model(graph, opset_imports=[opset], ir_version=9)
