"""Products: mixes of texels added to running sums, the heart of a convolution."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from texelnet.pixel.expr import Call, Expr, Mix, Tap, walk
from texelnet.shader.kernel import Accumulate, Loop, Statement, Weight, packs
from texelnet.shader.write.blocks import block_of
from texelnet.shader.write.draft import Draft, Pixel, Sums
from texelnet.shader.write.tiles import add_tiles
from texelnet.shader.write.winograd import Tile, tile_of

Source = Callable[[Expr, int, Pixel], str]


def add_products(
    draft: Draft, mixes: list[Mix], missing: list[int], sums: Sums, name: Source
) -> None:
    """Add each mix to the sums of the missing packs; ``name`` names what a mix reads."""
    groups = _by_source(mixes)
    tiles = [draft.tile(group) for group in groups]
    for side in sorted({tile.window for tile in tiles if tile}):
        same = [tile for tile in tiles if tile and tile.window == side]
        add_tiles(draft, same, missing, sums)
    for group, tile in zip(groups, tiles, strict=True):
        read = group[0].source
        if tile:
            continue
        if draft.buffered and isinstance(read, Tap) and read.channels > 4:
            _looped(draft, group, missing, sums)
        else:
            _unrolled(draft, group, missing, sums, name)


def windows(expr: Expr, outputs: int, widest: int) -> list[Tile]:
    """Return the windows of an expression that can be computed by squares of outputs."""
    sums = [e.arguments for e in walk(expr) if isinstance(e, Call) and e.function == "sum"]
    mixes = [[t for t in terms if isinstance(t, Mix)] for terms in sums]
    tiles = [tile_of(group, outputs, widest) for found in mixes for group in _by_source(found)]
    return [tile for tile in tiles if tile]


def _by_source(mixes: list[Mix]) -> list[list[Mix]]:
    """Group mixes of taps of the same plane; other mixes stay alone."""
    groups: dict[object, list[Mix]] = {}
    for mix in mixes:
        tap = mix.source
        plain = isinstance(tap, Tap) and not tap.presence
        key = tap.plane if isinstance(tap, Tap) and plain else id(tap)
        groups.setdefault(key, []).append(mix)
    return list(groups.values())


def _unrolled(
    draft: Draft, group: list[Mix], missing: list[int], sums: Sums, name: Source
) -> None:
    """Name all that is read first, then finish one pack after the other."""
    inner = range(packs(group[0].source.channels))
    blocks = {
        (p, i, m): block_of(mix.matrix, p, i)
        for p, i, (m, mix) in product(missing, inner, enumerate(group))
    }
    used = {key: block for key, block in blocks.items() if np.any(block)}
    sources = {
        (i, m, pixel): name(group[m].source, i, pixel)
        for i, m in sorted({key[1:] for key in used})
        for pixel in draft.block
    }
    for ((pack, i, m), block), pixel in product(used.items(), draft.block):
        draft.body.append(Accumulate(sums[pack, pixel], block, sources[i, m, pixel]))


def _looped(draft: Draft, group: list[Mix], missing: list[int], sums: Sums) -> None:
    """Read the weights from the buffer: matrices in the order the loop takes them."""
    count, first = packs(group[0].source.channels), len(draft.weights)
    step = len(missing) * len(group)
    for inner in range(count):
        for pack, mix in product(missing, group):
            block = block_of(mix.matrix, pack, inner)
            draft.weights.append(np.pad(block, ((0, 0), (0, 4 - block.shape[1]))))
    body: list[Statement] = []
    draft.loops += 1
    sources = {}
    for (m, mix), pixel in product(enumerate(group), draft.block):
        assert isinstance(mix.source, Tap)
        sources[m, pixel] = draft.load(mix.source, None, pixel, body)
    for (p, pack), m in product(enumerate(missing), range(len(group))):
        weight = Weight(first + p * len(group) + m, step)
        for pixel in draft.block:
            body.append(Accumulate(sums[pack, pixel], weight, sources[m, pixel]))
    draft.body.append(Loop(count, tuple(body)))
