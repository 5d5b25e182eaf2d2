"""Parts that look at a window: convolutions, deconvolutions, pools."""

from __future__ import annotations

from collections.abc import Callable

from tests.random_networks.draft import Draft, Sides, Value, each, need


def _sides(x: Value, change: Callable[[int, int], int]) -> dict[str, Sides]:
    """Return height and width where ``change`` makes n pixels of axis i others."""
    found = [each(sides, lambda n, i=i: change(i, n)) for i, sides in enumerate(x.sides)]
    return {"heights": found[0], "widths": found[1]}


def _group(d: Draft, inputs: int) -> int:
    kind = d.one_of("group", ["one", "one", "some", "each"])
    if kind == "some":
        return int(d.one_of("groups", [g for g in range(1, inputs + 1) if inputs % g == 0]))
    return inputs if kind == "each" else 1


def _bias(d: Draft, outputs: int) -> list[str]:
    return [d.weights(outputs, low=-0.5, high=0.5)] if d.chance("bias") else []


def conv(d: Draft) -> None:
    """A convolution of any kernel, stride, dilation, group and padding."""
    x = d.read()
    kernel = d.wholes("kernel", 1, d.one_of("largest", [3, 5]))
    strides = [int(d.one_of(f"stride{i}", [1, 1, 1, 2, 3])) for i in "yx"]
    dilations = d.wholes("dilation", 1, d.one_of("dilated", [1, 1, 2]))
    reach = [g * (k - 1) + 1 for g, k in zip(dilations, kernel, strict=True)]
    padding = d.one_of("padding", ["VALID", "zero", "zero", "any", "SAME_UPPER", "SAME_LOWER"])
    pads, words = [0] * 4, {"auto_pad": padding}
    if padding in ("zero", "any"):
        pads = [(n - 1) // 2 for n in reach] * 2
        pads = pads if padding == "zero" else d.wholes("pad", 0, 4, 4)
        words = {"pads": pads}
    if padding.startswith("SAME"):
        need(dilations == [1, 1])  # onnxruntime knows no dilation there
    group = _group(d, x.channels)
    outputs = group * d.whole("outputs", 1, max(1, (12 if group == 1 else x.channels) // group))
    fan = x.channels // group * kernel[0] * kernel[1]
    size = (3 / fan) ** 0.5
    weights = d.weights(outputs, x.channels // group, *kernel, low=-size, high=size)

    def change(i: int, n: int) -> int:
        if padding.startswith("SAME"):
            return -(-n // strides[i])
        return (n + pads[i] + pads[i + 2] - reach[i]) // strides[i] + 1

    more = {"strides": strides, "dilations": dilations, "group": group, **words}
    known = {"channels": outputs, "span": 1.2 * x.span + 0.5, **_sides(x, change)}
    d.add("Conv", [x, weights, *_bias(d, outputs)], x, **known, **more)


def pixelwise(d: Draft) -> None:
    """A 1x1 convolution: what fuses most."""
    x, outputs = d.read(), d.whole("outputs", 1, 12)
    size = (3 / x.channels) ** 0.5
    weights = d.weights(outputs, x.channels, 1, 1, low=-size, high=size)
    span = 1.2 * x.span + 0.5
    d.add("Conv", [x, weights, *_bias(d, outputs)], x, channels=outputs, span=span)


def deconv(d: Draft) -> None:
    """A deconvolution; where the kernel is smaller than the stride, phases are empty."""
    x = d.read()
    kernel, strides = d.wholes("kernel", 1, 5), d.wholes("stride", 1, 3)
    dilations = d.wholes("dilation", 1, d.one_of("dilated", [1, 1, 2]))
    reach = [g * (k - 1) + 1 for g, k in zip(dilations, kernel, strict=True)]
    extra = [d.whole(f"extra{i}", 0, s - 1) for i, s in enumerate(strides)]
    padding = d.one_of("padding", ["VALID", "any", "any", "SAME_UPPER", "SAME_LOWER"])
    pads = d.wholes("pad", 0, 3, 4) if padding == "any" else [0] * 4
    same = padding.startswith("SAME")
    need(not same or all(r + e >= s for r, e, s in zip(reach, extra, strides, strict=True)))
    group = _group(d, x.channels)
    each_group = d.whole("outputs", 1, max(1, (9 if group == 1 else x.channels) // group))
    fan = x.channels / group * max(1, kernel[0] / strides[0]) * max(1, kernel[1] / strides[1])
    size = (3 / fan) ** 0.5
    weights = d.weights(x.channels, each_group, *kernel, low=-size, high=size)

    def change(i: int, n: int) -> int:
        grown = (n - 1) * strides[i] + reach[i] + extra[i] - pads[i] - pads[i + 2]
        return n * strides[i] if same else grown

    words = {"pads": pads} if padding == "any" else {"auto_pad": padding}
    more = {"strides": strides, "dilations": dilations, "group": group, **words}
    outputs = group * each_group
    known = {"channels": outputs, "span": 1.2 * x.span + 0.5, **_sides(x, change)}
    operands = [x, weights, *_bias(d, outputs)]
    d.add("ConvTranspose", operands, x, output_padding=extra, **known, **more)


def pool(d: Draft) -> None:
    """The largest or the mean of windows, padded and cut awkwardly."""
    x, op = d.read(), d.one_of("op", ["MaxPool", "AveragePool"])
    kernel, strides = d.wholes("kernel", 1, 4), d.wholes("stride", 1, 3)
    wide = op == "MaxPool" or d.opset >= 19
    dilations = d.wholes("dilation", 1, d.one_of("dilated", [1, 1, 2])) if wide else [1, 1]
    reach = [g * (k - 1) + 1 for g, k in zip(dilations, kernel, strict=True)]
    padding = d.one_of("padding", ["none", "any", "any", "SAME_UPPER", "SAME_LOWER"])
    ceil = d.chance("ceil")
    pads, more = [0] * 4, {"kernel_shape": kernel, "strides": strides}
    if padding == "any":
        pads = [d.whole(f"pad{i}", 0, kernel[i % 2] - 1) for i in range(4)]
        more["pads"] = pads
    elif padding != "none":
        need(dilations == [1, 1] and all(k >= s for k, s in zip(kernel, strides, strict=True)))
        ceil = False
        more["auto_pad"] = padding
    if wide:
        more["dilations"] = dilations
    if ceil:
        more["ceil_mode"] = 1
    if op == "AveragePool":
        more["count_include_pad"] = int(d.chance("padding counts"))

    def change(i: int, n: int) -> int:
        room = n + pads[i] + pads[i + 2] - reach[i]
        if padding.startswith("SAME"):
            return -(-n // strides[i])
        if not ceil:
            return room // strides[i] + 1 if room >= 0 else 0
        count = -(-room // strides[i]) + 1
        return count - 1 if (count - 1) * strides[i] >= n + pads[i] else count

    d.add(op, [x], x, low=x.low, **_sides(x, change), **more)


WINDOWS = {"conv": conv, "pixelwise": pixelwise, "deconv": deconv, "pool": pool}
