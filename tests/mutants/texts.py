"""Mutants of the emitted text that have a name: the cause, and the layer, that must be told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from tests.mutants.mutants import (
    drop_the_bias,
    replicate_the_border,
    return_at_once,
    swap_phases,
)

from texelnet.shader.precision import Precision

TEXEL = re.compile(
    r"  let texel(\d+) = (.*plane0_at\(x0(?: ([+-] \d+))?, y0(?: ([+-] \d+))?(?:, (\d))?\).*);"
)


@dataclass(frozen=True)
class TextMutant:
    """A shader of a network's fragments, edited."""

    name: str
    network: str
    edit: Callable[[str], str]
    cause: str
    layer: str = ""
    precision: Precision = field(default_factory=Precision)


def turn_the_kernel(text: str) -> str:
    """Every texel of a kernel is read where the one with rows for columns belongs."""
    reads = {(m[3], m[4], m[5]): m[2] for m in TEXEL.finditer(text)}

    def turned(found: re.Match[str]) -> str:
        return f"  let texel{found[1]} = {reads[found[4], found[3], found[5]]};"

    return TEXEL.sub(turned, text) if len(reads) >= 9 else text


def turn_matrices(text: str) -> str:
    def turned(found: re.Match[str]) -> str:
        numbers = np.array(found[1].split(", ")).reshape(4, 4)
        return f"mat4x4f({', '.join(numbers.T.reshape(-1))})"

    return re.sub(r"mat4x4f\(([^()]*)\)", turned, text)


def blue_first(text: str) -> str:
    if "pass 1 of" not in text:
        return text
    return text.replace(" = plane0_at(x0, y0);", " = plane0_at(x0, y0).zyxw;")


def no_range(text: str) -> str:
    return text.replace("vec4f(255.0, 255.0, 255.0, 0.0)", "vec4f(1.0, 1.0, 1.0, 0.0)")


MUTANTS = (
    TextMutant("replicated", "stamp", replicate_the_border, "border repeated", "think"),
    TextMutant("no bias", "stamp", drop_the_bias, "dropped bias", "think"),
    TextMutant("turned", "stamp", turn_the_kernel, "transposed kernel", "think"),
    TextMutant("by rows", "stamp", turn_matrices, "transposed matrices", "think"),
    TextMutant("phases", "stamp", swap_phases, "pixel shuffle x for y", "large"),
    TextMutant("blue first", "bytes", blue_first, "BGR in"),
    TextMutant("no range", "bytes", no_range, "range not applied before the mean"),
    TextMutant("nothing", "stamp", return_at_once, "pass that writes nothing", "think_bend"),
    TextMutant(
        "overflow",
        "loud",
        lambda text: text + "// the text is right, the plane is too narrow\n",
        "fp16 overflow",
        "second",
        Precision({"second": "fp16"}),
    ),
)
