"""What a user shader says in its head: sizes, what it hooks, what the host can't hold."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.run.networks import conv, deconv, layer, network

from texelnet.errors import ShaderError
from texelnet.graph.contract import Contract
from texelnet.pixel.size import Size, extreme, size
from texelnet.shader.compile import compile_network
from texelnet.shader.targets.mpv import FRAGMENT, MPV, sees
from texelnet.shader.targets.mpv.sizes import polish as reverse_polish

UP = deconv("x", "y", 4, 1, "stride: 2 pad: 1")


def text(layers: str, contract: Contract, channels: int = 1) -> str:
    build = compile_network(network(layers, contract, channels), MPV, FRAGMENT)
    return MPV.package(build)["small.glsl"].decode()


def polish(words: str, sizes: dict[str, int]) -> float:
    """Read reverse polish as mpv does."""
    stack: list[float] = []
    for word in words.split():
        if word in ("+", "-", "*", "/", "%", "<", ">"):
            b, a = stack.pop(), stack.pop()
            stack.append({"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0,
                          "%": a % b if b else 0, "<": a < b, ">": a > b}[word])  # fmt: skip
        elif word == "!":
            stack.append(not stack.pop())
        else:
            stack.append(sizes[word] if word in sizes else float(word))
    (answer,) = stack
    return answer


HEIGHT, WIDTH = size("height"), size("width")
SIZES = (
    HEIGHT, HEIGHT * 2 + 4, (HEIGHT + 1) // 2, ((HEIGHT + 1) // 2 + 1) // 2 * 4, HEIGHT * 3 - 2,
    extreme("min", HEIGHT, WIDTH + 5), extreme("max", HEIGHT // 3, WIDTH), size(7),
    HEIGHT - WIDTH // 2 * 2 + 60,
)  # fmt: skip


@pytest.mark.parametrize("of", SIZES, ids=str)
@given(height=st.integers(1, 4000), width=st.integers(1, 4000))
def test_sizes_in_reverse_polish_are_the_programs(of: Size, height: int, width: int) -> None:
    words = reverse_polish(of, {"height": "HOOKED.h", "width": "HOOKED.w"}, "net")
    read = polish(words, {"HOOKED.h": height, "HOOKED.w": width})
    assert read == of.at({"height": height, "width": width})


def test_luma_hooks_luma_and_runs_where_the_screen_is_larger() -> None:
    head = text(UP, Contract())
    assert set(re.findall("//!HOOK (.*)", head)) == {"LUMA"}
    assert re.findall("//!WHEN (.*)", head)[0] == (
        "OUTPUT.w HOOKED.w 1.2 * > OUTPUT.h HOOKED.h 1.2 * > *"
    )
    assert re.findall("//!SAVE (.*)", head)[-1] == "HOOKED"


def test_colour_hooks_main_and_keeps_alpha() -> None:
    body = text(conv("x", "y", 3, 3, "pad: 1"), Contract(channels="bgr", scale=1), 3)
    assert set(re.findall("//!HOOK (.*)", body)) == {"MAIN"}
    assert "WHEN" not in body
    assert ".bgra" in body
    assert "return vec4(shown(result).bgr, HOOKED_tex(HOOKED_pos).a);" in body


def test_a_grid_that_lies_to_the_right_is_moved_back() -> None:
    assert "//!OFFSET -0.5 -0.5\n" in text(UP, Contract(offset=0.5))


def test_full_levels_are_folded_into_the_range() -> None:
    seen = sees(Contract(levels="full", range=(0, 255)))
    assert seen.levels == "limited"
    assert seen.range == pytest.approx((-16 * 255 / 219, 239 * 255 / 219))
    assert sees(Contract(range=(0, 255))) == Contract(range=(0, 255))


def test_more_textures_than_the_host_binds_are_refused() -> None:
    wide = conv("x", "a", 3, 68, "pad: 1") + layer("b", "PReLU", "a", "a")
    with pytest.raises(ShaderError) as error:
        text(wide + deconv("a", "y", 4, 1, "stride: 2 pad: 1"), Contract())
    assert str(error.value) == (
        'small (layer "y"): one pass would bind 17 textures, mpv binds 16\n'
        "  try: a narrower network, or fewer blobs to join"
    )


def test_without_a_contract_there_is_no_user_shader() -> None:
    with pytest.raises(ShaderError, match="the network has no contract"):
        MPV.package(compile_network(network(UP), MPV, FRAGMENT))
