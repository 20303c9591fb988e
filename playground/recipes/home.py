"""Home's examples, computed ahead so that its first paint needs no PyTorch.

Run ``python -m playground.recipes.home`` after every change of an adapter in the box.
"""

import json

from playground import home
from playground.models import catalog, engine
from playground.settings import Settings


def main() -> None:
    """Write what the models in the box say of Home's texts."""
    settings = Settings.from_environment()
    running = engine.shared()
    computed = home.compute(lambda name, task: running.model(catalog.find(name, task, settings)))
    home.FILE.write_text(json.dumps(computed, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
