"""Needs: which layers work backwards, and to which bottoms and parameters gradients go.

Caffe decides it once, from the prototxt. Forwards: a layer needs to if one of its parameters
learns (`lr_mult` is not 0) or a bottom was made by a layer that does; `propagate_down`
overrules that for a bottom. Backwards: a layer needs it only if a loss lies above it, and not
all of its tops had their gradients refused. `force_backward: true` asks it of all, and of all
bottoms that can have gradients (labels can't).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from texelnet.caffe.layer import Layer
from texelnet.caffe.layers import KINDS
from texelnet.errors import NetworkError


@dataclass(frozen=True)
class Needs:
    """What one layer works out: anything at all, and for each bottom and parameter."""

    layer: bool
    bottoms: tuple[bool, ...]
    parameters: tuple[bool, ...]


def needs(layers: Sequence[Layer], force: bool) -> list[Needs]:
    """Return the needs of each layer; `force` is the net's force_backward."""
    found = _under_loss(layers, _forwards(layers))
    if not force:
        return found
    return [
        Needs(
            layer.type != "Input",
            tuple(
                wanted or index not in KINDS[layer.type].labels
                for index, wanted in enumerate(need.bottoms)
            ),
            tuple(KINDS[layer.type].learns for _ in need.parameters),
        )
        for layer, need in zip(layers, found, strict=True)
    ]


def refuse_learnt_labels(layers: Sequence[Layer], found: Sequence[Needs]) -> None:
    """Refuse losses whose labels are made by what learns: no gradient could reach it.

    Raises
    ------
    NetworkError
        With the loss, and how labels are kept apart.
    """
    for layer, need in zip(layers, found, strict=True):
        kind = KINDS[layer.type]
        for index in sorted(kind.labels) if kind.is_loss and need.layer else ():
            if index < len(need.bottoms) and need.bottoms[index]:
                name = layer.bottoms[index]
                fact = f'{layer.type} has no gradient for "{name}", and what makes it learns'
                flags = " ".join(
                    f"propagate_down: {str(i not in kind.labels).lower()}"
                    for i in range(len(layer.bottoms))
                )
                raise NetworkError(layer.where, fact, f"{flags}, or lr_mult: 0 below it")


def _forwards(layers: Sequence[Layer]) -> list[Needs]:
    """Follow what learns, from the first layer to the last."""
    needed: set[str] = set()
    found = []
    for layer in layers:
        written = [bool(v.value) for v in layer.message.fields.get("propagate_down", [])]
        bottoms = tuple(written or [bottom in needed for bottom in layer.bottoms])
        rates = tuple(learning_rate(layer, i) != 0 for i in range(len(layer.parameters)))
        need = any(rates) or any(bottom in needed for bottom in layer.bottoms)
        needed.update(layer.tops if need else ())
        found.append(Needs(need, bottoms, rates))
    return found


def _under_loss(layers: Sequence[Layer], found: list[Needs]) -> list[Needs]:
    """Follow losses, from the last layer to the first."""
    under: set[str] = set()
    refused: set[str] = set()
    answer = []
    for layer, need in zip(layers[::-1], found[::-1], strict=True):
        weights = loss_weights(layer)
        contributes = any(weights) or any(top in under for top in layer.tops)
        skipped = all(top in refused for top in layer.tops)
        bottoms = need.bottoms
        if skipped or not contributes:
            bottoms = (False,) * len(bottoms)
        under.update(layer.bottoms if contributes else ())
        refused.update(b for b, want in zip(layer.bottoms, bottoms, strict=True) if not want)
        answer.append(
            replace(need, layer=need.layer and contributes and not skipped, bottoms=bottoms)
        )
    return answer[::-1]


def learning_rate(layer: Layer, index: int) -> float:
    """Return lr_mult of a parameter; statistics of BatchNorm are never learnt."""
    if not KINDS[layer.type].learns:
        return 0.0
    specs = layer.message.blocks("param")
    return specs[index].real("lr_mult") if index < len(specs) else 1.0


def loss_weights(layer: Layer) -> list[float]:
    """Return the loss weight of each top: a loss has 1 for its first one if none is written."""
    written = layer.message.reals("loss_weight")
    if written:
        return written
    usual = 1.0 if KINDS[layer.type].is_loss else 0.0
    return [usual, *[0.0] * (len(layer.tops) - 1)] if layer.tops else [usual]
