"""The only place that loads weights and runs them."""

import os

# oneDNN compiles its matrix products for each size of a batch and by default keeps the last 1,024
# of them, 4 MB each: a file of 20,000 texts took 2 GB. It reads this when it first computes.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
