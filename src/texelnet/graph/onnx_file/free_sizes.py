"""Free sizes: height, width and batch of an exported file are an example, where they can be.

Whether they can is found by trying: shapes are inferred at the file's size and at larger ones.
A layer pins the size where it fails there, or where what it makes stays the same though what
it reads has grown: a Reshape or a Resize with sizes that the exporter wrote down as constants.
Layers that make one number of a whole picture may do so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod

import onnx
import onnx_ir as ir

from texelnet.errors import NetworkError, TexelnetError
from texelnet.graph.network import Network
from texelnet.graph.onnx_file.numbers import FEW, fold
from texelnet.graph.onnx_file.wellformed import at

_AXES = ("batch", "channels", "height", "width")
_ENLARGED = 3360
"""How much larger the trial pictures are: whole in strides of up to 32, 3, 5 and 7."""
_SUMMARIES = ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "Shape", "Size")
_AS_GIVEN = ("GroupNormalization",)
"""What makes a picture as large as its first operand."""
_WRITTEN = {
    "Reshape": "its sizes are constants; export it with dynamic axes",
    "Expand": "its sizes are constants; export it with dynamic axes",
    "Resize": "it resizes to a fixed size; export it with dynamic axes",
    "Slice": "it cuts to a fixed size; export it with dynamic axes",
}

Dim = int | str
Dims = tuple[Dim | None, ...]
Infer = Callable[[Mapping[str, Sequence[Dim]]], onnx.ModelProto]
_SPREADING = ("ConstantOfShape", "Expand", "Pad", "Tile")
"""What makes pictures of sizes; only the sizes are wanted."""
_FAILED = re.compile(r"op_type: ?([^,)]*), node name: ?([^)]*)\): (?:\[\w+\] ?)?([^\n]*)")


def infer(model: onnx.ModelProto, inputs: Mapping[str, Sequence[Dim]]) -> onnx.ModelProto:
    """Infer all shapes with inputs of these sizes, by ONNX's own rules.

    ONNX has no rule for :data:`_AS_GIVEN`, and takes a size cut off a shape that it does not
    know for no size at all; so it is shown an Identity there.
    """
    trial = onnx.ModelProto()
    trial.CopyFrom(model)
    for value in trial.graph.input:
        if value.name in inputs:
            set_dims(value, inputs[value.name])
    for node in trial.graph.node:
        if node.op_type in _AS_GIVEN:
            node.op_type = "Identity"
            del node.input[1:], node.attribute[:]
    found = onnx.shape_inference.infer_shapes(trial, True, True, True)
    del found.graph.node[:]
    found.graph.node.extend(model.graph.node)
    return found


def shapes_at(network: Network, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all values where free sizes have these numbers.

    A size that is not known, or that is no more than zero there, makes the value's shape empty.

    Raises
    ------
    NetworkError
        The network can't work at these sizes.
    """
    model = ir.serde.serialize_model(network.model)
    for value in (*model.graph.input, *model.graph.output):
        for dim in value.type.tensor_type.shape.dim:
            if dim.HasField("dim_param"):
                stem = dim.dim_param.partition("_")[0]
                dim.dim_value = sizes.get(dim.dim_param, sizes.get(stem, 1))
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    try:
        found = shapes(infer(model, {}))
        while not all(map(_known, found.values())) and _told(model, found, network):
            found |= shapes(infer(model, {}))
    except TexelnetError:
        raise
    except Exception as error:
        raise failure(error, network.source) from None
    whole = {name: tuple(n for n in said if isinstance(n, int)) for name, said in found.items()}
    return {
        n: s if len(s) == len(found[n]) and min(s, default=1) > 0 else ()
        for n, s in whole.items()
    }


def _known(said: Dims) -> bool:
    return all(isinstance(n, int) for n in said)


def _told(model: onnx.ModelProto, found: Mapping[str, Dims], network: Network) -> bool:
    """Carry out what a graph computes about its own sizes; tell whether there was any."""
    known = {
        name: tuple(n for n in said if isinstance(n, int))
        for name, said in found.items()
        if _known(said)
    }
    held = {tensor.name: tensor for tensor in model.graph.initializer}
    constants = {name: tensor for name, tensor in held.items() if prod(tensor.dims) <= FEW}
    before = set(constants)
    opset = max(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    about = [node for node in model.graph.node if node.op_type not in _SPREADING]
    fold(about, constants, known, opset, network.source)
    left = [node for node in model.graph.node if not constants.keys() >= set(node.output)]
    del model.graph.node[:]
    model.graph.node.extend(left)
    model.graph.initializer.extend(constants[name] for name in set(constants) - before)
    return len(constants) > len(before)


def set_dims(value: onnx.ValueInfoProto, dims: Sequence[Dim]) -> None:
    """Give a value sizes: whole numbers, and strings where they are free."""
    value.CopyFrom(
        onnx.helper.make_tensor_value_info(value.name, value.type.tensor_type.elem_type, dims)
    )


def shapes(model: onnx.ModelProto) -> dict[str, Dims]:
    """Return the sizes of every value, None for one that is not known."""
    graph = model.graph
    return {
        v.name: dims(v)
        for v in (*graph.input, *graph.value_info, *graph.output)
        if v.type.tensor_type.HasField("shape")
    }


def dims(value: onnx.ValueInfoProto) -> Dims:
    """Return a value's sizes: whole numbers, names, or None."""
    return tuple(
        d.dim_value if d.HasField("dim_value") else d.dim_param or None
        for d in value.type.tensor_type.shape.dim
    )


def failure(error: Exception, place: str) -> NetworkError:
    """Return ONNX's complaint as an error with its node."""
    text = str(error)
    if found := _FAILED.search(text):
        place, fact = f'{place} (node "{found[2]}")', f"{found[1]}: {found[3]}"
    else:
        fact = "ONNX refuses it: " + next(iter(text.strip().splitlines()), type(error).__name__)
    return NetworkError(place, fact[:500], "export it again, or look at it with onnx.checker")


def freed(
    model: onnx.ModelProto, inputs: Mapping[str, Dims], place: str
) -> tuple[dict[str, tuple[Dim, ...]], tuple[str, ...]]:
    """Return every input's sizes, free ones by name, and what pins height and width.

    Parameters
    ----------
    model
        The nodes and the small constants; others may be inputs.
    inputs
        The network's own inputs, as the file declares them.
    place
        The file.

    Raises
    ------
    NetworkError
        The network does not work at the sizes of its own file.
    """
    base, before = _begun(model, inputs, place)

    def why_not(larger: Callable[[str], tuple[int, ...]]) -> list[str]:
        try:
            after = shapes(infer(model, {name: larger(name) for name in base}))
        except Exception as error:
            found = failure(error, place)
            return [f"{found.where}: at another size, {found.fact}"]
        return _pinned(model, before, after, place)

    written = [n for n, said in inputs.items() if len(said) == 4 and _whole(said[2:])]
    pins = why_not(lambda n: _resized(base[n], n in written, 1, _ENLARGED)) if written else []
    pins = pins and why_not(lambda n: _resized(base[n], n in written, 61, 0)) and pins
    one = [n for n, said in inputs.items() if len(said) == 4 and _whole(said[:1])]
    held = bool(one) and bool(
        why_not(lambda n: (base[n][0] * (3 if n in one else 1), *base[n][1:]))
    )
    return _named(inputs, bool(pins), held), tuple(pins)


def _begun(
    model: onnx.ModelProto, inputs: Mapping[str, Dims], place: str
) -> tuple[dict[str, tuple[int, ...]], dict[str, Dims]]:
    """Return sizes that the network works at, and all shapes there.

    Free sizes are even at first; some networks work at odd ones alone.
    """
    complaint = None
    for size in (_ENLARGED, _ENLARGED + 1):
        base = {name: _example(said, size) for name, said in inputs.items()}
        try:
            return base, shapes(infer(model, base))
        except Exception as error:
            complaint = complaint or failure(error, place)
    assert complaint is not None
    raise complaint from None


def _whole(said: Dims) -> bool:
    return any(isinstance(n, int) for n in said)


def _example(said: Dims, size: int) -> tuple[int, ...]:
    """Return sizes to try: the file's own, others where they are free."""
    free = (1, 3, size, size)
    return tuple(n if isinstance(n, int) else free[min(axis, 3)] for axis, n in enumerate(said))


def _resized(shape: tuple[int, ...], is_free: bool, times: int, more: int) -> tuple[int, ...]:
    return (*shape[:2], *(n * times + more for n in shape[2:])) if is_free else shape


def _pinned(
    model: onnx.ModelProto, before: Mapping[str, Dims], after: Mapping[str, Dims], place: str
) -> list[str]:
    """Say which nodes make the same though they read something larger."""
    lines = []
    for node in model.graph.node:
        kind = node.op_type
        if kind in _SUMMARIES or kind.startswith("Reduce"):
            continue
        grown = any(before.get(n) != after.get(n) for n in node.input)
        known = [o for o in node.output if o in before and None not in before[o]]
        if grown and known and all(before[o] == after.get(o) for o in known):
            why = _WRITTEN.get(kind, "what it makes has the same size for every picture")
            lines.append(f"{at(place, node)}: {kind}: {why}")
    return lines


def _named(inputs: Mapping[str, Dims], pinned: bool, held: bool) -> dict[str, tuple[Dim, ...]]:
    """Give free sizes their names; equal ones the same."""
    names: dict[tuple[int, Dim], str] = {}

    def free(axis: int, said: Dim | None, name: str) -> str:
        what = (*_AXES, f"axis{axis}")[min(axis, 4)]
        key = (axis, f"{name} {what}" if said is None else said)
        fresh = f"{what}_{name}" if any(a == axis for a, _ in names) else what
        return names.setdefault(key, fresh)

    result: dict[str, tuple[Dim, ...]] = {}
    for name, said in inputs.items():
        kept = [held, True, pinned, pinned] if len(said) == 4 else [True] * len(said)
        result[name] = tuple(
            n if isinstance(n, int) and kept[axis] else free(axis, n, name)
            for axis, n in enumerate(said)
        )
    return result
