"""Nodes drawn at random: windows, shapes and attributes of convolutions and pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from texelnet.ops import Case
from texelnet.shader.schedule import Schedule

Test = Callable[..., None]


def examples(part: float) -> Callable[[Test], Test]:
    """Try a part of the profile's number of examples, patiently: for what takes longer."""
    return settings(
        max_examples=max(1, round(settings.default.max_examples * part)),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def numbers(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


seeds = st.integers(0, 9)
sides = st.integers(1, 13)
channels = st.integers(1, 9)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw any way of laying out passes: forms, odd blocks, few packs, looped weights."""
    form = draw(st.sampled_from(["hybrid", "compute", "fragment"]))
    blocks = [(1, 1)] if form == "fragment" else [(1, 1), (1, 2), (1, 3), (2, 2), (2, 4)]
    return Schedule(
        form=form,
        block=draw(st.sampled_from(blocks)),
        workgroup=draw(st.sampled_from([(8, 8), (4, 2)])),
        packs=draw(st.sampled_from([1, 8] if form == "compute" else [1, 2])),
        literals=draw(st.sampled_from([5000, 30, 0])),
        looped_packs=draw(st.sampled_from([1, 2])),
        fuse=draw(st.booleans()),
        winograd=draw(st.sampled_from([0, 2, 4])),
        staged=draw(st.booleans()),
        shared=draw(st.sampled_from([0, 0, 16_384, 1_000])),
    )


def _spans(kernel: list[int], dilations: list[int]) -> list[int]:
    return [d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True)]


def _pairs(draw: st.DrawFn, low: int, high: int, count: int = 2) -> list[int]:
    return draw(st.lists(st.integers(low, high), min_size=count, max_size=count))


def _grouped(draw: st.DrawFn) -> tuple[int, int, int]:
    """Draw group, input channels and output channels."""
    group = draw(st.sampled_from([1, 1, 1, 2, 3, 5]))
    each = st.integers(1, 9 // group)
    return group, group * draw(each), group * draw(each)


@st.composite
def convolutions(draw: st.DrawFn) -> Case:
    """Draw a Conv node that leaves at least one pixel."""
    group, inputs, outputs = _grouped(draw)
    kernel, strides = _pairs(draw, 1, 5), _pairs(draw, 1, 3)
    dilations, pads = _pairs(draw, 1, 3), _pairs(draw, 0, 4, 4)
    least = [max(1, s - pads[i] - pads[i + 2]) for i, s in enumerate(_spans(kernel, dilations))]
    size = [n + draw(st.integers(0, 9)) for n in least]
    seed = draw(seeds)
    weights = numbers(seed, outputs, inputs // group, *kernel)
    bias = [numbers(seed + 1, outputs)] if draw(st.booleans()) else []
    attributes = {"group": group, "strides": strides, "dilations": dilations, "pads": pads}
    return Case("any", ((inputs, *size), weights, *bias), attributes)


@st.composite
def deconvolutions(draw: st.DrawFn) -> Case:
    """Draw a ConvTranspose node that leaves at least one pixel."""
    group, inputs, outputs = _grouped(draw)
    kernel, strides = _pairs(draw, 1, 5), _pairs(draw, 1, 4)
    dilations, pads = _pairs(draw, 1, 2), _pairs(draw, 0, 4, 4)
    extra = [draw(st.integers(0, s - 1)) for s in strides]
    size = []
    for i, span in enumerate(_spans(kernel, dilations)):
        short = pads[i] + pads[i + 2] + 1 - span - extra[i]  # stride*(n - 1) must reach this
        size.append(max(1, 1 - (-short // strides[i])) + draw(st.integers(0, 5)))
    seed = draw(seeds)
    weights = numbers(seed, inputs, outputs // group, *kernel)
    bias = [numbers(seed + 1, outputs)] if draw(st.booleans()) else []
    attributes = {"group": group, "strides": strides, "dilations": dilations, "pads": pads}
    return Case(
        "any", ((inputs, *size), weights, *bias), attributes | {"output_padding": extra}
    )


@st.composite
def pools(draw: st.DrawFn) -> tuple[str, Case]:
    """Draw a MaxPool or AveragePool node; a pad is smaller than the kernel, as ONNX asks."""
    op = draw(st.sampled_from(["MaxPool", "AveragePool"]))
    kernel, strides = _pairs(draw, 1, 4), _pairs(draw, 1, 4)
    dilations = _pairs(draw, 1, 2) if op == "MaxPool" else [1, 1]
    pads = [draw(st.integers(0, k - 1)) for k in (*kernel, *kernel)]
    least = [max(1, s - pads[i] - pads[i + 2]) for i, s in enumerate(_spans(kernel, dilations))]
    size = [n + draw(st.integers(0, 9)) for n in least]
    ceil = draw(st.booleans())
    attributes: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": strides,
        "pads": pads,
        "ceil_mode": int(ceil),
    }
    if op == "MaxPool":
        attributes["dilations"] = dilations
    elif not ceil:
        attributes["count_include_pad"] = draw(st.integers(0, 1))
    return op, Case("any", ((draw(channels), *size),), attributes)


@st.composite
def resizes(draw: st.DrawFn) -> tuple[str, Case]:
    """Draw a Resize node whose scales are fractions that float32 holds."""
    mode = draw(st.sampled_from(["nearest", "linear", "cubic"]))
    places = ["half_pixel", "asymmetric"] + ["pytorch_half_pixel"] * (mode != "nearest")
    scales = [draw(st.integers(1, 7)) / draw(st.sampled_from([1, 1, 2, 4])) for _ in range(2)]
    # onnxruntime copies a picture that stays as large, whatever its scale: 3 pixels by 1.25
    least = [int(np.ceil(1 / (s - 1 if 1 < s < 2 else s))) for s in scales]
    size = [n + draw(st.integers(0, 9)) for n in least]
    attributes: dict[str, Any] = {
        "mode": mode,
        "coordinate_transformation_mode": draw(st.sampled_from(places)),
    }
    if mode == "nearest":
        kinds = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
        attributes["nearest_mode"] = draw(st.sampled_from(kinds))
    elif mode == "cubic":
        attributes["cubic_coeff_a"] = draw(st.sampled_from([-0.75, -0.5]))
    factors = np.array([1, 1, *scales], np.float32)
    return "Resize", Case("any", ((draw(channels), *size), None, factors), attributes)
