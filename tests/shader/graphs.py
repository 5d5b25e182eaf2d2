"""Graphs written by hand, one node a line, and the passes they become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tests.ops.graphs import Planes
from tests.ops.strategies import numbers

from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.pixel import Program
from texelnet.shader.compile import simplify
from texelnet.shader.lower import lower
from texelnet.shader.schedule import COMPUTE, Schedule

PAD1 = {"pads": [1, 1, 1, 1]}
PAD2 = {"pads": [2, 2, 2, 2]}
UP = {"strides": [2, 2], "pads": [1, 1, 1, 1]}  # of a 4x4 deconvolution


class Sketch:
    """A graph in the making; arrays among the operands become constants."""

    def __init__(
        self, channels: int = 1, size: Sequence[int | str] = ("height", "width")
    ) -> None:
        self.builder, self.seed = Builder("sketch"), 0
        self.builder.input("x", ("batch", channels, *size))

    def node(self, op: str, output: str, *operands: Any, **attributes: Any) -> str:
        names = [
            o if isinstance(o, str) else self.builder.constant("constant", np.asarray(o))
            for o in operands
        ]
        return self.builder.node(op, names, output, output, **attributes)

    def weights(self, *shape: int) -> np.ndarray:
        self.seed += 1
        return numbers(self.seed, *shape)

    def conv(self, output: str, x: str, inputs: int, outputs: int, kernel: int, **more) -> str:
        weights = self.weights(outputs, inputs, kernel, kernel)
        return self.node("Conv", output, x, weights, self.weights(outputs), **more)

    def deconv(
        self, output: str, x: str, inputs: int, outputs: int, kernel: int, **more
    ) -> str:
        weights = self.weights(inputs, outputs, kernel, kernel)
        return self.node("ConvTranspose", output, x, weights, self.weights(outputs), **more)

    def prelu(self, output: str, x: str, channels: int) -> str:
        return self.node("PRelu", output, x, self.weights(channels, 1, 1))

    def crop(self, output: str, x: str, first: Sequence[int], end: Sequence[int]) -> str:
        return self.node("Slice", output, x, list(first), list(end), [2, 3])

    def finish(self, *outputs: str) -> Network:
        for name in outputs:
            self.builder.output(name)
        return Network("sketch", self.builder.finish(), "sketch.prototxt")


def picture(channels: int = 1, height: int = 7, width: int = 6) -> Planes:
    return {"x": numbers(77, channels, height, width)}


def simplified(net: Network, schedule: Schedule = COMPUTE) -> Program:
    return simplify(lower(net), schedule)


def passes(program: Program) -> list[str]:
    return [plane.name for plane in program.computed()]
