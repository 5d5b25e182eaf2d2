"""Read back: what a picture of bytes holds, and which planes go into one."""

from __future__ import annotations

import numpy as np
import pytest

from texelnet.run.read_back import BINDS, LONGEST, Block, added, blocks, together, unpacked
from texelnet.shader.targets.mpv import HOOKED

NUMBERS = np.array([0, -1.5, 65504, 1e-30, np.inf, -np.inf, 1 / 3, 1.0], np.float32)


def painted(block: Block, planes: np.ndarray) -> np.ndarray:
    """The picture that the pass draws of a plane: a byte of each number in each of four."""
    lines = -(-block.channels // block.across)
    picture = np.zeros((lines, 4, block.height, block.across, block.width), np.float32)
    for channel, plane in enumerate(planes):
        line, column = divmod(channel, block.across)
        for byte in range(4):
            bits = plane.view(np.uint32) >> (24 - 8 * byte) & 255
            picture[line, byte, :, column] = bits / np.float32(256)
    return picture.reshape(block.tall, -1)


@pytest.mark.parametrize(("channels", "width"), [(1, 2), (5, 4), (3, 3000)])
def test_numbers_come_back_bit_for_bit(channels: int, width: int) -> None:
    """Three planes of 3000 columns are two beside each other and one below."""
    planes = np.resize(NUMBERS, (channels, 3, width))
    block = Block("a", channels, 3, width, (("t", 0, 1, 1, 1),))
    samples = np.rint(painted(block, planes) * 65535) / np.float32(65535)
    ((_, got),) = unpacked([block], samples.astype(np.float32))
    np.testing.assert_array_equal(got, planes)


def test_a_plane_of_more_textures_than_a_pass_binds_is_several_blocks() -> None:
    passes = [
        {"writes": "a", "packs": [n, 1], "beside": [1, 1], "texture": f"t{n}"}
        for n in range(16)
    ]
    planes = {"a": {"channels": 62, "height": 3, "width": 2}}
    found = blocks({"passes": passes, "planes": planes}, {})
    assert [(b.channels, len(b.textures)) for b in found] == [(4 * BINDS, BINDS), (6, 2)]
    assert found[1].textures[1] == ("t15", 1, 1, 1, 1)


def test_planes_go_together_while_a_pass_can_bind_their_textures() -> None:
    of = [tuple((f"{name}{n}", n, 1, 1, 1) for n in range(5)) for name in "abcde"]
    group = [Block(name, 20, 2, 2, held) for name, held in zip("abcde", of, strict=True)]
    block, (text, rows, columns) = group[0], added("LUMA", group, (1, 1))
    bound = [part.count("//!BIND") - 1 for part in text.split("//!HOOK")[1:]]
    assert bound == [BINDS // 5 * 5] * 2 + [5]
    assert (rows, columns) == (5 * block.tall, 20 * 2)
    assert text.count("texelFetch(HOOKED") == 2  # the first finds nothing to keep
    assert f"g.y < {2 * block.tall} || g.y >= {4 * block.tall}" in text


def test_the_texture_that_passes_draw_over_is_read_first() -> None:
    other, answer = (Block(n, 1, 2, 2, ((n, 0, 1, 1, 1),)) for n in ("t", HOOKED))
    assert list(together([other, answer])) == [[answer, other]]


def test_a_picture_holds_so_many_rows() -> None:
    block = Block("a", 1, LONGEST // 8, 2, (("t", 0, 1, 1, 1),))
    assert [len(group) for group in together([block] * 5)] == [2, 2, 1]
