"""How good the bundled masked LM is on a text of yours.

``python -m playground.recipes.accuracy FILE`` takes UTF-8, a paragraph a line, and prints the
accuracy at 15 % masking, in fp32.
"""

import argparse
import logging
from pathlib import Path

from playground.models import catalog, loading
from playground.recipes import masked_lm
from playground.settings import Settings

log = logging.getLogger(__name__)


def measure(paragraphs: list[str]) -> dict[str, dict[str, float]]:
    """Return top-1, top-5 and loss of the bundled model, with [MASK] only and with BERT's mix."""
    checkpoint = loading.load(catalog.bundled()[0], Settings())
    return {
        name: masked_lm.accuracy(
            checkpoint.model, paragraphs, checkpoint.tokenizer, bert_mix=bert_mix
        )
        for name, bert_mix in (("always [MASK]", False), ("80-10-10", True))
    }


def main() -> None:
    """Measure on the file that the command line names."""
    parser = argparse.ArgumentParser(description="Accuracy of the bundled masked LM.")
    parser.add_argument("file", type=Path, help="a paragraph a line, UTF-8")
    paragraphs = [line for line in parser.parse_args().file.read_text("utf-8").splitlines() if line]
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, figures in measure(paragraphs).items():
        shown = ", ".join(f"{metric} {value:.4f}" for metric, value in figures.items())
        log.info("%s, %d paragraphs: %s", name, len(paragraphs), shown)


if __name__ == "__main__":
    main()
