"""Blocks: the part of a vector or a matrix that lies between packs."""

from __future__ import annotations

import numpy as np


def lanes_of(values: np.ndarray, pack: int) -> np.ndarray:
    """Return four of the values, zeros where there are no more."""
    lanes = np.zeros(4, np.float32)
    part = values[4 * pack : 4 * pack + 4]
    lanes[: len(part)] = part
    return lanes


def block_of(matrix: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the (4, lanes) block between two packs; lanes that hold no channel are cut."""
    part = matrix[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
    return np.pad(part, ((0, 4 - part.shape[0]), (0, 0))).astype(np.float32)
