"""TRAIN: Caffe networks interpreted in torch, forwards and backwards, and how they learn."""

from texelnet.train.net import Interpreted, Pass
from texelnet.train.solver import Descent

__all__ = ["Descent", "Interpreted", "Pass"]
