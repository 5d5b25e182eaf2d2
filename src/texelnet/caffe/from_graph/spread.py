"""Spread: sums, products and maxima of a blob and of something smaller, or of numbers.

Caffe's Eltwise takes blobs of one shape. Scale and Bias take a second bottom, or numbers, that
span neighbouring axes and are repeated over the others; Power takes one number for all.
"""

from __future__ import annotations

import numpy as np

from texelnet.caffe.from_graph.draft import LARGEST_FLOAT, ONE, CantSay, Draft, Pair, Pairs

_ELTWISE = {"Add": "SUM", "Mul": "PROD", "Max": "MAX"}


def combined(draft: Draft, op: str, one: str, other: str, top: str = "") -> str:
    """Add, multiply (Mul) or take the larger (Max) of two blobs."""
    shapes = draft.shapes
    if shapes[one] == shapes[other]:
        return eltwise(draft, _ELTWISE[op], [one, other], top)
    whole = _together(shapes[one], shapes[other])
    if shapes[one] != whole:
        one, other = other, one
    if shapes[one] != whole:
        raise CantSay("both of its operands are smaller than what it makes")
    if op == "Max":
        other = _tiled(draft, other, whole, (0, len(whole)))
        return eltwise(draft, "MAX", [one, draft.reshape(other, whole)], top)
    aligned = _aligned(shapes[other], whole)
    first, end = _block(aligned)
    while first and aligned[first - 1] == whole[first - 1]:
        first -= 1
    other = _tiled(draft, other, whole, (first, end))
    other = draft.reshape(other, whole[first:end])
    if op == "Add":
        return draft.layer("Bias", [one, other], top, shape=whole, bias_param={"axis": first})
    return draft.layer("Scale", [one, other], top, shape=whole, scale_param={"axis": first})


def eltwise(
    draft: Draft,
    operation: str,
    blobs: list[str],
    top: str = "",
    coeff: list[float] | None = None,
) -> str:
    """Add an Eltwise of blobs of one shape; of one alone only its coefficient is left."""
    if len(blobs) == 1:
        return draft.power(blobs[0], top, scale=coeff[0] if coeff else 1.0)
    settings: dict[str, object] = {"operation": operation}
    if coeff is not None:
        settings["coeff"] = coeff
    return draft.layer("Eltwise", blobs, top, eltwise_param=settings)


def with_numbers(draft: Draft, op: str, blob: str, numbers: np.ndarray, top: str = "") -> str:
    """Add numbers to a blob, multiply it by them (Mul), or take the larger (Max)."""
    numbers = np.asarray(numbers, np.float64)
    missing = numbers.ndim - draft.rank(blob)
    if missing > 0:
        blob = draft.reshape(blob, (ONE,) * missing + draft.shapes[blob])
    if op == "Max" and numbers.size > 1:
        above = with_numbers(draft, "Add", blob, -numbers)
        return with_numbers(draft, "Add", draft.layer("ReLU", [above]), numbers, top)
    if numbers.size == 1:
        return _with_number(draft, op, blob, float(numbers.reshape(-1)[0]), top)
    whole = draft.shapes[blob]
    aligned = _aligned(tuple((n, n) for n in numbers.shape), whole)
    first, end = _block(aligned)
    for axis in range(first, end):
        draft.fixed(blob, axis, "how many numbers it takes")
    shape = draft.shape(blob)[first:end]
    try:
        inner = numbers.reshape([size for size, _ in aligned[first:end]])
        spread = np.broadcast_to(inner, shape)
    except ValueError:
        raise CantSay("its numbers are larger than what it reads") from None
    settings = {"axis": first, "num_axes": end - first}
    if op == "Add":
        return draft.layer("Bias", [blob], top, [spread], bias_param=settings)
    return draft.layer("Scale", [blob], top, [spread], scale_param=settings)


def _with_number(draft: Draft, op: str, blob: str, number: float, top: str) -> str:
    if op == "Add":
        return draft.power(blob, top, shift=number)
    if op == "Mul":
        return draft.power(blob, top, scale=number)
    if number == 0:
        return draft.layer("ReLU", [blob], top)
    return clip(draft, blob, number, LARGEST_FLOAT, top)


def clip(draft: Draft, blob: str, low: float, high: float, top: str = "") -> str:
    """Add a Clip."""
    ends = {"min": max(low, -LARGEST_FLOAT), "max": min(high, LARGEST_FLOAT)}
    return draft.layer("Clip", [blob], top, clip_param=ends)


def _together(one: Pairs, other: Pairs) -> Pairs:
    """Return the shape that two make together."""
    rank = max(len(one), len(other))
    pairs = []
    for a, b in zip(_front(one, rank), _front(other, rank), strict=True):
        if a not in (b, ONE) and b != ONE:
            raise CantSay("its operands fit together at some sizes only")
        pairs.append(b if a == ONE else a)
    return tuple(pairs)


def _front(pairs: Pairs, rank: int) -> Pairs:
    return (ONE,) * (rank - len(pairs)) + pairs


def _aligned(pairs: Pairs, whole: Pairs) -> list[Pair]:
    return list(_front(pairs, len(whole)))


def _block(aligned: list[Pair]) -> tuple[int, int]:
    """Return the axes that hold more than one entry: first, and one past the last."""
    larger = [axis for axis, pair in enumerate(aligned) if pair != ONE]
    return (larger[0], larger[-1] + 1) if larger else (0, 0)


def _tiled(draft: Draft, blob: str, whole: Pairs, span: tuple[int, int]) -> str:
    """Repeat a blob along those axes of a span where it has one entry and the whole more."""
    missing = len(whole) - draft.rank(blob)
    for axis in range(*span):
        at = axis - missing
        have = draft.shapes[blob][at] if at >= 0 else ONE
        if have == whole[axis]:
            continue
        times, larger = whole[axis]
        if times != larger:
            raise CantSay("it repeats an operand over height or width of the picture")
        if at < 0:
            blob = draft.reshape(blob, (ONE,) * -at + draft.shapes[blob])
            missing, at = len(whole) - draft.rank(blob), 0
        blob = draft.tile(blob, at, times)
    return blob
