"""Layers that look numbers up: Embed, BatchReindex, Parameter.

Embed takes whole numbers and gives each the row of its weights (input_dim, num_output) that it
names, plus a bias. BatchReindex gives the pictures of the batch in the order of its second
bottom, as often as they stand there. Parameter is a top that is learnt: it has no bottom.
"""

from __future__ import annotations

from texelnet.caffe.layer import Kind, Layer, Shape, Writer, spoken

_INT64 = 7  # TensorProto.INT64


def _embed_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape and one axis more."""
    settings = layer.settings("embed_param")
    for name in ("num_output", "input_dim"):
        if settings.number(name) < 1:
            raise layer.error(f"{name} must be at least 1")
    return ((*layer.bottom_shapes[0], settings.number("num_output")),)


def _embed_parameters(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes of weights and bias."""
    settings = layer.settings("embed_param")
    out = settings.number("num_output")
    weights = (settings.number("input_dim"), out)
    return (weights, (out,)) if settings.flag("bias_term") else (weights,)


def _embed(layer: Layer, writer: Writer) -> None:
    """Write Gather from the weights, and Add."""
    rows = writer.node("Cast", writer.bottoms, to=_INT64)
    table = writer.constant("weight", writer.weights[0])
    bias = writer.weights[1:]
    top = writer.tops[0]
    value = writer.node("Gather", [table, rows], "" if bias else top, axis=0)
    if bias:
        writer.node("Add", [value, writer.constant("bias", bias[0])], top)


def _reindex_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the first bottom's shape with another batch."""
    pictures, order = layer.bottom_shapes
    if len(order) != 1:
        fact = f"the order {layer.bottoms[1]} is {spoken(order)}, it must have one axis"
        raise layer.error(fact)
    return ((order[0], *pictures[1:]),)


def _reindex(layer: Layer, writer: Writer) -> None:
    """Write Gather along the batch."""
    order = writer.node("Cast", [writer.bottoms[1]], to=_INT64)
    writer.node("Gather", [writer.bottoms[0], order], writer.tops[0], axis=0)


def _parameter_shape(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape that is written, for the top and for the numbers."""
    return (tuple(layer.settings("parameter_param").block("shape").numbers("dim")),)


def _parameter(layer: Layer, writer: Writer) -> None:
    """Write the numbers."""
    value = writer.constant("parameter", writer.weights[0])
    writer.node("Identity", [value], writer.tops[0])


EMBED = Kind("Embed", _embed_shapes, _embed, _embed_parameters)
BATCH_REINDEX = Kind("BatchReindex", _reindex_shapes, _reindex, bottoms=(2, 2))
PARAMETER = Kind("Parameter", _parameter_shape, _parameter, _parameter_shape, bottoms=(0, 0))
