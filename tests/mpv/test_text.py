"""What a user shader says in its head: sizes, what it hooks, what the host can't hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.run.networks import conv, deconv, layer, network
from tests.run.test_verify_networks import upconv

from texelnet.errors import ShaderError
from texelnet.graph.contract import Contract
from texelnet.pixel import Plane
from texelnet.pixel.size import Size, extreme, size
from texelnet.shader.compile import compile_network
from texelnet.shader.expense import driver_seconds
from texelnet.shader.targets.mpv import COMPUTE, FRAGMENT, MPV, sees
from texelnet.shader.targets.mpv.sizes import WORDS
from texelnet.shader.targets.mpv.sizes import polish as reverse_polish
from texelnet.shader.targets.mpv.textures import Texture, weight_texture

UP = deconv("x", "y", 4, 1, "stride: 2 pad: 1")


def text(layers: str, contract: Contract, channels: int = 1, form: str = "fragment") -> str:
    build = compile_network(network(layers, contract, channels), MPV, MPV.schedules[form])
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


PART = WIDTH // 2 + WIDTH // 6
TALL = HEIGHT // 5 + HEIGHT // 7
LONG = (PART + (PART + 1) // 2, extreme("min", PART, TALL), PART * 6 - 3, PART // 2)


@pytest.mark.parametrize("of", LONG, ids=str)
@given(height=st.integers(1, 4000), width=st.integers(1, 4000))
def test_a_long_size_is_said_by_the_sizes_of_textures_read(
    of: Size, height: int, width: int
) -> None:
    names = {"height": "HOOKED.h", "width": "HOOKED.w"}
    words = reverse_polish(of, names, "net", {"t1.w 2 /": PART + 2, "t2.w": TALL})
    free = {"height": height, "width": width}
    textures = {"t1.w": 2 * (PART + 2).at(free), "t2.w": TALL.at(free)}
    read = polish(words, {"HOOKED.h": height, "HOOKED.w": width, **textures})
    assert read == of.at(free)
    assert len(words.split()) <= WORDS


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


WIDE = conv("x", "a", 3, 68, "pad: 1") + layer("b", "PReLU", "a", "a")


def eltwise(operation: str, bottoms: Iterable[str], top: str) -> str:
    words = " ".join(f'bottom: "{name}"' for name in bottoms)
    of = f"eltwise_param {{ operation: {operation} }}"
    return f'layer {{ name: "{top}" type: "Eltwise" {words} top: "{top}" {of} }}\n'


@pytest.mark.parametrize("form", MPV.schedules)
def test_a_pass_binds_no_more_than_the_host_does(form) -> None:
    """Seventeen packs: fragments read them in two passes, compute in three textures."""
    body = text(WIDE + conv("a", "y", 3, 1, "pad: 1"), Contract(scale=1), form=form)
    passes = body.split("//!HOOK")[1:]
    most = max(one.count("//!BIND") for one in passes)
    assert (len(passes), most) == ((17 + 2, 13) if form == "fragment" else (3 + 1, 3))


LARGEST = "pooling_param { kernel_size: 3 pad: 1 }"


def test_more_textures_than_the_host_binds_are_refused() -> None:
    names = [f"a{i}" for i in range(15)]
    parts = "".join(
        conv("x", f"{name}c", 3, 4, "pad: 1")
        + layer(name, "Pooling", f"{name}c", name, LARGEST)
        for name in names
    )
    both = eltwise("MAX", names, "m") + eltwise("SUM", names, "s") + eltwise("PROD", "ms", "p")
    fact = r"one pass would bind 16 textures, mpv binds 15\n  try: a narrower network, or fewer"
    with pytest.raises(ShaderError, match=fact):
        text(parts + both + conv("p", "y", 3, 1, "pad: 1"), Contract(scale=1))


def test_without_a_contract_there_is_no_user_shader() -> None:
    with pytest.raises(ShaderError, match="the network has no contract"):
        MPV.package(compile_network(network(UP), MPV, FRAGMENT))


LOOPED = replace(COMPUTE, literals=0, looped_packs=2)


def test_weights_that_are_no_literals_lie_in_a_texture() -> None:
    small = network(
        conv("x", "a", 3, 24, "pad: 1") + conv("a", "y", 3, 1),
        Contract(scale=1, border=1, crop=0),
    )
    build = compile_network(small, MPV, LOOPED)
    body = MPV.package(build)["small.glsl"].decode()
    kernel = build.kernels[-1]
    assert kernel.weights is not None
    number = len(build.kernels)
    head, _, rest = body.partition(f"//!TEXTURE w{number}\n")
    assert f"//!BIND w{number}\n" in head
    size, form, nearest, digits = rest.splitlines()[:4]
    assert (size, form, nearest) == (
        f"//!SIZE {4 * len(kernel.weights)} 1",
        "//!FORMAT rgba32f",
        "//!FILTER NEAREST",
    )
    held = np.frombuffer(bytes.fromhex(digits), "<f4").reshape(-1, 4, 4)
    np.testing.assert_array_equal(held.transpose(0, 2, 1), kernel.weights)


def test_a_wide_network_keeps_to_the_compile_budget(shared: Path) -> None:
    """upconv7's narrow layers keep their literals, the wide ones' weights lie in textures."""
    build = compile_network(upconv(shared), MPV, MPV.usual)
    assert driver_seconds(build.kernels) <= MPV.usual.seconds
    of = {kernel.plane.channels: kernel.weights is not None for kernel in build.kernels}
    assert (of[32], of[128]) == (False, True)


def test_more_weights_than_a_row_holds_lie_in_several() -> None:
    weights = np.arange(600 * 16, dtype=np.float32).reshape(600, 4, 4)
    _, _, size, *_, digits = weight_texture("w1", weights).splitlines()
    assert size == "//!SIZE 2048 2"
    assert len(digits) == 2048 * 2 * 16 * 2


@given(count=st.integers(1, 64))
def test_a_grid_of_packs_wastes_little_and_is_not_over_twice_as_wide(count: int) -> None:
    texture = Texture("t", Plane("t", 4 * count, HEIGHT, WIDTH), 0, count)
    columns, rows = texture.beside
    assert count <= columns * rows < count + max(2, rows)
    assert rows <= columns <= 2 * rows
    assert len({texture.place(pack) for pack in range(count)}) == count
