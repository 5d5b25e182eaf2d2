"""Tidy: layers as people write them: factor and addend in one, changes in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from texelnet.caffe.from_graph.draft import Written
from texelnet.caffe.layers import LAYERS


def tidied(layers: list[Written], outputs: list[str]) -> list[Written]:
    """Return layers that compute the same; what the outputs are called stays."""
    return _in_place(_with_addends(layers, outputs))


def _with_addends(layers: list[Written], outputs: list[str]) -> list[Written]:
    """Give a Scale the addends of the Bias that alone reads it."""
    readers = Counter(bottom for layer in layers for bottom in layer.bottoms)
    makers = {layer.tops[0]: layer for layer in layers if layer.tops}
    merged = set()
    for bias in layers:
        scale = makers.get(bias.bottoms[0]) if bias.bottoms else None
        if scale is None or (scale.type, bias.type) != ("Scale", "Bias"):
            continue
        one, other = scale.blocks.get("scale_param", {}), bias.blocks.get("bias_param", {})
        alone = readers[scale.tops[0]] == 1 and scale.tops[0] not in outputs
        if alone and one == other and len(scale.weights) == len(bias.weights) == 1:
            bias.blocks = {"scale_param": {**one, "bias_term": True}}
            bias.type, bias.bottoms = "Scale", scale.bottoms
            bias.weights = (*scale.weights, *bias.weights)
            merged.add(scale.name)
    return [layer for layer in layers if layer.name not in merged]


def _in_place(layers: list[Written]) -> list[Written]:
    """Let a layer change its blob in place where a graph calls its versions ``blob@layer``."""
    readers = Counter(bottom for layer in layers for bottom in layer.bottoms)
    made = {top for layer in layers for top in layer.tops}
    names = {}
    for layer in layers:
        old, new = layer.bottoms[:1], layer.tops
        if len(layer.bottoms) != 1 or len(new) != 1 or not LAYERS[layer.type].in_place:
            continue
        stem, at, _ = old[0].partition("@")
        if at and new[0].partition("@")[0] == stem and readers[old[0]] == 1 and old[0] in made:
            names[old[0]] = new[0]
    for layer in layers:
        layer.tops = [_last(names, top) for top in layer.tops]
        layer.bottoms = [_last(names, bottom) for bottom in layer.bottoms]
    return layers


def _last(names: Mapping[str, str], name: str) -> str:
    while name in names:
        name = names[name]
    return name
