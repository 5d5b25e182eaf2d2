"""Weights given to the layers that take them: by name, by number, by shape.

Caffe goes on silently with random numbers where a layer finds no weights; here that is an
error. Layers of the file that the network does not have are fine, they are reported.
"""

from __future__ import annotations

from collections.abc import Sequence

from texelnet.caffe.layer import Layer, spoken
from texelnet.caffe.text import did_you_mean
from texelnet.caffe.weights import Array, Blob, Weights
from texelnet.errors import WeightsError

Owned = dict[tuple[str, int], Array]


def fit(
    layers: Sequence[Layer], source: str, weights: Weights
) -> tuple[Owned, tuple[str, ...]]:
    """Return the numbers of each parameter by its owner, and the file's layers left over."""
    owned: Owned = {}
    for layer in layers:
        stored = weights.blobs.get(layer.name)
        if stored is None:
            continue
        _check_number(layer, weights)
        for index, blob in sorted(stored.items()):
            parameter = layer.parameters[index]
            if not blob.fits(parameter.shape):
                raise _misfit(layer, index, blob, weights)
            owned[parameter.owner] = blob.values.reshape(parameter.shape)
    missing = [
        (layer, index)
        for layer in layers
        for index, parameter in enumerate(layer.parameters)
        if parameter.owner not in owned
    ]
    unused = tuple(sorted(weights.blobs.keys() - {layer.name for layer in layers}))
    if missing:
        raise _missing(missing, unused, source, weights)
    return owned, unused


def _check_number(layer: Layer, weights: Weights) -> None:
    stored, wanted = set(weights.blobs[layer.name]), len(layer.parameters)
    if all(index < wanted for index in stored):
        return
    fact = f"{weights.source} has {max(stored) + 1} blobs for this layer, it takes {wanted}"
    hint = "check bias_term" if layer.type in ("Convolution", "Deconvolution", "Scale") else ""
    raise WeightsError(layer.where, fact, hint or "rename the layer to leave its weights out")


def _misfit(layer: Layer, index: int, blob: Blob, weights: Weights) -> WeightsError:
    """Say that numbers have another shape, and what that usually means."""
    wanted, stored = layer.parameters[index].shape, blob.values.shape
    if layer.type in ("Convolution", "Deconvolution") and index == 0:
        swapped = len(stored) == len(wanted) and (stored[1], stored[0], *stored[2:]) == wanted
        channels = layer.bottom_shapes[0][1]
        taken = stored[0] if layer.type == "Deconvolution" else stored[1] if stored[1:] else 0
        if swapped and taken != channels:
            fact = f"{layer.type} weights take {taken} channels, the picture has {channels}"
            return WeightsError(layer.where, fact, _LAYOUTS)
    names = _names(layer)
    fact = f"the {names[index]} in {weights.source} are {spoken(stored)}, the layer takes"
    hint = _LAYOUTS if layer.type in ("Convolution", "Deconvolution") and index == 0 else ""
    if layer.type == "InnerProduct" and stored == wanted[::-1]:
        hint = "InnerProduct stores weights (out, in), with transpose: true (in, out)"
    hint = hint if sorted(stored) == sorted(wanted) else "is this the file of this network?"
    return WeightsError(layer.where, f"{fact} {spoken(wanted)}", hint)


def _names(layer: Layer) -> Sequence[str]:
    if layer.type == "BatchNorm":
        return ("means", "variances", "factors")
    return {"PReLU": ("slopes",), "Bias": ("addends",), "Scale": ("factors", "addends")}.get(
        layer.type, ("weights", "bias")
    )


def _missing(
    missing: list[tuple[Layer, int]], unused: tuple[str, ...], source: str, weights: Weights
) -> WeightsError:
    """Name the layers that found no weights, and the likeliest other name of the first."""
    said = []
    for layer, index in missing:
        whole = layer.name not in weights.blobs
        word = f'"{layer.name}"' + ("" if whole else f" ({_names(layer)[index]})")
        if word not in said:
            said.append(word)
    shown = ", ".join(said[:20]) + (f" and {len(said) - 20} more" if len(said) > 20 else "")
    fact = f"no weights for {shown} of {source}"
    hint = "is this the file of this network? Its weights go by the layers' names"
    if all(layer.name in weights.blobs for layer, _ in missing):
        hint = "is this the file of this network? A layer without bias has bias_term: false"
    if unused:
        near = did_you_mean(missing[0][0].name, list(unused)) or ", ".join(unused[:10])
        hint = f"the file's own layers that nobody takes: {near}; names must agree"
    return WeightsError(weights.source, fact, hint)


_LAYOUTS = "Deconvolution stores weights (in, out, h, w), Convolution stores (out, in, h, w)"
