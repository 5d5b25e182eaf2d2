"""InnerProduct, a fully connected layer: all numbers from `axis` on, times a matrix."""

from __future__ import annotations

from math import prod

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
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


INNER_PRODUCT = Kind(
    "InnerProduct",
    _shapes,
    _to_graph,
    _parameters,
    about=About(
        "A fully connected layer: every number out is a weighted sum of all numbers in.",
        "y[n, k] = bias[k] + Σ m  weights[k, m] · x[n, m],  m counts the axes from axis on",
        PICTURE
        + example("Pooling", "pooling_param { pool: AVE global_pooling: true }", tops="mean")
        + example(
            "InnerProduct",
            'inner_product_param { num_output: 4 weight_filler { type: "msra" } }',
            "mean",
        ),
        ("inner_product_param",),
        (("weights", "num_output x C*H*W"), ("bias", "num_output")),
        (
            "Over a picture it pins height and width: the weights count them.",
            "With `transpose` the weights are (numbers in, num_output).",
            "All axes from `axis` on become one; the top of a picture is N x num_output.",
        ),
    ),
)
