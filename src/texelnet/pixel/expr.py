"""Expressions: what one output pixel computes, as a small graph of vectors over channels.

Six kinds are enough. A **tap** reads a plane near the output pixel, a **constant** is the
same everywhere, a **mix** multiplies the channels by a matrix, a **call** applies a function
channel by channel, a **fold** makes one pixel of a whole row or column, a **part** says how far
between two pixels a place lies. A convolution is a sum of mixes of taps. Expressions are
shared, never copied: the same object met twice is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd

import numpy as np

from texelnet.pixel.size import Size

NO_SIZES: Mapping[str, int] = {}


@dataclass(frozen=True)
class Axis:
    """Where a tap reads on one axis: floor((p*o + q)/r) + offset for output position o.

    With p = 0 it reads one place wherever it stands: a plane of one pixel, spread over many.
    Kept in lowest terms with 0 <= q < r, so equal axes compare equal and, as o is never
    negative, the division may be the machine's own.
    """

    p: int = 1
    q: int = 0
    r: int = 1
    offset: int = 0

    @staticmethod
    def of(p: int = 1, q: int = 0, r: int = 1, offset: int = 0) -> Axis:
        """Return the axis in lowest terms."""
        common = gcd(p, r)
        p, q, r = p // common, q // common, r // common
        return Axis(p, q % r, r, offset + q // r)

    @property
    def rate(self) -> Fraction:
        """How far it moves from one output position to the next."""
        return Fraction(self.p, self.r)

    def at(self, o: np.ndarray, sizes: Mapping[str, int] = NO_SIZES) -> np.ndarray:
        """Return the positions read for these output positions."""
        return (self.p * o + self.q) // self.r + self.offset

    def after(self, inner: Place) -> Place | None:
        """Return this axis reading at ``inner(o)``, or None where no one axis says that."""
        if not self.p:
            return self
        if isinstance(inner, Stretch):
            moves = (self.p, self.q, self.r) == (1, 0, 1)
            return replace(inner, offset=inner.offset + self.offset) if moves else None
        if inner.r == 1:
            start = self.p * (inner.q + inner.offset) + self.q
            return Axis.of(self.p * inner.p, start, self.r, self.offset)
        if self.p != 1:
            return None
        start = inner.q + inner.r * (inner.offset + self.q)
        return Axis.of(inner.p, start, inner.r * self.r, self.offset)


@dataclass(frozen=True)
class Stretch:
    """Where a tap reads on an axis whose places hang on the picture's size.

    As an :class:`Axis`, floor((p*o + q)/r) + offset, but p, q and r are sizes: corners that
    are aligned, or a picture made as large as another one. q is never negative, r above 0.
    """

    p: Size
    q: Size
    r: Size
    offset: int = 0

    @property
    def rate(self) -> Fraction:
        """How far it moves from one output position to the next, where pictures are large."""
        return self.p.slope / self.r.slope if self.r.slope else Fraction(0)

    def at(self, o: np.ndarray, sizes: Mapping[str, int] = NO_SIZES) -> np.ndarray:
        """Return the positions read for these output positions."""
        p, q, r = (s.at(sizes) for s in (self.p, self.q, self.r))
        return (p * o + q) // r + self.offset

    def past(self, o: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
        """Return how far beyond the pixel that is read the place lies, 0 to 1."""
        p, q, r = (s.at(sizes) for s in (self.p, self.q, self.r))
        part: np.ndarray = ((p * o + q) % r).astype(np.float32) / np.float32(r)
        return part

    def after(self, inner: Place) -> Place | None:
        """Return this place reading at ``inner(o)``, or None where no one place says that."""
        if isinstance(inner, Stretch) or inner.r != 1 or inner.offset < 0:
            return None
        p, q = self.p * inner.p, self.q + self.p * inner.offset
        return Stretch(p, q, self.r, self.offset)

    def when(self, known: Mapping[str, Size]) -> Stretch:
        """Return the place with free sizes replaced by other sizes."""
        p, q, r = (s.when(known) for s in (self.p, self.q, self.r))
        return Stretch(p, q, r, self.offset)


Place = Axis | Stretch

HERE = Axis()
FIRST = Axis(p=0)
"""Position 0, wherever it is read from."""


@dataclass(frozen=True)
class Border:
    """What a tap outside its plane reads.

    ``inside``: it never lies outside (proved by whoever wrote it); ``constant``: a value;
    ``edge``: the nearest pixel; ``reflect``: mirrored about the edge pixel.
    """

    kind: str
    value: float = 0.0


INSIDE = Border("inside")
ZERO = Border("constant")
EDGE = Border("edge")
REFLECT = Border("reflect")


@dataclass(frozen=True, eq=False)
class Tap:
    """A read of a plane.

    With ``presence`` it reads no pixel: it is 1 where the position lies inside the plane and
    0 where it does not, on one channel (an average over the pixels that exist needs it).
    """

    plane: str
    channels: int
    y: Place = HERE
    x: Place = HERE
    border: Border = INSIDE
    presence: bool = False


@dataclass(frozen=True, eq=False)
class Constant:
    """The same vector at every pixel."""

    value: np.ndarray  # (channels,) float32

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return len(self.value)


@dataclass(frozen=True, eq=False)
class Mix:
    """Channels multiplied by a matrix of (outputs, inputs)."""

    matrix: np.ndarray
    source: Expr

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return int(self.matrix.shape[0])


@dataclass(frozen=True, eq=False)
class Call:
    """A function applied channel by channel; FUNCTIONS lists the names."""

    function: str
    arguments: tuple[Expr, ...]

    @property
    def channels(self) -> int:
        """How many channels it has."""
        return self.arguments[0].channels


@dataclass(frozen=True, eq=False)
class Fold:
    """All rows (axis 0) or all columns (axis 1) of a plane made one; FOLDS lists how.

    On the other axis it reads where it stands. Its own plane is one pixel long on the axis.
    A "count" tells how many there are, on one channel, and reads none.
    """

    function: str
    plane: str
    channels: int
    axis: int


@dataclass(frozen=True, eq=False)
class Part:
    """How far a stretched place lies beyond the pixel that is read there: 0 to 1, one channel.

    ``axis`` is 0 for rows, 1 for columns.
    """

    place: Stretch
    axis: int

    @property
    def channels(self) -> int:
        """It is one number."""
        return 1


Expr = Tap | Constant | Mix | Call | Fold | Part
Read = Tap | Fold
"""What reads a plane."""


def _sum(*values: np.ndarray) -> np.ndarray:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _select(truth: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a where a truth is not 0, else b; what is not chosen may be no number."""
    chosen: np.ndarray = np.where(truth != 0, a, b)
    return chosen


FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "sum": _sum,
    "mul": np.multiply,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "pow": np.power,  # of a base that is not negative
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,  # half to even
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "less": lambda a, b: np.less(a, b).astype(np.float32),  # truths are 1 and 0
    "equal": lambda a, b: np.equal(a, b).astype(np.float32),
    "select": _select,
}
"""What each call means, in numpy; a dialect says the same in its own words."""


def _count(values: np.ndarray, axis: int, keepdims: bool) -> np.ndarray:
    return np.full((1, 1, 1), values.shape[axis], np.float32)


FOLDS: dict[str, Callable[..., np.ndarray]] = {
    "count": _count,
    "mean": np.mean,
    "sum": np.sum,
    "max": np.max,
    "min": np.min,
}
"""What each fold means, in numpy."""


def constant(value: float | np.ndarray, channels: int) -> Constant:
    """Return one number, or one a channel, as a constant of that many channels."""
    array = np.broadcast_to(np.asarray(value, np.float32).reshape(-1), (channels,))
    return Constant(array.astype(np.float32))


def add(*terms: Expr) -> Expr:
    """Return a sum, flat: a sum of sums is one sum."""
    flat: list[Expr] = []
    for term in terms:
        if isinstance(term, Call) and term.function == "sum":
            flat.extend(term.arguments)
        else:
            flat.append(term)
    return flat[0] if len(flat) == 1 else Call("sum", tuple(flat))


def scaled(value: Expr, factor: float | np.ndarray) -> Expr:
    """Return a value with each channel multiplied by a constant."""
    factors = np.broadcast_to(np.asarray(factor, np.float64).reshape(-1), (value.channels,))
    return Mix(np.diag(factors), value)


def pick(value: Expr, channels: list[int]) -> Expr:
    """Return some channels of a value, in that order."""
    return Mix(np.eye(value.channels)[channels], value)


def stack(*values: Expr) -> Expr:
    """Return the channels of all values, one after the other."""
    total, start, parts = sum(v.channels for v in values), 0, []
    for value in values:
        place = np.zeros((total, value.channels))
        place[start : start + value.channels] = np.eye(value.channels)
        parts.append(Mix(place, value))
        start += value.channels
    return add(*parts)


def operands(expr: Expr) -> tuple[Expr, ...]:
    """Return what an expression is made of directly."""
    if isinstance(expr, Mix):
        return (expr.source,)
    return expr.arguments if isinstance(expr, Call) else ()


def with_operands(expr: Expr, new: Sequence[Expr]) -> Expr:
    """Return it made of other operands; itself if they are the same."""
    if all(a is b for a, b in zip(new, operands(expr), strict=True)):
        return expr
    if isinstance(expr, Mix):
        return Mix(expr.matrix, *new)
    assert isinstance(expr, Call)
    return Call(expr.function, tuple(new))


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield each distinct sub-expression once, operands before users."""
    seen: set[int] = set()

    def visit(e: Expr) -> Iterator[Expr]:
        if id(e) not in seen:
            seen.add(id(e))
            for operand in operands(e):
                yield from visit(operand)
            yield e

    yield from visit(expr)


def taps(expr: Expr) -> list[Tap]:
    """Return every distinct tap of an expression."""
    return [e for e in walk(expr) if isinstance(e, Tap)]


def reads(expr: Expr) -> list[Read]:
    """Return every distinct tap and fold of an expression."""
    return [e for e in walk(expr) if isinstance(e, Tap | Fold)]


def folds(expr: Expr) -> list[Fold]:
    """Return every distinct fold of an expression."""
    return [e for e in walk(expr) if isinstance(e, Fold)]


def stretched_by(expr: Expr) -> set[str]:
    """Return the free sizes that places of an expression hang on."""
    places: list[Place] = []
    for e in walk(expr):
        if isinstance(e, Tap):
            places += [e.y, e.x]
        elif isinstance(e, Part):
            places.append(e.place)
    found = [p for p in places if isinstance(p, Stretch)]
    return {name for p in found for s in (p.p, p.q, p.r) for name in s.names}


def rebuild(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return the expression with ``change`` applied to every part, operands first."""
    memo: dict[int, Expr] = {}

    def visit(e: Expr) -> Expr:
        if id(e) not in memo:
            memo[id(e)] = change(with_operands(e, [visit(o) for o in operands(e)]))
        return memo[id(e)]

    return visit(expr)
