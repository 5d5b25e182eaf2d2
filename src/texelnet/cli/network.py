"""The words that every command shares: NETWORK, --weights, and those of the contract.

NETWORK is a .prototxt, an .onnx or the name of a network that texelnet ships. Its weights and
its contract are looked for beside it, under the same name::

    nets/up.prototxt        the network; or up.onnx, which holds its weights itself
    nets/up.npz             weights: param/<layer>/<i> in Caffe's layout; or up.caffemodel
    nets/up.toml            contract; without it, flags or a guess by evidence
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import texelnet
from texelnet.cli import _contract
from texelnet.errors import UsageError, WeightsError

if TYPE_CHECKING:
    from texelnet.caffe import Net, Weights
    from texelnet.graph.network import Network

T = TypeVar("T")
_SUFFIXES = (".prototxt", ".onnx")


def add_words(
    parser: argparse.ArgumentParser, optional: str = "", contract: bool = True
) -> None:
    """Add NETWORK (or --network with this default), --weights and the contract's words."""
    what = "a .prototxt, an .onnx, or one of " + ", ".join(shipped())
    if optional:
        parser.add_argument(
            "--network", default=optional, metavar="N", help=f"{what}; {optional}"
        )
    else:
        parser.add_argument("network", metavar="NETWORK", help=what)
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help=".caffemodel or .npz (param/<layer>/<i>); the file of NETWORK's name beside it",
    )
    if contract:
        _contract.add_words(parser)


def shipped() -> dict[str, Path]:
    """Return the prototxt of each network that is shipped, by name."""
    package = Path(texelnet.__file__).parent
    for root in (package / "networks", package.parents[1] / "networks"):
        if root.is_dir():
            places = {p.name: p / f"{p.name}.prototxt" for p in sorted(root.iterdir())}
            return {name: path for name, path in places.items() if path.is_file()}
    return {}


def find(word: str) -> Path:
    """Return the file that a word means: a path, or the name of a shipped network.

    Raises
    ------
    UsageError
        If there is no such file and no such network.
    """
    known, path = shipped(), Path(word)
    if word in known and not path.is_file():
        return known[word]
    if path.is_file():
        return path
    names = ", ".join(known)
    if path.suffix in _SUFFIXES or path.name != word:
        beside = sorted(p.name for p in _networks(path.parent))
        if path.is_dir():
            beside = sorted(f"{path.name}/{p.name}" for p in _networks(path))
        hint = next(iter(difflib.get_close_matches(path.name, beside, 1)), "")
        hint = (
            f"did you mean {path.parent / hint}?"
            if hint
            else f"a .prototxt, an .onnx, or {names}"
        )
        fact = "this is a folder" if path.is_dir() else "no such file"
        raise UsageError(word, fact, hint)
    near = difflib.get_close_matches(word, known, 1, 0.5)
    hint = (
        f"did you mean {near[0]}?" if near else f"a .prototxt or .onnx file, or one of {names}"
    )
    raise UsageError(word, "no network of this name is shipped", hint)


def _networks(folder: Path) -> list[Path]:
    return [path for suffix in _SUFFIXES for path in folder.glob(f"*{suffix}")]


def is_onnx(words: argparse.Namespace) -> bool:
    """Tell whether NETWORK is an ONNX file: a graph from the start, without Caffe's layers."""
    return find(words.network).suffix.lower() == ".onnx"


def read_graph(words: argparse.Namespace) -> Network:
    """Read an ONNX file, without a contract.

    Raises
    ------
    UsageError
        If weights were named besides.
    """
    from texelnet.graph.onnx_file import read_onnx

    path = find(words.network)
    if words.weights is not None:
        fact = f"{path.name} holds its weights itself"
        raise UsageError("--weights", fact, "leave --weights out; it is for a .prototxt")
    return read_onnx(path)


def read_net(
    words: argparse.Namespace,
    phase: str = "TEST",
    training: bool = False,
    allow_python: bool = False,
) -> Net:
    """Read the network's layers, without weights; when training with its losses."""
    from texelnet.caffe import read_net as read

    place = find(words.network)
    return read(place, phase=phase, training=training, allow_python=allow_python)


def add_allow_python(parser: argparse.ArgumentParser) -> None:
    """Add --allow-python."""
    parser.add_argument(
        "--allow-python",
        action="store_true",
        help="run the classes of the network's Python layers, with all your rights",
    )


def find_weights(words: argparse.Namespace) -> Path | None:
    """Return the file of weights that was named, or that lies beside the network.

    Raises
    ------
    WeightsError
        If the one that was named is not there.
    """
    if words.weights is not None:
        named = Path(words.weights)
        if not named.is_file():
            raise WeightsError(str(named), "no such file", "a .caffemodel or an .npz")
        return named
    return next((path for path in _beside(find(words.network)) if path.is_file()), None)


def _beside(prototxt: Path) -> Iterator[Path]:
    for suffix in (".npz", ".caffemodel"):
        yield prototxt.with_suffix(suffix)


def read_network(words: argparse.Namespace) -> Network:
    """Read the network with its weights, and its contract: told or guessed.

    Raises
    ------
    TexelnetError
        Of the kind that the damaged or missing thing has.
    """
    network = read_graph(words) if is_onnx(words) else graph(read_net(words), words)
    return network.wants(_contract.contract_of(words, find(words.network), network))


def graph(net: Net, words: argparse.Namespace, more: Weights | None = None) -> Network:
    """Return the graph of a network with weights; see :func:`weighted`."""
    from texelnet.caffe import to_graph

    return to_graph(weighted(net, words, more))


def weighted(net: Net, words: argparse.Namespace, more: Weights | None = None) -> Net:
    """Return a network with the weights the words mean, and ``more`` put in their place."""
    from texelnet.caffe import read_weights

    place = find_weights(words)
    weights = None if place is None else read_weights(place)
    if more is not None and more.blobs:
        weights = more if weights is None else weights.replaced(more)
    needy = [layer.name for layer in net.layers if layer.parameters]
    if weights is None and needy:
        names = " or ".join(path.name for path in _beside(find(words.network)))
        shown = ", ".join(needy[:8]) + (f" and {len(needy) - 8} more" if needy[8:] else "")
        hint = f"--weights FILE, or {names} beside the prototxt"
        raise WeightsError(net.source, f"no weights for {shown}", hint)
    if weights is None:
        return net
    net = net.with_weights(weights)
    for doubt in net.weights_doubts(weights):
        print(f"warning: {doubt}", file=sys.stderr)
    return net


def choice(option: str, word: str, known: Mapping[str, T]) -> T:
    """Return what a word means among the known ones.

    Raises
    ------
    UsageError
        If it means nothing, with the nearest that does.
    """
    if word in known:
        return known[word]
    near = difflib.get_close_matches(word, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
    raise UsageError(option, f'there is no "{word}"', hint)
