"""How a model learns from checked examples."""
