"""Dialect: how a shading language says what kernels say.

A dialect is a table. :func:`print_body` walks a kernel's statements and looks every word up
in it; where a texel comes from and goes to is the host's business and is handed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from texelnet.pixel import Size
from texelnet.pixel.expr import Axis, Place, Stretch
from texelnet.shader.kernel import (
    Accumulate,
    Barrier,
    Choose,
    Combine,
    Gather,
    Kernel,
    Load,
    Loop,
    Past,
    Recall,
    Share,
    Start,
    Statement,
    Store,
    Sweep,
    Value,
    Weight,
)


@dataclass(frozen=True)
class Dialect:
    """One shading language. Entries are format strings; {0}, {1} are operands."""

    name: str
    vector: str  # constructor of four floats
    matrix: Mapping[int, str]  # by lanes of the source: constructor of its columns
    let: str  # declares {0} as {1}: a pack
    let_int: str
    let_bool: str
    let_weights: str  # declares {0} as {1}, a vector or a matrix of the type {2}
    running: str  # declares a variable {0} beginning as {1}
    loop: str  # opens a loop over {0} up to {1}
    steps: str  # opens a loop over {0} from {1} up to {2}, by {3}
    memory: str  # declares {0}: a workgroup's memory of {1} packs
    barrier: str
    real: str  # a whole number as a float
    inside: str  # whether coordinate {0} lies in 0 .. {1}-1
    mask: str  # {1} where {2} holds, else {0}
    functions: Mapping[str, str]
    number: Callable[[float], str]


SHARED_FUNCTIONS = {
    "constant": "{0}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "max": "max({0}, {1})",
    "min": "min({0}, {1})",
    "pow": "pow({0}, {1})",
    "edge": "clamp({0}, 0, {1} - 1)",
    "reflect": "({1} - 1) - abs(({1} - 1) - abs({0}) % max(2 * ({1} - 1), 1))",
}
"""What WGSL and GLSL say alike. A function without an entry is called by its own name."""


@dataclass(frozen=True)
class Host:
    """Where texels come from and go to, in the host's words."""

    fetch: Callable[[str, str, str, str], str]  # plane, layer, x, y
    extent: Callable[[str, str], str]  # plane, "x" or "y"
    store: Callable[[int, str, str, str], str]  # layer, x, y, value
    fits: Callable[[str, str], str]  # x, y: whether it may be stored; empty where it always may
    weight: Callable[[str], str]  # index
    invocation: Mapping[str, str]  # "x", "y": the invocation's own coordinates
    local: Mapping[str, str] = field(default_factory=dict)  # in its workgroup; "index" too


def float32_digits(value: float) -> str:
    """Return the shortest decimal that reads back as the same float32."""
    assert np.isfinite(value), f"a weight is {value}"
    return str(np.float32(value))


LOCAL = {"x": "l.x", "y": "l.y", "index": "index"}
"""What hosts call an invocation's place in its workgroup, and its number there."""

Remark = Callable[[Statement], str]
"""What is said beside a statement; nothing if empty."""


def _silent(statement: Statement) -> str:
    return ""


def print_body(
    kernel: Kernel, dialect: Dialect, host: Host, remark: Remark = _silent
) -> list[str]:
    """Return the statements of a kernel as lines of the dialect, with remarks if wanted."""
    return _Printer(kernel, dialect, host, remark).lines()


def _moved(base: str, offset: int) -> str:
    return f"{base} {'-' if offset < 0 else '+'} {abs(offset)}" if offset else base


def _along(axis: Axis, text: str) -> str:
    """Print where an axis reads from a place, but for its offset."""
    if axis.p != 1:
        text = f"{axis.p} * {text}"
    if axis.q:
        text = f"{text} + {axis.q}"
    return f"({text}) / {axis.r}" if axis.r != 1 else text


@dataclass
class _Printer:
    kernel: Kernel
    dialect: Dialect
    host: Host
    remark: Remark
    head: list[str] = field(default_factory=list)  # coordinates and border checks
    named: dict[tuple[str, ...], str] = field(default_factory=dict)
    weights: dict[int, tuple[list[str], str]] = field(default_factory=dict)
    weight_count: int = 0

    def __post_init__(self) -> None:
        self.uses = Counter(id(s.matrix) for s in self.kernel.body if isinstance(s, Accumulate))

    def lines(self) -> list[str]:
        body = self.block(self.kernel.body)
        return [*self.head, *body]

    def block(self, statements: tuple[Statement, ...]) -> list[str]:
        lines: list[str] = []
        stores: list[Store] = []
        for s in statements:
            if isinstance(s, Store):
                stores.append(s)
            elif isinstance(s, Loop):
                lines.append(self.dialect.loop.format("pack", s.count))
                lines += ["  " + line for line in self.block(s.body)] + ["}"]
            elif isinstance(s, Sweep):
                lines += self.sweep(s)
            elif isinstance(s, Share):
                lines += self.share(s)
            elif isinstance(s, Barrier):
                lines.append(self.dialect.barrier)
            else:
                lines += self.statement(s)
                said = self.remark(s)
                lines[-1] += f"  // {said}" if said else ""
        return lines + self.stores(stores)

    def statement(self, s: Value) -> list[str]:
        d = self.dialect
        if isinstance(s, Load | Recall):
            texel = self.load(s) if isinstance(s, Load) else self.recall(s)
            return [d.let.format(s.to, texel)]
        if isinstance(s, Past):
            over, by = self.stretched(s.place, "yx"[s.axis])
            rest = f"{d.real.format(f'({over} % {by})')} / {d.real.format(by)}"
            return [d.let.format(s.to, f"{d.vector}({rest})")]
        if isinstance(s, Start):
            return [d.running.format(s.to, self.vector(s.value))]
        if isinstance(s, Accumulate):
            return self.accumulate(s)
        if isinstance(s, Combine):
            return [d.let.format(s.to, self.combination(s))]
        if isinstance(s, Gather):
            lanes = [f"{v[0]}.{'xyzw'[v[1]]}" if v else "0.0" for v in s.lanes]
            return [d.let.format(s.to, f"{d.vector}({', '.join(lanes)})")]
        if isinstance(s, Choose):
            return self.choose(s)
        words = [a if isinstance(a, str) else self.vector(a) for a in s.arguments]
        if s.function == "sum":
            return [d.let.format(s.to, " + ".join(words))]
        function = d.functions.get(s.function, s.function + "({0})")
        return [d.let.format(s.to, function.format(*words))]

    # Coordinates and borders ----------------------------------------------------------

    def name(self, stem: str, declare: str, text: str) -> str:
        """Name a coordinate or a check once, at the head of the shader."""
        key = (stem, text)
        if key not in self.named:
            count = sum(k[0] == stem for k in self.named)
            self.named[key] = f"{stem}{count}"
            self.head.append(declare.format(self.named[key], text))
        return self.named[key]

    def size(self, size: Size) -> str:
        """Print a size, as the host's textures tell it."""
        text = size.text(lambda name: self.host.extent(*self.kernel.sides[name]))
        return text.replace("//", "/")

    def stretched(self, place: Stretch, direction: str) -> tuple[str, str]:
        """Name (p*o + q) and r of a place that hangs on sizes."""
        text = (
            f"({self.size(place.p)}) * {self.host.invocation[direction]} + {self.size(place.q)}"
        )
        declare = self.dialect.let_int
        return self.name("over", declare, text), self.name("by", declare, self.size(place.r))

    def coordinate(self, axis: Place, direction: str) -> str:
        if isinstance(axis, Stretch):
            over, by = self.stretched(axis, direction)
            base = self.name(direction, self.dialect.let_int, f"{over} / {by}")
            return _moved(base, axis.offset)
        if not axis.p:
            return str(axis.offset)
        d, text = self.dialect, _along(axis, self.host.invocation[direction])
        named = text if text.isidentifier() else self.name(direction, d.let_int, text)
        return _moved(named, axis.offset)

    def load(self, s: Load) -> str:
        d, checks = self.dialect, []
        at = {"y": self.coordinate(s.y, "y"), "x": self.coordinate(s.x, "x")}
        for direction, leaves in zip("yx", s.outside, strict=True):
            if not leaves:
                continue
            extent = self.host.extent(s.plane, direction)
            if s.border.kind == "constant" or s.presence:
                stem = "row" if direction == "y" else "column"
                check = d.inside.format(at[direction], extent)
                checks.append(self.name(stem, d.let_bool, check))
            else:
                stem = f"{s.border.kind}_{direction}"
                function = d.functions[s.border.kind].format(at[direction], extent)
                at[direction] = self.name(stem, d.let_int, function)
        both = " && ".join(checks)
        if s.presence:
            ones = self.vector(np.ones(4))
            return d.mask.format(self.vector(np.zeros(4)), ones, both) if checks else ones
        layer = "pack" if s.layer is None else str(s.layer)
        texel = self.host.fetch(s.plane, layer, at["x"], at["y"])
        if not checks:
            return texel
        return d.mask.format(self.vector(np.full(4, s.border.value)), texel, both)

    def share(self, s: Share) -> list[str]:
        """Print a loop in which a workgroup reads a tile; each invocation takes its turns."""
        d, host, (rows, columns) = self.dialect, self.host, s.shape
        group = self.kernel.workgroup[0] * self.kernel.workgroup[1]
        lines = []
        sides = (("down", "y", s.y, "/"), ("right", "x", s.x, "%"))
        for name, side, axis, by in sides:
            first = _along(axis, f"({host.invocation[side]} - {host.local[side]})")
            text = f"{_moved(first, axis.offset)} + i {by} {columns}"
            lines.append(d.let_int.format(name, text))
        place = replace(host, invocation={"y": "down", "x": "right"})
        reader = _Printer(self.kernel, d, place, self.remark)
        texels = [f"{load.to}[i] = {reader.load(load)};" for load in s.loads]
        lines += [*reader.head, *texels]
        begin = d.steps.format("i", host.local["index"], rows * columns, group)
        return [begin, *("  " + line for line in lines), "}"]

    def recall(self, s: Recall) -> str:
        columns = self.kernel.memory[s.memory][1]
        y, x = (_along(a, self.host.local[side]) for a, side in ((s.y, "y"), (s.x, "x")))
        at = self.name("at", self.dialect.let_int, f"{y} * {columns} + {x}")
        return f"{s.memory}[{_moved(at, s.y.offset * columns + s.x.offset)}]"

    def sweep(self, s: Sweep) -> list[str]:
        """Print a loop over all rows or columns; it begins with the first of them."""
        d, across = self.dialect, "yx"[1 - s.axis]
        extent = self.host.extent(s.plane, "yx"[s.axis])
        if s.function == "count":
            return [d.let.format(s.to, f"{d.vector}({d.real.format(extent)})")]

        def texel(place: str) -> str:
            at = {"yx"[s.axis]: place, across: self.coordinate(s.at, across)}
            return self.host.fetch(s.plane, str(s.layer), at["x"], at["y"])

        extreme = s.function in ("max", "min")
        added = f"{s.to} += {texel('place')};"
        if extreme:
            better = d.functions[s.function].format(s.to, texel("place"))
            added = f"{s.to} = {better};"
        start = texel("0") if extreme else self.vector(np.zeros(4))
        lines = [d.running.format(s.to, start), d.loop.format("place", extent)]
        lines += [f"  {added}", "}"]
        if s.function == "mean":
            lines.append(f"{s.to} = {s.to} / {d.real.format(extent)};")
        return lines

    # Values ---------------------------------------------------------------------------

    def vector(self, values: np.ndarray | Weight) -> str:
        d = self.dialect
        if isinstance(values, Weight):
            return f"{self.host.weight(str(values.first))}[0]"
        words = [d.number(float(v)) for v in values]
        return f"{d.vector}({words[0] if len(set(words)) == 1 else ', '.join(words)})"

    def accumulate(self, s: Accumulate) -> list[str]:
        """Add matrix * source; weights that several pixels use are named once."""
        if isinstance(s.matrix, Weight):
            weight = self.host.weight(f"{s.matrix.first} + {s.matrix.step} * pack")
            return [self.added(s, f"{weight} * {s.source}")]
        lines, key = [], id(s.matrix)
        if key not in self.weights:
            constants, template = self.coefficients(s.matrix)
            if self.uses[key] > 1:
                for i, text in enumerate(constants):
                    constants[i] = f"weights{self.weight_count}"
                    self.weight_count += 1
                    kind = text.split("(", 1)[0]
                    lines.append(self.dialect.let_weights.format(constants[i], text, kind))
            self.weights[key] = (constants, template)
        constants, template = self.weights[key]
        return [*lines, self.added(s, template.format(*constants, source=s.source))]

    def added(self, s: Accumulate, product: str) -> str:
        return (
            self.dialect.running.format(s.to, product) if s.begins else f"{s.to} += {product};"
        )

    def combination(self, s: Combine) -> str:
        """Write 4.0 * a - b + c, signs between the terms."""
        text = ""
        for factor, name in s.terms:
            size = "" if abs(factor) == 1 else f"{self.dialect.number(abs(factor))} * "
            sign = "-" if factor < 0 else "+"
            text += f" {sign} {size}{name}" if text else f"{sign.strip('+')}{size}{name}"
        return text

    def coefficients(self, matrix: np.ndarray) -> tuple[list[str], str]:
        """Return a matrix's constants and how they multiply, in their shortest form."""
        lanes = matrix.shape[1]
        square = np.pad(matrix, ((0, 0), (0, 4 - lanes)))
        if np.array_equal(square, np.diag(np.diag(square))):
            if np.array_equal(square, np.eye(4)):
                return [], "{source}"
            return [self.vector(np.diag(square))], "{0} * {source}"
        used = [i for i in range(lanes) if np.any(matrix[:, i])]
        if len(used) <= 2:
            parts = [f"{{{n}}} * {{source}}.{'xyzw'[i]}" for n, i in enumerate(used)]
            return [self.vector(matrix[:, i]) for i in used], " + ".join(parts)
        words = ", ".join(self.dialect.number(float(v)) for v in matrix.T.reshape(-1))
        part = "" if lanes == 4 else f".{'xyzw'[:lanes]}"
        return [f"{self.dialect.matrix[lanes]}({words})"], f"{{0}} * {{source}}{part}"

    def choose(self, s: Choose) -> list[str]:
        sy, sx = s.phases
        y, x = self.host.invocation["y"], self.host.invocation["x"]
        phase = self.name("turn", self.dialect.let_int, f"({y} % {sy}) * {sx} + {x} % {sx}")
        lines = [self.dialect.running.format(s.to, s.options[0])]
        for index, option in enumerate(s.options[1:], 1):
            lines.append(f"if ({phase} == {index}) {{ {s.to} = {option}; }}")
        return lines

    def stores(self, stores: list[Store]) -> list[str]:
        """Write packs, those of one pixel under one check that it lies in the plane."""
        groups: dict[tuple[Axis, Axis], list[Store]] = {}
        for s in stores:
            groups.setdefault((s.y, s.x), []).append(s)
        lines = []
        for (y_axis, x_axis), group in groups.items():
            x, y = self.coordinate(x_axis, "x"), self.coordinate(y_axis, "y")
            fits = self.host.fits(x, y)
            words = [self.host.store(s.layer, x, y, s.source) for s in group]
            lines += words if not fits else [f"if ({fits}) {{", *("  " + w for w in words), "}"]
        return lines
