"""Scene: one picture, what was drawn of it, and how near another drawing comes to that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from texelnet.picture.measure import errors_of
from texelnet.run.compare.variant import Variant
from texelnet.run.runner import Draw, Planes


@dataclass(frozen=True)
class Distance:
    """How far a drawing is from what was seen, in the numbers of the drawing.

    Parameters
    ----------
    share
        How many of its numbers are off by more than the bar, of all.
    """

    largest: float
    mean: float
    share: float

    def better(self, other: Distance, part: float = 1.0) -> bool:
        """Tell whether it is nearer: fewer numbers are off, or they are less.

        One of two mistakes put right leaves the places of the other alone, so a drawing that
        agrees in most places is nearer than one that is a little off everywhere.
        """
        mine, theirs = round(self.share, 1), round(other.share, 1)
        if mine != theirs:
            return mine < theirs
        return self.mean < part * other.mean


NOWHERE = Distance(float("inf"), float("inf"), 1.0)


@dataclass(frozen=True)
class Scene:
    """What is to be explained.

    Parameters
    ----------
    picture
        What was drawn, as the contract has it: (channels, height, width).
    seen
        The drawing that is to be explained.
    bar
        The largest error that counts as none.
    span
        What the output spans; errors that a cause leaves are relative to it.
    low, high
        The host cuts what it draws; other drawings are cut alike.
    look
        Turns a Draw into a drawing that is like ``seen``: planes, or a whole colour picture.
    """

    picture: Planes
    seen: Planes
    bar: float
    span: float = 1.0
    low: float = -np.inf
    high: float = np.inf
    look: Callable[[Draw], Planes] | None = None

    def drawn(self, variant: Variant) -> Planes:
        """Return what a variant shows of the picture."""
        draw = variant.draw()
        drawn = self.look(draw) if self.look else draw(self.picture)
        return variant.show(drawn)

    def distance(self, drawn: Planes) -> Distance:
        """Tell how far a drawing is from what was seen; masked pixels are left out."""
        if drawn.shape != self.seen.shape:
            return NOWHERE
        known = ~np.ma.getmaskarray(drawn)
        if not known.any():
            return NOWHERE
        cut = np.ma.getdata(drawn).clip(self.low, self.high)
        neither = ~np.isfinite(self.seen) & ~np.isfinite(cut)  # both are equally wrong
        errors = np.where(neither, 0.0, errors_of(self.seen, cut))[known]
        mean = float(np.minimum(errors, self.span).mean())
        return Distance(float(errors.max()), mean, float((errors > self.bar).mean()))
