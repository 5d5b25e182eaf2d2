"""Operators of two values or more: sums, products, comparisons, choices."""

from __future__ import annotations

import numpy as np

from texelnet.caffe.from_graph.draft import CantSay, Draft
from texelnet.caffe.from_graph.pointwise import Say, threshold
from texelnet.caffe.from_graph.spread import combined, eltwise, with_numbers
from texelnet.graph.edit import Site


def add(node: Site, draft: Draft) -> None:
    """Say an Add as Eltwise, Bias or Power."""
    _both(draft, "Add", (0, 1), node.outputs[0])


def multiply(node: Site, draft: Draft) -> None:
    """Say a Mul as Eltwise, Scale or Power."""
    _both(draft, "Mul", (0, 1), node.outputs[0])


def _both(draft: Draft, op: str, places: tuple[int, int], top: str) -> None:
    """Add or multiply two inputs, one of which may be numbers."""
    for blob, other in (places, places[::-1]):
        numbers = draft.given(other)
        if numbers is not None:
            with_numbers(draft, op, draft.bottom(blob), numbers, top)
            return
    combined(draft, op, draft.bottom(0), draft.bottom(1), top)


def subtract(node: Site, draft: Draft) -> None:
    """Say a Sub as the sum with what is turned round."""
    difference(draft, 0, 1, node.outputs[0])


def difference(draft: Draft, one: int, other: int, top: str = "") -> str:
    """Add the difference of two inputs."""
    less, more = draft.given(other), draft.given(one)
    if less is not None:
        return with_numbers(draft, "Add", draft.bottom(one), -less.astype(np.float64), top)
    a = draft.bottom(one) if more is None else ""
    b = draft.bottom(other)
    if more is not None and more.size == 1 and more.ndim <= draft.rank(b):
        return draft.power(b, top, scale=-1.0, shift=float(more.reshape(-1)[0]))
    if more is not None:
        return with_numbers(draft, "Add", draft.power(b, scale=-1.0), more, top)
    if draft.shapes[a] == draft.shapes[b]:
        return eltwise(draft, "SUM", [a, b], top, [1.0, -1.0])
    return combined(draft, "Add", a, draft.power(b, scale=-1.0), top)


def divide(node: Site, draft: Draft) -> None:
    """Say a Div as the product with what is divided into 1."""
    by, top = draft.given(1), node.outputs[0]
    if by is not None:
        if not np.all(by):
            raise CantSay("it divides by 0")
        with_numbers(draft, "Mul", draft.bottom(0), 1 / by.astype(np.float64), top)
        return
    part, what = draft.power(draft.bottom(1), power=-1.0), draft.given(0)
    if what is not None:
        with_numbers(draft, "Mul", part, what, top)
    else:
        combined(draft, "Mul", draft.bottom(0), part, top)


def largest(node: Site, draft: Draft) -> None:
    """Say a Max as Eltwise, ReLU or Clip."""
    places = range(len(node.inputs))
    blobs = [place for place in places if draft.given(place) is None]
    value = draft.bottom(blobs[0])
    if all(draft.shapes[draft.bottom(p)] == draft.shapes[value] for p in blobs) and blobs[1:]:
        last = node.outputs[0] if len(blobs) == len(places) else ""
        value = eltwise(draft, "MAX", [draft.bottom(p) for p in blobs], last)
        blobs = []
    steps = [*blobs[1:], *(p for p in places if draft.given(p) is not None)]
    for place in steps:
        top = node.outputs[0] if place == steps[-1] else ""
        numbers = draft.given(place)
        if numbers is not None:
            value = with_numbers(draft, "Max", value, numbers, top)
        else:
            value = combined(draft, "Max", value, draft.bottom(place), top)
    if not steps and value != node.outputs[0]:
        draft.alike(node.outputs[0], value)


def smallest(node: Site, draft: Draft) -> None:
    """Say a Min as the largest of what is turned round, turned back."""
    value, numbers = "", None
    for place in range(len(node.inputs)):
        given = draft.given(place)
        if given is not None:
            numbers = given if numbers is None else np.minimum(numbers, given)
            continue
        turned = draft.power(draft.bottom(place), scale=-1.0)
        value = combined(draft, "Max", value, turned) if value else turned
    if numbers is not None:
        value = with_numbers(draft, "Max", value, -numbers.astype(np.float64))
    draft.power(value, node.outputs[0], scale=-1.0)


def total(mean: bool) -> Say:
    """Return what says a Sum, or a Mean, of any number of values."""

    def say(node: Site, draft: Draft) -> None:
        blobs = [draft.bottom(place) for place in range(len(node.inputs))]
        part = 1 / len(blobs) if mean else 1.0
        if all(draft.shapes[blob] == draft.shapes[blobs[0]] for blob in blobs):
            coeff = [part] * len(blobs) if mean else None
            eltwise(draft, "SUM", blobs, node.outputs[0], coeff)
            return
        value = blobs[0]
        for place, blob in enumerate(blobs[1:], 2):
            last = node.outputs[0] if place == len(blobs) and not mean else ""
            value = combined(draft, "Add", value, blob, last)
        if mean:
            draft.power(value, node.outputs[0], scale=part)

    return say


def compared(turned: bool, negated: bool) -> Say:
    """Return what says a > b, b > a when turned, or that it is not so."""

    def say(node: Site, draft: Draft) -> None:
        one, other = (1, 0) if turned else (0, 1)
        level = draft.given(other)
        top = "" if negated else node.outputs[0]
        if level is not None and level.size == 1 and draft.given(one) is None:
            value = threshold(draft, draft.bottom(one), float(level.reshape(-1)[0]), top)
        else:
            value = threshold(draft, difference(draft, one, other), top=top)
        if negated:
            _not(draft, value, node.outputs[0])

    return say


def equal(node: Site, draft: Draft) -> None:
    """Say an Equal as neither larger nor smaller."""
    gap = difference(draft, 0, 1)
    both = [threshold(draft, gap), threshold(draft, draft.power(gap, scale=-1.0))]
    _not(draft, eltwise(draft, "SUM", both), node.outputs[0])


def _not(draft: Draft, truth: str, top: str = "") -> str:
    return draft.power(truth, top, scale=-1.0, shift=1.0)


def turned_round(node: Site, draft: Draft) -> None:
    """Say a Not as 1 less a truth."""
    _not(draft, draft.bottom(0), node.outputs[0])


def truths(op: str) -> Say:
    """Return what says And as a product, Or as a maximum."""

    def say(node: Site, draft: Draft) -> None:
        combined(draft, op, draft.bottom(0), draft.bottom(1), node.outputs[0])

    return say


def unlike(node: Site, draft: Draft) -> None:
    """Say a Xor as how far two truths are apart."""
    draft.layer("AbsVal", [difference(draft, 0, 1)], node.outputs[0])


def where(node: Site, draft: Draft) -> None:
    """Say a Where as truth times one, plus what is not so times the other."""
    truth, terms = draft.bottom(0), []
    for place, gate in ((1, truth), (2, _not(draft, truth))):
        numbers = draft.given(place)
        if numbers is not None:
            terms.append(with_numbers(draft, "Mul", gate, numbers))
        else:
            terms.append(combined(draft, "Mul", draft.bottom(place), gate))
    combined(draft, "Add", terms[0], terms[1], node.outputs[0])
