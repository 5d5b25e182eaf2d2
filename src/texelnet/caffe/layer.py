"""Layer: one layer of a resolved network, and Kind, what a type of layer means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from texelnet.caffe.about import UNTOLD, About
from texelnet.caffe.message import Message
from texelnet.caffe.weights import Array
from texelnet.errors import PrototxtError

Shape = tuple[int, ...]
LARGEST = 4096
"""A kernel, stride, pad or dilation above this is refused: padding by it would eat memory."""
Constant = NDArray[np.generic] | np.generic | Sequence[int] | float


@dataclass(frozen=True)
class Parameter:
    """One parameter of a layer and where its numbers live.

    Parameters
    ----------
    owner
        Name and index of the parameter that holds the numbers: the layer's own, or that of the
        first layer which shares it by name.
    """

    shape: Shape
    owner: tuple[str, int]


@dataclass(frozen=True)
class Layer:
    """One layer: its settings, the blobs it reads and writes, and their shapes.

    Shapes are (batch, channels, height, width), with the sizes of the file. A Python layer has
    a program, once it is allowed to run (see `caffe/python/`). `written` are the bottoms as the
    file calls them, before Split layers were put in.
    """

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    source: str
    message: Message
    bottom_shapes: tuple[Shape, ...] = ()
    top_shapes: tuple[Shape, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    program: Any = None
    written: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place for errors: file, line and layer."""
        return place(self.source, self.message.line, self.name)

    def error(self, fact: str, hint: str = "") -> PrototxtError:
        """Say what is wrong with this layer."""
        return PrototxtError(self.where, fact, hint)

    def settings(self, block: str) -> Message:
        """Return the block of settings of this layer's type."""
        return self.message.block(block)

    def bounded(self, name: str, sizes: Sequence[int], least: int) -> None:
        """Refuse a kernel's size, stride, pad or dilation that no picture has room for."""
        for size in sizes:
            if not least <= size <= LARGEST:
                fact = f"{name} is {size:,}, it must be {least} to {LARGEST:,}"
                raise self.error(fact)

    def axis(self, written: int, shape: Shape | None = None, extra: int = 0) -> int:
        """Count an axis from the front; -1 is the last (or, with extra, one past it)."""
        shape = self.bottom_shapes[0] if shape is None else shape
        axes = len(shape) + extra
        if not -axes <= written < axes:
            fact = f"axis {written} does not exist: {self.bottoms[0]} is {spoken(shape)}"
            raise self.error(fact, f"{-axes} to {axes - 1}; 0 is the first, -1 the last")
        return written % axes


class Writer(Protocol):
    """What a kind may use to write its layer into the graph.

    ``bottoms`` and ``tops`` are names of values, ``weights`` the parameters' numbers.
    """

    bottoms: Sequence[str]
    tops: Sequence[str]
    weights: Sequence[Array]

    def node(self, op: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Add a node of this layer; without an output name it gets a fresh one."""

    def nodes(
        self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> None:
        """Add a node of this layer with several outputs."""

    def constant(self, what: str, value: Constant) -> str:
        """Add a constant called <layer>.<what>."""


Count = tuple[int, int]
ANY = 1_000_000


@dataclass
class Run:
    """What a kind may use to compute its layer in torch, which is handed in.

    Parameters
    ----------
    torch
        The module.
    bottoms, weights
        Tensors; parameters may want gradients, and those that a layer changes as it runs (the
        statistics of BatchNorm) are changed in place.
    training
        Whether the phase is TRAIN.
    total
        Adds a number up over all processes that train together.
    device
        Where the tops shall be.
    """

    torch: Any
    bottoms: Sequence[Any]
    weights: Sequence[Any]
    training: bool
    total: Callable[[float], float] = lambda number: number
    device: str = "cpu"


REGIONS = "a region is (picture, x1, y1, x2, y2); pictures count from 0"


def no_parameters(layer: Layer) -> tuple[Shape, ...]:
    """Say that a kind has no parameters."""
    return ()


def same_shape(layer: Layer) -> tuple[Shape, ...]:
    """Say that the top has the shape of the (first) bottom."""
    return layer.bottom_shapes[:1]


@dataclass(frozen=True)
class Kind:
    """What one type of layer means.

    Parameters
    ----------
    shapes
        The shapes of the tops, from settings and bottoms; raises if they can't be.
    parameters
        The shapes of the parameters.
    to_graph
        Writes the layer as ONNX nodes.
    bottoms, tops
        How many there may be, (least, most).
    in_place
        Whether the top may be the bottom.
    pins
        Why height and width must stay those of the file, or an empty string.
    forward
        Computes the tops in torch, where that is something else than the nodes of `to_graph`,
        or may be (then it returns None).
    labels
        Bottoms that never get gradients, by number.
    learns
        Whether its parameters are learnt: BatchNorm's statistics are not.
    is_loss
        Whether its first top counts as a loss where no loss_weight is written.
    doubt
        What is likely a mistake although Caffe takes it, or an empty string.
    about
        What it is, for people.
    """

    type: str
    shapes: Callable[[Layer], tuple[Shape, ...]]
    to_graph: Callable[[Layer, Writer], None]
    parameters: Callable[[Layer], tuple[Shape, ...]] = no_parameters
    bottoms: Count = (1, 1)
    tops: Count = (1, 1)
    in_place: bool = False
    pins: Callable[[Layer], str] = lambda layer: ""
    forward: Callable[[Layer, Run], Sequence[Any] | None] | None = None
    labels: frozenset[int] = frozenset()
    learns: bool = True
    is_loss: bool = False
    doubt: Callable[[Layer], str] = lambda layer: ""
    about: About = UNTOLD


def place(source: str, line: int, name: str) -> str:
    """Write a place the way all errors do."""
    return f"{source}:{line}" + (f' (layer "{name}")' if name else "")


def spoken(shape: Shape) -> str:
    """Write a shape for people: 1 x 3 x 20 x 20."""
    return " x ".join(map(str, shape)) or "a single number"
