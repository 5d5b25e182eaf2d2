"""Packages on disk: written whole or not at all, read with every claim checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from texelnet.disk import write_whole
from texelnet.errors import PackageError

LARGEST = 1 << 30


@dataclass(frozen=True)
class Package:
    """A manifest and the contents of its files, as they are on disk."""

    place: str
    manifest: dict[str, Any]
    contents: Mapping[str, bytes]

    @property
    def changed(self) -> list[str]:
        """Files that are not what the manifest says was written."""
        return [
            name
            for name, digest in self.manifest["sha256"].items()
            if hashlib.sha256(self.contents.get(name, b"")).hexdigest() != digest
        ]


def in_memory(contents: Mapping[str, bytes], place: str = "package") -> Package:
    """Return a package that was never written."""
    return Package(place, _manifest(contents["manifest.json"], place), contents)


def _put(content: bytes, file: IO[bytes]) -> None:
    file.write(content)


def write_package(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write a package's files, each whole or not at all, the manifest last.

    Files that an earlier package left in the folder and this one does not have are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = set()
    if (folder / "manifest.json").exists():
        before = set(_manifest((folder / "manifest.json").read_bytes(), str(folder))["sha256"])
    for name in sorted(contents, key=lambda n: (n == "manifest.json", n)):
        write_whole(folder / name, partial(_put, contents[name]))
    for name in before - set(contents):
        if Path(name).name == name:  # the manifest may be a stranger's
            (folder / name).unlink(missing_ok=True)


def read_package(folder: Path) -> Package:
    """Read a package from disk.

    Raises
    ------
    PackageError
        If the folder is no package, or a file it names is missing or lies elsewhere.
    """
    place = str(folder)
    if not (folder / "manifest.json").is_file():
        raise PackageError(
            place, "no manifest.json there", "`texelnet compile NETWORK --for webgpu -o DIR`"
        )
    contents = {"manifest.json": (folder / "manifest.json").read_bytes()}
    manifest = _manifest(contents["manifest.json"], place)
    for name in manifest["sha256"]:
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise PackageError(
                f"{place}/manifest.json",
                f'it names the file "{name}", which is not in the folder',
                "write the package again",
            )
        if path.stat().st_size > LARGEST:
            raise PackageError(str(path), "larger than 1 GiB", "write the package again")
        contents[name] = path.read_bytes()
    return Package(place, manifest, contents)


def _manifest(text: bytes, place: str) -> dict[str, Any]:
    where = f"{place}/manifest.json"
    try:
        manifest: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackageError(where, f"no JSON: {error}", "write the package again") from None
    wanted = {"format", "passes", "planes", "sha256"}
    if not (
        isinstance(manifest, dict)
        and wanted <= set(manifest)
        and isinstance(manifest["sha256"], dict)
    ):
        raise PackageError(
            where, "no manifest of a texelnet package", "write the package again"
        )
    return manifest
