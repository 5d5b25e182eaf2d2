"""Check a PDF: every run of text with its true size, from the file's own operators.

The size of a letter is the product of what Tf, Tz and Tm say inside BT..ET and of every cm
around it, through the forms that Do draws (each with its Matrix), times the page's UserUnit.

See ISO 32000-1, sections 8.3 (coordinates), 8.4 (graphics state), 8.10 (forms) and 9.4 (text).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from texelnet.draw.text.printed import Matrix, chain, printed
from texelnet.draw.text.run import Run
from texelnet.errors import DrawError

MOST_RUNS, DEEPEST = 1_000_000, 32
_SAME = np.array([[1.0, 0, 0], [0, 1, 0]])


@dataclass
class _State:
    """What q saves and Q brings back."""

    matrix: Matrix = field(default_factory=lambda: _SAME)
    font: str = ""
    size: float = 0.0
    wide: float = 1.0


def runs(path: Path) -> Iterator[Run]:
    """Yield every run of text of a PDF, page by page.

    Raises
    ------
    DrawError
        If pypdf is not installed, or the file is no PDF that can be read.
    """
    try:
        import pypdf
    except ImportError:
        hint = 'pip install "texelnet[draw]"'
        raise DrawError(str(path), "pypdf, which reads PDFs, is not installed", hint) from None
    try:
        with path.open("rb") as file:
            reader = pypdf.PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):
                raise DrawError(str(path), "it is locked by a password", "unlock it before")
            for number, page in enumerate(reader.pages, 1):
                unit = float(page.get("/UserUnit", 1.0))
                walk = _Walk(number, unit)
                yield from walk.through(
                    page.get_contents(), page.get("/Resources", {}), _State()
                )
    except OSError as error:
        raise DrawError(str(path), (error.strerror or str(error)).lower()) from None
    except DrawError:
        raise
    except Exception as error:  # pypdf raises many kinds for damaged files
        fact = f"it can't be read as a PDF ({str(error) or type(error).__name__})"
        raise DrawError(str(path), fact, "open and save it with another program") from None


class _Walk:
    """Reads the operators of one page."""

    def __init__(self, page: int, unit: float) -> None:
        self.page, self.unit, self.found = page, unit, 0

    def through(
        self, contents: Any, resources: Any, state: _State, deep: int = 0
    ) -> Iterator[Run]:
        """Yield the runs of a stream of operators."""
        if contents is None or deep > DEEPEST:
            return
        from pypdf.generic import ContentStream

        stream = contents if hasattr(contents, "operations") else ContentStream(contents, None)
        resources = resources.get_object() if hasattr(resources, "get_object") else resources
        kept: list[_State] = []
        state, line = copy(state), _SAME
        decode, said = _decoder(resources), _Said(resources)
        for operands, operator in stream.operations:
            match operator:
                case b"q":
                    kept.append(copy(state))
                case b"Q" if kept:
                    state = kept.pop()
                case b"cm":
                    state.matrix = chain([state.matrix, _matrix(operands)])
                case b"BT":
                    line = _SAME
                case b"Tm":
                    line = _matrix(operands)
                case b"Tf":
                    state.font, state.size = str(operands[0]), float(operands[1])
                case b"Tz":
                    state.wide = float(operands[0]) / 100
                case b"Tj" | b"TJ" | b"'" | b'"':
                    text = said.instead_of(decode(state.font, operands[-1]))
                    yield self._run(state, line, text)
                case b"BDC" | b"BMC":
                    said.begin(operands)
                case b"EMC":
                    said.end()
                case b"Do":
                    yield from self._form(operands[0], resources, state, deep)
                case _:
                    pass

    def _run(self, state: _State, line: Matrix, text: str) -> Run:
        self.found += 1
        if self.found > MOST_RUNS:
            raise DrawError(f"page {self.page}", f"more than {MOST_RUNS:,} runs of text")
        wide = np.array([[state.wide, 0, 0], [0, 1.0, 0]])
        whole = chain([state.matrix, line, wide])
        found = printed(abs(state.size), whole, self.unit)
        return Run(text, self.page, state.font.lstrip("/"), f"{state.size:g}", found)

    def _form(self, name: Any, resources: Any, state: _State, deep: int) -> Iterator[Run]:
        """Yield the runs of a form, drawn through its own matrix."""
        forms = resources.get("/XObject", {})
        form = forms.get_object().get(name) if hasattr(forms, "get_object") else forms.get(name)
        form = None if form is None else form.get_object()
        if form is None or form.get("/Subtype") != "/Form":
            return
        inner = copy(state)
        if "/Matrix" in form:
            inner.matrix = chain([state.matrix, _matrix(form["/Matrix"])])
        yield from self.through(form, form.get("/Resources", resources), inner, deep + 1)


class _Said:
    """What marked content says by /ActualText that its glyphs are."""

    def __init__(self, resources: Any) -> None:
        known = resources.get("/Properties", {}) if hasattr(resources, "get") else {}
        self.known = known.get_object() if hasattr(known, "get_object") else known
        self.open: list[str | None] = []

    def begin(self, operands: Sequence[Any]) -> None:
        about: Any = operands[-1] if operands else None
        if not hasattr(about, "get"):
            about = self.known.get(about)
        about = about.get_object() if hasattr(about, "get_object") else about
        actual = about.get("/ActualText") if hasattr(about, "get") else None
        self.open.append(None if actual is None else str(actual))

    def end(self) -> None:
        if self.open:
            self.open.pop()

    def instead_of(self, text: str) -> str:
        """Return what is said once for all of the glyphs, or the text where nothing is."""
        for n, actual in enumerate(self.open):
            if actual is not None:
                self.open[n] = ""
                return actual
        return text


def _matrix(numbers: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = (float(n) for n in numbers)
    return np.array([[a, c, e], [b, d, f]])


def _decoder(resources: Any) -> Callable[[str, Any], str]:
    """Return what makes characters of the bytes of a font, by its ToUnicode or its encoding."""
    known: dict[str, tuple[Any, dict[Any, Any]]] = {}

    def decode(font: str, shown: Any) -> str:
        if font not in known:
            known[font] = _encoding(resources, font)
        encoding, table = known[font]
        pieces = shown if isinstance(shown, list) else [shown]
        return "".join(_characters(p, encoding, table) for p in pieces if not _is_number(p))

    return decode


def _encoding(resources: Any, font: str) -> tuple[Any, dict[Any, Any]]:
    """Return a font's encoding and its table of characters; Latin 1 where it has none."""
    try:
        from pypdf._cmap import get_encoding

        fonts = resources["/Font"].get_object()
        encoding, table = get_encoding(fonts[font].get_object())
    except Exception:  # what is set is then told as well as can be; sizes do not hang on it
        return "latin-1", {}
    return encoding, table


def _is_number(piece: Any) -> bool:
    return isinstance(piece, int | float)


def _characters(piece: Any, encoding: Any, table: dict[Any, Any]) -> str:
    raw = piece.original_bytes if hasattr(piece, "original_bytes") else bytes(piece)
    if isinstance(encoding, dict):
        text = "".join(encoding.get(byte, chr(byte)) for byte in raw)
    else:
        text = raw.decode(encoding or "latin-1", "replace")
    return "".join(str(table.get(character, character)) for character in text)
