"""Reductions: sums, means and largest entries over axes.

Caffe's Reduction takes all axes from one on and leaves none of them. Over height and width a
Pooling of the whole picture does it, over the channels a convolution of one pixel; ArgMax
tells the largest entry along an axis.
"""

from __future__ import annotations

import numpy as np

from texelnet.caffe.from_graph.convolution import across
from texelnet.caffe.from_graph.draft import CantSay, Draft
from texelnet.caffe.from_graph.pointwise import Say
from texelnet.caffe.from_graph.pooling import global_pool
from texelnet.graph.edit import Site


def reduced(operation: str, root: bool = False) -> Say:
    """Return what says a Reduce: SUM, MEAN, ASUM or SUMSQ, as Caffe calls them."""

    def say(node: Site, draft: Draft) -> None:
        blob, axes = draft.bottom(0), _axes(draft)
        last = "" if root else node.outputs[0]
        if not axes:
            value = draft.power(_each(draft, blob, operation), last)
        else:
            value = _reduce(draft, blob, axes, operation, last)
        if root:
            draft.power(value, node.outputs[0], power=0.5)

    return say


def over_picture(draft: Draft, blob: str, operation: str) -> str:
    """Add a sum or mean over height and width, which keep an entry each."""
    if draft.rank(blob) == 4 and operation == "MEAN":
        return global_pool(draft, blob, "AVE")
    kept = (*draft.shapes[blob][:2], *((1, 1),) * (draft.rank(blob) - 2))
    return draft.reshape(_from(draft, blob, 2, operation), kept)


def _reduce(draft: Draft, blob: str, axes: list[int], operation: str, top: str) -> str:
    rank, keeps = draft.rank(blob), bool(draft.get("keepdims", 1))
    kept = tuple((1, 1) if a in axes else pair for a, pair in enumerate(draft.shapes[blob]))
    wanted = kept if keeps else tuple(p for a, p in enumerate(kept) if a not in axes)
    if axes == list(range(axes[0], rank)):
        if keeps and axes == [2, 3] and operation == "MEAN":
            return global_pool(draft, blob, "AVE", top)
        value = _from(draft, blob, axes[0], operation, "" if keeps else top)
    elif axes == [1]:
        channels = draft.fixed(blob, 1, "its channels")
        part = 1 / channels if operation == "MEAN" else 1.0
        row, blob = np.full((1, channels), part), _each(draft, blob, operation)
        value = across(draft, blob, row, top if keeps else "")
    else:
        raise CantSay("Caffe's Reduction takes all axes from one on, or channels alone")
    return value if draft.shapes[value] == wanted else draft.reshape(value, wanted, top)


def _from(draft: Draft, blob: str, axis: int, operation: str, top: str = "") -> str:
    settings = {"operation": operation, "axis": axis}
    pairs = draft.shapes[blob][:axis]
    return draft.layer("Reduction", [blob], top, shape=pairs, reduction_param=settings)


def _each(draft: Draft, blob: str, operation: str) -> str:
    """Add what is done to each value before the sum."""
    if operation == "ASUM":
        return draft.layer("AbsVal", [blob])
    return draft.power(blob, power=2.0) if operation == "SUMSQ" else blob


def _axes(draft: Draft) -> list[int]:
    """Return the axes that are reduced, counted from the front, in order."""
    rank, written = draft.rank(draft.bottom(0)), draft.get("axes", None)
    if draft.has(1):
        written = draft.numbers(1, "axes").reshape(-1)
    if written is None or not len(written):
        return [] if draft.get("noop_with_empty_axes", 0) else list(range(rank))
    return sorted(int(axis) % rank for axis in written)


def extreme(turned: bool) -> Say:
    """Return what says a ReduceMax, or a ReduceMin when turned."""

    def say(node: Site, draft: Draft) -> None:
        blob, axes = draft.bottom(0), _axes(draft)
        blob = draft.power(blob, scale=-1.0) if turned else blob
        kept = list(draft.shapes[blob])
        value = blob
        if axes == [2, 3] and draft.rank(blob) == 4:
            value = global_pool(draft, blob, "MAX")
            axes, kept[2:] = [], [(1, 1), (1, 1)]
        for axis in axes:
            kept[axis] = (1, 1)
            settings = {"out_max_val": True, "axis": axis}
            value = draft.layer("ArgMax", [value], shape=tuple(kept), argmax_param=settings)
        value = draft.power(value, scale=-1.0 if turned else 1.0)
        if draft.shapes[node.outputs[0]] == tuple(kept):
            draft.alike(node.outputs[0], value)
        else:
            draft.reshape(value, draft.shapes[node.outputs[0]], node.outputs[0])

    return say
