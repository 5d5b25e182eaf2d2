"""Op: what one operator of a graph means, and the cases that hurt.

An operator is one record: ``lower`` says in pixel words what one output pixel computes,
``cost`` counts its multiply-adds, ``cases`` are small examples chosen to be awkward. Tests
run every case through numpy, onnxruntime and the GPU and expect one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from texelnet.ops.told import Facts, Told
from texelnet.pixel import Demand, Plane, Size, size


class NotInAShader(Exception):
    """A node that has no meaning as a pixel program; says why and what to try."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


@dataclass(frozen=True, eq=False)
class Vector:
    """Numbers the graph computes about its own sizes: an array of sizes, over one number.

    ``real`` says that the graph has cast them to floats, which divide without a rest.
    """

    numbers: np.ndarray
    over: int = 1
    real: bool = False

    def constant(self) -> np.ndarray | None:
        """Return plain numbers where they are the same at every size."""
        if any(n.fixed is None for n in self.numbers.reshape(-1)):
            return None
        whole = np.array([n.fixed for n in self.numbers.reshape(-1)], np.int64)
        numbers: np.ndarray = whole.reshape(self.numbers.shape)
        return np.asarray(numbers / self.over, np.float32) if self.real else numbers


@dataclass(frozen=True)
class Digit:
    """A part of a place: number n of ``count`` says n*step channels, rows or columns."""

    side: str  # c, y or x
    count: Size
    step: int


@dataclass(frozen=True)
class View:
    """A plane under other axes: for each, the digits that count along it."""

    plane: Plane
    axes: tuple[tuple[Digit, ...], ...]


Operand = Plane | np.ndarray | Vector | View


@dataclass(frozen=True)
class Node:
    """One node with everything known about its operands."""

    op: str
    name: str
    operands: tuple[Operand | None, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    """What must hold of sizes for the node to run: added to while it is lowered."""
    pictures: tuple[Plane, ...] = ()
    """The network's inputs, whose sides sizes are made of."""

    def operand(self, index: int) -> Operand | None:
        """Return an operand, or None where an optional one is left out."""
        return self.operands[index] if index < len(self.operands) else None

    def plane(self, index: int) -> Plane:
        """Return an operand that must be a plane."""
        operand = self.operand(index)
        if isinstance(operand, Plane):
            return operand
        if isinstance(operand, View):
            raise NotInAShader(
                f"operand {index} is a list of numbers, no picture plane",
                "reshape it to (batch, channels, height, width) before",
            )
        raise NotInAShader(
            f"operand {index} is no picture plane", "compute it before the network is exported"
        )

    def constant(self, index: int, default: Any = None) -> np.ndarray:
        """Return an operand that must be constant (weights)."""
        operand = self.operand(index)
        if operand is None and default is not None:
            return np.asarray(default)
        if isinstance(operand, np.ndarray):
            return operand
        raise NotInAShader(
            f"operand {index} is computed by the network; a shader needs it constant",
            "export the network with its weights as constants",
        )

    def sizes(self, index: int) -> list[Size]:
        """Return an operand that is a list of sizes: computed ones, or constants."""
        operand = self.operand(index)
        if isinstance(operand, Vector) and operand.over == 1:
            return list(operand.numbers.reshape(-1))
        return [size(int(n)) for n in np.reshape(self.constant(index), -1)]

    def get(self, attribute: str, default: Any) -> Any:
        """Return an attribute, or its default."""
        return self.attributes.get(attribute, default)


@dataclass(frozen=True)
class Case:
    """A small example: free inputs, constants and attributes of one node.

    Operands are in order: a shape (channels, height, width) for an input, an array for a
    constant, None for one left out.
    """

    name: str
    operands: tuple[tuple[int, int, int] | np.ndarray | np.generic | None, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    outputs: int = 1
    span: float = 1.0  # inputs are drawn from -span .. span
    above: float | None = None  # ... or from above .. span
    opset: int = 18  # the first from this one on that has the node
    whole: bool = False  # the outputs are whole numbers or truths: a Cast makes them floats
    truths: tuple[int, ...] = ()  # operands that are truths: whether what is drawn is above 0


Result = Sequence[Plane | Vector | View]


def _free(node: Node) -> Fraction:
    return Fraction(0)


@dataclass(frozen=True)
class Op:
    """One operator: its ONNX type, what it is, and its facets."""

    type: str
    summary: str
    lower: Callable[[Node], Result]
    cases: tuple[Case, ...] = ()
    macs: Callable[[Node], Fraction] = _free
    """Multiply-adds per pixel of the node's own output."""
    explain: Callable[[Node, Facts], Told | None] | None = None
    """Tells about one node; where left out, only the summary is told."""
    views: bool = False
    """Whether ``lower`` itself takes views."""


def not_in_a_shader(type: str, why: str, hint: str) -> Op:
    """Return the record of an operator that can't be a pixel shader, with the reason."""

    def refuse(node: Node) -> Result:
        raise NotInAShader(why, hint)

    return Op(type, f"Not in a shader: {why}.", refuse)


def random_array(*shape: int, seed: int = 1, scale: float = 0.5) -> np.ndarray:
    """Return float32 weights for cases: the same every time."""
    return np.random.default_rng(seed).uniform(-scale, scale, shape).astype(np.float32)
