"""Small networks drawn at random: 3 to 8 nodes that read each other in every way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from tests.ops.graphs import Planes
from tests.ops.strategies import numbers

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network

LARGEST = 18  # pixels on a side: what grows is small before it grows
WIDEST = 9


@dataclass(frozen=True)
class Value:
    """A value of the graph, at the sizes of the drawn input."""

    name: str
    channels: int
    height: int
    width: int

    @property
    def size(self) -> tuple[int, int]:
        return self.height, self.width


class Drawing:
    """A graph while it is being drawn: every node adds its values."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.builder = draw, Builder("drawn")
        channels, height, width = (draw(st.integers(1, n)) for n in (5, 9, 9))
        self.builder.input("x", ("batch", channels, "height", "width"))
        self.start = Value("x", channels, height, width)
        self.values = [self.start]
        self.unread = {"x"}
        self.seed = draw(st.integers(0, 99))

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def read(self) -> Value:
        """Read the last value, mostly."""
        last = self.whole(0, 3) > 0
        value = self.values[-1] if last else self.draw(st.sampled_from(self.values))
        self.unread.discard(value.name)
        return value

    def weights(self, *shape: int, scale: float = 1.0) -> str:
        self.seed += 1
        return self.builder.constant("weights", numbers(self.seed, *shape) * np.float32(scale))

    def add(
        self, op: str, operands: Sequence[str], channels: int, size: tuple[int, int], **more
    ) -> None:
        name = f"v{len(self.values)}"
        self.builder.node(op, operands, name, f"{op.lower()}{len(self.values)}", **more)
        self.values.append(Value(name, channels, *size))
        self.unread.add(name)

    # Nodes ----------------------------------------------------------------------------

    def conv(self, x: Value) -> bool:
        kernel, strides, dilations = ([self.whole(1, n) for _ in "yx"] for n in (3, 2, 2))
        pads = [self.whole(0, 2) for _ in range(4)]
        size = [
            (n + pads[i] + pads[i + 2] - dilations[i] * (kernel[i] - 1) - 1) // strides[i] + 1
            for i, n in enumerate(x.size)
        ]
        if min(size) < 1:
            return False
        group = x.channels if self.whole(0, 3) == 0 else 1
        outputs = group * self.whole(1, 2) if group > 1 else self.whole(1, 6)
        if outputs > WIDEST:
            return False
        fan = (x.channels // group) * kernel[0] * kernel[1]
        operands = [
            x.name,
            self.weights(outputs, x.channels // group, *kernel, scale=fan**-0.5),
        ]
        operands += [self.weights(outputs)] if self.chance() else []
        windows = {"strides": strides, "dilations": dilations, "pads": pads, "group": group}
        self.add("Conv", operands, outputs, tuple(size), **windows)
        return True

    def pixelwise(self, x: Value) -> bool:
        """A 1x1 convolution: what fuses most."""
        outputs = self.whole(1, 6)
        kernel = self.weights(outputs, x.channels, 1, 1, scale=x.channels**-0.5)
        self.add("Conv", [x.name, kernel, self.weights(outputs)], outputs, x.size)
        return True

    def deconv(self, x: Value) -> bool:
        kernel, strides = ([self.whole(1, n) for _ in "yx"] for n in (4, 3))
        pads = [self.whole(0, 2) for _ in range(4)]
        size = [
            (n - 1) * strides[i] + kernel[i] - pads[i] - pads[i + 2]
            for i, n in enumerate(x.size)
        ]
        if min(size) < 1 or max(size) > LARGEST:
            return False
        outputs = self.whole(1, 5)
        fan = x.channels * kernel[0] * kernel[1] / (strides[0] * strides[1])
        operands = [x.name, self.weights(x.channels, outputs, *kernel, scale=fan**-0.5)]
        operands += [self.weights(outputs)] if self.chance() else []
        self.add("ConvTranspose", operands, outputs, tuple(size), strides=strides, pads=pads)
        return True

    def pool(self, x: Value) -> bool:
        kernel, strides = ([self.whole(1, n) for _ in "yx"] for n in (3, 2))
        pads = [self.whole(0, k - 1) for k in (*kernel, *kernel)]
        size = [
            (n + pads[i] + pads[i + 2] - kernel[i]) // strides[i] + 1
            for i, n in enumerate(x.size)
        ]
        if min(size) < 1:
            return False
        windows = {"kernel_shape": kernel, "strides": strides, "pads": pads}
        op = "MaxPool" if self.chance() else "AveragePool"
        self.add(op, [x.name], x.channels, tuple(size), **windows)
        return True

    def bend(self, x: Value) -> bool:
        op = self.draw(st.sampled_from(["Relu", "PRelu", "Sigmoid", "Tanh", "Abs"]))
        operands = [x.name, self.weights(x.channels, 1, 1)] if op == "PRelu" else [x.name]
        self.add(op, operands, x.channels, x.size)
        return True

    def gate(self, x: Value) -> bool:
        """A mean or an extreme of rows, columns or both, mixed, and multiplied with them."""
        axes = self.draw(st.sampled_from([[2, 3], [2], [3], [3, 2]]))
        op = self.draw(st.sampled_from(["ReduceMean", "ReduceMax", "ReduceMin"]))
        size = (1 if 2 in axes else x.height, 1 if 3 in axes else x.width)
        self.add(op, [x.name, self.builder.constant("axes", axes)], x.channels, size)
        kernel = self.weights(x.channels, x.channels, 1, 1, scale=x.channels**-0.5)
        for op, operands in (("Conv", [kernel]), ("Tanh", [])):
            last = self.values[-1].name
            self.unread.discard(last)
            self.add(op, [last, *operands], x.channels, size)
        gate = self.values[-1].name
        self.unread.discard(gate)
        op = self.draw(st.sampled_from(["Add", "Mul"]))
        both = [x.name, gate] if self.chance() else [gate, x.name]
        self.add(op, both, x.channels, x.size)
        return True

    def number(self, x: Value) -> bool:
        op = self.draw(st.sampled_from(["Add", "Mul", "Sub", "Max"]))
        each = self.weights(x.channels, 1, 1) if self.chance() else self.weights()
        operands = [x.name, each]
        self.add(op, operands if self.chance() else operands[::-1], x.channels, x.size)
        return True

    def _partner(self, x: Value, channels: Sequence[int]) -> Value | None:
        fit = [v for v in self.values if v.size == x.size and v.channels in channels]
        if not fit:
            return None
        other = self.draw(st.sampled_from(fit))
        self.unread.discard(other.name)
        return other

    def skip(self, x: Value) -> bool:
        """Two planes, or a plane and itself."""
        other = self._partner(x, (x.channels, 1))
        if other is None:
            return False
        op = self.draw(st.sampled_from(["Add", "Add", "Sub", "Mul"]))
        self.add(op, [x.name, other.name], max(x.channels, other.channels), x.size)
        return True

    def concat(self, x: Value) -> bool:
        other = self._partner(x, range(1, WIDEST + 1 - x.channels))
        if other is None:
            return False
        self.add("Concat", [x.name, other.name], x.channels + other.channels, x.size, axis=1)
        return True

    def crop(self, x: Value) -> bool:
        first = [self.whole(0, min(3, n - 1)) for n in x.size]
        last = [self.whole(0, min(2, n - 1 - f)) for n, f in zip(x.size, first, strict=True)]
        ends = [-n if n else 2**31 - 1 for n in last]
        bounds = [self.builder.constant("bounds", b) for b in (first, ends, [2, 3])]
        size = [n - f - e for n, f, e in zip(x.size, first, last, strict=True)]
        self.add("Slice", [x.name, *bounds], x.channels, tuple(size))
        return True

    def some(self, x: Value) -> bool:
        """Some of the channels."""
        first = self.whole(0, x.channels - 1)
        end = self.whole(first + 1, x.channels)
        bounds = [self.builder.constant("bounds", [b]) for b in (first, end, 1)]
        self.add("Slice", [x.name, *bounds], end - first, x.size)
        return True

    def pad(self, x: Value) -> bool:
        mode = self.draw(st.sampled_from(["constant", "edge", "reflect"]))
        most = [min(3, n - 1) if mode == "reflect" else 3 for n in (*x.size, *x.size)]
        y, x0, y1, x1 = (self.whole(0, n) for n in most)
        operands = [x.name, self.builder.constant("pads", [0, 0, y, x0, 0, 0, y1, x1])]
        if mode == "constant" and self.chance():
            operands.append(self.weights())
        size = (x.height + y + y1, x.width + x0 + x1)
        self.add("Pad", operands, x.channels, size, mode=mode)
        return max(size) <= LARGEST

    def finish(self) -> tuple[Network, Planes]:
        for value in self.values[1:]:
            if value.name in self.unread or value is self.values[-1]:
                self.builder.output(value.name)
        x = self.start
        feeds = {"x": numbers(self.seed, x.channels, *x.size)}
        return Network("drawn", self.builder.finish(), "drawn.prototxt"), feeds


NODES = (
    Drawing.conv,
    Drawing.conv,
    Drawing.pixelwise,
    Drawing.deconv,
    Drawing.deconv,
    Drawing.pool,
    Drawing.gate,
    Drawing.bend,
    Drawing.bend,
    Drawing.number,
    Drawing.skip,
    Drawing.concat,
    Drawing.crop,
    Drawing.some,
    Drawing.pad,
)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, Planes]:
    """Draw a network and an input for it; what nobody reads is an output."""
    drawing = Drawing(draw)
    wanted = draw(st.integers(3, 8))
    for _ in range(2 * wanted):
        if len(drawing.values) > wanted:
            break
        draw(st.sampled_from(NODES))(drawing, drawing.read())
    if len(drawing.values) == 1:
        drawing.bend(drawing.start)
    return drawing.finish()
