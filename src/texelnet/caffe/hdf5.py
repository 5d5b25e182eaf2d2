"""HDF5: the files that Caffe writes when asked for `snapshot_format: HDF5`.

Weights lie under `/data/<layer>/<i>`, a layer without any is an empty group. Only plain numbers
and texts are read: no links out of the file, no objects, no filters that run code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from texelnet.caffe.weights import most_bytes
from texelnet.errors import WeightsError

MAX_ENTRIES = 100_000


def read_hdf5(path: Path) -> dict[str, NDArray[Any]]:
    """Read every array of a file, by its path in it.

    Raises
    ------
    WeightsError
        If it is no such file, or holds what is no plain array.
    """
    import h5py

    arrays: dict[str, NDArray[Any]] = {}
    total = 0
    try:
        most = most_bytes(path)
        with h5py.File(path, "r") as file:
            pending = [("", file)]
            while pending:
                prefix, group = pending.pop()
                for name in group:
                    where = f"{prefix}{name}"
                    if len(arrays) + len(pending) > MAX_ENTRIES:
                        raise WeightsError(str(path), f"more than {MAX_ENTRIES:,} entries")
                    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                        fact = f"/{where} is a link to elsewhere"
                        raise WeightsError(str(path), fact, "save the weights into one file")
                    entry = group[name]
                    if isinstance(entry, h5py.Group):
                        pending.append((where + "/", entry))
                        continue
                    if not isinstance(entry, h5py.Dataset):
                        raise WeightsError(str(path), f"/{where} is a type, not an array")
                    total += entry.size * entry.dtype.itemsize
                    if entry.dtype.kind not in "fiuS" and entry.shape != ():
                        fact = f"/{where} holds {entry.dtype}, not numbers"
                        raise WeightsError(str(path), fact)
                    if total > most:
                        fact = f"it unpacks to more than {most:,} bytes"
                        raise WeightsError(str(path), fact, "is this the file of this network?")
                    arrays[where] = np.asarray(entry[()])
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            str(path), f"this is no HDF5 file that can be read ({reason})"
        ) from None
    return arrays


def write_hdf5(
    file: IO[bytes],
    groups: Mapping[str, Sequence[NDArray[Any]]],
    numbers: Mapping[str, int],
    words: Mapping[str, str],
) -> None:
    """Write arrays under `<group>/<i>`, numbers as arrays of one int32, words as texts."""
    import h5py

    with h5py.File(file, "w") as out:
        for name, arrays in groups.items():
            group = out.require_group(name)
            for index, values in enumerate(arrays):
                group.create_dataset(str(index), data=np.asarray(values, np.float32))
        for name, number in numbers.items():
            out.create_dataset(name, data=np.array([number], np.int32))
        for name, word in words.items():
            out.create_dataset(name, data=np.bytes_(word.encode()))
