"""HDF5Data: rows of the HDF5 files that a text file lists, one name a line.

Each top is the dataset of its name; all have as many rows. With `shuffle` the rows of all files
together are shuffled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from texelnet.caffe.feeds.feed import Arrays, Feed, chosen, stacked
from texelnet.caffe.feeds.transform import beside
from texelnet.caffe.layer import Layer, Shape, spoken

MOST_FILES = 100_000


def hdf5(layer: Layer, training: bool) -> Feed:
    """Open the files of an HDF5Data layer.

    Raises
    ------
    PrototxtError
        If a file is missing, or holds no such datasets.
    """
    settings = layer.settings("hdf5_data_param")
    if layer.message.has("transform_param"):
        raise layer.error("HDF5Data takes no transform_param", "scale the numbers in the files")
    size = settings.number("batch_size")
    if size < 1:
        raise layer.error("batch_size must be at least 1")
    files = [_opened(layer, name) for name in listed(layer, settings.word("source"))]
    rows = [file[layer.tops[0]].shape[0] for file in files]
    starts = np.cumsum([0, *rows])
    length = int(starts[-1])
    shapes: list[Shape] = [tuple(files[0][top].shape[1:]) for top in layer.tops]
    for file in files:
        for top, shape in zip(layer.tops, shapes, strict=True):
            if file[top].shape[1:] != shape:
                other = spoken(tuple(file[top].shape[1:]))
                fact = f"{top} is {other} in {file.filename}, {spoken(shape)} before"
                raise layer.error(fact, "rows of one shape")

    def rows_of(number: int, seed: int) -> list[tuple[Any, int]]:
        entries = chosen(number, size, length, seed, settings.flag("shuffle"))
        found = [(int(np.searchsorted(starts, e, "right")) - 1, e) for e in entries]
        return [(files[f], e - int(starts[f])) for f, e in found]

    def batch(number: int, seed: int) -> Arrays:
        found = rows_of(number, seed)
        return tuple(stacked([file[top][row] for file, row in found]) for top in layer.tops)

    def entry(number: int, seed: int, place: int) -> str:
        file, row = rows_of(number, seed)[place]
        return f"row {row} of {file.filename}"

    return Feed(tuple((size, *shape) for shape in shapes), batch, length, entry)


def _opened(layer: Layer, name: str) -> Any:
    import h5py

    path = beside(layer, name)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise layer.error(f"{path} can't be read ({str(error).splitlines()[0]})") from None
    for top in layer.tops:
        if not isinstance(file.get(top, getlink=True), h5py.HardLink) or not isinstance(
            file[top], h5py.Dataset
        ):
            raise layer.error(f'{path} has no dataset "{top}"', ", ".join(file) or "")
        if not file[top].shape or file[top].dtype.kind not in "fiu":
            raise layer.error(f'"{top}" in {path} holds no rows of numbers')
    counts = {file[top].shape[0] for top in layer.tops}
    if len(counts) > 1 or 0 in counts:
        fact = f"the datasets of {path} have {' and '.join(map(str, sorted(counts)))} rows"
        raise layer.error(fact, "as many of each")
    return file


def listed(layer: Layer, source: str) -> list[str]:
    """Read a text file that lists files, one a line."""
    path = beside(layer, source)
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fact = f"the list {path} can't be read ({reason})"
        raise layer.error(fact, "a text file that names a file on each line") from None
    names = [line.strip() for line in lines if line.strip()]
    if not names or len(names) > MOST_FILES:
        raise layer.error(f"the list {path} names {len(names)} files")
    return names
