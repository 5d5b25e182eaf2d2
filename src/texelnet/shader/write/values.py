"""Values: every part of a plane's expression, named for each pack and pixel of the block."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from texelnet.pixel.expr import Call, Constant, Expr, Fold, Mix, Part, Tap
from texelnet.shader.kernel import Accumulate, Let, Start, Weight, packs
from texelnet.shader.write.blocks import block_of
from texelnet.shader.write.draft import Draft, Pixel, Sums
from texelnet.shader.write.products import add_products


class Values:
    """Walks an expression and writes it; what has a name is not computed again."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._known: dict[tuple[int, int, Pixel], str] = {}
        self._alive: list[Expr] = []  # kept, so that ids stay their own

    def got(self, expr: Expr, pack: int, pixel: Pixel) -> str:
        """Return the name of a pack that was needed before."""
        return self._known[id(expr), pack, pixel]

    def need(self, expr: Expr, wanted: set[int]) -> None:
        """Make sure that these packs of an expression have names, for every pixel."""
        draft = self.draft
        first = draft.block[0]
        missing = sorted(p for p in wanted if (id(expr), p, first) not in self._known)
        if not missing:
            return
        self._alive.append(expr)
        if isinstance(expr, Tap):
            for pack, pixel in product(missing, draft.block):
                self._known[id(expr), pack, pixel] = draft.load(expr, pack, pixel, draft.body)
        elif isinstance(expr, Fold):
            for pack in missing:
                self._known[id(expr), pack, first] = draft.sweep(expr, pack)
        elif isinstance(expr, Part):
            for pixel in draft.block:
                self._known[id(expr), 0, pixel] = draft.past(expr, pixel)
        elif isinstance(expr, Constant):
            for pack in missing:
                to = draft.name("constant")
                draft.body.append(Let(to, "constant", (draft.constants(expr.value, pack),)))
                for pixel in draft.block:
                    self._known[id(expr), pack, pixel] = to
        elif isinstance(expr, Mix):
            self._sum(expr, (expr,), missing)
        elif expr.function == "sum":
            self._sum(expr, expr.arguments, missing)
        else:
            self._call(expr, missing)

    def _call(self, expr: Call, missing: list[int]) -> None:
        draft = self.draft
        for argument in expr.arguments:
            if not isinstance(argument, Constant):
                self.need(argument, set(missing))
        for pixel, pack in product(draft.block, missing):
            arguments = tuple(
                draft.constants(a.value, pack)
                if isinstance(a, Constant)
                else self.got(a, pack, pixel)
                for a in expr.arguments
            )
            to = draft.name(expr.function)
            draft.body.append(Let(to, expr.function, arguments))
            self._known[id(expr), pack, pixel] = to

    def _sum(self, expr: Expr, terms: tuple[Expr, ...], missing: list[int]) -> None:
        """Sum constants, plain values and mixes: the heart of a convolution."""
        start = np.zeros(expr.channels, np.float32)
        for term in terms:
            if isinstance(term, Constant):
                start = start + term.value
        plain = [t for t in terms if not isinstance(t, Constant | Mix)]
        mixes = [t for t in terms if isinstance(t, Mix)]
        for term in plain:
            self.need(term, set(missing))
        if not mixes:
            self._plain_sum(expr, start, plain, missing)
            return
        self._ready(mixes, missing)
        draft, sums = self.draft, Sums()
        for pack, pixel in product(missing, draft.block):
            sums[pack, pixel] = draft.name("sum")
            self._known[id(expr), pack, pixel] = sums[pack, pixel]
            draft.body.append(Start(sums[pack, pixel], draft.constants(start, pack)))
        for term in plain:
            for pack, pixel in product(missing, draft.block):
                source = self.got(term, pack, pixel)
                draft.body.append(Accumulate(sums[pack, pixel], np.eye(4), source))
        add_products(draft, mixes, missing, sums, self._source)

    def _plain_sum(
        self, expr: Expr, start: np.ndarray, plain: Sequence[Expr], missing: list[int]
    ) -> None:
        draft = self.draft
        for pack, pixel in product(missing, draft.block):
            words: list[str | np.ndarray | Weight] = [self.got(t, pack, pixel) for t in plain]
            if np.any(start):
                words.append(draft.constants(start, pack))
            to = self._known[id(expr), pack, pixel] = draft.name("sum")
            draft.body.append(Let(to, "sum", tuple(words)))

    def _ready(self, mixes: list[Mix], missing: list[int]) -> None:
        """Compute what mixes read, where it is no tap."""
        for mix in mixes:
            if not isinstance(mix.source, Tap):
                used = [
                    i
                    for i in range(packs(mix.source.channels))
                    if any(np.any(block_of(mix.matrix, p, i)) for p in missing)
                ]
                self.need(mix.source, set(used))

    def _source(self, source: Expr, pack: int, pixel: Pixel) -> str:
        """Return the name of what a mix reads, fetched now if it is a texel."""
        if isinstance(source, Tap):
            return self.draft.load(source, pack, pixel, self.draft.body)
        return self.got(source, pack, pixel)
