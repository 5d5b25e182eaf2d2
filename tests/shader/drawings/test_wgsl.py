"""A drawing as a shader draws what the PNG holds, on a graphics driver."""

from __future__ import annotations

import io
from pathlib import Path as File
from typing import Any

import numpy as np
import pytest
from PIL import Image

from texelnet.cli import main
from texelnet.draw import Drop, Path, circle, coverage, polygon
from texelnet.draw.render import render
from texelnet.draw.scene import Item, Paint, Scene
from texelnet.draw.scenes import SCENES
from texelnet.draw.water import alone
from texelnet.errors import DrawError
from texelnet.run.wgpu import device
from texelnet.shader.drawings import GENERATORS, SHADERS
from texelnet.shader.drawings.wgsl import curves

INK = Paint((0, 0, 0))
KITE = Path((polygon([[1, 1], [4.2, 1], [4.2, 3.3], [0.9, 3.4]]),))
HOLE = Path((circle((5, 5), 4), circle((5, 5), 2).reversed()))
TWICE = Path((circle((4, 5), 3), circle((6, 5), 3)))


def inked(path: Path, side: float = 10) -> Scene:
    return Scene(side, side, (Item(path, INK),))


def drop(seed: int, wobble: float, maker: str = "points") -> Path:
    outline = Drop(30, seed, wobble, maker=maker, at=(6.2, 5.9)).outline()
    return Path((outline.contour,))


def drawn(text: bytes, width: int, height: int, constants: dict[str, float]) -> np.ndarray:
    """Return (height, width, 3), as the shader's own numbers."""
    import wgpu

    gpu, form = device(), "rgba32float"
    module: dict[str, Any] = {"module": gpu.create_shader_module(code=text.decode())}
    pipeline = gpu.create_render_pipeline(
        layout="auto",
        vertex={**module, "entry_point": "corners"},
        fragment={
            **module,
            "entry_point": "main",
            "targets": [{"format": form}],
            "constants": constants,
        },
    )
    usage = wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC
    texture = gpu.create_texture(size=(width, height, 1), format=form, usage=usage)
    encoder = gpu.create_command_encoder()
    attachment = {"view": texture.create_view(), "load_op": "clear", "store_op": "store"}
    run = encoder.begin_render_pass(color_attachments=[attachment])
    run.set_pipeline(pipeline)
    run.draw(3)
    run.end()
    gpu.queue.submit([encoder.finish()])
    lines = {"bytes_per_row": 16 * width, "rows_per_image": height}
    texels = gpu.queue.read_texture({"texture": texture}, lines, (width, height, 1))
    return np.frombuffer(texels, np.float32).reshape(height, width, 4)[:, :, :3]


def agreed(scene: Scene, written: float, seen: float) -> tuple[np.ndarray, np.ndarray]:
    """Return both pictures at a resolution, the shader written for another."""
    wanted = render(scene, seen).colour.transpose(1, 2, 0)
    height, width, _ = wanted.shape
    text = SHADERS[".wgsl"].write(scene, written)
    return drawn(text, width, height, {"width": width, "height": height}), wanted


@pytest.mark.gpu
@pytest.mark.parametrize(
    "path",
    [drop(3, 0.5), drop(5, 1), drop(5, 1, "tension"), KITE, HOLE, TWICE],
    ids=["drop", "wild drop", "drop by its waves", "kite", "hole", "overlap"],
)
def test_a_shader_covers_each_pixel_as_exactly_as_the_png(path: Path) -> None:
    got, wanted = agreed(inked(path, 12), 8, 8)
    enlarged = path.through([[8, 0, 0], [0, 8, 0]])
    share, exact = 1 - got[:, :, 0], coverage(enlarged, 96, 96, tolerance=1e-5)
    assert share.sum() == pytest.approx(exact.sum(), rel=1e-3)
    edge = (exact > 1e-3) & (exact < 1 - 1e-3)
    assert np.abs(share - exact)[edge].mean() < 0.003
    np.testing.assert_allclose(got, wanted, atol=0.02)


@pytest.mark.gpu
def test_colours_alphas_and_what_leaves_the_picture_are_those_of_the_png() -> None:
    for scene in (alone(Drop(30, 3)), SCENES["shapes"].make(3)):
        got, wanted = agreed(scene, 6, 6)
        np.testing.assert_allclose(got, wanted, atol=0.015)


@pytest.mark.gpu
def test_a_shader_draws_at_any_size() -> None:
    got, wanted = agreed(inked(drop(3, 0.5), 12), 40, 11)
    np.testing.assert_allclose(got, wanted, atol=0.012)


@pytest.mark.gpu
def test_the_command_writes_the_drop_that_it_writes_as_a_png(tmp_path: File) -> None:
    words = ["draw", "drop", "--seed", "3", "--resolution", "9"]
    for suffix in (".png", ".wgsl"):
        assert main([*words, "-o", str(tmp_path / f"drop{suffix}")]) == 0
    with Image.open(io.BytesIO((tmp_path / "drop.png").read_bytes())) as image:
        wanted = np.asarray(image) / 255
    height, width, _ = wanted.shape
    got = drawn((tmp_path / "drop.wgsl").read_bytes(), width, height, {})
    np.testing.assert_allclose(got, wanted, atol=0.015)


TILES = """
@vertex
fn corners(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index & 2u) * 2.0 - 1.0, 0.0, 1.0);
}

@fragment
fn main(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let low = floor(position.xy);
  let tile = u32(low.x) / 160u;
  let seed = select(tile * 77777777u, 3u, tile == 0u);
  let centre = vec2f(f32(tile) * 160.0 + 80.0, 80.5);
  return vec4f(drawDrop(low, low + 1.0, seed, f32(tile) / 4.0, centre, 40.0));
}
"""


@pytest.mark.gpu
def test_a_shader_makes_the_drops_that_python_makes() -> None:
    text = GENERATORS["wgsl"]() + TILES
    got = drawn(text.encode(), 5 * 160, 160, {})[:, :, 0]
    for tile in range(5):
        made = Drop(9, tile * 77777777 or 3, tile / 4)
        scale = 40 / made.radius
        placed = made.outline().contour.through([[scale, 0, 80], [0, scale, 80.5]])
        exact = coverage(placed, 160, 160, tolerance=1e-4)
        share = got[:, 160 * tile : 160 * (tile + 1)]
        edge = (exact > 1e-3) & (exact < 1 - 1e-3)
        assert share.sum() == pytest.approx(exact.sum(), rel=1e-4)
        assert np.abs(share - exact)[edge].mean() < 0.005


def test_curves_never_turn_back() -> None:
    for seed in range(20):
        found = curves(drop(seed, 1), 0.001)
        steps = np.diff(found, axis=1)
        assert (steps[:, 0] * steps[:, 1] >= -1e-9).all()
        np.testing.assert_allclose(found[:, 2], np.roll(found[:, 0], -1, axis=0), atol=1e-12)


def test_a_drawing_without_shapes_is_its_background() -> None:
    text = SHADERS[".wgsl"].write(Scene(2, 2, (), background=(0.5, 0, 1)), 4).decode()
    assert "const background = vec3f(0.5, 0.0, 1.0);" in text
    assert "right_of(low, high, vec2f" not in text


def test_a_scene_that_is_too_long_for_a_shader_is_refused() -> None:
    scene = inked(Path(tuple(circle((5, 5), 1 + n / 200) for n in range(200))))
    with pytest.raises(DrawError) as caught:
        SHADERS[".wgsl"].write(scene, 40)
    assert str(caught.value) == (
        "wgsl: it has 4528 curves; a shader's text holds 1024\n"
        "  try: fewer shapes, or a lower resolution"
    )
