"""Conv, ConvTranspose, DepthToSpace, SpaceToDepth, Pad: what convolutions can say.

Caffe pads both sides alike. Where a graph does not, the kernel gets rows or columns of zeros on
the side that has less, and the smaller pad becomes the larger one: the sums are the same. In
the same way a kernel of a single one, a channel each, pads a picture with zeros, cuts its rim
off, or takes every nth pixel of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from texelnet.caffe.from_graph.draft import MOST_NUMBERS, CantSay, Draft, Pairs
from texelnet.caffe.from_graph.spread import with_numbers
from texelnet.graph.edit import Site

Sides = tuple[list[int], list[int]]
"""Pixels before and behind, for each axis of the picture."""


def conv(node: Site, draft: Draft) -> None:
    """Say a Conv as Convolution; a Pad of zeros before it becomes its pad."""
    weights, bias = _numbers(draft)
    blob, (before, behind) = folded(draft, draft.bottom(0), window_pads(draft, weights.shape))
    stride, dilation = lists(draft, weights.ndim - 2)
    weights, pad, dilation = _even(weights, dilation, before, behind)
    settings = _settings(weights, weights.shape[0], stride, pad, dilation, bias)
    settings["group"] = draft.get("group", 1)
    _write(draft, "Convolution", blob, [weights, *bias], settings)


def conv_transpose(node: Site, draft: Draft) -> None:
    """Say a ConvTranspose as Deconvolution; rows that it adds are rows of a larger kernel."""
    weights, bias = _numbers(draft)
    axes, group = weights.ndim - 2, draft.get("group", 1)
    blob = draft.bottom(0)
    stride, dilation = lists(draft, axes)
    (before, behind), more = _transposed_pads(draft, weights.shape, stride, dilation)
    least = [b - m for b, m in zip(behind, more, strict=True)]
    weights, pad, dilation = _even(weights, dilation, before, least)
    settings = _settings(weights, weights.shape[1] * group, stride, pad, dilation, bias)
    settings["group"] = group
    _write(draft, "Deconvolution", blob, [weights, *bias], settings)


def _numbers(draft: Draft) -> tuple[np.ndarray, list[np.ndarray]]:
    weights = draft.numbers(1, "weights")
    if weights.ndim < 3:
        raise CantSay("it has no picture's axes")
    return weights, [draft.numbers(2, "bias")] if draft.has(2) else []


def lists(draft: Draft, axes: int) -> tuple[list[int], list[int]]:
    """Return strides and dilations."""
    ones = (1,) * axes
    return list(draft.get("strides", ones)), list(draft.get("dilations", ones))


def window_pads(draft: Draft, kernel: Sequence[int]) -> Sides:
    """Return the pads of a node whose window slides over its first input, SAME ones too.

    ``kernel`` ends with the window's sizes.
    """
    blob = draft.bottom(0)
    axes = draft.rank(blob) - 2
    pads, auto = list(draft.get("pads", (0,) * 2 * axes)), draft.get("auto_pad", "NOTSET")
    if auto == "VALID":
        return [0] * axes, [0] * axes
    if not auto.startswith("SAME"):
        return pads[:axes], pads[axes:]
    stride, dilation = lists(draft, axes)
    totals = []
    for axis, (size, larger) in enumerate(draft.shapes[blob][2:]):
        extent = dilation[axis] * (kernel[axis - axes] - 1) + 1
        steps = stride[axis]
        if size != larger and steps > 1 and extent > 1:
            raise CantSay(f"{auto} pads by what hangs on the picture's size")
        totals.append(max((-(-size // steps) - 1) * steps + extent - size, 0))
    return shared_out(totals, auto)


def shared_out(totals: Sequence[int], auto: str) -> Sides:
    """Share pads out to both sides: the odd pixel behind, or before (SAME_LOWER)."""
    less, more = [n // 2 for n in totals], [n - n // 2 for n in totals]
    return (more, less) if auto == "SAME_LOWER" else (less, more)


def _transposed_pads(
    draft: Draft, shape: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[Sides, list[int]]:
    """Return the pads of a ConvTranspose, and the rows that it adds behind."""
    axes = len(stride)
    more = list(draft.get("output_padding", (0,) * axes))
    auto, pads = draft.get("auto_pad", "NOTSET"), list(draft.get("pads", (0,) * 2 * axes))
    if auto == "VALID":
        pads = [0] * 2 * axes
    if draft.get("output_shape", None) is None and not auto.startswith("SAME"):
        return (pads[:axes], pads[axes:]), more
    have, made = draft.shapes[draft.bottom(0)][2:], draft.shapes[draft.node.outputs[0]][2:]
    totals = []
    for axis in range(axes):
        extent = dilation[axis] * (shape[axis + 2] - 1) + 1 + more[axis]
        pairs = list(zip(have[axis], made[axis], strict=True))
        if auto.startswith("SAME"):
            pairs = [(n, n * stride[axis]) for n in have[axis]]
        found = {stride[axis] * (n - 1) + extent - out for n, out in pairs}
        if len(found) > 1:
            raise CantSay("it pads by what hangs on the picture's size")
        totals.append(found.pop())
    short = [max(-n, 0) for n in totals]
    added = [m + s for m, s in zip(more, short, strict=True)]
    upper = "SAME_LOWER" if auto != "SAME_UPPER" else auto
    return shared_out([max(n, 0) for n in totals], upper), added


def folded(draft: Draft, blob: str, pads: Sides, nothing: float = 0.0) -> tuple[str, Sides]:
    """Take a Pad of what counts as nothing into the pads of the window behind it."""
    maker = draft.maker(blob, "Pad")
    found = zero_pads(draft, maker, nothing) if maker is not None else None
    if maker is None or found is None:
        return blob, pads
    sides = tuple(
        [a + b for a, b in zip(*both, strict=True)] for both in zip(pads, found, strict=True)
    )
    return draft.blob(maker.inputs[0]), (sides[0], sides[1])


def zero_pads(draft: Draft, pad: Site, nothing: float = 0.0) -> Sides | None:
    """Return what a Pad adds on each side of the picture, or None if it is no such Pad."""
    rank = len(draft.shapes[pad.outputs[0]])
    amounts = draft.constants.get(pad.inputs[1])
    filled = (
        draft.constants.get(pad.inputs[2]) if len(pad.inputs) > 2 and pad.inputs[2] else 0.0
    )
    if amounts is None or filled is None or float(np.reshape(filled, -1)[0]) != nothing:
        return None
    if pad.attributes.get("mode", "constant") != "constant":
        return None
    axes = list(range(rank))
    if len(pad.inputs) > 3 and pad.inputs[3]:
        if pad.inputs[3] not in draft.constants:
            return None
        axes = [int(axis) % rank for axis in draft.constants[pad.inputs[3]].reshape(-1)]
    before, behind = [0] * rank, [0] * rank
    for index, axis in enumerate(axes):
        before[axis] = int(amounts[index])
        behind[axis] = int(amounts[index + len(axes)])
    if any(before[:2]) or any(behind[:2]):
        return None
    return before[2:], behind[2:]


def pad(node: Site, draft: Draft) -> None:
    """Say a Pad as a Convolution that adds zeros; another constant is taken off before."""
    filled = draft.given(2) if draft.has(2) else np.zeros(1)
    value = float(np.reshape(filled, -1)[0]) if filled is not None else np.nan
    sides = zero_pads(draft, node, value)
    if draft.get("mode", "constant") != "constant":
        raise CantSay(f"Caffe pads with zeros, not by mode {draft.get('mode', '')}")
    if not abs(value) < 1e6:
        raise CantSay("Caffe pads with zeros, not with the lowest number")
    if sides is None:
        raise CantSay("it pads other axes than height and width, or by computed amounts")
    blob = draft.bottom(0)
    if not value:
        shifted(draft, blob, sides, top=node.outputs[0])
        return
    lowered = shifted(draft, with_numbers(draft, "Add", blob, np.array(-value)), sides)
    draft.power(lowered, node.outputs[0], shift=value)


def shifted(
    draft: Draft,
    blob: str,
    sides: Sides,
    steps: Sequence[int] | None = None,
    top: str = "",
) -> str:
    """Pad with zeros, cut off (below zero), take each nth pixel: by kernels of a single one."""
    axes = len(sides[0])
    if draft.rank(blob) < 3:
        raise CantSay("it changes the rim of what is no picture")
    channels = draft.fixed(blob, 1, "its channels")
    weights = np.zeros((channels, 1, *[1] * axes), np.float32)
    weights[:] = 1
    weights, pad, _ = _even(weights, [1] * axes, *sides)
    settings = _settings(weights, channels, list(steps or [1] * axes), pad, [1] * axes, [])
    settings["group"] = channels
    pairs = list(draft.shapes[blob])
    for axis, by in enumerate(steps or [1] * axes):
        sizes = [n + sides[0][axis] + sides[1][axis] for n in pairs[axis + 2]]
        pairs[axis + 2] = (-(-sizes[0] // by), -(-sizes[1] // by))
    return draft.layer(
        "Convolution", [blob], top, [weights], tuple(pairs), convolution_param=settings
    )


def depth_to_space(node: Site, draft: Draft) -> None:
    """Say a DepthToSpace as a Deconvolution that puts each channel into its phase."""
    size, blob = draft.get("blocksize", 1), draft.bottom(0)
    into = draft.fixed(blob, 1, "its channels")
    out = into // size**2
    bounded(into * into)
    phases = np.eye(size * size, dtype=np.float32).reshape(size * size, 1, size, size)
    if draft.get("mode", "DCR") == "CRD":
        weights, group = np.tile(phases, (out, 1, 1, 1)), out
    else:
        weights, group = np.zeros((into, out, size, size), np.float32), 1
        for channel in range(into):
            weights[channel, channel % out] = phases[channel // out, 0]
    _blocks(draft, "Deconvolution", blob, weights, out, group)


def space_to_depth(node: Site, draft: Draft) -> None:
    """Say a SpaceToDepth as a Convolution, each phase a channel."""
    size, blob = draft.get("blocksize", 1), draft.bottom(0)
    into = draft.fixed(blob, 1, "its channels")
    bounded((into * size**2) ** 2)
    weights = np.zeros((into * size**2, into, size, size), np.float32)
    for channel in range(len(weights)):
        phase = channel // into
        weights[channel, channel % into, phase // size, phase % size] = 1
    _blocks(draft, "Convolution", blob, weights, len(weights), 1)


def _blocks(
    draft: Draft, type: str, blob: str, weights: np.ndarray, out: int, group: int
) -> None:
    size = weights.shape[-1]
    settings = _settings(weights, out, [size] * 2, [0, 0], [1, 1], [])
    settings["group"] = group
    _write(draft, type, blob, [weights], settings)


def across(draft: Draft, blob: str, matrix: np.ndarray, top: str = "") -> str:
    """Mix the channels by a matrix (out, in): a Convolution of one pixel, or InnerProduct."""
    axes = draft.rank(blob) - 2
    pairs = list(draft.shapes[blob])
    pairs[1] = (len(matrix), len(matrix))
    if axes < 1:
        settings: dict[str, Any] = {"num_output": len(matrix), "bias_term": False}
        return draft.layer(
            "InnerProduct", [blob], top, [matrix], tuple(pairs), inner_product_param=settings
        )
    weights = np.reshape(matrix, (*matrix.shape, *[1] * axes))
    settings = _settings(weights, len(matrix), [1], [0], [1], [])
    return draft.layer(
        "Convolution", [blob], top, [weights], tuple(pairs), convolution_param=settings
    )


def bounded(count: int) -> None:
    """Refuse weights that only this way of saying it needs, if they are too many."""
    if count > MOST_NUMBERS:
        raise CantSay(f"it would need {count:,} weights")


def _even(
    weights: np.ndarray,
    dilation: Sequence[int],
    before: Sequence[int],
    behind: Sequence[int],
) -> tuple[np.ndarray, list[int], list[int]]:
    """Return kernel, pad and dilation with the same pad on both sides of each axis."""
    pads, gaps = [], list(dilation)
    around = [(0, 0), (0, 0)]
    for axis, (a, b) in enumerate(zip(before, behind, strict=True)):
        even = max(a, b, 0)
        if (even - a or even - b) and gaps[axis] > 1:
            weights, gaps[axis] = _spread_out(weights, axis + 2, gaps[axis]), 1
        pads.append(even)
        around.append((even - a, even - b))
    bounded(prod(n + sum(more) for n, more in zip(weights.shape, around, strict=True)))
    return np.pad(weights, around), pads, gaps


def _spread_out(weights: np.ndarray, axis: int, gap: int) -> np.ndarray:
    """Write a kernel's dilation into the kernel, as zeros."""
    shape = list(weights.shape)
    shape[axis] = gap * (shape[axis] - 1) + 1
    bounded(prod(shape))
    spread = np.zeros(shape, weights.dtype)
    spread[(slice(None),) * axis + (slice(None, None, gap),)] = weights
    return spread


def _settings(
    weights: np.ndarray,
    out: int,
    stride: Sequence[int],
    pad: Sequence[int],
    dilation: Sequence[int],
    bias: Sequence[np.ndarray],
) -> dict[str, Any]:
    """Return the settings of a convolution; what is usual is left out."""
    written: dict[str, Any] = {"num_output": out, "kernel_size": shortest(weights.shape[2:])}
    for name, numbers, usual in (
        ("stride", stride, 1),
        ("pad", pad, 0),
        ("dilation", dilation, 1),
    ):
        if any(n != usual for n in numbers):
            written[name] = shortest(numbers)
    if not bias:
        written["bias_term"] = False
    return written


def shortest(numbers: Sequence[int]) -> list[int]:
    """Return one number for all axes where they agree."""
    return [int(numbers[0])] if len(set(numbers)) == 1 else [int(n) for n in numbers]


def _write(
    draft: Draft,
    type: str,
    blob: str,
    weights: Sequence[np.ndarray],
    settings: dict[str, Any],
    shape: Pairs | None = None,
) -> None:
    if settings["group"] == 1:
        del settings["group"]
    top = draft.node.outputs[0]
    draft.layer(type, [blob], top, weights, shape, convolution_param=settings)
