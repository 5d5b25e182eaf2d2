"""Staging: buffers that passes store their packs in before these are copied into textures.

On software drivers a store into a buffer costs a sixth of one into a texture, and the copy
little (docs/decisions, "Packs are stored through buffers").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from texelnet.errors import DeviceError
from texelnet.pixel.size import tree_at

ALIGNED = 256
"""Bytes that rows are a multiple of where buffers and textures are copied."""


class Work(NamedTuple):
    """A pass at one size: what it binds, its workgroups, and its staging buffers' rows."""

    group: Any
    groups: tuple[int, int]
    row: int = 0  # bytes
    rows: int = 0

    @property
    def bytes(self) -> int:
        """What is stored of a pack, and beyond it as far as workgroups reach."""
        return self.row * self.rows


def work_of(
    entry: Mapping[str, Any], plane: Mapping[str, Any], sizes: Mapping[str, int], most: int
) -> Work:
    """Return a pass's workgroups, and the rows of a buffer that holds all they make.

    Parameters
    ----------
    entry, plane
        The manifest's pass and the plane it writes.
    sizes
        The number of each free size.
    most
        Bytes of a buffer that the device binds.

    Raises
    ------
    DeviceError
        The device binds no buffer that large.
    """
    columns, rows = (
        -(-tree_at(tree, sizes) // side)
        for tree, side in zip(entry["grid"], entry["workgroup"], strict=True)
    )
    if "staged" not in entry:
        return Work(None, (columns, rows))
    wide, tall = entry["staged"]
    row = aligned(columns * wide * texel_of(plane))
    work = Work(None, (columns, rows), row, rows * tall)
    if work.bytes > most:
        fact = f'"{entry["writes"]}" is stored through {work.bytes >> 20} MiB a pack, '
        fact += f"the device binds {most >> 20} MiB"
        raise DeviceError("wgpu", fact, "a smaller picture, or tiles")
    return work


def largest(entries: Sequence[Mapping[str, Any]], work: Sequence[Work]) -> list[int]:
    """Return the bytes of each buffer: passes store in the same, one after the other."""
    sizes: dict[int, int] = {}
    for entry, one in zip(entries, work, strict=True):
        for pack in range(entry["packs"][1] if one.row else 0):
            sizes[pack] = max(sizes.get(pack, 0), one.bytes)
    return list(sizes.values())


def aligned(size: int) -> int:
    """Return the bytes of a row that can be copied."""
    return -(-size // ALIGNED) * ALIGNED


def lanes_of(plane: Mapping[str, Any]) -> int:
    """Return how many numbers a texel holds."""
    return 4 if plane["format"].startswith("rgba") else 1


def number_of(plane: Mapping[str, Any]) -> np.dtype[Any]:
    """Return what a texel's numbers are."""
    return np.dtype(np.float16 if plane["format"].endswith("16float") else np.float32)


def texel_of(plane: Mapping[str, Any]) -> int:
    """Return the bytes of a texel."""
    return lanes_of(plane) * number_of(plane).itemsize
