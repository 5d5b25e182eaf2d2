"""A deconvolution alone as shader text: what the compiler writes, with remarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from texelnet.ops import OPS
from texelnet.ops.conv_transpose import Stamp
from texelnet.ops.conv_transpose.explain import stamp_of
from texelnet.ops.op import Node
from texelnet.pixel import Plane, Program, size
from texelnet.pixel.expr import Axis
from texelnet.shader.compile import simplify
from texelnet.shader.dialects import MODULES, Remark
from texelnet.shader.kernel import (
    Accumulate,
    Choose,
    Kernel,
    Load,
    Start,
    Statement,
    texels_read,
)
from texelnet.shader.schedule import FRAGMENT, HARD
from texelnet.shader.target import Build
from texelnet.shader.write import write_kernels

SCHEDULE = replace(FRAGMENT, literals=30_000, seconds=HARD)
"""Weights stand in the text, which can be pasted then, as long as a page holds it."""
MOST_LANES = 64
"""Numbers made from one place, four a pack, two packs a pass: more are no page."""
_LANES = 16
"""Lanes that are told one by one, at most."""


def layer_build(node: Node) -> Build:
    """Return the passes of one deconvolution, drawn by fragments at any size."""
    given = node.plane(0)
    source = Plane(given.name, given.channels, size("height"), size("width"))
    (made,) = OPS[node.op].lower(replace(node, operands=(source, *node.operands[1:])))
    assert isinstance(made, Plane), "a deconvolution makes a picture"
    planes = {source.name: source, made.name: replace(made, layers=(node.name,))}
    program = Program(planes, (source.name,), (made.name,))
    program = simplify(program, SCHEDULE)
    return Build(node.name, program, SCHEDULE, write_kernels(program, SCHEDULE), None)


def layer_shaders(node: Node, kind: str) -> dict[str, list[str]]:
    """Return the text of each pass, a shader of its own, by dialect; none if too many."""
    stamp = stamp_of(node)
    if int(np.prod(stamp.strides)) * stamp.bias.size > MOST_LANES:
        return {}
    kernels = layer_build(node).kernels
    source, title = node.plane(0).name, _title(node, kind, stamp)
    texts = {}
    for dialect, module in MODULES.items():
        passes = []
        for number, kernel in enumerate(kernels, 1):
            head = [title, f"Pass {number} of {len(kernels)}", *_head(kernel, stamp, source)]
            text = module(kernel, _remarks(kernel, stamp, source))
            passes.append(_with_head(text, [f"// {_plain(line)}" for line in head]))
        texts[dialect] = passes
    return texts


def _with_head(text: str, head: list[str]) -> str:
    """Put a head before a text, but behind a line that must be the first."""
    first, rest = text.split("\n", 1)
    lines = [first, *head, rest] if first.startswith("#version") else [*head, text]
    return "\n".join(lines)


def _plain(line: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in line)


def _title(node: Node, kind: str, stamp: Stamp) -> str:
    inputs, each, kh, kw = stamp.kernel.shape
    strides, pads = (f"{a} x {b}" if a != b else str(a) for a, b in (stamp.strides, stamp.pads))
    return (
        f"{node.name} ({kind}): {inputs} channels to {each * stamp.group}, kernel {kh} x {kw}, "
        f"stride {strides}, pad {pads}"
    )


def _head(kernel: Kernel, stamp: Stamp, source: str) -> list[str]:
    """Tell what a pass reads and writes."""
    if source not in {plane.name for plane in kernel.reads}:
        return [
            "Drawn as large as the output: each pixel takes the lane of its phase.",
            "plane0: what the passes before this one drew, a layer a pack of four lanes.",
        ]
    lines = [
        "Drawn as large as the input: from one place all phases at once, a lane each.",
        f"plane0: `{source}`, a pack of four channels in a texel, a layer a pack.",
        "pack0, pack1, ...: four lanes each. A matrix holds a column for each channel read,",
        "a row for each lane written; a phase that a pixel does not reach has zeros there.",
    ]
    if kernel.weights is not None:
        count = len(kernel.weights)
        lines.append(f"weights: {count:,} matrices of 4 x 4, too many to stand in the text.")
    return [*lines, *_lanes(kernel, stamp)]


def _lanes(kernel: Kernel, stamp: Stamp) -> list[str]:
    """Tell which output pixel each lane becomes."""
    (sy, sx), outputs = stamp.strides, stamp.kernel.shape[1] * stamp.group
    first, count = kernel.layers
    lanes = range(4 * first, min(4 * (first + count), sy * sx * outputs))
    if len(lanes) > _LANES or (sy, sx) == (1, 1):
        return []
    found = []
    for lane in lanes:
        phase, output = divmod(lane, outputs)
        pack, part = divmod(lane - 4 * first, 4)
        named = f", output {output}" if outputs > 1 else ""
        found.append(
            f"  pack{pack}.{'xyzw'[part]}: row {sy}*y + {phase // sx}, "
            f"column {sx}*x + {phase % sx}{named}"
        )
    return found


def _remarks(kernel: Kernel, stamp: Stamp, source: str) -> Remark:
    """Return what is said beside each statement: packs, taps and the weights they meet."""
    rows, columns = stamp.rows(), stamp.columns()
    texels: Mapping[str, tuple[int, int]] = {
        s.to: (_offset(s.y), _offset(s.x))
        for s in texels_read(kernel.body)
        if isinstance(s, Load) and s.plane == source
    }

    def weights(down: int, right: int) -> str:
        ys = [str(k) for k, reach in enumerate(rows) if reach.offset == down]
        xs = [str(k) for k, reach in enumerate(columns) if reach.offset == right]
        return f"kernel rows {', '.join(ys)}; columns {', '.join(xs)}"

    def remark(statement: Statement) -> str:
        match statement:
            case Load(plane=plane, layer=layer) if plane == source:
                return _channels(layer, stamp.kernel.shape[0])
            case Start():
                return "the bias, the same in every phase"
            case Accumulate(source=texel) if texel in texels:
                return weights(*texels[texel])
            case Choose():
                return "the phase of this pixel"
        return ""

    return remark


def _channels(layer: int | None, count: int) -> str:
    if layer is None:
        return "channels 4*pack to 4*pack + 3"
    last = min(4 * layer + 3, count - 1)
    return f"channels {4 * layer} to {last}" if last > 4 * layer else f"channel {last}"


def _offset(place: object) -> int:
    assert isinstance(place, Axis), "a deconvolution reads at fixed offsets"
    return place.offset
