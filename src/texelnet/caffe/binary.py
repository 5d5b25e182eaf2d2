"""The .caffemodel: weights by layer, viewed in the mapped file without a copy.

Three generations are read. Now: `layer` (100) with name 1 and blobs 7. V1: `layers` (2) with
name 4 and blobs 6. V0: V1's `layer` (1) inside, with name 1 and blobs 50. A blob has its sizes
in `shape` (7) or, before 2014, in num, channels, height and width (1 to 4); its numbers in
`data` (5, float) or `double_data` (8), packed, or one by one in very old files.

Caffe loads an empty file, and most garbage, without a word; here both are errors.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from texelnet.caffe.hdf5 import read_hdf5
from texelnet.caffe.weights import (
    Array,
    Blob,
    Weights,
    weights_from_arrays,
    weights_from_npz,
)
from texelnet.caffe.wire import RUN, VARINT, Span, Wire, WireField
from texelnet.errors import WeightsError

MAX_LAYERS = 100_000
MAX_AXES = 32
MAX_BINARYPROTO = 1 << 28
_V2, _V1 = 100, 2
_NUMBERS = {5: ("<f4", 4, (5 << 3) | 5), 8: ("<f8", 8, (8 << 3) | 1)}


def read_weights(path: Path) -> Weights:
    """Read the weights of a .caffemodel or an .npz.

    Raises
    ------
    WeightsError
        With the file, the byte and what is wrong there.
    """
    if path.suffix == ".npz":
        return weights_from_npz(path)
    if path.suffix in (".h5", ".hdf5"):
        return _from_hdf5(path)
    try:
        with path.open("rb") as file:
            if not file.seek(0, 2):
                raise WeightsError(str(path), "the file is empty", "fetch it again")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WeightsError(str(path), f"the file can't be read ({reason})") from None
    return weights_from_bytes(mapped, str(path))


def _from_hdf5(path: Path) -> Weights:
    """Read /data/<layer>/<i>; the name of a layer may have slashes."""
    entries = {
        "param/" + name.removeprefix("data/"): values
        for name, values in read_hdf5(path).items()
        if name.startswith("data/")
    }
    if not entries:
        fact = "there is no /data/<layer>/<i> in this file"
        raise WeightsError(str(path), fact, "a .caffemodel.h5, not a .solverstate.h5")
    return weights_from_arrays(entries, str(path))


def weights_from_bytes(buffer: bytes | mmap.mmap, source: str) -> Weights:
    """Read the weights of a .caffemodel that lies in memory or is mapped there."""
    wire = Wire(buffer, source)
    try:
        layers = _layers(wire)
    except WeightsError:
        _refuse_other_files(bytes(buffer[:64]), source)
        raise
    if not layers:
        fact = "there are no weights in this file"
        raise WeightsError(source, fact, "check that it is the .caffemodel of this network")
    blobs = {name: dict(enumerate(layer.blobs)) for name, layer in layers.items()}
    types = {name: layer.type for name, layer in layers.items() if layer.type}
    repeated = tuple(name for name, layer in layers.items() if layer.times > 1)
    return Weights(source, blobs, types, repeated)


def read_binaryproto(path: Path) -> Array:
    """Read a single blob: a mean picture, the gains of an InfogainLoss.

    Raises
    ------
    WeightsError
        With the file, the byte and what is wrong there.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BINARYPROTO:
            raise WeightsError(str(path), f"{size:,} bytes are too many for a single blob")
        wire = Wire(path.read_bytes(), str(path))
    except OSError as error:
        reason = error.strerror or str(error)
        raise WeightsError(str(path), f"the file can't be read ({reason})") from None
    found = read_blob(wire, wire.whole(), path.name, 0).values
    if not found.size:
        raise WeightsError(str(path), "there are no numbers in this file", "a .binaryproto")
    return found


@dataclass
class _Layer:
    """A layer of the file: its type, if it is a word, and how many have its name."""

    name: str = ""
    type: str = ""
    blobs: list[Blob] = field(default_factory=list)
    times: int = 1


def _layers(wire: Wire) -> dict[str, _Layer]:
    """Read all layers that have blobs; of two with one name the last, as Caffe does."""
    layers: dict[str, _Layer] = {}
    generations: set[int] = set()
    count = 0
    for entry in wire.fields(wire.whole()):
        if entry.number not in (_V1, _V2) or entry.type != RUN:
            continue
        generations.add(entry.number)
        if len(generations) > 1:
            fact = "the file has layers in the old form and in the new one"
            raise wire.error(entry.span.start, fact, "Caffe refuses it too: save it anew")
        count += 1
        if count > MAX_LAYERS:
            raise wire.error(entry.span.start, f"there are more than {MAX_LAYERS:,} layers")
        layer = _layer(wire, entry)
        if layer.blobs:
            layer.times += layers[layer.name].times if layer.name in layers else 0
            layers[layer.name] = layer
    return layers


def _refuse_other_files(head: bytes, source: str) -> None:
    """Recognise files that are often taken for a .caffemodel."""
    for begin, fact, hint in _OTHER_FILES:
        if head.startswith(begin):
            raise WeightsError(source, f"this is {fact}, not a .caffemodel", hint) from None
    if head.isascii() and "".join(head.decode().split()).isprintable():
        hint = "give the .caffemodel, not the .prototxt"
        raise WeightsError(source, "this is a text file, not a .caffemodel", hint) from None


def _layer(wire: Wire, entry: WireField) -> _Layer:
    """Read one layer's name, type and blobs."""
    name_at, blobs_at = (1, 7) if entry.number == _V2 else (4, 6)
    name, kind, spans = "", "", []
    for part in wire.fields(entry.span):
        if part.type != RUN:
            continue
        if part.number == name_at:
            name = wire.text(part.span)
        elif part.number == 2 and entry.number == _V2:
            kind = wire.text(part.span)
        elif part.number == blobs_at:
            spans.append(part.span)
        elif part.number == 1 and entry.number == _V1:
            for old in wire.fields(part.span):
                if old.type == RUN and old.number == 1:
                    name = wire.text(old.span)
                elif old.type == RUN and old.number == 50:
                    spans.append(old.span)
    blobs = [read_blob(wire, span, name, index) for index, span in enumerate(spans)]
    return _Layer(name, kind, blobs)


@dataclass
class _Parts:
    """What a blob's fields say."""

    shape: list[int] | None = None
    sizes: dict[int, int] = field(default_factory=dict)
    chunks: dict[int, list[NDArray[np.generic]]] = field(default_factory=dict)


def read_blob(wire: Wire, span: Span, layer: str, index: int) -> Blob:
    """Read one blob: sizes and numbers, and whether they agree."""
    parts = _parts(wire, span)
    dims = tuple(parts.shape or ())
    if parts.sizes:
        dims = tuple(parts.sizes.get(axis, 0) for axis in (1, 2, 3, 4))
    chunks = parts.chunks.get(8) or parts.chunks.get(5) or []
    stored = sum(chunk.size for chunk in chunks)
    what = f'blob {index} of layer "{layer[:80]}"'
    said = " x ".join(map(str, dims)) or "no shape"
    if any(size < 0 for size in dims):
        raise wire.error(span.start, f"{what} has a negative size ({said})", _DAMAGED)
    if prod(dims) != stored:
        fact = f"{what} {'is' if dims else 'has'} {said}, but {stored:,} numbers are stored"
        raise wire.error(span.start, fact, _DAMAGED)
    numbers = _joined(wire, chunks).reshape(dims)
    numbers.flags.writeable = False
    return Blob(numbers, legacy=bool(parts.sizes))


def _parts(wire: Wire, span: Span) -> _Parts:
    """Collect the fields of a blob; runs of single values are taken in one step."""
    parts, at = _Parts(), span.start
    while at < span.end:
        part = next(wire.fields(Span(at, span.end)))
        at = part.span.end
        if part.number == 7 and part.type == RUN:
            parts.shape = _shape(wire, part.span)
        elif part.number in (1, 2, 3, 4) and part.type == VARINT:
            parts.sizes[part.number] = wire.numbers(part, 1)[0]
        elif part.number in _NUMBERS:
            dtype, size, key = _NUMBERS[part.number]
            chunks = parts.chunks.setdefault(part.number, [])
            if part.type == RUN:
                chunks.append(wire.packed(part.span, dtype))
            elif part.type == key & 7:
                run = wire.repeated(Span(part.span.start - 1, span.end), key, dtype)
                if not len(run):
                    raise wire.error(part.span.start, "a number has an overlong key", _DAMAGED)
                chunks.append(run)
                at = part.span.start + (len(run) - 1) * (size + 1) + size
    return parts


def _shape(wire: Wire, span: Span) -> list[int]:
    """Read a blob's shape."""
    dims: list[int] = []
    for part in wire.fields(span):
        if part.number == 1:
            dims += wire.numbers(part, MAX_AXES)
        if len(dims) > MAX_AXES:
            raise wire.error(span.start, f"a shape has more than {MAX_AXES} axes", _DAMAGED)
    return dims


def _joined(wire: Wire, chunks: list[NDArray[np.generic]]) -> Array:
    """Return the numbers of a blob in a row: a view where they are floats in one run.

    Others are copied block by block, and what is copied of the file leaves the memory.
    """
    if len(chunks) == 1 and chunks[0].dtype == np.float32:
        return cast(Array, chunks[0])
    numbers: Array = np.empty(sum(chunk.size for chunk in chunks), np.float32)
    at = 0
    for chunk in chunks:
        for begin in range(0, chunk.size, _BLOCK):
            block = chunk[begin : begin + _BLOCK]
            with np.errstate(over="ignore"):
                numbers[at : at + block.size] = block
            wire.leave(block)
            at += block.size
    return numbers


_BLOCK = 1 << 20
"""So many numbers are copied at once."""
_OTHER_FILES = (
    (b"version https://git-lfs", "the pointer that Git LFS leaves", "run git lfs pull"),
    (b"\x89HDF\r\n", "an HDF5 file", "call it .h5"),
    (b"PK\x03\x04", "a zip archive", "call it .npz if it holds param/<layer>/<i>"),
    (b"<!DOCTYPE", "a web page", "fetch the file itself, not the page that shows it"),
    (b"<html", "a web page", "fetch the file itself, not the page that shows it"),
)
_DAMAGED = "the file is damaged: fetch it again and compare its size"
