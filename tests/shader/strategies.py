"""Small networks drawn at random by hypothesis, which makes them smaller where one fails."""

from __future__ import annotations

import onnx_ir as ir
from hypothesis import assume
from hypothesis import strategies as st
from tests.ops.graphs import Planes
from tests.random_networks.draft import PROBES, Sides
from tests.random_networks.generate import generate
from tests.random_networks.reference import picture

from texelnet.graph.network import Network

LARGEST = 12  # pixels on a side
RECENT = (18, 19, 20, 21, 22)
"""Opsets whose nodes are read as they are; older ones are converted by the reader of files."""
JUMPS = ("jump", "arg", "choose")
"""Parts whose answer may hang on a last bit: left to the judge, who looks for such pictures."""


def _fitting(sides: list[Sides], avoided: set[int]) -> list[int]:
    """Return the sides of pictures at which something is left of every value."""
    return [
        n
        for i, n in enumerate(PROBES[:LARGEST])
        if n not in avoided and all(s[i] > 0 for s in sides)
    ]


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, Planes]:
    """Draw a network of 2 to 7 nodes and a picture for it; what nobody reads is an output."""
    random = draw(st.randoms(use_true_random=False))
    recipe = generate(random, 2, 7, without=JUMPS, opsets=RECENT)
    draft = recipe.draft()
    sides = zip(*(v.sides for v in draft.values.values()), strict=True)
    fitting = [_fitting(list(s), a) for s, a in zip(sides, draft.avoided, strict=True)]
    assume(recipe.steps and all(fitting))
    size = tuple(draw(st.sampled_from(f)) for f in fitting)
    model = ir.serde.deserialize_model(draft.finish())
    return Network("drawn", model, "drawn.onnx"), {"x": picture(recipe.channels, size, 0)}
