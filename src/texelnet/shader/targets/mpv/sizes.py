"""Sizes in reverse polish, as user shaders write them: in floating point, at most 31 words.

A floor division subtracts its remainder first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from texelnet.errors import ShaderError
from texelnet.pixel import Size

WORDS = 31
"""Words of a size that the host reads."""
Sides = dict[str, str]
"""What the free sizes of the picture are called."""


def polish(size: Size, sides: Sides, where: str) -> str:
    """Write a size.

    Raises
    ------
    ShaderError
        The host does not read that many words; ``where`` is what the error begins with.
    """
    words = list(_reverse(size.tree(), sides))
    if len(words) > WORDS:
        fact = f"a plane's size takes {len(words)} words, the host reads {WORDS}"
        raise ShaderError(where, fact, "fewer strides that leave remainders")
    return " ".join(words)


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
