"""A manifest is data from strangers: what is wrong is told, and nothing of it followed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.mutants.networks import network

from texelnet.errors import PackageError
from texelnet.run.verify import verify
from texelnet.run.verify.manifest import check_manifest, nothing_left, read_checked, too_large
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import COMPUTE, SCHEDULES
from texelnet.shader.targets.webgpu import WEBGPU

Manifest = dict[str, Any]
LOOK, WIDEN = "pass_00_look.wgsl", "pass_01_widen.wgsl"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write_package(WEBGPU.package(compile_network(network("stamp"), WEBGPU, COMPUTE)), tmp_path)
    return tmp_path


@pytest.fixture
def manifest(package: Path) -> Manifest:
    read: Manifest = json.loads((package / "manifest.json").read_text())
    return read


def deep(levels: int) -> list[Any]:
    tree: list[Any] = ["+", 1]
    for _ in range(levels):
        tree = ["+", tree]
    return tree


def at(*path: Any, value: Any) -> Callable[[Manifest], None]:
    """Put a value at a place."""

    def put(manifest: Manifest) -> None:
        table: Any = manifest
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = value

    return put


def without(*path: Any) -> Callable[[Manifest], None]:
    def take(manifest: Manifest) -> None:
        table: Any = manifest
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]

    return take


def plan(**parts: Any) -> Callable[[Manifest], None]:
    """Give the package a plan of how planes are kept."""
    return at("precision", value={"storage": {}, "scales": {}, "measured": None} | parts)


def measured(**parts: Any) -> Callable[[Manifest], None]:
    told = {"pictures": ["a.png"], "ranges": {"look": [0, 1]}, "margin": 4, "psnr": None}
    return plan(measured=told | parts)


RANGES = "precision.measured.ranges"
HOSTILE: list[tuple[Callable[[Manifest], None], str]] = [
    (at("precision", value=16), "precision: 16 is not a table"),
    (at("precision", value={"storage": {}}), 'precision has no "scales", "measured"'),
    (plan(storage=["look"]), 'precision.storage: ["look"] is not a table'),
    (
        plan(storage={"picture": "fp16"}),
        'precision.storage: "picture" is not a plane that is computed',
    ),
    (plan(storage={"look": "int8"}), 'precision.storage.look: "int8" is not fp32 or fp16'),
    (plan(storage={"look": "fp16"}), 'planes.look.format: "rgba32float" is not rgba16float'),
    (
        plan(scales={"look": 1000}),
        "precision.scales.look: 1000 is not a whole number from -120 to 120",
    ),
    (
        measured(pictures="a.png"),
        'precision.measured.pictures: "a.png" is not a list of 0 to 4096',
    ),
    (measured(ranges={"look": [0]}), f"{RANGES}.look: [0] is not a list of 2 to 2"),
    (measured(ranges={"look": [0, "1"]}), f'{RANGES}.look: "1" is not a number'),
    (measured(margin=float("nan")), "precision.measured.margin: NaN is not a number"),
    (measured(psnr=[80]), "precision.measured.psnr: [80] is not a number"),
    (without("schedule"), 'the manifest has no "schedule"'),
    (without("passes", 1, "grid"), 'passes[1] has no "grid"'),
    (without("planes", "look", "channels"), 'planes.look has no "channels"'),
    (without("sha256", LOOK), f'passes[0].file: "{LOOK}" is not a file named in "sha256"'),
    (at("network", value=["a"]), 'network: ["a"] is not a short text'),
    (at("planes", value=[]), "planes: [] is not a table"),
    (at("passes", value={}), "passes: {} is not a list of 0 to 4096"),
    (at("passes", 0, value=7), "passes[0]: 7 is not a table"),
    (at("sha256", value=[LOOK]), f'sha256: ["{LOOK}"] is not a table'),
    (
        at("sha256", "../secret", value="0" * 64),
        'sha256: "../secret" is not the name of a file in the folder',
    ),
    (at("sha256", LOOK, value=5), f"sha256.{LOOK}: 5 is not 64 hexadecimal digits"),
    (
        at("passes", 0, "file", value="/etc/passwd"),
        'passes[0].file: "/etc/passwd" is not a file named in "sha256"',
    ),
    (
        at("passes", 0, "weights", value=["x"]),
        'passes[0].weights: ["x"] is not a file named in "sha256"',
    ),
    (
        at("passes", 0, "form", value="vertex"),
        'passes[0].form: "vertex" is not compute or fragment',
    ),
    (at("passes", 0, "writes", value="sea"), 'passes[0].writes: "sea" is not a plane'),
    (
        at("passes", 0, "reads", value=["look"]),
        'passes[0].reads: "look" is not another plane than it writes',
    ),
    (
        at("passes", 0, "packs", value=[0, 9]),
        "passes[0].packs: 9 is not a whole number from 0 to 2",
    ),
    (
        at("passes", 0, "packs", value=[1, 2]),
        "passes[0].packs: [1, 2] is not [first, count] within 2",
    ),
    (
        at("passes", 0, "workgroup", value=[0, 2]),
        "passes[0].workgroup: 0 is not a whole number from 1 to 1024",
    ),
    (
        at("passes", 0, "grid", value=[["^", 2, 3], 1]),
        'passes[0].grid: ["^", 2, 3] is not a size',
    ),
    (
        at("passes", 0, "grid", value=[["//", "width", 0], 1]),
        "passes[0].grid: 0 is not a whole number from 1 to 1048576",
    ),
    (
        at("planes", "look", "height", value="depth"),
        'planes.look.height: "depth" is not the name of an input\'s size',
    ),
    (
        at("planes", "look", "height", value=10**12),
        "planes.look.height: 1000000000000 is not a whole number from -1048576 to 1048576",
    ),
    (
        at("planes", "look", "height", value=deep(60)),
        "planes.look.height: " + json.dumps(deep(27))[:57][:57] + "... is not a size",
    ),
    (
        at("planes", "picture", "height", value=-5),
        "planes.picture.height: -5 is not a whole number from 1 to 1048576",
    ),
    (
        at("planes", "look", "channels", value=True),
        "planes.look.channels: true is not a whole number from 1 to 1024",
    ),
    (
        at("planes", "look", "packs", value=7),
        "planes.look.packs: 7 is not 2, what 8 channels take",
    ),
    (
        at("planes", "look", "format", value="rgba8unorm"),
        'planes.look.format: "rgba8unorm" is not rgba32float',
    ),
    (at("inputs", value=[]), "inputs: [] is not a list of 1 to 4096"),
    (at("outputs", value=["sea"]), 'outputs: "sea" is not a plane'),
    (
        at("schedule", "form", value="mesh"),
        'schedule.form: "mesh" is not hybrid, compute or fragment',
    ),
    (
        at("schedule", "block", value=[1, 10**9]),
        "schedule.block: 1000000000 is not a whole number from 1 to 16",
    ),
    (
        at("schedule", "packs", value=0),
        "schedule.packs: 0 is not a whole number from 1 to 1073741824",
    ),
    (at("schedule", "fuse", value=1), "schedule.fuse: 1 is not true or false"),
    (without("schedule", "fuse"), 'schedule has no "fuse"'),
]


@pytest.mark.parametrize(
    ("spoil", "fact"), HOSTILE, ids=lambda x: x[:60] if isinstance(x, str) else ""
)
def test_a_hostile_manifest_is_refused_by_the_key(
    spoil: Callable[[Manifest], None], fact: str, manifest: Manifest
) -> None:
    spoil(manifest)
    with pytest.raises(PackageError) as error:
        check_manifest(manifest, "DIR/manifest.json")
    assert str(error.value) == f"DIR/manifest.json: {fact}\n  try: write the package again"


def test_a_manifest_as_it_was_written_is_taken(package: Path, manifest: Manifest) -> None:
    assert check_manifest(manifest, "DIR") == COMPUTE
    found, schedule = read_checked(package)
    assert (found.changed, schedule) == ([], COMPUTE)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("of", ["stamp", "valid", "bytes"])
def test_every_manifest_we_write_is_taken(name: str, of: str) -> None:
    files = WEBGPU.package(compile_network(network(of), WEBGPU, SCHEDULES[name]))
    assert check_manifest(json.loads(files["manifest.json"]), "DIR") == SCHEDULES[name]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "no JSON: Expecting value: line 1 column 1 (char 0)"),
        ("[" * 100_000, "no JSON: nested too deeply"),
        ("[1]", "the manifest: [1] is not a table"),
    ],
)
def test_no_manifest_at_all(package: Path, text: str, fact: str) -> None:
    (package / "manifest.json").write_text(text)
    with pytest.raises(PackageError) as error:
        read_checked(package)
    where = f"{package}/manifest.json"
    assert str(error.value) == f"{where}: {fact}\n  try: write the package again"


def test_a_manifest_that_is_too_large(package: Path) -> None:
    (package / "manifest.json").write_bytes(b" " * (1 << 25))
    with pytest.raises(PackageError, match="larger than 16 MiB"):
        read_checked(package)


def test_a_missing_file_and_a_missing_package(package: Path) -> None:
    (package / LOOK).unlink()
    with pytest.raises(PackageError) as error:
        read_checked(package)
    assert error.value.fact == f'it names the file "{LOOK}", which is not in the folder'
    with pytest.raises(PackageError, match=r"no manifest\.json there"):
        read_checked(package / "nowhere")


def test_sizes_are_bounded_before_anything_is_allocated(manifest: Manifest) -> None:
    sizes = {"height": 127, "width": 13}
    assert too_large(manifest, sizes, 16384, 1 << 30) == ""
    assert too_large(manifest, sizes, 100, 1 << 30) == 'plane "picture" would be 13x127 pixels'
    assert too_large(manifest, sizes, 16384, 1 << 10) == (
        "all planes together would take 0 MiB"
    )
    manifest["passes"][1]["grid"] = [["*", 9, "width"], 1]
    assert too_large(manifest, sizes, 16384, 1 << 30) == (
        f"{WIDEN} has a grid that does not fit the plane it writes"
    )
    manifest["planes"]["look"]["height"] = ["+", "height", -200]
    assert nothing_left(manifest, sizes) == (
        'nothing would be left of plane "look": 13x-73 pixels'
    )


@pytest.mark.gpu
def test_a_package_that_asks_for_more_than_its_network_is_refused(
    package: Path, manifest: Manifest
) -> None:
    manifest["planes"]["look"]["height"] = ["*", 1 << 20, "height"]
    (package / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(PackageError) as error:
        verify(network("stamp"), WEBGPU, package)
    assert str(error.value) == (
        f"{package}/manifest.json: at a picture of 192x144 "
        'plane "look" would be 192x150994944 pixels\n  try: write the package again'
    )


@pytest.mark.gpu
def test_a_shader_that_is_none_is_refused(package: Path) -> None:
    from texelnet.errors import DeviceError

    (package / LOOK).write_text("this is no shader")
    with pytest.raises(DeviceError, match="the driver refuses this shader") as error:
        verify(network("stamp"), WEBGPU, package, edited=True)
    assert error.value.where == f"{package}/{LOOK}"
