"""Format: one way to write a dataset as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from texelnet.label.dataset import Dataset


@dataclass(frozen=True)
class Format:
    """One way to write a dataset.

    Parameters
    ----------
    name, summary
        What it is called, and what it is.
    write
        Returns JSON.
    read
        Takes JSON and the place to tell in errors; what `write` wrote comes back as it was,
        points rounded to a thousandth of a pixel.
    """

    name: str
    summary: str
    write: Callable[[Dataset], str]
    read: Callable[[str, str], Dataset]
