"""Weights: the numbers of a network by layer, from a .caffemodel or an .npz.

An ``.npz`` holds ``param/<layer>/<i>`` in Caffe's layout: Convolution (out, in/group, kh, kw),
Deconvolution (in, out/group, kh, kw), bias (out,), BatchNorm mean, variance and factor.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import WeightsError

Array = NDArray[np.float32]
MAX_BYTES = 4 << 30
"""A file that unpacks to more is refused."""


def most_bytes(path: Path) -> int:
    """Return to how many bytes a file may unpack: a small hostile one can claim any number."""
    return min(MAX_BYTES, (256 << 20) + 50 * path.stat().st_size)


@dataclass(frozen=True)
class Blob:
    """One parameter as a file holds it.

    Parameters
    ----------
    values
        The numbers; read-only, and for a .caffemodel a view of the mapped file.
    legacy
        Whether the file gives four old-style sizes (num, channels, height, width). They fit
        a parameter with fewer axes if the missing ones, on the left, are 1.
    """

    values: Array
    legacy: bool = False

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether this blob can be the parameter of this shape."""
        if self.legacy:
            return len(shape) <= 4 and self.values.shape == (1,) * (4 - len(shape)) + shape
        return self.values.shape == shape


@dataclass(frozen=True)
class Weights:
    """Parameters by layer and index, and the file they come from.

    Parameters
    ----------
    source
        The file.
    blobs
        By layer and index.
    types
        The types of the layers, where the file says them.
    repeated
        Layers that the file has several times; their last blobs are these.
    """

    source: str
    blobs: Mapping[str, Mapping[int, Blob]]
    types: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()

    def replaced(self, other: Weights) -> Weights:
        """Return these weights with those that ``other`` holds put in their place."""
        blobs = {layer: dict(indexed) for layer, indexed in self.blobs.items()}
        for layer, indexed in other.blobs.items():
            blobs.setdefault(layer, {}).update(indexed)
        types = {**self.types, **other.types}
        repeated = (*self.repeated, *other.repeated)
        return Weights(f"{self.source} and {other.source}", blobs, types, repeated)


def weights_from_arrays(arrays: Mapping[str, NDArray[np.generic]], source: str) -> Weights:
    """Take the ``param/<layer>/<i>`` entries of a set of named arrays; ignore all others.

    Arrays of float32 are viewed, not copied.
    """
    blobs: dict[str, dict[int, Blob]] = {}
    for key, values in arrays.items():
        if not key.startswith("param/"):
            continue
        layer, _, index = key.removeprefix("param/").rpartition("/")
        if not layer or not (index.isascii() and index.isdigit() and len(index) < 4):
            hint = "call it param/<layer>/<i>, i = 0 for weights, 1 for bias"
            raise WeightsError(source, f"the entry {key!r} names no parameter", hint)
        if values.dtype.kind not in "fiu":
            raise WeightsError(source, f"the entry {key!r} holds {values.dtype}, not numbers")
        with np.errstate(over="ignore"):
            numbers: Array = np.asarray(values, dtype=np.float32).view()
        numbers.flags.writeable = False
        blobs.setdefault(layer, {})[int(index)] = Blob(numbers)
    return Weights(source, blobs)


def weights_from_npz(path: Path) -> Weights:
    """Read the ``param/<layer>/<i>`` entries of an .npz file."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename[:6] == "param/"]
            total = sum(entry.file_size for entry in entries)
            if total > most_bytes(path):
                raise WeightsError(str(path), f"it unpacks to {total:,} bytes", _TOO_LARGE)
            arrays = {
                entry.filename.removesuffix(".npy"): _array(archive, entry) for entry in entries
            }
    except WeightsError:
        raise
    except Exception as error:  # zipfile and numpy fail in a dozen ways on damaged files
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise WeightsError(str(path), f"this is no .npz that can be read ({reason})") from None
    if not arrays:
        hint = "name the entries param/<layer>/<i> in Caffe's layout"
        raise WeightsError(str(path), "the file holds no parameters", hint)
    return weights_from_arrays(arrays, str(path))


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[np.generic]:
    """Read one array, never objects: those could run code."""
    with archive.open(entry) as file:
        array: NDArray[np.generic] = np.lib.format.read_array(file, allow_pickle=False)
        return array


_TOO_LARGE = "is this the file of this network?"
