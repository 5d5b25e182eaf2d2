"""Well-formed: every value made once and before it is read, no graphs inside nodes, one domain.

What is refused is listed whole: all nodes of other domains, all that hold graphs.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

import onnx

from texelnet.errors import NetworkError, WeightsError

OLDEST = 11
MOST_NODES = 20_000
_SLIDING = ("AveragePool", "Conv", "ConvTranspose", "LpPool", "MaxPool")
_FAR = 2**30
_HOLDERS = (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)


def called(node: onnx.NodeProto) -> str:
    """Return a node's name: its own, or that of the value it makes."""
    return str(node.name or next((name for name in node.output if name), node.op_type))


def at(place: str, node: onnx.NodeProto) -> str:
    """Return a node's place, as errors begin."""
    return f'{place} (node "{called(node)}")'


def opset(model: onnx.ModelProto, place: str) -> int:
    """Return the version of ONNX's operators that the model speaks.

    Raises
    ------
    NetworkError
        Older than 11, newer than the installed onnx knows, or none at all.
    """
    said = [int(o.version) for o in model.opset_import if o.domain in ("", "ai.onnx")]
    newest = onnx.defs.onnx_opset_version()
    hint = "export it again with opset 18"
    if len(said) != 1:
        raise NetworkError(place, "it does not say which opset it speaks", hint)
    if said[0] < OLDEST:
        raise NetworkError(place, f"it speaks opset {said[0]}, {OLDEST} is the oldest", hint)
    if said[0] > newest:
        fact = f"it speaks opset {said[0]}, the installed onnx knows up to {newest}"
        raise NetworkError(place, fact, f"{hint}, or install a newer onnx")
    return said[0]


def too_many(count: int, place: str) -> NetworkError:
    """Return the error of a graph with so many nodes."""
    fact = f"it has {count:,} nodes, {MOST_NODES:,} are the most"
    return NetworkError(place, fact, "a picture network has a few hundred")


def check_nodes(graph: onnx.GraphProto, opset: int, place: str) -> None:
    """Refuse nodes that are not ONNX's own, or that hold graphs; all in one error.

    Raises
    ------
    NetworkError, WeightsError
        There are such nodes.
    UnicodeDecodeError
        Some words are no text.
    """
    if len(graph.node) > MOST_NODES:
        raise too_many(len(graph.node), place)
    for word in _words(graph):
        if isinstance(word, bytes):  # what protobuf gives in place of a str that is none
            word.decode()
    if graph.sparse_initializer:
        raise WeightsError(place, "it has sparse weights", "export it with dense weights")
    lines = [
        f'  {n.op_type} "{called(n)}": {why}' for n in graph.node if (why := _foreign(n, opset))
    ]
    if lines:
        more = [f"  and {len(lines) - 20} more"] if len(lines) > 20 else []
        fact = "these nodes can't be read\n" + "\n".join(lines[:20] + more)
        hint = "export it in evaluation mode, with ONNX's own operators and no control flow"
        raise NetworkError(place, fact, hint)


def _words(graph: onnx.GraphProto) -> Iterator[str | bytes]:
    """Give all names of a graph, and the texts of its nodes' attributes."""
    for tensor in graph.initializer:
        yield tensor.name
    for value in (*graph.input, *graph.output, *graph.value_info):
        yield value.name
    for node in graph.node:
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        for attribute in node.attribute:
            yield from (attribute.name, attribute.s, *attribute.strings)


def _foreign(node: onnx.NodeProto, opset: int) -> str:
    """Say why a node can't be read, if so."""
    if node.domain not in ("", "ai.onnx"):
        return f'it is of the domain "{node.domain}", not ONNX\'s own'
    if not onnx.defs.has(node.op_type, opset, ""):
        return f"opset {opset} has no such operator"
    if onnx.defs.get_schema(node.op_type, opset, "").deprecated:
        return f"opset {opset} has it no more"
    if any(a.type in _HOLDERS or a.HasField("g") or a.graphs for a in node.attribute):
        return "it holds a graph of its own, which a pixel shader can't follow"
    if node.op_type in _SLIDING and any(abs(n) > _FAR for a in node.attribute for n in a.ints):
        return "its kernel, strides or pads reach billions of pixels"
    if any(a.ref_attr_name for a in node.attribute):
        return "its settings are those of a function"
    return ""


def check_values(graph: onnx.GraphProto, place: str) -> None:
    """Refuse values that are made twice, read but never made, or that wait for themselves."""
    makers: dict[str, str] = {}
    given = [(v.name, "an input") for v in graph.input]
    given += [(t.name, "a constant") for t in graph.initializer]
    given += [(o, f'node "{called(n)}"') for n in graph.node for o in n.output if o]
    for name, maker in given:
        if name in makers:
            fact = f'the value "{name}" is made twice, by {makers[name]} and by {maker}'
            raise NetworkError(place, fact, "every value needs a name of its own")
        makers[name] = maker
    for node in graph.node:
        for name in node.input:
            if name and name not in makers:
                fact = f'it reads "{name}", which no node makes and no weights hold'
                raise WeightsError(at(place, node), fact, "export it with its weights in it")
    if not graph.output:
        raise NetworkError(place, "it has no outputs", "export it again")
    for value in graph.output:
        if value.name not in makers:
            fact = f'nothing makes its output "{value.name}"'
            raise NetworkError(place, fact, "export it again")


def in_order(graph: onnx.GraphProto, place: str) -> list[onnx.NodeProto]:
    """Return the nodes so that each comes after those it reads.

    Raises
    ------
    NetworkError
        Some wait for each other.
    """
    nodes = list(graph.node)
    maker = {o: i for i, n in enumerate(nodes) for o in n.output if o}
    waits = [{maker[name] for name in n.input if name in maker} for n in nodes]
    readers: list[list[int]] = [[] for _ in nodes]
    for i, sources in enumerate(waits):
        for source in sources:
            readers[source].append(i)
    left = [len(sources) for sources in waits]
    ready = [i for i, count in enumerate(left) if not count]
    order: list[int] = []
    while ready:
        order.append(heapq.heappop(ready))
        for reader in readers[order[-1]]:
            left[reader] -= 1
            if not left[reader]:
                heapq.heappush(ready, reader)
    if len(order) < len(nodes):
        waiting = sorted(set(range(len(nodes))) - set(order))
        fact = f"nodes wait for each other: {_some(called(nodes[i]) for i in waiting)}"
        raise NetworkError(place, fact, "a network without cycles")
    return [nodes[i] for i in order]


def _some(names: Iterable[str]) -> str:
    shown = [f'"{name}"' for name in names]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")


def named_apart(nodes: Iterable[onnx.NodeProto]) -> None:
    """Give every node a name of its own: the file's, or that of the value it makes."""
    taken: set[str] = set()
    for node in nodes:
        stem = name = called(node)
        if name in taken:
            stem = name = next((o for o in node.output if o), name)
        number = 0
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name)
        node.name = name
