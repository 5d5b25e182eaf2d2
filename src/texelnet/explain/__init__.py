"""EXPLAIN: gathers the facts that explanations are made of, by running the network."""

from texelnet.explain.gather import Explained, explain_layer
from texelnet.explain.loss import explain_loss
from texelnet.explain.whole import Whole, explain_network

__all__ = ["Explained", "Whole", "explain_layer", "explain_loss", "explain_network"]
