"""``texelnet inspect``: what a network is made of, what it costs, what it sees.

With ``--json`` an object is printed::

    name, source            strings
    weights                 the file of weights, or null: then only shapes are known
    inputs, outputs         [{blob, shape, size}]: shape [batch, channels, height, width] at
                            --size; size [height, width] as expressions of the picture's,
                            null where they are not known
    layers                  [{name, type, line, reads, writes, parameters, multiply_adds}];
                            those of an ONNX file are its nodes, and line is null;
                            reads names blobs, writes is like inputs; multiply_adds counts
                            for one output pixel, zeros among the weights included
    left_out                training layers, "name (Type)"
    parameters              how many numbers were learnt
    multiply_adds           for one output pixel, all layers
    memory                  {weights, blobs, textures} in bytes at --size; textures are what
                            a shader holds, null for a network that can't be one
    predicted               of a package for webgpu: {passes, source_bytes, driver_seconds},
                            or null without weights and for what can't be a shader
    receptive_field         {height, width} in input pixels, or null; null for one of them:
                            an output pixel sees the whole picture there
    grid                    {scale, offset, framed_offset}, each {height, width}, or null:
                            output pixels per input pixel, and the shift in output pixels, of
                            the network itself and under the contract's border and crop
    contract                the keys of the contract, or null
    contract_from           the file, "guess", or null
    contract_reason         what the evidence was, or why there is none; "" for a file
    pins                    sentences: which layers keep height and width from being free
    refused                 sentences: which layers can't be in a shader, and why
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from texelnet.cli import _contract, _table
from texelnet.cli.network import (
    add_words,
    find,
    find_weights,
    graph,
    is_onnx,
    read_graph,
    read_net,
)
from texelnet.errors import TexelnetError

if TYPE_CHECKING:
    from texelnet.cli._facts import Facts
    from texelnet.graph.network import Network

HELP = "Show a network's layers, shapes, cost, receptive field and contract."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK, --size and --json."""
    add_words(parser)
    parser.add_argument(
        "--size", metavar="WxH", type=size, help="a picture to tell shapes at; the file's"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def size(text: str) -> tuple[int, int]:
    """Read WxH as (height, width)."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text!r} is no size like 480x270")
    return int(height), int(width)


def run(words: argparse.Namespace) -> int:
    """Gather the facts and print them."""
    found = _graph(words) if is_onnx(words) else _layers(words)
    if words.json:
        print(json.dumps({key: found[key] for key in _KEYS}, indent=1))
    else:
        _print(found)
    return 0


def _graph(words: argparse.Namespace) -> Facts:
    """Gather the facts of an ONNX file: its nodes are the layers."""
    from texelnet.cli._graph_facts import graph_facts

    network, told = _contracted(words, read_graph(words), known=True)
    told |= {"weights": network.source, "predicted": _predicted(network)}
    return graph_facts(network, words.size) | told


def _layers(words: argparse.Namespace) -> Facts:
    """Gather the facts of a Caffe network."""
    from texelnet.caffe import to_graph
    from texelnet.cli._facts import facts, without_weights

    net, place = read_net(words), find_weights(words)
    needy = any(layer.parameters for layer in net.layers)
    if place is None and needy:
        net = without_weights(net)
        network = to_graph(net)
    else:
        network = graph(net, words)
    known = place is not None or not needy
    network, told = _contracted(words, network, known)
    told["weights"] = None if place is None else str(place)
    found = told | {"predicted": _predicted(network) if known else None}
    return facts(net, network, words.size) | found


_KEYS = (
    "name", "source", "weights", "inputs", "outputs", "layers", "left_out", "parameters",
    "multiply_adds", "memory", "predicted", "receptive_field", "grid", "contract",
    "contract_from", "contract_reason", "pins", "refused",
)  # fmt: skip


def _contracted(
    words: argparse.Namespace, network: Network, known: bool
) -> tuple[Network, Facts]:
    """Return the network under its contract, and where that is from."""
    contract, place = _contract.told(words, find(words.network))
    told: dict[str, Any] = {"contract_from": None, "contract_reason": ""}
    if contract is not None:
        told["contract_from"] = str(place)
    elif not known:
        told["contract_reason"] = "without weights there is no evidence"
    else:
        try:
            contract, reason = _contract.guessed(network, _contract.flags(words))
        except TexelnetError as error:
            told["contract_reason"] = error.fact
        else:
            told |= {"contract_from": "guess", "contract_reason": reason}
    return network.wants(contract), told


def _predicted(network: Network) -> Facts | None:
    """Predict what a package for WebGPU would be: passes, text, seconds of a driver."""
    from texelnet.shader.compile import compile_network
    from texelnet.shader.targets import TARGETS

    target = TARGETS["webgpu"]
    try:
        contents = target.package(compile_network(network, target, target.usual))
    except TexelnetError:
        return None
    predicted = json.loads(contents["manifest.json"])["predicted"]
    return {key: predicted[key] for key in ("passes", "source_bytes", "driver_seconds")}


def _print(found: Facts) -> None:
    before = [{"writes": []}, *found["layers"]]
    rows = [_row(*pair) for pair in zip(found["layers"], before, strict=False)]
    head = ("layer", "type", "reads", "writes", "shape", "parameters", "multiply-adds")
    _table.show(f"{found['name']} ({found['source']})", head, rows, right=(5, 6))
    lines = [("weights", found["weights"] or "none found: only shapes are known")]
    lines += [("parameters", f"{found['parameters']:,}")]
    lines += [
        ("multiply-adds", f"{_table.number(found['multiply_adds'])} for one output pixel")
    ]
    lines += [("memory", _memory(found["memory"]))]
    lines += _shader(found["predicted"])
    lines += _reach(found)
    lines += [("contract", _contract_line(found))]
    lines += [("left out", text) for text in found["left_out"]]
    lines += [("size", text) for text in found["pins"] or ["free: any height and width"]]
    lines += [("no shader", text) for text in found["refused"]]
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        print(f"{name:{width}}  {text}")


def _row(layer: Facts, before: Facts) -> tuple[str, ...]:
    """Return a layer's row; sizes as expressions only where they change."""
    known, shapes = [top["size"] for top in before["writes"]], []
    for top in layer["writes"]:
        shape = " x ".join(map(str, top["shape"][1:] or top["shape"]))
        new = top["size"] is not None and top["size"] not in known
        size = f" ({', '.join(top['size'])})" if new else ""
        shapes.append(shape + size)
    return (
        layer["name"],
        layer["type"],
        " ".join(layer["reads"]),
        " ".join(top["blob"] for top in layer["writes"]),
        "; ".join(shapes),
        f"{layer['parameters']:,}" if layer["parameters"] else "",
        _table.number(layer["multiply_adds"]) if layer["multiply_adds"] else "",
    )


def _memory(memory: Facts) -> str:
    parts = [f"weights {_table.spoken_bytes(memory['weights'])}"]
    parts += [f"blobs {_table.spoken_bytes(memory['blobs'])} at this size"]
    if memory["textures"] is not None:
        parts += [f"as textures of a shader {_table.spoken_bytes(memory['textures'])}"]
    return ", ".join(parts)


def _shader(predicted: Facts | None) -> list[tuple[str, str]]:
    if predicted is None:
        return []
    source, seconds = (
        _table.spoken_bytes(predicted["source_bytes"]),
        predicted["driver_seconds"],
    )
    passes = f"{predicted['passes']} passes for webgpu"
    return [("shader", f"{passes}, {source}; a driver may compile it for {seconds:g} s")]


def _reach(found: Facts) -> list[tuple[str, str]]:
    if found["receptive_field"] is None:
        return []
    field, grid = found["receptive_field"], found["grid"]
    line = f"scale {_both(grid['scale'])}, offset {_both(grid['offset'])} output pixels"
    if grid["framed_offset"] != grid["offset"]:
        line += f", {_both(grid['framed_offset'])} under the contract's border and crop"
    lines = [("receptive field", _field(field))]
    lines += [("output grid", line)]
    contract = found["contract"]
    if contract and set(grid["framed_offset"].values()) != {contract["offset"]}:
        line = f"the contract says offset {contract['offset']:g}, the kernels say otherwise"
        lines += [("note", line)]
    return lines


def _field(field: Facts) -> str:
    if field["width"] is None and field["height"] is None:
        return "the whole picture"
    width, height = (field[side] or f"the whole {side}" for side in ("width", "height"))
    return f"{width} x {height} input pixels"


def _both(axes: Facts) -> str:
    width, height = f"{axes['width']:g}", f"{axes['height']:g}"
    return width if width == height else f"{width} x {height}"


def _contract_line(found: Facts) -> str:
    from texelnet.graph.contract import moot, setting

    contract = found["contract"]
    if contract is None:
        return f"none: {found['contract_reason']}"
    keys = {key: value for key, value in contract.items() if key not in moot(contract)}
    low, high = keys.pop("range")
    words = [f"range {low:g}..{high:g}"]
    words += [f"{key} {setting(value)}" for key, value in keys.items()]
    if found["contract_from"] == "guess":
        return f"guessed ({', '.join(words)}): {found['contract_reason']}"
    return f"{', '.join(words)} ({found['contract_from']})"
