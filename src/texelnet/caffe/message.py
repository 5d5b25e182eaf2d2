"""Message: one block of a prototxt, its fields checked, each value with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from texelnet.caffe.schema import SCHEMA, Scalar


@dataclass(frozen=True)
class Value:
    """A scalar or a block, and the line it stands on (1 is the first)."""

    value: Scalar | Message
    line: int


@dataclass
class Message:
    """A block of the text: ``convolution_param { ... }`` with the lines its values stand on.

    Enum values are kept by name. What is not written reads as the format's default.
    """

    kind: str
    line: int = 0
    fields: dict[str, list[Value]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the field is written at all."""
        return name in self.fields

    def line_of(self, name: str) -> int:
        """Return the line where the field is first written, else that of the block."""
        return self.fields[name][0].line if name in self.fields else self.line

    def add(self, name: str, value: Scalar | Message, line: int = 0) -> None:
        """Write one more value of a field."""
        self.fields.setdefault(name, []).append(Value(value, line or self.line))

    def with_fields(self, **fields: Iterable[Scalar | Message]) -> Message:
        """Return a copy in which these fields hold these values, none meaning unwritten."""
        copy = Message(self.kind, self.line, dict(self.fields))
        for name, values in fields.items():
            line = self.line_of(name)
            copy.fields[name] = [Value(value, line) for value in values]
            if not copy.fields[name]:
                del copy.fields[name]
        return copy

    def _one(self, name: str) -> Scalar:
        if name in self.fields:
            return cast(Scalar, self.fields[name][0].value)
        return SCHEMA[self.kind][name].default

    def _all(self, name: str) -> list[Scalar | Message]:
        return [value.value for value in self.fields.get(name, [])]

    def number(self, name: str) -> int:
        """Return a whole number."""
        return cast(int, self._one(name))

    def real(self, name: str) -> float:
        """Return a real number."""
        return float(self._one(name))

    def flag(self, name: str) -> bool:
        """Return a truth value."""
        return bool(self._one(name))

    def word(self, name: str) -> str:
        """Return a string, or the name of an enum's value."""
        return cast(str, self._one(name))

    def numbers(self, name: str) -> list[int]:
        """Return the whole numbers of a repeated field."""
        return cast("list[int]", self._all(name))

    def reals(self, name: str) -> list[float]:
        """Return the real numbers of a repeated field."""
        return cast("list[float]", self._all(name))

    def words(self, name: str) -> list[str]:
        """Return the strings of a repeated field."""
        return cast("list[str]", self._all(name))

    def block(self, name: str) -> Message:
        """Return a block, an empty one (all defaults) if it is not written."""
        if name in self.fields:
            return cast(Message, self.fields[name][0].value)
        return Message(SCHEMA[self.kind][name].type, self.line)

    def blocks(self, name: str) -> list[Message]:
        """Return all blocks of a repeated field."""
        return cast("list[Message]", self._all(name))
