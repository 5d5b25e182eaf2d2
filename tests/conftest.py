"""What every test may ask for: the shared folder, a graphics driver, a browser, poppler.

A test marked `gpu`, `browser` or `poppler` fails where there is none: what did not run proves
nothing. TEXELNET_NO_DRIVER=1, TEXELNET_NO_BROWSER=1 and TEXELNET_NO_POPPLER=1 leave such tests
out, loudly, not where CI=true.
"""

import os
import runpy
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

REPO = Path(__file__).resolve().parents[1]

# wgpu complains on stderr when this is unset; any folder will do.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("nightly", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("ci")


@cache
def adapter() -> str | None:
    """The graphics adapter's name, found as make's set-up finds it."""
    return runpy.run_path(str(REPO / "setup" / "adapter.py"))["adapter"]()


@cache
def browser() -> str | None:
    """The path of Chromium or Chrome, found as make's set-up finds it."""
    found = subprocess.run(
        [REPO / "setup" / "browser", "where"], capture_output=True, text=True
    )
    return found.stdout.strip() or None


@cache
def poppler() -> str | None:
    """The path of pdftoppm."""
    return shutil.which("pdftoppm")


# mark: how to look, what it is, what to try, what leaves the tests out
NEEDS = {
    "gpu": (adapter, "a Vulkan driver", "mesa-vulkan-drivers libvulkan1", "TEXELNET_NO_DRIVER"),
    "browser": (browser, "Chromium or Chrome", "chromium", "TEXELNET_NO_BROWSER"),
    "poppler": (poppler, "poppler's pdftoppm", "poppler-utils", "TEXELNET_NO_POPPLER"),
}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (look, what, packages, variable) in NEEDS.items():
        if item.get_closest_marker(mark) is None or look():
            continue
        if os.environ.get(variable) == "1" and os.environ.get("CI") != "true":
            pytest.skip(f"{variable}=1, and there is no {what.removeprefix('a ')} here")
        pytest.fail(
            f"This test needs {what}, and there is none here.\n"
            f"  try: make setup, or sudo apt install {packages}\n"
            f"  or:  {variable}=1 leaves such tests out",
            pytrace=False,
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    for _, what, _, variable in NEEDS.values():
        count = sum(f"{variable}=1" in reason for reason in skipped)
        if count:
            line = f"*** {variable}=1: tests left out because they need {what}: {count} ***"
            terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of models, pictures and goldens that lies beside the repository."""
    folder = REPO.parent / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder shared/ beside the repository")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium or Chrome, for tests marked `browser`."""
    path = browser()
    assert path is not None, "mark the test `browser`, then it is looked for before it runs"
    return path
