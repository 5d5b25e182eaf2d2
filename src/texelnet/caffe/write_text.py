"""A message as the text of a prototxt, as protobuf's own printer lays it out.

Reading the text gives the message back, numbers to the last bit of a float32.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from texelnet.caffe.message import Message
from texelnet.caffe.schema import ENUMS, SCHEMA, Field, Scalar

_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f]')
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_text(message: Message) -> str:
    """Return a message as text, a field a line."""
    return "".join(f"{line}\n" for line in _lines(message))


def _lines(message: Message, depth: int = 0) -> Iterator[str]:
    indent = "  " * depth
    for name, values in message.fields.items():
        field = SCHEMA[message.kind][name]
        for value in values:
            if isinstance(value.value, Message):
                yield f"{indent}{name} {{"
                yield from _lines(value.value, depth + 1)
                yield f"{indent}}}"
            else:
                yield f"{indent}{name}: {_scalar(field, value.value)}"


def _scalar(field: Field, value: Scalar) -> str:
    if field.type == "string":
        return f'"{_ESCAPED.sub(_escape, str(value))}"'
    if field.type == "float":
        with np.errstate(over="ignore"):
            number = np.float32(value)
        return str(int(number)) if abs(number) < 1e6 and number == int(number) else str(number)
    if field.type == "bool":
        return "true" if value else "false"
    return str(value) if field.type not in ENUMS else f"{value}"


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    return _SHORT.get(sign, f"\\{ord(sign):03o}")
