"""Tokens: a prototxt cut into names, numbers, strings and signs, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from texelnet.errors import PrototxtError

MAX_BYTES = 16 << 20
"""A prototxt longer than this is refused; the largest published ones have about 300 kB."""


class Sort(Enum):
    """What a token is."""

    NAME = "a name"
    WHOLE = "a whole number"
    REAL = "a number"
    STRING = "a string"
    SIGN = "a sign"
    END = "the end of the file"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text and its line; a string's text is already unescaped."""

    sort: Sort
    text: str
    line: int

    def __str__(self) -> str:
        """Say the token as a reader would."""
        short = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return {Sort.END: self.sort.value, Sort.STRING: f'"{short}"'}.get(self.sort, short)


_WORD = re.compile(
    r"""(?P<space>[ \t\r\n\v\f]+|\#[^\n]*)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<real>(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?|\d+[eE][+-]?\d+[fF]?|\d+[fF])
    |(?P<whole>0[xX][0-9A-Fa-f]+|\d+)
    |(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')
    |(?P<sign>[{}<>\[\]:;,\-/])""",
    re.VERBOSE,
)
_SORTS = {
    "name": Sort.NAME,
    "real": Sort.REAL,
    "whole": Sort.WHOLE,
    "string": Sort.STRING,
    "sign": Sort.SIGN,
}
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
_PLAIN = {
    **{b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f"},
    **{b"v": b"\v", b"\\": b"\\", b"'": b"'", b'"': b'"', b"?": b"?"},
}


def decode(raw: bytes, source: str) -> str:
    """Return a prototxt's bytes as text, refusing what can't be one."""
    if len(raw) > MAX_BYTES:
        fact = f"the file has {len(raw):,} bytes; a prototxt has at most {MAX_BYTES:,}"
        raise PrototxtError(source, fact, "weights belong in a .caffemodel beside it")
    if b"\0" in raw:
        raise PrototxtError(
            source, "this is a binary file, not a prototxt", "give the .prototxt"
        )
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        fact = f"byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8"
        raise PrototxtError(f"{source}:{line}", fact, "save the file as UTF-8") from None


def tokens(text: str, source: str) -> Iterator[Token]:
    """Cut a prototxt into tokens, ending with one of sort END."""
    line, position = 1, 0
    if text.startswith("\ufeff"):
        fact = "the file begins with a byte-order mark, which Caffe refuses"
        raise PrototxtError(f"{source}:1", fact, "save it as UTF-8 without a byte-order mark")
    while position < len(text):
        match = _WORD.match(text, position)
        if match is None:
            raise PrototxtError(f"{source}:{line}", *_unreadable(text, position))
        sort, word = str(match.lastgroup), match.group()
        position = match.end()
        if sort == "space":
            line += word.count("\n")
            continue
        if sort in ("real", "whole") and text[position : position + 1].isidentifier():
            tail = re.compile(r"\w{1,40}").match(text, position)
            fact = f"'{word[:40]}{tail.group() if tail else ''}' is neither a number nor a name"
            raise PrototxtError(f"{source}:{line}", fact)
        if sort == "string":
            word = _unescape(word[1:-1], f"{source}:{line}")
        yield Token(_SORTS[sort], word, line)
    yield Token(Sort.END, "", line)


def _unreadable(text: str, position: int) -> tuple[str, str]:
    """Say why no token begins here: a fact and what to try."""
    sign = text[position]
    if sign in "\"'":
        return "a string is not closed on its line", f"end it with {sign}"
    if not sign.isascii():
        return f"the character '{sign}' stands outside a string", "put names in quotes"
    return f"the character {sign!r} means nothing here", ""


def _unescape(text: str, where: str) -> str:
    """Resolve the backslashes of a string."""
    if "\\" not in text:
        return text

    def plain(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, letter = match.groups()
        if letter is not None:
            if letter not in _PLAIN:
                raise PrototxtError(
                    where, f"a string has the unknown escape \\{letter.decode()}"
                )
            return _PLAIN[letter]
        return bytes([int(octal or hexadecimal, 8 if octal else 16) & 255])

    try:
        return _ESCAPE.sub(plain, text.encode()).decode()
    except UnicodeDecodeError:
        raise PrototxtError(where, "a string's escapes are not UTF-8") from None
