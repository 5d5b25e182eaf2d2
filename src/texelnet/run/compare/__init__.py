"""COMPARE: what tells two drawings apart, finds where they part, and names the cause."""

from texelnet.run.compare.causes import CAUSES, Cause
from texelnet.run.compare.comparison import Comparison, compare
from texelnet.run.compare.explain import Explanation, Finding, Mistake, explain
from texelnet.run.compare.scene import Scene
from texelnet.run.compare.side import Side, of_network, of_package, of_picture, of_shader
from texelnet.run.compare.variant import Variant

__all__ = [
    "CAUSES",
    "Cause",
    "Comparison",
    "Explanation",
    "Finding",
    "Mistake",
    "Scene",
    "Side",
    "Variant",
    "compare",
    "explain",
    "of_network",
    "of_package",
    "of_picture",
    "of_shader",
]
