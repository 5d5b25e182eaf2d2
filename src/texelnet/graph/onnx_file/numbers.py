"""Numbers: every kind of float becomes float32, and what can be computed now is folded.

A shader has one kind of number, so half and double precision (weights, inputs, outputs and the
casts between them) become float32. Constants are folded by ONNX's own reference, for
operators that copy or count; never to more than 64 million numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
import onnx
from onnx.reference import ReferenceEvaluator

from texelnet.errors import WeightsError
from texelnet.graph.onnx_file.wellformed import at

FLOAT = onnx.TensorProto.FLOAT
MOST_NUMBERS = 2**26
FEW = 1024
"""A constant of so few numbers may be about sizes: shape inference is told them."""

OTHER_FLOATS = (onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16, onnx.TensorProto.DOUBLE)
_KINDS = {"Cast": "to", "ConstantOfShape": "value", "EyeLike": "dtype"}
_FOLDED = frozenset(
    word
    for line in (
        "Abs Add Ceil Div Exp Floor Log Max Min Mod Mul Neg Pow Reciprocal Round Sign Sqrt Sub",
        "Sum And Equal Greater GreaterOrEqual Less LessOrEqual Not Or Where Cast CastLike",
        "ReduceMax ReduceMin ReduceProd ReduceSum Shape Size Range ConstantOfShape",
        "Concat Expand Flatten Gather Identity Pad Reshape Slice Split Squeeze Tile Transpose",
        "Unsqueeze DequantizeLinear",
    )
    for word in line.split()
)

_type = onnx.helper.make_tensor_type_proto
Constants = dict[str, onnx.TensorProto]


def to_float32(graph: onnx.GraphProto) -> None:
    """Turn weights, casts and outputs of other floats into float32."""
    for tensor in graph.initializer:
        _float32(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                _float32(attribute.t)
            if attribute.name == _KINDS.get(node.op_type) and attribute.i in OTHER_FLOATS:
                attribute.i = FLOAT
    for value in (*graph.input, *graph.output):
        if value.type.tensor_type.elem_type in OTHER_FLOATS:
            value.type.tensor_type.elem_type = FLOAT


def _float32(tensor: onnx.TensorProto) -> None:
    if tensor.data_type in OTHER_FLOATS:
        with np.errstate(over="ignore"):
            array = onnx.numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(onnx.numpy_helper.from_array(array, tensor.name))


def lift_constants(nodes: list[onnx.NodeProto], place: str) -> Constants:
    """Take the Constant nodes out of a list; return what they held."""
    lifted: Constants = {}
    held = [node for node in nodes if node.op_type == "Constant"]
    nodes[:] = [node for node in nodes if node.op_type != "Constant"]
    for node in held:
        told = {a.name: a for a in node.attribute}
        (name,) = node.output
        if "value" in told:
            tensor = told["value"].t
            tensor.name = name
        else:
            values = [onnx.helper.get_attribute_value(a) for a in told.values()]
            array = np.asarray(values[0] if len(values) == 1 else "")
            if array.dtype.kind not in "if":
                hint = "export it with plain numbers"
                raise WeightsError(f'{place} (node "{name}")', "it holds no numbers", hint)
            array = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
            tensor = onnx.numpy_helper.from_array(array, name)
        lifted[name] = tensor
    return lifted


def fold(
    nodes: list[onnx.NodeProto],
    constants: Constants,
    shapes: Mapping[str, tuple[int, ...]],
    opset: int,
    place: str,
) -> list[onnx.NodeProto]:
    """Compute what depends on constants alone, or on shapes that are known.

    Parameters
    ----------
    nodes
        In order. Those that are left are returned.
    constants
        What is known; what was computed is added.
    shapes
        Values whose sizes are all known.
    opset
        The version that the nodes speak.
    place
        The file.

    Raises
    ------
    WeightsError
        There are more than 64 million of them.
    """
    left, room = [], MOST_NUMBERS
    for node in nodes:
        made = _shape(node, shapes) or _folded(node, constants, opset, room, place)
        room -= sum(prod(tensor.dims) for tensor in made)
        constants.update({tensor.name: tensor for tensor in made})
        if not made:
            left.append(node)
    return left


def _shape(
    node: onnx.NodeProto, shapes: Mapping[str, tuple[int, ...]]
) -> list[onnx.TensorProto]:
    if node.op_type != "Shape" or node.input[0] not in shapes:
        return []
    said = {a.name: a.i for a in node.attribute}
    dims = shapes[node.input[0]][slice(said.get("start", 0), said.get("end"))]
    return [onnx.numpy_helper.from_array(np.asarray(dims, np.int64), node.output[0])]


def _folded(
    node: onnx.NodeProto, constants: Constants, opset: int, room: int, place: str
) -> list[onnx.TensorProto]:
    """Return what a node makes, or nothing if it depends on the picture."""
    names = [name for name in node.input if name]
    if node.op_type not in _FOLDED or not names or not all(n in constants for n in names):
        return []
    operands = {name: constants[name] for name in names}
    types = {n: _type(t.data_type, t.dims) for n, t in operands.items()}
    try:
        schema = onnx.defs.get_schema(node.op_type, opset, "")
        kinds = onnx.shape_inference.infer_node_outputs(
            schema,
            node,
            types,
            {n: t for n, t in operands.items() if prod(t.dims) <= FEW},
            opset_imports=[onnx.helper.make_opsetid("", opset)],
        )
        counts = [_count(kind) for kind in kinds.values()]
        if not counts or None in counts:
            return []
        if sum(n for n in counts if n is not None) > room:
            fact = f"{node.op_type}: it makes too many numbers out of constants alone"
            raise WeightsError(
                at(place, node), fact, "export the network with smaller constants"
            )
        arrays = {name: onnx.numpy_helper.to_array(t) for name, t in operands.items()}
        with np.errstate(all="ignore"):
            made = ReferenceEvaluator(_alone(node, operands, opset)).run(None, arrays)
        outputs = [name for name in node.output if name]
        pairs = zip(outputs, made, strict=True)
        return [onnx.numpy_helper.from_array(np.asarray(a), name) for name, a in pairs]
    except WeightsError:
        raise
    except Exception:  # whatever ONNX can't compute stays a node, and is reported as one
        return []


def _count(kind: onnx.TypeProto) -> int | None:
    """How many numbers a value has, if that is known."""
    tensor = kind.tensor_type
    known = tensor.HasField("shape") and all(d.HasField("dim_value") for d in tensor.shape.dim)
    return prod(d.dim_value for d in tensor.shape.dim) if known else None


def _alone(node: onnx.NodeProto, operands: Constants, opset: int) -> onnx.ModelProto:
    """Return a model of one node."""
    given = [
        onnx.helper.make_tensor_value_info(name, tensor.data_type, tensor.dims)
        for name, tensor in operands.items()
    ]
    wanted = [onnx.helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = onnx.helper.make_graph([node], "one", given, wanted)
    if node.op_type == "DequantizeLinear":
        opset = max(opset, 19)  # the reference knows it from there on; 13 means the same
    imports = [onnx.helper.make_opsetid("", opset)]
    return onnx.helper.make_model(graph, opset_imports=imports, ir_version=10)
