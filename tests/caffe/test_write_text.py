"""A prototxt that is written reads as the message it was written from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.caffe.reference import HERE, SHARED, golden

from texelnet.caffe.message import Message
from texelnet.caffe.text import read_text
from texelnet.caffe.upgrade import upgrade
from texelnet.caffe.write_text import write_text

LEGACY = [
    path
    for path in sorted((SHARED / "goldens").glob("legacy_*.npz"))
    if "upgraded_prototxt" in golden(path).arrays  # Caffe's own text was not recorded for all
]


def plain(message: Message):
    """A message without its lines, floats as float32."""
    return {
        name: [
            plain(v.value) if isinstance(v.value, Message)
            else np.float32(v.value) if isinstance(v.value, float) else v.value
            for v in values
        ]
        for name, values in message.fields.items()
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.npz")))
def test_what_is_written_reads_the_same(name):
    message = read_text(golden(HERE / f"{name}.npz").prototxt, name)
    assert plain(read_text(write_text(message), "written")) == plain(message)


@pytest.mark.parametrize("name", ['a"b\\c', "a\nb\tc", "\x01\x7f1", "größer", "x/y@z", "'"])
def test_any_name_can_be_written(name):
    message = Message("NetParameter").with_fields(name=[name])
    assert read_text(write_text(message), "written").word("name") == name


@pytest.mark.parametrize("number", [0.1, 1e-5, -3.4028235e38, 1e30, 255.0, 1 / 3, math.inf])
def test_numbers_keep_every_bit_of_a_float32(number):
    message = Message("ClipParameter").with_fields(min=[number])
    again = read_text(write_text(message), "written", "ClipParameter")
    assert np.float32(again.real("min")) == np.float32(number)


@pytest.mark.parametrize("path", LEGACY, ids=lambda path: path.stem)
def test_an_old_prototxt_becomes_what_caffes_own_upgrade_writes(path):
    case = golden(path)
    ours = write_text(upgrade(read_text(case.prototxt, case.name), case.name))
    theirs = upgrade(read_text(str(case.arrays["upgraded_prototxt"]), case.name), case.name)
    assert plain(read_text(ours, "written")) == plain(theirs)
