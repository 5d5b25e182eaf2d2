"""Encode: messages and arrays in the wire format, as Caffe's own files hold them.

What is written is a row of pieces, so that a large array goes to its file without a copy.
Fields stand in the order of their numbers, as protobuf's own writer puts them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from texelnet.caffe.message import Message
from texelnet.caffe.schema import ENUMS, SCHEMA, Field, Scalar
from texelnet.caffe.wire import FOUR_BYTES, RUN, VARINT

Piece = bytes | memoryview
Pieces = list[Piece]
_PACKED = {("BlobShape", "dim")}


def varint(number: int) -> bytes:
    """Write a whole number, seven bits a byte; negative ones in ten bytes."""
    number &= 2**64 - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def run(number: int, pieces: Pieces) -> Pieces:
    """Write pieces as one field, its length before them."""
    return [varint(number << 3 | RUN) + varint(sum(len(p) for p in pieces)), *pieces]


def text(number: int, value: str) -> Pieces:
    """Write a string field."""
    return run(number, [value.encode()])


def whole(number: int, value: int) -> Pieces:
    """Write a whole number field."""
    return [varint(number << 3 | VARINT) + varint(value)]


def blob(number: int, values: np.ndarray) -> Pieces:
    """Write an array as a BlobProto: its numbers (5, packed floats), its shape (7)."""
    flat: np.ndarray = np.ascontiguousarray(values, "<f4").reshape(-1)
    sizes = b"".join(varint(size) for size in values.shape)
    shape = run(7, run(1, [sizes]) if values.ndim else [])
    return run(number, [*run(5, [flat.data.cast("B")]), *shape])


def message(
    value: Message, extra: Mapping[int, Pieces] | None = None, leave_out: Iterable[str] = ()
) -> Pieces:
    """Write a message.

    Parameters
    ----------
    value
        Its fields, as they were read from text.
    extra
        Fields that are written already, by number.
    leave_out
        Names of fields that are not written.
    """
    parts: dict[int, Pieces] = dict(extra or {})
    for name, written in value.fields.items():
        field = SCHEMA[value.kind][name]
        if name not in set(leave_out) and field.number not in parts:
            parts[field.number] = _field(value.kind, field, [v.value for v in written])
    return [piece for number in sorted(parts) for piece in parts[number]]


def _field(kind: str, field: Field, values: Sequence[Scalar | Message]) -> Pieces:
    if (kind, field.name) in _PACKED:
        return run(field.number, [b"".join(varint(int(v)) for v in values)])  # type: ignore[arg-type]
    pieces: Pieces = []
    for value in values:
        pieces += _one(field, value)
    return pieces


def _one(field: Field, value: Scalar | Message) -> Pieces:
    if isinstance(value, Message):
        return run(field.number, message(value))
    if field.type in ENUMS:
        return whole(field.number, ENUMS[field.type][str(value)])
    if field.type == "string":
        return text(field.number, str(value))
    if field.type == "float":
        with np.errstate(over="ignore"):
            digits = struct.pack("<f", np.float32(value))
        return [varint(field.number << 3 | FOUR_BYTES) + digits]
    return whole(field.number, int(value))
