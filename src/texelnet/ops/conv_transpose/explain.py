"""What a deconvolution says of itself: a scatter read as a gather, its phases, flat fields."""

from __future__ import annotations

import numpy as np

from texelnet.ops.conv_transpose.flat import flat_field
from texelnet.ops.conv_transpose.frequency import frequency
from texelnet.ops.conv_transpose.meeting import meeting
from texelnet.ops.conv_transpose.overlap import SIDE, overlap, uneven
from texelnet.ops.conv_transpose.phases import Stamp
from texelnet.ops.conv_transpose.rule import rule
from texelnet.ops.conv_transpose.stripes import stripes
from texelnet.ops.op import Node
from texelnet.ops.told import Facts, Told
from texelnet.page import Code, Equation, Part, Section, Table, Text


def stamp_of(node: Node) -> Stamp:
    """Return a node's kernels and how they are stamped."""
    kernel, group = node.constant(1), node.get("group", 1)
    strides, dilations = node.get("strides", (1, 1)), node.get("dilations", (1, 1))
    pads = node.get("pads", (0, 0, 0, 0))
    bias = node.constant(2, np.zeros(kernel.shape[1] * group, np.float32))
    return Stamp(kernel, bias, tuple(strides), tuple(pads[:2]), tuple(dilations), group)


def explain(node: Node, facts: Facts) -> Told:
    """Tell about one deconvolution."""
    stamp = stamp_of(node)
    return Told(
        sentence=_sentence(stamp),
        formula=_formula(stamp),
        numbers=_numbers(stamp, facts),
        figure=overlap(stamp),
        traps=_traps(stamp),
        parts=uneven(stamp),
        sections=[
            _views(stamp),
            *flat_field(stamp, facts),
            *stripes(stamp, facts),
            *rule(facts),
            *frequency(stamp, facts),
            *_shaders(stamp, facts),
        ],
    )


def _sentence(stamp: Stamp) -> str:
    (sy, sx), (kh, kw) = stamp.strides, stamp.kernel.shape[2:]
    larger = "as large as it was" if (sy, sx) == (1, 1) else f"{sy} times as high, {sx} as wide"
    if sy == sx > 1:
        larger = f"{sy} times as large"
    return (
        f"A deconvolution makes the picture {larger}: every input pixel stamps kernels of "
        f"{kh} x {kw} weights onto the output, and where stamps overlap they add up."
    )


def _formula(stamp: Stamp) -> str:
    return (
        "y[o] = b + Σ w[c, k] · x[c, i]   over all channels c, kernel places k and pixels i\n"
        f"                                  for which  {_index('o', 'i', 'k', stamp, 0)}"
    )


def _index(o: str, i: str, k: str, stamp: Stamp, axis: int) -> str:
    """Write the index equation of one axis with a layer's numbers."""
    pad, stride, dilation = stamp.pads[axis], stamp.strides[axis], stamp.dilations[axis]
    far = k if dilation == 1 else f"{dilation}·{k}"
    return f"{o} + {pad} = {stride}·{i} + {far}"


def _numbers(stamp: Stamp, facts: Facts) -> list[tuple[str, str]]:
    inputs, each, kh, kw = stamp.kernel.shape
    found = [
        ("channels", f"{inputs} in, {each * stamp.group} out"),
        ("kernel", f"{kh} x {kw}"),
        ("stride", _pair(stamp.strides)),
        ("pad", _pair(stamp.pads)),
    ]
    if stamp.dilations != (1, 1):
        found.append(("dilation", _pair(stamp.dilations)))
    if stamp.group > 1:
        found.append(
            ("group", f"{stamp.group}: each output sees {inputs // stamp.group} inputs")
        )
    bias = f"{stamp.bias.size} of bias" if np.any(stamp.bias) else "no bias"
    found.append(("weights", f"{stamp.kernel.size:,} and {bias}"))
    if facts.shape and facts.made:
        found.append(("picture", f"{_size(facts.shape)} to {_size(facts.made)}"))
    taps, into = _taps(stamp), inputs // stamp.group
    fewest, most = min(taps) * into, max(taps) * into
    products = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    each_pixel = f"{_span(taps)} x {into} = {products} products and one bias"
    return [*found, ("an output pixel", f"{each_pixel}, fewer at the borders")]


def _taps(stamp: Stamp) -> list[int]:
    """Count the kernel places that meet in an output pixel of each phase."""
    rows, columns = [r.phase for r in stamp.rows()], [c.phase for c in stamp.columns()]
    sy, sx = stamp.strides
    return [rows.count(y) * columns.count(x) for y in range(sy) for x in range(sx)]


def _span(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low}" if low == high else f"{low} to {high}"


def _pair(numbers: tuple[int, ...]) -> str:
    return f"{numbers[0]}" if numbers[0] == numbers[1] else f"{numbers[0]} x {numbers[1]}"


def _size(shape: tuple[int, int, int]) -> str:
    return f"{shape[2]} x {shape[1]}"


def _views(stamp: Stamp) -> Section:
    """The multiplication with col2im beside what a pixel shader does."""
    inputs, each, kh, kw = stamp.kernel.shape
    outputs, into = each * stamp.group, inputs // stamp.group
    images, many = kh * kw * outputs, into > 1
    summed = f": the multiplication sums {into} channels" * many
    rows = [
        (
            "first",
            f"multiply: {images} images" + f", each a sum over {into} channels already" * many,
            "find the input pixels and weights that meet here",
        ),
        (
            "then",
            "col2im: shift the images and add them where they overlap",
            f"add {_span(_taps(stamp))} x {into} products",
        ),
        ("work goes by", "input pixels", "output pixels"),
        ("writes", "each output pixel several times", "each output pixel once"),
    ]
    return Section(
        "Two ways to see it",
        [
            Text(
                f"Caffe multiplies first: {kh} x {kw} kernel places times {outputs} "
                f"{'output makes' if outputs == 1 else 'outputs make'} {images} images, "
                f"however many inputs there are{summed}. A pixel shader cannot write to its "
                "neighbours, so it asks the other way round: which stamps lie on this pixel?"
            ),
            Table(
                "one deconvolution, two orders of the same sums",
                ("", "scatter: gemm and col2im", "gather: a pixel shader"),
                rows,
            ),
            Equation(
                f"rows:     {_index('o', 'i', 'k', stamp, 0)}\n"
                f"columns:  {_index('o', 'i', 'k', stamp, 1)}"
            ),
            *([meeting(stamp)] if max(kh, kw) <= SIDE else []),
        ],
    )


def _shaders(stamp: Stamp, facts: Facts) -> list[Section]:
    """Show the layer alone as shader text, in every dialect."""
    if not facts.shaders:
        count = int(np.prod(stamp.strides)) * stamp.bias.size
        words = (
            f"It makes {count:,} numbers from one place, in more passes than a "
            "page shows; `texelnet compile` writes them."
        )
        return [Section("This layer as a pixel shader", [Text(words)])]
    parts: list[Part] = [
        Text(
            "What the compiler writes for this layer alone, to be pasted: the first pass makes "
            "all phases at low resolution, where they are an ordinary convolution with one "
            "output for each phase, and the last hands each output pixel its own."
        )
    ]
    for dialect, passes in facts.shaders.items():
        for number, text in enumerate(passes, 1):
            said = f"{_DIALECTS.get(dialect, dialect)}, pass {number} of {len(passes)}:"
            parts += [Text(said), Code(text, dialect)]
    return [Section("This layer as a pixel shader", parts)]


_DIALECTS = {"wgsl": "WGSL, for WebGPU", "glsl": "GLSL ES 3.00, for WebGL2 and OpenGL"}


def _traps(stamp: Stamp) -> list[str]:
    traps = [
        "Caffe and ONNX store a deconvolution's weights (in, out / group, rows, columns), a "
        "convolution's (out, in / group, rows, columns).",
        "The kernel is not turned: in the sum for one output pixel a larger k goes with a "
        "smaller i, so a shader that walks both the same way draws a mirrored stamp.",
        "A place outside the input gives no product at all. A shader that clamps its fetches "
        "repeats the border instead.",
    ]
    if stamp.kernel.shape[2] == 9 and stamp.strides == (2, 2) and stamp.pads == (4, 4):
        traps.append("Kernel 9, stride 2, pad 4 makes 2n - 1 pixels, not 2n.")
    return traps
