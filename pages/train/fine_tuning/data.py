"""Step 1: the file with the examples."""

from pages.shared import uploads
from pages.shared.uploads import File
from playground.models.catalog import ASSETS

KEY = "fine_tuning"
SAMPLES = {
    "Support tickets": ASSETS / "samples/support_tickets.csv",
    "Topics of reviews": ASSETS / "samples/product_reviews_topics.csv",
    "Entities of job postings": ASSETS / "samples/job_postings_entities.jsonl",
}
TYPES = (*uploads.TYPES, "tab", "conll", "iob", "iob2", "bio")
HELP = (
    "A table with a text and what is to be learned about it in each row: CSV, TSV or JSON lines. "
    "For named entities also CoNLL, a word and its tag in each line. For the words of your field, "
    "plain text with a text in each line."
)


def ask() -> File | None:
    """Ask for the examples; return None without a file that can be read."""
    return uploads.file(KEY, "A file with examples", help=HELP, types=TYPES, samples=SAMPLES)
