"""Textures: where a plane's packs lie, and how a texel of them is read and written.

A fragment pass draws one texture of four channels, so each pack of a plane is a texture of its
own. A compute pass stores where it likes: its packs lie side by side in one texture, pixel by
pixel in a grid, so that a wide plane takes few of the sixteen that a pass may bind.

`NAME_raw` is the texture of a name; samples of ten bits lie in sixteen there, and `NAME_mul`
stretches them. Weights that are too many for literals are a texture of the file's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from texelnet.pixel import Plane
from texelnet.shader.kernel import Kernel, is_presence, texels_read
from texelnet.shader.target import Build

HOOKED = "HOOKED"
"""The picture, and the name under which what is drawn is shown."""
ROUNDED = (
    "vec4 rounded(vec4 v) {  // to 11 bits, so that the texture has nothing to cut off",
    "  uvec4 bits = floatBitsToUint(v);",
    "  return uintBitsToFloat((bits + 0xFFFu + (bits >> 13 & 1u)) & 0xFFFFE000u);",
    "}",
)
SHOWN = "vec4 shown(vec4 v) { return rounded(v); }"
"""What the pass that is shown gives every pixel to, once in a file."""
MATRICES = 512
"""Weight matrices in a row of their texture: its 2048 texels fit every host."""


@dataclass(frozen=True)
class Texture:
    """Packs of a plane, from the first on, in a grid at each of its pixels."""

    name: str
    plane: Plane
    first: int = 0
    count: int = 1

    @property
    def beside(self) -> tuple[int, int]:
        """Packs side by side and below each other: least waste, not over twice as wide."""
        grids = [
            (columns, -(-self.count // columns))
            for columns in range(1, self.count + 1)
            if columns >= -(-self.count // columns) >= columns / 2
        ]
        return min(grids, key=lambda grid: (grid[0] * grid[1], grid[0]))

    def place(self, pack: int) -> tuple[int, int]:
        """Return the column and row of one of its packs, counted from its first."""
        return pack % self.beside[0], pack // self.beside[0]

    def function(self, turned: bool) -> str:
        """Write the function that reads one texel; ``turned`` pictures are blue first."""
        given, at = "int x, int y", "x, y"
        if self.count > 1:
            given, at = f"{given}, int column, int row", "{} * x + column, {} * y + row"
            at = at.format(*self.beside)
        texel = f"texelFetch({self.name}_raw, ivec2({at}), 0)"
        if self.name == HOOKED:
            texel = f"({HOOKED}_mul * {texel})" + (".bgra" if turned else "")
        return f"vec4 {self.name}_at({given}) {{ return {texel}; }}"

    def read(self, pack: str, x: str, y: str) -> str:
        """Read a texel; ``pack`` is a number, or what a loop calls it."""
        if self.count == 1:
            return f"{self.name}_at({x}, {y})"
        if pack.isdecimal():
            column, row = map(str, self.place(int(pack) - self.first))
        else:
            number = f"({pack} - {self.first})" if self.first else pack
            column, row = f"{number} % {self.beside[0]}", f"{number} / {self.beside[0]}"
        return f"{self.name}_at({x}, {y}, {column}, {row})"

    def written(self, pack: int, x: str, y: str) -> str:
        """Return the place where a pack of a pixel is stored."""
        if self.count == 1:
            return f"ivec2({x}, {y})"
        column, row = self.place(pack)
        return f"ivec2({x}, {y}) * ivec2({self.beside[0]}, {self.beside[1]})" + (
            f" + ivec2({column}, {row})" if pack else ""
        )


class Textures:
    """The textures of all planes."""

    def __init__(self, build: Build) -> None:
        """Name them; two underscores in a row are GLSL's own."""
        program = build.program
        self._of: dict[str, list[Texture]] = {}
        for name in program.inputs:
            self._of[name] = [Texture(HOOKED, program.planes[name])]
        numbers = {name: number for number, name in enumerate(program.planes)}
        for kernel in build.kernels:
            plane, (first, count) = kernel.plane, kernel.layers
            name = f"t{numbers[plane.name]}_{_stem(plane.name)}_{first}"
            if plane.name == program.outputs[0]:
                name = HOOKED
            self._of.setdefault(plane.name, []).append(Texture(name, plane, first, count))

    def holding(self, plane: str, pack: int) -> Texture:
        """Return the texture that holds a pack."""
        return next(t for t in self._of[plane] if t.first <= pack < t.first + t.count)

    def read(self, kernel: Kernel) -> dict[str, Texture]:
        """Return the textures that a pass reads, by name."""
        found: dict[str, Texture] = {}
        for load in texels_read(kernel.body):
            if is_presence(load):
                continue
            several = self._of[load.plane]
            if load.layer is not None:
                several = [self.holding(load.plane, load.layer)]
            found |= {texture.name: texture for texture in several}
        return found

    def fetch(self, plane: str, pack: str, x: str, y: str) -> str:
        """Read a texel; where a loop counts the packs, from the texture that holds it."""
        if pack.isdecimal():
            return self.holding(plane, int(pack)).read(pack, x, y)
        *others, last = self._of[plane]
        texel = last.read(pack, x, y)
        for texture in reversed(others):
            end = texture.first + texture.count
            texel = f"{pack} < {end} ? {texture.read(pack, x, y)} : {texel}"
        return f"({texel})" if others else texel


def _stem(name: str) -> str:
    return "_".join(p for p in word(name).replace("-", "_").split("_") if p)[:40] or "plane"


def word(text: str) -> str:
    """Return a text without what names of files and textures can't have."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in text)[:60]


# Weights -----------------------------------------------------------------------------------


def weight_function(name: str) -> list[str]:
    """Write the function that reads a matrix, column by column."""
    columns = ", ".join(f"texelFetch({name}, p + ivec2({c}, 0), 0)" for c in range(4))
    return [
        "mat4 weights(int i) {",
        f"  ivec2 p = ivec2(i % {MATRICES} * 4, i / {MATRICES});",
        f"  return mat4({columns});",
        "}",
    ]


def weight_texture(name: str, weights: np.ndarray) -> str:
    """Write matrices (n, 4, 4) as a texture: 32-bit floats in hexadecimal digits."""
    rows = -(-len(weights) // MATRICES)
    beside = MATRICES if rows > 1 else len(weights)
    held = np.zeros((rows * beside, 4, 4), "<f4")
    held[: len(weights)] = weights.transpose(0, 2, 1)  # GLSL keeps matrices by columns
    head = ("TEXTURE " + name, f"SIZE {4 * beside} {rows}", "FORMAT rgba32f", "FILTER NEAREST")
    return "\n" + "".join(f"//!{line}\n" for line in head) + held.tobytes().hex() + "\n"
