"""Parts that join several values: sums and products, concatenations."""

from __future__ import annotations

from collections.abc import Callable

from tests.random_networks.draft import Draft, Value, meet, need
from tests.random_networks.parts.pointwise import guarded


def _beside(x: Value, loose: bool) -> Callable[[Value], bool]:
    """Accept values of the same size: at every picture's, or (loose) at many."""

    def fits(v: Value) -> bool:
        met = [meet(a, b) for a, b in zip(x.sides, v.sides, strict=True)]
        if loose:
            return all(sum(n > 0 for n in sides) >= len(sides) // 4 for sides in met)
        known = [
            [(a, b) for a, b in zip(*s, strict=True) if a and b]
            for s in zip(x.sides, v.sides, strict=True)
        ]
        return all(len(pairs) >= 10 and all(a == b for a, b in pairs) for pairs in known)

    return fits


def _partners(d: Draft, x: Value, fits: Callable[[Value], bool], most: int) -> list[Value]:
    beside = _beside(x, d.one_of("loose", [False] * 9 + [True]))
    count = d.whole("partners", 1, most)
    return [d.read(f"with{i}", lambda v: fits(v) and beside(v)) for i in range(count)]


def _joined(values: list[Value]) -> dict[str, tuple[int, ...]]:
    heights, widths = values[0].sides
    for value in values[1:]:
        heights, widths = meet(heights, value.heights), meet(widths, value.widths)
    return {"heights": heights, "widths": widths}


def skip(d: Draft) -> None:
    """Two values or more added, multiplied, compared; one channel spreads over many."""
    x = d.read()
    op = d.one_of("op", ["Add", "Add", "Sub", "Mul", "Max", "Min", "Sum", "Mean", "Div"])
    most = 3 if op in ("Max", "Min", "Sum", "Mean") else 1
    counts = {1, x.channels} if x.channels > 1 else set(range(1, 99))
    others = _partners(d, x, lambda v: v.channels in counts, most)
    need(len({v.channels for v in (x, *others)} - {1}) <= 1)
    channels = max(v.channels for v in (x, *others))
    if op == "Div":
        others = [guarded(d, others[0])]
    known = {"channels": channels, **_joined([x, *others])}
    spans, operands = [v.span for v in (x, *others)], [x, *others]
    span = {"Mul": spans[0] * spans[-1], "Div": spans[0] / max(others[0].low, 0.1)}.get(op)
    if span is None:
        span = sum(spans) if op in ("Add", "Sub", "Sum") else max(spans)
    if d.chance("swapped") and op != "Div":
        operands.reverse()
    d.add(op, operands, x, span=span, **known)


def concat(d: Draft) -> None:
    x = d.read()
    values = [x, *_partners(d, x, lambda v: True, 3)]
    if d.chance("swapped"):
        values.reverse()
    channels, span = sum(v.channels for v in values), max(v.span for v in values)
    known = {"channels": channels, "span": span, "low": min(v.low for v in values)}
    d.add("Concat", values, x, axis=d.one_of("axis", [1, -3]), **known, **_joined(values))


JOINS = {"skip": skip, "concat": concat}
