"""Home's first answer, computed ahead so that its first paint needs no PyTorch.

Run ``python -m playground.recipes.home_example`` after every change of the bundled masked LM.
"""

from playground import mask_filling
from playground.models import catalog, engine

TEXT = "The capital of France is [MASK]."
TOP_K = 5
FILE = catalog.ASSETS / "examples" / "home.json"


def main() -> None:
    """Write the bundled model's answer to Home's example."""
    model = engine.shared().model(catalog.bundled()[0])
    filling = mask_filling.fill(TEXT, model=model, top_k=TOP_K)
    FILE.write_text(mask_filling.export_json(filling) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
