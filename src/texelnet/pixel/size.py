"""Size: how tall or wide a plane is, as a small expression of the input's size.

A network runs at any size, so sizes are kept as expressions: ``2*height + 4``,
``(height + 1)//2``. They are whole numbers made of names, constants, +, multiplication by a
constant, floor division by a constant, min and max, and they simplify themselves, so that two
equal expressions usually look equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd, inf, isfinite
from typing import Any


@dataclass(frozen=True, order=True)
class Name:
    """A free size: the height or width of an input."""

    name: str


@dataclass(frozen=True)
class Quotient:
    """A floor division that does not simplify."""

    over: Size
    by: int


@dataclass(frozen=True)
class Extreme:
    """The smaller or the larger of two sizes."""

    kind: str  # min | max
    first: Size
    second: Size


Atom = Name | Quotient | Extreme


@dataclass(frozen=True)
class Size:
    """A sum of a constant and whole multiples of atoms, in a fixed order."""

    constant: int
    terms: tuple[tuple[Atom, int], ...] = ()

    def __add__(self, other: Size | int) -> Size:
        other = size(other)
        counts = dict(self.terms)
        for atom, count in other.terms:
            counts[atom] = counts.get(atom, 0) + count
        kept = sorted(((a, n) for a, n in counts.items() if n), key=repr)
        return Size(self.constant + other.constant, tuple(kept))

    def __sub__(self, other: Size | int) -> Size:
        return self + size(other) * -1

    def __mul__(self, factor: int) -> Size:
        return Size(
            self.constant * factor, tuple((a, n * factor) for a, n in self.terms if factor)
        )

    def __floordiv__(self, by: int) -> Size:
        """Floor division by a positive constant; whole parts are taken out first."""
        whole = Size(self.constant // by, tuple((a, n // by) for a, n in self.terms if n // by))
        rest = self - whole * by
        if not rest.terms:
            return whole
        common = gcd(by, *(n for _, n in rest.terms))
        if common > 1:
            rest, by = Size(rest.constant // common, _divide(rest.terms, common)), by // common
        if by == 1:
            return whole + rest
        if len(rest.terms) == 1 and rest.terms[0][1] == 1:
            atom = rest.terms[0][0]
            if isinstance(atom, Quotient):  # (x//a + c)//b = (x + c*a)//(a*b)
                return whole + (atom.over + rest.constant * atom.by) // (atom.by * by)
        return whole + Size(0, ((Quotient(rest, by), 1),))

    def __str__(self) -> str:
        return self.text()

    @property
    def fixed(self) -> int | None:
        """The number it is at every size of the input, or None."""
        return None if self.terms else self.constant

    @property
    def names(self) -> set[str]:
        """The free sizes in it."""
        return {name for atom, _ in self.terms for name in _names(atom)}

    @property
    def parts(self) -> int:
        """Of how many names, quotients and extremes it is made."""
        return sum(_parts(atom) for atom, _ in self.terms)

    @property
    def slope(self) -> Fraction:
        """How much it grows with the picture, where that is large."""
        return sum((n * _slope(atom) for atom, n in self.terms), Fraction(0))

    def at(self, sizes: Mapping[str, int]) -> int:
        """Return its number when the free sizes are these."""
        return self.constant + sum(n * _at(atom, sizes) for atom, n in self.terms)

    def when(self, known: Mapping[str, Size]) -> Size:
        """Return the size with free sizes replaced by other sizes."""
        total = Size(self.constant)
        for atom, n in self.terms:
            total = total + _when(atom, known) * n
        return total

    def tree(self) -> Any:
        """Return it as JSON: a number, a name, or [operator, operand, ...]."""
        parts: list[Any] = [
            _tree(atom) if n == 1 else ["*", n, _tree(atom)] for atom, n in self.terms
        ]
        if self.constant or not parts:
            parts.append(self.constant)
        return parts[0] if len(parts) == 1 else ["+", *parts]

    def text(self, name: Callable[[str], str] = str) -> str:
        """Return it in the notation that Python, WGSL and people share."""
        parts = [f"{'' if n == 1 else f'{n}*'}{_text(atom, name)}" for atom, n in self.terms]
        if self.constant or not parts:
            parts.append(str(self.constant))
        return " + ".join(parts).replace("+ -", "- ")


def _divide(terms: tuple[tuple[Atom, int], ...], by: int) -> tuple[tuple[Atom, int], ...]:
    return tuple((a, n // by) for a, n in terms)


def _at(atom: Atom, sizes: Mapping[str, int]) -> int:
    if isinstance(atom, Name):
        return sizes[atom.name]
    if isinstance(atom, Quotient):
        return atom.over.at(sizes) // atom.by
    pick = min if atom.kind == "min" else max
    return pick(atom.first.at(sizes), atom.second.at(sizes))


def _names(atom: Atom) -> set[str]:
    if isinstance(atom, Name):
        return {atom.name}
    if isinstance(atom, Quotient):
        return atom.over.names
    return atom.first.names | atom.second.names


def _parts(atom: Atom) -> int:
    if isinstance(atom, Name):
        return 1
    if isinstance(atom, Quotient):
        return 1 + atom.over.parts
    return 1 + atom.first.parts + atom.second.parts


def _slope(atom: Atom) -> Fraction:
    if isinstance(atom, Name):
        return Fraction(1)
    if isinstance(atom, Quotient):
        return atom.over.slope / atom.by
    pick = min if atom.kind == "min" else max
    return pick(atom.first.slope, atom.second.slope)


def _when(atom: Atom, known: Mapping[str, Size]) -> Size:
    if isinstance(atom, Name):
        return known.get(atom.name, Size(0, ((atom, 1),)))
    if isinstance(atom, Quotient):
        return atom.over.when(known) // atom.by
    return extreme(atom.kind, atom.first.when(known), atom.second.when(known))


def _tree(atom: Atom) -> Any:
    if isinstance(atom, Name):
        return atom.name
    if isinstance(atom, Quotient):
        return ["//", atom.over.tree(), atom.by]
    return [atom.kind, atom.first.tree(), atom.second.tree()]


def _text(atom: Atom, name: Callable[[str], str]) -> str:
    if isinstance(atom, Name):
        return name(atom.name)
    if isinstance(atom, Quotient):
        return f"(({atom.over.text(name)})//{atom.by})"
    return f"{atom.kind}({atom.first.text(name)}, {atom.second.text(name)})"


def size(value: Size | int | str) -> Size:
    """Make a size of a number or of the name of a free size."""
    if isinstance(value, Size):
        return value
    if isinstance(value, str):
        return Size(0, ((Name(value), 1),))
    return Size(int(value))


def extreme(kind: str, first: Size, second: Size) -> Size:
    """Return the smaller ("min") or the larger ("max") of two sizes."""
    for smaller, larger in ((first, second), (second, first)):
        if least(larger - smaller) >= 0:
            return smaller if kind == "min" else larger
    return Size(0, ((Extreme(kind, first, second), 1),))


def least(wanted: Size) -> float:
    """Return a number that a size never falls below, where all free sizes are 1 or more.

    It may be lower than what is reached: minus infinity where nothing is known.
    """
    if any(n < 0 for _, n in wanted.terms):
        return _below(wanted)
    total = wanted.constant + sum(n * _least(atom) for atom, n in wanted.terms)
    return max(total, _below(wanted))


def _below(wanted: Size) -> float:
    """Return a number that a size never falls below, by what its quotients are made of.

    A quotient x//k lies between (x - k + 1)/k and x/k; what then is taken away of the free
    sizes has to cancel out, as in 2*((x + 1)//2) - x.
    """
    counts = {a: Fraction(n) for a, n in wanted.terms}
    total: Fraction | float = Fraction(wanted.constant)
    while quotient := next((a for a in counts if isinstance(a, Quotient)), None):
        part = counts.pop(quotient) / quotient.by
        total += part * quotient.over.constant - max(part, Fraction(0)) * (quotient.by - 1)
        for atom, n in quotient.over.terms:
            counts[atom] = counts.get(atom, Fraction(0)) + part * n
    if any(n < 0 for n in counts.values()):
        return -inf
    total += sum(n * _least(atom) for atom, n in counts.items() if n)
    return ceil(total) if isfinite(total) else total


def _least(atom: Atom) -> float:
    if isinstance(atom, Name):
        return 1
    if isinstance(atom, Quotient):
        over = least(atom.over)
        return over // atom.by if over > -inf else over
    return (min if atom.kind == "min" else max)(least(atom.first), least(atom.second))


def tree_at(tree: Any, sizes: Mapping[str, int]) -> int:
    """Return the number of a size written by :meth:`Size.tree` (the manifest's form)."""
    if isinstance(tree, str):
        return sizes[tree]
    if isinstance(tree, int):
        return tree
    operator, *operands = tree
    numbers = [tree_at(operand, sizes) for operand in operands]
    if operator == "+":
        return sum(numbers)
    if operator == "*":
        return numbers[0] * numbers[1]
    if operator == "//":
        return numbers[0] // numbers[1]
    return {"min": min, "max": max}[operator](numbers)


def covers(larger: Size, smaller: Size) -> bool:
    """Tell whether one size is known to be at least the other at every size of the input."""
    return least(larger - smaller) >= 0 or any(
        isinstance(atom, Extreme) and atom.kind == "min" and larger in (atom.first, atom.second)
        for atom, _ in smaller.terms
        if smaller == Size(0, ((atom, 1),))
    )
