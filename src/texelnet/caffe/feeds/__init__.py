"""FEEDS: layers that read data, by Caffe's names."""

from collections.abc import Callable

from texelnet.caffe.feeds.database import database
from texelnet.caffe.feeds.dummy import dummy
from texelnet.caffe.feeds.feed import Feed
from texelnet.caffe.feeds.hdf5 import hdf5
from texelnet.caffe.feeds.images import images
from texelnet.caffe.layer import Layer

FEEDS: dict[str, Callable[[Layer, bool], Feed]] = {
    "DummyData": dummy,
    "HDF5Data": hdf5,
    "ImageData": images,
    "Data": database,
}
"""Opens a layer's files; the flag says whether the phase is TRAIN."""

__all__ = ["FEEDS", "Feed"]
