"""PDF objects: dictionaries and streams as the bytes of a file, with its table of places.

Values are Python's: a dict has names without their slash as keys; a str is written as it is, so
a name is "/Name", a reference "5 0 R" and a string "<FEFF0041>".

See ISO 32000-1, sections 7.3 (objects) and 7.5 (file structure).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

Value = float | str | Sequence["Value"] | Mapping[str, "Value"]


class Document:
    """The objects of one file; the same objects make the same bytes."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def add(self, value: Value) -> str:
        """Keep an object; returns the reference to it."""
        self._objects.append(written(value).encode())
        return f"{len(self._objects)} 0 R"

    def add_stream(self, content: bytes, about: Mapping[str, Value] | None = None) -> str:
        """Keep bytes, compressed; returns the reference to them."""
        packed = zlib.compress(content, 9)
        told = {**(about or {}), "Filter": "/FlateDecode", "Length": len(packed)}
        head = written(told).encode()
        self._objects.append(head + b"\nstream\n" + packed + b"\nendstream")
        return f"{len(self._objects)} 0 R"

    def next(self, after: int = 0) -> str:
        """Return the reference that an object to come will have."""
        return f"{len(self._objects) + 1 + after} 0 R"

    def file(self, root: str) -> bytes:
        """Return the whole file."""
        content, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
        for number, one in enumerate(self._objects, 1):
            places.append(len(content))
            content += b"%d 0 obj\n" % number + one + b"\nendobj\n"
        count = len(places) + 1
        table = "".join(f"{place:010} 00000 n \n" for place in places)
        end = written({"Size": count, "Root": root})
        tail = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer {end}\n"
        return content + f"{tail}startxref\n{len(content)}\n%%EOF\n".encode()


def written(value: Value) -> str:
    """Return a value as a PDF writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return f"<< {' '.join(f'/{key} {written(one)}' for key, one in value.items())} >>"
    if isinstance(value, Sequence):
        return f"[{' '.join(map(written, value))}]"
    return real(value)


def real(value: float, digits: int = 6) -> str:
    """Write a number: PDF knows no exponents."""
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return text
    return f"{value:.16f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.0f}"
