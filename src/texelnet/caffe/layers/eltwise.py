"""Eltwise: sum (with a coefficient for each bottom), product or maximum of blobs of one shape.

In place, Caffe's sum clears the top, and with it the first bottom, before it adds: refused
here.
"""

from __future__ import annotations

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
        raise layer.error(f"{len(coefficients)} coeff for {len(layer.bottoms)} bottoms")
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


ELTWISE = Kind("Eltwise", _shapes, _to_graph, bottoms=(2, ANY), in_place=True)
