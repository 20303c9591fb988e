"""Home's first answer, computed ahead so that its first paint needs no PyTorch.

Run ``python -m playground.recipes.home_example`` after every change of the bundled masked LM.
"""

import json
from dataclasses import asdict

from playground import mask_filling
from playground.models import catalog, engine

TEXT = "The capital of France is [MASK]."
TOP_K = 5
FILE = catalog.ASSETS / "examples" / "home.json"


def main() -> None:
    """Write the bundled model's answer to Home's example."""
    model = engine.shared().model(catalog.bundled()[0])
    filling = mask_filling.fill(TEXT, model=model, top_k=TOP_K)
    masks = [{"guesses": [asdict(guess) for guess in guesses]} for guesses in filling.guesses]
    answer = {"text": TEXT, "masks": masks}
    FILE.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
