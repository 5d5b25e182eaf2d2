"""Reading: from a file to a Network, one thing after the other.

    bytes, weights beside them      stored.py
    functions put in place          functions.py
    one domain, names, order        wellformed.py
    float32, constants folded       numbers.py
    opset 18 or newer               ONNX's version converter
    sizes made free                 free_sizes.py

Weights are set aside while ONNX's tools work on the nodes, so those see a small model only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import TypeVar

import onnx
import onnx_ir as ir
from onnx_ir.passes import common

from texelnet.errors import NetworkError, TexelnetError
from texelnet.graph.builder import OPSET
from texelnet.graph.network import Network
from texelnet.graph.onnx_file import free_sizes, numbers, wellformed
from texelnet.graph.onnx_file.free_sizes import Dim, Dims
from texelnet.graph.onnx_file.functions import inlined
from texelnet.graph.onnx_file.numbers import FEW, FLOAT, Constants
from texelnet.graph.onnx_file.stored import read_model

T = TypeVar("T")
_IR_VERSION = 10
_MOST_CHANNELS = 2**16
_MOST_SIDE = 2**31
_MOST_NUMBERS = 2**30


def read_onnx(path: Path) -> Network:
    """Read an ONNX file as a network.

    Height and width are free wherever the graph allows, and named so. Numbers are float32.
    Nodes without a name get that of the value they make.

    Raises
    ------
    NetworkError
        It is no ONNX file, damaged, older than opset 11, or not a network of this kind.
    WeightsError
        Weights are missing, damaged or outside the model's folder.
    """
    place = str(path)
    try:
        return _read(path, place)
    except UnicodeDecodeError:
        hint = "copy or export it again"
        raise NetworkError(place, "its names are no text: the file is damaged", hint) from None


def _read(path: Path, place: str) -> Network:
    model = read_model(path)
    model = _asked(lambda: inlined(model, place), place)
    opset = wellformed.opset(model, place)
    graph = model.graph
    wellformed.check_nodes(graph, opset, place)
    held = {t.name for t in graph.initializer}
    kept = [v for v in graph.input if v.name not in held]
    del graph.input[:]
    graph.input.extend(kept)
    wellformed.check_values(graph, place)
    nodes = wellformed.in_order(graph, place)
    wellformed.named_apart(nodes)
    _check_inputs(graph, place)
    _plain(nodes, graph)
    constants: Constants = {t.name: t for t in graph.initializer}
    checked = _model(graph, nodes, constants, opset)
    for value in checked.graph.output:
        value.type.tensor_type.shape.SetInParent()  # ONNX wants one, whatever it says
    _asked(lambda: onnx.checker.check_model(checked), place)
    numbers.to_float32(graph)
    constants |= numbers.lift_constants(nodes, place)
    light = _model(graph, nodes, constants, opset)
    if opset < OPSET:
        converted = _asked(lambda: onnx.version_converter.convert_version(light, OPSET), place)
        opset, nodes = OPSET, list(converted.graph.node)
        constants |= {t.name: t for t in converted.graph.initializer}
        constants |= numbers.lift_constants(nodes, place)
    nodes = numbers.fold(nodes, constants, {}, opset, place)
    wellformed.named_apart(nodes)
    return _finished(path, graph, nodes, constants, opset)


def _finished(
    path: Path,
    graph: onnx.GraphProto,
    nodes: list[onnx.NodeProto],
    constants: Constants,
    opset: int,
) -> Network:
    """Free the sizes, infer shapes, fold what they tell, put the weights back."""
    place = str(path)
    declared = {v.name: free_sizes.dims(v) for v in graph.input}
    light = _model(graph, nodes, constants, opset)
    inputs, pins = free_sizes.freed(light, declared, place)
    shaped = _inferred(light, inputs, place)
    known = {
        name: tuple(n for n in said if isinstance(n, int))
        for name, said in free_sizes.shapes(shaped).items()
        if all(isinstance(n, int) for n in said)
    }
    nodes = numbers.fold(nodes, constants, known, opset, place)
    _drop_casts(nodes, shaped, constants)
    shaped = _inferred(_model(graph, nodes, constants, opset), inputs, place)
    _check_size(_model(graph, nodes, constants, opset), inputs, place)
    whole = _whole(shaped, graph, constants)
    model = _asked(lambda: ir.serde.deserialize_model(whole), place)
    for tidy in (common.IdentityEliminationPass(), common.RemoveUnusedNodesPass()):
        _asked(lambda tidy=tidy: tidy(model), place)  # type: ignore[misc]
    if not len(model.graph):
        raise NetworkError(place, "the network computes nothing", "export it with its layers")
    return Network(path.stem, model, place, pins=pins)


def _check_size(light: onnx.ModelProto, inputs: dict[str, tuple[Dim, ...]], place: str) -> None:
    """Refuse a network that makes a small picture into billions of numbers."""
    sizes = {
        name: [
            n if isinstance(n, int) else 64 if axis > 1 else 1 for axis, n in enumerate(said)
        ]
        for name, said in inputs.items()
    }
    try:
        found = free_sizes.shapes(free_sizes.infer(light, sizes))
    except Exception:  # a picture of 64 by 64 is none for this network
        return
    for name, said in found.items():
        count = prod(n for n in said if isinstance(n, int))
        if count > _MOST_NUMBERS:
            fact = f"out of a picture of 64 x 64 it makes {count:,} numbers"
            raise NetworkError(f'{place} (value "{name}")', fact, "a picture network")


def _asked(tool: Callable[[], T], place: str) -> T:
    """Ask one of ONNX's tools; its complaint, of whatever type, becomes ours."""
    try:
        return tool()
    except TexelnetError:
        raise
    except Exception as error:
        raise free_sizes.failure(error, place) from None


def _inferred(
    light: onnx.ModelProto, inputs: dict[str, tuple[Dim, ...]], place: str
) -> onnx.ModelProto:
    return _asked(lambda: free_sizes.infer(light, inputs), place)


def _check_inputs(graph: onnx.GraphProto, place: str) -> None:
    """Refuse inputs that are no pictures in float numbers, channels first."""
    if not graph.input:
        raise NetworkError(place, "it has no inputs", "a picture network reads a picture")
    for value in graph.input:
        tensor = value.type.tensor_type
        where = f'{place} (input "{value.name}")'
        if tensor.elem_type not in (FLOAT, *numbers.OTHER_FLOATS):
            kinds = onnx.TensorProto.DataType
            known = tensor.elem_type in kinds.values()
            kind = kinds.Name(tensor.elem_type).lower() if known else "something unknown"
            hint = "export it with a float32 input, without the conversion from picture files"
            raise NetworkError(where, f"it takes {kind}, not float32", hint)
        if not tensor.HasField("shape"):
            hint = "a picture is (batch, channels, height, width)"
            raise NetworkError(where, "it does not say its shape", hint)
        _check_shape(free_sizes.dims(value), value.name, graph, where)


def _check_shape(said: Dims, name: str, graph: onnx.GraphProto, where: str) -> None:
    shape = f"({', '.join('?' if n is None else str(n) for n in said)})"
    turned = any(
        node.op_type == "Transpose" and name in node.input and list(a.ints) == [0, 3, 1, 2]
        for node in graph.node
        for a in node.attribute
    )
    if len(said) == 4 and said[3] in (1, 3, 4) and (turned or not isinstance(said[1], int)):
        hint = "export it with channels first, (batch, channels, height, width)"
        hint += f"; tf2onnx has --inputs-as-nchw {name}"
        raise NetworkError(where, f"{shape} has its channels last", hint)
    if len(said) == 4 and not isinstance(said[1], int):
        hint = "export it with a fixed number of channels"
        raise NetworkError(where, f"{shape} does not tell its channels", hint)
    if any(isinstance(n, int) and not 0 < n < _MOST_SIDE for n in said):
        raise NetworkError(where, f"{shape} is no size of a picture", "export it again")
    if len(said) == 4 and isinstance(said[1], int) and said[1] > _MOST_CHANNELS:
        fact = f"{said[1]:,} channels, {_MOST_CHANNELS:,} are the most"
        raise NetworkError(where, fact, "a picture network")


def _plain(nodes: Sequence[onnx.NodeProto], graph: onnx.GraphProto) -> None:
    """Leave out what says nothing: remarks, empty endings, old sizes of values."""
    for node in nodes:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
        node.ClearField("domain")
        for names in (node.input, node.output):
            while names and not names[-1]:
                names.pop()
    for value in graph.output:
        value.type.tensor_type.ClearField("shape")


def _model(
    graph: onnx.GraphProto,
    nodes: Sequence[onnx.NodeProto],
    constants: Constants,
    opset: int,
) -> onnx.ModelProto:
    """Return a model of these nodes; large constants become inputs of their shape."""
    read = {name for node in nodes for name in node.input} | {o.name for o in graph.output}
    small = [t for n, t in constants.items() if n in read and prod(t.dims) <= FEW]
    large = [
        onnx.helper.make_tensor_value_info(name, tensor.data_type, tensor.dims)
        for name, tensor in constants.items()
        if name in read and prod(tensor.dims) > FEW
    ]
    bare = onnx.helper.make_graph(nodes, "network", [*graph.input, *large], graph.output, small)
    imports = [onnx.helper.make_opsetid("", opset)]
    return onnx.helper.make_model(bare, opset_imports=imports, ir_version=_IR_VERSION)


def _drop_casts(
    nodes: Sequence[onnx.NodeProto], shaped: onnx.ModelProto, constants: Constants
) -> None:
    """Turn casts from a kind of number to the same into Identity."""
    graph = shaped.graph
    kinds = {
        v.name: v.type.tensor_type.elem_type
        for v in (*graph.input, *graph.value_info, *graph.output)
    }
    kinds |= {name: tensor.data_type for name, tensor in constants.items()}
    for node in nodes:
        same = kinds.get(node.input[0] if node.input else "") == kinds.get(node.output[0], 0)
        if node.op_type in ("Cast", "CastLike") and same:
            node.op_type = "Identity"
            del node.attribute[:]
            del node.input[1:]


def _whole(
    shaped: onnx.ModelProto, graph: onnx.GraphProto, constants: Constants
) -> onnx.ModelProto:
    """Return the model with its weights in it, and only its own inputs."""
    own = {v.name for v in graph.input}
    weights = [v.name for v in shaped.graph.input if v.name not in own]
    inputs = [v for v in shaped.graph.input if v.name in own]
    del shaped.graph.input[:]
    shaped.graph.input.extend(inputs)
    for name in weights:
        shaped.graph.initializer.add().CopyFrom(constants[name])
        shaped.graph.initializer[-1].name = name
    return shaped
