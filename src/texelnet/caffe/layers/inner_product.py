"""InnerProduct, a fully connected layer: all numbers from `axis` on, times a matrix.

Weights are (num_output, numbers), or the other way round with `transpose`; the axes from `axis`
on become one of num_output.
"""

from __future__ import annotations

from math import prod

from texelnet.caffe.layer import Kind, Layer, Shape, Writer


def _axis(layer: Layer) -> int:
    return layer.axis(layer.settings("inner_product_param").number("axis"))


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the axes before `axis`, and the outputs."""
    out = layer.settings("inner_product_param").number("num_output")
    if out < 1:
        raise layer.error("num_output must be at least 1", "write how many numbers come out")
    return ((*layer.bottom_shapes[0][: _axis(layer)], out),)


def _parameters(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes of weights and bias."""
    settings = layer.settings("inner_product_param")
    out, into = settings.number("num_output"), prod(layer.bottom_shapes[0][_axis(layer) :])
    weights = (into, out) if settings.flag("transpose") else (out, into)
    return (weights, (out,)) if settings.flag("bias_term") else (weights,)


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write Flatten and Gemm; beside axis 1 Reshape, MatMul and Add."""
    axis, settings = _axis(layer), layer.settings("inner_product_param")
    (value,), weight, bias = writer.bottoms, writer.weights[0], writer.weights[1:]
    if axis == 1:
        if len(layer.bottom_shapes[0]) > 2:
            value = writer.node("Flatten", [value], axis=1)
        constants = [writer.constant("weight", weight)]
        constants += [writer.constant("bias", numbers) for numbers in bias]
        transposed = int(not settings.flag("transpose"))
        writer.node("Gemm", [value, *constants], writer.tops[0], transB=transposed)
        return
    dims = writer.constant("shape", [0] * axis + [-1])
    value = writer.node("Reshape", [value, dims])
    by = writer.constant("weight", weight if settings.flag("transpose") else weight.T)
    value = writer.node("MatMul", [value, by], "" if bias else writer.tops[0])
    if bias:
        writer.node("Add", [value, writer.constant("bias", bias[0])], writer.tops[0])


INNER_PRODUCT = Kind("InnerProduct", _shapes, _to_graph, _parameters)
