"""What the host does: how exact it is, and that a shader which does nothing is caught."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from tests.golden.write import HERE as GOLDENS

from texelnet.errors import DeviceError
from texelnet.run import ffmpeg
from texelnet.run.ffmpeg import Session
from texelnet.run.read_back import Block

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]

COPY = """
//!HOOK {hook}
//!BIND HOOKED
//!SAVE HOOKED
vec4 hook() {{ return texelFetch(HOOKED_raw, ivec2(HOOKED_pos * HOOKED_size), 0); }}
"""
FLOOR = 2**-11
"""The last digit of a 16-bit float between 1/2 and 1: some drivers cut it off."""


def picture(channels: int, *size: int) -> np.ndarray:
    samples = np.random.default_rng(5).integers(0, 65536, (channels, *size))
    return (samples / 65535).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (127, 13), (40, 64)])
def test_without_a_shader_samples_come_back_bit_for_bit(channels, size):
    given = picture(channels, *size)
    np.testing.assert_array_equal(Session("", "host").draw(given, *size), given)


@pytest.mark.parametrize(("channels", "hook"), [(1, "LUMA"), (3, "MAIN")])
def test_a_shader_that_copies_costs_the_last_digit_of_a_16_bit_float(channels, hook):
    given = picture(channels, 40, 64)
    drawn = Session(COPY.format(hook=hook), "copy").draw(given, 40, 64)
    assert 0 < np.abs(drawn - given).max() <= FLOOR + 1 / 65535


def test_numbers_beyond_the_range_are_cut():
    text = (
        COPY.format(hook="LUMA")
        .replace("return ", "return 4.0 * ")
        .replace(", 0);", ", 0) - 1.0;")
    )
    given = picture(1, 9, 9)
    drawn = Session(text, "cut").draw(given, 9, 9)
    np.testing.assert_allclose(drawn, np.clip(4 * given - 1, 0, 1), atol=4 * FLOOR)


def question() -> str:
    return (GOLDENS / "question" / "mpv" / "fragment" / "question.glsl").read_text()


@pytest.mark.parametrize(("old", "new"), [
    ("OUTPUT.w HOOKED.w 1.2", "OUTPUT.w HOOKED.w 9.0"),
    ("HOOK LUMA", "HOOK CHROMA"),
    ("SAVE HOOKED", "SAVE elsewhere"),
])  # fmt: skip
def test_a_shader_that_does_nothing_is_caught(old, new):
    text = question()
    assert old in text
    with pytest.raises(DeviceError) as error:
        Session(text.replace(old, new), "up.glsl").draw(picture(1, 9, 9), 18, 18)
    assert str(error.value) == (
        "up.glsl: what the host draws does not come from the shader: it did not run\n"
        "  try: see what it hooks and saves, and its WHEN"
    )


def test_a_strangers_shader_that_does_nothing_is_caught():
    with pytest.raises(DeviceError, match="it did not run"):
        Session(COPY.format(hook="CHROMA"), "up.glsl").draw(picture(1, 9, 9), 9, 9)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("return texel", "return nonsense; texel", "undeclared"),
    ("//!SAVE", "//!SAUCE", "SAUCE"),
])  # fmt: skip
def test_a_shader_that_the_host_refuses_is_told_in_its_words(old, new, said):
    text = COPY.format(hook="LUMA").replace(old, new)
    with pytest.raises(DeviceError, match=r"up\.glsl: the host refuses it: ") as error:
        Session(text, "up.glsl").draw(picture(1, 9, 9), 9, 9)
    assert said in str(error.value)


def test_luma_is_coded_and_ten_bits_are_stretched():
    """A constant of 1/4 is a quarter of the coded range, whatever the video's levels are."""
    text = COPY.format(hook="LUMA").replace("return texel", "return vec4(0.25); texel")
    drawn = Session(text, "quarter").draw(picture(1, 9, 9), 9, 9)
    np.testing.assert_allclose(drawn, 0.25, atol=1e-5)


@pytest.mark.parametrize("path", sorted(GOLDENS.glob("*/mpv/*/*.glsl")), ids=lambda p: p.name)
def test_the_host_accepts_the_golden_without_a_word(path):
    drawn = Session(path.read_text(), path.name).draw(picture(1, 12, 9), 24, 18)
    assert drawn.shape == (1, 24, 18)


def test_the_host_is_named():
    assert ffmpeg.FFMPEG.adapter().startswith("ffmpeg ")


def test_chroma_follows_luma_whose_grid_was_moved():
    """Luma is said to lie a quarter of a pixel beside its place: chroma is moved there too."""
    ramp = np.broadcast_to(np.arange(32) / 64, (3, 8, 32))
    text = COPY.format(hook="LUMA").replace(
        "//!SAVE", "//!WIDTH HOOKED.w 2 *\n//!HEIGHT HOOKED.h 2 *\n//!OFFSET -0.5 -0.5\n//!SAVE"
    )
    text = text.replace("HOOKED_size)", "HOOKED_size * 2.0) / 2")
    words = ffmpeg._words("yuv444p16le", (8, 32), (16, 64), True)
    words[words.index("-vf") + 1] = words[words.index("-vf") + 1].replace("none", "bilinear")
    samples = np.rint(ramp * 65535).astype("<u2").tobytes()
    drawn = np.frombuffer(host_says(words, samples, text), "<u2").reshape(3, 16, 64) / 65535
    place = (np.arange(64) + 0.5) / 2 - 0.5
    np.testing.assert_allclose(drawn[1, 8, 8:56] * 64, place[8:56] + 0.25, atol=0.05)


def host_says(words: list[str], samples: bytes, text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "network.glsl").write_text(text)
        answer, said = ffmpeg._asked(words, samples, folder, "host")
    assert said == ""
    return answer


def test_the_host_names_program_library_and_card() -> None:
    assert re.fullmatch(r"ffmpeg \S+, libplacebo v\d\S+, .+", ffmpeg.adapter_name())


@pytest.mark.parametrize(("channels", "hook"), [(1, "LUMA"), (3, "MAIN")])
def test_what_is_cut_when_it_is_shown_is_read_back(channels, hook):
    """Numbers from -1 to 3, as a 16-bit float keeps them, beside the picture that was given."""
    text = (
        COPY.format(hook=hook)
        .replace("return ", "return 4.0 * ")
        .replace(", 0);", ", 0) - 1.0;")
    )
    given, block = (
        picture(channels, 5, 9),
        Block("y", channels, 5, 9, (("HOOKED", 0, 1, 1, 1),)),
    )
    drawn = Session(text, "wide").planes(given, hook, [block])["y"]
    seen = Session("", "host").planes(given, hook, [block])["y"]
    assert drawn.min() < -0.9
    assert drawn.max() > 2.9
    np.testing.assert_allclose(drawn, 4 * seen - 1, atol=2**-9)
    np.testing.assert_allclose(seen, given, atol=FLOOR)
    np.testing.assert_array_equal(drawn, drawn.astype(np.float16).astype(np.float32))
