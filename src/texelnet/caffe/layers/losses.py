"""Losses and Accuracy: layers that compare with labels.

A loss has one top, a single number; a top that is not written is made all the same. Those with
a softmax or sigmoid in them give it as a second top. What each loss is stands in `losses/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.caffe.about import About
from texelnet.caffe.about import layer as example
from texelnet.caffe.binary import read_binaryproto
from texelnet.caffe.layer import Kind, Layer, Run, Shape, Writer, spoken
from texelnet.caffe.layers._labels import check_count, classes, exchanged, shares
from texelnet.losses import LOSSES, accuracy, in_torch, softmax

Settings = dict[str, Any]


def _no_graph(layer: Layer, writer: Writer) -> None:
    raise layer.error(f"{layer.type} only serves training", "leave it out of the graph")


def _nothing(layer: Layer, writer: Writer) -> None:
    raise layer.error(f"{layer.type} gives nothing", "leave it out of the graph")


def _axis(layer: Layer) -> int:
    """Return the axis of the classes."""
    block = {"InfogainLoss": "infogain_loss_param", "Accuracy": "accuracy_param"}
    return layer.axis(layer.settings(block.get(layer.type, "softmax_param")).number("axis"))


def _counts_for_nothing(layer: Layer) -> str:
    """Doubt a SmoothL1Loss without a loss_weight."""
    if layer.message.reals("loss_weight"):
        return ""
    return "SmoothL1Loss counts for nothing without a loss_weight: write loss_weight: 1"


def _same_count(layer: Layer, bottoms: Sequence[int]) -> None:
    first = layer.bottom_shapes[0]
    for index in bottoms:
        other = layer.bottom_shapes[index]
        if prod(other) != prod(first) or other[:1] != first[:1]:
            names = layer.written
            fact = f"{names[0]} is {spoken(first)}, {names[index]} {spoken(other)}"
            hint = "as many pictures, and as many numbers, in both"
            if other == (first[0], 1, *first[2:]) and layer.type == "SigmoidCrossEntropyLoss":
                hint = "0 or 1 for each class; for one class a pixel take SoftmaxWithLoss"
            raise layer.error(fact, hint)


def _with_shares(layer: Layer, check: Callable[[Layer], None]) -> tuple[Shape, ...]:
    check(layer)
    return ((), layer.bottom_shapes[0])[: len(layer.tops)]


def _alone(layer: Layer, check: Callable[[Layer], None]) -> tuple[Shape, ...]:
    check(layer)
    return ((),) * len(layer.tops)


NORMALIZATION = {"SigmoidCrossEntropyLoss": "BATCH_SIZE"}
"""What a sum is divided by where nothing is written, if that is not what `fields.py` says."""


def _normalised(layer: Layer) -> Settings:
    """Read loss_param."""
    settings = layer.settings("loss_param")
    mode = NORMALIZATION.get(layer.type, settings.word("normalization"))
    if settings.has("normalization"):
        mode = settings.word("normalization")
    elif settings.has("normalize"):
        mode = "VALID" if settings.flag("normalize") else "BATCH_SIZE"
    ignored = settings.number("ignore_label") if settings.has("ignore_label") else None
    return {"ignore_label": ignored, "normalization": mode}


def _softmax_check(layer: Layer) -> None:
    check_count(layer, _axis(layer))


def _infogain_check(layer: Layer) -> None:
    axis = _axis(layer)
    check_count(layer, axis)
    classes = layer.bottom_shapes[0][axis]
    source = layer.settings("infogain_loss_param").word("source")
    if len(layer.bottoms) == 3:
        name, shape = layer.written[2], layer.bottom_shapes[2]
    elif source:
        name, shape = source, _gains(layer).shape
    else:
        fact = "there are no gains"
        raise layer.error(fact, "a third bottom, classes x classes, or source: a .binaryproto")
    if layer.settings("loss_param").has("normalize"):
        fact = "InfogainLoss takes normalization, not the older normalize"
        raise layer.error(fact, "normalization: VALID for true, BATCH_SIZE for false")
    if prod(shape) != classes**2:
        fact = f"{name} is {spoken(shape)}"
        raise layer.error(fact, f"{classes} x {classes}: a price for each pair of classes")


def _gains(layer: Layer) -> np.ndarray:
    """Read the gains from a file, sought beside the prototxt and from where we are."""
    source = Path(layer.settings("infogain_loss_param").word("source"))
    beside = Path(layer.source).parent / source
    return read_binaryproto(beside if beside.is_file() else source)


def _smooth_check(layer: Layer) -> None:
    first = layer.bottom_shapes[0]
    for name, shape in zip(layer.written, layer.bottom_shapes, strict=True):
        if shape != first:
            fact = f"{layer.written[0]} is {spoken(first)}, {name} is {spoken(shape)}"
            raise layer.error(fact, "predictions, targets and weights have one shape")
    settings = layer.settings("smooth_l1_loss_param")
    if len(layer.bottoms) == 3 and settings.has("sigma"):
        raise layer.error(
            "with three bottoms there is no sigma", "give inside and outside weights"
        )


def _contrastive_check(layer: Layer) -> None:
    _same_count(layer, [1])
    if prod(layer.bottom_shapes[2]) != layer.bottom_shapes[0][0]:
        fact = f"{layer.written[2]} is {spoken(layer.bottom_shapes[2])}"
        raise layer.error(fact, f"one number for each of {layer.bottom_shapes[0][0]} pairs")


def _hinge_check(layer: Layer) -> None:
    if prod(layer.bottom_shapes[1]) != layer.bottom_shapes[0][0]:
        fact = f"{layer.written[1]} is {spoken(layer.bottom_shapes[1])}"
        raise layer.error(fact, f"one label for each of {layer.bottom_shapes[0][0]} pictures")


def told(layer: Layer) -> Settings:
    """Return what the loss itself is told, by its own words."""
    if layer.type == "SigmoidCrossEntropyLoss":
        return _normalised(layer)
    if layer.type in ("SoftmaxWithLoss", "InfogainLoss"):
        return {"axis": _axis(layer), **_normalised(layer)}
    if layer.type == "HingeLoss":
        return {"norm": layer.settings("hinge_loss_param").word("norm")}
    if layer.type == "SmoothL1Loss":
        return {"sigma": layer.settings("smooth_l1_loss_param").real("sigma")}
    if layer.type == "ContrastiveLoss":
        settings = layer.settings("contrastive_loss_param")
        return {"margin": settings.real("margin"), "legacy": settings.flag("legacy_version")}
    return {}


def _forward(layer: Layer, run: Run) -> Sequence[Any]:
    """Compute the loss, and what stands beside it."""
    bottoms = list(run.bottoms)
    if layer.type in _CLASSES:
        bottoms[1] = _classes(layer, run)
    elif layer.type == "SigmoidCrossEntropyLoss":
        shares(layer, run, _normalised(layer)["ignore_label"])
    if layer.type == "InfogainLoss" and len(bottoms) == 2:
        gains = run.torch.from_numpy(np.array(_gains(layer)))
        bottoms.append(gains.to(bottoms[0].device))
    loss, settings = LOSSES[layer.type], told(layer)
    value = in_torch(run.torch, loss, bottoms, settings)
    count = loss.count(run.torch, *bottoms, **settings)
    if count is not None:  # of what counts in all processes, this one's part
        value = value * (max(float(count), 1.0) / max(run.total(float(count)), 1.0))
    tops = [value]
    if len(layer.tops) == 2:
        scores = run.bottoms[0].detach()
        sigmoid = layer.type == "SigmoidCrossEntropyLoss"
        tops.append(scores.sigmoid() if sigmoid else softmax(run.torch, scores, _axis(layer)))
    return tops


_CLASSES = ("SoftmaxWithLoss", "InfogainLoss", "HingeLoss", "MultinomialLogisticLoss")


def _classes(layer: Layer, run: Run) -> Any:
    """Return the labels, once all are known to be classes."""
    axis = 1 if layer.type in ("HingeLoss", "MultinomialLogisticLoss") else _axis(layer)
    ignored = None
    if layer.type == "Accuracy" and layer.settings("accuracy_param").has("ignore_label"):
        ignored = layer.settings("accuracy_param").number("ignore_label")
    elif layer.type in ("SoftmaxWithLoss", "InfogainLoss"):
        ignored = _normalised(layer)["ignore_label"]
    return classes(layer, run, axis, ignored)


def _accuracy_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return a single number, and one for each class."""
    axis = _axis(layer)
    check_count(layer, axis)
    classes = layer.bottom_shapes[0][axis]
    best = layer.settings("accuracy_param").number("top_k")
    if best > classes:
        raise layer.error(
            f"top_k is {best}, there are {classes} classes", f"top_k: 1 to {classes}"
        )
    return ((), (classes,))[: len(layer.tops)]


def _accuracy(layer: Layer, run: Run) -> Sequence[Any]:
    settings = layer.settings("accuracy_param")
    ignored = settings.number("ignore_label") if settings.has("ignore_label") else None
    scores, labels = run.bottoms[0].detach(), _classes(layer, run)
    found = accuracy(
        run.torch,
        scores,
        labels,
        axis=_axis(layer),
        top_k=settings.number("top_k"),
        ignore_label=ignored,
    )
    return found[: len(layer.tops)]


def _loss(
    type: str,
    check: Callable[[Layer], None],
    bottoms: tuple[int, int] = (2, 2),
    *,
    shares: bool = False,
    labels: Sequence[int] = (1,),
    counts: bool = True,
    doubt: Callable[[Layer], str] = lambda layer: "",
    settings: Sequence[str] = (),
) -> Kind:
    shapes = _with_shares if shares else _alone
    return Kind(
        type,
        lambda layer: shapes(layer, check),
        _no_graph,
        bottoms=bottoms,
        tops=(0, 2 if shares else 1),
        forward=_forward,
        labels=frozenset(labels),
        is_loss=counts,
        doubt=doubt,
        about=_told(type, settings),
    )


_PIXELS = "scores 2 3 4 5, label 2 1 4 5"
_EXAMPLES = {
    "SoftmaxWithLoss": (_PIXELS, "loss_param { ignore_label: 255 }"),
    "EuclideanLoss": ("data 2 3 4 5, label 2 3 4 5", ""),
    "SigmoidCrossEntropyLoss": ("scores 2 3 4 5, label 2 3 4 5", ""),
    "HingeLoss": ("scores 2 3, label 2", "hinge_loss_param { norm: L2 }"),
    "ContrastiveLoss": (
        "data 2 3, others 2 3, alike 2",
        "contrastive_loss_param { margin: 2 }",
    ),
    "InfogainLoss": ("scores 2 3, label 2, prices 1 1 3 3", ""),
    "MultinomialLogisticLoss": ("shares 2 3, label 2", ""),
    "SmoothL1Loss": (
        "data 2 84, target 2 84, inside 2 84, outside 2 84",
        "loss_weight: 1 smooth_l1_loss_param { sigma: 3 }",
    ),
}
"""Blobs that are given, with their sizes, and settings."""


def _told(type: str, settings: Sequence[str]) -> About:
    loss, (blobs, written) = LOSSES[type], _EXAMPLES[type]
    text = _given(blobs) + example(type, written, _names(blobs), "loss")
    return About(loss.summary, loss.formula, text, tuple(settings), quirks=loss.quirks)


def _given(blobs: str) -> str:
    found = (blob.split() for blob in blobs.split(","))
    return "".join(
        f'input: "{name}" input_shape {{ dim: [{", ".join(sizes)}] }}\n'
        for name, *sizes in found
    )


def _names(blobs: str) -> str:
    return " ".join(blob.split()[0] for blob in blobs.split(","))


LOSS_LAYERS: dict[str, Kind] = {
    kind.type: kind
    for kind in (
        _loss(
            "SoftmaxWithLoss",
            _softmax_check,
            shares=True,
            doubt=exchanged,
            settings=("softmax_param", "loss_param"),
        ),
        _loss("EuclideanLoss", lambda layer: _same_count(layer, [1]), labels=()),
        _loss(
            "SigmoidCrossEntropyLoss",
            lambda layer: _same_count(layer, [1]),
            shares=True,
            settings=("loss_param",),
        ),
        _loss("HingeLoss", _hinge_check, settings=("hinge_loss_param",)),
        _loss(
            "ContrastiveLoss",
            _contrastive_check,
            (3, 3),
            labels=(2,),
            settings=("contrastive_loss_param",),
        ),
        _loss(
            "InfogainLoss",
            _infogain_check,
            (2, 3),
            shares=True,
            labels=(1, 2),
            settings=("infogain_loss_param", "loss_param"),
        ),
        _loss("MultinomialLogisticLoss", lambda layer: check_count(layer, 1)),
        _loss(
            "SmoothL1Loss",
            _smooth_check,
            (2, 4),
            labels=(2, 3),
            counts=False,
            doubt=_counts_for_nothing,
            settings=("smooth_l1_loss_param",),
        ),
        Kind(
            "Accuracy",
            _accuracy_shapes,
            _no_graph,
            bottoms=(2, 2),
            tops=(1, 2),
            forward=_accuracy,
            labels=frozenset((0, 1)),
            about=About(
                "How many labels are among the best scores.",
                "y = Σ (fewer than top_k other scores are as large as the label's) / count",
                _given(_PIXELS) + example("Accuracy", "", "scores label"),
                ("accuracy_param",),
                quirks=(
                    "A score that equals the label's counts as better: a tie is wrong.",
                    "If all labels are ignored the accuracy is 0. It sends no gradient.",
                    "A second top is the accuracy of each class.",
                ),
            ),
        ),
        Kind(
            "Silence",
            lambda layer: (),
            _nothing,
            bottoms=(1, 1_000_000),
            tops=(0, 0),
            forward=lambda layer, run: (),
            about=About(
                "Swallows blobs that nobody wants, so that they are no outputs.",
                "",
                _given("data 1 3 9 8") + example("Silence", tops=""),
            ),
        ),
    )
}
"""Layers that only training has, by Caffe's names."""
