"""User shaders from anywhere, held against their network: what is wrong with them is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.mutants.networks import network

from texelnet.picture import Picture
from texelnet.run import RUNNERS
from texelnet.run.compare import Comparison, compare, of_network, of_shader
from texelnet.shader.compile import compile_network
from texelnet.shader.targets.mpv import MPV

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]

GREY = np.random.default_rng(2).uniform(0.4, 0.6, (1, 40, 48)).astype(np.float32)


@cache
def text() -> str:
    subject = network("modest")
    files = MPV.package(compile_network(subject, MPV, MPV.schedules["fragment"]))
    return next(content for name, content in files.items() if name.endswith(".glsl")).decode()


def compared(shader: str, folder: Path) -> Comparison:
    subject, path = network("modest"), folder / "modest.glsl"
    path.write_text(shader)
    side = of_network("modest", subject, RUNNERS["onnxruntime"])
    return compare(side, of_shader(path, subject.contract), Picture(GREY), "grey")


def clamp_every_read(shader: str) -> str:
    """Read the nearest pixel where there is none: what a texture clamped to its edge gives."""
    shader = re.sub(r"bvec4\([^;]*?\)\)", "bvec4(true))", shader)
    ends = "clamp(x, 0, int({0}_size.x) - 1), clamp(y, 0, int({0}_size.y) - 1)"

    def clamped(found: re.Match[str]) -> str:
        return found[0].replace("ivec2(x, y)", f"ivec2({ends.format(found[1])})")

    return re.sub(r"vec4 (\w+)_at\(int x, int y\) \{.*\}", clamped, shader)


def drop_a_bias(shader: str) -> str:
    """The second four channels of the first layer: the bias of one pass is lost."""
    _, second, *_ = re.finditer(r"vec4 sum\d+ = (vec4\([^()]*,[^()]*\));", shader)
    return shader[: second.start(1)] + "vec4(0.0)" + shader[second.end(1) :]


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "clamped": (clamp_every_read, "border repeated in all of the layers look, think"),
    "a lost bias": (drop_a_bias, "dropped bias of a pack in layer look (channels 4 to 7)"),
}


def test_a_sound_shader_is_equal_to_its_network(tmp_path: Path) -> None:
    found = compared(text(), tmp_path)
    assert found.equal
    assert found.explanation is None


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_a_shader_is_named(name: str, tmp_path: Path) -> None:
    edit, told = BROKEN[name]
    assert edit(text()) != text()
    found = compared(edit(text()), tmp_path)
    assert not found.equal
    assert found.explanation is not None
    assert [str(f) for f in found.explanation.confirmed if str(f).startswith(told)]
