"""SoftmaxWithLoss in space, told on a picture of 2 x 2 pixels and three classes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from texelnet.losses.explained.seen import Seen, Shape, spoken
from texelnet.losses.loss import divisor
from texelnet.losses.softmax import SOFTMAX, softmax
from texelnet.page import Cells, Figure, Part, Section, Table, Text, Told

Floats = NDArray[np.floating[Any]]

SCORES: Floats = np.array([[[[2.0, 0.5], [0.0, 1.0]], [[1.0, 2.5], [0.0, 1.0]],
                            [[0.0, 0.5], [3.0, 1.0]]]])  # fmt: skip
"""(1, 3, 2, 2): one picture, three classes."""
LABELS: Floats = np.array([[[[0, 1], [1, 2]]]], dtype=np.float64)
"""(1, 1, 2, 2): right, right, wrong, undecided."""
IGNORED = 255
NORMS = {
    "VALID": "the pixels that are not ignored",
    "FULL": "all pixels",
    "BATCH_SIZE": "the pictures (the axes before the classes)",
    "NONE": "nothing",
}


def explain_softmax(seen: Seen) -> Told:
    """Tell what SoftmaxWithLoss asks of every pixel."""
    first, *more = _worked()
    return Told(
        sentence=(
            "Every pixel's scores become the probabilities of its classes, and the pixel costs "
            "minus the logarithm of the one that its label names."
        ),
        numbers=_numbers(seen),
        figure=first,
        parts=more,
        traps=TRAPS,
        sections=[
            Section("One number a pixel, no picture per class", _shapes(seen)),
            Section("What it is divided by", _norms()),
            Section("Why is my segmentation black?", [Text(words) for words in BLACK]),
        ],
    )


TRAPS = (
    "Labels that are resized must be resized by nearest: between class 1 and class 3 lies no "
    "class 2.",
    "Caffe cuts labels to whole numbers: 2.9 is class 2.",
)
BLACK = (
    "An index picture is black to the eye: its classes are 0, 1, 2, ... of 255. Multiply by "
    "255 / (classes - 1), or give it a palette, before you look.",
    "If nothing but class 0 comes out, count the labels: where 95% are background, always "
    "saying background is right 95% of the time. Weigh the classes, or crop around the others.",
    "255 on borders and unknown pixels needs `ignore_label: 255`; masks saved as 0 and 255 "
    "have classes 0 and 255, not 0 and 1; a palette picture that is read as grey has the "
    "palette's greys for classes.",
    "The picture is the argmax over axis 1, the classes: `Softmax` alone gives probabilities, "
    "which a viewer shows as near black.",
)


def _numbers(seen: Seen) -> list[tuple[str, str]]:
    axis, ignore = seen.settings.get("axis", 1), seen.settings.get("ignore_label")
    mode = seen.settings.get("normalization", "VALID")
    found = [(f"`{name}`", spoken(shape)) for name, shape in seen.bottoms]
    if seen.bottoms:
        shape = seen.bottoms[0][1]
        found += [("classes", f"{shape[axis]}, along axis {axis}: labels 0..{shape[axis] - 1}")]
        pixels = prod(shape) // shape[axis]
        found += [("divided by", f"{mode}: {_count(mode, shape, axis, pixels)}")]
    found += [("ignored", "no label" if ignore is None else f"label {ignore}")]
    return [*found, ("loss_weight", f"{seen.weight:g}")]


def _count(mode: str, shape: Shape, axis: int, pixels: int) -> str:
    if mode == "BATCH_SIZE":
        return f"{prod(shape[:axis]):,}"
    return {"NONE": "1", "FULL": f"{pixels:,}"}.get(mode, f"at most {pixels:,} pixels")


def _worked() -> list[Figure]:
    """Draw the example: labels and costs, scores, probabilities, what goes back."""
    shares = softmax(np, SCORES)
    value = float(SOFTMAX.value(np, SCORES, LABELS))
    sent = SOFTMAX.gradients(np, SCORES, LABELS)[0]
    assert sent is not None
    costs = -np.log(np.take_along_axis(shares, LABELS.astype(int), 1))[0, 0]
    groups = LABELS[0, 0].astype(int).tolist()
    labels = Cells(
        "labels",
        _words(LABELS[0, 0], "{:.0f}"),
        "Labels 0 1 / 1 2.",
        groups,
        [f"class {k}" for k in range(3)],
    )
    mean = f"The mean of {', '.join(f'{cost:.3f}' for cost in costs.ravel())} is {value:.4f}."
    cost = Cells("cost, -log p of the label", _words(costs), mean, groups)
    first = f"Two by two pixels, three classes; in colour what the label chooses. {mean}"
    rows = (
        ("score of class {}", SCORES[0], "The scores: what the network says of each class."),
        ("p of class {}", shares[0], "Their probabilities: the three of a pixel sum to 1."),
        (
            "sent to score {}",
            sent[0],
            "What goes back: p - 1 to the label's score, p to the others, over the count; the "
            "three of a pixel sum to 0.",
        ),
    )
    figures = [Figure([labels, cost], first)]
    for title, planes, caption in rows:
        named = [(title.format(k), plane) for k, plane in enumerate(planes)]
        figures.append(Figure([_plane(*n, k, groups) for k, n in enumerate(named)], caption))
    return figures


def _plane(title: str, plane: Floats, kind: int, groups: list[list[int]]) -> Cells:
    colours = [[kind if label == kind else -1 for label in row] for row in groups]
    alt = f"{title}: {' / '.join(' '.join(row) for row in _words(plane))}."
    return Cells(title, _words(plane), alt, colours)


def _words(plane: Floats, form: str = "{:.3f}") -> list[list[str]]:
    return [[form.format(v) for v in row] for row in plane]


def _shapes(seen: Seen) -> list[Part]:
    scores, labels = (1, 5, 256, 256), (1, 1, 256, 256)
    if len(seen.bottoms) > 1:
        scores, labels = seen.bottoms[0][1], seen.bottoms[1][1]  # type: ignore[assignment]
    axis = seen.settings.get("axis", 1)
    classes, pixels = scores[axis], prod(scores) // scores[axis]
    return [
        Text(
            f"Scores of {spoken(scores)} meet labels of {spoken(labels)}: for each of the "
            f"{pixels:,} pixels {classes} scores, and one whole number from 0 to {classes - 1} "
            "that says which of them should be the largest. The classes have no pictures of "
            "their own among the labels; the loss looks the right plane up by the number."
        ),
        Text(
            f"If you have one mask per class (N x {classes} x H x W, zeros and ones), take the "
            "argmax over axis 1: that is the picture of labels."
        ),
        Table(
            "the same pixel, both ways",
            ("", "shape", "a pixel holds"),
            [
                ("scores", spoken(scores), f"{classes} numbers, any size"),
                (
                    "labels",
                    spoken(labels),
                    f"one of {', '.join(map(str, range(classes)))}"
                    if classes < 8
                    else f"one of 0..{classes - 1}",
                ),
            ],
        ),
    ]


def _norms() -> list[Part]:
    """Compute the example under each normalisation, one pixel ignored."""
    labels = LABELS.copy()
    labels[0, 0, 0, 1] = IGNORED
    rows: list[Sequence[str]] = []
    for mode, what in NORMS.items():
        settings = {"normalization": mode, "ignore_label": IGNORED}
        count = divisor(SOFTMAX.count(np, SCORES, labels, **settings))
        value = float(SOFTMAX.value(np, SCORES, labels, **settings))
        rows.append((f"`{mode}`", what, f"{float(count):g}", f"{value:.4f}"))
    return [
        Text(
            f"The example again, its second pixel labelled {IGNORED} and `ignore_label: "
            f"{IGNORED}`. VALID is the default; `normalize: false` of old files means "
            "BATCH_SIZE, which for 256 x 256 pixels makes the gradient 65,536 times as large."
        ),
        Table("normalization", ("", "divides by", "here", "loss"), rows, (2, 3)),
    ]
