"""Products: mixes of texels added to running sums, the heart of a convolution."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from texelnet.pixel.expr import Expr, Mix, Tap
from texelnet.shader.kernel import Accumulate, Loop, Statement, Weight, packs
from texelnet.shader.write.draft import Draft, Pixel

Sums = dict[tuple[int, Pixel], str]
"""The running sum of each pack and pixel."""
Source = Callable[[Expr, int, Pixel], str]


def add_products(
    draft: Draft, mixes: list[Mix], missing: list[int], sums: Sums, name: Source
) -> None:
    """Add each mix to the sums of the missing packs; ``name`` names what a mix reads."""
    for group in _by_source(mixes):
        read = group[0].source
        if draft.buffered and isinstance(read, Tap) and read.channels > 4:
            _looped(draft, group, missing, sums)
        else:
            _unrolled(draft, group, missing, sums, name)


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
    for inner in range(packs(group[0].source.channels)):
        blocks = {
            (m, p): block_of(mix.matrix, p, inner)
            for m, mix in enumerate(group)
            for p in missing
        }
        used = [m for m in range(len(group)) if any(np.any(blocks[m, p]) for p in missing)]
        sources = {}
        for m, pixel in product(used, draft.block):
            sources[m, pixel] = name(group[m].source, inner, pixel)
        for pack, m, pixel in product(missing, used, draft.block):
            if np.any(blocks[m, pack]):
                to = sums[pack, pixel]
                draft.body.append(Accumulate(to, blocks[m, pack], sources[m, pixel]))


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


def block_of(matrix: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the (4, lanes) block between two packs; lanes that hold no channel are cut."""
    part = matrix[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
    return np.pad(part, ((0, 4 - part.shape[0]), (0, 0))).astype(np.float32)
