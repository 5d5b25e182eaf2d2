"""Gather: one layer of a network, with what passes through it.

The network is run on the picture and on pictures of one grey; whatever does not apply (no
contract, sizes that are pinned, a blob that is no picture) is left out of the facts.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.caffe import Net
from texelnet.caffe.about import About
from texelnet.caffe.layers import KINDS
from texelnet.errors import NetworkError, ShaderError, UsageError
from texelnet.explain.deconvolution import told_of_deconvolution
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.ops import OPS, Facts, Node, NotInAShader, Op, Operand, Told, read_node
from texelnet.ops.told import Flat
from texelnet.pixel import Plane, size
from texelnet.pixel.reach import reach
from texelnet.run.onnxruntime import Reference
from texelnet.shader.lower import lower

Blobs = Mapping[str, NDArray[np.float32]]
MORE = {"ConvTranspose": told_of_deconvolution}
"""Who gathers what only one kind of node wants."""
GREYS = np.linspace(0, 1, 18)
"""Levels of the flat pictures: every fifteenth of 255."""
_SIDE = 64
"""Pixels of a flat picture's side, where the network leaves it free."""


@dataclass(frozen=True)
class Explained:
    """A layer's explanation, and the facts it was made from; a loss has no node."""

    network: Network | Net
    node: Node | None
    facts: Facts
    told: Told


def explain_layer(
    network: Network, name: str, picture: NDArray[np.float32] | None, kind: str = ""
) -> Explained:
    """Explain one layer.

    Parameters
    ----------
    name
        Of the layer, which is that of its node.
    picture
        (channels, height, width) in 0..1, in the contract's channels.
    kind
        What the reader's file calls the layer's type; the node's type if left out.

    Raises
    ------
    UsageError
        If no layer has this name, with the nearest that is there.
    """
    raws = _named(network, name)
    reference = Reference(network, every=True)
    blobs = _run(network, reference, picture)
    node = read_node(raws[name], _known(network, blobs))
    facts = _facts(network, reference, node, blobs, kind)
    op = OPS.get(node.op)
    try:
        if node.op in MORE:
            facts = MORE[node.op](network, node, facts, picture)
        told = op.explain(node, facts) if op and op.explain else None
    except NotInAShader:  # a window of three dimensions, say, which no figure here draws
        told = None
    return Explained(network, node, facts, told or _plain(op, kind))


def _plain(op: Op | None, kind: str) -> Told:
    """Return what is known of a layer that has no page of its own."""
    about = KINDS[kind].about if kind in KINDS else About()
    known = op.summary if op else "An operator that is not known here."
    return Told(about.summary or known, about.formula)


def run_on(network: Network, picture: NDArray[np.float32] | None) -> Blobs:
    """Return every value of the graph on a picture (channels, height, width) in 0..1.

    Without a picture or a contract it is run on noise.
    """
    return _run(network, Reference(network, every=True), picture)


def _run(network: Network, reference: Reference, picture: NDArray[np.float32] | None) -> Blobs:
    rng, contract = np.random.default_rng(0), network.contract
    shape = next(iter(reference.inputs.values()), [])
    if picture is None and contract is not None and len(reference.inputs) == 1:
        picture = rng.random((contract.planes, *_sides(contract, shape)), np.float32)
    if picture is not None and contract is not None:
        feeds = {next(iter(reference.inputs)): contract.to_network(picture)[None]}
    else:
        feeds = {
            name: rng.random([n if isinstance(n, int) else _SIDE for n in shape], np.float32)
            for name, shape in reference.inputs.items()
        }
    return {**feeds, **reference.run(feeds)}


def _named(network: Network, name: str) -> dict[str, Any]:
    """Return the graph's nodes by name, this one among them."""
    raws = {str(raw.name): raw for raw in network.model.graph}
    if name not in raws:
        near = difflib.get_close_matches(name, raws, 1)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(list(raws)[:20])}"
        fact = f'{network.name} has no layer "{name}"'
        if name in [str(given.name) for given in network.model.graph.inputs]:
            fact = f'"{name}" is the picture that {network.name} is given, nothing is computed'
        raise UsageError("--layer", fact, hint)
    return raws


def _known(network: Network, blobs: Blobs) -> dict[str, Operand]:
    """Return what is known of operands: weights, constants, and planes of their sizes."""
    graph = network.model.graph
    known: dict[str, Operand] = {}
    for value in graph.initializers.values():
        assert value.const_value is not None
        known[str(value.name)] = value.const_value.numpy()
    for raw in graph:
        if raw.op_type == "Constant":
            known[str(raw.outputs[0].name)] = read_node(raw, {}).attributes["value"]
    for blob, numbers in blobs.items():
        if numbers.ndim == 4:
            height, width = (size(n) for n in numbers.shape[2:])
            known[blob] = Plane(blob, numbers.shape[1], height, width)
    return known


def _facts(
    network: Network, reference: Reference, node: Node, blobs: Blobs, kind: str
) -> Facts:
    entering = _entering(network, node)
    entered, left = _picture(blobs, entering), _picture(blobs, node.outputs[0])
    return Facts(
        layer=node.name,
        kind=kind or node.op,
        shape=None if entered is None else entered.shape,
        made=None if left is None else left.shape,
        entered=entered,
        left=left,
        flat=_flat(network, reference, entering),
        level=_level(network, node),
        quirks=KINDS[kind].about.quirks if kind in KINDS else (),
        multiply_adds=_multiply_adds(node),
        sees=_sees(network, node.outputs[0]),
    )


def _multiply_adds(node: Node) -> float | None:
    """Count them for one pixel; None where that is not known."""
    try:
        return float(OPS[node.op].macs(node)) if node.op in OPS else None
    except NotInAShader:
        return None


def _sees(network: Network, value: str) -> tuple[int, int] | None:
    """Return how many rows and columns of the input one pixel depends on."""
    try:
        rows, columns = reach(lower(network), value)
    except (ShaderError, KeyError, ValueError):
        return None
    return None if rows.whole or columns.whole else (rows.field, columns.field)


def _entering(network: Network, node: Node) -> str:
    """Return the value that enters a layer, which may be several nodes: `layer.part` first."""
    made = {str(v.name): raw for raw in network.model.graph for v in raw.outputs}
    name = next((o.name for o in node.operands if isinstance(o, Plane)), "")
    while name.startswith(f"{node.name}.") and name in made:
        first = made[name].inputs[0]
        name = "" if first is None else str(first.name)
    return name


def _picture(blobs: Blobs, name: str) -> NDArray[np.float32] | None:
    found = blobs.get(name)
    return found[0] if found is not None and found.ndim == 4 else None


def _flat(network: Network, reference: Reference, entering: str) -> Flat | None:
    """Return what enters the layer for pictures of one grey, in their middle."""
    contract = network.contract
    shape = next(iter(reference.inputs.values()), [])
    if contract is None or len(reference.inputs) != 1 or len(shape) != 4 or not entering:
        return None
    entered = []
    for grey in GREYS:
        flat = np.full((contract.planes, *_sides(contract, shape)), grey, np.float32)
        numbers = contract.to_network(flat)[None]
        feeds = {next(iter(reference.inputs)): numbers}
        try:
            found = {**feeds, **reference.run(feeds)}.get(entering)
        except NetworkError:
            return None
        if found is None or found.ndim != 4:
            return None
        entered.append(found[0, :, found.shape[2] // 2, found.shape[3] // 2])
    return Flat(GREYS, np.array(entered))


def _sides(contract: Contract, shape: Sequence[object]) -> list[int]:
    """Return height and width of a picture that an input of this shape takes."""
    return [n - 2 * contract.border if isinstance(n, int) else _SIDE for n in shape[2:]]


def _level(network: Network, node: Node) -> float | None:
    """Return one grey level in the numbers of a node that makes the network's picture."""
    contract, outputs = network.contract, [str(v.name) for v in network.model.graph.outputs]
    if contract is None or outputs != [node.outputs[0]]:
        return None
    return contract.span / 255
