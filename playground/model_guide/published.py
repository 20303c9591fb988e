"""What is published of the suggested Hub models, for as long as they are not on this machine.

Sizes are those of each model's ``config.json``, parameters what transformers counts of a model made
from it, and licences, languages and figures those of its card.
"""

from dataclasses import dataclass

from playground.model_guide.cards import CardScore

CARD = "its card on the Hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of an encoder."""

    family: str
    layers: int
    hidden: int
    heads: int
    vocabulary: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One suggested model; ``parameters`` counts its own head and no weight twice."""

    shape: Shape
    parameters: int
    languages: str
    licence: str
    scores: tuple[CardScore, ...] = ()


def _base(family: str, vocabulary: int, layers: int = 12) -> Shape:
    return Shape(family=family, layers=layers, hidden=768, heads=12, vocabulary=vocabulary)


def _one(
    shape: Shape, parameters: int, languages: str, licence: str, *scores: CardScore
) -> Published:
    return Published(
        shape=shape, parameters=parameters, languages=languages, licence=licence, scores=scores
    )


APACHE, MIT = "apache-2.0", "mit"
PUBLISHED = {
    "bert-base-uncased": _one(_base("BERT", 30_522), 109_514_298, "English", APACHE),
    "bert-base-cased": _one(_base("BERT", 28_996), 108_340_804, "English", APACHE),
    "bert-base-multilingual-cased": _one(
        _base("BERT", 119_547), 177_974_523, "104 languages", APACHE
    ),
    "bert-base-chinese": _one(_base("BERT", 21_128), 102_290_312, "Chinese", APACHE),
    "distilbert-base-uncased": _one(
        _base("DistilBERT", 30_522, layers=6), 66_985_530, "English", APACHE
    ),
    "roberta-base": _one(_base("RoBERTa", 50_265), 124_697_433, "English", MIT),
    "albert-base-v2": _one(_base("ALBERT", 30_000), 11_221_680, "English", APACHE),
    "xlm-roberta-base": _one(_base("XLM-R", 250_002), 278_295_186, "100 languages", MIT),
    "distilbert-base-uncased-finetuned-sst-2-english": _one(
        _base("DistilBERT", 30_522, layers=6),
        66_955_010,
        "English",
        APACHE,
        CardScore(metric="accuracy", part="SST-2 validation (GLUE)", value=0.911, source=CARD),
    ),
    "dslim/bert-base-NER": _one(
        _base("BERT", 28_996),
        107_726_601,
        "English",
        MIT,
        CardScore(metric="F1", part="CoNLL-2003 test", value=0.926, source=CARD),
    ),
    "dbmdz/bert-large-cased-finetuned-conll03-english": _one(
        Shape(family="BERT", layers=24, hidden=1_024, heads=16, vocabulary=28_996),
        332_538_889,
        "English",
        "not stated",
    ),
}
