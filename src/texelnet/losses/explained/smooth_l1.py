"""SmoothL1Loss, told by its curve and by three regions of interest (`losses/worked.py`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from texelnet.losses.explained.seen import Seen, spoken
from texelnet.losses.smooth_l1 import slope, smooth
from texelnet.losses.worked import ROWS, Worked, work_out
from texelnet.page import Cells, Code, Figure, Line, Part, Plot, Section, Table, Text, Told

CLASSES = 21
"""Of PASCAL VOC, background counted: 84 = 4 x 21 columns."""


def explain_smooth_l1(seen: Seen) -> Told:
    """Tell what SmoothL1Loss charges, and where the class label of the paper went."""
    worked = work_out(CLASSES)
    return Told(
        sentence=(
            "SmoothL1Loss charges half the square of a small difference and the plain size of "
            "a large one, so that one wild box does not drown the others."
        ),
        numbers=_numbers(seen),
        figure=_curves(float(seen.settings.get("sigma", 1.0))),
        sections=[
            Section("Where did the class label go?", _label(worked)),
            Section("Why is there an i in backward?", _backward(worked)),
            Section("What is it divided by?", _divided(worked)),
            Section("What the first release got wrong", _early(worked)),
        ],
    )


def _numbers(seen: Seen) -> list[tuple[str, str]]:
    roles = ("predictions", "targets", "inside weights", "outside weights")
    found = [
        (role, f"`{name}`, {spoken(shape)}")
        for role, (name, shape) in zip(roles, seen.bottoms, strict=False)
    ]
    sigma = float(seen.settings.get("sigma", 1.0))
    bend = f"{sigma:g}: squares where |d| < {1 / sigma**2:.3g}"
    return [*found, ("sigma", bend), ("loss_weight", f"{seen.weight:g}")]


def _curves(sigma: float) -> Figure:
    """Draw the cost and its slope over the difference."""
    d = np.linspace(-2, 2, 161)
    shown = sorted({1.0, 3.0, sigma})
    cost = [Line(f"sigma {s:g}", d.tolist(), smooth(np, d, s).tolist()) for s in shown]
    cost.append(Line("half the square", d.tolist(), (d * d / 2).tolist(), "faint"))
    back = [Line(f"sigma {s:g}", d.tolist(), slope(np, d, s).tolist()) for s in shown]
    alt = f"The cost over the difference d for sigma {', '.join(f'{s:g}' for s in shown)}."
    return Figure(
        [
            Plot("cost s(d)", "d = prediction - target", "cost", cost, alt),
            Plot("slope s'(d)", "d = prediction - target", "slope", back, "Its slope: " + alt),
        ],
        f"The bend lies at 1 / sigma² = {1 / sigma**2:.3g} for this layer's sigma {sigma:g}.",
    )


def _label(worked: Worked) -> list[Part]:
    return [
        Text(
            "Into the weights. The paper's equation has a switch, [u >= 1] L(t^u, v): only "
            "the box of the roi's own class u counts, and no box for background. The layer "
            f"is given no u. The network answers four numbers for each of {CLASSES} classes, "
            f"{4 * CLASSES} columns; the targets have as many; and the inside weights are 1 "
            "on the four columns of class u and 0 on the others."
        ),
        _columns(worked),
        Text(
            "So it may well loop over all labels: a column whose weight is 0 has the "
            "difference 0, costs nothing and sends nothing. On these three rois the loss is "
            f"{worked.loss:.6g}, and the paper's equation gives {worked.paper:.6g}. Without "
            f"the weights it would be {worked.unweighted:.4g}: every class's box would be "
            "pulled to 0."
        ),
    ]


def _columns(worked: Worked) -> Figure:
    """Draw the columns class by class: whose target is there, and whose weight is 1."""
    kinds = ROWS[:, 0].astype(int)
    shown = range(min(4, CLASSES))
    grids = []
    for title, numbers in (("targets", worked.spread.targets), ("w_in", worked.spread.inside)):
        blocks = numbers.reshape(len(ROWS), CLASSES, 4)
        head = [f"class {k}" for k in shown for _ in range(4)]
        rows = [[f"{v:g}" for k in shown for v in block[k]] for block in blocks]
        groups = [[k if blocks[i, k].any() else -1 for k in shown for _ in range(4)]
                  for i in range(len(ROWS))]  # fmt: skip
        alt = f"{title}: the columns of {head[0]} to {head[-1]} for three rois."
        legend = [f"class {k}" for k in shown]
        grids.append(
            Cells(f"{title}, columns 0 to {4 * len(shown) - 1}", rows, alt, groups, legend)
        )
    blocks = worked.spread.inside.reshape(len(ROWS), CLASSES, 4)
    owner = [[k if blocks[i, k].any() else -1 for k in range(CLASSES) for _ in range(4)]
             for i in range(len(ROWS))]  # fmt: skip
    blank = [[""] * (4 * CLASSES) for _ in ROWS]
    alt = f"All {4 * CLASSES} columns; in colour those whose weight is 1."
    grids.append(Cells(f"w_in, all {4 * CLASSES} columns", blank, alt, owner))
    said = ", ".join("background" if k == 0 else f"class {k}" for k in kinds)
    return Figure(
        grids,
        f"Three rois, a row each ({said}); the first {4 * len(shown)} "
        "columns, then all; what has no colour is 0.",
    )


BACKWARD = """for (int i = 0; i < 2; ++i) {        // bottom 0: predictions, bottom 1: targets
  if (propagate_down[i]) {           // does anybody learn from this bottom?
    sign = (i == 0) ? 1 : -1;        // d = prediction - target
    bottom[i]->diff = sign * top_diff / N * w_in * w_out * slope(d);
  }
}"""


def _backward(worked: Worked) -> list[Part]:
    first, second = worked.backward
    roi = 1
    own = first.reshape(len(ROWS), CLASSES, 4)[roi, roi]
    other = second.reshape(len(ROWS), CLASSES, 4)[roi, roi]
    rows: list[Sequence[str]] = [
        (name, *(f"{v + 0.0:.4g}" for v in values))
        for name, values in (
            ("i = 0, to the predictions", own),
            ("i = 1, to the targets", other),
        )
    ]
    return [
        Text(
            "`i` counts bottoms, not classes. A layer has a gradient for each bottom, and "
            "`propagate_down[i]` says whether anybody below wants it: the predictions do, "
            "since a layer with weights made them; targets that come from data do not, so "
            "for i = 1 nothing is computed."
        ),
        Code(BACKWARD, "cpp"),
        Table(
            f"what goes back to the four columns of roi {roi}'s own class",
            ("", "tx", "ty", "tw", "th"),
            rows,
            range(1, 5),
        ),
    ]


def _divided(worked: Worked) -> list[Part]:
    rows: list[Sequence[str]] = [
        ("head", "rois x 4 classes", "the rois, background counted", "1", f"{worked.loss:.6g}"),
        ("RPN", "1 x 4 anchors x height x width", "1, the one picture",
         "1 / (positive and negative anchors)", f"{worked.rpn:.6g}"),
    ]  # fmt: skip
    return [
        Text(
            "By the size of the first axis, whatever that is. In the head it counts rois. In "
            "the RPN it counts pictures, which is 1, so what normalises there stands in the "
            "outside weights instead."
        ),
        Table(
            "the same layer in two places",
            ("", "bottoms", "divides by", "w_out", "loss"),
            rows,
            (4,),
        ),
    ]


def _early(worked: Worked) -> list[Part]:
    sent, right = worked.early
    return [
        Text(
            "The layer of the first Fast R-CNN has three bottoms and multiplies the difference "
            "by the weight, but leaves the weight out of the gradient. With weights of 0 and 1 "
            "nobody notices, because the slope at 0 is 0. With a weight of 1/2 it sends "
            f"{sent:.4g} where the derivative of its own loss is {right:.4g}."
        ),
        Text(
            "With four bottoms, as in py-faster-rcnn, the gradient has both weights, and is "
            "right."
        ),
    ]
