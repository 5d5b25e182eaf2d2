"""The text format: a prototxt read into messages, checked field by field, lines kept.

What Caffe's own reader takes is taken, what it refuses is refused: ``key: value`` and ``key {
... }`` or ``key < ... >``, lists ``[1, 2]``, ``;`` and ``,`` between fields, comments,
hexadecimal and octal numbers, ``0.1f``, ``t`` and ``1`` for true, enum values by name or
number, strings written in several parts. A byte-order mark, a field written twice and ``yes``
are errors.

The format nests at most five deep (the table of fields has no cycle), so the reader needs no
bound on depth; size and number of values are bounded. A layer of a fork may have fields that
are not in the table: they are skipped.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from difflib import get_close_matches

from texelnet.caffe.message import Message, Value
from texelnet.caffe.schema import ENUMS, SCHEMA, Field, Scalar
from texelnet.caffe.tokens import Sort, Token, tokens
from texelnet.errors import PrototxtError

MAX_VALUES = 100_000
"""A prototxt with more values is refused; the longest published ones have about 20,000."""
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
}
_TRUTH = {
    **dict.fromkeys(("true", "True", "t", "1"), True),
    **dict.fromkeys(("false", "False", "f", "0"), False),
}
_SOLVER_FIELDS = {"net", "train_net", "test_net", "base_lr", "lr_policy", "test_iter"}
MEANT = {
    **{
        "learning_rate": "base_lr",
        "lr": "base_lr",
        "epochs": "max_iter",
        "filters": "num_output",
    },
    **{"padding": "pad", "strides": "stride", "inputs": "bottom"},
    **{"input": "bottom", "output": "top", "outputs": "top", "weights": "blobs"},
}
"""What other programs call a field."""
_CLOSING = {"{": "}", "<": ">"}
_OPENING = {**_CLOSING, "[": "]"}


def read_text(
    text: str, source: str, kind: str = "NetParameter", forks: Collection[str] = ()
) -> Message:
    """Read the text of a prototxt as one message of the given kind.

    Layers of the types ``forks`` may have fields that the format does not: those are left out.

    Raises
    ------
    PrototxtError
        With the line, and the name of the layer where it is already known.
    """
    return _Reader(text, source, forks).whole(kind)


def did_you_mean(word: str, known: list[str]) -> str:
    """Return a hint that names the closest known words, or nothing."""
    word, known = word[:80], known[:1000]
    longer = [name for name in known if name.startswith(f"{word}_")]
    near = longer[:2] or get_close_matches(word, known, n=2, cutoff=0.6)
    if not near:
        lower = {name.lower(): name for name in known}
        near = [lower[word.lower()]] if word.lower() in lower else []
    return " or ".join(near)


class _Reader:
    """Reads tokens one ahead; knows in which layer it is."""

    def __init__(self, text: str, source: str, forks: Collection[str]) -> None:
        self.source, self.forks = source, forks
        self._tokens = tokens(text, source)
        self._next = next(self._tokens)
        self._values = 0
        self._layer: Message | None = None
        self._unknown: PrototxtError | None = None

    def whole(self, kind: str) -> Message:
        """Read fields until the file ends."""
        message = Message(kind, 1)
        while self._next.sort is not Sort.END:
            self._field(message)
        return message

    def _take(self) -> Token:
        token = self._next
        if token.sort is not Sort.END:
            self._next = next(self._tokens)
        return token

    def _sees(self, signs: str) -> bool:
        return self._next.sort is Sort.SIGN and self._next.text in signs

    def _error(self, line: int, fact: str, hint: str = "") -> PrototxtError:
        where = f"{self.source}:{line}"
        if self._layer is not None and self._layer.has("name"):
            where += f' (layer "{self._layer.word("name")}")'
        return PrototxtError(where, fact, hint)

    def _field(self, message: Message) -> None:
        """Read one field: its name, a colon where needed, one value or a list."""
        name = self._take()
        field = self._known(message, name)
        if field is None:
            self._skip()
            return
        if message.has(field.name) and not field.repeated:
            fact = (
                f"{field.name} is written twice (first on line {message.line_of(field.name)})"
            )
            raise self._error(name.line, fact, "keep one of them")
        colon = self._sees(":") and bool(self._take())
        if not colon and not field.is_message:
            raise self._error(name.line, f"{name} needs a colon and a value, not {self._next}")
        if self._sees("["):
            self._list(message, field)
        else:
            self._value(message, field)
        if self._sees(";,"):
            self._take()

    def _known(self, message: Message, name: Token) -> Field | None:
        """Look the field up, or say what it may have been.

        In a layer that is told at its end, when its type is known: None has to be skipped.
        """
        if name.sort is not Sort.NAME:
            inside = message.kind != "NetParameter"
            expected = "a field's name or }" if inside else "a field's name"
            hint = f"close line {message.line}'s {{" if inside and name.sort is Sort.END else ""
            raise self._error(name.line, f"{expected} is expected, not {name}", hint)
        field = SCHEMA[message.kind].get(name.text)
        if field is None:
            spoken = {"NetParameter": "a network", "LayerParameter": "a layer"}
            whose = spoken.get(message.kind, message.kind.removesuffix("Parameter"))
            hint = did_you_mean(name.text, list(SCHEMA[message.kind]))
            if MEANT.get(name.text) in SCHEMA[message.kind]:
                hint = MEANT[name.text]
            elif message.kind == "NetParameter" and not message.fields and not hint:
                hint = "is this a network's prototxt? It is made of name: and layer { ... }"
            if message.kind == "NetParameter" and name.text in _SOLVER_FIELDS:
                hint = "this is a solver's file: give the network that its net: names"
            error = self._error(name.line, f"{whose} has no field {name}", hint)
            if self._layer is None or self._layer.kind != "LayerParameter":
                raise error
            self._unknown = self._unknown or error
        return field

    def _skip(self) -> None:
        """Leave out the value of an unknown field, or a block with all that is in it."""
        assert self._unknown is not None
        if self._sees(":"):
            self._take()
        if self._sees("-"):
            self._take()
        closing: list[str] = []
        while True:
            token = self._take()
            sign = token.text if token.sort is Sort.SIGN else ""
            self._values += 1
            if sign in _OPENING:
                closing.append(_OPENING[sign])
            elif closing and sign == closing[-1]:
                closing.pop()
            elif token.sort is Sort.END or (sign and not closing) or self._values > MAX_VALUES:
                raise self._unknown
            if not closing:
                break
        while token.sort is Sort.STRING and self._next.sort is Sort.STRING:
            token = self._take()
        if self._sees(";,"):
            self._take()

    def _list(self, message: Message, field: Field) -> None:
        """Read ``[a, b]``; only repeated fields have lists."""
        line = self._take().line
        if not field.repeated:
            raise self._error(line, f"{field.name} takes one value, not a list")
        while not self._sees("]"):
            self._value(message, field)
            if self._sees(","):
                self._take()
                if self._sees("]"):
                    raise self._error(self._next.line, "a value is expected after the comma")
            elif not self._sees("]"):
                raise self._error(self._next.line, f"',' or ']' is expected, not {self._next}")
        self._take()

    def _value(self, message: Message, field: Field) -> None:
        """Read one value, or one block, of a field."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._error(self._next.line, f"the file has more than {MAX_VALUES:,} values")
        line = self._next.line
        if field.is_message:
            value: Scalar | Message = self._block(field)
        else:
            value = self._scalar(field)
        message.fields.setdefault(field.name, []).append(Value(value, line))

    def _block(self, field: Field) -> Message:
        """Read ``{ ... }`` or ``< ... >``."""
        if not self._sees("{<"):
            raise self._error(
                self._next.line, f"{field.name} needs {{ ... }}, not {self._next}"
            )
        opening = self._take()
        block = Message(field.type, opening.line)
        outer = self._layer
        if field.name in ("layer", "layers"):
            self._layer = block
        while not self._sees(_CLOSING[opening.text]):
            self._field(block)
        self._take()
        if self._layer is block:
            if self._unknown is not None and block.word("type") not in self.forks:
                raise self._unknown
            self._unknown = None
        self._layer = outer
        return block

    def _scalar(self, field: Field) -> Scalar:
        """Read a number, a truth value, a string or an enum's value."""
        if field.type == "string":
            return self._string(field)
        minus = self._sees("-") and bool(self._take())
        token = self._take()
        if field.type in ENUMS:
            return self._enum(field, token, minus)
        if field.type == "bool":
            text = str(_integer(token)) if token.sort is Sort.WHOLE else token.text
            if minus or token.sort not in (Sort.NAME, Sort.WHOLE) or text not in _TRUTH:
                hint = f"write {field.name}: true"
                fact = f"{field.name} is true or false, not {token}"
                raise self._error(token.line, fact, hint)
            return _TRUTH[text]
        if field.type in ("float", "double"):
            return self._real(field, token, minus)
        return self._whole(field, token, minus)

    def _string(self, field: Field) -> str:
        token = self._take()
        if token.sort is not Sort.STRING:
            hint = f'write {field.name}: "{token}"' if token.sort is Sort.NAME else ""
            raise self._error(token.line, f"{field.name} needs a string in quotes", hint)
        parts = [token.text]
        while self._next.sort is Sort.STRING:
            parts.append(self._take().text)
        return "".join(parts)

    def _whole(self, field: Field, token: Token, minus: bool) -> int:
        """Read a whole number and check its range."""
        low, high = _RANGES[field.type]
        said = f"{'-' if minus else ''}{token}"
        value = _integer(token) if token.sort is Sort.WHOLE else None
        if value is None:
            hint = "digits without quotes and point"
            if token.sort is Sort.WHOLE:
                hint = "a number that begins with 0 is octal, of digits 0 to 7"
            fact = f"{field.name} needs a whole number, not {said}"
            raise self._error(token.line, fact, hint)
        value = -value if minus else value
        if minus and low == 0:
            fact = f"{field.name} can't be negative, it is {said}"
            raise self._error(token.line, fact, "0 or more")
        if not low <= value <= high:
            fact = f"{field.name} is {said}, outside {low:,} to {high:,}"
            raise self._error(token.line, fact)
        return value

    def _real(self, field: Field, token: Token, minus: bool) -> float:
        """Read a number; ``inf`` and ``nan`` are numbers here."""
        special = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}
        if token.sort is Sort.WHOLE:
            whole = _integer(token)
            value = float(token.text if whole is None else whole)
        elif token.sort is Sort.REAL:
            value = float(token.text.rstrip("fF"))
        elif token.sort is Sort.NAME and token.text.lower() in special:
            value = special[token.text.lower()]
        else:
            raise self._error(token.line, f"{field.name} needs a number, not {token}")
        return -value if minus else value

    def _enum(self, field: Field, token: Token, minus: bool) -> str:
        """Read an enum's value by its name or number."""
        values = ENUMS[field.type]
        if token.sort is Sort.WHOLE and not minus:
            number = _integer(token)
            for name, known in values.items():
                if known == number:
                    return name
        elif token.sort is Sort.NAME and not minus and token.text in values:
            return token.text
        near = did_you_mean(token.text, list(values))
        hint = near or ("one of " + ", ".join(values) if len(values) < 8 else "")
        said = f"{'-' if minus else ''}{token}"
        raise self._error(token.line, f"{field.name} can't be {said}", hint)


def _integer(token: Token) -> int | None:
    """Return a token's whole number: decimal, 0x hexadecimal or 0 octal; None if it is none."""
    text = token.text
    if len(text) > 40:
        return None
    base = 16 if text[:2] in ("0x", "0X") else 8 if len(text) > 1 and text[0] == "0" else 10
    try:
        return int(text, base)
    except ValueError:
        return None
