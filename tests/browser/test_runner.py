"""The runner in a package draws in a browser what wgpu draws in Python."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tests.browser.page import Page, PageError

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.graph.contract import Contract, read_contract
from texelnet.graph.network import Network
from texelnet.picture import Picture, resample
from texelnet.pixel.storage import unit
from texelnet.run.gpu import draws
from texelnet.run.upscale import upscale
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.package import Package, in_memory
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import COMPUTE, FRAGMENT, TILE, Schedule
from texelnet.shader.targets import TARGETS

pytestmark = [pytest.mark.browser, pytest.mark.gpu]

NETWORKS = Path(__file__).resolve().parents[2] / "networks"
TOLERANCE = 1e-4  # of 0..1: two drivers sum in different orders

SMALL = """
    name: "small"
    layer { name: "in" type: "Input" top: "in"
      input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "look" type: "Convolution" bottom: "in" top: "look"
      convolution_param { num_output: 6 kernel_size: 3 } }
    layer { name: "bend" type: "PReLU" bottom: "look" top: "look" }
    layer { name: "up" type: "Deconvolution" bottom: "look" top: "up"
      convolution_param { num_output: 3 kernel_size: 4 stride: 2 pad: 1 } }
"""
COLOUR = Contract(channels="rgb", border=1, padding="reflect")
BGR = Contract("bgr", range=(0, 255), mean=(104, 117, 123), border=1, returns="residual")
STAGED = replace(COMPUTE, staged=True)
MORE = replace(TILE, workgroup=(16, 16), shared=32_768)
BUFFERED = replace(COMPUTE, literals=40, block=(2, 3))
BUFFERED_FRAGMENT = replace(FRAGMENT, literals=40, packs=1)

CASES = {
    "decon-x2, compute": ("decon-x2", COMPUTE, (24, 40)),
    "decon-x2, compute, odd": ("decon-x2", COMPUTE, (13, 21)),
    "decon-x2, compute, larger": ("decon-x2", COMPUTE, (181, 259)),
    "decon-x2, fragment, odd": ("decon-x2", FRAGMENT, (13, 21)),
    "decon-x2, fragment, larger": ("decon-x2", FRAGMENT, (181, 259)),
    "decon-x2, compute, buffered": ("decon-x2", BUFFERED, (17, 30)),
    "decon-x2, fragment, buffered": ("decon-x2", BUFFERED_FRAGMENT, (17, 30)),
    "decon-x2, staged, odd": ("decon-x2", STAGED, (13, 21)),
    "rgb with a border, staged": (COLOUR, replace(STAGED, workgroup=(8, 8)), (9, 14)),
    "decon-x2, tile, odd": ("decon-x2", TILE, (13, 21)),
    "rgb with a border, tile, more memory": (COLOUR, MORE, (9, 43)),
    "decon-x2, one pixel": ("decon-x2", COMPUTE, (1, 1)),
    "rgb with a border": (COLOUR, COMPUTE, (9, 14)),
    "rgb with a border, fragment": (COLOUR, FRAGMENT, (9, 14)),
    "a residual in bgr of 255": (BGR, COMPUTE, (7, 5)),
}


@cache
def network(which: str | Contract | None) -> Network:
    """A shipped network by its name, or the small one under a contract."""
    if isinstance(which, str):
        path = NETWORKS / which / f"{which}.prototxt"
        net = read_net(path, path.with_suffix(".npz"))
        return to_graph(net).wants(read_contract(path.with_suffix(".toml")))
    rng = np.random.default_rng(0)
    shapes = {"look/0": (6, 3, 3, 3), "look/1": (6,), "bend/0": (6,), "up/0": (6, 3, 4, 4)}
    arrays = {f"param/{k}": rng.normal(0, 0.2, s) for k, s in shapes.items()}
    arrays["param/up/1"] = rng.normal(0, 0.2, 3)
    weights = weights_from_arrays(arrays, "small.npz")
    return to_graph(read_net(SMALL, weights)).wants(which)


@cache
def package(which: str | Contract | None, schedule: Schedule = COMPUTE) -> Package:
    target = TARGETS["webgpu"]
    return in_memory(target.package(compile_network(network(which), target, schedule)))


def serve(page: Page, package: Package, numbers: np.ndarray) -> None:
    page.files |= {f"net/{name}": content for name, content in package.contents.items()}
    page.files["number"] = (
        hashlib.sha256(package.contents["manifest.json"]).hexdigest().encode()
    )
    page.files["floats"] = np.ascontiguousarray(numbers, "<f4").tobytes()


def noise(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(1).random(shape, np.float32)


# Compiling takes SwiftShader seconds, so the page keeps what it has loaded.
LOAD = """
    const { load } = await import("./net/runner.js");
    const name = await (await fetch("number")).text();
    const net = await ((window.nets ??= {})[name] ??= load("net"));
"""


def planes(shape: tuple[int, ...]) -> str:
    return f"{{ data: await floats(), height: {shape[1]}, width: {shape[2]} }}"


def run(shape: tuple[int, ...], wanted: str = "") -> str:
    question = f"{{ [net.manifest.inputs[0]]: {planes(shape)} }}"
    name = json.dumps(wanted) if wanted else "net.manifest.outputs[0]"
    return f"return (await net.run({question}, [{name}]))[{name}];"


@pytest.mark.parametrize(("which", "schedule", "size"), CASES.values(), ids=CASES)
def test_the_browser_draws_what_wgpu_draws(
    page: Page, which: str | Contract, schedule: Schedule, size: tuple[int, int]
) -> None:
    made = package(which, schedule)
    contract = network(which).contract
    assert contract is not None
    picture = noise((contract.planes, *size))
    serve(page, made, picture)
    got = page.run(LOAD + run(picture.shape))
    (wanted,) = Session(made).run({made.manifest["inputs"][0]: picture}).values()
    assert got.shape == wanted.shape == (contract.planes, 2 * size[0], 2 * size[1])
    assert np.max(np.abs(got - wanted)) <= TOLERANCE


def test_planes_of_16_bits_are_drawn_and_read_back(page: Page) -> None:
    build = compile_network(network(COLOUR), TARGETS["webgpu"], FRAGMENT)
    halves = Precision({plane.name: "fp16" for plane in build.program.computed()[:-1]})
    halved = compile_network(network(COLOUR), TARGETS["webgpu"], FRAGMENT, precision=halves)
    made, picture = in_memory(TARGETS["webgpu"].package(halved)), noise((3, 9, 14))
    serve(page, made, picture)
    wanted = Session(made).run({made.manifest["inputs"][0]: picture}, keep=True)
    for name in [*halves.storage, *made.manifest["outputs"]]:
        got = page.run(LOAD + run(picture.shape, name))
        assert np.max(np.abs(got - wanted[name])) <= 2 * unit(wanted[name]), name


def samples(height: int, width: int) -> np.ndarray:
    """8-bit (height, width, 4), smooth enough not to overshoot everywhere, with alpha."""
    rng = np.random.default_rng(2)
    coarse = rng.uniform(0.1, 0.9, (4, 5, 6))
    smooth = resample(coarse, 4, "bicubic", size=(height, width))
    return (smooth.clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)


def upscaled(which: str | Contract, samples: np.ndarray) -> np.ndarray:
    """What Python makes of 8-bit (height, width, 4)."""
    contract = network(which).contract
    assert contract is not None
    unit = samples.transpose(2, 0, 1).astype(np.float32) / 255
    answer = upscale(Picture(unit[:3], unit[3]), contract, draws(package(which)))
    assert answer.alpha is not None
    planes = np.concatenate([answer.colour, answer.alpha[None]])
    return np.floor(planes * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)


def test_pictures_are_enlarged_as_their_contract_says(page: Page) -> None:
    """Colour through luma networks, rgb and bgr; alpha; every source a page may have."""
    luma = network("decon-x2").contract
    assert luma is not None
    picture = samples(17, 22)
    for which in ("decon-x2", COLOUR, BGR):
        serve(page, package(which), np.zeros(1))
        page.files["samples"] = picture.tobytes()
        got = page.run(LOAD + UPSCALE)
        apart = np.abs(got.astype(int) - upscaled(which, picture))
        assert apart.max() <= 1  # where rounding falls the other way
        assert np.mean(apart > 0) < 0.01


UPSCALE = """
    const data = new Uint8ClampedArray(await (await fetch("samples")).arrayBuffer());
    return net.upscale(new ImageData(data, 22));
"""


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("levels", ["full", "limited"])
def test_colour_survives_being_divided(page: Page, matrix: str, levels: str) -> None:
    """Luma enlarged by the runner's own bicubic kernel: colours are those of plain bicubic."""
    serve(page, package("decon-x2"), np.zeros(1))
    picture = samples(9, 22)
    page.files["samples"] = picture.tobytes()
    contract = json.dumps({"channels": "luma", "matrix": matrix, "levels": levels} | GRID)
    got = page.run(f"const contract = {contract};" + DIVIDE)
    unit = picture.transpose(2, 0, 1) / 255
    wanted = resample(unit, 2, "bicubic", border="edge", offset=0.5).clip(0, 1)
    apart = np.abs(got.astype(int) - np.floor(wanted * 255 + 0.5).transpose(1, 2, 0))
    assert apart.max() <= 1


GRID = {"scale": 2, "offset": 0.5}
DIVIDE = """
    const { bicubic, divide } = await import("./net/picture.js");
    const data = new Uint8ClampedArray(await (await fetch("samples")).arrayBuffer());
    const { seen, finish } = divide(new ImageData(data, 22), contract);
    return finish({ data: bicubic(seen.data, 22, 9, contract), height: 18, width: 44 });
"""


SOURCES = {
    "ImageBitmap": "await createImageBitmap(picture)",
    "HTMLCanvasElement": "canvas",
    "OffscreenCanvas": "new OffscreenCanvas(22, 17)",
    "HTMLImageElement": "Object.assign(new Image(), { src: canvas.toDataURL() })",
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_picture_may_be_anything_a_page_can_draw(page: Page, source: str) -> None:
    serve(page, package("decon-x2"), np.zeros(1))
    picture = samples(17, 22)
    picture[:, :, 3] = 255  # a canvas multiplies colour with alpha
    page.files["samples"] = picture.tobytes()
    got = page.run(LOAD + SOURCE.replace("SOURCE", source))
    assert np.abs(got.astype(int) - upscaled("decon-x2", picture)).max() <= 1


SOURCE = """
    const data = new Uint8ClampedArray(await (await fetch("samples")).arrayBuffer());
    const picture = new ImageData(data, 22);
    const canvas = Object.assign(document.createElement("canvas"), { width: 22, height: 17 });
    canvas.getContext("2d").putImageData(picture, 0, 0);
    const source = SOURCE;
    if (source.decode) await source.decode();
    source.getContext?.("2d").putImageData(picture, 0, 0);
    return net.upscale(source);
"""


def test_pictures_of_changing_sizes_do_not_disturb_each_other(page: Page) -> None:
    """Sizes 6x5, 4x9, 6x5 at once, over one set of textures and a device of the page's own."""
    made = package(COLOUR)
    serve(page, made, noise((3, 6, 9)))
    got = page.run(
        """
        const { load } = await import("./net/runner.js");
        const device = await (await navigator.gpu.requestAdapter()).requestDevice();
        const net = await load("net/", { device });
        const data = await floats();
        const draw = (height, width) =>
          net.run({ picture: { data: data.slice(0, 3 * height * width), height, width } });
        const answers = await Promise.all([draw(6, 5), draw(4, 9), draw(6, 5)]);
        net.destroy();
        return answers.map(({ upscaled }) => [...upscaled.data]);
        """
    )
    session, numbers = Session(made), noise((3, 6, 9)).ravel()
    for answer, (height, width) in zip(got, [(6, 5), (4, 9), (6, 5)], strict=True):
        picture = numbers[: 3 * height * width].reshape(3, height, width)
        wanted = session.run({"picture": picture})["upscaled"]
        assert np.max(np.abs(np.array(answer) - wanted.ravel())) <= TOLERANCE


def test_planes_in_between_can_be_read(page: Page) -> None:
    made = package("decon-x2")
    serve(page, made, noise((1, 6, 9)))
    question = f"await net.run({{ picture: {planes((1, 6, 9))} }}, ['think2'])"
    got = page.run(f"{LOAD} return ({question}).think2;")
    wanted = Session(made).run({"picture": noise((1, 6, 9))}, keep=True)["think2"]
    assert got.shape == wanted.shape == (12, 6, 9)
    assert np.max(np.abs(got - wanted)) <= TOLERANCE


WITHOUT_GPU = """
    const { load } = await import("./net/runner.js");
    Object.defineProperty(navigator, "gpu", { value: VALUE, configurable: true });
    try { await load("net"); } finally { delete navigator.gpu; }
"""

REFUSED = {
    WITHOUT_GPU.replace("VALUE", "undefined"): "Error: This browser has no WebGPU.",
    WITHOUT_GPU.replace("VALUE", "{ requestAdapter: async () => null }"): (
        "Error: This browser has WebGPU, yet offers no graphics adapter."
    ),
    WITHOUT_GPU.replace(
        "VALUE", "{ requestAdapter: async () => ({ limits: { maxTextureArrayLayers: 8 } }) }"
    ): "Error: decon-x2 needs maxTextureArrayLayers = 16; the graphics device has 8.",
    LOAD + "return net.run({});": 'Error: There is no "picture"; wanted are picture.',
    LOAD
    + "return net.run({}, ['sharpen']);": 'Error: There is no plane "sharpen" in decon-x2.',
    LOAD + "return net.run({ picture: { data: [1], height: 2, width: 1 } });": (
        'Error: "picture" holds 1 numbers instead of 1 x 2 x 1.'
    ),
    LOAD
    + """
        const width = 1 + net.device.limits.maxTextureDimension2D;
        return net.run({ picture: { data: new Float32Array(width), height: 1, width } });
    """: (
        'Error: The picture is too large: "picture" would be 8193x1, the device ends at 8192.'
    ),
}


@pytest.mark.parametrize("script", REFUSED)
def test_what_can_not_be_done_is_said_in_a_sentence(page: Page, script: str) -> None:
    serve(page, package("decon-x2"), np.zeros(1))
    with pytest.raises(PageError) as refusal:
        page.run(script)
    assert str(refusal.value) == REFUSED[script]


def test_without_a_contract_only_planes_can_be_run(page: Page) -> None:
    made = package(None)
    picture = noise((3, 8, 6))
    serve(page, made, picture)
    with pytest.raises(PageError, match="came without a contract"):
        page.run(LOAD + "return net.upscale(new ImageData(2, 2));")
    got = page.run(LOAD + run(picture.shape))
    (wanted,) = Session(made).run({"in": picture}).values()
    assert np.max(np.abs(got - wanted)) <= TOLERANCE
