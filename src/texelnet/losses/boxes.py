"""Boxes: what Fast R-CNN gives its SmoothL1Loss, and how its targets are made small.

A roi's target is five numbers, its class u and (tx, ty, tw, th). The network answers four for
*each* of the K classes, 4 K columns (84 = 4 x 21), so the five are spread out:

    columns     0..3   4..7   ...   4u..4u+3        ...
    targets       0      0          tx ty tw th      0
    w_in          0      0           1  1  1  1      0      background, u = 0: all of it is 0
    w_out         0      0           1  1  1  1      0      1 where w_in is above 0

That is where the label u of the paper's [u >= 1] L(t^u, v) went: the loss reads weights, and
no label. What it divides by hides, too. The head's first axis is the rois, background counted,
and the loss divides by it. The RPN's first axis is the one picture, so the loss divides by 1,
and w_out holds 1 / (positive and negative anchors) instead.

Targets are a few tenths and differ in spread, so they are normalised, (t - mean) / std, with
numbers of each class or fixed ones for all. The network then learns normalised answers. When it
is done, its last layer is changed to answer boxes again: rows of weights times std, bias times
std plus mean.

See Girshick, "Fast R-CNN", 2015, section 2.3; Ren et al., "Faster R-CNN", 2015, section 3.1.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from texelnet.errors import NetworkError

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class BoxTargets:
    """What SmoothL1Loss is given beside the prediction: its three further bottoms."""

    targets: Numbers
    inside: Numbers
    outside: Numbers

    @property
    def bottoms(self) -> tuple[Numbers, Numbers, Numbers]:
        """The three in the loss's order."""
        return self.targets, self.inside, self.outside


def by_class(
    rows: ArrayLike, classes: int, inside: Sequence[float] = (1, 1, 1, 1)
) -> BoxTargets:
    """Spread targets out over the columns of their classes, for the head.

    Parameters
    ----------
    rows
        (rois, 5): class, tx, ty, tw, th; class 0 is background.
    classes
        K, background counted.
    inside
        The weight of each of the four.

    Returns
    -------
    BoxTargets
        (rois, 4 K) each.

    Raises
    ------
    NetworkError
        If a row has no such class.
    """
    table = _rows(rows, classes)
    targets, weights = np.zeros((2, len(table), classes, 4))
    for roi, (kind, *box) in enumerate(table):
        if kind:
            targets[roi, int(kind)], weights[roi, int(kind)] = box, inside
    flat = (len(table), 4 * classes)
    weights = weights.reshape(flat)
    return BoxTargets(targets.reshape(flat), weights, (weights > 0).astype(float))


def by_anchor(rows: ArrayLike, anchors: int, height: int, width: int) -> BoxTargets:
    """Lay targets out over the picture, for the RPN.

    Parameters
    ----------
    rows
        (height * width * anchors, 5), the anchors of a place side by side: 1 (positive), 0
        (negative) or -1 (not looked at), then tx, ty, tw, th.

    Returns
    -------
    BoxTargets
        (1, 4 anchors, height, width) each.

    Raises
    ------
    NetworkError
        If there are not as many rows as anchors in the picture.
    """
    table = np.asarray(rows, np.float64)
    if table.shape != (height * width * anchors, 5):
        fact = (
            f"the rows are {table.shape}, {anchors} anchors at {height} x {width} places take"
        )
        raise NetworkError("by_anchor", f"{fact} {(height * width * anchors, 5)}")
    positive, looked_at = table[:, :1] == 1, table[:, :1] >= 0
    columns = (
        table[:, 1:],
        np.repeat(positive, 4, 1) * 1.0,
        np.repeat(looked_at, 4, 1) / max(int(looked_at.sum()), 1),
    )
    laid = (c.reshape(1, height, width, 4 * anchors).transpose(0, 3, 1, 2) for c in columns)
    return BoxTargets(*laid)


@dataclass(frozen=True)
class Normalisation:
    """Means and standard deviations of box targets, (classes, 4) or (4,) for all classes."""

    means: Numbers
    stds: Numbers

    def applied(self, rows: ArrayLike) -> Numbers:
        """Return rows (rois, 5) whose targets are normalised; background stays as it is."""
        table = np.array(rows, np.float64)
        kinds = table[:, 0].astype(int)
        means, stds = self._each(int(kinds.max(initial=0)) + 1)
        boxes = (table[:, 1:] - means[kinds]) / stds[kinds]
        table[:, 1:] = np.where(kinds[:, None] > 0, boxes, table[:, 1:])
        return table

    def undone(self, weights: ArrayLike, bias: ArrayLike) -> tuple[Numbers, Numbers]:
        """Return the last layer's weights (4 K, inputs) and bias (4 K,) that answer boxes.

        Raises
        ------
        NetworkError
            If there are not 4 outputs for each class.
        """
        matrix, addends = np.asarray(weights, np.float64), np.asarray(bias, np.float64)
        if addends.size % 4 or len(matrix) != addends.size:
            fact = f"{len(matrix)} rows of weights and {addends.size} biases"
            raise NetworkError("undone", fact, "4 of both for each class")
        means, stds = (each.reshape(-1) for each in self._each(addends.size // 4))
        return matrix * stds.reshape(-1, *[1] * (matrix.ndim - 1)), addends * stds + means

    def _each(self, classes: int) -> tuple[Numbers, Numbers]:
        """Return means and deviations of each class."""
        if self.means.ndim == 2 and len(self.means) < classes:
            fact = f"there are numbers for {len(self.means)} classes, not for {classes}"
            raise NetworkError("normalisation", fact, "the classes it was measured on")
        shape = (classes, 4)
        means, stds = (
            n[:classes] if n.ndim == 2 else np.broadcast_to(n, shape)
            for n in (self.means, self.stds)
        )
        return means, stds


FIXED = Normalisation(np.zeros(4), np.array([0.1, 0.1, 0.2, 0.2]))
"""What py-faster-rcnn takes when it trains end to end, for all classes."""


def measured(rows: ArrayLike, classes: int) -> Normalisation:
    """Measure the targets of each class, as Fast R-CNN does before it trains.

    Where nothing spreads (no row, one row, equal rows) the deviation is 1, so that nothing is
    divided by 0.
    """
    table = _rows(rows, classes)
    means, stds = np.zeros((classes, 4)), np.ones((classes, 4))
    for kind in range(1, classes):
        boxes = table[table[:, 0] == kind, 1:]
        if len(boxes):
            means[kind], spread = boxes.mean(0), boxes.std(0)
            stds[kind] = np.where(spread > 0, spread, 1)
    return Normalisation(means, stds)


def _rows(rows: ArrayLike, classes: int) -> Numbers:
    table = np.asarray(rows, np.float64)
    if table.ndim != 2 or table.shape[1] != 5:
        hint = "class, tx, ty, tw, th for each roi"
        raise NetworkError("the targets", f"they are {table.shape}, not (rois, 5)", hint)
    for roi, kind in enumerate(table[:, 0]):
        if kind not in range(classes):
            fact = f"roi {roi} has class {kind:g}, there are {classes}"
            raise NetworkError("the targets", fact, f"0 (background) to {classes - 1}")
    return table
