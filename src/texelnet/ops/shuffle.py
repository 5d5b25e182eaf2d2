"""DepthToSpace and SpaceToDepth: channels laid out as a finer picture, and back.

DepthToSpace of a block b is a phased plane: phase (py, px) of channel c is input channel
(py*b + px)*C + c in the order DCR (depth, column, row), c*b*b + py*b + px in the order CRD,
which is torch's pixel shuffle. SpaceToDepth reads b*o + py, b*o + px, a tap for each place in
the block.

See the ONNX operator specification, DepthToSpace-13; Shi et al., "Real-Time Single Image and
Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016.
"""

from __future__ import annotations

from itertools import product

from texelnet.ops.op import Case, Node, NotInAShader, Op, Result
from texelnet.pixel import Demand, Plane
from texelnet.pixel.expr import Axis, Expr, Tap, pick, stack


def _depth_to_space(node: Node) -> Result:
    source, block = node.plane(0), int(node.get("blocksize", 1))
    count, left = divmod(source.channels, block * block)
    if left:
        raise NotInAShader(
            f"{source.channels} channels do not fill blocks of {block}x{block}",
            f"give it a multiple of {block * block} channels",
        )
    expr: Expr = Tap(source.name, source.channels)
    if node.get("mode", "DCR") == "CRD":
        phases = range(block * block)
        expr = pick(expr, [c * block * block + p for p in phases for c in range(count)])
    height, width = source.height * block, source.width * block
    return [Plane(node.outputs[0], count, height, width, expr, (block, block))]


def _space_to_depth(node: Node) -> Result:
    source, block = node.plane(0), int(node.get("blocksize", 1))
    taps = [
        Tap(source.name, source.channels, Axis.of(block, offset=y), Axis.of(block, offset=x))
        for y, x in product(range(block), repeat=2)
    ]
    count = source.channels * block * block
    height, width = source.height // block, source.width // block
    node.demands.append(Demand(height * block, source.height))
    node.demands.append(Demand(width * block, source.width))
    return [Plane(node.outputs[0], count, height, width, stack(*taps))]


SHUFFLES = (
    Op(
        "DepthToSpace",
        "Channels laid out as the pixels of a finer picture (pixel shuffle).",
        _depth_to_space,
        (
            Case("to luma", ((4, 3, 5),), {"blocksize": 2}),
            Case("to rgb, depth first", ((12, 3, 5),), {"blocksize": 2}),
            Case("to rgb, columns first", ((12, 3, 5),), {"blocksize": 2, "mode": "CRD"}),
            Case("blocks of 3", ((45, 2, 3),), {"blocksize": 3, "mode": "CRD"}),
            Case("blocks of 3, depth first", ((45, 2, 3),), {"blocksize": 3}),
            Case("blocks of 1", ((5, 2, 3),), {"blocksize": 1}),
        ),
    ),
    Op(
        "SpaceToDepth",
        "The pixels of blocks laid out as channels.",
        _space_to_depth,
        (
            Case("rgb", ((3, 6, 8),), {"blocksize": 2}),
            Case("luma by 3", ((1, 6, 9),), {"blocksize": 3}),
            Case("five channels", ((5, 4, 2),), {"blocksize": 2}),
        ),
    ),
)
