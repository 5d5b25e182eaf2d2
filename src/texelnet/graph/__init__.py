"""NETWORKS: the graph (an onnx_ir model) and its contract with the picture."""
