"""Edit: the same network with one thing changed, node by node.

Nothing is changed in place: every function returns another network. A node is known by the
name of its first output, which no other has. Names of values stay what they were, so that two
networks can be compared value by value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx_ir as ir

from texelnet.graph.network import Network


@dataclass(frozen=True)
class Site:
    """One node, to be read.

    Parameters
    ----------
    output
        The name of its first output, by which it is known.
    layer
        What people call it: the layer it comes from, or its output.
    inputs
        Names of values, "" for one that is left out.
    constants
        Those inputs that are constants, by their place.
    picture
        Whether its first output is of float numbers (batch, channels, height, width).
    channels
        How many that has, 0 if it is no picture or its channels are not known.
    keeps
        Whether that has the shape of its first input, as far as sizes are known.
    outputs
        The names of all it makes, "" for one that nobody asks for.
    """

    op: str
    output: str
    layer: str
    inputs: tuple[str, ...]
    constants: Mapping[int, np.ndarray]
    attributes: Mapping[str, Any]
    picture: bool
    channels: int
    keeps: bool
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A node of one input, to be put into a graph; constants are its further inputs."""

    op: str
    constants: tuple[np.ndarray, ...] = ()
    attributes: tuple[tuple[str, Any], ...] = ()


def sites(network: Network) -> Iterator[Site]:
    """Yield every node, in the order they are computed."""
    for node in network.model.graph:
        constants = {
            i: value.const_value.numpy()
            for i, value in enumerate(node.inputs)
            if value is not None and value.const_value is not None
        }
        output = str(node.outputs[0].name)
        yield Site(
            node.op_type,
            output,
            node.name or output,
            tuple("" if v is None else str(v.name) for v in node.inputs),
            constants,
            {name: attribute.value for name, attribute in node.attributes.items()},
            _is_picture(node.outputs[0]),
            _channels(node.outputs[0]),
            _keeps(node),
            tuple(str(value.name or "") for value in node.outputs),
        )


def _is_picture(value: ir.Value) -> bool:
    return (
        value.dtype == ir.DataType.FLOAT and value.shape is not None and len(value.shape) == 4
    )


def _channels(value: ir.Value) -> int:
    known = value.shape[1] if value.shape is not None and _is_picture(value) else 0
    return known if isinstance(known, int) else 0


def _keeps(node: ir.Node) -> bool:
    given, made = node.inputs[0] if node.inputs else None, node.outputs[0]
    if given is None or given.shape is None or made.shape is None:
        return False
    pairs = list(zip(given.shape, made.shape, strict=False))
    known = [pair for pair in pairs if all(isinstance(n, int) for n in pair)]
    return len(given.shape) == len(made.shape) and all(a == b for a, b in known)


def with_constant(network: Network, output: str, place: int, array: np.ndarray) -> Network:
    """Return the network with another constant as the input at this place of a node."""
    copy, node = _copy(network, output)
    value = _constant(copy.model.graph, f"{output}.{place}", array.astype(np.float32))
    node.replace_input_with(place, value)
    return copy


def with_attributes(network: Network, output: str, **attributes: Any) -> Network:
    """Return the network with other attributes of a node; None removes one."""
    copy, node = _copy(network, output)
    for name, value in attributes.items():
        node.attributes.pop(name, None)
        if value is not None:
            node.attributes.add(ir.convenience.convert_attribute(name, value))
    return copy


def before(network: Network, output: str, place: int, chain: Sequence[Link]) -> Network:
    """Return the network with a chain of nodes between a node and one of its inputs."""
    copy, node = _copy(network, output)
    value = node.inputs[place]
    for link in chain:
        new = _node(copy.model.graph, link, value, output)
        node.prepend(new)
        value = new.outputs[0]
    node.replace_input_with(place, value)
    return copy


def after(network: Network, output: str, chain: Sequence[Link]) -> Network:
    """Return the network with a chain of nodes behind a node, read by all its readers."""
    if not chain:
        return network
    copy, node = _copy(network, output)
    graph, made = copy.model.graph, node.outputs[0]
    readers = list(made.uses())
    last, value = node, made
    for link in chain:
        new = _node(graph, link, value, output)
        last.append(new)
        last, value = new, new.outputs[0]
    for user, place in readers:
        user.replace_input_with(place, value)
    for place, end in enumerate(graph.outputs):
        if end is made:
            value.type, value.shape = made.type, made.shape
            graph.outputs[place] = value
    made.name, value.name = f"{output} as it was", output
    return copy


def bypass(network: Network, output: str, place: int = 0) -> Network:
    """Return the network in which a node hands its input on as it is."""
    copy, node = _copy(network, output)
    value, made = node.inputs[place], node.outputs[0]
    identity = ir.node("Identity", [value], name=node.name)
    node.append(identity)
    new = identity.outputs[0]
    new.type, new.shape = made.type, made.shape
    for user, at in list(made.uses()):
        user.replace_input_with(at, new)
    for at, end in enumerate(copy.model.graph.outputs):
        if end is made:
            copy.model.graph.outputs[at] = new
    copy.model.graph.remove(node, safe=True)
    new.name = output
    return copy


def _copy(network: Network, output: str) -> tuple[Network, ir.Node]:
    model = network.model.clone()
    node = next(n for n in model.graph if n.outputs[0].name == output)
    return replace(network, model=model), node


def _node(graph: ir.Graph, link: Link, value: ir.Value | None, output: str) -> ir.Node:
    name = f"changed {output} {link.op} {sum(1 for _ in graph)}"
    more = [
        _constant(graph, f"{name}.{place}", array) for place, array in enumerate(link.constants)
    ]
    node = ir.node(link.op, [value, *more], dict(link.attributes), name=name)
    node.outputs[0].name = f"{name}.out"
    return node


def _constant(graph: ir.Graph, name: str, array: np.ndarray) -> ir.Value:
    while name in graph.initializers:
        name += "'"
    value = ir.val(name, const_value=ir.tensor(np.ascontiguousarray(array), name=name))
    graph.register_initializer(value)
    return value
