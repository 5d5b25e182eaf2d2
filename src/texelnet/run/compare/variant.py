"""Variant: a picture network with mistakes made on purpose, ready to draw.

A mistake lies in the graph, in how a picture becomes numbers and numbers a picture (the
contract), or in the pictures themselves, before and after. A variant holds all of them, so that
one mistake can be put upon another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.run.onnxruntime import Picturing
from texelnet.run.runner import Draw, Planes

Change = Callable[[Planes], Planes]
"""A picture becomes another; pixels that can't be foretold are masked."""


@dataclass(frozen=True)
class Variant:
    """A network and what is done to its pictures.

    Parameters
    ----------
    network
        Drawn by onnxruntime. Its contract turns answers into pictures; one without a contract
        works on its own numbers.
    before
        The contract that turns pictures into numbers; the network's own where none is given.
    given, shown
        Applied to the picture before all, and to what is drawn after all, one by one.
    instead
        Draws in the network's place.
    """

    network: Network
    before: Contract | None = None
    given: tuple[Change, ...] = ()
    shown: tuple[Change, ...] = ()
    instead: Draw | None = None

    @property
    def contract(self) -> Contract | None:
        """The contract that turns pictures into numbers."""
        return self.before or self.network.contract

    def gives(self, change: Change) -> Variant:
        """Return the variant that is given other pictures."""
        return replace(self, given=(*self.given, change))

    def shows(self, change: Change) -> Variant:
        """Return the variant whose drawings are changed."""
        return replace(self, shown=(*self.shown, change))

    def draw(self) -> Draw:
        """Return what draws, without what is done to the drawing; see :meth:`show`."""
        respond = self.instead or Picturing(self.network, threads=1)
        before, after = self.contract, self.network.contract

        def draw(picture: Planes) -> Planes:
            seen = picture
            for change in self.given:
                seen = np.ascontiguousarray(change(seen), np.float32)
            if self.instead or before is None or after is None:
                return respond(seen)
            return after.from_network(respond(before.to_network(seen)), seen)

        return draw

    def show(self, drawn: Planes) -> Planes:
        """Return a drawing as it is shown."""
        for change in self.shown:
            drawn = change(drawn)
        return drawn
