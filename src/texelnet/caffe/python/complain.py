"""Complaints about a user's code: which layer, class and method, what it raised, and where."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Mapping, Sequence

from texelnet.caffe.layer import Layer
from texelnet.caffe.python.stand_in import NAMES, Blob
from texelnet.errors import NetworkError

MOST_WORDS = 300
OLD = re.compile(
    r"name '(xrange|unicode|basestring|raw_input|reduce|long|unichr|file)' is not defined"
    r"|named '(cPickle|Queue|StringIO|cStringIO|ConfigParser|urllib2)'"
    r"|attribute '(iteritems|itervalues|iterkeys|has_key|next)'"
    r"|Missing parentheses in call to 'print'|multiple exception types must be"
)
"""What Python 3 says to programs that were written for Python 2."""


def complaint(
    layer: Layer,
    cls: type,
    method: str,
    error: BaseException,
    blobs: Mapping[str, Sequence[Blob]],
) -> NetworkError:
    """Say what a method of a user's class raised, and on what line of its file."""
    if isinstance(error, AttributeError) and not hasattr(cls, method):
        fact = f"{cls.__name__} of {cls.__module__} has no method {method}"
        return NetworkError(layer.where, fact, _SIGNATURES[method])
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    fact = f"{cls.__name__}.{method} raised {_said(error)}{_line(error, file)}"
    shapes = [
        f"{name}[{number}] {tuple(blob.shape)}"
        for name, several in blobs.items()
        for number, blob in enumerate(several)
    ]
    usual = f"{method} with {', '.join(shapes)}" if shapes else f"{method} by itself"
    return NetworkError(layer.where, fact, _hint(error) or usual)


def import_complaint(layer: Layer, module: str, error: BaseException) -> NetworkError:
    """Say why a user's module can't be imported."""
    hint = _hint(error)
    if isinstance(error, ModuleNotFoundError) and error.name == module.split(".")[0]:
        fact = f"there is no Python module {module}"
        return NetworkError(
            layer.where, fact, f"PYTHONPATH=FOLDER, where {error.name} lies, or begin there"
        )
    fact = f"importing {module} raised {_said(error)}{_line(error, None)}"
    return NetworkError(layer.where, fact, hint or f"python -c 'import {module}'")


def _said(error: BaseException) -> str:
    """Return an exception as Python writes it, on one line and not too long."""
    words = " ".join(str(error).split())
    shown = words if len(words) <= MOST_WORDS else words[:MOST_WORDS] + " ..."
    return type(error).__name__ + (f": {shown}" if shown else "")


def _line(error: BaseException, file: str | None) -> str:
    """Return the last line of the user's file that ran; of any file if none is given."""
    if isinstance(error, SyntaxError):
        return ""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    own = [f for f in frames if (f.filename == file if file else _is_written(f.filename))]
    if not own:
        return ""
    return f" ({own[-1].filename}, line {own[-1].lineno}: {own[-1].line})"


def _is_written(file: str) -> bool:
    return "importlib" not in file and not file.startswith("<")


def _hint(error: BaseException) -> str:
    """Return what to try, where the exception tells it."""
    words = str(error)
    if OLD.search(words):
        return f"it is written for Python 2: port it to Python {sys.version_info.major}"
    if re.search(r"(module|named|from) '?caffe\b", words):
        names = ", ".join(NAMES)
        return f"do without it: here, caffe is a small module with {names}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"install {error.name}, or write its folder into PYTHONPATH"
    if isinstance(error, AttributeError) and re.search(r"property '(data|diff)'", words):
        return "write into the array: blob.data[...] = values"
    return ""


_SIGNATURES = {
    "setup": "def setup(self, bottom, top): checks, and what is kept",
    "reshape": "def reshape(self, bottom, top): top[0].reshape(...) for each top",
    "forward": "def forward(self, bottom, top): top[0].data[...] = ...",
    "backward": "def backward(self, top, propagate_down, bottom): bottom[0].diff[...] = ...",
}
