"""Eltwise and Axpy: blobs of one shape added, multiplied, compared number by number."""

from __future__ import annotations

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import ANY, Kind, Layer, Shape, Writer, spoken


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape that all bottoms must have."""
    settings, shape = layer.settings("eltwise_param"), layer.bottom_shapes[0]
    operation, coefficients = settings.word("operation"), settings.reals("coeff")
    for name, other in zip(layer.bottoms, layer.bottom_shapes, strict=True):
        if other != shape:
            fact = f"{layer.bottoms[0]} is {spoken(shape)}, {name} is {spoken(other)}"
            raise layer.error(fact, "Crop the larger one, or pad the layers before it")
    if len(coefficients) not in (0, len(layer.bottoms)):
        fact = f"{len(coefficients)} coeff for {len(layer.bottoms)} bottoms"
        raise layer.error(fact, "one for each bottom, or none")
    if coefficients and operation == "PROD":
        raise layer.error("a product takes no coeff", "multiply by a Power or Scale layer")
    if operation == "SUM" and layer.tops[0] in layer.bottoms:
        fact = "a sum can't be in place: Caffe clears the blob before it adds"
        raise layer.error(fact, "give the top a name of its own")
    return (shape,)


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write Max, or a chain of Mul or Add."""
    settings = layer.settings("eltwise_param")
    if settings.word("operation") == "MAX":
        writer.node("Max", writer.bottoms, writer.tops[0])
        return
    terms = list(writer.bottoms)
    for index, coefficient in enumerate(settings.reals("coeff")):
        if coefficient != 1:
            constant = writer.constant(f"coeff{index}", coefficient)
            terms[index] = writer.node("Mul", [terms[index], constant])
    op = "Mul" if settings.word("operation") == "PROD" else "Add"
    value = terms[0]
    for index, term in enumerate(terms[1:], 1):
        last = index == len(terms) - 1
        value = writer.node(op, [value, term], writer.tops[0] if last else "")


def _axpy_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the shape of x and y."""
    factor, shape, other = layer.bottom_shapes
    if shape != other or len(shape) != 4:
        fact = f"{layer.bottoms[1]} is {spoken(shape)}, {layer.bottoms[2]} is {spoken(other)}"
        raise layer.error(f"{fact}: Axpy adds blobs of one shape, with 4 axes")
    if factor not in (shape[:2], (*shape[:2], 1, 1)):
        fact = f"{layer.bottoms[0]} is {spoken(factor)}"
        raise layer.error(f"{fact}: Axpy takes {spoken((*shape[:2], 1, 1))} there")
    return (shape,)


def _axpy(layer: Layer, writer: Writer) -> None:
    """Write Mul and Add."""
    factor, x, y = writer.bottoms
    if len(layer.bottom_shapes[0]) == 2:
        factor = writer.node("Unsqueeze", [factor, writer.constant("axes", [2, 3])])
    writer.node("Add", [writer.node("Mul", [factor, x]), y], writer.tops[0])


AXPY = Kind(
    "Axpy",
    _axpy_shapes,
    _axpy,
    bottoms=(3, 3),
    about=About(
        "Weighs the channels of a blob and adds another (SENet's fork).",
        "y[n, c] = bottom[0][n, c] · bottom[1][n, c] + bottom[2][n, c]",
        PICTURE
        + example("Pooling", "pooling_param { pool: AVE global_pooling: true }", tops="factor")
        + example("Axpy", bottoms="factor data data"),
        quirks=(
            "The factor comes first: one number of each picture and channel, N x C x 1 x 1.",
        ),
    ),
)
ELTWISE = Kind(
    "Eltwise",
    _shapes,
    _to_graph,
    bottoms=(2, ANY),
    in_place=True,
    about=About(
        "Adds, multiplies or compares blobs of one shape, number by number.",
        "SUM   y = Σ i  coeff[i] · bottom[i]\n"
        "PROD  y = Π i  bottom[i]\n"
        "MAX   y = the largest bottom[i]",
        PICTURE
        + example("TanH", tops="bent")
        + example("Eltwise", "eltwise_param { coeff: 1 coeff: -0.5 }", "data bent"),
        ("eltwise_param",),
        quirks=(
            "In place, Caffe's sum clears the blob before it adds: refused here.",
            "Nothing is broadcast: all bottoms have one shape. A factor a channel is a Scale "
            "with two bottoms.",
            "Of equal values MAX sends the gradient to the second bottom.",
        ),
    ),
)
