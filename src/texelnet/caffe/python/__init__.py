"""PYTHON: layers of type Python, which run a class of the user's own, once that is allowed."""

from texelnet.caffe.python.program import Program
from texelnet.caffe.python.start import started

__all__ = ["Program", "started"]
