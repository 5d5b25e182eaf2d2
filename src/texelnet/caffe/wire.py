"""The wire format: protobuf's binary fields read in place, without a copy.

A file is a row of fields, each a key (number and wire type) and a value: a varint, four or
eight bytes, or a run of bytes with its length before it. A message is such a run. The readers
here walk `Span`s of one buffer and never build more than they are asked for.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import WeightsError

VARINT, EIGHT_BYTES, RUN, FOUR_BYTES = 0, 1, 2, 5
MAX_FIELDS = 1_000_000
"""A file with more fields than this is taken for garbage; packed numbers are one field."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from start to end (exclusive) of the file."""

    start: int
    end: int

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class WireField:
    """One field: its number, wire type, value (varints only) and the bytes of its value."""

    number: int
    type: int
    value: int
    span: Span


class Wire:
    """A file of fields; errors carry its name and the byte where it went wrong."""

    def __init__(self, buffer: bytes | mmap.mmap, source: str) -> None:
        self.buffer, self.source = buffer, source
        self._left = MAX_FIELDS

    def whole(self) -> Span:
        """Return the span of the whole file."""
        return Span(0, len(self.buffer))

    def error(self, at: int, fact: str, hint: str = "") -> WeightsError:
        """Say what is wrong at a byte of the file."""
        return WeightsError(f"{self.source}, byte {at:,}", fact, hint)

    def varint(self, at: int, end: int) -> tuple[int, int]:
        """Read a number of seven bits a byte; return it and the position after it."""
        value = shift = 0
        for position in range(at, min(end, at + 10)):
            byte = self.buffer[position]
            value |= (byte & 127) << shift
            if byte < 128:
                return value & (2**64 - 1), position + 1
            shift += 7
        if at + 10 <= end:
            raise self.error(at, "a number is longer than ten bytes", _GARBAGE)
        raise self.error(at, "the file ends inside a number", _CUT)

    def fields(self, span: Span) -> Iterator[WireField]:
        """Walk the fields of a message."""
        at = span.start
        while at < span.end:
            field = self._field(at, span.end)
            self._left -= 1
            if self._left < 0:
                raise self.error(at, f"there are more than {MAX_FIELDS:,} fields", _GARBAGE)
            at = field.span.end
            yield field

    def _field(self, at: int, end: int) -> WireField:
        key, begin = self.varint(at, end)
        number, kind = key >> 3, key & 7
        if not 0 < number < 2**29:
            raise self.error(at, f"a field has the impossible number {number}", _GARBAGE)
        if kind == VARINT:
            value, after = self.varint(begin, end)
            return WireField(number, kind, value, Span(begin, after))
        if kind == RUN:
            length, begin = self.varint(begin, end)
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            length = 8 if kind == EIGHT_BYTES else 4
        else:
            raise self.error(at, f"field {number} has the unknown wire type {kind}", _GARBAGE)
        if length > end - begin:
            fact = f"field {number} wants {length:,} bytes, {end - begin:,} are left"
            raise self.error(at, fact, _CUT)
        return WireField(number, kind, 0, Span(begin, begin + length))

    def text(self, span: Span) -> str:
        """Return a string; what is not UTF-8 is shown as escapes."""
        return bytes(self.buffer[span.start : span.end]).decode(errors="backslashreplace")

    def numbers(self, field: WireField, most: int) -> list[int]:
        """Return a field's whole numbers, packed or single, refusing more than `most`."""
        if field.type == VARINT:
            return [_signed(field.value)]
        if field.type != RUN:
            raise self.error(field.span.start, "a size is not a whole number", _GARBAGE)
        values, at = [], field.span.start
        while at < field.span.end:
            value, at = self.varint(at, field.span.end)
            values.append(_signed(value))
            if len(values) > most:
                raise self.error(at, f"a shape has more than {most} axes", _GARBAGE)
        return values

    def packed(self, span: Span, dtype: str) -> NDArray[np.generic]:
        """View a run of bytes as numbers, in place."""
        size = np.dtype(dtype).itemsize
        if len(span) % size:
            fact = f"{len(span):,} bytes of weights are no whole number of {size}-byte values"
            raise self.error(span.start, fact, _CUT)
        return np.frombuffer(self.buffer, dtype, len(span) // size, span.start)

    def leave(self, values: NDArray[np.generic]) -> None:
        """Drop the pages of a mapped file that a view lies on; who looks again has them again.

        They count as this process's memory as long as they are mapped in.
        """
        if isinstance(self.buffer, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            begin = values.ctypes.data - np.frombuffer(self.buffer, "u1").ctypes.data
            page = begin // mmap.PAGESIZE * mmap.PAGESIZE
            length = values.strides[0] * len(values)
            self.buffer.madvise(mmap.MADV_DONTNEED, page, begin - page + length)

    def repeated(self, span: Span, key: int, dtype: str) -> NDArray[np.generic]:
        """View values written one by one, each after the same one-byte key, from here on.

        The end of the run is sought in doubling steps, so that many short runs stay cheap.
        """
        record = np.dtype([("key", "u1"), ("value", dtype)])
        rows = np.frombuffer(self.buffer, record, len(span) // record.itemsize, span.start)
        begin, step = 0, 64
        while begin < len(rows):
            other = np.flatnonzero(rows["key"][begin : begin + step] != key)
            if other.size:
                return rows["value"][: begin + int(other[0])]
            begin, step = begin + step, step * 2
        return rows["value"]


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


_CUT = "the file is cut short or damaged: fetch it again and compare its size"
_GARBAGE = "this does not look like a .caffemodel: check that it is the right file"
