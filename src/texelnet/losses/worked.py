"""Fast R-CNN's box loss on three rois, worked out: every number that its page shows.

One roi is background, one of class 1, one of class 2; the network answers 0.5 everywhere. The
numbers are small enough to be checked by hand, and all are computed by the loss itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from texelnet.losses.boxes import BoxTargets, Numbers, by_anchor, by_class
from texelnet.losses.smooth_l1 import SMOOTH_L1, smooth

ROWS: Numbers = np.array(
    [
        [0, 0, 0, 0, 0],
        [1, 0.5, -0.25, 2, 0],
        [2, 1, 1, -0.5, 0.25],
    ]
)
"""Class, tx, ty, tw, th of each roi."""
ANSWER = 0.5


@dataclass(frozen=True)
class Worked:
    """What comes out.

    Parameters
    ----------
    spread
        The targets and weights, (3, 4 classes).
    loss
        What SmoothL1Loss says of them.
    paper
        The same by the paper's equation: the mean over the rois of [u >= 1] L(t^u, v).
    unweighted
        What it says without weights: every column of every class is pulled to its target, 0.
    backward
        What goes back to bottom 0 (the predictions) and to bottom 1 (the targets): the loop
        over `i` in the layer's code. The second is minus the first; it is worked out only if
        `propagate_down[1]` asks for it, which nobody does of a data layer's targets.
    rpn
        The loss of the same three as anchors of one picture: divided by 1, its w_out is 1/3.
    early
        With weights of 1/2 in the layer of the first release: the slope that its backward
        sends for the ty of roi 1, and the slope that its loss has there, by differences.
    """

    spread: BoxTargets
    prediction: Numbers
    loss: float
    paper: float
    unweighted: float
    backward: tuple[Numbers, Numbers]
    rpn: float
    early: tuple[float, float]


def work_out(classes: int = 3) -> Worked:
    """Compute the example with as many classes: 3 to read it, 21 for the 84 columns."""
    spread = by_class(ROWS, classes)
    prediction = np.full(spread.targets.shape, ANSWER)
    value, slopes = SMOOTH_L1.value, SMOOTH_L1.gradients
    to_prediction, to_target = map(np.asarray, slopes(np, prediction, *spread.bottoms)[:2])
    boxes = smooth(np, ANSWER - ROWS[:, 1:], 1.0).sum(1)
    anchors = np.column_stack([ROWS[:, 0] > 0, ROWS[:, 1:]])
    over_picture = by_anchor(anchors, len(ROWS), 1, 1)
    answers = np.full(over_picture.targets.shape, ANSWER)
    return Worked(
        spread,
        prediction,
        float(value(np, prediction, *spread.bottoms)),
        float((boxes * (ROWS[:, 0] >= 1)).mean()),
        float(value(np, prediction, spread.targets)),
        (to_prediction, to_target),
        float(value(np, answers, *over_picture.bottoms)),
        _early(prediction, spread),
    )


def _early(prediction: Numbers, spread: BoxTargets) -> tuple[float, float]:
    """Return the slope that the first release sends at roi 1's ty, and the one it should."""
    at, step, half = (1, 5), 1e-6, spread.inside / 2
    sent = SMOOTH_L1.gradients(np, prediction, spread.targets, half)[0]
    moved = [prediction.copy(), prediction.copy()]
    moved[0][at] -= step
    moved[1][at] += step
    below, above = (SMOOTH_L1.value(np, each, spread.targets, half) for each in moved)
    return float(np.asarray(sent)[at]), float((above - below) / (2 * step))
