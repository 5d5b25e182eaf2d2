"""``texelnet run``: a network's blobs, from blobs, both as .npz.

IN.npz holds ``in/<blob>`` (batch, channels, height, width), the network's own numbers without
any contract, and may hold ``param/<layer>/<i>``, which replace those of the weights. OUT.npz
gets ``blob/<name>`` under Caffe's names or those of an ONNX file's values, float32:
onnxruntime and torch return every blob, the copies that an automatic Split makes included, the
others the network's outputs unless every blob is asked for.

torch computes what training needs: losses and labels, the TRAIN phase, and gradients. Those
that come in from outside stand in IN.npz as ``topdiff/<blob>``; OUT.npz then has
``diff/<blob>`` and ``pdiff/<layer>/<i>`` too. Layers of type Python are programs: they run
with ``--allow-python`` alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texelnet.cli.network import (
    add_allow_python,
    add_words,
    find,
    graph,
    is_onnx,
    read_graph,
    read_net,
    weighted,
)
from texelnet.cli.upscale import find_runner
from texelnet.disk import write_whole
from texelnet.errors import PrototxtError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from texelnet.caffe import Net
    from texelnet.graph.network import Network

    Arrays = dict[str, np.ndarray]
    Task = tuple[Network, Arrays, Callable[[Mapping[str, np.ndarray], bool], Arrays]]

HELP = "Compute a network's blobs from blobs, as .npz."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK, --inputs, --outputs, --phase, --gradients, --on and how to compute."""
    add_words(parser, contract=False)
    parser.add_argument("--inputs", metavar="IN.npz", required=True, help="in/<blob>")
    parser.add_argument("--outputs", metavar="OUT.npz", required=True, help="blob/<name>")
    from texelnet.run import RUNNERS

    parser.add_argument(
        "--phase", choices=("TRAIN", "TEST"), default="TEST", help="of a .prototxt; TEST"
    )
    parser.add_argument(
        "--gradients", action="store_true", help="diff/<blob> and pdiff/<layer>/<i> too"
    )
    names = ", ".join(RUNNERS)
    parser.add_argument(
        "--on",
        metavar="RUNNER",
        help=f"{names}, torch or auto; onnxruntime, or torch where there are losses, in the "
        "TRAIN phase and for gradients",
    )
    parser.add_argument(
        "--every-blob",
        action="store_true",
        help="every blob, not the outputs alone: fusion off",
    )
    add_allow_python(parser)


def run(words: argparse.Namespace) -> int:
    """Read, compute, write; tell what was computed where."""
    arrays = _arrays(words.inputs)
    given = {k.removeprefix("in/"): v for k, v in arrays.items() if k.startswith("in/")}
    trained = _for_torch(words)
    if trained is not None:
        return _in_torch(words, trained, arrays, given)
    network, inputs, named = (_onnx if is_onnx(words) else _caffe)(words, arrays, given)
    _tell_unread(words, given, inputs)
    runner = find_runner(words.on or "onnxruntime")
    every = words.every_blob or runner.name == "onnxruntime"
    start = time.perf_counter()
    values = runner.blobs(network, inputs, every)
    seconds = time.perf_counter() - start
    blobs = named(values, every)
    _write(words.outputs, {f"blob/{name}": values for name, values in blobs.items()})
    _tell(words, network.name, f"{runner.name}: {runner.adapter()}", len(blobs), seconds)
    return 0


def _for_torch(words: argparse.Namespace) -> Net | None:
    """Return the network with its losses if torch is asked for, or what only torch can do.

    Raises
    ------
    UsageError
        If that is asked of an ONNX file or of another runner.
    """
    asked = "--gradients" if words.gradients else "--phase TRAIN"
    trains = words.gradients or words.phase == "TRAIN"
    if is_onnx(words):
        if trains or words.on == "torch":
            fact = f"{find(words.network).name} is no Caffe network"
            raise UsageError(asked if trains else "--on torch", fact, "give a .prototxt")
        return None
    if words.on not in (None, "torch"):
        if trains:
            raise UsageError(asked, f"{words.on} can't", "--on torch, or leave --on out")
        return None
    net = read_net(words, words.phase, training=True, allow_python=words.allow_python)
    return net if words.on == "torch" or trains or _only_trains(net) else None


def _only_trains(net: Net) -> bool:
    """Tell whether a network has layers that no graph has."""
    from texelnet.caffe.layers import LOSS_LAYERS

    return any(layer.type in LOSS_LAYERS or layer.program is not None for layer in net.layers)


def _in_torch(words: argparse.Namespace, net: Net, arrays: Arrays, given: Arrays) -> int:
    """Compute a Caffe network with its losses in torch."""
    from texelnet.caffe import weights_from_arrays
    from texelnet.run import torch

    for doubt in net.doubts:
        print(f"warning: {doubt}", file=sys.stderr)
    inputs = {name: given[name] for name in net.inputs if name in given}
    _tell_unread(words, given, inputs)
    net = _sized(net, inputs, words.inputs)
    net = weighted(net, words, weights_from_arrays(arrays, words.inputs))
    outside = _outside(words, arrays, net) if words.gradients else None
    start = time.perf_counter()
    found = torch.compute(net, inputs, outside)
    seconds = time.perf_counter() - start
    _write(words.outputs, found)
    _tell(words, net.name, f"torch: {torch.adapter_name()}", len(found), seconds)
    return 0


def _outside(words: argparse.Namespace, arrays: Arrays, net: Net) -> Arrays:
    """Return the gradients that come in from outside.

    Raises
    ------
    UsageError
        One belongs to no blob, or has another shape.
    """
    found = {
        name.removeprefix("topdiff/"): values
        for name, values in arrays.items()
        if name.startswith("topdiff/")
    }
    for name, values in found.items():
        if name not in net.shapes:
            raise UsageError(words.inputs, f'"topdiff/{name}": there is no such blob')
        if values.shape != net.shapes[name]:
            fact = f'"topdiff/{name}" is {values.shape}, {name} is {net.shapes[name]}'
            raise UsageError(words.inputs, fact, "a gradient has the shape of its blob")
    return found


def _tell_unread(words: argparse.Namespace, given: Arrays, inputs: Arrays) -> None:
    for name in sorted(given.keys() - inputs.keys()):
        print(f'{words.inputs}: nothing reads "in/{name}", it is left out', file=sys.stderr)


def _tell(
    words: argparse.Namespace, network: str, machine: str, arrays: int, seconds: float
) -> None:
    print(f"{network} on {machine}")
    what = "array" if machine.startswith("torch") else "blob"
    count = f"{arrays} {what}{'s' if arrays != 1 else ''}"
    print(f"{find(words.network)}: {count} in {seconds:.2f} s, {words.outputs}")


def _caffe(words: argparse.Namespace, arrays: Arrays, given: Arrays) -> Task:
    """Read a Caffe network; return its inputs, and how values get Caffe's names."""
    from texelnet.caffe import weights_from_arrays

    net = read_net(words)
    inputs = {name: given[name] for name in net.inputs if name in given}
    net = _sized(net, inputs, words.inputs)
    network = graph(net, words, weights_from_arrays(arrays, words.inputs))
    return network, inputs, lambda values, every: _blobs(net, inputs, values, every)


def _onnx(words: argparse.Namespace, arrays: Arrays, given: Arrays) -> Task:
    """Read an ONNX file; return its inputs, checked; values keep their names.

    Raises
    ------
    UsageError
        An input is missing, or of a shape that the network does not take.
    """
    network, place = read_graph(words), words.inputs
    nodes = network.model.graph
    shapes = {str(v.name): tuple(v.shape or ()) for v in nodes.inputs}
    for name, shape in shapes.items():
        if name not in given:
            fact = f'there is no "in/{name}"; {network.name} takes {", ".join(shapes)}'
            raise UsageError(place, fact, "one array in/<input> for each input")
        found = given[name].shape
        fits = len(found) == len(shape) and 0 not in found
        if not fits or any(
            isinstance(a, int) and a != b for a, b in zip(shape, found, strict=False)
        ):
            wanted = f"({', '.join(map(str, shape))})"
            fact = f'"in/{name}" is {found}, {network.name} takes {wanted}'
            raise UsageError(place, fact, "(batch, channels, height, width)")
    inputs = {name: given[name].astype("float32") for name in shapes}

    def named(values: Mapping[str, np.ndarray], every: bool) -> Arrays:
        made = [str(v.name) for node in nodes for v in node.outputs]
        wanted = [*inputs, *made] if every else [str(v.name) for v in nodes.outputs]
        known = inputs | dict(values)
        return {name: known[name] for name in wanted if name in known}

    return network, inputs, named


def _blobs(net: Net, inputs: Arrays, values: Mapping[str, np.ndarray], every: bool) -> Arrays:
    """Return values under Caffe's names, in the order Caffe makes them.

    Values that only the graph knows are left out, and so are earlier versions of a blob that
    is changed in place.
    """
    named = dict(values)
    changed = {
        top: layer.name
        for layer in net.layers
        for top in layer.tops
        if top in net.inputs and layer.type not in ("Input", "Dropout")
    }
    for blob in net.inputs:
        last = f"{blob}@{changed[blob]}" if blob in changed else ""
        named[blob] = named.get(last, inputs[blob].astype("float32"))
    wanted = net.shapes if every else net.outputs
    return {blob: named[blob] for blob in wanted if blob in named}


def _sized(net: Net, inputs: Arrays, place: str) -> Net:
    """Return the network at the shapes of its inputs.

    Raises
    ------
    UsageError
        An input is missing, or the network can't work at its shape.
    """
    for name in net.inputs:
        if name not in inputs:
            fact = f'there is no "in/{name}"; {net.name} takes {", ".join(net.inputs)}'
            raise UsageError(place, fact, "one array in/<blob> for each input")
    for name, values in inputs.items():
        wanted = net.shapes[name]
        if values.ndim != len(wanted) or 0 in values.shape:
            fact = f'"in/{name}" is {values.shape}, {net.name} takes {wanted}'
            raise UsageError(place, fact, "(batch, channels, height, width)")
    try:
        return net.at({name: values.shape for name, values in inputs.items()})
    except PrototxtError as error:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in inputs.items())
        raise UsageError(
            place, f"with {shapes}, {error.where}: {error.fact}", error.hint
        ) from None


def _arrays(place: str) -> Arrays:
    """Read the numbers of an .npz."""
    import numpy as np

    from texelnet.caffe.weights import most_bytes

    try:
        with Path(place).open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not hasattr(archive, "files"):
                raise ValueError("it holds a single array")
            total = sum(entry.file_size for entry in archive.zip.infolist())
            if total > most_bytes(Path(place)):
                fact = f"it unpacks to {total:,} bytes"
                raise UsageError(place, fact, "numpy.savez, which packs nothing")
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise UsageError(place, "no such file", "an .npz that holds in/<blob>") from None
    except UsageError:
        raise
    except Exception as error:  # zipfile and numpy fail in a dozen ways on damaged files
        fact = f"this is no .npz that can be read ({error})"
        raise UsageError(place, fact, "numpy.savez with in/<blob>") from None
    for name, values in arrays.items():
        if name.startswith("in/") and values.dtype.kind not in "fiub":
            raise UsageError(place, f'"{name}" holds {values.dtype}, not numbers')
    return arrays


def _write(place: str, arrays: Mapping[str, Any]) -> None:
    """Write an .npz whole or not at all, under exactly this name."""
    import numpy as np

    try:
        write_whole(Path(place), lambda file: np.savez(file, **arrays))
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(place, reason, "a folder that is there") from None
