"""Resize by whole numbers, said as Deconvolution with fixed kernels.

Bilinear kernels count zeros beyond the border where ONNX repeats the outermost pixels. Divided
by what the same kernels make of ones, they agree there too: beyond the border only one pixel
that exists has a share, and divided by its share it is itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from texelnet.caffe.from_graph.convolution import bounded
from texelnet.caffe.from_graph.draft import CantSay, Draft
from texelnet.caffe.from_graph.spread import combined
from texelnet.graph.edit import Site

_HALF = ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric")


def resize(node: Site, draft: Draft) -> None:
    """Say a Resize of height and width by whole numbers."""
    blob, (high, wide) = draft.bottom(0), _times(draft)
    mode = draft.get("mode", "nearest")
    if mode not in ("nearest", "linear"):
        raise CantSay(f"no kernel that counts zeros beyond the border says mode {mode}")
    if draft.get("exclude_outside", 0) or draft.get("antialias", 0):
        raise CantSay("it leaves out what lies beyond the border")
    if high == wide == 1:
        draft.alike(node.outputs[0], blob)
    elif mode == "nearest":
        _enlarged(draft, blob, (_repeat(draft, high), _repeat(draft, wide)), (high, wide))
    else:
        ones = draft.power(blob, scale=0.0, shift=1.0)
        kernels = _triangle(draft, high), _triangle(draft, wide)
        total, share = (_stamped(draft, value, kernels, (high, wide)) for value in (blob, ones))
        combined(draft, "Mul", total, draft.power(share, power=-1.0), node.outputs[0])


def _times(draft: Draft) -> tuple[int, int]:
    """Return how many times larger the picture gets, down and across."""
    have, made = draft.shapes[draft.bottom(0)], draft.shapes[draft.node.outputs[0]]
    if len(have) != 4 or have[:2] != made[:2]:
        raise CantSay("it resizes other axes than height and width")
    times = []
    for (a, b), (c, d) in zip(have[2:], made[2:], strict=True):
        if c % a or d % b or c // a != d // b:
            raise CantSay("Deconvolution enlarges by whole numbers")
        times.append(c // a)
    scales = draft.given(2)
    if scales is not None and scales.size == 4 and list(scales) != [1, 1, *times]:
        raise CantSay("Deconvolution enlarges by whole numbers")
    return times[0], times[1]


def _repeat(draft: Draft, times: int) -> np.ndarray:
    """Return the kernel that repeats a pixel, if that is what the nearest one comes to."""
    places = draft.get("coordinate_transformation_mode", "half_pixel")
    rounding = draft.get("nearest_mode", "round_prefer_floor")
    o = np.arange(2 * times)
    if places in _HALF:
        at = (o + 0.5) / times - 0.5
    elif places == "asymmetric":
        at = o / times
    else:
        raise CantSay(f"where it reads ({places}) hangs on the picture's size")
    rounded = {
        "floor": np.floor(at),
        "ceil": np.ceil(at),
        "round_prefer_floor": np.ceil(at - 0.5),
        "round_prefer_ceil": np.floor(at + 0.5),
    }[rounding]
    if list(np.maximum(rounded, 0)[: 2 * times]) != list(o // times):
        raise CantSay(f"{places} and {rounding} repeat pixels unevenly")
    return np.ones(times)


def _triangle(draft: Draft, times: int) -> np.ndarray:
    """Return the kernel of a straight line between two pixels, with its pad before it."""
    places = draft.get("coordinate_transformation_mode", "half_pixel")
    shift = 0.5 - times / 2 if places in _HALF else 0.0
    if places not in (*_HALF, "asymmetric"):
        raise CantSay(f"where it reads ({places}) hangs on the picture's size")
    reach = np.arange(3 * times - 2) - (times - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(reach + shift) / times))


def _enlarged(
    draft: Draft, blob: str, kernels: tuple[np.ndarray, np.ndarray], times: tuple[int, int]
) -> None:
    _stamped(draft, blob, kernels, times, draft.node.outputs[0])


def _stamped(
    draft: Draft,
    blob: str,
    kernels: tuple[np.ndarray, np.ndarray],
    times: tuple[int, int],
    top: str = "",
) -> str:
    """Add a Deconvolution that stamps one kernel on each channel."""
    channels = draft.fixed(blob, 1, "its channels")
    bounded(channels * kernels[0].size * kernels[1].size)
    kernel = np.outer(*kernels)
    pads = [(n - t) // 2 for n, t in zip(kernel.shape, times, strict=True)]
    settings: dict[str, Any] = {"num_output": channels, "group": channels, "bias_term": False}
    settings |= {"kernel_size": list(kernel.shape), "stride": list(times), "pad": pads}
    weights = np.broadcast_to(kernel, (channels, 1, *kernel.shape))
    made = draft.shapes[draft.node.outputs[0]]
    return draft.layer(
        "Deconvolution", [blob], top, [weights], made, convolution_param=settings
    )
