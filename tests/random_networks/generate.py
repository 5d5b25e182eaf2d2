"""Generate: a whole picture network from a seed, 10 to 30 nodes that read each other.

Parts are proposed at random and taken where they fit; what fits is decided by the part itself,
so nothing is solved for. Compare NNSmith (Liu et al., "NNSmith: Generating Diverse and Valid
Test Cases for Deep Learning Compilers", ASPLOS 2023): it writes an operator's demands as
constraints for an SMT solver at one size, and searches inputs that give no NaN; here sizes are
free, so a value's size is a function of the picture's, and numbers stay sane by construction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from random import Random

from tests.random_networks.draft import Draft, Misfit
from tests.random_networks.parts import PARTS
from tests.random_networks.recipe import Recipe, Step

from texelnet.ops.refused import REFUSED

OFTEN = (
    *("conv", "conv", "pixelwise", "deconv", "pool", "skip", "skip", "concat"),
    *("bend", "bend", "bend", "bend", "bend", "jump", "jump", "jump", "choose", "waves"),
    *("reduce channels", "chosen channels", "chosen channels", "guarded function", "norm"),
)
OPSETS = (*range(11, 23), *range(18, 23), 21, 22, 21, 22)
"""Those that know more operators come more often."""
LEFT_OUT = {op.type: op.summary for op in REFUSED}
"""Operators that no part makes, and why."""


def generate(
    random: Random,
    least: int = 10,
    most: int = 30,
    without: Collection[str] = (),
    opsets: Sequence[int] = OPSETS,
) -> Recipe:
    """Return a network of so many nodes, those about sizes not counted.

    Parameters
    ----------
    random
        What chooses: `random.Random(seed)`, or hypothesis.
    least, most
        How many values are made.
    without
        Parts that are left out.
    opsets
        To choose from.
    """
    kinds = [kind for kind in (*PARTS, *OFTEN) if kind not in without]
    draft = Draft(random.randint(1, 5), random.choice(opsets), random)
    steps: list[Step] = []
    wanted = random.randint(least, max(least, most - 4))  # a part may add five
    for turn in range(6 * wanted):
        if len(draft.values) > wanted:
            break
        name, kind = f"n{turn}", random.choice(kinds)
        try:
            taken = draft.step(name, PARTS[kind], {})
        except Misfit:
            continue
        steps.append(Step(name, kind, taken))
    return Recipe(draft.channels, draft.opset, tuple(steps))
