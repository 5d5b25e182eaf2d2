"""Packages on disk: each file whole, the manifest last, every claim checked on reading."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.shader.graphs import PAD1, Sketch

from texelnet.errors import PackageError
from texelnet.shader.compile import compile_network
from texelnet.shader.package import in_memory, read_package, write_package
from texelnet.shader.schedule import COMPUTE, FRAGMENT
from texelnet.shader.targets import TARGETS


def files(outputs: int = 2, schedule=COMPUTE) -> dict[str, bytes]:
    s = Sketch()
    s.conv("y", s.conv("a", "x", 1, 40, 3, **PAD1), 40, outputs, 3, **PAD1)
    build = compile_network(s.finish("y"), TARGETS["webgpu"], schedule)
    return TARGETS["webgpu"].package(build)


def on_disk(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_package_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    contents = files()
    write_package(contents, tmp_path / "new" / "folder")
    package = read_package(tmp_path / "new" / "folder")
    assert package.contents == contents
    assert package.manifest == in_memory(contents).manifest
    assert package.changed == []


def test_files_of_an_earlier_package_are_removed_and_others_kept(tmp_path: Path) -> None:
    write_package(files(schedule=FRAGMENT), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write_package(files(), tmp_path)
    assert on_disk(tmp_path) == files() | {"notes.txt": b"mine"}


def test_a_stranger_s_manifest_removes_nothing_elsewhere(tmp_path: Path) -> None:
    folder, mine = tmp_path / "package", tmp_path / "mine.txt"
    write_package(files(), folder)
    mine.write_text("mine")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["../mine.txt"] = "0"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    write_package(files(), folder)
    assert mine.read_text() == "mine"


def test_a_changed_file_is_told(tmp_path: Path) -> None:
    write_package(files(), tmp_path)
    name = next(n for n in files() if n.endswith(".wgsl"))
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b" ")
    assert read_package(tmp_path).changed == [name]


class Killed(BaseException):
    """The machine stops here."""


@pytest.mark.parametrize("moment", range(8))
@pytest.mark.parametrize("before", [None, 3], ids=["new", "over another"])
def test_a_package_is_never_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int, before: int | None
) -> None:
    """Killed at any moment: no package, or files that are each whole, and changes are told."""
    old, new = files(3), files(2)
    if before:
        write_package(old, tmp_path)
    true, count = os.replace, iter(range(100))

    def replace(source: str, target: Path) -> None:
        if next(count) == moment:
            raise Killed
        true(source, target)

    monkeypatch.setattr(os, "replace", replace)
    try:
        write_package(new, tmp_path)
    except Killed:
        left = on_disk(tmp_path)
        assert all(content in (old.get(name), new.get(name)) for name, content in left.items())
        if before is None:
            with pytest.raises(PackageError, match=r"no manifest\.json there"):
                read_package(tmp_path)
        else:
            package = read_package(tmp_path)
            assert package.manifest == in_memory(old).manifest
            same = all(
                package.contents[name] == old[name] for name in package.manifest["sha256"]
            )
            assert same == (package.changed == [])
    else:
        assert moment >= len(new)
        assert on_disk(tmp_path) == new


def test_a_failed_write_leaves_no_scraps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_package(files(), tmp_path)
    assert on_disk(tmp_path) == {}


def refusal(folder: Path) -> str:
    with pytest.raises(PackageError) as told:
        read_package(folder)
    return str(told.value).replace(str(folder), "DIR")


def test_a_folder_without_a_manifest_is_no_package(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        "DIR: no manifest.json there\n  try: `texelnet compile NETWORK --for webgpu -o DIR`"
    )


AGAIN = "\n  try: write the package again"
MANIFESTS = {
    "no JSON": (
        b"{",
        "no JSON: Expecting property name enclosed in double quotes: line 1 column 2",
    ),
    "no text": (b"\xff\xfe\x00", "no JSON: "),
    "deep": (b"[" * 100_000, "no JSON: "),
    "another kind": (b'{"format": 1}', "no manifest of a texelnet package"),
    "a list": (b"[]", "no manifest of a texelnet package"),
    "no digests": (
        b'{"format": 1, "passes": [], "planes": {}, "sha256": 5}',
        "no manifest of a texelnet package",
    ),
}


@pytest.mark.parametrize(("text", "fact"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: bytes, fact: str) -> None:
    (tmp_path / "manifest.json").write_bytes(text)
    told = refusal(tmp_path)
    assert told.startswith(f"DIR/manifest.json: {fact}")
    assert told.endswith(AGAIN)


@pytest.mark.parametrize("name", ["gone.wgsl", "../outside", "/etc/hostname", ".."])
def test_a_file_that_is_not_in_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "package"
    write_package(files(), folder)
    (tmp_path / "outside").write_text("secret")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["sha256"][name] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert refusal(folder) == (
        f'DIR/manifest.json: it names the file "{name}", which is not in the folder{AGAIN}'
    )


def test_a_file_too_large_to_be_ours_is_refused(tmp_path: Path) -> None:
    write_package(files(), tmp_path)
    name = next(n for n in files() if n.endswith(".wgsl"))
    os.truncate(tmp_path / name, (1 << 30) + 1)
    assert refusal(tmp_path) == f"DIR/{name}: larger than 1 GiB{AGAIN}"
