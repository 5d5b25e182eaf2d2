"""``texelnet explain``: why a layer does what it does, with the reader's own numbers.

Without ``-o`` the page is printed, as text for a terminal unless ``--format`` says otherwise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from texelnet.cli._contract import searched
from texelnet.cli.network import (
    add_allow_python,
    add_words,
    find,
    graph,
    is_onnx,
    read_graph,
    read_net,
)

if TYPE_CHECKING:
    from texelnet.graph.network import Network
    from texelnet.page import Page
    from texelnet.run.runner import Planes

HELP = "Explain a layer, or a whole network, with its own numbers."
FORMATS = {"html": ".html", "markdown": ".md", "terminal": ".txt"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add NETWORK's words, --layer, --picture, -o, --format, --allow-python."""
    add_words(parser)
    parser.add_argument("--layer", metavar="NAME", help="the layer, as the file calls it")
    parser.add_argument("--picture", metavar="FILE", help="what passes through: PNG or JPEG")
    add_page(parser)
    add_allow_python(parser)


def add_page(parser: argparse.ArgumentParser) -> None:
    """Add -o and --format, as :func:`deliver` reads them."""
    parser.add_argument("-o", dest="page", metavar="PAGE", help="write a page: .html or .md")
    parser.add_argument("--format", choices=FORMATS, help="of the page; PAGE's ending says it")


def run(words: argparse.Namespace) -> int:
    """Explain, write or print."""
    check_page(words)
    if words.layer and not is_onnx(words) and (page := _loss(words)):
        deliver(page, words)
        return 0
    network, kinds = _network(words)
    contract, source = searched(words, find(words.network), network)
    tell = _layer if words.layer else _whole
    deliver(tell(words, network.wants(contract), source, kinds), words)
    return 0


def _network(words: argparse.Namespace) -> tuple[Network, dict[str, str]]:
    """Return the graph, and what a prototxt calls its layers' types."""
    if is_onnx(words):
        return read_graph(words), {}
    net = read_net(words)
    return graph(net, words), {layer.name: layer.type for layer in net.layers}


def _loss(words: argparse.Namespace) -> Page | None:
    """Return the page of a loss, which only a network that is read for training has."""
    from texelnet.explain import explain_loss
    from texelnet.report import explanation_page

    found = explain_loss(find(words.network), words.layer, allow_python=words.allow_python)
    return None if found is None else explanation_page(found)


def _layer(
    words: argparse.Namespace, network: Network, source: str, kinds: dict[str, str]
) -> Page:
    from texelnet.explain import explain_layer
    from texelnet.report import explanation_page

    picture, _ = _picture(words, network)
    kind = kinds.get(words.layer, "")
    return explanation_page(explain_layer(network, words.layer, picture, kind))


def _whole(
    words: argparse.Namespace, network: Network, source: str, kinds: dict[str, str]
) -> Page:
    from texelnet.explain import explain_network
    from texelnet.report import whole_page

    picture, said = _picture(words, network)
    if Path(source).is_file():
        source = f"`{Path(source).name}`, the file beside it"
    return whole_page(explain_network(network, picture, said, kinds), source)


def check_page(words: argparse.Namespace) -> None:
    """Refuse a file whose name says no form, before any work."""
    from texelnet.report import check_name

    if words.page and words.format is None:
        check_name(words.page)


def deliver(page: Page, words: argparse.Namespace) -> None:
    """Write the page, or print it."""
    from texelnet.report import WRITERS, write_page
    from texelnet.report.terminal import show

    if words.page is None and words.format in (None, "terminal"):
        show(page)
        return
    form = FORMATS[words.format] if words.format else ""
    if words.page is None:
        print(WRITERS[form](page), end="")
    else:
        write_page(page, words.page, form)
        print(f"wrote {words.page}", file=sys.stderr)


def _picture(words: argparse.Namespace, network: Network) -> tuple[Planes | None, str]:
    """Return what passes through, as the contract wants it, and in words."""
    from texelnet.picture import read_picture
    from texelnet.run.verify.trials import natural, planes_of

    if network.contract is None:
        return None, "noise"
    if words.picture is None:
        return natural(network.contract.planes, 48, 48), "a drawn picture of 48 x 48"
    return planes_of(read_picture(words.picture), network.contract), words.picture
