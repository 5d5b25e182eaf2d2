"""The whole thread, small: the question's 4x4 deconvolution from prototxt to the GPU.

One kernel, stride 2, pad 1, one output. Caffe scatters: a product (gemm) gives sixteen numbers
for each input pixel, and col2im stamps them onto the output and sums what overlaps. The shader
gathers by phases. Both draw the same picture, and so do onnxruntime, the pixel program, the
kernels and the GPU.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from tests.ops.graphs import Planes, agree, reference

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.graph.network import Network
from texelnet.ops.conv_transpose import phases
from texelnet.pixel import evaluate
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory, read_package, write_package
from texelnet.shader.schedule import SCHEDULES
from texelnet.shader.targets import TARGETS

STRIDE, PAD = 2, 1
PROTOTXT = """
name: "question"
layer {
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 1 dim: 5 dim: 6 } }
}
layer {
  name: "up" type: "Deconvolution" bottom: "data" top: "up"
  convolution_param { num_output: 1 kernel_size: 4 stride: 2 pad: 1 }
}
"""
KERNEL = np.array(
    [
        [-0.0629104823, -0.1560362280, -0.1512266700, -0.0636162385],
        [-0.0635886043, 0.2607241870, 0.2634004350, -0.0603787377],
        [-0.0718072355, 0.3858278100, 0.3168329000, -0.0817491412],
        [-0.0811873227, -0.0312164668, -0.0321144797, -0.0388795212],
    ],
    np.float32,
)
BIAS = np.float32(0.25)
SIZES = [(1, 1), (1, 4), (3, 2), (5, 6), (13, 7)]

sizes = pytest.mark.parametrize("size", SIZES, ids=[f"{w}x{h}" for h, w in SIZES])
schedules = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


def network() -> Network:
    weights = {"param/up/0": KERNEL[None, None], "param/up/1": np.array([BIAS])}
    return to_graph(read_net(PROTOTXT, weights_from_arrays(weights, "question.npz")))


def picture(size: tuple[int, int]) -> Planes:
    return {"data": np.random.default_rng(3).random((1, *size), dtype=np.float32)}


def scattered(image: np.ndarray) -> np.ndarray:
    """As Caffe computes it: gemm, then col2im."""
    (rows, columns), side = image.shape, len(KERNEL)
    stamps = KERNEL.reshape(-1, 1) @ image.reshape(1, -1)  # (16, pixels): gemm
    stamps = stamps.reshape(side, side, rows, columns)
    padded = np.zeros((STRIDE * (rows - 1) + side, STRIDE * (columns - 1) + side), np.float32)
    for y, x in product(range(rows), range(columns)):  # col2im
        top, left = STRIDE * y, STRIDE * x
        padded[top : top + side, left : left + side] += stamps[:, :, y, x]
    return (padded[PAD:-PAD, PAD:-PAD] + BIAS)[None]


def gathered(image: np.ndarray) -> np.ndarray:
    """As a pixel shader computes it: each output pixel looks up what reaches its phase."""
    rows, columns = image.shape
    around = np.pad(image, 4)  # zeros, wide enough for every offset
    answer = np.full((STRIDE * rows, STRIDE * columns), BIAS, np.float32)
    along = phases(len(KERNEL), STRIDE, PAD)
    for (k, down), (m, right) in product(enumerate(along), enumerate(along)):
        seen = around[4 + down.offset :, 4 + right.offset :][:rows, :columns]
        answer[down.phase :: STRIDE, right.phase :: STRIDE] += KERNEL[k, m] * seen
    return answer[None]


@sizes
def test_the_gather_by_phases_is_the_scatter(size: tuple[int, int]) -> None:
    (image,) = picture(size)["data"]
    agree({"up": gathered(image)}, {"up": scattered(image)}, 1e-6)


@sizes
def test_onnxruntime_computes_the_scatter(size: tuple[int, int]) -> None:
    feeds = picture(size)
    agree(reference(network(), feeds), {"up": scattered(feeds["data"][0])}, 1e-6)


@sizes
def test_the_pixel_program_computes_the_scatter(size: tuple[int, int]) -> None:
    feeds = picture(size)
    agree(evaluate(lower(network()), feeds), {"up": scattered(feeds["data"][0])}, 1e-6)


@schedules
@sizes
def test_the_kernels_compute_the_scatter(size: tuple[int, int], schedule) -> None:
    feeds = picture(size)
    build = compile_network(network(), TARGETS["webgpu"], schedule)
    got = evaluate_kernels(build.kernels, build.program, feeds)
    agree(got, {"up": scattered(feeds["data"][0])}, 1e-6)


@pytest.mark.gpu
@schedules
def test_the_shader_computes_the_scatter_at_every_size(schedule) -> None:
    package = TARGETS["webgpu"].package(compile_network(network(), TARGETS["webgpu"], schedule))
    session = Session(in_memory(package))
    for size in SIZES:
        feeds = picture(size)
        agree(session.run(feeds), {"up": scattered(feeds["data"][0])}, 1e-6)


@pytest.mark.gpu
def test_a_package_on_disk_draws_what_the_network_computes(tmp_path) -> None:
    build = compile_network(network(), TARGETS["webgpu"], SCHEDULES["compute"])
    write_package(TARGETS["webgpu"].package(build), tmp_path)
    feeds = picture((5, 6))
    got = Session(read_package(tmp_path)).run(feeds)
    agree(got, {"up": scattered(feeds["data"][0])}, 1e-6)


def test_one_pass_makes_all_four_phases_from_one_low_resolution_position() -> None:
    (kernel,) = compile_network(network(), TARGETS["webgpu"], SCHEDULES["compute"]).kernels
    assert kernel.plane.phases == (2, 2)
    assert kernel.macs == 16  # sixteen weights for four output pixels


def test_the_groups_of_four_weights_do_not_sum_to_the_same_value() -> None:
    """The question's puzzle: other channels make up for it, this one alone draws a pattern."""
    sums = [KERNEL[y::2, x::2].sum() for y, x in product((1, 0), (1, 0))]
    np.testing.assert_allclose(sums, [0.1302, 0.0865, 0.0844, 0.0309], atol=1e-4)
