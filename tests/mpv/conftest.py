"""Tests of what the host draws need ffmpeg with the filter libplacebo."""

import os

import pytest

from texelnet.run import ffmpeg


@pytest.fixture
def host() -> None:
    """The host is there; where it is not, the test fails and says what to install."""
    reason = ffmpeg.missing()
    if not reason:
        return
    if os.environ.get("TEXELNET_NO_DRIVER") == "1" and os.environ.get("CI") != "true":
        pytest.skip(f"TEXELNET_NO_DRIVER=1, and {reason}")
    pytest.fail(
        f"This test needs ffmpeg with the filter libplacebo: {reason}.\n"
        f"  try: make setup, or {ffmpeg.INSTALL}\n"
        "  or:  TEXELNET_NO_DRIVER=1 leaves such tests out",
        pytrace=False,
    )
