"""What each step does: which planes are fused, which must not be, and what that saves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ops.graphs import Planes, agree, reference
from tests.ops.strategies import examples, numbers
from tests.shader.graphs import PAD1, PAD2, UP, Sketch, passes, picture, simplified
from tests.shader.strategies import networks

from texelnet.graph.network import Network
from texelnet.pixel import evaluate, size
from texelnet.pixel.expr import Axis, Mix, Tap, taps, walk
from texelnet.pixel.show import multiply_adds
from texelnet.shader.compile import simplify
from texelnet.shader.kernel import Load
from texelnet.shader.lower import lower
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID
from texelnet.shader.steps import STEPS
from texelnet.shader.steps.drop_unread import drop_unread
from texelnet.shader.steps.fuse_planes import fuse_planes
from texelnet.shader.steps.merge_mixes import merge_mixes
from texelnet.shader.steps.prove_inside import stays_inside
from texelnet.shader.steps.share_reads import share_reads
from texelnet.shader.write import write_kernels

MEAN = np.array([0.3, -0.4], np.float32).reshape(2, 1, 1)


def activation() -> Network:
    s = Sketch()
    s.prelu("y", s.conv("a", "x", 1, 4, 3, **PAD1), 4)
    return s.finish("y")


def pixelwise() -> Network:
    s = Sketch()
    s.prelu("b", s.conv("a", "x", 1, 6, 3, **PAD1), 6)
    s.conv("y", "b", 6, 3, 1)
    return s.finish("y")


def both_signs(channels: int = 4) -> Network:
    """Anime4K's activation: relu(a) beside relu(-a)."""
    s = Sketch()
    s.conv("a", "x", 1, channels, 3, **PAD1)
    s.node("Relu", "p", "a")
    s.node("Neg", "-a", "a")
    s.node("Relu", "n", "-a")
    s.node("Concat", "c", "p", "n", axis=1)
    return s.finish("c")


def concat() -> Network:
    s = Sketch()
    s.prelu("a", s.conv("a0", "x", 1, 3, 3, **PAD1), 3)
    s.prelu("b", s.conv("b0", "x", 1, 5, 1), 5)
    s.node("Concat", "ab", "a", "b", axis=1)
    s.conv("y", "ab", 8, 2, 3, **PAD1)
    return s.finish("y")


def pad(mode: str) -> Network:
    s = Sketch()
    s.node("Pad", "a", "x", [0, 0, 1, 2, 0, 0, 2, 1], mode=mode)
    s.conv("y", "a", 1, 2, 3)
    return s.finish("y")


def pad_of_a_pad() -> Network:
    s = Sketch()
    s.node("Pad", "a", "x", [0, 0, 1, 1, 0, 0, 1, 1], mode="edge")
    s.conv("y", "a", 1, 2, 3, **PAD1)
    return s.finish("y")


def channels_picked() -> Network:
    s = Sketch()
    s.prelu("b", s.conv("a", "x", 1, 6, 3, **PAD1), 6)
    s.node("Slice", "c", "b", [1], [4], [1])
    s.conv("y", "c", 3, 2, 3, **PAD1)
    return s.finish("y")


def scaled() -> Network:
    s = Sketch(2)
    s.node("Mul", "a", "x", np.float32(255))
    s.conv("b", "a", 2, 4, 3, **PAD1)
    s.node("Mul", "c", "b", s.weights(4, 1, 1))
    s.node("Add", "y", "c", s.weights(4, 1, 1))
    return s.finish("y")


def mean(pads: dict) -> Network:
    s = Sketch(2)
    s.node("Sub", "a", "x", MEAN)
    s.conv("y", "a", 2, 4, 3, **pads)
    return s.finish("y")


def mean_read_by_reflection() -> Network:
    s = Sketch(2)
    s.node("Sub", "a", "x", MEAN)
    s.node("Pad", "b", "a", [0, 0, 1, 1, 0, 0, 1, 1], mode="reflect")
    s.conv("y", "b", 2, 4, 3)
    return s.finish("y")


def skip(kernel: int) -> Network:
    s = Sketch()
    s.conv("a", "x", 1, 4, 3, **PAD1)
    s.prelu("b", s.conv("b0", "a", 4, 4, 3, **PAD1), 4)
    s.node("Add", "c", "a", "b")
    s.conv("y", "c", 4, 2, kernel, **(PAD1 if kernel == 3 else {}))
    return s.finish("y")


def deconv_crop(first: tuple[int, int]) -> Network:
    s = Sketch()
    s.deconv("a", "x", 1, 3, 4, **UP)
    s.crop("b", "a", first, (-2, -1))
    s.prelu("y", "b", 3)
    return s.finish("y")


def stages(seen_too: bool) -> Network:
    s = Sketch()
    s.prelu("b", s.conv("a", "x", 1, 4, 3, **PAD1), 4)
    return s.finish("a", "b") if seen_too else s.finish("b")


def residual() -> Network:
    """A deconvolution with an activation, and another added to it."""
    s = Sketch(4)
    s.deconv("a", "x", 4, 2, 4, **UP)
    s.prelu("b", "a", 2)
    s.deconv("c", "x", 4, 2, 2, strides=[2, 2])
    s.node("Add", "y", "b", "c")
    return s.finish("y")


FUSED = {
    "an activation costs no pass": (activation, ["y"]),
    "a 1x1 convolution is computed in registers": (pixelwise, ["y"]),
    "what a concat joins is computed in one pass": (concat, ["ab", "y"]),
    "zero padding is read through": (lambda: pad("constant"), ["y"]),
    "edge padding is read through": (lambda: pad("edge"), ["y"]),
    "reflected padding is read through": (lambda: pad("reflect"), ["y"]),
    "a padding that is padded stays": (pad_of_a_pad, ["a", "y"]),
    "channels that are picked are computed alone": (channels_picked, ["c", "y"]),
    "scales fold into the convolution": (scaled, ["y"]),
    "a mean folds into a valid convolution": (lambda: mean({}), ["y"]),
    "a mean before zero padding stays": (lambda: mean(PAD1), ["a", "y"]),
    "a mean folds where its border is mirrored": (mean_read_by_reflection, ["y"]),
    "a sum of planes that a 3x3 reads is not computed nine times": (
        lambda: skip(3),
        ["a", "c", "y"],
    ),
    "a sum of planes that a 1x1 reads is computed there": (lambda: skip(1), ["a", "y"]),
    "a crop by whole strides is cropped in the phases": (lambda: deconv_crop((2, 4)), ["y"]),
    "a crop by half a stride stays": (lambda: deconv_crop((1, 2)), ["a", "y"]),
    "a crop by half a stride on the other axis stays": (
        lambda: deconv_crop((2, 1)),
        ["a", "y"],
    ),
    "an output stays a plane": (lambda: stages(True), ["a", "b"]),
    "what is no output is fused away": (lambda: stages(False), ["b"]),
    "an activation and a skip after a deconvolution are computed in its phases": (
        residual,
        ["y"],
    ),
    "a convolution is computed where both its signs are joined": (both_signs, ["c"]),
}
fused = pytest.mark.parametrize(("make", "wanted"), FUSED.values(), ids=FUSED)


@cache
def feeds_of(channels: int) -> Planes:
    return picture(channels, 9, 8)


def feeds(net: Network) -> Planes:
    return feeds_of(lower(net).planes["x"].channels)


@fused
def test_fusing_leaves_the_passes_that_are_needed(make, wanted: list[str]) -> None:
    assert passes(simplified(make())) == wanted


@pytest.mark.parametrize("schedule", [COMPUTE, FRAGMENT], ids=["compute", "fragment"])
@fused
def test_fusing_keeps_what_onnxruntime_computes(make, wanted: list[str], schedule) -> None:
    """Borders included: the largest part of these pictures is border."""
    net = make()
    agree(evaluate(simplified(net, schedule), feeds(net)), reference(net, feeds(net)))


@fused
def test_without_fusing_every_value_is_a_plane(make, wanted: list[str]) -> None:
    net = make()
    program = simplify(lower(net), replace(COMPUTE, fuse=False))
    assert passes(program) == passes(lower(net))


def test_a_folded_scale_multiplies_once() -> None:
    """255 times the weights times the scale: as many products as the convolution alone."""
    (plane,) = simplified(scaled()).computed()
    assert multiply_adds(plane.computed) == 4 * 2 * 9


def test_a_mean_before_zero_padding_costs_its_border_if_it_were_folded() -> None:
    """What folding it would draw: the bias is right inside and wrong along the border."""
    net = mean(PAD1)
    right = reference(net, feeds(net))["y"]
    valid = mean({})  # the same weights, valid: the mean folds
    padded = {"x": np.pad(feeds(net)["x"], ((0, 0), (1, 1), (1, 1)))}
    folded = evaluate(simplified(valid), padded)["y"]
    np.testing.assert_allclose(folded[:, 1:-1, 1:-1], right[:, 1:-1, 1:-1], atol=1e-5)
    assert np.abs(folded - right)[:, 0].max() > 0.1


def test_a_deconvolution_for_fragments_becomes_phases_and_a_shuffle() -> None:
    s = Sketch()
    s.deconv("y", "x", 1, 3, 4, **UP)
    program = simplified(s.finish("y"), FRAGMENT)
    low, large = program.computed()
    assert (low.name, low.channels, str(low.height)) == ("y.phases", 12, "height")
    assert (large.name, large.channels, str(large.height)) == ("y", 3, "2*height")
    assert isinstance(large.expr, Tap)


def test_places_read_twice_are_read_once() -> None:
    s = Sketch()
    s.conv("a", "x", 1, 2, 3, **PAD1)
    s.conv("b", "x", 1, 2, 5, **PAD2)
    s.node("Mul", "y", "a", "b")
    program = simplified(s.finish("y"))
    (plane,) = program.computed()
    assert len(taps(plane.computed)) == 25  # the 3x3 reads nine of the same


def test_planes_that_lead_nowhere_are_dropped_and_inputs_kept() -> None:
    s = Sketch()
    s.conv("a", "x", 1, 2, 3)
    s.prelu("b", "a", 2)
    s.builder.node("Relu", ["x"], "y", "y")
    program = drop_unread(lower(s.finish("y")), COMPUTE)
    assert list(program.planes) == ["x", "y"]


def test_fusing_asks_for_no_step_before_it() -> None:
    """A plane that leads nowhere goes with the first plane that is fused."""
    s = Sketch()
    s.prelu("b", s.conv("a", "x", 1, 2, 3, **PAD1), 2)
    s.prelu("lost", s.conv("lost0", "x", 1, 2, 1), 2)
    assert passes(fuse_planes(lower(s.finish("b")), COMPUTE)) == ["b"]


def test_a_heavy_plane_is_not_computed_in_a_reader_that_takes_several_passes() -> None:
    """A reader of 36 channels writes nine packs, in two passes: each would compute it anew."""
    s = Sketch()
    s.prelu("b", s.conv("a", "x", 1, 6, 3, **PAD1), 6)
    s.conv("y", "b", 6, 36, 1)
    assert passes(simplified(s.finish("y"))) == ["b", "y"]


def test_a_hybrid_computes_a_heavy_plane_in_a_reader_that_one_compute_pass_stores() -> None:
    """Four packs are two passes of its fragments, which would each compute it anew."""
    program = simplify(lower(both_signs(8)), HYBRID)
    assert [kernel.form for kernel in write_kernels(program, HYBRID)] == ["compute"]
    assert passes(simplify(lower(both_signs(8)), replace(FRAGMENT, packs=2))) == ["a", "c"]


@examples(1)
@given(networks())
def test_merging_mixes_never_adds_a_multiplication(drawn) -> None:
    program = lower(drawn[0])
    merged = merge_mixes(program, COMPUTE)
    for before, after in zip(program.computed(), merged.computed(), strict=True):
        assert multiply_adds(after.computed) <= multiply_adds(before.computed)


@examples(1)
@given(networks())
def test_shared_reads_are_distinct(drawn) -> None:
    for plane in share_reads(lower(drawn[0]), COMPUTE).computed():
        found = taps(plane.computed)
        keys = {(t.plane, t.y, t.x, t.border, t.presence) for t in found}
        assert len(keys) == len(found)


@given(
    st.builds(
        Axis.of, st.integers(1, 3), st.integers(0, 5), st.integers(1, 3), st.integers(-3, 3)
    ),
    st.integers(1, 12),
    st.integers(1, 12),
)
def test_a_tap_stays_inside_when_no_position_leaves(
    axis: Axis, positions: int, extent: int
) -> None:
    read = axis.at(np.arange(positions))
    inside = bool(np.all((read >= 0) & (read < extent)))
    assert stays_inside(axis, size(positions), size(extent)) == inside


@given(
    st.builds(
        Axis.of, st.integers(1, 3), st.integers(0, 5), st.integers(1, 3), st.integers(-3, 3)
    ),
    st.tuples(st.integers(1, 3), st.integers(-2, 4), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(-2, 4), st.integers(1, 3)),
)
def test_what_is_proved_inside_is_inside_at_every_size(axis: Axis, rows, height) -> None:
    positions, extent = ((size("h") * p + q) // r for p, q, r in (rows, height))
    if stays_inside(axis, positions, extent):
        for h in range(1, 20):
            read = axis.at(np.arange(max(0, positions.at({"h": h}))))
            assert np.all((read >= 0) & (read < extent.at({"h": h})))


def test_weights_are_multiplied_in_double_precision_and_rounded_once() -> None:
    s = Sketch()
    kernel = numbers(5, 1, 1, 1, 1)
    s.node("Mul", "a", "x", np.float32(255))
    s.node("Conv", "b", "a", kernel)
    s.node("Div", "y", "b", np.float32(255))
    (plane,) = simplified(s.finish("y")).computed()
    (mix,) = [e for e in walk(plane.computed) if isinstance(e, Mix)]
    assert np.float32(mix.matrix[0, 0]) == kernel.item()


@pytest.mark.parametrize("most", [2, 3, 5])
def test_a_sum_of_many_packs_is_made_in_planes_that_read_few(most: int) -> None:
    """A fragment draws one pack: of a plane that is only added it reads one."""
    s = Sketch()
    s.prelu("a", s.conv("a0", "x", 1, 22, 3, **PAD1), 22)
    s.node("Elu", "c", s.conv("b", "a", 22, 5, 3, **PAD1))
    s.deconv("y", "c", 5, 2, 4, **UP)
    net, schedule = s.finish("y"), replace(FRAGMENT, packs=1, literals=1 << 30, reads=most)
    program = simplified(net, schedule)
    for kernel in write_kernels(program, schedule):
        loads = [x for x in kernel.body if isinstance(x, Load)]
        assert len({(x.plane, x.layer) for x in loads}) <= most
    agree({"y": evaluate(program, picture())["y"]}, reference(net, picture()))


def test_the_list_of_steps_is_the_design() -> None:
    assert [step.__name__ for step in STEPS] == [
        "drop_unread",
        "prove_inside",
        "merge_mixes",
        "fuse_planes",
        "merge_mixes",
        "share_reads",
        "split_phases",
        "split_reads",
    ]
