"""Read back: the textures of a user shader, bit for bit, through a host that shows 0..1.

Passes are added after those of the file, which are left as they are. They draw a picture of
textures: the channels of a plane beside each other, as often as they fit, and four times below
each other, for the four bytes of their numbers. A byte is a 256th, which every texture and
every sample of 16 bits keeps. So numbers beyond 0..1 are seen as they were stored, and so are
those that are none. A pass that binds all it can is followed by another that keeps its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.pixel.size import tree_at
from texelnet.shader.targets.mpv import HOOKED

Planes = NDArray[np.float32]
ACROSS = 8192
"""Columns of the picture, at most, if a plane is not wider itself."""
LONGEST = 16384
"""Rows of the picture: what hosts take."""
BINDS = 14
"""Textures that are read at a time; the picture is bound besides."""
_BODY = """
  if (g.y >= {top} && g.y < {top} + {tall}) {{
    int line = (g.y - {top}) / {height};
    int channel = line / 4 * {across} + g.x / {width};
    ivec2 at = ivec2(g.x % {width}, (g.y - {top}) % {height});
    int pack = channel / 4;
    byte = line % 4;
    vec4 texel = vec4(0.0);{texels}
    if (g.x < {across} * {width} && channel < {channels}) {{ number = texel[channel % 4]; }}
  }}"""
_TEXEL = """
    if (pack >= {first} && pack < {end}) {{
      int n = pack - {first};
      ivec2 place = at * ivec2({columns}, {rows}) + ivec2(n % {columns}, n / {columns});
      texel = {name}_mul * texelFetch({name}_raw, place, 0);
    }}"""


@dataclass(frozen=True)
class Block:
    """A plane in the picture: its size, and the textures that hold its packs."""

    plane: str
    channels: int
    height: int
    width: int
    textures: tuple[tuple[str, int, int, int, int], ...]  # name, first, count, columns, rows

    @property
    def across(self) -> int:
        """Channels beside each other."""
        return max(1, min(self.channels, ACROSS // self.width))

    @property
    def tall(self) -> int:
        """Rows that it takes."""
        return -(-self.channels // self.across) * 4 * self.height

    def text(self, top: int) -> str:
        """Write what draws it from this row on."""
        texels = "".join(
            _TEXEL.format(name=name, first=first, end=first + count, columns=c, rows=r)
            for name, first, count, c, r in self.textures
        )
        return _BODY.format(
            top=top,
            tall=self.tall,
            height=self.height,
            across=self.across,
            width=self.width,
            channels=self.channels,
            texels=texels,
        )

    def numbers(self, picture: Planes, top: int) -> Planes:
        """Return its numbers, (channels, height, width), from the picture drawn."""
        part = picture[top : top + self.tall, : self.across * self.width]
        held = np.rint(part * 256).astype(np.uint32)
        held = held.reshape(-1, 4, self.height, self.across, self.width)
        bits = sum(held[:, byte] << np.uint32(24 - 8 * byte) for byte in range(4))
        planes = np.asarray(bits, np.uint32).transpose(0, 2, 1, 3)
        planes = planes.reshape(-1, self.height, self.width)[: self.channels]
        return np.ascontiguousarray(planes).view(np.float32)


def blocks(manifest: Mapping[str, Any], sizes: Mapping[str, int]) -> list[Block]:
    """Return the planes that a package's passes write, at these sizes.

    A plane of more textures than a pass binds is several blocks, in their order.
    """
    textures: dict[str, list[tuple[str, int, int, int, int]]] = {}
    for entry in manifest["passes"]:
        packs, beside = entry["packs"], entry["beside"]
        textures.setdefault(entry["writes"], []).append((entry["texture"], *packs, *beside))
    found = []
    for name, held in textures.items():
        plane = manifest["planes"][name]
        height, width = (tree_at(plane[side], sizes) for side in ("height", "width"))
        for start in range(0, len(held), BINDS):
            part = held[start : start + BINDS]
            first, end = part[0][1], part[-1][1] + part[-1][2]
            channels = min(plane["channels"], 4 * end) - 4 * first
            moved = tuple((t[0], t[1] - first, *t[2:]) for t in part)
            found.append(Block(name, channels, height, width, moved))
    return found


def together(found: Sequence[Block]) -> Iterator[list[Block]]:
    """Put blocks together that one picture holds.

    Who shows the answer's texture comes first: the next pass writes over it.
    """
    group: list[Block] = []
    for block in sorted(found, key=lambda b: all(t[0] != HOOKED for t in b.textures)):
        if group and sum(b.tall for b in (*group, block)) > LONGEST:
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _bound(group: Sequence[Block]) -> list[list[tuple[Block, int]]]:
    """Return the blocks of each pass, and the rows at which they begin."""
    passes: list[list[tuple[Block, int]]] = [[]]
    top = 0
    for block in group:
        binds = sum(len(b.textures) for b, _ in passes[-1]) + len(block.textures)
        if passes[-1] and binds > BINDS:
            passes.append([])
        passes[-1].append((block, top))
        top += block.tall
    return passes


def added(hook: str, group: Sequence[Block], least: tuple[int, int]) -> tuple[str, int, int]:
    """Return the passes that draw some planes, and their rows and columns.

    Parameters
    ----------
    hook
        What the file hooks.
    group
        The planes, from the first row down.
    least
        Rows and columns that the picture has to have, so that the file's passes run.
    """
    rows = max(sum(block.tall for block in group), least[0])
    columns = max(*(block.across * block.width for block in group), least[1])
    passes = _bound(group)
    texts = (_pass(hook, part, rows, columns, part is passes[0]) for part in passes)
    return "".join(texts), rows, columns


def _pass(
    hook: str, part: Sequence[tuple[Block, int]], rows: int, columns: int, first: bool
) -> str:
    """Write a pass; the first finds a picture of nothing, the others that of those before."""
    names = dict.fromkeys([HOOKED, *(t[0] for block, _ in part for t in block.textures)])
    head = [f"HOOK {hook}", "DESC read back", *(f"BIND {name}" for name in names)]
    head += [f"SAVE {HOOKED}", f"WIDTH {columns}", f"HEIGHT {rows}"]
    start, end = part[0][1], part[-1][1] + part[-1][0].tall
    before = f"{HOOKED}_mul * texelFetch({HOOKED}_raw, g, 0)"
    kept = f"  if (g.y < {start} || g.y >= {end}) {{ return {before}; }}"
    lines = [
        *(f"//!{line}" for line in head),
        "vec4 hook() {",
        f"  ivec2 g = ivec2({HOOKED}_pos * vec2({columns}, {rows}));",
        *([] if first else [kept]),
        "  int byte = 0;",
        "  float number = 0.0;" + "".join(block.text(top) for block, top in part),
        "  uint bits = floatBitsToUint(number) >> uint(24 - 8 * byte);",
        "  return vec4(vec3(float(bits & 255u) / 256.0), 1.0);",
        "}",
    ]
    return "\n" + "\n".join(lines) + "\n"


def unpacked(group: Sequence[Block], picture: Planes) -> Iterator[tuple[str, Planes]]:
    """Return each block's plane and numbers, from the picture that was drawn."""
    top = 0
    for block in group:
        yield block.plane, block.numbers(picture, top)
        top += block.tall
