"""Lower: a network's graph becomes a pixel program, one plane a value.

Each node is handed to its operator with what is known of its operands: planes, constants,
or whole numbers about sizes. Nodes without a pixel meaning are all reported in one error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import onnx_ir as ir

from texelnet.errors import ShaderError
from texelnet.graph.network import Network
from texelnet.ops import (
    Node,
    NotInAShader,
    Operand,
    View,
    as_plane,
    meaning,
    read_node,
    view_of,
)
from texelnet.pixel import Demand, Plane, Program, check, size
from texelnet.pixel.expr import HERE, INSIDE, Mix, taps, walk
from texelnet.pixel.program import unsure

Known = Operand
MOST_CHANNELS = 4096
MOST_NUMBERS = 2**28


def lower(network: Network, outputs: Iterable[str] | None = None) -> Program:
    """Return the pixel program of a network.

    Parameters
    ----------
    network
        A network whose inputs are pictures (batch, channels, height, width).
    outputs
        Values to keep, by name; the graph's own outputs when left out.

    Raises
    ------
    ShaderError
        Listing every node that has no meaning in a pixel shader, with its reason.
    """
    graph = network.model.graph
    known: dict[str, Known] = {}
    for name, value in graph.initializers.items():
        assert value.const_value is not None
        known[name] = value.const_value.numpy()
    inputs = [v for v in graph.inputs if v.name not in known]
    for value in inputs:
        plane = _input(value, network)
        known[plane.name] = plane
    demands: list[Demand] = []
    refused = _nodes(graph, known, demands)
    wanted = list(outputs) if outputs is not None else [str(v.name) for v in graph.outputs]
    if outputs is None:
        refused += [_apart(v) for v in graph.outputs if _is_apart(known.get(str(v.name)))]
    if refused:
        raise ShaderError(
            network.source,
            "these layers have no meaning in a pixel shader\n" + "\n".join(refused),
        )
    planes = _planes(known)
    for name in wanted:
        view = known.get(name)
        found = as_plane(view, name) if isinstance(view, View) else planes.get(name)
        if found is not None:
            planes.setdefault(name, found)
        else:
            raise ShaderError(network.source, f'"{name}" is no picture plane', "")
    program = Program(planes, tuple(str(v.name) for v in inputs), tuple(wanted))
    cut = {str(v.name) for node in graph if node.op_type == "Slice" for v in node.outputs}
    demands += _demands(program, cut)
    program = Program(planes, program.inputs, program.outputs, unsure(demands))
    check(program)
    return program


def _input(value: ir.Value, network: Network) -> Plane:
    dims = list(value.shape) if value.shape is not None else []
    name = str(value.name)
    if len(dims) != 4 or not isinstance(dims[1], int):
        raise ShaderError(
            network.source,
            f'input "{name}" is no picture: its shape is ({", ".join(map(str, dims))})',
            "a picture is (batch, channels, height, width), with a known number of channels",
        )
    height, width = (size(d if isinstance(d, int) else str(d.value)) for d in dims[2:])
    return Plane(name, dims[1], height, width)


def _nodes(graph: ir.Graph, known: dict[str, Known], demands: list[Demand]) -> list[str]:
    """Lower every node in order; return a line for each that can't be."""
    refused: list[str] = []
    lost: set[str] = set()
    room = MOST_NUMBERS
    for raw in graph:
        if any(v is not None and v.name in lost for v in raw.inputs):
            lost.update(str(v.name) for v in raw.outputs)
            continue
        node = read_node(raw, known)
        try:
            results = _results(node)
            room -= _numbers(results)
            if room < 0:
                raise NotInAShader(
                    f"the layers up to here multiply by more than {MOST_NUMBERS:,} numbers",
                    "a smaller network",
                )
            known.update(_steps(results[len(node.outputs) :], graph))
        except NotInAShader as error:
            hint = f" (try: {error.hint})" if error.hint else ""
            refused.append(f'  {raw.op_type} "{raw.name}": {error.why}{hint}')
            lost.update(node.outputs)
        else:
            demands += [replace(d, where=node.name) for d in node.demands]
            known.update(zip(node.outputs, results, strict=False))  # some are optional
    return refused


def _numbers(results: Iterable[Known]) -> int:
    """Count the numbers that results hold in their matrices; zeros count too.

    Raises
    ------
    NotInAShader
        One of them has more channels than any network.
    """
    planes = [r.plane if isinstance(r, View) else r for r in results]
    found = [p for p in planes if isinstance(p, Plane) and p.expr is not None]
    most = max((p.computed.channels for p in found), default=0)
    if most > MOST_CHANNELS:
        fact = f"it makes {most:,} channels, {MOST_CHANNELS:,} are the most"
        raise NotInAShader(fact, "a picture network")
    mixes = (e for p in found for e in walk(p.computed) if isinstance(e, Mix))
    return sum(mix.matrix.size for mix in mixes)


def _steps(results: Iterable[Known], graph: ir.Graph) -> dict[str, Known]:
    """Return the planes that an operator computes on its way, by their names."""
    steps: dict[str, Known] = {p.name: p for p in results if isinstance(p, Plane)}
    if not steps:
        return steps
    taken = {str(v.name) for raw in graph for v in raw.outputs} & set(steps)
    if taken:
        raise NotInAShader(f'a value has the name that it needs, "{taken.pop()}"', "rename it")
    return steps


def _is_apart(value: Known | None) -> bool:
    return isinstance(value, View) and as_plane(value, "") is None


def _apart(output: ir.Value) -> str:
    """Say that the network's answer is no picture plane."""
    node = output.producer()
    what = f'{node.op_type} "{node.name}"' if node else f'"{output.name}"'
    return f"  {what}: {_FLAT}"


_FLAT = (
    "what the network returns is a list of numbers, no picture plane "
    "(try: reshape it to (batch, channels, height, width) at the end)"
)


def _planes(known: dict[str, Known]) -> dict[str, Plane]:
    """Return all planes in order, those that are only known under other axes too."""
    planes: dict[str, Plane] = {}
    for value in known.values():
        if isinstance(value, Plane | View):
            plane = view_of(value).plane
            planes.setdefault(plane.name, plane)
    return planes


def _results(node: Node) -> list[Known]:
    if node.op == "Constant":
        return [node.attributes["value"]]
    layer = (node.name,) if node.name else ()

    def named(result: Known) -> Known:
        """Return a result with the layer's name on the plane that it makes."""
        if isinstance(result, View) and result.plane.name in node.outputs:
            return View(replace(result.plane, layers=layer), result.axes)
        return replace(result, layers=layer) if isinstance(result, Plane) else result

    return [named(result) for result in meaning(node)]


def _demands(program: Program, cut: Collection[str]) -> Iterable[Demand]:
    """Sizes that are read pixel for pixel must be equal, and something be left of each plane.

    Planes that a Slice has `cut` are meant to be smaller than what they read, and so is what
    reads one plane alone by a window; where several are joined, none is. A step may merge
    a plane away of which nothing was left; the network would still fail there.
    """
    for plane in program.computed():
        where = " ".join(plane.layers) or plane.name
        for side in (plane.height, plane.width):
            yield Demand(size(0), side, where, "below")
        found = taps(plane.computed)
        joined = len({tap.plane for tap in found}) > 1
        for tap in found:
            source = program.planes[tap.plane]
            here = (tap.y, tap.x, tap.border, plane.phases) == (HERE, HERE, INSIDE, (1, 1))
            if here and not tap.presence and plane.name not in cut:
                for a, b in ((plane.height, source.height), (plane.width, source.width)):
                    spare = (b - a).fixed
                    if spare is None or spare < 0 or (joined and spare):
                        yield Demand(a, b, where)
