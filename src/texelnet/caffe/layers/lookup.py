"""Layers that look numbers up: Embed, BatchReindex, Parameter."""

from __future__ import annotations

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Shape, Writer, spoken

_INT64 = 7  # TensorProto.INT64


def _embed_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape and one axis more."""
    settings = layer.settings("embed_param")
    for name in ("num_output", "input_dim"):
        if settings.number(name) < 1:
            hint = {"num_output": "numbers for each entry", "input_dim": "how many entries"}
            raise layer.error(f"{name} must be at least 1", f"write {name}: {hint[name]}")
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


EMBED = Kind(
    "Embed",
    _embed_shapes,
    _embed,
    _embed_parameters,
    about=About(
        "Gives each whole number the row of a table that it names.",
        "y[..., k] = bias[k] + weights[x[...], k]",
        'input: "words" input_shape { dim: [2, 5] }\n'
        + example("Embed", "embed_param { input_dim: 7 num_output: 4 }", "words"),
        ("embed_param",),
        (("weights", "input_dim x num_output"), ("bias", "num_output")),
        (
            "Numbers are rows counted from 0; Caffe does not check that there is such a row.",
            "The bottom gets no gradient, the rows that were looked up do.",
        ),
    ),
)
BATCH_REINDEX = Kind(
    "BatchReindex",
    _reindex_shapes,
    _reindex,
    bottoms=(2, 2),
    about=About(
        "Gives the pictures of a batch in another order, some several times or not at all.",
        "y[n] = a[b[n]]",
        'input: "data" input_shape { dim: [2, 3, 9, 8] }\n'
        'input: "order" input_shape { dim: 3 }\n'
        + example("BatchReindex", bottoms="data order"),
        quirks=("The order is a bottom of one axis, so the batch of the top is its length.",),
    ),
)
PARAMETER = Kind(
    "Parameter",
    _parameter_shape,
    _parameter,
    _parameter_shape,
    bottoms=(0, 0),
    about=About(
        "A blob that is learnt.",
        "y = parameter",
        PICTURE
        + example("Parameter", "parameter_param { shape { dim: 3 } }", "", "levels")
        + example("Scale", bottoms="data levels"),
        ("parameter_param",),
        (("parameter", "shape"),),
        (
            "It has no filler: without weights it begins with zeros.",
            "It has no bottom. What reads it (a Scale or Bias with two bottoms) gives it a "
            "meaning.",
        ),
    ),
)
