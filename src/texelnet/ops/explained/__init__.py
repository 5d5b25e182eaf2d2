"""What operators say of themselves: one file a kind, listed in EXPLAINED by ONNX type.

A deconvolution's explanation lies with it, in ``ops/conv_transpose/``.
"""

from collections.abc import Callable

from texelnet.ops.explained.conv import explain_conv
from texelnet.ops.explained.curves import CURVED, explain_curve
from texelnet.ops.explained.norm import explain_affine, explain_batch_norm
from texelnet.ops.explained.pool import explain_pool
from texelnet.ops.op import Node
from texelnet.ops.told import Facts, Told

EXPLAINED: dict[str, Callable[[Node, Facts], Told | None]] = {
    "Conv": explain_conv,
    "MaxPool": explain_pool,
    "AveragePool": explain_pool,
    "BatchNormalization": explain_batch_norm,
    "Mul": explain_affine,
    "Add": explain_affine,
    **dict.fromkeys(CURVED, explain_curve),
}

__all__ = ["EXPLAINED"]
