"""MEANINGS: what each operator of a graph means in pixel words.

To add an operator, write its file and list it in OPS. Tests walk OPS and run every case.
"""

from texelnet.ops.activation import ACTIVATIONS
from texelnet.ops.arithmetic import ARITHMETIC
from texelnet.ops.batch_norm import BATCH_NORM
from texelnet.ops.channels import CHANNELS
from texelnet.ops.conv import CONV
from texelnet.ops.conv_transpose import CONV_TRANSPOSE
from texelnet.ops.move import MOVES
from texelnet.ops.op import Case, Node, NotInAShader, Op, Operand, Vector
from texelnet.ops.pointwise import POINTWISE
from texelnet.ops.pool import AVERAGE_POOL, MAX_POOL
from texelnet.ops.refused import REFUSED
from texelnet.ops.resize import RESIZE
from texelnet.ops.shuffle import SHUFFLES
from texelnet.ops.sizes import SIZES, is_about_sizes
from texelnet.ops.truth import TRUTHS
from texelnet.ops.view import VIEWS

OPS: dict[str, Op] = {
    op.type: op
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
        *CHANNELS,
        *SHUFFLES,
        RESIZE,
        *MOVES,
        *VIEWS,
        *REFUSED,
    )
}
"""Every operator, by its ONNX type."""

__all__ = [
    "OPS",
    "SIZES",
    "Case",
    "Node",
    "NotInAShader",
    "Op",
    "Operand",
    "Vector",
    "is_about_sizes",
]
