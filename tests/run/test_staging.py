"""Staging: how large the buffers are that passes store packs in."""

from __future__ import annotations

from typing import Any

import pytest

from texelnet.errors import DeviceError
from texelnet.run.staging import Work, largest, work_of

PASS: dict[str, Any] = {
    "writes": "look",
    "packs": [0, 2],
    "grid": [["//", ["+", "width", 1], 2], "height"],
    "workgroup": [8, 8],
}
STAGED = PASS | {"staged": [16, 8]}
SIZES = {"width": 33, "height": 13}


@pytest.mark.parametrize(
    ("form", "row"), [("rgba32float", 768), ("rgba16float", 512), ("r32float", 256)]
)
def test_a_row_holds_what_its_workgroups_make_in_multiples_of_256(form: str, row: int) -> None:
    work = work_of(STAGED, {"format": form}, SIZES, 1 << 20)
    assert work == Work(None, (3, 2), row, 16)
    assert work.bytes == 16 * row


def test_a_pass_that_is_not_staged_needs_no_buffer() -> None:
    work = work_of(PASS, {"format": "rgba32float"}, SIZES, 0)
    assert (work.groups, work.bytes) == ((3, 2), 0)
    assert largest([PASS], [work]) == []


def test_each_buffer_is_as_large_as_the_largest_pass_that_stores_in_it() -> None:
    passes = [STAGED, STAGED | {"packs": [0, 3]}, PASS]
    work = [Work(None, (1, 1), 512, 8), Work(None, (1, 1), 256, 8), Work(None, (9, 9))]
    assert largest(passes, work) == [4096, 4096, 2048]


def test_a_picture_that_the_device_binds_no_buffer_for_is_refused() -> None:
    with pytest.raises(DeviceError) as caught:
        work_of(STAGED, {"format": "rgba32float"}, {"width": 8192, "height": 4096}, 1 << 27)
    assert str(caught.value) == (
        'wgpu: "look" is stored through 512 MiB a pack, the device binds 128 MiB\n'
        "  try: a smaller picture, or tiles"
    )
