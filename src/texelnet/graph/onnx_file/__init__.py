"""ONNX files: other people's networks, read into a Network.

What comes out is always of one kind: names that differ, float32 numbers, constants folded,
height and width free where nothing pins them. What can't be that is refused with its place.
"""

from texelnet.graph.onnx_file.free_sizes import shapes_at
from texelnet.graph.onnx_file.reading import read_onnx

__all__ = ["read_onnx", "shapes_at"]
