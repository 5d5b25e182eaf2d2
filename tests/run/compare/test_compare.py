"""Two sides draw one picture: how far apart, where first, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.mutants.mutants import drop_the_bias, replicate_the_border, shader
from tests.mutants.networks import network
from tests.run.compare.networks import by_hand

from texelnet.errors import ContractError, NetworkError, UsageError
from texelnet.picture import Picture, read_picture, write_picture
from texelnet.run import RUNNERS
from texelnet.run.compare import (
    CAUSES,
    Comparison,
    Variant,
    compare,
    of_network,
    of_package,
    of_picture,
    of_shader,
)
from texelnet.run.upscale import upscale
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import FRAGMENT
from texelnet.shader.targets.webgpu import WEBGPU

PICTURE = Picture(np.random.default_rng(3).random((3, 40, 50), np.float32))
EXACT, NUMPY = RUNNERS["onnxruntime"], RUNNERS["numpy"]


def named(found: Comparison) -> list[str]:
    assert found.explanation is not None
    return [str(finding) for finding in found.explanation.confirmed]


def package(name: str, folder: Path, edit: object = None) -> Path:
    files = WEBGPU.package(compile_network(network(name), WEBGPU, FRAGMENT))
    if edit is not None:
        changed = shader(edit)(files)  # type: ignore[arg-type]
        assert changed is not None
        files = changed[0]
    write_package(files, folder)
    return folder


@pytest.mark.parametrize("name", ["stamp", "bytes", "valid"])
def test_a_network_is_equal_to_its_own_program(name: str) -> None:
    sides = [of_network(r.name, network(name), r) for r in (EXACT, NUMPY)]
    found = compare(sides[0], sides[1], PICTURE, "noise")
    assert found.equal
    assert found.explanation is None
    assert found.json()["verdict"] == "equal"


def test_two_networks_part_at_the_first_value_that_differs() -> None:
    base = network("stamp")
    other = CAUSES["dropped bias"].make(Variant(base), "think@think").network
    found = compare(
        of_network("a", base, EXACT), of_network("b", other, EXACT), PICTURE, "noise"
    )
    assert found.departure is not None
    assert found.departure.part.plane == "think@think"
    assert named(found) == ["dropped bias in layer think: it adds no bias"]


@pytest.mark.gpu
@pytest.mark.parametrize(
    ("edit", "cause"),
    [(replicate_the_border, "border repeated"), (drop_the_bias, "dropped bias")],
)
def test_a_broken_package_is_named(edit: object, cause: str, tmp_path: Path) -> None:
    side = of_network("stamp", network("stamp"), EXACT)
    found = compare(side, of_package(package("stamp", tmp_path, edit)), PICTURE, "noise")
    assert not found.equal
    assert found.departure is not None
    assert found.departure.part.file
    assert named(found)[0].startswith(cause)
    swapped = compare(of_package(tmp_path), side, PICTURE, "noise")
    assert named(swapped) == named(found)


@pytest.mark.gpu
def test_a_sound_package_is_equal_to_its_network(tmp_path: Path) -> None:
    side = of_network("stamp", network("stamp"), EXACT)
    found = compare(side, of_package(package("stamp", tmp_path)), PICTURE, "noise")
    assert found.equal


def test_a_network_of_one_size_is_searched_on_the_whole_picture() -> None:
    other = CAUSES["flipped kernel"].make(Variant(by_hand()), "four").network
    picture = Picture(np.random.default_rng(3).random((3, 10, 12), np.float32))
    wide = Picture(np.random.default_rng(3).random((3, 10, 212), np.float32))
    sides = [of_network("by_hand", n, EXACT) for n in (by_hand(), other)]
    assert "flipped kernel in layer four: it turns the kernel by 180 degrees" in named(
        compare(sides[0], sides[1], picture, "noise")
    )
    with pytest.raises(NetworkError):
        compare(sides[0], sides[1], wide, "noise")


def test_a_finished_picture_is_held_against_a_network(tmp_path: Path) -> None:
    sound = network("bytes")
    assert sound.contract is not None
    side = of_network("bytes", sound, EXACT)
    drawn = upscale(PICTURE, sound.contract, EXACT.planes(sound))
    write_picture(drawn, tmp_path / "drawn.png")
    assert compare(side, of_picture(tmp_path / "drawn.png"), PICTURE, "noise").equal
    write_picture(Picture(drawn.colour[:, ::-1].copy()), tmp_path / "turned.png")
    found = compare(side, of_picture(tmp_path / "turned.png"), PICTURE, "noise")
    assert "upside down: it draws the picture upside down" in named(found)


def test_two_finished_pictures_need_no_network(tmp_path: Path) -> None:
    for name, colour in (("a", PICTURE.colour), ("b", PICTURE.colour[:, :, ::-1].copy())):
        write_picture(Picture(colour), tmp_path / f"{name}.png")
    sides = [of_picture(tmp_path / f"{name}.png") for name in "aab"]
    assert compare(sides[0], sides[1], None, "").equal
    found = compare(sides[0], sides[2], None, "")
    assert (found.equal, found.explanation, found.reach) == (False, None, 8)
    assert read_picture(tmp_path / "a.png").size == (40, 50)


def test_another_size_is_no_error_of_pixels(tmp_path: Path) -> None:
    write_picture(PICTURE, tmp_path / "small.png")
    side = of_network("stamp", network("stamp"), EXACT)
    found = compare(side, of_picture(tmp_path / "small.png"), PICTURE, "noise")
    assert (found.equal, found.apart) == (False, None)
    assert found.json()["sizes"] == [[100, 80], [50, 40]]


def test_what_can_not_be_compared_is_told(tmp_path: Path) -> None:
    side = of_network("stamp", network("stamp"), EXACT)
    with pytest.raises(UsageError) as usage:
        compare(side, side, None, "")
    assert str(usage.value) == "--picture: there is nothing to draw\n  try: --picture FILE"
    with pytest.raises(ContractError) as contract:
        of_shader(tmp_path / "x.glsl", None)
    assert str(contract.value) == (
        f"{tmp_path / 'x.glsl'}: nothing says what this shader wants of a picture\n"
        "  try: name its network on the other side, or give --contract"
    )


@pytest.mark.gpu
def test_a_package_without_a_contract_draws_no_pictures(tmp_path: Path) -> None:
    bare = network("stamp").wants(None)
    write_package(WEBGPU.package(compile_network(bare, WEBGPU, FRAGMENT)), tmp_path)
    with pytest.raises(ContractError) as error:
        of_package(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: this package was written without a contract, so it draws no pictures\n"
        "  try: compile it with a contract"
    )
    assert of_package(tmp_path, replace(network("stamp").contract)).contract
