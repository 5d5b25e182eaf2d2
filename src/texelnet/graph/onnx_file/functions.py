"""Functions that a file defines itself: put in the place of the nodes that call them.

Before ONNX's own inliner is asked, the calls are followed by name: none may lead back to its
function, nor to more nodes than a network may have, which twenty functions of two calls each
would reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

import onnx
import onnx.inliner

from texelnet.errors import NetworkError
from texelnet.graph.onnx_file.wellformed import MOST_NODES, too_many

Key = tuple[str, str, str]  # domain, name, overload
MOST_DEEP = 100


def inlined(model: onnx.ModelProto, place: str) -> onnx.ModelProto:
    """Return the model without functions.

    Raises
    ------
    NetworkError
        A function calls itself, or calls that call calls make too many nodes.
    """
    functions = {(f.domain, f.name, f.overload): f for f in model.functions}
    if not functions:
        return model
    calls = {key: _called(f.node, functions) for key, f in functions.items()}
    used = _reached(_called(model.graph.node, functions), calls)
    order = _in_order({key: calls[key] for key in used}, place)
    nodes: dict[Key, int] = {}
    depths: dict[Key, int] = {}
    for key in order:
        inner = calls[key]
        nodes[key] = len(functions[key].node) + sum(nodes[k] for k in inner)
        depths[key] = 1 + max((depths[k] for k in inner), default=0)
    total = len(model.graph.node)
    total += sum(nodes[k] for k in _called(model.graph.node, functions))
    if total > MOST_NODES:
        raise too_many(total, place)
    if max(depths.values(), default=0) > MOST_DEEP:
        fact = f"functions call each other more than {MOST_DEEP} deep"
        raise NetworkError(place, fact, "export it without functions")
    kept = [f for key, f in functions.items() if key in used]
    del model.functions[:]
    model.functions.extend(kept)
    return onnx.inliner.inline_local_functions(model, True) if kept else model


def _called(
    nodes: Iterable[onnx.NodeProto], functions: dict[Key, onnx.FunctionProto]
) -> list[Key]:
    """Return the functions that nodes call, once a call."""
    keys = ((n.domain, n.op_type, n.overload) for n in nodes)
    return [key for key in keys if key in functions]


def _reached(first: Iterable[Key], calls: dict[Key, list[Key]]) -> set[Key]:
    found: set[Key] = set()
    waiting = list(first)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += calls[key]
    return found


def _in_order(calls: dict[Key, list[Key]], place: str) -> list[Key]:
    """Return the functions so that each comes after those it calls."""
    try:
        return list(TopologicalSorter(calls).static_order())
    except CycleError as error:
        names = ", ".join(f'"{name}"' for _, name, _ in error.args[1][:8])
        fact = f"functions call themselves: {names}"
        raise NetworkError(place, fact, "a network without recursion") from None
