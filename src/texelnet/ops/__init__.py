"""MEANINGS: what each operator of a graph means in pixel words.

To add an operator, write its file and list it in OPS. Tests walk OPS and run every case.
"""

from dataclasses import replace

from texelnet.ops.activation import ACTIVATIONS
from texelnet.ops.arithmetic import ARITHMETIC
from texelnet.ops.axes import view_of
from texelnet.ops.batch_norm import BATCH_NORM
from texelnet.ops.channels import CHANNELS
from texelnet.ops.conv import CONV
from texelnet.ops.conv_transpose import CONV_TRANSPOSE
from texelnet.ops.counted import with_numbers
from texelnet.ops.explained import EXPLAINED
from texelnet.ops.instance_norm import NORMS
from texelnet.ops.last_axis import LAST_AXIS
from texelnet.ops.lrn import LRN
from texelnet.ops.matrix import MATRICES
from texelnet.ops.move import MOVES
from texelnet.ops.op import Case, Node, NotInAShader, Op, Operand, Result, Vector, View
from texelnet.ops.pointwise import POINTWISE
from texelnet.ops.pool import AVERAGE_POOL, MAX_POOL
from texelnet.ops.read import read_node
from texelnet.ops.reduce import REDUCTIONS
from texelnet.ops.refused import REFUSED
from texelnet.ops.resize import RESIZE
from texelnet.ops.shuffle import SHUFFLES
from texelnet.ops.sizes import SIZES, NoSize, is_about_sizes, lower_sizes
from texelnet.ops.spread import SPREADS
from texelnet.ops.told import Facts, Told
from texelnet.ops.truth import TRUTHS
from texelnet.ops.turned import as_plane, lower_turned, reads_views
from texelnet.ops.view import VIEWS

OPS: dict[str, Op] = {
    op.type: replace(op, explain=EXPLAINED.get(op.type, op.explain))
    for op in (
        CONV,
        CONV_TRANSPOSE,
        *POINTWISE,
        *ACTIVATIONS,
        *ARITHMETIC,
        *TRUTHS,
        MAX_POOL,
        AVERAGE_POOL,
        BATCH_NORM,
        LRN,
        *CHANNELS,
        *SHUFFLES,
        RESIZE,
        *MOVES,
        *SPREADS,
        *VIEWS,
        *LAST_AXIS,
        *NORMS,
        *REDUCTIONS,
        *MATRICES,
        *REFUSED,
    )
}
"""Every operator, by its ONNX type."""

_ALIKE = {
    "Dropout",
    "Identity",
    *(op.type for op in (*POINTWISE, *ACTIVATIONS, *ARITHMETIC, *TRUTHS)),
}


def _told(operand: Operand | None) -> Operand | None:
    """Return an operand; sizes that are the same for every picture as constants."""
    numbers = operand.constant() if isinstance(operand, Vector) else None
    return operand if numbers is None else numbers


def _is_list(operand: Operand | None) -> bool:
    """Tell whether an operand is a number or a list of some, no picture."""
    return isinstance(operand, Vector) or (isinstance(operand, View) and len(operand.axes) < 2)


def meaning(node: Node) -> Result:
    """Return what a node makes: its operator's word, also for a picture under other axes.

    Raises
    ------
    NotInAShader
        It has no meaning as a pixel program.
    """
    if is_about_sizes(node) and node.op in SIZES:
        try:
            return [lower_sizes(node)]
        except NoSize:  # a number that is no size may be one that pixels reckon with
            node, steps = with_numbers(node)
            if not steps:
                raise
            return [*meaning(node), *steps]
    if node.op not in OPS:
        raise NotInAShader("no pixel meaning is known for this operator")
    op, node = OPS[node.op], replace(node, operands=tuple(map(_told, node.operands)))
    if node.op in _ALIKE and any(isinstance(o, Vector) for o in node.operands):
        node, steps = with_numbers(node)
        return [*lower_turned(op, node, True), *steps]
    if node.op == "Concat" and any(map(_is_list, node.operands)):
        raise NoSize("the product of two computed sizes", "use sizes that grow linearly")
    if op.views or not reads_views(node):
        return op.lower(node)
    return lower_turned(op, node, node.op in _ALIKE)


__all__ = [
    "OPS",
    "SIZES",
    "Case",
    "Facts",
    "Node",
    "NotInAShader",
    "Op",
    "Operand",
    "Told",
    "Vector",
    "View",
    "as_plane",
    "meaning",
    "read_node",
    "view_of",
]
