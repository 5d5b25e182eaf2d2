"""SWF: a scene, or a film of scenes, for Flash Player and Ruffle.

Lengths are **twips**, whole twentieths of a pixel. A point is rounded to the nearest, so it is
off by 1/40 of a pixel on each axis at most; curves are quadratic, and off by 1/20 more. Who
wants to enlarge the picture asks for more pixels a millimetre.

A shape is one path, filled by the non-zero winding rule (DefineShape4's flag, Flash Player 10);
shapes that follow each other under one name are parts of a sprite of that name, so that scripts
find it: `getChildByName("drop 3")`. What was defined once is not defined again, so in a film a
shape that rests costs nothing.

See Adobe, "SWF File Format Specification, Version 19", chapters 1 (bit values), 2 (header),
3 (PlaceObject2), 6 (shapes) and 13 (sprites).
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

import numpy as np

from texelnet.draw.out.output import Output, levels
from texelnet.draw.path import Floats, Path
from texelnet.draw.quadratic import quadratics
from texelnet.draw.render import pixels, to_pixels
from texelnet.draw.scene import Item, Paint, Scene
from texelnet.errors import DrawError

TWIPS = 20
"""Twips in a pixel."""
NEAR = 1.0
"""Twips that quadratic curves may be off."""
STILL = 24
"""Frames a second of a still, Flash's usual rate: sprites are made when the first is over."""
VERSION = 10
"""The first whose DefineShape4 has UsesFillWindingRule; Flash Player 10, 2008."""
LONGEST = 2**16 - 2
"""Twips that an edge's points may be apart, less one for rounding: 17 bits with their sign."""
FARTHEST = 2**24
"""Twips that a point may be away from the corner, some 800,000 pixels."""
MOST = 2**16 - 1
"""Shapes and sprites in a file, and depths on the stage: both are counted in 16 bits."""
END, SHOW, BACKGROUND, PLACE, REMOVE, SPRITE, ATTRIBUTES, SHAPE = 0, 1, 9, 26, 28, 39, 69, 83
"""Codes of tags: PLACE is PlaceObject2, REMOVE RemoveObject2, SHAPE DefineShape4."""

Placed = tuple[int, str]
"""What stands at a depth: its number in the dictionary, and its name."""


def write(scene: Scene, resolution: float) -> bytes:
    """Return a film of one frame."""
    return film([scene], STILL, resolution)


def film(scenes: Iterable[Scene], rate: float, resolution: float) -> bytes:
    """Return a file that shows scenes one after the other, again and again.

    Parameters
    ----------
    scenes
        One or more; the first tells the size and the background.
    rate
        Frames a second, 1..255.
    resolution
        Pixels a millimetre.

    Raises
    ------
    DrawError
        There is no scene; or too many shapes, or points too far away, for the format.
    """
    if not 1 <= rate <= 255:
        raise DrawError("a film", f"{rate:g} frames a second", "1 to 255, as Flash has them")
    known, frames, first = _Dictionary(), list[bytes](), None
    before: dict[int, Placed] = {}
    for scene in scenes:
        first = first or scene
        things = known.things(scene, np.array(to_pixels(first, resolution)) * TWIPS)
        now = _staged(before, things)
        frames.append(known.news() + b"".join(_changes(before, now)) + _tag(SHOW))
        before = now
    if first is None or len(frames) > MOST:
        raise DrawError("a film", f"it has {len(frames)} frames", f"1 to {MOST}")
    size = np.array(pixels(first, resolution), float) * TWIPS
    _check_far(size)
    head = _rectangle(np.array([[0, 0], size]))
    head += struct.pack("<HH", round(rate * 256), len(frames))
    body = [
        _tag(ATTRIBUTES, struct.pack("<I", 8)),  # 8: scripts, if any, are ActionScript 3
        _tag(BACKGROUND, bytes(levels(first.background))),
        *frames,
        _tag(END),
    ]
    content = head + b"".join(body)
    start = b"CWS" + struct.pack("<BI", VERSION, 8 + len(content))
    return start + zlib.compress(content, 9)


class _Dictionary:
    """What has been defined, by its content."""

    def __init__(self) -> None:
        self.numbers = dict[bytes, int]()
        self.items = dict[Item, int]()
        self.written = list[bytes]()

    def things(self, scene: Scene, scale: Floats) -> list[Placed]:
        """Define what is missing, and return what is to stand there, the lowest first."""
        found = list[Placed]()
        for name, items in groupby(scene.placed(), lambda item: item.name):
            shapes = [self.shape(item, scale) for item in items]
            found += [(self.sprite(shapes), name)] if name else [(n, "") for n in shapes]
        if len(found) > MOST:
            raise DrawError("swf", f"{len(found)} things on one stage; at most {MOST}")
        return found

    def shape(self, item: Item, scale: Floats) -> int:
        """Return the number of a shape."""
        if item not in self.items:
            content = _shape(item.path.through(scale), item.paint)
            self.items[item] = self._number(SHAPE, content)
        return self.items[item]

    def sprite(self, shapes: list[int]) -> int:
        """Return the number of a sprite of one frame."""
        parts = _changes({}, {depth: (number, "") for depth, number in enumerate(shapes, 1)})
        return self._number(
            SPRITE, b"".join([struct.pack("<H", 1), *parts, _tag(SHOW), _tag(END)])
        )

    def news(self) -> bytes:
        """Return the tags of what was defined since last time."""
        found = b"".join(self.written)
        self.written.clear()
        return found

    def _number(self, code: int, content: bytes) -> int:
        key = bytes([code]) + content
        if key not in self.numbers:
            if len(self.numbers) == MOST:
                fact = f"more than {MOST} shapes, as many as a file can number"
                raise DrawError("swf", fact, "fewer things, or fewer frames")
            self.numbers[key] = len(self.numbers) + 1
            self.written.append(_tag(code, struct.pack("<H", self.numbers[key]) + content))
        return self.numbers[key]


def _staged(before: dict[int, Placed], things: list[Placed]) -> dict[int, Placed]:
    """Return what stands at which depth; a name keeps its own where the order lets it."""
    old = dict(zip(_counted(list(before.values())), before, strict=True))
    now: dict[int, Placed] = {}
    top, last = max(before, default=0), 0
    for key, thing in zip(_counted(things), things, strict=True):
        depth = old.get(key, 0)
        if depth <= last:
            depth = top = max(top, last) + 1
        now[depth] = thing
        last = depth
    return now if last <= MOST else dict(enumerate(things, 1))


def _counted(things: list[Placed]) -> list[tuple[str, int]]:
    """Return each name and how often it came before."""
    seen = Counter[str]()
    found = []
    for _, name in things:
        found.append((name, seen[name]))
        seen[name] += 1
    return found


def _changes(before: dict[int, Placed], now: dict[int, Placed]) -> list[bytes]:
    """Return the tags that put on the stage what stands there now."""
    tags = []
    for depth in sorted({*before, *now}):
        old, new = before.get(depth), now.get(depth)
        if old == new:
            continue
        # Shapes, which have no names, can be exchanged; of a sprite players keep the old one.
        shapes = old is not None and new is not None and old[1] == new[1] == ""
        if old is not None and not shapes:
            tags.append(_tag(REMOVE, struct.pack("<H", depth)))
        if new is not None:
            tags.append(_put(depth, *new, shapes))
    return tags


def _put(depth: int, number: int, name: str, instead: bool) -> bytes:
    """Return PlaceObject2: instead of what stands there, or anew, unmoved, with a name."""
    if instead:
        return _tag(PLACE, struct.pack("<BHH", 0x03, depth, number))
    said = name.replace("\0", " ").encode("utf-8", "replace") + b"\0" if name else b""
    flags = 0x26 if name else 0x06  # HasName, HasMatrix, HasCharacter
    return _tag(PLACE, struct.pack("<BHHB", flags, depth, number, 0) + said)


def _tag(code: int, content: bytes = b"") -> bytes:
    """Return a record: its code and length, and what it holds."""
    if len(content) < 63:
        return struct.pack("<H", code << 6 | len(content)) + content
    return struct.pack("<HI", code << 6 | 63, len(content)) + content


def _shape(path: Path, paint: Paint) -> bytes:
    """Return DefineShape4 after its number: one fill, on the right of all edges."""
    outlines = [contour.cubics for contour in path.contours if contour.closed]
    _check_far(*outlines)
    curves = [quadratics(cubics, NEAR, LONGEST) for cubics in outlines]
    bounds = _bounds(curves)
    fill = bytes([1, 0, *levels(paint.colour), int(paint.alpha * 255 + 0.5)])
    bits = [edge for curve in curves for edge in _edges(curve)]
    # 4: UsesFillWindingRule. 0: no styles of lines. 0x10: one bit tells a fill, none a line.
    return bounds * 2 + b"\x04" + fill + b"\0\x10" + _bytes([*bits, "000000"])


def _bounds(curves: list[Floats]) -> bytes:
    """Return the RECT around quadratics, which turn where t = (a - h) / (a - 2 h + b)."""
    if not curves:
        return _rectangle(np.zeros((2, 2)))
    a, h, b = np.moveaxis(np.rint(np.concatenate(curves)), 1, 0)
    bend = a - 2 * h + b
    t = np.clip(np.divide(a - h, bend, out=np.zeros_like(a), where=bend != 0), 0, 1)
    points = np.concatenate([a, b, (1 - t) ** 2 * a + 2 * t * (1 - t) * h + t * t * b])
    return _rectangle(np.array([np.floor(points.min(0)), np.ceil(points.max(0))]))


def _edges(curves: Floats) -> list[str]:
    """Return the bits of one contour, closed.

    Parameters
    ----------
    curves
        (n, 3, 2): begin, handle and end of each, in twips.
    """
    straight = np.abs(curves[:, 1] - (curves[:, 0] + curves[:, 2]) / 2).max(1) < 1e-6
    points = np.rint(curves).astype(np.int64)
    steps = np.diff(points, axis=1).reshape(-1, 4).tolist()
    # StyleChangeRecord: the pen moves, and the fill on the right is number 1.
    bits = ["000101", _signed(points[0, 0].tolist()), "1"]
    for line, step in zip(straight.tolist(), steps, strict=True):
        hx, hy, ex, ey = step
        if line:
            bits.append("11" + _signed([hx + ex, hy + ey], 4, "1"))  # 1: not along an axis
        else:
            bits.append("10" + _signed(step, 4))
    return bits


def _signed(numbers: list[int], field: int = 5, between: str = "") -> str:
    """Return signed numbers of one width, after a field that tells it; edges tell it less 2."""
    less = 2 if field == 4 else 0
    width = max(less, *((n if n >= 0 else ~n).bit_length() + 1 for n in numbers))
    digits = "".join(f"{n & (1 << width) - 1:0{width}b}" for n in numbers)
    return f"{width - less:0{field}b}{between}{digits}"


def _rectangle(corners: Floats) -> bytes:
    """Return a RECT around two corners, of whole twips."""
    (left, top), (right, bottom) = corners.astype(np.int64).tolist()
    return _bytes([_signed([left, right, top, bottom])])


def _bytes(bits: list[str]) -> bytes:
    """Return bits, the last byte filled up with zeros."""
    text = "".join(bits)
    count = -(-len(text) // 8)
    return int(text.ljust(8 * count, "0"), 2).to_bytes(count, "big")


def _check_far(*points: Floats) -> None:
    """Refuse points that are too far away to be said."""
    far = max((float(np.abs(some).max()) for some in points), default=0.0)
    if far > FARTHEST:
        fact = f"a point is {far / TWIPS:.3g} pixels away; at most {FARTHEST // TWIPS} can be"
        raise DrawError("swf", fact, "a lower resolution")


SWF = Output(".swf", "Outlines for Flash Player and Ruffle, by their names.", write)
