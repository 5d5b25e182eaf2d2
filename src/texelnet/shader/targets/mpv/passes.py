"""Passes: each a head of directives and a function `hook()`.

A fragment pass returns what one pixel is: the place in the picture, from 0 to 1, times the
pixels tells which. A compute pass stores into `out_image`. `COMPUTE` tells how many of its
texels a workgroup makes and how many invocations that are: the host starts as many groups as
cover the texture, so a group's texels are its invocations, times the pixels each makes, times
the packs beside each other.

`OFFSET` tells the next scaler how far the grid lies beside the place it has in the hooked
picture, with the other sign than a contract.
"""

from __future__ import annotations

import re
from functools import cached_property

from texelnet.errors import ShaderError
from texelnet.pixel import Size
from texelnet.shader.dialects.dialect import LOCAL, Host, print_body
from texelnet.shader.dialects.glsl import GLSL
from texelnet.shader.kernel import Kernel, is_presence, texels_read
from texelnet.shader.manifest import shape
from texelnet.shader.target import Build
from texelnet.shader.targets.mpv.sizes import Sides, polish
from texelnet.shader.targets.mpv.textures import (
    HOOKED,
    ROUNDED,
    SHOWN,
    Textures,
    weight_function,
)

LARGER = 1.2
"""A network that enlarges runs where the screen shows the video that much larger."""
MOST = {"fragment": 15, "compute": 16}
"""Textures that a pass binds. In OpenGL a fragment's each take one of 16 vertex attributes, and
the place takes the last: libplacebo gives up without a word."""

PLACED = (
    "ivec2 l = ivec2(gl_LocalInvocationID.xy);",
    "int index = int(gl_LocalInvocationIndex);",
)
"""What a pass begins with whose workgroups share tiles."""


def hook_of(build: Build) -> str:
    """Return what a network hooks."""
    assert build.contract is not None
    return "LUMA" if build.contract.channels == "luma" else "MAIN"


def spoken(line: str) -> str:
    """Return a line without what would end it."""
    return "".join(c if c.isprintable() else "?" for c in line)


class Pass:
    """One pass of a build, as text."""

    def __init__(self, build: Build, kernel: Kernel, textures: Textures) -> None:
        assert build.contract is not None
        self.build, self.kernel, self.contract = build, kernel, build.contract
        self.number = list(build.kernels).index(kernel) + 1
        self.textures, self.read = textures, textures.read(kernel)
        self.drawn = textures.holding(kernel.plane.name, kernel.layers[0])
        self.last = kernel.plane.name == build.program.outputs[0]
        self.alpha = self.last and hook_of(build) == "MAIN"
        self.weights = "" if kernel.weights is None else f"w{self.number}"

    @property
    def text(self) -> str:
        """The pass, head and body."""
        return "\n" + "\n".join([*self.head(), *self.body(), ""])

    @cached_property
    def bound(self) -> list[str]:
        """The textures that it binds: those it reads, and the picture if it must.

        Raises
        ------
        ShaderError
            The host binds fewer.
        """
        bound = dict.fromkeys(self.read)
        reads = texels_read(self.kernel.body)
        placed = self.kernel.form == "compute" or self.like
        if not placed or self.alpha or self.kernel.sides or any(map(is_presence, reads)):
            bound = {HOOKED: None, **bound}
        if self.weights:
            bound[self.weights] = None
        most = MOST[self.kernel.form]
        if len(bound) > most:
            layers = " ".join(self.kernel.notes) or self.kernel.plane.name
            fact = f"one pass would bind {len(bound)} textures, mpv binds {most}"
            where = f'{self.build.name} (layer "{layers}")'
            raise ShaderError(where, fact, "a narrower network, or fewer blobs to join")
        return list(bound)

    @property
    def like(self) -> str:
        """A texture as large as the one that is drawn; empty if it reads none."""
        same = (n for n, t in self.read.items() if t.plane.same_size(self.kernel.plane))
        return next((name for name in same if self.read[name].count == 1), "")

    # The head ------------------------------------------------------------------------------

    def head(self) -> list[str]:
        """Return the directives."""
        build, kernel, plane = self.build, self.kernel, self.kernel.plane
        sides, (columns, rows) = self.sides("HOOKED.h", "HOOKED.w"), self.drawn.beside
        layers = ", ".join(kernel.notes) or "frame"
        lines = [
            f"HOOK {hook_of(build)}",
            f"DESC {spoken(build.name)} {self.number}/{len(build.kernels)}: {spoken(layers)}, "
            f"{kernel.macs} multiply-adds",
            *(f"BIND {name}" for name in self.bound),
            f"SAVE {self.drawn.name}",
            f"WIDTH {polish(plane.width * columns, sides, build.name, self.known('x'))}",
            f"HEIGHT {polish(plane.height * rows, sides, build.name, self.known('y'))}",
            f"COMPONENTS {1 if plane.channels == 1 else 4}",
        ]
        if kernel.form == "compute":
            lines.append(f"COMPUTE {' '.join(map(str, self.groups()))}")
        if self.last and self.contract.offset:
            lines.append(f"OFFSET {-self.contract.offset:.9g} {-self.contract.offset:.9g}")
        if self.contract.scale > 1:
            wide, tall = (f"OUTPUT.{s} HOOKED.{s} {LARGER} * >" for s in "wh")
            lines.append(f"WHEN {wide} {tall} *")
        return [f"//!{line}" for line in lines]

    def known(self, axis: str) -> dict[str, Size]:
        """Return how large the planes are that it reads, by their textures."""
        side, n = ("w", 0) if axis == "x" else ("h", 1)
        return {
            f"{name}.{side}" + (f" {t.beside[n]} /" if t.beside[n] > 1 else ""): of
            for name, t in self.read.items()
            for of in (t.plane.width if axis == "x" else t.plane.height,)
            if name != HOOKED
        }

    def groups(self) -> tuple[int, int, int, int]:
        """Return the texels of a workgroup and its invocations, columns first."""
        store = self.kernel.store
        across, down = self.kernel.workgroup
        columns, rows = self.drawn.beside
        return across * store.x.p * columns, down * store.y.p * rows, across, down

    def sides(self, height: str, width: str) -> Sides:
        """What the free sizes of the picture are called."""
        source = self.build.program.planes[self.build.program.inputs[0]]
        return {str(source.height): height, str(source.width): width}

    # The body ------------------------------------------------------------------------------

    def body(self) -> list[str]:
        """Return the functions, `hook()` the last."""
        reads = dict.fromkeys(shape(p) for p in self.kernel.reads)
        turned = self.contract.channels == "bgr"
        return [
            *(f"// reads   {spoken(text)}" for text in reads),
            f"// writes  {spoken(shape(self.kernel.plane))}",
            *(texture.function(turned) for texture in self.read.values()),
            *(weight_function(self.weights) if self.weights else ()),
            *ROUNDED,
            *([SHOWN] if self.last else ()),
            *(self.compute() if self.kernel.form == "compute" else self.fragment()),
        ]

    def compute(self) -> list[str]:
        """Write the `hook()` that stores."""
        grid = self.drawn.beside if self.drawn.count > 1 else ()
        by = f" / ivec2({', '.join(map(str, grid))})" if grid else ""
        body = [
            "ivec2 g = ivec2(gl_GlobalInvocationID.xy);",
            *(PLACED if self.kernel.memory else ()),
            f"ivec2 drawn = imageSize(out_image){by};",
            *self.statements(),
        ]
        memory = (
            GLSL.memory.format(name, rows * columns)
            for name, (rows, columns) in self.kernel.memory.items()
        )
        return [*memory, "void hook() {", *self.sized(body), "}"]

    def fragment(self) -> list[str]:
        """Write the `hook()` that returns."""
        if self.like:
            place = f"{self.like}_pos * {self.like}_size"
        else:
            width, height = (self.extent(self.kernel.plane.name, axis) for axis in "xy")
            place = f"{HOOKED}_pos * vec2({width}, {height})"
        answer = self.answer("result", f"{HOOKED}_pos")
        body = [f"ivec2 g = ivec2({place});", "vec4 result;", *self.statements()]
        return ["vec4 hook() {", *self.sized([*body, f"return {answer};"]), "}"]

    def sized(self, lines: list[str]) -> list[str]:
        """Return the lines of a body, the picture's size before them if they name it."""
        named = any(re.search(r"\bsize\.", line) for line in lines)
        lines = [f"ivec2 size = ivec2({HOOKED}_size);", *lines] if named else lines
        return [f"  {line}" for line in lines]

    def statements(self) -> list[str]:
        """Return the kernel's statements in GLSL."""
        compute = self.kernel.form == "compute"
        host = Host(
            fetch=self.textures.fetch,
            extent=self.extent,
            weight=lambda index: f"weights({index})",
            store=self.stored if compute else lambda _, x, y, value: f"result = {value};",
            fits=lambda x, y: f"{x} < drawn.x && {y} < drawn.y" if compute else "",
            invocation={"x": "g.x", "y": "g.y"},
            local=LOCAL,
        )
        return print_body(self.kernel, GLSL, host)

    def extent(self, plane: str, axis: str) -> str:
        """Return how wide or tall a plane is."""
        for texture in self.read.values():
            if texture.plane.name == plane:
                beside = texture.beside["xy".index(axis)]
                by = f" / {beside}" if texture.count > 1 else ""
                return f"int({texture.name}_size.{axis}){by}"
        of = self.build.program.planes[plane]
        size = of.width if axis == "x" else of.height
        sides = self.sides("size.y", "size.x")
        return size.text(lambda name: sides[name]).replace("//", "/")

    def stored(self, pack: int, x: str, y: str, value: str) -> str:
        """Write the statement that stores a pack of a pixel."""
        place = f"(vec2({x}, {y}) + 0.5) / vec2(drawn)"
        at = self.drawn.written(pack, x, y)
        return f"imageStore(out_image, {at}, {self.answer(value, place)});"

    def answer(self, value: str, place: str) -> str:
        """Return what is drawn; a colour network's last pass keeps the video's alpha."""
        if not self.last:
            return f"rounded({value})"
        if not self.alpha:
            return f"shown({value})"
        order = "bgr" if self.contract.channels == "bgr" else "rgb"
        return f"vec4(shown({value}).{order}, {HOOKED}_tex({place}).a)"
