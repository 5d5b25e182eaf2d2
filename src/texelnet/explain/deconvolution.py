"""What a deconvolution is told besides: its shader, renders with wrong biases, the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from texelnet.explain.biases import biased_layers, with_biases
from texelnet.explain.layer_shader import layer_shaders
from texelnet.explain.scaling import scaling_of
from texelnet.graph.network import Network
from texelnet.ops.conv_transpose.stripes import WRONG
from texelnet.ops.op import Node
from texelnet.ops.told import Facts, Render, Response
from texelnet.run.onnxruntime import Picturing, Reference
from texelnet.run.verify.trials import natural

Planes = NDArray[np.float32]
_SIDE = 48
_NAMES = {
    "none": "right",
    "own": f"bias of {{}} x {WRONG:g}",
    "hidden": f"hidden biases x {WRONG:g}",
    "all": f"all biases x {WRONG:g}",
}


def told_of_deconvolution(
    network: Network, node: Node, facts: Facts, picture: Planes | None
) -> Facts:
    """Return the facts with those that only a deconvolution wants.

    What draws pictures is left out where it does not make the picture.

    Parameters
    ----------
    picture
        (channels, height, width) in 0..1; one is drawn if none is given.
    """
    facts = replace(facts, shaders=layer_shaders(node, facts.kind))
    contract = network.contract
    if facts.level is None or facts.flat is None or contract is None:
        return facts
    seen = natural(contract.planes, *_sides(network)) if picture is None else picture
    grey = float(facts.flat.greys[len(facts.flat.greys) // 2])
    return replace(
        facts,
        grey=grey,
        renders=_renders(network, node, seen, grey),
        response=_response(network, node, grey),
        scaling=scaling_of(network, seen),
    )


def _response(network: Network, node: Node, grey: float) -> Response | None:
    """Measure what one pixel changes, a grey level up and down, by the output's phases."""
    contract, (sy, sx) = network.contract, node.get("strides", (1, 1))
    assert contract is not None, "a picture is drawn"
    if (sy, sx) != (contract.scale, contract.scale):
        return None
    respond, drawn = Picturing(network), []
    for step in (1 / 255, -1 / 255):
        flat = _flat(network, grey)
        flat[:, flat.shape[1] // 2, flat.shape[2] // 2] += step
        answer = contract.from_network(respond(contract.to_network(flat)), flat)
        drawn.append(answer.astype(np.float64).mean(0))
    change = (drawn[0] - drawn[1]) * 255 / 2
    skip = -contract.crop % sy  # to a pixel that the layer counts from a multiple of its stride
    whole = change[skip:, skip:]
    height, width = (n // s for n, s in zip(whole.shape, (sy, sx), strict=True))
    cells = whole[: height * sy, : width * sx].reshape(height, sy, width, sx)
    return Response(grey, cells.transpose(1, 3, 0, 2).reshape(sy * sx, height, width))


def _renders(network: Network, node: Node, picture: Planes, grey: float) -> list[Render]:
    """Draw the picture right, and with biases that are too large: by layers."""
    biased = biased_layers(network)
    own = [layer for layer in biased if layer == node.name]
    hidden = [layer for layer in biased if layer != node.name]
    wrong: dict[str, Sequence[str]] = {"none": ()}
    wrong |= {"own": own} if own else {}
    wrong |= {"hidden": hidden} if hidden else {}
    wrong |= {"all": biased} if own and hidden else {}
    changed = {key: with_biases(network, WRONG, layers) for key, layers in wrong.items()}
    return [
        Render(key, _NAMES[key].format(node.name), *_drawn(one, node, picture, grey))
        for key, one in changed.items()
    ]


def _drawn(
    network: Network, node: Node, picture: Planes, grey: float
) -> tuple[Planes, Planes, Planes]:
    """Return the picture, (phases, channels) of a flat one, and what enters the node there."""
    contract, reference = network.contract, Reference(network, every=True)
    assert contract is not None, "renders are pictures"
    order = slice(None, None, -1) if contract.channels == "bgr" else slice(None)
    (source,) = reference.inputs

    def draw(planes: Planes) -> tuple[Planes, Planes]:
        feeds = {source: contract.to_network(planes)[None]}
        blobs = {**feeds, **reference.run(feeds)}
        answer = contract.from_network(blobs[node.outputs[0]][0], planes)
        return answer[order], blobs[node.plane(0).name][0]

    flat, entered = draw(_flat(network, grey))
    # rows and columns that the layer counts from a multiple of its strides, in the middle
    (sy, sx), channels = node.get("strides", (1, 1)), len(flat)
    y, x = (
        n // 2 // s * s - contract.crop % s
        for n, s in zip(flat.shape[1:], (sy, sx), strict=True)
    )
    cell = flat[:, y : y + sy, x : x + sx].reshape(channels, -1).T
    middle = entered[:, entered.shape[1] // 2, entered.shape[2] // 2]
    return draw(picture)[0], cell, middle


def _sides(network: Network) -> tuple[int, int]:
    """Return height and width of a small picture that the network takes."""
    assert network.contract is not None, "a picture is drawn"
    around = 2 * network.contract.border
    height, width = (_SIDE if n is None else n - around for n in Picturing(network).size)
    return height, width


def _flat(network: Network, grey: float) -> Planes:
    assert network.contract is not None, "a picture is drawn"
    return np.full((network.contract.planes, *_sides(network)), grey, np.float32)
