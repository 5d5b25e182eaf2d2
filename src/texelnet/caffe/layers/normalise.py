"""LRN and MVN: values measured against those around them."""

from __future__ import annotations

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import Kind, Layer, Shape, Writer, same_shape, spoken


def _lrn_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape, once the settings are known to work."""
    size = layer.settings("lrn_param").number("local_size")
    layer.bounded("local_size", [size], 1)
    if size % 2 == 0:
        raise layer.error(f"local_size is {size}, it must be odd", f"{size + 1}")
    if len(layer.bottom_shapes[0]) != 4:
        shape = spoken(layer.bottom_shapes[0])
        fact = f"LRN needs batch, channels, height and width, {layer.bottoms[0]} is {shape}"
        raise layer.error(fact, "a Reshape before it")
    return layer.bottom_shapes


def _lrn(layer: Layer, writer: Writer) -> None:
    """Write LRN, or the average of squares around each pixel raised to -beta."""
    settings = layer.settings("lrn_param")
    size, alpha, beta = (
        settings.number("local_size"),
        settings.real("alpha"),
        settings.real("beta"),
    )
    if settings.word("norm_region") == "ACROSS_CHANNELS":
        k = settings.real("k")
        writer.node(
            "LRN", writer.bottoms, writer.tops[0], size=size, alpha=alpha, beta=beta, bias=k
        )
        return
    (value,) = writer.bottoms
    around = writer.node(
        "AveragePool",
        [writer.node("Mul", [value, value])],
        kernel_shape=[size] * 2,
        strides=[1, 1],
        pads=[size // 2] * 4,
        count_include_pad=1,
    )
    scaled = writer.node("Mul", [around, writer.constant("alpha", alpha)])
    scale = writer.node("Add", [scaled, writer.constant("one", 1.0)])
    factor = writer.node("Pow", [scale, writer.constant("beta", -beta)])
    writer.node("Mul", [value, factor], writer.tops[0])


def _mvn(layer: Layer, writer: Writer) -> None:
    """Write the bottom minus its mean, over its standard deviation + eps."""
    settings, (value,) = layer.settings("mvn_param"), writer.bottoms
    across = settings.flag("across_channels")
    axes = list(range(1 if across else 2, len(layer.bottom_shapes[0])))
    over = [writer.constant("axes", axes)] if axes else []
    divides = settings.flag("normalize_variance")
    mean = writer.node("ReduceMean", [value, *over]) if axes else value
    centred = writer.node("Sub", [value, mean], "" if divides else writer.tops[0])
    if not divides:
        return
    square = writer.node("Mul", [centred, centred])
    variance = writer.node("ReduceMean", [square, *over]) if axes else square
    root = writer.node("Sqrt", [variance])
    deviation = writer.node("Add", [root, writer.constant("eps", settings.real("eps"))])
    writer.node("Div", [centred, deviation], writer.tops[0])


LRN = Kind(
    "LRN",
    _lrn_shapes,
    _lrn,
    about=About(
        "Divides each value by how large its neighbours are.",
        "ACROSS_CHANNELS  y = x / (k + alpha / n · Σ x'^2) ^ beta\n"
        "                 over n = local_size channels around\n"
        "WITHIN_CHANNEL   y = x / (1 + alpha / n^2 · Σ x'^2) ^ beta\n"
        "                 over the n x n pixels around, zeros beyond the border",
        PICTURE + example("LRN", "lrn_param { local_size: 3 alpha: 0.5 }"),
        ("lrn_param",),
        quirks=(
            "`alpha` is divided by the number of neighbours.",
            "WITHIN_CHANNEL takes 1 in the place of `k`, whatever is written; zeros beyond "
            "the border count.",
        ),
    ),
)
MVN = Kind(
    "MVN",
    same_shape,
    _mvn,
    in_place=True,
    about=About(
        "Makes the mean of each picture's channel 0, and its deviation 1.",
        "y = (x - mean) / (deviation + eps),  over a channel's picture",
        PICTURE + example("MVN"),
        ("mvn_param",),
        quirks=(
            "`eps` is added to the deviation, outside the root; BatchNorm's inside.",
            "Caffe's gradient takes deviation + eps for the deviation; here it is right.",
            "A shader needs passes over the whole picture for the mean.",
        ),
    ),
)
