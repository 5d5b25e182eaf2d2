"""The contract: its file, its numbers, and the guess by evidence."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texelnet.errors import ContractError
from texelnet.graph.contract import Contract, read_contract, write_contract
from texelnet.graph.guess import guess_contract
from texelnet.picture import resample, split

rng = np.random.default_rng(5)
numbers = st.floats(-1000, 1000)
ranges = st.tuples(numbers, numbers).filter(lambda r: r[0] < r[1])
plain_ranges = st.sampled_from([(0.0, 1.0), (0.0, 255.0), (-1.0, 1.0), (16.0, 235.0)])


@st.composite
def contracts(draw, ranges=ranges):
    channels = draw(st.sampled_from(["luma", "rgb", "bgr"]))
    means = st.lists(numbers, min_size=1, max_size=1)
    if channels != "luma":
        means = means | st.lists(numbers, min_size=3, max_size=3)
    return Contract(
        channels=channels,
        matrix=draw(st.sampled_from(["bt601", "bt709"])),
        levels=draw(st.sampled_from(["limited", "full"])),
        range=draw(ranges),
        mean=tuple(draw(means)),
        border=draw(st.integers(0, 5)),
        padding=draw(st.sampled_from(["zero", "edge", "reflect"])),
        returns=draw(st.sampled_from(["picture", "residual"])),
        base=draw(st.sampled_from(["nearest", "bilinear", "bicubic"])),
        scale=draw(st.integers(1, 4)),
        offset=draw(st.floats(-2, 2)),
        crop=draw(st.integers(0, 5)),
    )


def noise(channels=1, height=6, width=8):
    return rng.random((channels, height, width)).astype(np.float32)


# --- the file ---------------------------------------------------------------------------------


def written(folder, text):
    path = folder / "net.toml"
    path.write_text(text)
    return path


@given(contract=contracts())
def test_a_contract_comes_back_from_its_file(tmp_path_factory, contract):
    path = written(tmp_path_factory.getbasetemp(), write_contract(contract))
    assert read_contract(path) == contract


def test_an_empty_file_is_the_contract_of_the_docstring(tmp_path):
    assert read_contract(written(tmp_path, "")) == Contract()
    assert write_contract(Contract()) == (
        '[input]\nchannels = "luma"\nmatrix = "bt601"\nlevels = "limited"\n'
        'range = [0.0, 1.0]\nmean = [0.0]\nborder = 0\npadding = "edge"\n\n'
        '[output]\nreturns = "picture"\nbase = "bicubic"\nscale = 2\noffset = 0.0\ncrop = 0\n'
    )


def test_whole_numbers_will_do_for_a_range(tmp_path):
    assert read_contract(written(tmp_path, "[input]\nrange = [0, 255]")).range == (0.0, 255.0)


RANGE = "is not two numbers, black's and white's, black's the lower one"
MEANS = "\n  try: one number for all, or one a channel"
CHANNELS = "is not one of luma, luma-of-rgb, rgb, bgr"
WHOLE = "is not a whole number from 1 to 16"
FILES = [
    ("[inputs]", ': "inputs" is not a table of a contract\n  try: did you mean "input"?'),
    ("scale = 2", ': "scale" is not a table of a contract\n  try: scale belongs into [output]'),
    ("[x]", ': "x" is not a table of a contract\n  try: one of input, output'),
    ("[input]\nchanels = 1",
     ' [input]: there is no key "chanels"\n  try: did you mean "channels"?'),
    ("[input]\nscale = 2",
     ' [input]: there is no key "scale"\n  try: scale belongs into [output]'),
    ("[output]\nmagic = 2",
     ' [output]: there is no key "magic"\n  try: one of returns, base, scale, offset, crop'),
    ('[input]\nchannels = "luna"',
     f' [input] channels: "luna" {CHANNELS}\n  try: did you mean "luma"?'),
    ("[input]\nchannels = 3",
     f' [input] channels: 3 {CHANNELS}\n  try: channels = "luma"'),
    ('[output]\nscale = "two"', f' [output] scale: "two" {WHOLE}\n  try: scale = 2'),
    ("[output]\nscale = true", f" [output] scale: true {WHOLE}\n  try: scale = 2"),
    ("[output]\nscale = 1.5", f" [output] scale: 1.5 {WHOLE}\n  try: scale = 2"),
    ("[output]\nscale = 99999", f" [output] scale: 99999 {WHOLE}\n  try: scale = 2"),
    ("[output]\noffset = nan",
     " [output] offset: nan is not a number\n  try: offset = 0.0"),
    ("[input]\nrange = [1, 0]", f" [input] range: [1, 0] {RANGE}\n  try: range = [0.0, 1.0]"),
    ("[input]\nrange = 255", f" [input] range: 255 {RANGE}\n  try: range = [0.0, 1.0]"),
    ("[input]\nmean = []", " [input] mean: [] is not a list of numbers\n  try: mean = [0.0]"),
    ("[input]\nmean = [1, 2, 3]", f" [input] mean: 3 numbers for luma{MEANS}"),
    ('[input]\nchannels = "bgr"\nmean = [1, 2]', f" [input] mean: 2 numbers for bgr{MEANS}"),
    ("[input", ": this is no contract: Expected ']' at the end of a table declaration "
     "(at end of document)\n  try: tables [input] and [output] with lines like  scale = 2"),
    ("#" * 70000, ": this is no contract: more than 65536 bytes\n"
     "  try: tables [input] and [output] with lines like  scale = 2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), FILES, ids=lambda text: text[:20])
def test_what_is_wrong_in_the_file_is_told_by_its_place(tmp_path, text, wanted):
    path = written(tmp_path, text)
    with pytest.raises(ContractError) as error:
        read_contract(path)
    assert str(error.value) == f"{path}{wanted}"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ContractError) as error:
        read_contract(tmp_path / "net.toml")
    assert str(error.value) == f"{tmp_path / 'net.toml'}: no such file or directory"


@given(text=st.text() | st.binary())
def test_any_file_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "ignore"))
    try:
        read_contract(path)
    except ContractError as error:
        assert str(error).startswith(f"{path}")  # noqa: PT017


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"range": (0, 255)}, [0, 63.75, 255]),
        ({"range": (-1, 1)}, [-1, -0.5, 1]),
        ({"range": (0, 255), "mean": (100,)}, [-100, -36.25, 155]),
    ],
)
def test_numbers_are_stretched_to_the_range_less_the_mean(asked, wanted):
    picture = np.array([0, 0.25, 1], np.float32).reshape(1, 1, 3)
    assert Contract(**asked).to_network(picture).ravel().tolist() == wanted


def test_each_channel_has_its_mean():
    contract = Contract(channels="bgr", range=(0, 255), mean=(104, 117, 123))
    assert contract.to_network(np.zeros((3, 1, 1))).ravel().tolist() == [-104, -117, -123]


@pytest.mark.parametrize(
    ("padding", "wanted"),
    [
        ("zero", [0, 0, 1, 2, 3, 0, 0]),
        ("edge", [1, 1, 1, 2, 3, 3, 3]),
        ("reflect", [3, 2, 1, 2, 3, 2, 1]),
    ],
)
def test_the_border_holds_what_the_padding_says(padding, wanted):
    contract = Contract(range=(0, 10), mean=(2,), padding=padding, border=2)
    row = np.tile(np.array([0.3, 0.4, 0.5]), (1, 5, 1))
    padded = contract.to_network(row)
    assert padded.shape == (1, 9, 7)
    np.testing.assert_allclose(padded[0, 4], wanted, rtol=1e-6)


@given(contract=contracts(), channels=st.integers(1, 3))
def test_numbers_are_float32(contract, channels):
    picture = noise(contract.planes, 3, 2)
    assert contract.to_network(picture).dtype == np.float32


def test_zero_to_one_passes_every_bit():
    picture = noise(3, 40, 50)
    contract = Contract(channels="rgb", scale=1)
    np.testing.assert_array_equal(contract.to_network(picture), picture)
    np.testing.assert_array_equal(contract.from_network(picture, picture), picture)


@given(contract=contracts(plain_ranges))
def test_a_network_that_changes_nothing_gives_the_picture_back(contract):
    contract = replace(contract, scale=1, crop=contract.border, mean=(0.0,), returns="picture")
    picture = noise(contract.planes)
    back = contract.from_network(contract.to_network(picture), picture)
    np.testing.assert_allclose(back, picture, atol=2e-6)


@pytest.mark.parametrize("base", ["nearest", "bilinear", "bicubic"])
def test_a_residual_is_added_to_the_base_on_the_same_grid(base):
    contract = Contract(range=(0, 255), returns="residual", base=base, offset=-0.5)
    picture = noise()
    answer = contract.from_network(np.full((1, 12, 16), 25.5), picture)
    wanted = resample(picture, 2, base, border="edge", offset=-0.5) + 0.1
    np.testing.assert_allclose(answer, wanted, atol=1e-6)


@pytest.mark.parametrize("levels", ["limited", "full"])
def test_the_luma_of_rgb_is_replaced_and_its_chroma_is_the_bases(levels):
    contract = Contract(channels="luma-of-rgb", levels=levels, matrix="bt709", range=(-1, 1))
    picture, luma = noise(3), noise(1, 12, 16)
    seen = contract.to_network(picture)
    np.testing.assert_allclose(seen, 2 * split(picture, "bt709", levels)[0] - 1, atol=1e-6)
    drawn = split(contract.from_network(2 * luma - 1, picture), "bt709", levels)
    base = resample(picture, 2, "bicubic", border="edge")
    np.testing.assert_allclose(drawn[0], luma, atol=1e-6)
    np.testing.assert_allclose(drawn[1], split(base, "bt709", levels)[1], atol=1e-6)


def test_the_crop_is_cut_from_each_side():
    answer, picture = noise(1, 16, 20), noise(1, 6, 8)
    cut = Contract(crop=2).from_network(answer, picture)
    np.testing.assert_array_equal(cut, answer[:, 2:-2, 2:-2])


SIZES = [
    ((1, 16, 20), "crop = 2"),
    ((1, 8, 12), "border = 1, crop = 0"),
    ((1, 6, 10), "border = 2, crop = 1"),
    ((1, 18, 24), "scale = 3"),
    ((1, 13, 17), "no crop fits: it would have to differ from side to side"),
    ((3, 12, 16), "a network whose answer has 1 channels, or other channels in [input]"),
]


@pytest.mark.parametrize(("shape", "hint"), SIZES)
def test_an_answer_of_the_wrong_size_is_told_with_what_would_fit(shape, hint):
    with pytest.raises(ContractError) as error:
        Contract().from_network(np.zeros(shape), noise())
    count = f"{shape[0]} channel{'s' if shape[0] > 1 else ''}"
    assert str(error.value) == (
        f"contract [output]: the network returns {shape[2]}x{shape[1]} ({count}) for a picture "
        f"of 8x6 (1 channel), but scale 2 and crop 0 want 16x12 (1 channel)\n  try: {hint}"
    )


def test_a_picture_of_other_channels_is_refused():
    with pytest.raises(ContractError) as error:
        Contract(channels="bgr").to_network(noise())
    assert str(error.value) == (
        "contract [input] channels: the picture is (1, 6, 8), wanted is (3, height, width)\n"
        '  try: "luma" takes one plane, all others take three'
    )


# --- the guess --------------------------------------------------------------------------------


def bilinear(planes, border="edge"):
    """A network without biases: doubling, what lies beyond the border repeated or zero."""
    if border == "zero":
        return resample(np.pad(planes, ((0, 0), (1, 1), (1, 1))), 2, "bilinear")[:, 2:-2, 2:-2]
    return resample(planes, 2, "bilinear", border="edge")


def with_bias(planes):
    """Trained on 0..255: nothing gets darker than 1."""
    return bilinear(np.maximum(planes - 1, 0) + 1)


def signed(planes):
    """Trained on -1..1: it saturates there and is right at the five greys."""
    return bilinear(np.clip(planes, -1, 1) + 0.1 * np.sin(2 * np.pi * planes))


def unsigned(planes):
    """Trained on 0..1: it saturates there."""
    return bilinear(np.clip(planes, 0, 1))


def details(planes):
    """A residual with a small bias, in 0..255."""
    high = planes - resample(resample(planes, 0.5), 2, border="edge")
    return resample(high + 0.3, 2, "nearest")


def bent(planes):
    """A residual without biases that takes darkness below zero for detail."""
    return resample(np.minimum(planes, 0), 2, "nearest")


@pytest.mark.parametrize(
    ("network", "contract"),
    [
        (with_bias, Contract(range=(0, 255))),
        (signed, Contract(range=(-1, 1))),
        (unsigned, Contract(range=(0, 1))),
        (details, Contract(range=(0, 255), returns="residual")),
        (bent, Contract(range=(0, 1), returns="residual")),
    ],
)
def test_the_right_contract_returns_flat_greys(network, contract):
    assert guess_contract(network).contract == contract


def test_a_guess_lists_all_hypotheses_best_first():
    guess = guess_contract(with_bias)
    residuals = [hypothesis.residual for hypothesis in guess.hypotheses]
    assert len(residuals) == 6
    assert residuals == sorted(residuals)
    assert guess.reason == "it returns flat greys to 0.00392, the next best to 0.5"


def test_border_crop_and_scale_follow_from_the_sizes():
    valid = guess_contract(lambda planes: with_bias(planes)[:, 5:-5, 5:-5])
    full = guess_contract(lambda planes: np.pad(with_bias(planes), ((0, 0), (3, 3), (3, 3))))
    assert (valid.contract.border, valid.contract.crop, valid.contract.scale) == (3, 1, 2)
    assert (full.contract.border, full.contract.crop, full.contract.scale) == (0, 3, 2)
    assert guess_contract(lambda planes: np.maximum(planes, 1)).contract.scale == 1


def test_colour_networks_are_guessed_too():
    guess = guess_contract(with_bias, channels="bgr", scale=2)
    assert guess.contract == Contract(channels="bgr", range=(0, 255))


def test_a_network_without_biases_takes_zero_to_one_and_says_that_both_are_right():
    guess = guess_contract(lambda planes: bilinear(np.maximum(planes, 0)))
    assert guess.contract == Contract()
    assert guess.reason == (
        "either is right, they draw the same picture: "
        "--range 0..1 --returns picture, --range 0..255 --returns picture"
    )


def asks(network):
    with pytest.raises(ContractError) as error:
        guess_contract(network)
    return str(error.value)


def test_hypotheses_that_differ_at_the_border_only_are_asked_about():
    assert asks(lambda planes: bilinear(planes, "zero")) == (
        "the network: flat greys do not tell what it wants:\n"
        "  --range 0..1 --returns picture     off by 0\n"
        "  --range 0..255 --returns picture   off by 0\n"
        "  --range -1..1 --returns picture    off by 0\n"
        "  --range -1..1 --returns residual   off by 0.5\n"
        "  --range 0..1 --returns residual    off by 1\n"
        "  --range 0..255 --returns residual  off by 1\n"
        "  try: say --range 0..1 --returns picture, or --range 0..255 --returns picture, "
        "or --range -1..1 --returns picture"
    )


def test_nothing_that_fits_is_told_with_what_was_tried():
    assert asks(lambda planes: bilinear(planes) * 0.5) == (
        "the network: flat greys do not come back under any range:\n"
        "  --range -1..1 --returns picture    off by 0.25\n"
        "  --range -1..1 --returns residual   off by 0.25\n"
        "  --range 0..1 --returns picture     off by 0.5\n"
        "  --range 0..255 --returns picture   off by 0.5\n"
        "  --range 0..1 --returns residual    off by 0.5\n"
        "  --range 0..255 --returns residual  off by 0.5\n"
        "  try: say what it wants, as --range 0..1 --returns picture, or in a contract file"
    )


def test_a_network_that_is_no_picture_network():
    assert asks(lambda planes: np.zeros(10)) == (
        "the network: it returns (10,) for a picture of 64x64 (1 channel)\n"
        "  try: a network whose answer has 1 channels, or other channels in [input]"
    )


def test_numbers_that_are_not_finite_fit_nothing():
    assert "off by inf" in asks(lambda planes: bilinear(planes) * np.nan)
