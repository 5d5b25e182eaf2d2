"""FORMATS: how label tools write what is in pictures, one file each."""

from texelnet.label.formats import coco, via
from texelnet.label.formats.format import Format

__all__ = ["FORMATS", "Format"]

FORMATS: dict[str, Format] = {format.name: format for format in (coco.COCO, via.VIA)}
