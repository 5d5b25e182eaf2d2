"""``texelnet convert A B``: a network, or its weights, from one form to another.

What A and B are is told by their endings::

    net.prototxt   net.onnx          a Caffe network as ONNX, weights included
    net.onnx       net.prototxt      ONNX as a Caffe network; net.caffemodel beside it
    old.prototxt   new.prototxt      an old prototxt (V0, V1, input_dim) in today's form
    net.prototxt   net.caffemodel    its weights (say an .npz) as Caffe writes them
    weights        weights           .caffemodel, .caffemodel.h5 and .npz

A converted network is read again and run beside the one it was made of, on random pictures,
before it is written; the largest difference is printed. The contract beside A (its .toml) is
put beside B.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli.inspect import size as read_size
from texelnet.cli.network import find, find_weights, graph, read_net, weighted
from texelnet.disk import write_whole
from texelnet.errors import UsageError

if TYPE_CHECKING:
    from texelnet.caffe import Net
    from texelnet.graph.network import Network

HELP = "Convert a network between Caffe and ONNX, or its weights."
_WEIGHTS = (".caffemodel", ".h5", ".npz")
_ENDINGS = ".prototxt, .onnx, .caffemodel, .h5 or .npz"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add A, B, --weights and --size."""
    parser.add_argument(
        "network", metavar="A", help="a .prototxt, an .onnx, weights, or a shipped network"
    )
    parser.add_argument("output", metavar="B", help="what it becomes, told by its ending")
    parser.add_argument(
        "--weights", metavar="FILE", help="those of a .prototxt; the file of its name beside it"
    )
    parser.add_argument(
        "--size",
        metavar="[INPUT=]WxH",
        type=_size,
        action="append",
        default=[],
        help="the picture that a new prototxt tells, where the ONNX file leaves it free; 64x64",
    )


def _size(text: str) -> tuple[str, tuple[int, int]]:
    name, _, pair = text.rpartition("=")
    return name, read_size(pair)


def run(words: argparse.Namespace) -> int:
    """Do what the endings say."""
    source, output = Path(words.network), Path(words.output)
    if source.suffix not in _WEIGHTS:
        source = find(words.network)
    forms = (source.suffix.lower(), output.suffix.lower())
    if not output.parent.is_dir():
        raise UsageError(str(output), "there is no such folder", "a folder that is there")
    if words.weights is not None and forms[0] != ".prototxt":
        raise UsageError("--weights", f"{source.name} holds its weights itself", "leave it out")
    if words.size and forms != (".onnx", ".prototxt"):
        fact = "only a prototxt that is made of an ONNX file gets a size"
        raise UsageError("--size", fact, "leave it out")
    if forms == (".prototxt", ".onnx"):
        _to_onnx(words, output)
    elif forms == (".onnx", ".prototxt"):
        _to_caffe(source, output, dict(words.size))
    elif forms == (".prototxt", ".prototxt"):
        _upgraded(source, output)
    elif forms[0] == ".prototxt" and forms[1] in (".caffemodel", ".h5"):
        _snapshot(words, output)
    elif forms[0] in _WEIGHTS and forms[1] in _WEIGHTS:
        _weights(source, output)
    else:
        fact = f"{source.suffix or source.name} can't become {output.suffix or output.name}"
        raise UsageError(str(output), fact, "see `texelnet convert --help` for what can")
    if forms[0] not in _WEIGHTS:
        _contract(source, output)
    return 0


def _to_onnx(words: argparse.Namespace, output: Path) -> None:
    """Write a Caffe network as ONNX, once what was written is known to be the same."""
    from texelnet.graph.builder import OPSET
    from texelnet.graph.onnx_file import read_onnx
    from texelnet.graph.serialise import to_bytes
    from texelnet.run.alike import largest_difference

    net = _weighted(words)
    network = graph(net, words)
    content, shapes = to_bytes(network.model), {blob: net.shapes[blob] for blob in net.inputs}
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / output.name
        trial.write_bytes(content)
        apart = largest_difference(network, read_onnx(trial), shapes)
    write_whole(output, lambda file: file.write(content))
    print(f"{output}: opset {OPSET}, {len(network.model.graph)} nodes; {_agreed(apart)}")
    _tell_pins(network)


def _tell_pins(network: Network) -> None:
    for pin in network.pins:
        print(f"the picture's size is fixed: {pin}", file=sys.stderr)


def _to_caffe(source: Path, output: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """Write an ONNX network as Caffe's, once what was written is known to be the same."""
    from texelnet.caffe import read_net as read
    from texelnet.caffe import to_graph
    from texelnet.caffe.from_graph import FROM_GRAPH, said
    from texelnet.caffe.snapshot import write_caffemodel
    from texelnet.graph.onnx_file import read_onnx
    from texelnet.run.alike import largest_difference

    network = read_onnx(source)
    known = [str(value.name) for value in network.model.graph.inputs]
    for name in sizes:
        if name and name not in known:
            raise UsageError("--size", f'there is no input "{name}"', ", ".join(known))
    words = said(network, FROM_GRAPH, sizes)
    net = read(words.prototxt, words.weights, source=str(output))
    shapes = {blob: net.shapes[blob] for blob in net.inputs}
    other = to_graph(net)
    apart = largest_difference(network, other, shapes)
    model = output.with_suffix(".caffemodel")
    write_caffemodel(model, net)
    _write_text(output, words.prototxt)
    layers = sum(layer.type not in ("Input", "Split") for layer in net.layers)
    print(f"{output}, {model.name}: {layers} layers; {_agreed(apart)}")
    _tell_pins(other)


def _agreed(apart: float) -> str:
    return f"run beside each other, {apart:.1e} of the largest number apart at most"


def _upgraded(source: Path, output: Path) -> None:
    """Write a prototxt in today's form, as Caffe's own upgrade does."""
    from texelnet.caffe.text import read_text
    from texelnet.caffe.tokens import decode
    from texelnet.caffe.upgrade import upgrade
    from texelnet.caffe.write_text import write_text

    message = upgrade(
        read_text(decode(source.read_bytes(), str(source)), str(source)), str(source)
    )
    _write_text(output, write_text(message))
    print(f"{output}: {len(message.blocks('layer'))} layers in today's form")


def _snapshot(words: argparse.Namespace, output: Path) -> None:
    """Write a network's weights as Caffe's own snapshots are written."""
    from texelnet.caffe.snapshot import write_caffemodel

    net = _weighted(words)
    write_caffemodel(output, net)
    print(f"{output}: the weights of {_counted(net)} layers")


def _counted(net: Net) -> int:
    return sum(bool(layer.parameters) for layer in net.layers)


def _weighted(words: argparse.Namespace) -> Net:
    place = find_weights(words)
    net = weighted(read_net(words), words)
    if net.unused_weights:
        names = ", ".join(net.unused_weights[:8])
        print(f"{place}: no layer takes the weights of {names}", file=sys.stderr)
    return net


def _weights(source: Path, output: Path) -> None:
    """Write weights in another form: by layer and number."""
    from texelnet.caffe import read_weights
    from texelnet.caffe.snapshot import write_weights

    if not source.is_file():
        raise UsageError(str(source), "no such file", _ENDINGS)
    weights = read_weights(source)
    write_weights(output, weights)
    print(f"{output}: the weights of {len(weights.blobs)} layers")


def _write_text(output: Path, text: str) -> None:
    write_whole(output, lambda file: file.write(text.encode()))


def _contract(source: Path, output: Path) -> None:
    """Put the contract beside a network beside what it became."""
    told, place = source.with_suffix(".toml"), output.with_suffix(".toml")
    if told.is_file() and not place.exists():
        content = told.read_bytes()
        write_whole(place, lambda file: file.write(content))
        print(f"{place}: the contract of {told.name}")
