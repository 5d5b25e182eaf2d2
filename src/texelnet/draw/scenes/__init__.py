"""SCENES: kinds of pictures that are drawn with their labels, one file each."""

from texelnet.draw.scenes import droplets, leaves, lines, shapes
from texelnet.draw.scenes.kind import Kind, Setting

__all__ = ["SCENES", "Kind", "Setting"]

SCENES: dict[str, Kind] = {
    kind.name: kind for kind in (droplets.KIND, leaves.KIND, lines.KIND, shapes.KIND)
}
