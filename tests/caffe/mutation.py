"""Files that are nearly right: small real ones with a few changes, each change a drawn one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.caffe import caffemodel as cm

from texelnet.caffe.layers import KINDS
from texelnet.caffe.schema import ENUMS, SCHEMA

_TOKEN = re.compile(r'"[^"]*"|[\d.]+|\w+|\s+|.', re.DOTALL)
_WORDS = sorted(
    {name for fields in SCHEMA.values() for name in fields}
    | {name for values in ENUMS.values() for name in values}
)
_NUMBERS = (
    *("0", "-1", "1", "2", "3", "5", "1000", "65536", "2147483647", "-2147483648", "0.5"),
    *("4294967295", "9223372036854775807", "99999999999999999999", "0x7fffffff", "1e308"),
    *("1e999", "-0.5", "nan", "inf", "-inf", "0.1f", "1 1", "[1, 2, 3]", "[]"),
)
_SIGNS = (*"{}<>[]:;,#", "", "\n", '"', "'", "\\", "true", "f", '""', '"\\377"', '"a"', "\0")
_TYPES = tuple(f'"{kind}"' for kind in KINDS)
_SIZES = (0, 1, 2, 3, 7, 127, 2**31 - 1, 2**31, 2**32, 2**40, 2**63 - 1, 2**63, 2**64 - 1)
_VARINTS = (*map(cm.varint, _SIZES), b"\x80" * 12)
_FIELDS = (1, 2, 3, 4, 5, 6, 7, 8, 50, 100, 1000)
Edit = tuple[str, int, int, Any]
"""What is done, at which place, to how many, and what is put in."""


def mutated(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of the files with a few runs of bytes changed, taken out, doubled or put in."""
    put = st.one_of(st.binary(max_size=8), st.sampled_from(_VARINTS))
    return st.builds(_applied, st.sampled_from(seeds), st.lists(_edits(put), max_size=4))


def mutated_texts(seeds: Sequence[str]) -> st.SearchStrategy[str]:
    """One of the texts with a few words changed, taken out, doubled or put in.

    Most changes put another number for a number, another string of the text for a string.
    """
    anything = st.sampled_from([*_WORDS, *_NUMBERS, *_NUMBERS, *_SIGNS])
    alike = st.tuples(st.just("alike"), _PLACES, _PLACES, st.none())
    edits = st.lists(st.one_of(alike, alike, alike, _edits(anything)), max_size=4)
    return st.builds(_retold, st.sampled_from(seeds), edits)


def wire() -> st.SearchStrategy[bytes]:
    """Fields in fields, under the numbers that weights have."""
    number, plain = st.sampled_from(_FIELDS), st.sampled_from(_SIZES)
    whole = st.builds(lambda n, value: cm.varint(n << 3) + cm.varint(value), number, plain)
    dims = st.lists(plain, max_size=5).map(cm.shape)
    numbers = st.sampled_from((cm.floats, cm.doubles, cm.single_floats))
    blob = st.builds(lambda d, form, n: d + form(np.zeros(n)), dims, numbers, st.integers(0, 9))
    layer = st.lists(blob, max_size=3).map(lambda blobs: cm.layer("c", *blobs))
    leaf = st.one_of(whole, layer, blob, st.builds(cm.run, number, st.binary(max_size=24)))
    return st.recursive(
        st.lists(leaf, max_size=3).map(b"".join),
        lambda inner: st.lists(st.builds(cm.run, number, inner), max_size=4).map(b"".join),
        max_leaves=12,
    )


_PLACES = st.integers(0, 0xFFFF).map(lambda number: number * 40503 % 0x10000)
"""Places all over a file: what hypothesis draws is mostly small."""


def _edits(put: st.SearchStrategy[Any]) -> st.SearchStrategy[Edit]:
    kinds = st.sampled_from((*["change"] * 5, "take out", "double", "put in", "cut"))
    return st.tuples(kinds, _PLACES, st.integers(1, 24), put)


def _applied(seed: bytes, edits: list[Edit]) -> bytes:
    content = bytearray(seed)
    for edit in edits:
        _apply(content, edit, edit[3])
    return bytes(content)


def _retold(seed: str, edits: list[Edit]) -> str:
    words: list[str] = _TOKEN.findall(seed)
    for edit in edits:
        if edit[0] == "alike":
            _swap(words, edit[1], edit[2])
        else:
            _apply(words, edit, [edit[3]])
    return "".join(words)


def _swap(words: list[str], at: int, other: int) -> None:
    """Put another number in a number's place, another string in a string's."""
    plain = [index for index, word in enumerate(words) if word[:1].isdigit() or word[:1] == '"']
    if not plain:
        return
    index = plain[at % len(plain)]
    strings = [word for word in words if word[:1] == '"']
    known = _NUMBERS if words[index][0].isdigit() else [*strings, *_TYPES]
    words[index] = known[other % len(known)]


def _apply(parts: Any, edit: Edit, put: Any) -> None:
    """Make one change in a row of bytes or words."""
    kind, at, count, _ = edit
    at %= len(parts) + 1
    if kind == "change":
        parts[at : at + len(put)] = put
    elif kind == "put in":
        parts[at:at] = put
    elif kind == "double":
        parts[at:at] = parts[at : at + count]
    else:
        del parts[at : at + count if kind == "take out" else None]
