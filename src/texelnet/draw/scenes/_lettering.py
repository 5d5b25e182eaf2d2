"""Lettering of pages: words, and their labels by letter, word or character."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, radians, sin
from pathlib import Path as File

from texelnet.draw.path import Path
from texelnet.draw.scene import Label, Matrix, Text
from texelnet.draw.scenes.kind import Draws
from texelnet.draw.text.shape import Line, shape
from texelnet.draw.text.shipped import shipped

SAID = (
    "a", "all", "and", "are", "at", "back", "been", "but", "by", "can", "come", "could", "day",
    "did", "do", "down", "even", "go", "good", "had", "have", "he", "here", "how", "I", "in",
    "is", "it", "just", "know", "last", "like", "look", "make", "me", "might", "more", "must",
    "never", "new", "night", "no", "not", "now", "of", "on", "one", "only", "or", "our", "out",
    "quite", "rain", "rather", "run", "said", "see", "she", "so", "some", "take", "that", "the",
    "them", "then", "there", "they", "this", "time", "to", "up", "us", "very", "wait", "was",
    "water", "we", "well", "went", "were", "what", "when", "where", "who", "why", "will",
    "window", "with", "work", "yes", "yet", "you", "your", "zero",
)  # fmt: skip
SOUNDS = ("BANG", "BOOM", "CLICK", "CRASH", "DRIP", "HISS", "KNOCK", "PLOP", "POW", "SPLASH",
          "SWISH", "THUD", "VROOM", "WHOOSH", "ZAP", "ZZZ")  # fmt: skip
ENDS = (".", "!", "?", "...")
FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
)
"""Regular and bold."""
FONTS = tuple(name for face in FACES for name in face)
CHARACTERS = tuple(sorted({c for word in (*SAID, *SOUNDS, *ENDS) for c in word + word.upper()}))
ANNOTATIONS = ("letter", "word", "character")
BOLD_FROM = 550
POINT = 25.4 / 72
LEADING, SPACE, MIDDLE = 1.2, 0.32, 0.36
"""From baseline to baseline, between words, from the middle of capitals down; in font sizes."""


def classes(annotate: str) -> tuple[str, ...]:
    """Return the classes that lettering has."""
    return CHARACTERS if annotate == "character" else (annotate,)


def labels(text: Text, annotate: str) -> Iterator[Label]:
    """Give the labels of a word, by the paths that are painted."""
    names = [item.name for item in text.letters]
    if annotate == "word":
        contours = tuple(c for item in text.letters for c in item.path.contours)
        yield Label("word", Path(contours), frozenset(names))
        return
    for item, character in zip(text.letters, text.line.text, strict=True):
        kind = character if annotate == "character" else "letter"
        yield Label(kind, item.path, frozenset({item.name}))


def font(draws: Draws, face: float, *of: int) -> File:
    """Return one of the faces, chosen by a number in 0..1, in the weight that is drawn."""
    regular, bold = FACES[int(face * len(FACES))]
    return shipped(bold if draws("weight", *of) >= BOLD_FROM else regular)


def saying(draws: Draws, n: int) -> list[str]:
    """Return what somebody says: capitals mostly, as comics are lettered."""
    count = draws.whole("words", n)
    words = [SAID[int(draws.unit("word", n, k) * len(SAID))] for k in range(count)]
    if draws.unit("capitals", n) < 0.7:
        words = [word.upper() for word in words]
    else:
        words[0] = words[0].capitalize()
    return [*words[:-1], words[-1] + ENDS[int(draws.unit("end", n) * len(ENDS))]]


def block(words: Sequence[str], file: File, size: float) -> list[tuple[Line, float, float]]:
    """Set words in lines of about one length, centred on the origin; with their places."""
    set_ = [shape(word, file, size) for word in words]
    gap = SPACE * size
    whole = sum(line.width + gap for line in set_)
    most = max((2.2 * whole * LEADING * size) ** 0.5, *(line.width for line in set_))
    rows: list[list[Line]] = [[]]
    for line in set_:
        if rows[-1] and _width([*rows[-1], line], gap) > most:
            rows.append([])
        rows[-1].append(line)
    placed = []
    for number, row in enumerate(rows):
        x = -_width(row, gap) / 2
        y = (number - (len(rows) - 1) / 2) * LEADING * size + MIDDLE * size
        for line in row:
            placed.append((line, x, y))
            x += line.width + gap
    return placed


def _width(row: Sequence[Line], gap: float) -> float:
    return sum(line.width for line in row) + gap * (len(row) - 1)


def turned(degrees: float, at: tuple[float, float], x: float, y: float) -> Matrix:
    """Return the map that puts the origin at x, y and turns both about a place."""
    u, v = cos(radians(degrees)), sin(radians(degrees))
    return ((u, -v, at[0] + u * x - v * y), (v, u, at[1] + v * x + u * y))
