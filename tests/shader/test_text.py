"""The text of shaders: every number reads back, every title tells what the pass does."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.ops.graphs import agree, reference
from tests.shader.graphs import PAD1, UP, Sketch, picture

from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.dialects import DIALECTS
from texelnet.shader.dialects.wgsl import module
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID, Schedule
from texelnet.shader.targets import TARGETS

WEBGPU = TARGETS["webgpu"]
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])")
EXTREMES = [
    0.0,
    -0.0,
    1e-45,
    -1e-45,
    1.1754942e-38,
    3.4028235e38,
    -3.4e38,
    0.1,
    1 / 3,
    16777217,
]

dialects = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)


@dialects
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
@example(1e-45)
@example(-0.0)
@example(3.4028234663852886e38)
def test_a_number_reads_back_as_the_same_float32(dialect, value: float) -> None:
    """To the bit, sign of zero and denormals included."""
    text = dialect.number(value)
    assert np.float32(text).tobytes() == np.float32(value).tobytes()
    assert NUMBER.fullmatch(text)


@dialects
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_weight_that_is_no_number_is_never_printed(dialect, value: float) -> None:
    with pytest.raises(AssertionError, match="a weight is"):
        dialect.number(value)


def numbers_in(text: str) -> set[bytes]:
    return {np.float32(word).tobytes() for word in NUMBER.findall(text)}


@pytest.mark.parametrize("schedule", [COMPUTE, FRAGMENT], ids=["compute", "fragment"])
def test_every_weight_stands_in_the_text(schedule) -> None:
    s = Sketch(3)
    weights, bias = s.weights(5, 3, 3, 3), s.weights(5)
    s.node("Conv", "y", "x", weights, bias, **PAD1)
    files = WEBGPU.package(compile_network(s.finish("y"), WEBGPU, schedule))
    found = set().union(*(numbers_in(v.decode()) for k, v in files.items() if ".wgsl" in k))
    assert {np.float32(w).tobytes() for w in (*weights.ravel(), *bias)} <= found


def test_every_weight_lies_in_the_buffer() -> None:
    s = Sketch(6)
    weights = s.weights(5, 6, 3, 3)
    s.node("Conv", "y", "x", weights, s.weights(5), **PAD1)
    build = compile_network(s.finish("y"), WEBGPU, replace(COMPUTE, literals=0))
    files = WEBGPU.package(build)
    (buffer,) = (np.frombuffer(v, "<f4") for k, v in files.items() if k.endswith(".weights"))
    assert set(weights.ravel().tolist()) <= set(buffer.tolist())


@pytest.mark.gpu
@pytest.mark.parametrize("schedule", [COMPUTE, FRAGMENT], ids=["compute", "fragment"])
def test_a_driver_reads_extreme_numbers(schedule) -> None:
    """Drivers may make zero of denormals; every other number is itself."""
    wanted = np.array(EXTREMES, np.float32)
    s = Sketch(1)
    s.node("Conv", "y", "x", np.zeros((len(wanted), 1, 1, 1), np.float32), wanted)
    files = WEBGPU.package(compile_network(s.finish("y"), WEBGPU, schedule))
    got = Session(in_memory(files)).run({"x": np.ones((1, 1, 1), np.float32)})["y"].ravel()
    normal = (np.abs(wanted) >= np.finfo(np.float32).tiny) | (wanted == 0)
    np.testing.assert_array_equal(got[normal], wanted[normal])
    assert np.all(np.abs(got[~normal]) <= np.abs(wanted[~normal]))


@pytest.mark.gpu
def test_the_lowest_number_pads_a_maximum() -> None:
    s = Sketch()
    s.node("MaxPool", "y", "x", kernel_shape=[3, 3], **PAD1)
    feeds = {"x": np.full((1, 3, 4), -3e38, np.float32)}
    network = s.finish("y")
    files = WEBGPU.package(compile_network(network, WEBGPU, COMPUTE))
    agree(Session(in_memory(files)).run(feeds), reference(network, feeds))


# What a shader tells its reader ------------------------------------------------------------


def upscaler() -> Network:
    s = Sketch()
    s.prelu("bend", s.conv("look", "x", 1, 6, 3, **PAD1), 6)
    s.deconv("up", "bend", 6, 1, 4, **UP)
    return s.finish("up").wants(Contract())


TITLES = {
    "compute": [
        "// sketch, pass 1 of 2: look, bend\n"
        "// reads   picture: 1 x height x width\n"
        "// writes  bend: 6 x height x width\n"
        "// cost    54 multiply-adds a position\n",
        "// sketch, pass 2 of 2: up\n"
        "// reads   bend: 6 x height x width\n"
        "// writes  upscaled: 1 x 2*height x 2*width\n"
        "// phases  2 x 2 output pixels from each low-resolution position\n"
        "// cost    96 multiply-adds a position\n",
    ],
    "fragment": [
        "// sketch, pass 1 of 3: look, bend\n"
        "// reads   picture: 1 x height x width\n"
        "// writes  bend: 6 x height x width\n"
        "// cost    54 multiply-adds a position\n",
        "// sketch, pass 2 of 3: up\n"
        "// reads   bend: 6 x height x width\n"
        "// writes  upscaled.phases: 4 x height x width\n"
        "// cost    96 multiply-adds a position\n",
        "// sketch, pass 3 of 3: up\n"
        "// reads   upscaled.phases: 4 x height x width\n"
        "// writes  upscaled: 1 x 2*height x 2*width\n"
        "// phases  2 x 2 output pixels from each low-resolution position\n"
        "// cost    0 multiply-adds a position\n",
    ],
}


@pytest.mark.parametrize("form", TITLES)
def test_a_pass_tells_its_layers_shapes_and_cost(form: str) -> None:
    schedule = {"compute": COMPUTE, "fragment": FRAGMENT}[form]
    files = WEBGPU.package(compile_network(upscaler(), WEBGPU, schedule))
    texts = [v.decode() for k, v in sorted(files.items()) if k.endswith(".wgsl")]
    assert [text.split("\n\n")[0] + "\n" for text in texts] == TITLES[form]


def pooled(function: str, schedule: Schedule) -> str:
    """The text of the pass that makes one of all columns."""
    s = Sketch(4)
    s.node(f"Reduce{function}", "y", "x", [2, 3])
    (*_, last) = compile_network(s.finish("y"), WEBGPU, schedule).kernels
    return module(last)


def test_a_fold_is_a_loop_over_what_the_texture_has() -> None:
    text = pooled("Mean", FRAGMENT)
    assert text.endswith(
        "  let plane0_size = vec2i(textureDimensions(plane0));\n"
        "  let y0 = g.y;\n"
        "  let x0 = g.x;\n"
        "  var mean0 = vec4f(0.0);\n"
        "  for (var place = 0; place < plane0_size.x; place++) {\n"
        "    mean0 += plane0_at(place, y0);\n"
        "  }\n"
        "  mean0 = mean0 / f32(plane0_size.x);\n"
        "  result.pack0 = mean0;\n"
        "  return result;\n"
        "}\n"
    )
    extreme = pooled("Max", FRAGMENT)
    assert "  var max0 = plane0_at(0, y0);\n" in extreme
    assert "    max0 = max(max0, plane0_at(place, y0));\n" in extreme


@pytest.mark.parametrize("schedule", [COMPUTE, HYBRID])
def test_a_plane_one_pixel_wide_is_computed_by_single_pixels(schedule: Schedule) -> None:
    s = Sketch(4)
    s.node("ReduceMean", "y", "x", [3])
    (kernel,) = compile_network(s.finish("y"), WEBGPU, schedule).kernels
    assert (kernel.form, kernel.workgroup) == ("compute", (1, 64))
    assert "@workgroup_size(1, 64)" in module(kernel)
    assert "@workgroup_size(1, 1)" in pooled("Mean", schedule)


@pytest.mark.parametrize(("storage", "columns"), [("fp32", 16), ("fp32", 8), ("fp16", 16)])
def test_a_staged_pass_stores_packs_in_rows_that_can_be_copied(
    storage: str, columns: int
) -> None:
    s = Sketch(8)
    s.conv("y", "x", 8, 8, 3, **PAD1)
    schedule = replace(COMPUTE, staged=True, workgroup=(columns, 2), block=(1, 1), winograd=0)
    (kernel,) = compile_network(s.finish("y"), WEBGPU, schedule).kernels
    text = module(kernel, storage)
    half = storage == "fp16"
    texels = 32 if half else 16
    pitch = f"i32(groups.x) * {columns}"
    if columns % texels:
        pitch = f"({pitch} + {texels - 1}) & {-texels}"
    assert f"  let pitch = {pitch};\n" in text
    value = "halves(rounded(sum1))" if half else "sum1"
    assert f"\n  staged1[(y0) * pitch + x0] = {value};\n" in text
    kind = "vec2u" if half else "vec4f"
    assert f"@binding(2) var<storage, read_write> staged1: array<{kind}>;" in text
    assert "textureStore" not in text
    assert kernel.group == (columns, 2)


@pytest.mark.parametrize("storage", ["fp32", "fp16"])
def test_four_pixels_of_one_channel_are_stored_as_one_pack(storage: str) -> None:
    """In 16 bits their texture has four channels: each is a pack of its own."""
    s = Sketch(4)
    s.conv("y", "x", 4, 1, 3, **PAD1)
    schedule = replace(COMPUTE, staged=True, workgroup=(8, 2), block=(1, 4), winograd=0)
    (kernel,) = compile_network(s.finish("y"), WEBGPU, schedule).kernels
    text = module(kernel, storage)
    assert kernel.group == (32, 2)
    assert "let beside0 = vec4f(sum0.x, sum1.x, sum2.x, sum3.x);" in text
    if storage == "fp32":
        assert "  let pitch = (i32(groups.x) * 8 + 15) & -16;\n" in text
        assert "\n  staged0[(y0) * pitch + (x0) / 4] = beside0;\n" in text
        return
    assert "  let pitch = i32(groups.x) * 32;\n" in text
    for i, lane in enumerate("xyzw"):
        value = f"halves(vec4f(rounded(beside0).{lane}, 0.0, 0.0, 0.0))"
        assert f"staged0[(y0) * pitch + x0 + {i}] = {value};" in text


def test_a_block_with_no_four_pixels_beside_each_other_is_stored_at_once() -> None:
    s = Sketch(4)
    s.conv("y", "x", 4, 1, 3, **PAD1)
    schedule = replace(COMPUTE, staged=True, block=(2, 2))
    (kernel,) = compile_network(s.finish("y"), WEBGPU, schedule).kernels
    assert not kernel.staged
    assert "textureStore" in module(kernel)


def test_the_same_build_gives_the_same_bytes() -> None:
    first, second = (
        WEBGPU.package(compile_network(upscaler(), WEBGPU, COMPUTE)) for _ in range(2)
    )
    assert first == second


def test_passes_of_one_shape_share_one_text() -> None:
    s = Sketch(8)
    s.conv("a", "x", 8, 8, 3, **PAD1)
    s.prelu("b", "a", 8)
    s.prelu("c", s.conv("c0", "b", 8, 8, 3, **PAD1), 8)
    s.prelu("y", s.conv("d0", "c", 8, 8, 3, **PAD1), 8)
    schedule = replace(COMPUTE, literals=0)
    files = WEBGPU.package(compile_network(s.finish("y"), WEBGPU, schedule))
    assert sum(k.endswith(".wgsl") for k in files) == 1
    assert sum(k.endswith(".weights") for k in files) == 3


def test_any_name_of_a_blob_gives_a_name_of_a_file() -> None:
    s = Sketch()
    s.conv('../../etc/pass wd"\n', "x", 1, 1, 3)
    net = s.finish('../../etc/pass wd"\n')
    files = WEBGPU.package(compile_network(net, WEBGPU, COMPUTE))
    (name,) = (k for k in files if k.endswith(".wgsl"))
    assert name == "pass_00_------etc-pass-wd--.wgsl"
    assert all(line.startswith("//") for line in files[name].decode().splitlines()[:4])
    assert picture()["x"].shape == (1, 7, 6)
