"""MaxPool, AveragePool, the global ones and MaxRoiPool.

Caffe's Pooling pads both sides alike and rounds the number of windows up, unless it is told
`round_mode: FLOOR`. With any pad, windows that begin past the picture and its first pad are
left out, as ONNX leaves them out; without pad they stay, which matters where the stride is
larger than the kernel. Padding counts in an average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from texelnet.caffe.from_graph.convolution import Sides, folded, lists, shifted, window_pads
from texelnet.caffe.from_graph.draft import LARGEST_FLOAT, CantSay, Draft
from texelnet.caffe.from_graph.spread import combined
from texelnet.graph.edit import Site

_LOWEST = -LARGEST_FLOAT


@dataclass(frozen=True)
class _Window:
    kernel: list[int]
    stride: list[int]
    pads: Sides
    rounds_up: bool


def _window(draft: Draft) -> _Window:
    if draft.rank(draft.bottom(0)) != 4:
        raise CantSay("Caffe pools over height and width, no more and no fewer axes")
    kernel = [int(n) for n in draft.get("kernel_shape", ())]
    stride, dilation = lists(draft, 2)
    if dilation != [1, 1]:
        raise CantSay("Caffe's Pooling has no dilation")
    pads = window_pads(draft, kernel)
    rounds_up = bool(draft.get("ceil_mode", 0)) and draft.get("auto_pad", "NOTSET") == "NOTSET"
    return _Window(kernel, stride, pads, rounds_up and stride != [1, 1])


def max_pool(node: Site, draft: Draft) -> None:
    """Say a MaxPool as Pooling."""
    if len([name for name in node.outputs if name]) > 1:
        raise CantSay("the places of the maxima are asked for, counted through the whole batch")
    at = _window(draft)
    below, (before, behind) = folded(draft, draft.bottom(0), at.pads, _LOWEST)
    up = at.rounds_up
    if before != behind:
        reach = [b - a for a, b in zip(before, behind, strict=True)]
        if up or reach != [s - 1 for s in at.stride]:
            raise CantSay("it pads one side more than the other")
        up = True  # as many windows as rounding up makes, and padding never wins
    elif up and _far(at) and not any(before):
        raise CantSay("it rounds up, and Caffe's windows would begin past the picture")
    _pooling(draft, below, "MAX", at, before, up, node.outputs[0])


def _far(at: _Window) -> bool:
    return any(s > k for s, k in zip(at.stride, at.kernel, strict=True))


def average_pool(node: Site, draft: Draft) -> None:
    """Say an AveragePool as Pooling; where padding must not count, as two and a quotient."""
    at, blob = _window(draft), draft.bottom(0)
    padded = any(at.pads[0]) or any(at.pads[1])
    if not padded:
        blob, at = _with_pad_before(draft, blob, at)
        padded = any(at.pads[0]) or any(at.pads[1])
    elif not draft.get("count_include_pad", 0):
        ones = draft.power(blob, scale=0.0, shift=1.0)
        total, count = (_average(draft, value, at) for value in (blob, ones))
        combined(draft, "Mul", total, draft.power(count, power=-1.0), node.outputs[0])
        return
    _average(draft, blob, at, node.outputs[0])


def _with_pad_before(draft: Draft, blob: str, at: _Window) -> tuple[str, _Window]:
    """Take a Pad of zeros into the window, where Caffe then has the same windows."""
    below, pads = folded(draft, blob, at.pads)
    sizes = zip(pads[0], pads[1], at.kernel, at.stride, strict=True)
    fits = all(
        a == b and a >= 0 and a + (s if at.rounds_up else 1) <= k for a, b, k, s in sizes
    )
    return (below, _Window(at.kernel, at.stride, pads, at.rounds_up)) if fits else (blob, at)


def _average(draft: Draft, blob: str, at: _Window, top: str = "") -> str:
    before, behind = at.pads
    if at.rounds_up and _far(at) and not any(before):
        raise CantSay("it rounds up, and Caffe's windows would begin past the picture")
    if before != behind:
        if at.rounds_up:
            raise CantSay("it pads one side more than the other, and rounds up")
        blob, before = shifted(draft, blob, at.pads), [0, 0]
    return _pooling(draft, blob, "AVE", at, before, at.rounds_up, top)


def _pooling(
    draft: Draft, blob: str, pool: str, at: _Window, pad: list[int], up: bool, top: str
) -> str:
    if any(p >= k or p < 0 for p, k in zip(pad, at.kernel, strict=True)):
        raise CantSay("its padding is as large as its window")
    settings: dict[str, Any] = {"pool": pool}
    settings |= _pair("kernel", "kernel_size", at.kernel)
    settings |= _pair("stride", "stride", at.stride) if at.stride != [1, 1] else {}
    settings |= _pair("pad", "pad", pad) if any(pad) else {}
    if not up and at.stride != [1, 1]:
        settings["round_mode"] = "FLOOR"
    made = draft.shapes[draft.node.outputs[0]]
    return draft.layer("Pooling", [blob], top, shape=made, pooling_param=settings)


def _pair(stem: str, both: str, numbers: list[int]) -> dict[str, int]:
    if numbers[0] == numbers[1]:
        return {both: numbers[0]}
    return {f"{stem}_h": numbers[0], f"{stem}_w": numbers[1]}


def whole(pool: str) -> Any:
    """Return what says a pool of the whole picture."""

    def say(node: Site, draft: Draft) -> None:
        global_pool(draft, draft.bottom(0), pool, node.outputs[0])

    return say


def global_pool(draft: Draft, blob: str, pool: str, top: str = "") -> str:
    """Add a Pooling of the whole picture."""
    if draft.rank(blob) != 4:
        raise CantSay("Caffe pools over height and width, no more and no fewer axes")
    pairs = (*draft.shapes[blob][:2], (1, 1), (1, 1))
    settings = {"pool": pool, "global_pooling": True}
    return draft.layer("Pooling", [blob], top, shape=pairs, pooling_param=settings)


def max_roi_pool(node: Site, draft: Draft) -> None:
    """Say a MaxRoiPool as Fast R-CNN's ROIPooling."""
    high, wide = draft.get("pooled_shape", (1, 1))
    settings = {"pooled_h": int(high), "pooled_w": int(wide)}
    scale = {"spatial_scale": draft.get("spatial_scale", 1.0)}
    draft.layer(
        "ROIPooling",
        [draft.bottom(0), draft.bottom(1)],
        node.outputs[0],
        roi_pooling_param=settings | scale,
    )
