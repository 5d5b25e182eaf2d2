"""Parts that move pixels and channels: crops, pads, splits, shuffles, some by hand."""

from __future__ import annotations

import numpy as np
from tests.random_networks.draft import Draft, Sides, Value, each, need, wide

FAR = 2**31 - 1


def split(d: Draft) -> None:
    """Channels shared out, evenly or not."""
    x = d.read(fits=lambda v: v.channels > 1)
    count = d.whole("parts", 2, min(3, x.channels))
    if d.chance("even") and (d.opset >= 18 or x.channels % count == 0):
        most = -(-x.channels // count)
        counts = [most] * (count - 1) + [x.channels - most * (count - 1)]
        operands, more = [x.name], {"num_outputs": count}
    else:
        ends = [d.whole(f"end{i}", 1, x.channels - 1) for i in range(count - 1)]
        need(ends == sorted(set(ends)))
        counts = np.diff([0, *ends, x.channels]).tolist()
        operands, more = [x.name, d.constant(counts)], {}
    need(min(counts) > 0)
    names = d.node("Split", operands, count, axis=1, **more)
    for name, channels in zip(names, counts, strict=True):
        d.keep(Value(name, channels, *x.sides, x.span, x.low))


def _sliced(d: Draft, x: Value, cuts: dict[int, tuple[int, int, int]]) -> None:
    """Cut axes (start, end, step) as Python slices."""
    axes = list(cuts)
    negative = [a - 4 for a in axes] if d.chance("axes from the end") else axes
    starts, ends, steps = zip(*cuts.values(), strict=True)
    known = [tuple(range(1, x.channels + 1)), *x.sides]
    counts = []
    for axis, sides in zip((1, 2, 3), known, strict=True):
        start, end, step = cuts.get(axis, (0, FAR, 1))
        cut = slice(start, end if end > -(2**31) else None, step)
        counts.append(tuple(len(range(n)[cut]) for n in sides))
    operands = [x, *map(d.constant, (starts, ends, negative))]
    operands += [d.constant(steps)] if set(steps) != {1} or d.chance("steps") else []
    channels = counts[0][-1]
    d.add(
        "Slice", operands, x, channels=channels, heights=counts[1], widths=counts[2], low=x.low
    )


def crop(d: Draft) -> None:
    """Rows and columns, every n-th of them; the end counted from either side."""
    x, cuts = d.read(), {}
    for i, axis in enumerate(d.one_of("axes", [[2, 3], [3, 2], [2], [3]])):
        first = d.one_of(f"first{i}", [0, 1, 2, 3, -2, -5])
        end = d.one_of(f"end{i}", [FAR, FAR, -1, -2, 9])
        cuts[axis] = (first, end, int(d.one_of(f"step{i}", [1, 1, 2, 3])))
    _sliced(d, x, cuts)


def some(d: Draft) -> None:
    """Some of the channels, forwards or backwards."""
    x, step = d.read(fits=lambda v: v.channels > 1), d.one_of("step", [1, 1, 2, -1, -2])
    first, last = sorted(d.wholes("end", 0, x.channels - 1))
    cut = (
        (first, last + 1, step)
        if step > 0
        else (last, first - 1 if first else -(2**31) - 9, step)
    )
    _sliced(d, x, {1: cut})


def pad(d: Draft) -> None:
    """Pixels around: a number, the edge, a reflection; wide ones need wide pictures."""
    x, mode = d.read(), d.one_of("mode", ["constant", "edge", "reflect", "reflect"])
    pads = d.wholes("pad", 0, 4, 4)
    operands = [x, d.constant([0, 0, *pads[:2], 0, 0, *pads[2:]])]
    low = x.low
    if mode == "constant":
        value = d.number("value", -1.0, 1.0) if d.chance("valued") else 0.0
        operands += [d.constant(np.float32(value))] if value else []
        low = min(low, value)
    reach = [max(pads[i], pads[i + 2]) if mode == "reflect" else 0 for i in range(2)]
    sides = [
        each(s, lambda n, i=i: n + pads[i] + pads[i + 2] if n > reach[i] else 0)
        for i, s in enumerate(x.sides)
    ]
    known = {"heights": sides[0], "widths": sides[1], "span": max(1.0, x.span)}
    d.add("Pad", operands, x, mode=mode, low=low, **known)


# Shuffles ---------------------------------------------------------------------------------


def _widened(d: Draft, x: Value, of: int) -> Value:
    """Return a value with a multiple of so many channels: by a 1x1 convolution."""
    if x.channels % of == 0 and not d.chance("mixed first"):
        return x
    outputs = of * d.whole("times", 1, max(1, 12 // of))
    size = (3 / x.channels) ** 0.5
    weights = d.weights(outputs, x.channels, 1, 1, low=-size, high=size)
    return d.add("Conv", [x, weights], x, channels=outputs, span=1.2 * x.span + 0.5)


def _times(sides: Sides, factor: int) -> Sides:
    return each(sides, lambda n: n * factor)


def _over(sides: Sides, by: int) -> Sides:
    return each(sides, lambda n: n // by if n % by == 0 else 0)


def depth_to_space(d: Draft) -> None:
    block = d.one_of("block", [2, 2, 3])
    x = _widened(d, d.read(), block**2)
    sides = {"heights": _times(x.heights, block), "widths": _times(x.widths, block)}
    known = {"channels": x.channels // block**2, "low": x.low, **sides}
    mode = d.one_of("mode", ["DCR", "CRD"])
    d.add("DepthToSpace", [x], x, blocksize=block, mode=mode, **known)


def _whole(d: Draft, x: Value, of: int) -> Value:
    """Return a value with whole blocks: the last pixels are cut, by computed sizes."""
    cut = d.node("Div", [d.sizes_of(x), d.constant([of])])
    ends = d.node("Mul", [*cut, d.constant([of])])
    operands = [x.name, d.constant([0, 0]), *ends, d.constant([2, 3])]
    sides = [each(s, lambda n: n // of * of) for s in x.sides]
    return d.add("Slice", operands, x, heights=sides[0], widths=sides[1], low=x.low)


def space_to_depth(d: Draft) -> None:
    x, block = d.read(fits=lambda v: v.channels <= 5), d.one_of("block", [2, 2, 3])
    x = _whole(d, x, block) if d.one_of("whole", [True, True, False]) else x
    sides = {"heights": _over(x.heights, block), "widths": _over(x.widths, block)}
    known = {"channels": x.channels * block**2, "low": x.low, **sides}
    d.add("SpaceToDepth", [x], x, blocksize=block, **known)


def _shape(d: Draft, *parts: list[int] | str) -> str:
    """Return a shape put together from numbers and computed sizes."""
    names = [p if isinstance(p, str) else d.constant(p) for p in parts]
    return d.node("Concat", names, axis=0)[0]


def _side(d: Draft, sizes: str, index: int) -> str:
    return d.node("Gather", [sizes, d.constant([index])], axis=0)[0]


def shuffle_by_hand(d: Draft) -> None:
    """A pixel shuffle of Reshape and Transpose, sizes by Shape, as torch writes it."""
    block = d.one_of("block", [2, 2, 3])
    x = _widened(d, d.read(fits=wide), block**2)
    count, sizes = x.channels // block**2, d.sizes_of(x)
    crd = d.chance("columns first")
    parts, order = (
        ([count, block, block], [0, 1, 4, 2, 5, 3])
        if crd
        else ([block, block, count], [0, 3, 4, 1, 5, 2])
    )
    (apart,) = d.node(
        "Reshape", [x.name, _shape(d, [-1 if d.chance("free batch") else 1, *parts], sizes)]
    )
    (turned,) = d.node("Transpose", [apart], perm=order)
    (larger,) = d.node("Mul", [sizes, d.constant([block])])
    sides = {"heights": _times(x.heights, block), "widths": _times(x.widths, block)}
    d.add(
        "Reshape",
        [turned, _shape(d, [1, count], larger)],
        x,
        channels=count,
        low=x.low,
        **sides,
    )


def unshuffle_by_hand(d: Draft) -> None:
    """Space to depth of Reshape and Transpose."""
    x, block = d.read(fits=lambda v: v.channels <= 5 and wide(v)), d.one_of("block", [2, 2, 3])
    x = _whole(d, x, block)
    sizes, b = d.sizes_of(x), block
    (small,) = d.node("Div", [sizes, d.constant([b])])
    dims = _shape(d, [1, x.channels], _side(d, small, 0), [b], _side(d, small, 1), [b])
    (apart,) = d.node("Reshape", [x.name, dims])
    crd = d.chance("columns first")
    (turned,) = d.node(
        "Transpose", [apart], perm=[0, 1, 3, 5, 2, 4] if crd else [0, 3, 5, 1, 2, 4]
    )
    channels = x.channels * b * b
    sides = {"heights": _over(x.heights, b), "widths": _over(x.widths, b)}
    shape = _shape(d, [1, channels], small)
    d.add("Reshape", [turned, shape], x, channels=channels, low=x.low, **sides)


def channel_shuffle(d: Draft) -> None:
    """Channels dealt out to groups, as ShuffleNet does; or the same by a Reshape."""
    x = d.read(fits=lambda v: v.channels > 1 and wide(v))
    groups = d.one_of("groups", [g for g in range(1, x.channels + 1) if x.channels % g == 0])
    sizes = d.sizes_of(x)
    (apart,) = d.node("Reshape", [x.name, _shape(d, [1, groups, x.channels // groups], sizes)])
    (turned,) = d.node("Transpose", [apart], perm=[0, 2, 1, 3, 4])
    d.add("Reshape", [turned, _shape(d, [1, -1], sizes)], x, low=x.low)


def to_and_fro(d: Draft) -> None:
    """Channels last and back again; or a Reshape to what it was."""
    x = d.read()
    if d.chance("reshaped"):
        dims = d.one_of("dims", [[0, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, -1]])
        d.add("Reshape", [x, d.constant(dims)], x, low=x.low)
        return
    (last,) = d.node("Transpose", [x.name], perm=[0, 2, 3, 1])
    d.add("Transpose", [last], x, perm=[0, 3, 1, 2], low=x.low)


MOVES = {
    "split": split,
    "crop": crop,
    "some channels": some,
    "pad": pad,
    "depth to space": depth_to_space,
    "space to depth": space_to_depth,
    "shuffle by hand": shuffle_by_hand,
    "unshuffle by hand": unshuffle_by_hand,
    "channel shuffle": channel_shuffle,
    "to and fro": to_and_fro,
}
