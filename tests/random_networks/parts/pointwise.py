"""Parts that change each number by itself, and those that meet constants.

Functions that fall off somewhere (a logarithm, a quotient) are given numbers above a third, by
a guard before them: what is drawn is always well-conditioned.
"""

from __future__ import annotations

from typing import Any

from tests.random_networks.draft import Draft, Value
from tests.random_networks.older import SINCE

NUMBER, EACH = "a number", "one a channel"

# op: largest number it makes of a span, lower bound, attributes and what they are drawn from
SMOOTH: dict[str, tuple[Any, float, dict[str, tuple[float, float]]]] = {
    "Relu": (None, 0.0, {}),
    "LeakyRelu": (None, -float("inf"), {"alpha": (-0.5, 0.5)}),
    "Elu": (None, -2.0, {"alpha": (0.25, 1.5)}),
    "Sigmoid": (1.0, 0.0, {}),
    "Tanh": (1.0, -1.0, {}),
    "Abs": (None, 0.0, {}),
    "Neg": (None, -float("inf"), {}),
    "Gelu": (None, -1.0, {}),
    "Erf": (1.0, -1.0, {}),
    "HardSigmoid": (1.0, 0.0, {"alpha": (0.1, 0.5), "beta": (0.0, 0.8)}),
    "HardSwish": (None, -1.0, {}),
    "Mish": (None, -1.0, {}),
    "Softplus": (None, 0.0, {}),
    "Softsign": (1.0, -1.0, {}),
    "Selu": (None, -2.0, {}),
    "Celu": (None, -2.0, {"alpha": (0.25, 1.5)}),
    "Identity": (None, -float("inf"), {}),
    "Dropout": (None, -float("inf"), {}),
}
YOUNG = ("Gelu", "Mish")
"""What few opsets know comes more often."""
STEPPED = ("Sign", "Floor", "Ceil", "Round", "ThresholdedRelu", "Cast", "Shrink", "Mod")
GUARDS = ("Abs", "Sigmoid", "Clip", "Softplus", "HardSigmoid", "Relu")


def bend(d: Draft) -> None:
    """An activation."""
    x = d.read()
    known = [o for o in (*SMOOTH, *YOUNG) if d.opset >= SINCE.get(o, 0)]
    op = d.one_of("op", known)
    largest, low, numbers = SMOOTH[op]
    more: dict[str, Any] = {n: d.number(n, *ends) for n, ends in numbers.items()}
    if op == "Gelu":
        more["approximate"] = d.one_of("approximate", ["none", "tanh"])
    if op in ("Identity", "Dropout"):
        low = x.low
    span = min(x.span + 1.0, largest) if largest else 1.1 * x.span
    d.add(op, [x], x, span=span, low=low, **more)


def prelu(d: Draft) -> None:
    """A slope for each channel, or one for all."""
    x = d.read()
    count = x.channels if d.one_of("slopes", [EACH, NUMBER]) == EACH else 1
    d.add("PRelu", [x, d.weights(count, 1, 1, low=-0.5, high=0.7)], x)


def clip(d: Draft) -> None:
    x, ends = d.read(), d.one_of("ends", ["both", "minimum", "maximum"])
    low, high = d.number("low", -0.8, 0.2), d.number("high", 0.3, 1.5)
    operands = [x.name, d.constant(low) if ends != "maximum" else ""]
    operands += [d.constant(high)] if ends != "minimum" else []
    known = {"low": x.low} if ends == "maximum" else {"low": max(low, x.low)}
    d.add("Clip", operands, x, span=min(x.span, high) if ends == "both" else x.span, **known)


def shifted(d: Draft, x: Value) -> Value:
    """Return a value a bit off, each channel otherwise.

    Numbers pile up: zeros of a Relu, whole numbers of a Round. At a jump, or where channels
    are equal, the last bit of a pile decides; so piles are moved off.
    """
    shape = (x.channels, 1, 1)
    return d.add("Add", [x, d.weights(*shape, low=-0.45, high=0.45)], x, span=x.span + 0.5)


def jump(d: Draft) -> None:
    """A function with jumps: steeper before them, so that several are met."""
    x, op = d.read(), d.one_of("op", STEPPED)
    x = d.add("Mul", [x, d.constant(d.number("times", 1.0, 3.0))], x, span=3 * x.span)
    x = shifted(d, x)
    if op == "Cast":
        whole = d.add("Cast", [x], x, to=int(d.one_of("kind", [6, 7])))
        d.add("Cast", [whole], x, to=1)
        del d.values[whole.name]
        return
    more = {"alpha": d.number("alpha", -0.5, 0.5)} if op == "ThresholdedRelu" else {}
    if op == "Shrink":
        more = {"lambd": d.number("lambd", 0.1, 0.9), "bias": d.number("bias", 0.0, 0.8)}
    operands = [x, d.constant(d.number("by", 0.5, 2.5))] if op == "Mod" else [x]
    more |= {"fmod": 1} if op == "Mod" else {}
    d.add(op, operands, x, span=x.span + 1, **more)


def guarded(d: Draft, x: Value) -> Value:
    """Return a value of the same size whose numbers are a third and more."""
    if x.low >= 0.3:
        return x
    guard = d.one_of("guard", GUARDS)
    if guard == "Clip":
        ends = [d.constant(0.35), d.constant(3.0)]
        return d.add("Clip", [x.name, *ends], x, low=0.35, span=3.0)
    above = d.add(guard, [x], x, low=0.0, span=1.0 if "Sigmoid" in guard else x.span + 0.7)
    base = d.number("base", 0.4, 1.2)
    return d.add("Add", [above, d.constant(base)], x, low=base, span=above.span + base)


def guarded_function(d: Draft) -> None:
    """A logarithm, a root, a power or an inverse of what is safely above zero."""
    x = guarded(d, d.read())
    op = d.one_of("op", ["Sqrt", "Log", "Reciprocal", "Pow"])
    if op == "Pow":
        power = d.one_of("power", [2.0, 0.5, 3.0, 1.0, -1.0, 1.7, -0.6, EACH])
        if power == EACH:
            exponent = d.weights(x.channels, 1, 1, low=-1.0, high=2.0)
            d.add("Pow", [x, exponent], x, span=max(3.0, x.span**2), low=0.0)
        else:
            span = max(x.span**power, x.low**power)
            d.add("Pow", [x, d.constant(power)], x, span=span, low=0.0)
        return
    span = max(1 / x.low, 0) if op == "Reciprocal" else max(x.span**0.5, 1.5)
    d.add(op, [x], x, span=span, low=-float("inf") if op == "Log" else 0.0)


def power(d: Draft) -> None:
    """A whole power of any number, or a number to any power, or an exponential."""
    x, kind = d.read(), d.one_of("kind", ["whole", "base", "Exp"])
    if kind == "whole":
        exponent = d.whole("exponent", 1, 3)
        operands = [x, d.constant(float(exponent))]
        d.add("Pow", operands, x, span=max(x.span, x.span**exponent))
        return
    x = d.add(d.one_of("tame", ["Tanh", "Erf", "Softsign"]), [x], x, span=1.0, low=-1.0)
    if kind == "Exp":
        d.add("Exp", [x], x, span=2.8, low=0.36)
    else:
        base = d.number("base", 0.4, 2.4)
        d.add("Pow", [d.constant(base), x], x, span=2.5, low=0.36)


def waves(d: Draft) -> None:
    """A function of trigonometry, of what is small."""
    x = d.read()
    op = d.one_of("op", ["Sin", "Cos", "Atan", "Tan", "Sinh", "Cosh"])
    if op in ("Tan", "Sinh", "Cosh"):
        x = d.add(d.one_of("tame", ["Tanh", "Erf", "Softsign"]), [x], x, span=1.0, low=-1.0)
    d.add(op, [x], x, span=1.6, low=1.0 if op == "Cosh" else -1.6)


def _numbers(d: Draft, channels: int, low: float, high: float) -> str:
    shape = d.one_of("numbers", ["()", "1", "1111", "C11", "1C11"])
    if "C" in shape:
        return d.weights(
            *{"C11": (channels, 1, 1), "1C11": (1, channels, 1, 1)}[shape], low=low, high=high
        )
    return d.weights(*{"()": (), "1": (1,), "1111": (1, 1, 1, 1)}[shape], low=low, high=high)


def with_numbers(d: Draft) -> None:
    """A constant added, taken, multiplied, compared, on either side."""
    x, first = d.read(), d.chance("constant first")
    op = d.one_of("op", ["Add", "Sub", "Mul", "Div", "Max", "Min"])
    channels = (
        d.whole("spread", 1, 5) if x.channels == 1 and d.chance("spreads") else x.channels
    )
    away = op == "Div"
    if away and first:
        x = guarded(d, x)
    constant = _numbers(d, channels, 0.5 if away else -1.2, 1.5 if away else 1.2)
    spread = d.taken["numbers"] in ("C11", "1C11")
    operands = [constant, x.name] if first else [x.name, constant]
    spans = {"Mul": 1.2 * x.span, "Div": 1.5 / x.low if away and first else 2 * x.span}
    span = spans.get(op, max(1.2, x.span) + 1.2 * (op in ("Add", "Sub")))
    d.add(op, operands, x, span=span, channels=channels if spread else x.channels)


POINTWISE = {
    "bend": bend,
    "prelu": prelu,
    "clip": clip,
    "jump": jump,
    "guarded function": guarded_function,
    "power": power,
    "numbers": with_numbers,
    "waves": waves,
}
