"""Facts about an ONNX file, gathered from its graph and its pixel program: nodes are layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from texelnet.cli import _facts
from texelnet.errors import UsageError

if TYPE_CHECKING:
    from texelnet.cli._facts import Facts
    from texelnet.graph.network import Network
    from texelnet.pixel import Program

USUAL = 64
"""The side of the picture that shapes are told at, if none is given."""
_SET = ("Clip", "Pad", "Pow", "Resize")
"""What these read besides the picture are settings, not parameters."""

Shapes = Mapping[str, tuple[int, ...]]
Told = Callable[[str], Any]


def graph_facts(network: Network, size: tuple[int, int] | None) -> Facts:
    """Return all that is known of an ONNX network without running it, as JSON's values.

    Parameters
    ----------
    network
        The network, with its contract if one is known.
    size
        Height and width of the picture that shapes are told at; 64 by 64 if left out, or
        what the network is pinned to.
    """
    graph = network.model.graph
    program, refused = _facts.program_of(network)
    shapes = _shapes(network, size)

    def told(name: str) -> Facts:
        shape = list(shapes.get(name, ()))
        return {"blob": name, "shape": shape, "size": _facts.expressions(program, name)}

    layers = _layers(network, program, shapes, told)
    weights = {n: prod(v.shape.numpy()) for n, v in graph.initializers.items() if v.shape}
    return {
        "name": network.name,
        "source": network.source,
        "inputs": [told(str(v.name)) for v in graph.inputs],
        "outputs": [told(str(v.name)) for v in graph.outputs],
        "layers": layers,
        "left_out": [],
        "parameters": sum(layer["parameters"] for layer in layers),
        "multiply_adds": sum(layer["multiply_adds"] for layer in layers),
        "memory": {
            "weights": 4 * sum(weights.values()),
            "blobs": 4 * sum(prod(top["shape"]) for x in layers for top in x["writes"]),
            "textures": _textures(network, program, shapes),
        },
        "receptive_field": _facts.field(program),
        "grid": _facts.grid(program, network.contract),
        "contract": None if network.contract is None else _facts.plain(network.contract),
        "pins": list(network.pins),
        "refused": refused,
    }


def _shapes(network: Network, size: tuple[int, int] | None) -> Shapes:
    """Return the shape of every value with a picture of this size.

    Raises
    ------
    UsageError
        If a node pins the size, or can't work at this one.
    """
    from texelnet.graph.onnx_file import shapes_at

    if size is not None and network.pins:
        fact = f"{network.name} is pinned to the size of its file"
        raise UsageError("--size", fact, network.pins[0])
    height, width = size or (USUAL, USUAL)
    return shapes_at(network, {"batch": 1, "height": height, "width": width})


def _layers(
    network: Network, program: Program | None, shapes: Shapes, told: Told
) -> list[Facts]:
    graph = network.model.graph
    pixels = {n: prod(s[2:]) if len(s) == 4 else 1 for n, s in shapes.items()}
    counts = _facts.counted(network, program, pixels, str(graph.outputs[0].name))
    seen: set[str] = set()
    layers = []
    for node in graph:
        reads = [str(v.name) for v in node.inputs if v is not None]
        new = [n for n in reads if n in graph.initializers and n not in seen]
        seen.update(new)
        layers.append(
            {
                "name": str(node.name),
                "type": node.op_type,
                "line": None,
                "reads": [n for n in reads if n not in graph.initializers],
                "writes": [told(str(v.name)) for v in node.outputs if v.name],
                "parameters": sum(_floats(graph.initializers[n]) for n in new)
                if node.op_type not in _SET
                else 0,
                "multiply_adds": float(counts.get(str(node.name), 0)),
            }
        )
    return layers


def _floats(value: Any) -> int:
    """How many float numbers a constant holds: whole numbers are no parameters."""
    array = value.const_value.numpy()
    return int(array.size) if array.dtype.kind == "f" else 0


def _textures(network: Network, program: Program | None, shapes: Shapes) -> int | None:
    """Bytes of the textures that a shader of one picture holds."""
    if program is None or len(program.inputs) != 1 or len(program.outputs) != 1:
        return None
    sides: Sequence[int] = shapes[program.inputs[0]][2:]
    return _facts.texture_bytes(network, sides[0], sides[1])
