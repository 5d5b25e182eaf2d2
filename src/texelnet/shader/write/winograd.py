"""Winograd's minimal filtering: a square of outputs of a 3x3 window in fewer products.

The n x n texels d that m x m outputs read (n = m + r - 1 for a window of r x r) and the
window's weights g become

    outputs = A^T [ (G g G^T) * (B^T d B) ] A

where * is a product for each of the n x n places: a matrix times a pack. G g G^T is made here,
in double precision; what is left for the shader is n^2 products in place of m^2 r^2 (16 for
36), and a few sums. All is exact but for rounding: borders apply to the texels d.

See Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from texelnet.pixel.expr import EDGE, INSIDE, Axis, Mix, Tap
from texelnet.shader.write.blocks import block_of

POINTS = (0.0, 1.0, -1.0, 2.0, -2.0)
"""Where the polynomials are taken; infinity is one more."""
Place = tuple[int, int]
FULL = 4
"""Channels that a plane has at least: sums of texels cost the same for fewer."""
SIDES = {(2, 3), (4, 3), (2, 5)}
"""Outputs and window on a side: more would lose digits."""


@lru_cache
def transforms(m: int, r: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A^T (m, n), G (n, r) and B^T (n, n) for m outputs of a window of r.

    After Toom and Cook: the window and, transposed, the outputs are polynomials taken at n
    points; B^T is what takes them back.
    """
    n = m + r - 1
    points = np.array(POINTS[: n - 1])
    a = np.vstack([np.vander(points, m, increasing=True), np.eye(1, m, m - 1)])
    g = np.vstack([np.vander(points, r, increasing=True), np.eye(1, r, r - 1)])
    whole = np.zeros((n, n))
    for row, point in enumerate(points):
        others = np.delete(points, row)
        basis = np.poly(others)[::-1]  # of degree n - 2, lowest first
        scale = np.prod(point - others)
        g[row] /= abs(scale)
        whole[row, : n - 1] = basis * np.sign(scale)
    whole[n - 1] = np.poly(points)[::-1]
    return a.T, g, whole


@dataclass(frozen=True, eq=False)
class Tile:
    """A window over one plane: the mixes it is made of, and the tap at its upper left."""

    mixes: tuple[Mix, ...]
    corner: Tap
    outputs: int
    window: int
    _blocks: dict[tuple[Place, int, int], np.ndarray] = field(default_factory=dict)

    @cached_property
    def weights(self) -> np.ndarray:
        """G g G^T, (n, n, channels out, channels in)."""
        _, g, _ = transforms(self.outputs, self.window)
        kernel = np.zeros((self.window, self.window, *self.mixes[0].matrix.shape))
        for mix in self.mixes:
            assert isinstance(mix.source, Tap)
            down, right = mix.source.y.offset, mix.source.x.offset
            kernel[down - self.corner.y.offset, right - self.corner.x.offset] += mix.matrix
        weights: np.ndarray = np.einsum("ka,lb,aboi->kloi", g, g, kernel)
        return weights

    @property
    def products(self) -> int:
        """Multiplications that a square of outputs takes."""
        n = self.outputs + self.window - 1
        each = sum(int(np.count_nonzero(mix.matrix)) for mix in self.mixes) // self.window**2
        return each * n * n

    @property
    def place(self) -> tuple[object, ...]:
        """What makes two windows read the same texels."""
        tap = self.corner
        return tap.plane, tap.border, tap.y, tap.x

    def block(self, place: Place, pack: int, inner: int) -> np.ndarray:
        """Return the weights between two packs at one of the n x n places, always the same."""
        key = (place, pack, inner)
        if key not in self._blocks:
            self._blocks[key] = block_of(self.weights[place], pack, inner)
        return self._blocks[key]


def tile_of(mixes: Sequence[Mix], outputs: int, widest: int) -> Tile | None:
    """Return the window that mixes of one plane's taps make, if there is a way for it."""
    found = [mix.source for mix in mixes if isinstance(mix.source, Tap)]
    if not outputs or len(found) < len(mixes) or found[0].channels < FULL:
        return None
    plain = all((a.p, a.r) == (1, 1) for t in found for a in (t.y, t.x))
    rules = {t.border for t in found} - {INSIDE}
    if not plain or any(t.presence for t in found) or len(rules) > 1:
        return None
    y, x = ([getattr(t, axis).offset for t in found] for axis in "yx")
    window = max(max(y) - min(y), max(x) - min(x)) + 1
    if (
        (outputs, window) not in SIDES
        or window > widest
        or len(found) < window * window * 3 // 4
    ):
        return None
    # Where all was proved inside, what a block reads beyond the last pixel may be any number.
    corner = replace(
        found[0],
        y=Axis(offset=min(y)),
        x=Axis(offset=min(x)),
        border=rules.pop() if rules else EDGE,
    )
    return Tile(tuple(mixes), corner, outputs, window)
