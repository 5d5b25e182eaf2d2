"""Tiles: squares of outputs of a window, computed together after Winograd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from texelnet.shader.kernel import Accumulate, Combine, packs
from texelnet.shader.write.draft import Draft, Pixel, Sums
from texelnet.shader.write.winograd import Tile, transforms


def add_tiles(draft: Draft, tiles: Sequence[Tile], missing: Sequence[int], sums: Sums) -> None:
    """Add windows of one size to the sums of the missing packs, for the whole block."""
    a, _, _ = transforms(tiles[0].outputs, tiles[0].window)
    (m, n), (rows, columns) = a.shape, draft.schedule.block
    corners = list(product(range(0, rows, m), range(0, columns, m)))
    turned = {
        (t, inner, corner): _turned(draft, tile, inner, corner)
        for t, tile in enumerate(tiles)
        for inner in range(packs(tile.corner.channels))
        for corner in corners
    }
    for pack in missing:
        part: dict[tuple[Pixel, int, int], str | None] = {}
        for right in range(n):
            found = [_products(draft, tiles, turned, pack, (down, right)) for down in range(n)]
            for corner, y in product(corners, range(m)):
                column = [products.get(corner) for products in found]
                part[corner, y, right] = _combined(draft, a[y], column)
        for corner, y, x in product(corners, range(m), range(m)):
            total = _combined(draft, a[x], [part[corner, y, right] for right in range(n)])
            if total is not None:
                to = sums[pack, (corner[0] + y, corner[1] + x)]
                draft.body.append(Accumulate(to, np.eye(4), total))


def _turned(draft: Draft, tile: Tile, inner: int, corner: Pixel) -> dict[Pixel, str]:
    """Name B^T d B for one pack of the plane."""
    _, _, b = transforms(tile.outputs, tile.window)
    (y, x), n, places = corner, len(b), list(product(range(len(b)), repeat=2))
    key = (*tile.place, n, inner, corner)
    if key not in draft.turned:
        texels = {(i, j): draft.fetch(tile.corner, inner, (y + i, x + j)) for i, j in places}
        half = {
            (k, j): _combined(draft, b[k], [texels[i, j] for i in range(n)]) for k, j in places
        }
        draft.turned[key] = {
            (i, k): str(_combined(draft, b[k], [half[i, j] for j in range(n)]))
            for i, k in places
        }
    return draft.turned[key]


def _products(
    draft: Draft,
    tiles: Sequence[Tile],
    turned: Mapping[tuple[int, int, Pixel], Mapping[Pixel, str]],
    pack: int,
    place: Pixel,
) -> dict[Pixel, str]:
    """Sum the products at one of the n x n places over all that is read, for each corner."""
    to: dict[Pixel, str] = {}
    for (t, inner, corner), texels in turned.items():
        block = tiles[t].block(place, pack, inner)
        if np.any(block):
            begins = corner not in to
            name = to.setdefault(corner, draft.name("product") if begins else "")
            draft.body.append(Accumulate(name, block, texels[place], begins))
    return to


def _combined(draft: Draft, factors: np.ndarray, names: Sequence[str | None]) -> str | None:
    """Name the sum of packs times numbers; None for zero."""
    pairs = zip(factors.tolist(), names, strict=True)
    terms = tuple((factor, name) for factor, name in pairs if factor and name is not None)
    if not terms:
        return None
    if len(terms) == 1 and terms[0][0] == 1:
        return terms[0][1]
    to = draft.name("part")
    draft.body.append(Combine(to, terms))
    return to
