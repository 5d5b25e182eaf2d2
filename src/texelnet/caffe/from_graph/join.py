"""Concat, Split, Slice, and the crop to another blob's size."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from texelnet.caffe.from_graph.convolution import shifted
from texelnet.caffe.from_graph.draft import CantSay, Draft, Pair
from texelnet.graph.edit import Site


def concat(node: Site, draft: Draft) -> None:
    """Say a Concat as Concat."""
    blobs = [draft.bottom(place) for place in range(len(node.inputs))]
    if len(blobs) == 1:
        draft.alike(node.outputs[0], blobs[0])
        return
    axis = draft.axis(1, blobs[0])
    settings = {"axis": axis} if axis != 1 else {}
    draft.layer("Concat", blobs, node.outputs[0], concat_param=settings)


def split(node: Site, draft: Draft) -> None:
    """Say a Split as Slice; what nobody reads goes to a Silence layer."""
    blob = draft.bottom(0)
    axis = draft.axis(0, blob)
    pairs = [draft.shapes[name][axis] for name in node.outputs if name]
    if len(pairs) < len(node.outputs):
        raise CantSay("one of its parts has no name")
    if len(set(pairs)) == 1 and axis > 0:
        _slice(draft, blob, axis, [], list(node.outputs))
        return
    if any(size != larger for size, larger in pairs[:-1]):
        raise CantSay("where it cuts hangs on the picture's size")
    points = list(accumulate(size for size, _ in pairs))[:-1]
    _slice(draft, blob, axis, points, list(node.outputs))


def _slice(draft: Draft, blob: str, axis: int, points: list[int], tops: list[str]) -> None:
    if len(tops) == 1:
        draft.alike(tops[0], blob)
        return
    settings = {"slice_point": points} if points else {}
    if axis != 1:
        settings["axis"] = axis  # type: ignore[assignment]
    for top in tops:
        draft.shapes.setdefault(top, draft.shapes[blob])
    draft.several("Slice", [blob], tops, slice_param=settings)


def cut(node: Site, draft: Draft) -> None:
    """Say a Slice: of channels as Slice, of a picture's rim as a kernel of a single one."""
    if crop(node, draft):
        return
    blob = draft.bottom(0)
    rank = draft.rank(blob)
    if rank < 2:
        raise CantSay("it cuts a list of sizes")
    starts, ends = (
        draft.numbers(i, what).reshape(-1) for i, what in ((1, "begin"), (2, "end"))
    )
    axes = draft.numbers(3, "axes").reshape(-1) if draft.has(3) else np.arange(len(starts))
    steps = draft.numbers(4, "steps").reshape(-1) if draft.has(4) else np.ones(len(starts))
    rim, by = ([0] * rank, [0] * rank), [1] * rank
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        at = int(axis) % rank
        first, last = _bounds(int(start), int(end), draft.shapes[blob][at])
        if step < 1:
            raise CantSay("it reads backwards")
        if step == 1 and (last is None or last >= 0):
            blob = _part(draft, blob, at, first, last)
        elif at > 1:
            rim[0][at], rim[1][at], by[at] = -first, last or 0, int(step)
            if last is not None and last > 0:
                raise CantSay("it takes each nth pixel up to a fixed one")
        else:
            raise CantSay("it takes each nth channel")
    if any(rim[0]) or any(rim[1]) or max(by) > 1:
        blob = shifted(draft, blob, (rim[0][2:], rim[1][2:]), by[2:])
    draft.alike(node.outputs[0], blob)


def _bounds(start: int, end: int, pair: Pair) -> tuple[int, int | None]:
    """Return the first entry that is kept, and where it ends: None is the axis's own end.

    An end that hangs on the picture's size is counted from behind, as a negative number.
    """
    found: list[tuple[int, int | None, int]] = []
    for size in pair:
        begins = min(max(start + size if start < 0 else start, 0), size)
        ends = min(max(end + size if end < 0 else end, 0), size)
        found.append((begins, None if ends == size else ends, ends - size))
    (first, last, behind), (first_there, last_there, behind_there) = found
    if first != first_there or (last != last_there and behind != behind_there):
        raise CantSay("where it cuts hangs on the picture's size")
    return first, last if last == last_there else behind


def _part(draft: Draft, blob: str, axis: int, first: int, last: int | None) -> str:
    """Add a Slice that keeps the entries between."""
    pairs = draft.shapes[blob]
    ends = [point for point in (first, last) if point]
    if not ends:
        return blob
    small, large = ((size if last is None else last) - first for size in pairs[axis])
    shape = (*pairs[:axis], (small, large), *pairs[axis + 1 :])
    tops = []
    for part in range(len(ends) + 1):
        tops.append(draft.fresh(f"{draft.node.layer}.part{part}", draft.shapes))
        draft.shapes[tops[-1]] = shape
    _slice(draft, blob, axis, ends, tops)
    return tops[1 if first else 0]


def crop(node: Site, draft: Draft) -> bool:
    """Say a Slice that ends where another blob's sizes say as Crop; tell whether it is one."""
    found = _reference(node, draft)
    if found is None:
        return False
    starts, axes = (draft.given(place) for place in (1, 3))
    rank = draft.rank(draft.bottom(0))
    if starts is None or axes is None or list(axes) != list(range(int(axes[0]), rank)):
        return False
    settings = {"axis": int(axes[0]), "offset": [int(n) for n in starts]}
    bottoms = [draft.bottom(0), found]
    draft.layer("Crop", bottoms, node.outputs[0], crop_param=settings)
    return True


def _reference(node: Site, draft: Draft) -> str | None:
    """Return the blob whose sizes, the starts added, are where a Slice ends."""
    maker = draft.makers.get(node.inputs[2])
    if maker is not None and maker.op == "Add":
        starts = draft.given(1)
        added = [draft.constants.get(name) for name in maker.inputs]
        sizes = [name for name, n in zip(maker.inputs, added, strict=True) if n is None]
        numbers = [n for n in added if n is not None]
        if starts is None or len(sizes) != 1 or not np.array_equal(numbers[0], starts):
            return None
        maker = draft.makers.get(sizes[0])
    elif draft.given(1) is None or np.any(draft.given(1)):
        return None
    while maker is not None and maker.op == "Slice":
        maker = draft.makers.get(maker.inputs[0])
    if maker is None or maker.op != "Shape":
        return None
    other, blob = draft.blob(maker.inputs[0]), draft.bottom(0)
    made = draft.shapes[node.outputs[0]]
    cut_axes = [
        a for a, (p, q) in enumerate(zip(draft.shapes[blob], made, strict=True)) if p != q
    ]
    same = all(draft.shapes[other][a] == made[a] for a in cut_axes)
    return other if same and draft.rank(other) == len(made) else None
