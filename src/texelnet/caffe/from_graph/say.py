"""Say: a whole graph as a prototxt and weights, node by node.

Each node is said by its operator's function, or refused; a refusal counts only where what the
node makes is needed in the end. Layers that nobody needs are left out: a Pad that a convolution
has taken in, a Flatten before an InnerProduct.

A net's outputs are the blobs that nobody reads. A value that is both an output and read on gets
a copy, made by a Split layer; what nobody wants goes to a Silence layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from texelnet.caffe.from_graph.draft import (
    CantSay,
    Draft,
    Pairs,
    Written,
    block,
)
from texelnet.caffe.from_graph.pointwise import Say
from texelnet.caffe.from_graph.tidy import tidied
from texelnet.caffe.message import Message
from texelnet.caffe.weights import Weights, weights_from_arrays
from texelnet.caffe.write_text import write_text
from texelnet.errors import NetworkError, TexelnetError
from texelnet.graph.edit import Site, sites
from texelnet.graph.network import Network
from texelnet.graph.onnx_file import shapes_at

Sizes = Mapping[str, tuple[int, int]]
USUAL = (64, 64)
_MOST_NAMED = 20
_ABOUT_SIZES = ("Shape", "Size")  # who reads them tells why they matter


@dataclass(frozen=True)
class Said:
    """A network in Caffe's words.

    Parameters
    ----------
    prototxt
        The text, every input an Input layer.
    weights
        The parameters, by layer.
    """

    prototxt: str
    weights: Weights


def said(network: Network, words: Mapping[str, Say], sizes: Sizes) -> Said:
    """Say a graph as a Caffe network.

    Parameters
    ----------
    words
        How operators are said, by their type.
    sizes
        Height and width that the prototxt holds where the graph leaves them free, by input;
        under "" those of all others.

    Raises
    ------
    NetworkError
        It can't be said: all nodes that stand in the way are named, each with the reason.
    """
    shapes = _shapes(network, sizes)
    nodes = list(sites(network))
    graph = network.model.graph
    constants = {
        str(name): value.const_value.numpy()
        for name, value in graph.initializers.items()
        if value.const_value is not None
    }
    makers = {name: site for site in nodes for name in site.outputs if name}
    inputs = [str(value.name) for value in graph.inputs]
    draft = Draft(shapes, makers, constants, nodes[0])
    outputs = [str(value.name) for value in graph.outputs]
    refused = _all(draft, nodes, words)
    draft.layers = _ended(draft, inputs, outputs)
    _check(network, draft, refused, inputs)
    return _written(network.name, draft, inputs, network.source)


def _shapes(network: Network, sizes: Sizes) -> dict[str, Pairs]:
    """Return the shape of every value at two sizes."""
    small, large = {}, {}
    for value in network.model.graph.inputs:
        high, wide = sizes.get(str(value.name), sizes.get("", USUAL))
        for axis, dim in enumerate(value.shape or ()):
            if not isinstance(dim, int):
                small[str(dim.value)] = (1, 1, high, wide)[min(axis, 3)]
                large[str(dim.value)] = (3, 1, high + 3360, wide + 6720)[min(axis, 3)]
    found = shapes_at(network, small)
    try:
        grown = shapes_at(network, large)
    except TexelnetError:
        grown = found
    return {
        name: tuple(zip(shape, grown[name], strict=True))
        for name, shape in found.items()
        if len(shape) == len(grown.get(name, ()))
    }


def _all(draft: Draft, nodes: Iterable[Site], words: Mapping[str, Say]) -> dict[str, str]:
    """Say every node; return why what some of them make could not be said, by value."""
    refused: dict[str, str] = {}
    for node in nodes:
        draft.node, count = node, len(draft.layers)
        why = ""
        if node.op not in words:
            why = "Caffe has no layer for it"
        elif any(name and name not in draft.shapes for name in node.outputs):
            why = "how many axes it makes is not known"
        else:
            try:
                words[node.op](node, draft)
            except CantSay as error:
                why = error.why
            except (ArithmeticError, LookupError, TypeError, ValueError):
                why = "its operands or settings are not as ONNX has them"
        if why:
            del draft.layers[count:]
            refused |= dict.fromkeys((name for name in node.outputs if name), why)
    return refused


def _ended(draft: Draft, inputs: list[str], outputs: list[str]) -> list[Written]:
    """Give outputs their names, leave out what nobody needs, silence what nobody reads."""
    held: dict[str, list[str]] = {}
    for output in outputs:
        held.setdefault(_blob_of(draft, output), []).append(output)
    for blob, names in held.items():
        _end(draft, blob, names, blob in inputs)
    kept: list[Written] = []
    read = set(outputs)
    for layer in reversed(draft.layers):
        if read.intersection(layer.tops):
            kept.append(layer)
            read.update(layer.bottoms)
    kept.reverse()
    kept = tidied(kept, outputs)
    idle = [top for layer in kept for top in layer.tops if top not in read]
    idle += [name for name in inputs if name not in read]
    if idle:
        kept.append(Written(draft.fresh("silence", draft.names), "Silence", idle, [], {}, ()))
    return kept


def _blob_of(draft: Draft, output: str) -> str:
    """Return the blob that holds an output; numbers become a Parameter layer."""
    blob = draft.blob(output)
    if blob not in draft.constants:
        return blob
    draft.node = Site("Constant", blob, blob, (blob,), {}, {}, False, 0, False, (blob,))
    return draft.bottom(0)


def _end(draft: Draft, blob: str, names: list[str], is_input: bool) -> None:
    """See to it that these outputs are blobs of their names that nobody reads."""
    if not is_input and not any(blob in layer.tops for layer in draft.layers):
        return  # it could not be said
    is_read = is_input or any(blob in layer.bottoms for layer in draft.layers)
    if names == [blob] and not is_read:
        return
    if len(names) == 1 and not is_read:
        _rename(draft, blob, names[0])
        return
    inner = draft.fresh(f"{blob}.inner", draft.shapes) if blob in names else blob
    _rename(draft, blob, inner)
    draft.several("Split", [inner], names)


def _rename(draft: Draft, old: str, new: str) -> None:
    if new != old:
        draft.same.pop(new, None)
        draft.same[old] = new
    for layer in draft.layers:
        layer.tops = [new if top == old else top for top in layer.tops]
        layer.bottoms = [new if bottom == old else bottom for bottom in layer.bottoms]


def _check(
    network: Network, draft: Draft, refused: Mapping[str, str], inputs: list[str]
) -> None:
    """Refuse a network that needs what could not be said; all such nodes in one error."""
    made = {top for layer in draft.layers for top in layer.tops} | set(inputs)
    wanted = [str(value.name) for value in network.model.graph.outputs]
    needed = [bottom for layer in draft.layers for bottom in layer.bottoms] + wanted
    lines: dict[str, None] = {}
    pending, seen = [draft.blob(name) for name in needed], set()
    while pending:
        name = pending.pop()
        if name in made or name in seen:
            continue
        seen.add(name)
        site = draft.makers.get(name)
        if site is None:
            continue
        if name in refused:
            lines[site.output] = None
        pending += [draft.blob(n) for n in site.inputs if n and n not in draft.constants]
    if not lines:
        return
    order = [s for s in sites(network) if s.output in lines and s.op not in _ABOUT_SIZES]
    told = [f'  {s.op} "{s.layer}": {refused[s.output]}' for s in order]
    more = [f"  and {len(told) - _MOST_NAMED} more"] if len(told) > _MOST_NAMED else []
    count = "one node" if len(told) == 1 else f"{len(told)} nodes"
    fact = f"Caffe has no words for {count}\n" + "\n".join(told[:_MOST_NAMED] + more)
    raise NetworkError(network.source, fact, "keep it as ONNX, or export it without them")


def _written(name: str, draft: Draft, inputs: list[str], source: str) -> Said:
    """Write the text, and the weights by layer."""
    net = Message("NetParameter")
    net.add("name", name)
    for blob in inputs:
        shape = {"shape": {"dim": list(draft.shape(blob))}}
        title = draft.fresh(blob, draft.names)
        net.add(
            "layer", _message(Written(title, "Input", [], [blob], {"input_param": shape}, ()))
        )
    arrays = {}
    for layer in draft.layers:
        net.add("layer", _message(layer))
        for index, values in enumerate(layer.weights):
            arrays[f"param/{layer.name}/{index}"] = np.asarray(values, order="C")
    return Said(write_text(net), weights_from_arrays(arrays, source))


def _message(layer: Written) -> Message:
    names = {"name": layer.name, "type": layer.type, "bottom": layer.bottoms, "top": layer.tops}
    return block("LayerParameter", {**names, **layer.blocks})
