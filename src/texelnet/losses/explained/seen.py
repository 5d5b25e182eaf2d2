"""Seen: a loss layer as somebody's file writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Seen:
    """A loss with its bottoms.

    Parameters
    ----------
    bottoms
        Name and shape of each blob that it reads.
    settings
        As the loss takes them: axis, ignore_label, normalization, sigma.
    weight
        What its value counts for in the sum of all losses.
    """

    layer: str = ""
    bottoms: Sequence[tuple[str, Shape]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0

    def listed(self) -> list[tuple[str, str]]:
        """Return the bottoms' shapes and the settings, in words."""
        found = [(f"`{name}`", spoken(shape)) for name, shape in self.bottoms]
        return [*found, *((key, str(value)) for key, value in self.settings.items())]


def spoken(shape: Shape) -> str:
    """Write a shape."""
    return " x ".join(map(str, shape))
