"""Scaling: how a network's weights change where its pictures are 0..1.

It is read off the network's pixel program, and tried: both rules are made and drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import ShaderError
from texelnet.explain.biases import biased_layers, with_biases
from texelnet.graph.contract import Contract
from texelnet.graph.edit import Site, sites, with_constant
from texelnet.graph.network import Network
from texelnet.ops.told import Scaling
from texelnet.pixel.degree import Degree, degrees
from texelnet.run.onnxruntime import Picturing
from texelnet.shader.lower import lower

Planes = NDArray[np.float32]
_LINEAR = ("Conv", "ConvTranspose")


def scaling_of(network: Network, picture: Planes) -> Scaling | None:
    """Return the rules, tried on a picture; None without a contract or a pixel meaning."""
    contract = network.contract
    if contract is None:
        return None
    try:
        program = lower(network)
    except ShaderError:
        return None
    kinds = {site.layer: site.op for site in sites(network)}
    found = degrees(program)
    bent = found.broken or _lost(found.planes, program.outputs)
    layers = [" ".join(program.planes[name].layers) or name for name in bent]
    broken = [f"{layer} ({kinds[layer]})" if layer in kinds else layer for layer in layers]
    first, last = _ends(network)
    linear = all(site.op in _LINEAR for site in (*first, last))
    shifted = contract.range[0] != 0 or any(contract.mean)
    off = () if shifted else _tried(network, picture, contract, linear)
    return Scaling(
        contract.range,
        shifted,
        [site.layer for site in first],
        last.layer,
        linear,
        biased_layers(network),
        list(dict.fromkeys(broken)),
        contract.seen < contract.planes,
        off[0] if len(off) == 2 else None,
        off[-1] if off else None,
    )


def _lost(planes: Mapping[str, Degree], outputs: tuple[str, ...]) -> list[str]:
    """Return the planes whose degree is not the picture's, if that reaches the answer."""
    if all(planes[name] in (1, None) for name in outputs):
        return []
    return [name for name, degree in planes.items() if degree not in (1, None)][:1]


def _ends(network: Network) -> tuple[list[Site], Site]:
    """Return the nodes that read the picture and the one that makes the answer."""
    graph = network.model.graph
    source, answer = str(graph.inputs[0].name), str(graph.outputs[0].name)
    known = list(sites(network))
    first = [site for site in known if source in site.inputs]
    return first, next(site for site in known if site.output == answer)


def _folded(network: Network, factor: float) -> Network:
    """Return the network with a factor in its first weights, and out of its last."""
    first, last = _ends(network)
    for site in first:
        weights = np.asarray(site.constants[1] * factor)
        network = with_constant(network, site.output, 1, weights)
    now = next(site for site in sites(network) if site.output == last.output)
    for place, array in now.constants.items():
        network = with_constant(network, last.output, place, np.asarray(array / factor))
    return network


def _tried(
    network: Network, picture: Planes, contract: Contract, ends: bool
) -> tuple[float, ...]:
    """Draw by both rules; return how far each is off from the network, in 0..1."""
    numbers, factor = contract.to_network(picture), factor_of(contract.span)
    wanted = Picturing(network)(numbers)
    divided = with_biases(network, 1 / factor, biased_layers(network))
    found = []
    for changed in ([_folded(network, factor)] if ends else []) + [divided]:
        made = Picturing(changed)((numbers / factor).astype(np.float32)) * factor
        found.append(float(np.abs(made - wanted).max() / contract.span))
    return tuple(found)


def factor_of(span: float) -> float:
    """Return by how much the network's numbers are to shrink.

    To 0..1; numbers that are 0..1 already, to 0..255.
    """
    return span if span != 1 else 1 / 255
