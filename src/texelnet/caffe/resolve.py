"""Steps from bare layers to resolved ones: which may stand, which stay, shapes, owners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod

from texelnet.caffe.layer import ANY, Count, Kind, Layer, Parameter, Shape, place, spoken
from texelnet.caffe.layers import KINDS, LAYERS, REFUSED, TRAINING, UNTRAINED
from texelnet.caffe.message import Message
from texelnet.caffe.text import did_you_mean
from texelnet.errors import NetworkError, PrototxtError

MAX_AXES = 32
MAX_NUMBERS = 2**31 - 1
"""Caffe counts a blob's numbers in 32 bits."""


def check(layers: Sequence[Layer], source: str, training: bool) -> None:
    """Refuse unknown types, wrong numbers of blobs, and blobs with two makers."""
    _check_types(layers, source, KINDS if training else LAYERS)
    makers: dict[str, Layer] = {}
    for layer in layers:
        known = TRAINING.get(layer.type) or KINDS[layer.type]
        _check_count(layer, "bottom", layer.bottoms, known.bottoms)
        _check_count(layer, "top", layer.tops, known.tops)
        for position, top in enumerate(layer.tops):
            if not top or "\0" in top:
                raise layer.error(f"{top!r} is no name for a blob")
            if position < len(layer.bottoms) and layer.bottoms[position] == top:
                _check_in_place(layer)
            elif top in makers:
                raise _two_makers(layer, top, makers[top])
            makers[top] = layer


def _check_types(layers: Sequence[Layer], source: str, known: Mapping[str, Kind]) -> None:
    """List all layers of types that are not understood in one error.

    A field that is not understood is an error of its own where the type is.
    """
    lines, unknown = [], False
    for layer in layers:
        if layer.type in known or layer.type in TRAINING:
            continue
        reason = REFUSED.get(layer.type)
        if not layer.type:
            unknown, reason = True, 'write type: "Convolution" or another'
        elif reason is None:
            unknown = True
            near = did_you_mean(layer.type, [*LAYERS, *TRAINING, *REFUSED])
            reason = "there is no such layer type" + (f", try {near}" if near else "")
        named = layer.type[:80] or "no type"
        lines.append(f'  line {layer.message.line}, layer "{layer.name}" ({named}): {reason}')
    if not lines:
        return
    count = "one layer" if len(lines) == 1 else f"{len(lines)} layers"
    shown = lines[:50] + [f"  and {len(lines) - 50} more"] * (len(lines) > 50)
    fact = f"{count} can't be understood\n" + "\n".join(shown)
    if unknown:
        raise PrototxtError(source, fact, "the page caffe-layers.md lists all types")
    raise NetworkError(source, fact)


def _check_count(layer: Layer, what: str, blobs: Sequence[str], count: Count) -> None:
    least, most = count
    if least <= len(blobs) <= most:
        return
    if least == most:
        takes = str(least) if least else "no"
    else:
        takes = f"at least {least}" if most == ANY else f"{least} to {most}"
    hint = f'write {what}: "its name"' if len(blobs) < least else "a layer for each, or fewer"
    raise layer.error(f"{layer.type} takes {takes} {what}, not {len(blobs)}", hint)


def _check_in_place(layer: Layer) -> None:
    kind = None if layer.type in TRAINING else KINDS[layer.type]
    if kind is not None and not kind.in_place:
        fact = f"{layer.type} can't be in place: it would overwrite what it still reads"
        raise layer.error(fact, "give the top a name of its own")


def _two_makers(layer: Layer, top: str, maker: Layer) -> PrototxtError:
    """Say that a blob has two makers; the usual reason is in place after another reader."""
    in_place = any(bottom.startswith(f"{top}_{maker.name}_") for bottom in layer.bottoms)
    hint = "give one of them another name"
    if in_place:
        hint = "another layer reads the blob too, so it can't change in place: rename the top"
    where = f'layer "{maker.name}" (line {maker.message.line})'
    return layer.error(f'the blob "{top}" is made twice, by {where} and here', hint)


def with_losses(layers: Sequence[Layer]) -> tuple[list[Layer], frozenset[str]]:
    """Keep all layers; a loss that writes no top gets one, called as Caffe calls it.

    Returns the layers, and the blobs that may be outputs.
    """
    kept = []
    for layer in layers:
        if layer.type in UNTRAINED:
            raise NetworkError(layer.where, *UNTRAINED[layer.type])
        automatic = not layer.tops and KINDS[layer.type].tops[1]
        kept.append(replace(layer, tops=("(automatic)",)) if automatic else layer)
    return kept, frozenset(top for layer in kept for top in layer.tops)


def leave_out_training(layers: Sequence[Layer]) -> tuple[list[Layer], frozenset[str]]:
    """Leave out losses, labels and data layers.

    Returns the layers that stay, and the blobs that may be outputs: what only a Silence layer
    read is not one.
    """
    out: dict[str, Layer] = {}
    silent: set[str] = set()
    kept: list[Layer] = []
    for layer in layers:
        dropped = TRAINING.get(layer.type)
        from_out = [out[bottom] for bottom in layer.bottoms if bottom in out]
        for maker in from_out:
            if dropped is None and TRAINING[maker.type].gives_data and layer.type != "Split":
                raise _no_data(layer, maker)
        if dropped is not None or from_out:
            maker = from_out[0] if dropped is None else layer
            out.update(dict.fromkeys(layer.tops, maker))
            silent.update(layer.bottoms if dropped is not None and dropped.silent else ())
        else:
            kept.append(layer)
    kept = _without_idle(kept, layers)
    read = {bottom for layer in layers for bottom in layer.bottoms}
    copies = {top for layer in kept if layer.type == "Split" for top in layer.tops}
    tops = {top for layer in kept for top in layer.tops}
    return kept, frozenset(tops - silent - (copies & read))


def _no_data(layer: Layer, maker: Layer) -> NetworkError:
    where = place(maker.source, maker.message.line, maker.name)
    fact = (
        f'the {maker.type} layer feeds layer "{layer.name}", but it reads pictures of its own'
    )
    return NetworkError(where, fact, "put an Input layer in its place for the TEST phase")


def _without_idle(kept: list[Layer], layers: Sequence[Layer]) -> list[Layer]:
    """Leave out inputs and Splits whose every reader was left out."""
    read_before = {bottom for layer in layers for bottom in layer.bottoms}
    read: set[str] = set()
    busy = []
    for layer in reversed(kept):
        if layer.type == "Input":
            tops = tuple(top for top in layer.tops if top in read or top not in read_before)
            layer = _with_tops(layer, tops)
        wanted = read.intersection(layer.tops) or not read_before.intersection(layer.tops)
        if layer.tops and (wanted or layer.type != "Split"):
            busy.append(layer)
            read.update(layer.bottoms)
    return busy[::-1]


def _with_tops(layer: Layer, tops: tuple[str, ...]) -> Layer:
    """Return an Input layer with some of its tops."""
    if tops == layer.tops:
        return layer
    settings = layer.settings("input_param")
    shapes = settings.blocks("shape")
    if len(shapes) == len(layer.tops):
        chosen = [shape for top, shape in zip(layer.tops, shapes, strict=True) if top in tops]
        settings = settings.with_fields(shape=chosen)
    message = layer.message.with_fields(top=tops, input_param=[settings])
    return replace(layer, tops=tops, message=message)


def with_shapes(
    layers: Iterable[Layer], inputs: Mapping[str, Shape] | None = None, most: int = MAX_NUMBERS
) -> tuple[Layer, ...]:
    """Work out the shape of every blob, from the file's inputs or from these.

    A blob of more than ``most`` numbers is refused.
    """
    now: dict[str, Shape] = {}
    result = []
    for layer in layers:
        kind = KINDS[layer.type]
        layer = replace(layer, bottom_shapes=tuple(now[bottom] for bottom in layer.bottoms))
        shapes = kind.shapes(layer)
        if layer.type == "Input":
            given = inputs or {}
            shapes = tuple(
                given.get(top, shape) for top, shape in zip(layer.tops, shapes, strict=True)
            )
        for top, shape in zip(layer.tops, shapes, strict=True):
            _check_shape(layer, top, shape, most)
            now[top] = shape
        result.append(replace(layer, top_shapes=shapes))
    return tuple(result)


def _check_shape(layer: Layer, top: str, shape: Shape, most: int) -> None:
    if len(shape) > MAX_AXES:
        raise layer.error(f"{top} has {len(shape)} axes, a blob has at most {MAX_AXES}", _FOUR)
    if any(size < 1 for size in shape):
        raise layer.error(f"{top} is {spoken(shape)}, every size must be at least 1", _FOUR)
    if prod(shape) > most:
        fact = f"{top} is {spoken(shape)}, more than {most:,} numbers"
        raise layer.error(fact, "write a smaller picture: the size in the file is an example")


_FOUR = "a picture has four: batch, channels, height, width"


def with_parameters(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Give each layer its parameters; those shared by name belong to the first of them."""
    owners: dict[str, tuple[Parameter, Message]] = {}
    named: dict[str, Layer] = {}
    result = []
    for layer in layers:
        shapes = KINDS[layer.type].parameters(layer)
        specs = layer.message.blocks("param")
        if len(specs) > len(shapes):
            fact = (
                f"there are {len(specs)} param, {layer.type} has {len(shapes)} parameters here"
            )
            raise layer.error(fact, "remove those that are too many")
        if shapes and layer.name in named:
            fact = f"line {named[layer.name].message.line} has a layer of this name too"
            raise layer.error(fact, "weights go by name: rename one of them")
        named.update({layer.name: layer} if shapes else {})
        parameters = []
        for index, shape in enumerate(shapes):
            if prod(shape) > MAX_NUMBERS:
                fact = (
                    f"parameter {index} is {spoken(shape)}, more than {MAX_NUMBERS:,} numbers"
                )
                raise layer.error(fact, "check num_output and the size of the bottom")
            parameter = Parameter(shape, (layer.name, index))
            spec = specs[index] if index < len(specs) else None
            if spec is not None and spec.word("name"):
                parameter = _shared(layer, parameter, spec, owners)
            parameters.append(parameter)
        result.append(replace(layer, parameters=tuple(parameters)))
    return tuple(result)


def _shared(
    layer: Layer,
    parameter: Parameter,
    spec: Message,
    owners: dict[str, tuple[Parameter, Message]],
) -> Parameter:
    """Let a named parameter belong to the first layer that has the name."""
    name = spec.word("name")
    owner, first = owners.setdefault(name, (parameter, spec))
    what = f'parameter "{name}", which layer "{owner.owner[0]}" has too,'
    fits = owner.shape == parameter.shape
    if spec.word("share_mode") == "PERMISSIVE":
        fits = prod(owner.shape) == prod(parameter.shape)
    if not fits:
        fact = f"{what} is {spoken(parameter.shape)} here and {spoken(owner.shape)} there"
        raise layer.error(fact, "give one of them another name")
    for rate in ("lr_mult", "decay_mult"):
        if spec.has(rate) and first.has(rate) and spec.real(rate) != first.real(rate):
            fact = f"{what} has {rate} {spec.real(rate):g} here and {first.real(rate):g} there"
            raise layer.error(fact, "write it once")
    return Parameter(parameter.shape, owner.owner)
