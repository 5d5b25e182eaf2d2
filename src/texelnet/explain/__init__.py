"""EXPLAIN: gathers the facts that explanations are made of, by running the network."""

from texelnet.explain.gather import Explained, explain_layer

__all__ = ["Explained", "explain_layer"]
