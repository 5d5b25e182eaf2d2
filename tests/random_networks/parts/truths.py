"""Parts of comparisons, truths and choices by them."""

from __future__ import annotations

from tests.random_networks.draft import Draft, Value
from tests.random_networks.older import SINCE
from tests.random_networks.parts.pointwise import shifted

COMPARED = ["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"]


def _truth(d: Draft, x: Value, turn: int) -> str:
    """Return a truth for each number of a value; nothing is compared that may be equal."""
    op = d.one_of(f"op{turn}", [o for o in COMPARED if d.opset >= SINCE.get(o, 0)])
    if op == "Equal":
        steep = d.add("Mul", [x, d.constant(2.0)], x, span=2 * x.span)
        whole = d.add("Round", [shifted(d, steep)], x, span=2 * x.span + 1)
        return d.node(op, [whole.name, d.constant(float(d.whole(f"whole{turn}", -1, 1)))])[0]
    each = d.chance(f"each{turn}")
    limit = d.weights(*(x.channels, 1, 1) if each else (), low=-0.4, high=0.4)
    pair = [limit, x.name] if d.chance(f"swapped{turn}") else [x.name, limit]
    return d.node(op, pair)[0]


def choose(d: Draft) -> None:
    """One value or another by a truth, or by two put together."""
    x = d.read()
    truth = _truth(d, x, 0)
    joined = d.one_of("joined", ["no", "Not", "And", "Or", "Xor"])
    if joined == "Not":
        (truth,) = d.node("Not", [truth])
    elif joined != "no":
        (truth,) = d.node(joined, [truth, _truth(d, x, 1)])
    if d.chance("as numbers"):
        d.add("Cast", [truth], x, span=1.0, low=0.0, to=1)
        return
    other = d.read("else", lambda v: v.sides == x.sides and v.channels in (1, x.channels))
    number = d.weights(low=-0.8, high=0.8) if d.chance("a number") else x.name
    span = max(x.span, other.span, 1.0)
    d.add("Where", [truth, number, other], x, span=span)


TRUTHS = {"choose": choose}
