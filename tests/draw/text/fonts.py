"""Fonts for the tests: one that is always there, and small ones made here."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from fontTools.cffLib import FDArrayIndex, FDSelect, FontDict
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen

FONT = Path(matplotlib.__file__).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
HIGH = 700
"""How high the letters of small fonts are, of 1000."""


def _square(left: int) -> object:
    pen = T2CharStringPen(600, None)
    pen.moveTo((left, 0))
    for corner in ((left, HIGH), (500, HIGH), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.getCharString()


def cff(folder: Path, keyed: bool = False, licence: int = 0) -> Path:
    """Make a font with CFF outlines: A (the Cyrillic one too) and B, of different widths.

    Parameters
    ----------
    keyed
        By CIDs, as fonts for Chinese and Japanese are: those of A and B are 7 and 9.
    licence
        OS/2 fsType.
    """
    names = [".notdef", "cid00007", "cid00009"]
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x41: names[1], 0x410: names[1], 0x42: names[2]})
    drawn = {name: _square(left) for name, left in zip(names, (0, 100, 300), strict=True)}
    builder.setupCFF("Small", {"FullName": "Small"}, drawn, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Small", "styleName": "Regular"})
    builder.setupOS2(fsType=licence)
    builder.setupPost()
    if keyed:
        top = builder.font["CFF "].cff.topDictIndex[0]
        top.ROS, top.CIDCount = ("Adobe", "Identity", 0), 10
        one = FontDict()
        one.Private, one.FontName = top.Private, "Small"
        top.FDArray, top.FDSelect = FDArrayIndex(), FDSelect()
        top.FDArray.append(one)
        top.FDSelect.gidArray = [0] * len(names)
        top.CharStrings.fdArray, top.CharStrings.fdSelect = top.FDArray, top.FDSelect
        del top.Private
    path = folder / "small.otf"
    builder.save(path)
    return path
