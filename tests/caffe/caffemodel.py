"""A small writer of caffemodels, good and bad ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; negative numbers take ten bytes."""
    number &= 2**64 - 1
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def run(field: int, content: bytes) -> bytes:
    """A field of bytes with their length before them."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def shape(dims: Sequence[int]) -> bytes:
    """A blob's shape."""
    return run(7, run(1, b"".join(map(varint, dims))))


def legacy_shape(dims: Sequence[int]) -> bytes:
    """A blob's four old sizes."""
    return b"".join(varint(at << 3) + varint(size) for at, size in enumerate(dims, 1))


def floats(values: np.ndarray) -> bytes:
    """Packed numbers."""
    return run(5, values.astype("<f4").tobytes())


def single_floats(values: np.ndarray) -> bytes:
    """Numbers one by one, as very old files have them."""
    return b"".join(b"\x2d" + struct.pack("<f", value) for value in values.ravel())


def doubles(values: np.ndarray) -> bytes:
    """Packed numbers of eight bytes."""
    return run(8, values.astype("<f8").tobytes())


def layer(name: str, *blobs: bytes) -> bytes:
    """A layer of today's form."""
    return run(100, run(1, name.encode()) + b"".join(run(7, blob) for blob in blobs))


def v1_layer(name: str, *blobs: bytes) -> bytes:
    """A layer of the form of 2014."""
    return run(2, run(4, name.encode()) + b"".join(run(6, blob) for blob in blobs))


def v0_layer(name: str, *blobs: bytes) -> bytes:
    """A layer of the form of 2013."""
    inner = run(1, name.encode()) + b"".join(run(50, blob) for blob in blobs)
    return run(2, run(1, inner))
