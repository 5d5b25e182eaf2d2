"""PDF text: fonts that are embedded, and operators that show glyphs where HarfBuzz put them.

A font is composite: its codes of two bytes are glyphs ("Identity-H"), /W has their advances,
/ToUnicode the characters that they stand for. What a table of glyphs can't say (an accent that
is set by two glyphs, a glyph that stands for two characters in turn) is said by /ActualText.

See ISO 32000-1, sections 9.4 (text), 9.7 (composite fonts), 9.9 (embedding), 9.10 (ToUnicode)
and 14.9.4 (ActualText).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path as File

from texelnet.draw.out._pdf_objects import Document, Value, real
from texelnet.draw.scene import Text
from texelnet.draw.text.embed import Program, program
from texelnet.draw.text.shape import Glyph, Line

NEAR = 0.05
"""How far a glyph may be from its place, in thousandths of the font size; errors do not add."""
_SYMBOLIC = 4
_AT_ONCE = 100
"""Entries of one table in a CMap, at most."""


@dataclass(frozen=True)
class _Font:
    """A font of the page: its name there, its program, and what its glyphs stand for."""

    name: str
    program: Program
    meant: dict[int, str]


class Fonts:
    """The fonts that a page's texts are set in."""

    def __init__(self, texts: Iterable[Text]) -> None:
        meant: dict[File, dict[int, str]] = defaultdict(dict)
        for text in texts:
            known = meant[text.line.font]
            for glyphs, characters in _clusters(text.line):
                for glyph in glyphs:
                    alone = len(glyphs) == 1
                    known[glyph.number] = known.get(glyph.number) or characters * alone
        self._fonts = {
            file: _Font(f"F{n}", program(file, known), known)
            for n, (file, known) in enumerate(meant.items(), 1)
        }

    def resources(self, document: Document) -> dict[str, Value]:
        """Keep the fonts in a document; returns the references by name."""
        return {font.name: _composite(document, font) for font in self._fonts.values()}

    def show(self, text: Text) -> str:
        """Return the operators that show a text; y grows downwards."""
        line = text.line
        font = self._fonts[line.font]
        (a, c, e), (b, d, f) = text.matrix
        matrix = " ".join(real(n, 9) for n in (a, b, -c, -d, e, f))
        words = [f"BT /{font.name} {real(line.size, 9)} Tf {matrix} Tm"]
        pen = _Pen(font.program, 1000 / line.size)
        for actual, glyphs in _stretches(line, font.meant):
            shown = pen.show(glyphs)
            if actual is not None:
                told = f"/Span << /ActualText <FEFF{_utf16(actual)}> >>"
                shown = f"{told} BDC {shown} EMC"
            words.append(shown)
        end = "0 Ts ET" if pen.low else "ET"  # or the next text would begin as high
        return "\n".join([*words, end])


class _Pen:
    """Moves as a reader's pen moves; in thousandths of the font size, `one` of the unit."""

    def __init__(self, held: Program, one: float) -> None:
        self.held, self.one = held, one
        self.at, self.low = 0.0, 0.0

    def show(self, glyphs: Iterable[Glyph]) -> str:
        """Return the operators that show glyphs where they are to be."""
        words = []
        for low, level in groupby(glyphs, lambda glyph: glyph.at[1]):
            if low != self.low:
                self.low = low
                words.append(f"{real(-low, 9)} Ts")
            codes = "".join(map(self._glyph, level)).replace("><", "")
            words.append(f"[{codes}] TJ")
        return " ".join(words)

    def _glyph(self, glyph: Glyph) -> str:
        back = round(self.at - glyph.at[0] * self.one, 3)
        back = back if abs(back) > NEAR else 0.0
        self.at += self.held.widths[glyph.number] - back
        code = f"<{self.held.codes[glyph.number]:04X}>"
        return f"{real(back, 9)}{code}" if back else code


def _clusters(line: Line) -> Iterator[tuple[list[Glyph], str]]:
    """Give the glyphs that belong together, and the characters that they are."""
    begins = sorted({glyph.cluster for glyph in line.glyphs})
    ends = dict(zip(begins, [*begins[1:], len(line.text)], strict=True))
    for begin, glyphs in groupby(line.glyphs, lambda glyph: glyph.cluster):
        yield list(glyphs), line.text[begin : ends[begin]]


def _stretches(line: Line, meant: dict[int, str]) -> Iterator[tuple[str | None, list[Glyph]]]:
    """Give glyphs that the table reads, and those that stand for characters it can't tell."""
    clear: list[Glyph] = []
    for glyphs, characters in _clusters(line):
        if "".join(meant[glyph.number] for glyph in glyphs) == characters:
            clear += glyphs
            continue
        if clear:
            yield None, clear
        clear = []
        yield characters, glyphs
    if clear:
        yield None, clear


def _composite(document: Document, font: _Font) -> str:
    """Keep a composite font; returns the reference to it."""
    held = font.program
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(held.content).digest()[:6])
    name = f"/{tag}+{held.face.postscript}"
    widths = sorted((held.codes[glyph], wide) for glyph, wide in held.widths.items())
    inner = document.add(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType0" if held.cff else "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0},
            "FontDescriptor": _descriptor(document, held, name),
            "DW": 0,
            "W": [one for code, wide in widths for one in (code, [wide])],
            **({} if held.cff else {"CIDToGIDMap": "/Identity"}),
        }
    )
    return document.add(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": name,
            "Encoding": "/Identity-H",
            "DescendantFonts": [inner],
            "ToUnicode": document.add_stream(_to_unicode(font)),
        }
    )


def _descriptor(document: Document, held: Program, name: str) -> str:
    """Keep a font's program and what is told of it; returns the reference."""
    bare: dict[str, Value] = {"Subtype": "/CIDFontType0C"}
    about = bare if held.cff else {"Length1": len(held.content)}
    file = document.add_stream(held.content, about)
    return document.add(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": _SYMBOLIC,
            "FontBBox": held.box,
            "ItalicAngle": -12 if held.face.italic else 0,
            "Ascent": held.ascent,
            "Descent": held.descent,
            "CapHeight": held.ascent,
            "StemV": 80,
            "FontFile3" if held.cff else "FontFile2": file,
        }
    )


def _to_unicode(font: _Font) -> bytes:
    """Return the CMap that tells the characters of codes."""
    known = [(font.program.codes[g], told) for g, told in font.meant.items() if told]
    entries = [f"<{code:04X}> <{_utf16(told)}>" for code, told in sorted(known)]
    tables = [entries[n : n + _AT_ONCE] for n in range(0, len(entries), _AT_ONCE)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        *(
            "\n".join([f"{len(table)} beginbfchar", *table, "endbfchar"])
            for table in tables
        ),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]  # fmt: skip
    return "\n".join(lines).encode()


def _utf16(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()
