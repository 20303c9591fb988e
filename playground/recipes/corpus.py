"""Running text for pre-training: read, cut into a training and a development part, sampled."""

import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from playground.recipes import factbook

DEVELOPMENT_SHARE = 0.05
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One text file of the data folder and its share of the training tokens."""

    name: str
    file: str
    share: float
    origin: str
    licence: str
    read: Callable[[Iterable[str]], Iterator[str]] = iter
    held_out: bool = True


@dataclass(frozen=True, slots=True)
class TokenStream:
    """All tokens of one source's training part, one sentence after the other.

    ``ids`` is int32 [token]; ``starts`` holds the index of each sentence's first token, ascending,
    and ends with ``len(ids)``.
    """

    ids: np.ndarray
    starts: np.ndarray

    def window(self, rng: np.random.Generator, length: int) -> np.ndarray:
        """Return up to ``length`` tokens from a random sentence on.

        The window ends with a sentence where that keeps at least half of it, so that the model sees
        both finished texts, as visitors type them, and cut ones.
        """
        first = int(rng.integers(len(self.starts) - 1))
        begin = int(self.starts[first])
        end = min(begin + length, len(self.ids))
        last_start = int(self.starts[np.searchsorted(self.starts, end, side="right") - 1])
        if last_start - begin >= length // 2:
            end = last_start
        return self.ids[begin:end]

    def sentence(self, rng: np.random.Generator, length: int) -> np.ndarray:
        """Return a random sentence, cut at ``length`` tokens."""
        first = int(rng.integers(len(self.starts) - 1))
        begin, end = self.starts[first : first + 2]
        return self.ids[begin : min(begin + length, end)]


def paragraphs(source: Source, data: Path) -> tuple[list[str], list[str]]:
    """Return a source's training and development paragraphs.

    The development part is the file's last twentieth in one piece, so that no article lies in both;
    a source with ``held_out`` false has none.

    Raises:
        FileNotFoundError: the data folder lacks the source's file.
    """
    with lzma.open(data / source.file, "rt", encoding="utf-8") as file:
        found = [text.strip() for text in source.read(file) if text.strip()]
    cut = len(found) - (int(len(found) * DEVELOPMENT_SHARE) if source.held_out else 0)
    return found[:cut], found[cut:]


def token_stream(texts: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> TokenStream:
    """Tokenize ``texts`` sentence by sentence, without special tokens."""
    sentences = [piece for text in texts for piece in SENTENCE_END.split(even_out(text)) if piece]
    encoded = tokenizer(sentences, add_special_tokens=False, verbose=False)["input_ids"]
    lengths = [len(ids) for ids in encoded]
    ids = np.concatenate([np.asarray(ids, dtype=np.int32) for ids in encoded])
    return TokenStream(ids=ids, starts=np.concatenate([[0], np.cumsum(lengths)]))


def even_out(text: str) -> str:
    """Mend what a corpus's own format leaves behind: the Brown Corpus doubles its full stops."""
    return re.sub(r"([.?!])\1(?!\1)", r"\1", text.replace("<br />", " "))


def _twelve_thousand(lines: Iterable[str]) -> Iterator[str]:
    """Keep the reviews that a run can see at their share; tokenizing all takes most of a minute."""
    return islice(lines, 12_000)


SOURCES = (
    Source(
        name="English Wikipedia, a sample of articles",
        file="text/wikipedia.txt.xz",
        share=0.43,
        origin=(
            "WikiExtractor's output in the repositories JohanMadsen/02807_Project and "
            "Vibhas-hs-edu/WikiTasks, without paragraphs that share ten words in a row with "
            "WikiText-2's validation or test part"
        ),
        licence="CC BY-SA 3.0",
    ),
    Source(
        name="DBpedia, abstracts",
        file="text/dbpedia.txt.xz",
        share=0.04,
        origin=(
            "the ontology classification set of Zhang et al. 2015, a part of it in "
            "KrishArul26/Text-Classification-DBpedia-ontology-classes-Using-LSTM and J-zin/DHIM"
        ),
        licence="CC BY-SA 3.0",
    ),
    Source(
        name="Tatoeba, English sentences",
        file="text/tatoeba.txt.xz",
        share=0.17,
        origin=(
            "tatoeba.org, by the test sets of Helsinki-NLP/OPUS-MT-testsets and "
            "facebookresearch/LASER and by sentence pairs of manythings.org"
        ),
        licence="CC BY 2.0 FR",
    ),
    Source(
        name="GenericsKB, best sentences",
        file="text/generics.txt.xz",
        share=0.04,
        origin="Bhakthavatsalam et al. 2020, a part of it in ExO94/GenericsKbApp",
        licence="CC BY 4.0",
    ),
    Source(
        name="OpenStax textbooks",
        file="text/openstax.txt.xz",
        share=0.03,
        origin=(
            "repositories osbooks-* of openstax: college success, anthropology, physics, "
            "economics, civics"
        ),
        licence="CC BY 4.0",
    ),
    Source(
        name="WikiText-2, validation and part of test",
        file="text/wikitext2.txt.xz",
        share=0.03,
        origin="Merity et al. 2016",
        licence="CC BY-SA 3.0",
    ),
    Source(
        name="Brown Corpus",
        file="text/brown.txt.xz",
        share=0.06,
        origin="Francis and Kucera 1964, by NLTK",
        licence="as distributed with NLTK, for research",
    ),
    Source(
        name="CIA World Factbook, prose fields",
        file="text/world_factbook.txt.xz",
        share=0.05,
        origin="CIA",
        licence="public domain",
        read=factbook.prose,
    ),
    Source(
        name="CIA World Factbook, short fields as sentences",
        file="text/world_factbook.txt.xz",
        share=0.03,
        origin="CIA; sentences made by playground/recipes/factbook.py",
        licence="public domain",
        read=factbook.sentences,
        held_out=False,
    ),
    Source(
        name="ABC science and rural news 2006",
        file="text/abc_news.txt.xz",
        share=0.04,
        origin="Australian Broadcasting Commission, by NLTK",
        licence="as distributed with NLTK, for research",
    ),
    Source(
        name="US inaugural and State of the Union addresses",
        file="text/speeches.txt.xz",
        share=0.02,
        origin="NLTK",
        licence="public domain",
    ),
    Source(
        name="Large Movie Review Dataset, part of the unlabelled reviews",
        file="text/imdb_unlabelled.txt.xz",
        share=0.06,
        origin="Maas et al. 2011",
        licence="as distributed by its authors, for research",
        read=_twelve_thousand,
    ),
)
