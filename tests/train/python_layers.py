"""What people write for pycaffe: a loss, a layer with a parameter, one that reads data."""

import random

import caffe
import numpy as np


class EuclideanLossLayer(caffe.Layer):
    """Half the mean squared distance, as in pycaffe's own example."""

    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise Exception("Need two inputs to compute distance.")

    def reshape(self, bottom, top):
        if bottom[0].count != bottom[1].count:
            raise Exception("Inputs must have the same dimension.")
        self.diff = np.zeros_like(bottom[0].data, dtype=np.float32)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.diff[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.diff**2) / bottom[0].num / 2.0

    def backward(self, top, propagate_down, bottom):
        for i in range(2):
            if not propagate_down[i]:
                continue
            sign = 1 if i == 0 else -1
            bottom[i].diff[...] = sign * self.diff / bottom[i].num * top[0].diff[0]


class Times(caffe.Layer):
    """x times a parameter, which begins as param_str says; may be in place."""

    def setup(self, bottom, top):
        self.blobs.add_blob(1)
        self.blobs[0].data[0] = float(self.param_str)

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        self.before = bottom[0].data.copy()
        top[0].data[...] = bottom[0].data * self.blobs[0].data[0]

    def backward(self, top, propagate_down, bottom):
        self.blobs[0].diff[0] += (top[0].diff * self.before).sum()
        bottom[0].diff[...] = top[0].diff * self.blobs[0].data[0]


class Pictures(caffe.Layer):
    """Pictures whose size differs from pass to pass, and a label each pixel."""

    def setup(self, bottom, top):
        self.size = 4

    def reshape(self, bottom, top):
        top[0].reshape(1, 2, self.size, self.size + 1)
        top[1].reshape(1, 1, self.size, self.size + 1)

    def forward(self, bottom, top):
        top[1].data[...] = np.random.rand(*top[1].shape) < 0.5  # noqa: NPY002
        top[0].data[:, :1], top[0].data[:, 1:] = top[1].data, 1 - top[1].data
        self.size = random.choice([4, 6]) if self.phase == caffe.TRAIN else 4

    def backward(self, top, propagate_down, bottom):
        pass


class Half:
    """No layer at all."""
