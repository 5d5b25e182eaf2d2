"""LABELS: what is where in a picture, and the formats in which label tools tell it."""

from texelnet.label.dataset import Dataset, Labelled, Thing
from texelnet.label.formats import FORMATS
from texelnet.label.rle import Mask

__all__ = ["FORMATS", "Dataset", "Labelled", "Mask", "Thing"]
