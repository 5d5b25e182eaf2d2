"""Facts about a network, gathered from its Caffe layers, its graph and its pixel program.

What a program tells (sizes as expressions, receptive field, grid) is missing for a network
that can't be a shader; the layers and their shapes are there for every network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from texelnet.errors import PrototxtError, ShaderError, UsageError

if TYPE_CHECKING:
    from texelnet.caffe import Net
    from texelnet.graph.contract import Contract
    from texelnet.graph.network import Network
    from texelnet.pixel import Program
    from texelnet.pixel.reach import Reach

Facts = dict[str, Any]


def facts(net: Net, network: Network, size: tuple[int, int] | None) -> Facts:
    """Return all that is known of a network without running it, as JSON's values.

    Parameters
    ----------
    net
        The layers, at the sizes of the file.
    network
        The same as a graph, with its contract if one is known.
    size
        Height and width of the picture that shapes are told at; the file's if left out.
    """
    at = resized(net, network, size)
    program, refused = program_of(network)
    layers = _layers(at, network, program)
    total = _multiply_adds(at, network, program)
    return {
        "name": net.name,
        "source": net.source,
        "inputs": [_blob(at, name, program) for name in net.inputs],
        "outputs": [_blob(at, name, program) for name in net.outputs],
        "layers": layers,
        "left_out": list(net.dropped),
        "parameters": sum(
            {p.owner: prod(p.shape) for x in net.layers for p in x.parameters}.values()
        ),
        "multiply_adds": float(sum(total.values())),
        "memory": _memory(at, network, refused),
        "receptive_field": field(program),
        "grid": grid(program, network.contract),
        "contract": None if network.contract is None else plain(network.contract),
        "pins": list(network.pins),
        "refused": refused,
    }


def resized(net: Net, network: Network, size: tuple[int, int] | None) -> Net:
    """Return the network with inputs of another height and width.

    Raises
    ------
    UsageError
        If a layer pins the size, or can't work at this one.
    """
    if size is None:
        return net
    inputs = {name: net.shapes[name] for name in net.inputs if len(net.shapes[name]) == 4}
    wanted = {name: (*shape[:2], *size) for name, shape in inputs.items()}
    if network.pins and wanted != inputs:
        fact = f"{net.name} is pinned to the size of its file"
        raise UsageError("--size", fact, network.pins[0])
    if len(inputs) > 1 and len({shape[2:] for shape in inputs.values()}) > 1:
        fact = f"{net.name} has inputs of several sizes, {', '.join(inputs)}"
        raise UsageError("--size", fact, "write the sizes into the prototxt")
    try:
        return net.at(wanted)
    except PrototxtError as error:
        fact = f"at {size[1]}x{size[0]}, {error.where}: {error.fact}"
        raise UsageError("--size", fact, "a larger picture") from None


def without_weights(net: Net) -> Net:
    """Return the network with ones for weights: enough to count and to measure by."""
    ones = {
        p.owner: np.ones(p.shape, np.float32) for layer in net.layers for p in layer.parameters
    }
    return replace(net, weights=ones)


def program_of(network: Network) -> tuple[Program | None, list[str]]:
    """Return the network as a pixel program, or a line for each layer that can't be one."""
    from texelnet.shader.lower import lower

    try:
        return lower(network), []
    except ShaderError as error:
        lines = [line.strip() for line in error.fact.splitlines()]
        return None, lines[1:] or lines


def _layers(at: Net, network: Network, program: Program | None) -> list[Facts]:
    counts = _multiply_adds(at, network, program)
    return [
        {
            "name": layer.name,
            "type": layer.type,
            "line": layer.message.line,
            "reads": list(layer.bottoms),
            "writes": [
                {
                    "blob": blob,
                    "shape": list(shape),
                    "size": expressions(program, blob, layer.name),
                }
                for blob, shape in zip(layer.tops, layer.top_shapes, strict=True)
            ],
            "parameters": sum(prod(p.shape) for p in layer.parameters),
            "multiply_adds": float(counts.get(layer.name, 0)),
        }
        for layer in at.layers
    ]


def expressions(program: Program | None, blob: str, layer: str = "") -> list[str] | None:
    """Return height and width of a blob as expressions of the picture's, if they are known."""
    if program is None:
        return None
    plane = program.planes.get(f"{blob}@{layer}") or program.planes.get(blob)
    return None if plane is None else [str(plane.height), str(plane.width)]


def _blob(at: Net, name: str, program: Program | None) -> Facts:
    return {
        "blob": name,
        "shape": list(at.shapes[name]),
        "size": expressions(program, name),
    }


def _multiply_adds(at: Net, network: Network, program: Program | None) -> dict[str, Fraction]:
    return counted(network, program, _pixels(at), at.outputs[0])


def counted(
    network: Network, program: Program | None, pixels: Mapping[str, int], output: str
) -> dict[str, Fraction]:
    """Count each layer's multiply-adds for one output pixel, zeros in the weights included.

    By the rates of the grids where they are known, as for an endless picture; else at this
    size, borders included: ``pixels`` tells height times width of each blob.
    """
    from texelnet.ops import OPS, Node

    graph = network.model.graph
    known = {n: v.const_value.numpy() for n, v in graph.initializers.items() if v.const_value}
    whole = _rate(program, output)
    counts: dict[str, Fraction] = {}
    for raw in graph:
        node = Node(
            raw.op_type,
            str(raw.name),
            tuple(None if v is None else known.get(str(v.name)) for v in raw.inputs),
            tuple(str(v.name) for v in raw.outputs),
            {name: attribute.value for name, attribute in raw.attributes.items()},
        )
        top = node.outputs[0]
        if node.op not in OPS or node.op not in ("Conv", "ConvTranspose"):
            continue
        rate = _rate(program, top)
        if whole and rate:
            times = whole / rate
        else:
            times = Fraction(
                pixels.get(top, pixels.get(top.partition("@")[0], 0)), pixels[output]
            )
        counts[node.name] = OPS[node.op].macs(node) * times
    return counts


def _rate(program: Program | None, name: str) -> Fraction | None:
    """Input pixels for each pixel of a plane, if they are known."""
    axes = _axes(program, name)
    return None if axes is None else axes[0].rate * axes[1].rate


def _pixels(at: Net) -> dict[str, int]:
    """Height times width of each blob; 1 for a blob that is no picture."""
    return {n: prod(s[2:]) if len(s) == 4 else 1 for n, s in at.shapes.items()}


def _memory(at: Net, network: Network, refused: list[str]) -> Facts:
    """Bytes of weights, of all blobs at this size, and of the textures a shader holds."""
    owned = {p.owner: prod(p.shape) for x in at.layers for p in x.parameters}
    blobs = {
        (layer.name, top): prod(shape)
        for layer in at.layers
        for top, shape in zip(layer.tops, layer.top_shapes, strict=True)
        if top not in layer.bottoms
    }
    return {
        "weights": 4 * sum(owned.values()),
        "blobs": 4 * sum(blobs.values()),
        "textures": None if refused else _textures(at, network),
    }


def _textures(at: Net, network: Network) -> int | None:
    if len(at.inputs) != 1 or len(at.outputs) != 1:
        return None
    return texture_bytes(network, *at.shapes[at.inputs[0]][2:])


def texture_bytes(network: Network, height: int, width: int) -> int:
    """Return what a shader of one input and one output holds as textures at this size."""
    from texelnet.run.sizes import Sizes
    from texelnet.shader.compile import simplify
    from texelnet.shader.lower import lower
    from texelnet.shader.schedule import HYBRID

    program = simplify(lower(network), HYBRID)
    return Sizes.of_program(program, network.source).bytes_at(height, width)


def field(program: Program | None) -> Facts | None:
    """How many input pixels one output pixel sees, if it is known; None for all of them."""
    axes = _axes(program)
    if axes is None:
        return None
    sees = [None if axis.whole else axis.field for axis in axes]
    return {"height": sees[0], "width": sees[1]}


def grid(program: Program | None, contract: Contract | None) -> Facts | None:
    """Scale and offset of the output's grid, without and with border and crop."""
    axes = _axes(program)
    if axes is None:
        return None
    border, crop = (contract.border, contract.crop) if contract else (0, 0)
    rows, columns = axes
    framed = [float(axis.offset + crop - border * axis.scale) for axis in axes]
    return {
        "scale": {"height": float(rows.scale), "width": float(columns.scale)},
        "offset": {"height": float(rows.offset), "width": float(columns.offset)},
        "framed_offset": {"height": framed[0], "width": framed[1]},
    }


def _axes(program: Program | None, name: str = "") -> tuple[Reach, Reach] | None:
    """How rows and columns of a plane lie on the input; the output's if none is named."""
    from texelnet.pixel.reach import reach

    try:
        return None if program is None else reach(program, name or program.outputs[0])
    except (KeyError, ValueError):  # no plane, or one that does not depend on the picture
        return None


def plain(contract: Contract) -> Mapping[str, Any]:
    """Return a contract's keys as JSON's values."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(contract).items()}
