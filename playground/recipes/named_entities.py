"""Named-entity adapter and token classification head for the bundled trunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import Tensor, nn
from transformers import AutoTokenizer, BertForTokenClassification, PreTrainedTokenizerBase

from playground.models import trunk
from playground.recipes import tagged
from playground.recipes.batches import IGNORED, Epochs, Example, predicted
from playground.recipes.recipe import Prepared, Recipe, Schedule
from playground.recipes.tagged import LABELS, OUTSIDE_OR_MISC, UNKNOWN, Sentence

LORA = LoraConfig(
    r=32,
    lora_alpha=32,
    lora_dropout=0.0,
    target_modules=r"bert\.encoder\..*\.(query|key|value|dense)",
    base_model_name_or_path=trunk.HUB_ID,
    revision=trunk.REVISION,
)
TEXTS_A_STEP = 16
MASKED_SHARE = 0.1
TOKENS_A_STEP = 1024
RUN_LENGTHS = {1: 0.6, 2: 0.2, 4: 0.2}  # sentences of news in one text
TWEET_SHARE = 0.3  # of the tweets, in each epoch
TWEETS_HELD_OUT = 0.1
LONGEST = 510  # pieces, without [CLS] and [SEP]
NUMBERS = {UNKNOWN: IGNORED, OUTSIDE_OR_MISC: len(LABELS)} | {
    label: number for number, label in enumerate(LABELS)
}
SILENT = [LABELS.index(label) for label in ("O", "B-MISC", "I-MISC")]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A sentence as the model reads it; ``words`` [token] is the word of each piece, or -1."""

    example: Example
    words: np.ndarray


class Encoder:
    """Sentences to examples: pieces between [CLS] and [SEP] and a label for each."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer

    def pieces(self, sentences: Sequence[Sentence]) -> list[Pieces]:
        """Return the sentences with a label on the first piece of each word as the trunk sees it.

        The trunk's tokenizer parts a word at its punctuation, "U.S." into four: each of those
        continues the entity, so that a text is marked alike whoever cut it into words. Pieces
        within a word ("##") carry no label.
        """
        encoded = self.tokenizer(
            [list(sentence.words) for sentence in sentences],
            is_split_into_words=True,
            truncation=True,
            max_length=LONGEST + 2,
        )
        return [
            self._one(np.asarray(ids), encoded.word_ids(row), sentence.tags)
            for row, (ids, sentence) in enumerate(zip(encoded["input_ids"], sentences, strict=True))
        ]

    def _one(self, ids: np.ndarray, words: list[int | None], tags: Sequence[str]) -> Pieces:
        labels = np.full(len(ids), IGNORED)
        names = self.tokenizer.convert_ids_to_tokens(ids.tolist())
        for place, (name, word) in enumerate(zip(names, words, strict=True)):
            if word is not None and not name.startswith("##"):
                starts = word != words[place - 1]
                labels[place] = NUMBERS[tags[word] if starts else continued(tags[word])]
        return Pieces(
            Example(ids=ids, labels=labels),
            np.array([-1 if word is None else word for word in words]),
        )


def continued(tag: str) -> str:
    """Return the tag of a word's later parts."""
    return tag.replace("B-", "I-")


class Pass:
    """One epoch: all the news, alone or with the sentences that follow, and some of the tweets."""

    def __init__(self, news: list[Pieces], tweets: list[Pieces]) -> None:
        self.news = [pieces.example for pieces in news]
        self.tweets = [pieces.example for pieces in tweets]

    def __call__(self, rng: np.random.Generator) -> list[Example]:
        """Return the texts of one epoch."""
        runs = rng.choice(list(RUN_LENGTHS), len(self.news), p=list(RUN_LENGTHS.values()))
        texts = []
        begin = 0
        for run in runs:
            if sentences := self.news[begin : begin + run]:
                texts.append(joined(sentences))
            begin += run
        taken = rng.random(len(self.tweets)) < TWEET_SHARE
        return texts + [text for text, is_in in zip(self.tweets, taken, strict=True) if is_in]


def joined(examples: list[Example]) -> Example:
    """Return one text from several, the first one's [CLS] in front and the last one's [SEP] behind.

    The last sentences of a text that becomes too long are left out.
    """
    size = int(np.searchsorted(np.cumsum([len(one.ids) for one in examples]), LONGEST, "right"))
    kept = examples[: max(size, 1)]
    cuts = [slice(min(i, 1), len(one.ids) - (i < len(kept) - 1)) for i, one in enumerate(kept)]
    pairs = list(zip(kept, cuts, strict=True))
    return Example(
        ids=np.concatenate([one.ids[cut] for one, cut in pairs]),
        labels=np.concatenate([one.labels[cut] for one, cut in pairs]),
    )


def loss(model: BertForTokenClassification, batch: dict[str, Tensor]) -> Tensor:
    """Return the mean negative log-likelihood over the labelled pieces.

    A piece that may be O or of MISC counts with the probability of either (learning from partial
    annotations, Tsuboi et al. 2008).
    """
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    labelled = batch["labels"] != IGNORED
    likelihood = logits[labelled].float().log_softmax(-1)
    either = likelihood[:, SILENT].logsumexp(-1, keepdim=True)
    return nn.functional.nll_loss(torch.cat([likelihood, either], dim=1), batch["labels"][labelled])


def tags(model: BertForTokenClassification, pieces: list[Pieces]) -> list[list[str]]:
    """Return the likeliest label of each word, read at its first piece."""
    logits = predicted(model, [one.example for one in pieces])
    found = []
    for scores, one in zip(logits, pieces, strict=True):
        _, first = np.unique(one.words, return_index=True)
        first = first[one.words[first] >= 0]
        found.append([LABELS[number] for number in scores[first].argmax(-1)])
    return found


def is_headline(sentence: Sentence) -> bool:
    """Return whether all is in capitals, as in Reuters' headlines and tables."""
    text = " ".join(sentence.words)
    return text.isupper() and len(sentence.words) > 3


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences to score; ``types`` are those that their corpus annotates."""

    name: str
    sentences: list[Sentence]
    types: tuple[str, ...] = tagged.TYPES


def evaluate(
    model: BertForTokenClassification, encoder: Encoder, parts: list[Part]
) -> dict[str, float]:
    """Return the strict entity-level F1 on each part."""
    figures = {}
    for part in parts:
        guesses = tags(model, encoder.pieces(part.sentences))
        truth = [sentence.tags for sentence in part.sentences]
        figures[f"F1 / {part.name}"] = tagged.f1(truth, guesses, *part.types)
        if part.types == tagged.TYPES:
            figures |= {
                f"F1 / {part.name}, {kind}": tagged.f1(truth, guesses, kind) for kind in part.types
            }
            loud = [row for row, sentence in enumerate(part.sentences) if is_headline(sentence)]
            figures[f"F1 / {part.name}, all in capitals"] = tagged.f1(
                [truth[row] for row in loud], [guesses[row] for row in loud]
            )
    return figures


def texts(data: Path) -> tuple[list[Sentence], list[Sentence], list[Part]]:
    """Return news and tweets to train on, and the parts to score.

    Raises:
        FileNotFoundError: the data folder lacks one of the files.
    """
    folder = data / "ner"
    news = tagged.read(folder / "conll2003_train.txt.xz")
    broad = tagged.without_misc(tagged.read(folder / "broad_twitter.txt.xz"), tagged.TWITTER)
    wnut = tagged.without_misc(tagged.read(folder / "wnut17_train.txt.xz"), tagged.WNUT)
    emerging = tagged.without_misc(tagged.read(folder / "wnut17_dev.txt.xz"), tagged.WNUT)
    cut = int(len(broad) * (1 - TWEETS_HELD_OUT))
    held_out = {sentence.words for sentence in (*broad[cut:], *emerging)}
    tweets = [one for one in (*broad[:cut], *wnut) if one.words not in held_out]
    parts = [
        Part("CoNLL-2003 validation", tagged.read(folder / "conll2003_valid.txt.xz")),
        Part("Broad Twitter Corpus, last tenth", broad[cut:], tuple(tagged.TWITTER)),
        Part("WNUT-17 development", emerging, tuple(tagged.TWITTER)),
    ]
    return news, tweets, parts


def prepare(data: Path, *, seed: int, batches: int, batch_scale: int = 1) -> Prepared:
    """Load the trunk with a fresh adapter and head, and the sentences."""
    encoder = Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    model = BertForTokenClassification.from_pretrained(
        trunk.folder(),
        attn_implementation="eager",
        hidden_dropout_prob=0.0,  # pieces are masked instead, see batches.hidden
        attention_probs_dropout_prob=0.0,
        num_labels=len(LABELS),
    )
    model.requires_grad_(False)
    model = inject_adapter_in_model(LORA, model)
    model.classifier.requires_grad_(True)
    news, tweets, parts = texts(data)
    return Prepared(
        model=model,
        tokenizer=encoder.tokenizer,
        training=Epochs(
            Pass(encoder.pieces(news), encoder.pieces(tweets)),
            texts=TEXTS_A_STEP * batch_scale,
            tokens=TOKENS_A_STEP * batch_scale,
            masked=MASKED_SHARE,
            batches=batches,
            seed=seed,
        ),
        loss=loss,
        evaluate=lambda: evaluate(model, encoder, parts),
    )


RECIPE = Recipe(
    name="named_entities",
    title="Named-entity adapter for all-MiniLM-L6-v2",
    task="token-classification",
    licence="other",
    labels=LABELS,
    lora=LORA,
    sources=(
        "CoNLL-2003 English, training part (Tjong Kim Sang and De Meulder 2003; its text is from "
        "the Reuters Corpus, RCV1, for research use only, under the agreement that NIST keeps)",
        f"Broad Twitter Corpus, its first nine tenths (Derczynski et al. 2016; CC BY 4.0), "
        f"{TWEET_SHARE:.0%} in each epoch",
        f"WNUT-17, training part (Derczynski et al. 2017; CC BY 4.0), {TWEET_SHARE:.0%} in each "
        "epoch",
    ),
    prepare=prepare,
    schedule=Schedule(
        steps=4500, warmup_steps=100, decay_steps=4000, learning_rate=1e-3, weight_decay=0.01
    ),
    description=(
        f"Labels in `labels.json`, in the order of the head's outputs: {', '.join(LABELS)}. LoRA "
        f"of rank {LORA.r} on every linear layer of the encoder and a linear head. The first piece "
        "of each word as the trunk's tokenizer cuts it carries the label: read a word at its first "
        "piece. Sentences of news alone or with those that follow. Tweets have people, "
        "organisations and places only: what they leave unmarked counts as O or MISC, whichever "
        "the model prefers; their other entities and their handles (@name) teach nothing. "
        f"{MASKED_SHARE:.0%} of the pieces are masked. Development figures: strict F1 of "
        "entities (type and both ends right); on tweets over PER, ORG and LOC."
    ),
    limits=(
        "CoNLL-2003's text is Reuters news, licensed for research use only; weights trained on it "
        "are meant for research and teaching too. Ask Reuters or NIST before other uses.",
        "The trunk reads lower case only: US and us, May and may, Apple and apple are the same to "
        "it, so names that are also words are lost or invented. BERT-base with case and the "
        "document around each sentence reaches 96.4 on the validation part (Devlin et al. 2019, "
        "table 7). In return text in capitals or without any is read like any other.",
        "Organisations and MISC (nationalities, events, works, products) are the weakest, as in "
        "the table: a club and its town, a company and its founder share a name.",
        "Tweets are far worse than news, as in the table, most of all names that had not been "
        "seen before (WNUT-17).",
        "English news of 1996, much of it sport: later names, other subjects and languages are "
        "guessed from their surroundings.",
        "A probability is the model's own, not calibrated.",
    ),
)
