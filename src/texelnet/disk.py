"""Disk: files that are there whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file beside its place, then put it there under exactly this name.

    Parameters
    ----------
    path
        Its folder is there.
    write
        Is given the open file, which may be read and sought too.

    Raises
    ------
    OSError
        If the folder can't be written to; nothing is left behind.
    """
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w+b") as file:
            write(file)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
