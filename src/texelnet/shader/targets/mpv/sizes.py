"""Sizes in reverse polish, as user shaders write them: in floating point, at most 31 words.

A floor division subtracts its remainder first. What takes more words is said by the sizes of
the textures that a pass reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from texelnet.errors import ShaderError
from texelnet.pixel import Size
from texelnet.pixel.size import Extreme, Name, Quotient

WORDS = 31
"""Words of a size that the host reads."""
Sides = dict[str, str]
"""What the free sizes of the picture are called."""


def polish(
    size: Size, sides: Sides, where: str, read: Mapping[str, Size] = MappingProxyType({})
) -> str:
    """Write a size.

    Parameters
    ----------
    size, sides
        The size, and what its free sizes are called.
    where
        What an error begins with.
    read
        The sizes of planes that are bound, by the words that say them.

    Raises
    ------
    ShaderError
        The host does not read that many words.
    """
    words = list(_reverse(size.tree(), sides))
    if len(words) > WORDS:
        known = _multiples(read)
        names = {name: name for name in known}
        words = " ".join(_reverse(_tree(size, known), {**sides, **names})).split()
    if len(words) > WORDS:
        fact = f"a plane's size takes {len(words)} words, the host reads {WORDS}"
        raise ShaderError(where, fact, "fewer strides that leave remainders")
    return " ".join(words)


def _multiples(read: Mapping[str, Size]) -> dict[str, Size]:
    """Return sizes, multiples of them, and whole parts, by the words that say them."""
    known = dict(read)
    for name, of in read.items():
        known |= {f"{name} {n} *": of * n for n in (2, 3, 4)}
        known |= {f"{name} {n} /": of // n for n in (2, 3, 4) if of // n * n == of}
    return known


def _tree(size: Size, read: Mapping[str, Size]) -> Any:
    """Return a size as :meth:`Size.tree` does, where sizes of textures are names too."""
    found, parts = "", size.parts - 1
    for name, other in read.items():
        if (size - other).parts < parts:
            found, parts = name, (size - other).parts
    if found:
        rest = size - read[found]
        return ["+", found, _tree(rest, read)] if rest != Size(0) else found
    words: list[Any] = []
    for atom, n in size.terms:
        word: Any = atom.name if isinstance(atom, Name) else ""
        if isinstance(atom, Quotient):
            word = ["//", _tree(atom.over, read), atom.by]
        elif isinstance(atom, Extreme):
            word = [atom.kind, *(_tree(side, read) for side in (atom.first, atom.second))]
        words.append(word if n == 1 else ["*", n, word])
    return ["+", *words, size.constant] if size.constant or not words else ["+", *words]


def _reverse(tree: Any, sides: Sides) -> Iterable[str]:
    """Write a size, as :meth:`Size.tree` gives it, in reverse polish."""
    if isinstance(tree, str):
        return [sides[tree]]
    if isinstance(tree, int):
        return [str(tree)] if tree >= 0 else ["0", str(-tree), "-"]
    operator, first, *others = tree
    if operator == "*":  # a number and a size; what is taken away is written by the sum
        return [*_reverse(others[0], sides), *_reverse(first, sides), "*"]
    words = list(_reverse(first, sides))
    for other in others:
        its = list(_reverse(other, sides))
        if operator == "+":
            negative = isinstance(other, int) and other < 0
            words += [str(-other), "-"] if negative else [*its, "+"]
        elif operator == "//":
            words = [*words, *words, *its, "%", "-", *its, "/"]
        else:
            sign = "<" if operator == "min" else ">"
            less = [*words, *its, sign]
            words = [*words, *less, "*", *its, *less, "!", "*", "+"]
    return words
