"""Data: pictures in an LMDB, each a Datum.

A Datum has channels (1), height (2), width (3), its bytes (4) or floats (6), and a label (5);
it may be an encoded picture file (7). LEVELDB is refused: no maintained library reads it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.caffe.feeds.feed import Arrays, Feed, chosen, random_of, stacked
from texelnet.caffe.feeds.transform import beside, transform
from texelnet.caffe.layer import Layer, spoken
from texelnet.caffe.wire import FOUR_BYTES, RUN, VARINT, Wire
from texelnet.errors import PictureError, WeightsError
from texelnet.picture import decode_picture

MOST_NUMBERS = 100_000_000


def database(layer: Layer, training: bool) -> Feed:
    """Open the LMDB of a Data layer.

    Raises
    ------
    PrototxtError
        If there is none, or it holds no pictures.
    """
    settings = layer.settings("data_param")
    size = settings.number("batch_size")
    if size < 1:
        raise layer.error("batch_size must be at least 1")
    if settings.word("backend") == "LEVELDB":
        fact = "the database is a LEVELDB, which no maintained library reads"
        raise layer.error(fact, "convert it to LMDB, and write backend: LMDB")
    path = beside(layer, settings.word("source"))
    environment, keys = _opened(layer, path)
    first, _ = _datum(layer, environment, keys[0])
    transforms = layer.settings("transform_param")
    shape, apply = transform(layer, transforms, first.shape, training)

    def batch(number: int, seed: int) -> Arrays:
        places = chosen(number, size, len(keys), seed, False)
        found = [_datum(layer, environment, keys[place]) for place in places]
        for picture, _ in found:
            if picture.shape != first.shape:
                fact = f"a picture is {spoken(picture.shape)}, the first {spoken(first.shape)}"
                raise layer.error(fact, "pictures of one size")
        pictures = [
            apply(picture, random_of(seed, number, i)) for i, (picture, _) in enumerate(found)
        ]
        return stacked(pictures), np.array([label for _, label in found], np.float32)

    def entry(number: int, seed: int, place: int) -> str:
        key = keys[chosen(number, size, len(keys), seed, False)[place]]
        return f"key {key.decode('utf-8', 'replace')} of {path}"

    return Feed(((size, *shape), (size,))[: len(layer.tops)], batch, len(keys), entry)


def _opened(layer: Layer, path: Path) -> tuple[Any, list[bytes]]:
    import lmdb

    try:
        environment, keys = _environment(str(path.resolve()))
    except lmdb.Error as error:
        raise layer.error(f"{path} is no LMDB that can be read ({error})") from None
    if not keys:
        raise layer.error(f"{path} is empty")
    return environment, keys


@lru_cache(maxsize=16)
def _environment(path: str) -> tuple[Any, list[bytes]]:
    """Open an LMDB and list its keys; a process may open each only once."""
    import lmdb

    folder = Path(path).is_dir()
    environment = lmdb.open(path, readonly=True, lock=False, subdir=folder, create=False)
    with environment.begin() as reading:
        return environment, [bytes(key) for key in reading.cursor().iternext(values=False)]


def _datum(layer: Layer, environment: Any, key: bytes) -> tuple[np.ndarray, int]:
    with environment.begin() as reading:
        value = bytes(reading.get(key))
    try:
        return decoded(value, f"datum {key!r}")
    except (PictureError, WeightsError) as error:
        raise layer.error(f"{error.where}: {error.fact}") from None


def decoded(value: bytes, source: str) -> tuple[np.ndarray, int]:
    """Read a Datum: its picture (channels, height, width), its label.

    Raises
    ------
    WeightsError
        With the byte, if it is no Datum.
    """
    wire = Wire(value, source)
    numbers = {1: 0, 2: 0, 3: 0, 5: 0, 7: 0}
    content, floats = b"", []
    for field in wire.fields(wire.whole()):
        if field.number in numbers and field.type == VARINT:
            numbers[field.number] = wire.numbers(field, 1)[0]
        elif field.number == 4 and field.type == RUN:
            content = value[field.span.start : field.span.end]
        elif field.number == 6 and field.type in (RUN, FOUR_BYTES):
            floats.append(wire.packed(field.span, "<f4"))
    if numbers[7]:
        return decode_picture(content, source).colour[::-1] * 255, numbers[5]
    shape = tuple(numbers[axis] for axis in (1, 2, 3))
    values = np.frombuffer(content, np.uint8) if content else np.concatenate([[], *floats])
    if min(shape) < 0 or np.prod(shape, dtype=np.float64) != values.size:
        fact = f"it is {spoken(shape)}, but has {values.size} numbers"
        raise wire.error(0, fact, "the database is damaged")
    return values.reshape(shape).astype(np.float32), numbers[5]
