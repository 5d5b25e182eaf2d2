"""SHADERS: a graph lowered, scheduled and written for a host."""
