"""What tests in Flash may ask for: Ruffle, and a compiler of ActionScript."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from tests.conftest import REPO
from tests.flash.ruffle import FLAGS, Ruffle, compiled


@pytest.fixture(scope="session")
def kit() -> Path:
    """The folder that setup/flash fills."""
    for name in ("java", "node", "npm"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is missing, so ActionScript is not compiled and run here")
    folder = REPO / ".venv" / "flash"
    if not (folder / "have").is_file():
        pytest.fail("There is no compiler of ActionScript here.\n  try: make flash", False)
    return folder


@pytest.fixture(scope="session")
def ruffle(kit: Path, chromium: str) -> Iterator[Ruffle]:
    """A player."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield Ruffle(browser, kit)
        browser.close()


@pytest.fixture
def compile_class(kit: Path) -> Callable[[Path], bytes]:
    """What makes a film of a class in a file."""
    return lambda main: compiled(kit, main)
