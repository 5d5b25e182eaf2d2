"""A reader of SWF files, written from the specification and not from the writer, for tests."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from texelnet.draw.path import Contour, Path

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


class Bits:
    """Reads numbers of some bits, the highest first."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def unsigned(self, count: int) -> int:
        found = 0
        for _ in range(count):
            byte = self.data[self.place // 8]
            found = found * 2 + (byte >> (7 - self.place % 8)) % 2
            self.place += 1
        return found

    def signed(self, count: int) -> int:
        found = self.unsigned(count)
        return found - 2**count if count and found >= 2 ** (count - 1) else found

    def rectangle(self) -> Box:
        self.align()
        count = self.unsigned(5)
        left, right, top, bottom = (self.signed(count) for _ in range(4))
        self.align()
        return left, top, right, bottom

    def align(self) -> None:
        self.place = -(-self.place // 8) * 8

    def byte(self) -> int:
        return self.unsigned(8)


@dataclass
class Shape:
    """A DefineShape4: its contours of quadratics (n, 3, 2), in twips."""

    bounds: Box
    winding: bool
    rgba: tuple[int, ...]
    contours: list[np.ndarray]
    straight: int

    @property
    def path(self) -> Path:
        """As cubics that are the same curves."""
        found = []
        for p in self.contours:
            a, h, b = np.moveaxis(p, 1, 0)
            cubics = [a, a + (h - a) * 2 / 3, b + (h - b) * 2 / 3, b]
            found.append(Contour(np.stack(cubics, axis=1)))
        return Path(tuple(found))


@dataclass
class Film:
    """What a file says; a frame is what stands at each depth, a number and a name."""

    version: int
    size: Box
    rate: float
    background: tuple[int, ...] = ()
    shapes: dict[int, Shape] = field(default_factory=dict)
    sprites: dict[int, list[int]] = field(default_factory=dict)
    frames: list[dict[int, tuple[int, str]]] = field(default_factory=list)

    def painted(self, frame: int = 0) -> Iterator[tuple[str, Shape]]:
        """Each shape in the order of its painting, with the name of the sprite around it."""
        for _, (number, name) in sorted(self.frames[frame].items()):
            for part in self.sprites.get(number, [number]):
                yield name, self.shapes[part]


def read(content: bytes) -> Film:
    assert content[:3] == b"CWS"
    version, length = struct.unpack("<BI", content[3:8])
    body = zlib.decompress(content[8:])
    assert length == len(body) + 8
    bits = Bits(body)
    size, at = bits.rectangle(), bits.place // 8
    rate, frames = struct.unpack("<HH", body[at : at + 4])
    film = Film(version, size, rate / 256)
    codes = []
    for code, data in tags(body[at + 4 :]):
        codes.append(code)
        if code == 9:
            film.background = tuple(data)
        elif code == 83:
            film.shapes[struct.unpack("<H", data[:2])[0]] = shape(data[2:])
        elif code == 39:
            number, count = struct.unpack("<HH", data[:4])
            stands, shown = stage(tags(data[4:]), film)
            assert count == len(shown) == 1
            film.sprites[number] = [number for _, (number, _) in sorted(stands.items())]
    assert codes[0] == 69  # FileAttributes
    film.frames = stage(tags(body[at + 4 :]), film)[1]
    assert len(film.frames) == frames
    return film


def tags(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while True:
        (word,) = struct.unpack("<H", data[at : at + 2])
        at, length = at + 2, word & 63
        if length == 63:
            (length,) = struct.unpack("<I", data[at : at + 4])
            at += 4
        yield word >> 6, data[at : at + length]
        at += length
        if word >> 6 == 0:
            assert at == len(data)
            return


def stage(
    records: Iterator[tuple[int, bytes]], film: Film
) -> tuple[dict[int, tuple[int, str]], list[dict[int, tuple[int, str]]]]:
    """Play placing and removing; return what stands at last, and what stood at each frame."""
    stands: dict[int, tuple[int, str]] = {}
    shown = []
    for code, data in records:
        if code == 26:
            flags, depth, number = struct.unpack("<BHH", data[:5])
            moves, matrix, named = flags & 1, flags >> 2 & 1, flags >> 5 & 1
            assert flags & 2
            assert moves == (depth in stands)
            assert not matrix or data[5] == 0  # no scale, no turn, no move
            name = data[5 + matrix :].rstrip(b"\0").decode() if named else ""
            if moves:  # players exchange shapes, of sprites they keep the old one
                assert stands[depth][0] in film.shapes
                assert number in film.shapes
            stands[depth] = number, stands[depth][1] if moves else name
        elif code == 28:
            del stands[struct.unpack("<H", data)[0]]
        elif code == 1:
            shown.append(dict(stands))
    return stands, shown


def shape(data: bytes) -> Shape:
    bits = Bits(data)
    bounds, edges = bits.rectangle(), bits.rectangle()
    assert bounds == edges
    flags, fills, kind = bits.byte(), bits.byte(), bits.byte()
    assert (fills, kind) == (1, 0)  # one, solid
    rgba = tuple(bits.byte() for _ in range(4))
    assert bits.byte() == 0  # styles of lines
    fill_bits, line_bits = bits.unsigned(4), bits.unsigned(4)
    assert (fill_bits, line_bits) == (1, 0)
    found = Shape(bounds, bool(flags & 4), rgba, [], 0)
    x = y = 0
    while True:
        if bits.unsigned(1) == 0:
            styles = bits.unsigned(5)
            if styles == 0:
                break
            assert styles == 0b00101  # fill 1, and move
            count = bits.unsigned(5)
            x, y = bits.signed(count), bits.signed(count)
            assert bits.unsigned(fill_bits) == 1
            found.contours.append([])  # type: ignore[arg-type]
            continue
        line, count = bits.unsigned(1), bits.unsigned(4) + 2
        if line:
            assert bits.unsigned(1) == 1
            ex, ey = bits.signed(count), bits.signed(count)
            hx, hy = ex / 2, ey / 2
            found.straight += 1
        else:
            hx, hy, ax, ay = (bits.signed(count) for _ in range(4))
            ex, ey = hx + ax, hy + ay
        found.contours[-1].append([(x, y), (x + hx, y + hy), (x + ex, y + ey)])  # type: ignore[attr-defined]
        x, y = x + ex, y + ey
    bits.align()
    assert bits.place == 8 * len(data)
    found.contours = [np.array(contour, float) for contour in found.contours]
    return found
