"""Labels: one integer a pixel. What people give instead, told by what it looks like.

Caffe checks nothing but their count, and cuts them to whole numbers. Here a label that is no
class ends the run, with the picture, the pixel, the value, and what such values come from.
"""

from __future__ import annotations

from math import isfinite, prod
from typing import Any

from texelnet.caffe.layer import Layer, Run, Shape, spoken
from texelnet.errors import LabelError

MOST_VALUES = 10_000
"""Labels of more different values are no classes, whatever they are."""


def check_count(layer: Layer, axis: int) -> None:
    """Refuse labels that are not one for each entry of the scores."""
    scores, labels = layer.bottom_shapes[:2]
    wanted = (*scores[:axis], 1, *scores[axis + 1 :])
    if prod(labels) != prod(wanted):
        names, hint = layer.written, _one_each(scores, labels, axis)
        fact = f"{names[1]} is {spoken(labels)}, the scores {names[0]} take {spoken(wanted)}"
        raise layer.error(fact, hint)


def _one_each(scores: Shape, labels: Shape, axis: int) -> str:
    """Return what to do with labels of this shape."""
    classes, pixels = scores[axis], len(scores) - axis == 3
    one = "one integer a pixel" if pixels else "one integer a picture"
    if prod(labels) == prod(scores) and labels[:1] == scores[:1]:
        none = "no picture per class" if pixels else "not one number per class"
        return f"{one}, {none}; take the argmax over axis {axis}"
    if pixels and labels[0] == scores[0] * classes and prod(labels) == prod(scores):
        some = f"the {classes} pictures" if scores[0] == 1 else f"each {classes} pictures"
        return f"{one}, no picture per class; take the argmax over {some}, axis 0"
    if pixels and labels[1:2] == (3,) and labels[2:] == scores[2:]:
        return f"{one}, no colours: of a picture with a palette read the indices"
    if pixels and len(labels) > 2 and labels[0] == scores[0] and labels[-2:] != scores[-2:]:
        return (
            "both need one height and width: Crop the scores, or resize the labels to nearest"
        )
    return one


def exchanged(layer: Layer) -> str:
    """Doubt labels of another height and width than the scores, which the count hides."""
    scores, labels = layer.bottom_shapes[:2]
    if len(scores) != 4 or len(labels) < 3 or scores[-2:] == labels[-2:] or 1 in labels[-2:]:
        return ""
    fact = f"{layer.written[1]} is {spoken(labels)}, the scores {spoken(scores)}: "
    if scores[-2:] != labels[-2:][::-1]:
        return fact + "height and width differ, which the count hides"
    return (
        f"{fact}height and width are exchanged, which the count hides: swap axes "
        f"{len(labels) - 2} and {len(labels) - 1} of the labels"
    )


def classes(layer: Layer, run: Run, axis: int, ignored: int | None) -> Any:
    """Return the labels, whole numbers, once all are known to be classes.

    Raises
    ------
    LabelError
        With the picture, the pixel, the value, and what it usually means.
    """
    count, labels = layer.bottom_shapes[0][axis], run.bottoms[1].detach()
    wrong = ~((labels >= 0) & (labels < count) & (labels == run.torch.trunc(labels)))
    if ignored is not None:
        wrong &= run.torch.trunc(labels) != ignored
    if bool(wrong.any()):
        value = float(labels[wrong][0])
        hint = _why(layer, labels, value, axis, ignored)
        raise _found(layer, wrong, value, axis, f"classes are 0 to {count - 1}", hint)
    return run.torch.trunc(labels)


def shares(layer: Layer, run: Run, ignored: int | None) -> None:
    """Refuse targets of a sigmoid outside 0..1: its loss would fall without end.

    Raises
    ------
    LabelError
        With the picture, the pixel, the value, and what it usually means.
    """
    targets = run.bottoms[1].detach()
    wrong = ~((targets >= 0) & (targets <= 1))
    if ignored is not None:
        wrong &= run.torch.trunc(targets) != ignored
    if bool(wrong.any()):
        value = float(targets[wrong][0])
        hint = f"loss_param {{ ignore_label: {value:g} }} if it means none"
        if bool(((targets == 0) | (targets == 255)).all()):
            hint = "a mask of 0 and 255: divide it by 255"
        elif not isfinite(value) or value != int(value):
            hint = "how sure a class is there: 0 for no, 1 for yes"
        raise _found(layer, wrong, value, 0, "targets are 0 to 1", hint)


def _found(
    layer: Layer, wrong: Any, value: float, axis: int, allowed: str, hint: str
) -> LabelError:
    """Say where the first wrong one is."""
    shape = layer.bottom_shapes[0]
    at, many = int(wrong.flatten().nonzero()[0]), int(wrong.sum())
    each = prod(shape[1:]) // (shape[axis] if axis else 1)
    behind = ""
    if len(shape) == 4 and axis in (0, 1):
        channel, pixel = divmod(at % each, prod(shape[2:]))
        row, column = divmod(pixel, shape[3])
        behind = f", row {row}, column {column}"
        behind = f", channel {channel}{behind}" if axis == 0 and shape[1] > 1 else behind
    behind += f", and {many - 1:,} more" if many > 1 else ""
    name, picture = layer.written[1], at // each
    return LabelError(layer.where, name, picture, f"{value:g}", f"{behind}; {allowed}", hint)


def _why(layer: Layer, labels: Any, value: float, axis: int, ignored: int | None) -> str:
    """Return what a label that is no class usually means."""
    if not isfinite(value):
        return "look at what made it: labels are whole numbers"
    distinct = labels.unique()
    found = set(distinct[:MOST_VALUES].tolist()) - {ignored}
    if value != int(value):
        return _parted(found, value)
    if found <= {0.0, 255.0}:
        return "a mask of 0 and 255: divide it by 255"
    block = {"SoftmaxWithLoss": "loss_param", "InfogainLoss": "loss_param"}
    block |= {"Accuracy": "accuracy_param"}
    if (value == 255 or value < 0) and layer.type in block:
        often = "255 is often no class but a border" if value == 255 else "if it means none"
        if ignored is not None:
            return f"{often}; one value is ignored, that is {ignored}: write it there too"
        return f"{often}: {block[layer.type]} {{ ignore_label: {value:g} }}"
    return _counted(found - {255.0}, len(layer.bottom_shapes[0]) - axis == 3, axis, layer)


def _parted(found: set[float], value: float) -> str:
    """Return what labels that are not whole come from."""
    if max(found) <= 1 and all(abs(v * 255 - round(v * 255)) < 1e-3 for v in found):
        return (
            f"labels are not divided by 255 as pictures are: {value:g} was {round(value * 255)}"
        )
    return (
        "labels are whole numbers: were they resized by interpolation? Take the nearest pixel"
    )


def _counted(found: set[float], pixels: bool, axis: int, layer: Layer) -> str:
    """Return what labels past the last class come from."""
    low, high, count = int(min(found)), int(max(found)), layer.bottom_shapes[0][axis]
    whole = found == set(map(float, range(low, high + 1))) or high == count
    if low < 0:
        return "classes count from 0"
    if low == 1 and high == count:
        return "labels begin at 1, classes at 0: subtract 1"
    if whole or not pixels:
        return f"labels go up to {high}: num_output: {high + 1} in the layer that scores"
    return "is an index picture read as grey? Read its palette's indices, not its colours"
