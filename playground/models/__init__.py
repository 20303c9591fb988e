"""The only place that loads weights and runs them."""

import os

# oneDNN compiles its matrix products for each size of a batch. By default it keeps the last 1,024
# of them, 4 MB each, and PyTorch beside it, for each thread, the last 1,024 descriptions of what to
# compile, 0.3 MB each: a file of 20,000 texts took 2 GB, and a server with visitors grew and grew.
# Both read this when they first compute.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
os.environ.setdefault("LRU_CACHE_CAPACITY", "64")
