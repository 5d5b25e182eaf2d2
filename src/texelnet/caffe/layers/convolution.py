"""Convolution and Deconvolution.

A kernel's extent is how far it reaches: dilation (kernel - 1) + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import ANY, Kind, Layer, Shape, Writer, spoken
from texelnet.caffe.message import Message


@dataclass(frozen=True)
class Window:
    """Kernel, stride, pad and dilation, one number for each of the picture's axes."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilation: tuple[int, ...]

    def extent(self, axis: int) -> int:
        """Return how far the kernel reaches along an axis."""
        return self.dilation[axis] * (self.kernel[axis] - 1) + 1


def _per_axis(
    layer: Layer, settings: Message, names: tuple[str, str, str], axes: int
) -> tuple[int, ...]:
    """Read one number an axis, from the repeated field or the pair for height and width."""
    name, high, wide = names
    written = settings.numbers(name)
    if high and (settings.has(high) or settings.has(wide)):
        if written:
            raise layer.error(
                f"{name} and {high}/{wide} are both written", "keep one of the two"
            )
        if axes != 2:
            fact = f"{high} and {wide} are for pictures, {layer.bottoms[0]} has {axes} axes"
            raise layer.error(fact, f"write {name} once an axis")
        return settings.number(high), settings.number(wide)
    if len(written) not in (0, 1, axes):
        fact = f"{name} is written {len(written)} times for {axes} axes"
        raise layer.error(fact, "write it once, or once an axis")
    if len(written) == axes:
        return tuple(written)
    return (settings.number(name),) * axes


def window(layer: Layer) -> Window:
    """Read and check a convolution's sizes."""
    settings = layer.settings("convolution_param")
    shape = layer.bottom_shapes[0]
    if layer.axis(settings.number("axis")) != 1:
        raise layer.error("channels must be axis 1", "leave axis: out")
    axes = len(shape) - 2
    if axes < 1:
        fact = f"{layer.type} needs a picture, {layer.bottoms[0]} is {spoken(shape)}"
        raise layer.error(fact, "write InnerProduct, or give the blob height and width")
    result = Window(
        _per_axis(layer, settings, ("kernel_size", "kernel_h", "kernel_w"), axes),
        _per_axis(layer, settings, ("stride", "stride_h", "stride_w"), axes),
        _per_axis(layer, settings, ("pad", "pad_h", "pad_w"), axes),
        _per_axis(layer, settings, ("dilation", "", ""), axes),
    )
    if min(result.kernel) < 1:
        hint = "write kernel_size, or kernel_h and kernel_w"
        raise layer.error(f"the kernel is {spoken(result.kernel)}", hint)
    for name, least in (("kernel", 1), ("stride", 1), ("pad", 0), ("dilation", 1)):
        layer.bounded(name, getattr(result, name), least)
    return result


def _channels(layer: Layer) -> tuple[int, int, int]:
    """Return channels in, channels out and groups, checked."""
    settings = layer.settings("convolution_param")
    channels, out = layer.bottom_shapes[0][1], settings.number("num_output")
    group = settings.number("group")
    if out < 1:
        raise layer.error("num_output must be at least 1", "write how many channels come out")
    if group < 1:
        raise layer.error("group must be at least 1", "leave it out: it is 1")
    if channels % group or out % group:
        fact = f"group {group} must divide the {channels} channels in and the {out} out"
        raise layer.error(fact, "another num_output, or another group")
    return channels, out, group


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the tops' shapes, all alike."""
    shape = layer.bottom_shapes[0]
    if any(other != shape for other in layer.bottom_shapes):
        fact = f"the bottoms differ: {' and '.join(map(spoken, layer.bottom_shapes))}"
        raise layer.error(fact, "layers that share weights see pictures of one size")
    if len(layer.tops) != len(layer.bottoms):
        raise layer.error(
            f"bottoms: {len(layer.bottoms)}, tops: {len(layer.tops)}", "one top for each bottom"
        )
    at = window(layer)
    sizes = []
    for axis, size in enumerate(shape[2:]):
        stride, pad, extent = at.stride[axis], at.pad[axis], at.extent(axis)
        if layer.type == "Deconvolution":
            new = stride * (size - 1) + extent - 2 * pad
        else:
            new = (size + 2 * pad - extent) // stride + 1
        if new < 1:
            fact = f"a kernel that reaches {extent} with pad {pad} leaves nothing of {size}"
            raise layer.error(fact, "give a larger picture, or more pad")
        sizes.append(new)
    _, out, _ = _channels(layer)
    return ((shape[0], out, *sizes),) * len(layer.tops)


def _parameters(layer: Layer) -> tuple[Shape, ...]:
    """Return the shapes of weights and bias."""
    settings, at = layer.settings("convolution_param"), window(layer)
    channels, out, group = _channels(layer)
    first = (out, channels // group)
    if layer.type == "Deconvolution":
        first = (channels, out // group)
    square = len(at.kernel) == 2 and at.kernel[0] == at.kernel[1]
    if settings.block("weight_filler").word("type") == "bilinear" and not square:
        fact = f"the bilinear filler needs a square kernel, not {spoken(at.kernel)}"
        raise layer.error(fact, f"kernel_size: {max(at.kernel)}")
    weights: Shape = (*first, *at.kernel)
    return (weights, (out,)) if settings.flag("bias_term") else (weights,)


def _to_graph(layer: Layer, writer: Writer) -> None:
    """Write Conv or ConvTranspose, one node a bottom, with shared constants."""
    at = window(layer)
    constants = [
        writer.constant(what, values)
        for what, values in zip(("weight", "bias"), writer.weights, strict=False)
    ]
    pads: Sequence[int] = (*at.pad, *at.pad)
    for bottom, top in zip(writer.bottoms, writer.tops, strict=True):
        writer.node(
            "ConvTranspose" if layer.type == "Deconvolution" else "Conv",
            [bottom, *constants],
            top,
            kernel_shape=at.kernel,
            strides=at.stride,
            pads=pads,
            dilations=at.dilation,
            group=layer.settings("convolution_param").number("group"),
        )


_BOTH = (
    "Sizes are written once for all axes (`kernel_size: 3`), once an axis, height first, or as "
    "`kernel_h` and `kernel_w`; the two ways can't be mixed.",
    "Several bottoms of one size share the weights, each has a top.",
)
CONVOLUTION = Kind(
    "Convolution",
    _shapes,
    _to_graph,
    _parameters,
    bottoms=(1, ANY),
    tops=(1, ANY),
    about=About(
        "Sums up a window around each pixel, weighted; each channel out has its own weights.",
        "y[n, k, i, j] = bias[k] + Σ c, u, v  weights[k, c, u, v] · x[n, c, (i, u), (j, v)]\n"
        "(i, u) = i · stride - pad + u · dilation\n"
        "height of y = floor((H + 2 · pad - dilation · (kernel - 1) - 1) / stride) + 1",
        PICTURE
        + example(
            "Convolution",
            "convolution_param { num_output: 4 kernel_size: 3 pad: 1\n"
            '    weight_filler { type: "xavier" } }',
        ),
        ("convolution_param",),
        (("weights", "num_output x C/group x kernel_h x kernel_w"), ("bias", "num_output")),
        (
            "The size is rounded down, Pooling's is rounded up.",
            "The kernel is not turned round: it is a correlation.",
            *_BOTH,
        ),
    ),
)
DECONVOLUTION = Kind(
    "Deconvolution",
    _shapes,
    _to_graph,
    _parameters,
    bottoms=(1, ANY),
    tops=(1, ANY),
    about=About(
        "A convolution's way back: each pixel stamps its kernel onto a larger picture.",
        "y[n, k, o, p] = bias[k] + Σ c, i, j, u, v  weights[c, k, u, v] · x[n, c, i, j]\n"
        "                    where o = i · stride - pad + u · dilation, and p alike with j, v\n"
        "height of y   = stride · (H - 1) + dilation · (kernel - 1) + 1 - 2 · pad",
        PICTURE
        + example(
            "Deconvolution",
            "convolution_param { num_output: 3 group: 3 kernel_size: 4 stride: 2 pad: 1\n"
            '    bias_term: false weight_filler { type: "bilinear" } }',
        ),
        ("convolution_param",),
        (("weights", "C x num_output/group x kernel_h x kernel_w"), ("bias", "num_output")),
        (
            "Its weights are (in, out / group, ...), the other way round than a Convolution's; "
            "so xavier and msra count the channels out as going in.",
            "The bilinear filler fills every pair of channels: without `group` each channel "
            "out is the sum of all channels in. Write `group` and `num_output` = channels.",
            "An odd kernel does not double: kernel 9, stride 2, pad 4 gives 2n - 1 pixels. "
            "Kernel 4, stride 2, pad 1 gives 2n.",
            "A stride that does not divide the kernel draws a chequered pattern; one larger "
            "than the kernel leaves gaps that hold only the bias.",
            *_BOTH,
        ),
    ),
)
