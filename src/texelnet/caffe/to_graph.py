"""From a Caffe Net to a graph: every blob a value under Caffe's name, every node its layer's.

Height and width of the file are an example: 4-D inputs are (batch, channels, height, width)
with free sizes, unless a layer pins them. Whether one does is found by trying: at another size
the same weights must fit, and every layer must still work.

ONNX wants the names of nodes to differ: the node that makes a layer's (first) top has the
layer's name, the others that of the value they make.

A blob that is changed in place has several versions; the last one carries the name, the earlier
ones are called ``blob@layer`` after the layer that made them. An input that is changed in place
keeps its name for what is given; there it is the later versions that are called after their
layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from texelnet.caffe.layer import Constant, Layer, Shape
from texelnet.caffe.layers import LAYERS
from texelnet.caffe.net import Net
from texelnet.caffe.resolve import with_parameters, with_shapes
from texelnet.caffe.weights import Array
from texelnet.errors import NetworkError, PrototxtError, WeightsError
from texelnet.graph.builder import Builder
from texelnet.graph.network import Network

_ENLARGED = 3360
"""How much larger the trial pictures are: whole in strides of up to 32, 3, 5 and 7."""
_MAX_BYTES = 2_000_000_000
Dims = tuple[int | str, ...]


def to_graph(net: Net) -> Network:
    """Write a network as a graph.

    Raises
    ------
    WeightsError
        If the network was read without weights and needs some.
    NetworkError
        If it was read for training, or computes nothing.
    """
    _check(net)
    pins = _pins(net)
    builder = Builder(net.name)
    for blob in net.shapes:
        builder.fresh(blob)
    for blob, dims in _inputs(net, bool(pins)).items():
        builder.input(blob, dims)
    values = _nodes(net, builder)
    outputs = [values[blob] for blob in net.outputs if values[blob] not in net.inputs]
    if not outputs:
        raise NetworkError(net.source, "the network computes nothing", "add layers to it")
    for value in outputs:
        builder.output(value)
    return Network(net.name, builder.finish(), net.source, pins=pins)


def _check(net: Net) -> None:
    """Refuse a network that can't be a graph."""
    if net.phase != "TEST":
        hint = "read it for the TEST phase"
        raise NetworkError(net.source, f"it was read for the {net.phase} phase", hint)
    needy = [layer.name for layer in net.layers if layer.parameters]
    if needy and not net.weights:
        shown = ", ".join(f'"{name}"' for name in needy[:20])
        more = f" and {len(needy) - 20} more" if len(needy) > 20 else ""
        hint = "give the .caffemodel, or an .npz with param/<layer>/<i>"
        raise WeightsError(net.source, f"no weights were given for {shown}{more}", hint)
    size = sum(numbers.nbytes for numbers in net.weights.values())
    if size > _MAX_BYTES:
        fact = f"its weights have {size:,} bytes, a graph holds at most {_MAX_BYTES:,}"
        raise NetworkError(net.source, fact)


def _free(net: Net) -> list[str]:
    """Return the inputs that are pictures."""
    return [blob for blob in net.inputs if len(_input_shapes(net)[blob]) == 4]


def _input_shapes(net: Net) -> dict[str, Shape]:
    return {
        top: shape
        for layer in net.layers
        if layer.type == "Input"
        for top, shape in zip(layer.tops, layer.top_shapes, strict=True)
    }


def _pins(net: Net) -> tuple[str, ...]:
    """Say which layers keep height and width from being free, and why."""
    free, shapes = _free(net), _input_shapes(net)
    if not free:
        return ()
    sentences = [
        f"{layer.where}: {LAYERS[layer.type].pins(layer)}"
        for layer in net.layers
        if LAYERS[layer.type].pins(layer)
    ]
    if sentences:
        return tuple(sentences)
    added = {blob: _resized(shapes[blob], 1, _ENLARGED) for blob in free}
    scaled = {blob: _resized(shapes[blob], 61, 0) for blob in free}
    reasons = _why_not(net, added)
    return reasons if reasons and _why_not(net, scaled) else ()


def _resized(shape: Shape, times: int, more: int) -> Shape:
    return (*shape[:2], *(size * times + more for size in shape[2:]))


def _why_not(net: Net, shapes: Mapping[str, Shape]) -> tuple[str, ...]:
    """Say why a network can't take inputs of these shapes; nothing if it can."""
    try:
        other = with_parameters(with_shapes(net.layers, shapes, most=2**62))
    except PrototxtError as error:
        return (f"{error.where}: at another size, {error.fact}",)
    return tuple(
        f"{before.where}: its parameters span height or width"
        for before, after in zip(net.layers, other, strict=True)
        if before.parameters != after.parameters
    )


def _inputs(net: Net, pinned: bool) -> dict[str, Dims]:
    """Return each input's sizes, free ones by name."""
    shapes = _input_shapes(net)
    batched = {blob: (shape[0] * 3, *shape[1:]) for blob, shape in shapes.items() if shape[1:]}
    any_batch = not _why_not(net, batched)
    names: dict[tuple[int, int], str] = {}

    def free(blob: str, axis: int, what: str) -> str:
        taken = {size for at, size in names if at == axis}
        fresh = f"{what}_{blob}" if taken else what
        return names.setdefault((axis, shapes[blob][axis]), fresh)

    result: dict[str, Dims] = {}
    for blob, shape in shapes.items():
        dims: list[int | str] = list(shape)
        if len(shape) > 1 and any_batch:
            dims[0] = free(blob, 0, "batch")
        if len(shape) == 4 and not pinned:
            dims[2:] = [free(blob, 2, "height"), free(blob, 3, "width")]
        result[blob] = tuple(dims)
    return result


@dataclass
class _LayerWriter:
    """Writes the nodes of one layer."""

    layer: Layer
    builder: Builder
    bottoms: Sequence[str]
    tops: Sequence[str]
    weights: Sequence[Array]
    named: set[str]
    layers: frozenset[str]

    def node(self, op: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Add a node of this layer; without an output name it gets a fresh one."""
        is_top = bool(output)
        output = output or self.builder.fresh(f"{self.layer.name}.{op.lower()}")
        name = self._name(output, is_top)
        return self.builder.node(op, inputs, output, name, **attributes)

    def nodes(
        self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> None:
        """Add a node of this layer with several outputs."""
        self.builder.node(op, inputs, list(outputs), self._name(outputs[0], True), **attributes)

    def _name(self, output: str, is_top: bool) -> str:
        """Name the node that makes the layer's (first) top after the layer."""
        name = self.layer.name
        if not name or not is_top or name in self.named:
            name, number = output, 0
            while name in self.named or name in self.layers:
                number += 1
                name = f"{output}_{number}"
        self.named.add(name)
        return name

    def constant(self, what: str, value: Constant) -> str:
        """Add a constant called <layer>.<what>."""
        array = np.asarray(value) if np.size(value) else np.zeros(0, np.int64)
        if array.dtype.kind == "f":
            with np.errstate(over="ignore"):
                array = array.astype(np.float32)
        return self.builder.constant(f"{self.layer.name}.{what}", array)


def _nodes(net: Net, builder: Builder) -> dict[str, str]:
    """Write all layers; return the value that each blob is in the end."""
    last = {
        top: index
        for index, layer in enumerate(net.layers)
        for top in layer.tops
        if not _is_left_out(layer)
    }
    values: dict[str, str] = {}
    named: set[str] = set()
    names = frozenset(layer.name for layer in net.layers)
    for index, layer in enumerate(net.layers):
        if _is_left_out(layer):
            continue
        bottoms = [values[bottom] for bottom in layer.bottoms]
        for top in layer.tops:
            final = layer.type == "Input" or (top not in net.inputs and last[top] == index)
            values[top] = top if final else builder.fresh(f"{top}@{layer.name}")
        tops = [values[top] for top in layer.tops]
        writer = _LayerWriter(layer, builder, bottoms, tops, net.numbers(layer), named, names)
        LAYERS[layer.type].to_graph(layer, writer)
    return values


def _is_left_out(layer: Layer) -> bool:
    """Whether a layer needs no node: a Dropout in place changes nothing."""
    return layer.type == "Dropout" and layer.tops == layer.bottoms
