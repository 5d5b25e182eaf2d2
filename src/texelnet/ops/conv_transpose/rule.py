"""The rule for running a network in a shader whose pictures are 0..1."""

from __future__ import annotations

from texelnet.ops.told import Facts, Scaling
from texelnet.page import Note, Part, Section, Text


def rule(facts: Facts) -> list[Section]:
    """Return how weights and biases change for pictures of 0..1, if that is known."""
    if facts.scaling is None:
        return []
    return [Section("In a shader whose pictures are 0..1", _rule(facts.scaling))]


def _rule(scaling: Scaling) -> list[Part]:
    low, high = scaling.range
    if scaling.shifted:
        return [Text(_shifted(scaling))]
    if not scaling.biased and not scaling.broken:
        said = (
            f"its pictures are {low:g}..{high:g}, but no layer adds a bias and every layer "
            "answers a factor with the same factor: the same weights serve any range."
        )
        return [Note("good", "Nothing has to change:", said)]
    if high == 1:
        said = (
            "its pictures are 0..1. Change no weight and no bias. In a shader whose pictures "
            "are 0..255 instead:"
        )
        parts: list[Part] = [Note("good", "This network is at home there:", said)]
    else:
        said = f"its pictures are {low:g}..{high:g}, a shader's are 0..1. What has to change:"
        parts = [Note("note", "This network is not at home there:", said)]
    span = high if high != 1 else 255.0
    up, down = ("times", "divided by") if high != 1 else ("divided by", "times")
    return [*parts, Text(_ends(scaling, span, up, down)), Text(_biases(scaling, span, down))]


def _ends(scaling: Scaling, span: float, up: str, down: str) -> str:
    first = " and ".join(f"`{name}`" for name in scaling.first)
    if list(scaling.first) == [scaling.last] and scaling.ends:
        return f"{first} reads the picture and makes the answer: its bias {down} {span:g}."
    if not scaling.ends or scaling.folded is None:
        return (
            f"Whatever the layers between do: the picture {up} {span:g} before {first}, the "
            f"answer {down} {span:g} after `{scaling.last}`. Not both of these layers are "
            "linear, so the factor cannot go into their weights."
        )
    return (
        f"Whatever the layers between do: the weights of {first} {up} {span:g}, weights and "
        f"bias of `{scaling.last}` {down} {span:g}, all other biases as they are. Tried here: "
        f"off by at most {scaling.folded:.1e} of 0..1."
    )


def _biases(scaling: Scaling, span: float, down: str) -> str:
    off = "" if scaling.divided is None else f"{scaling.divided:.1e} of 0..1"
    if scaling.broken:
        names = ", ".join(f"`{name}`" for name in scaling.broken)
        return (
            f"All biases {down} {span:g} is not the same here, because of {names}: no factor "
            f"comes out there as it went in. Tried here: off by up to {off}."
        )
    return (
        f"Or, which is the same here: all {len(scaling.biased)} biases {down} {span:g}, all "
        "weights as they are. Every layer answers a factor above 0 with the same factor "
        f"(f(a·x) = a·f(x)), biases apart. Tried here: off by at most {off}."
    )


def _shifted(scaling: Scaling) -> str:
    low, high = scaling.range
    first = " and ".join(f"`{name}`" for name in scaling.first)
    return (
        f"Its pictures are {low:g}..{high:g}, and black is not 0 in its numbers (a mean is "
        f"subtracted, or the range begins elsewhere). The weights of {first} times "
        f"{high - low:g}, and their bias plus what they make of black; weights and bias of "
        f"`{scaling.last}` divided by {high - low:g}. Where {first} pads with zeros that is "
        "right inside the picture only: black is not what lies beyond its border. Dividing "
        "biases alone is not the same."
    )
