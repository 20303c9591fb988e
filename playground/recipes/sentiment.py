"""Sentiment adapter and classification head for the bundled trunk."""

import json
import lzma
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import inject_adapter_in_model
from scipy.special import expit
from torch import Tensor, nn
from transformers import (
    AutoTokenizer,
    BertForSequenceClassification,
    PreTrainedTokenizerBase,
)

from playground.calibration import (
    Outcomes,
    expected_error,
    fitted_temperature,
    together,
)
from playground.models import trunk
from playground.models.catalog import BUNDLED
from playground.models.loading import CALIBRATION_FILE
from playground.recipes import factbook, masked_lm, reviews, teacher, variants
from playground.recipes.batches import Epochs, Example, predicted
from playground.recipes.recipe import Prepared, Recipe, Schedule
from playground.recipes.reviews import Part
from playground.recipes.weights import adapter_weights, load_trained, trained_weights

LABELS = ("NEGATIVE", "POSITIVE")
LORA = masked_lm.LORA  # the same shape, since training starts from the masked-LM adapter
STARTS_FROM = BUNDLED / "masked_lm"
TAUGHT = 400_000  # sentences of reviews that teachers label
UNLABELLED = 15_000  # reviews, of those sentences
VARIANTS = 8  # of each sentence of SST-2 that teachers label, too
# What a review's label adds to the log-odds of a sentence of it: 69.5 % of the sentences that the
# first adapter judged got the label of their review, and log(0.695 / 0.305) is 0.82.
REVIEW_SAYS = 0.8
THOUSANDTHS = 1_000  # in which an example's label tells the probability of POSITIVE
TEXTS_A_STEP = 48
MASKED_SHARE = 0.1
TOKENS_A_STEP = 2048
PHRASE_SHARE = 0.6  # of the phrases, in each epoch
REVIEW_SHARE = 0.2  # of the reviews, in each epoch
WINDOW_LENGTHS = {64: 0.25, 128: 0.4, 256: 0.25, 510: 0.1}
LONGEST = 510  # pieces, without [CLS] and [SEP]
REVIEWS_EVALUATED = 600
FACTS = "text/world_factbook.txt.xz"  # neutral, which neither data set is
FACTS_EVALUATED = 500
KINDS = {
    "with a negation": re.compile(r"\b(?:no|not|never|nothing|nor|neither|without|hardly)\b|n't\b"),
    "with a contrast": re.compile(r"\b(?:but|although|though|however|yet|despite)\b"),
}


class Encoder:
    """Texts to examples: pieces between [CLS] and [SEP], with one probability a text."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer

    def pieces(self, texts: Iterable[str]) -> list[np.ndarray]:
        """Return the piece ids of each text, without special tokens."""
        texts = list(texts)
        if not texts:  # which the tokenizer does not take
            return []
        encoded = self.tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
        return [np.asarray(ids, dtype=np.int64) for ids in encoded]

    def example(self, pieces: np.ndarray, positive: float) -> Example:
        """Return one example from pieces that fit; its label is in thousandths."""
        framed = [self.tokenizer.cls_token_id, *pieces, self.tokenizer.sep_token_id]
        return Example(ids=np.asarray(framed), labels=np.array([round(positive * THOUSANDTHS)]))

    def examples(self, texts: Mapping[str, float]) -> list[Example]:
        """Return the texts as the app first reads them, cut at 512 tokens.

        ``texts`` has the probability of POSITIVE of each: 0 or 1, or what a teacher says.
        """
        return [
            self.example(pieces[:LONGEST], positive)
            for pieces, positive in zip(self.pieces(texts), texts.values(), strict=True)
        ]


class Pass:
    """One epoch: all sentences, some of the phrases, and a window of some of the reviews.

    ``taught`` are texts with the probability of POSITIVE that teachers gave them: in place of the
    label where they are of ``part``, added to its sentences where they are not.
    """

    def __init__(self, part: Part, encoder: Encoder, taught: Mapping[str, float]) -> None:
        self.encoder = encoder
        sentences = {text: taught.get(text, label) for text, label in part.sentences.items()}
        phrases = {text: taught.get(text, label) for text, label in part.phrases.items()}
        further = {text: positive for text, positive in taught.items() if text not in phrases}
        self.sentences = encoder.examples(sentences | further)
        self.phrases = encoder.examples(phrases)
        self.reviews = encoder.pieces(part.reviews)
        self.verdicts = list(part.reviews.values())

    def __call__(self, rng: np.random.Generator) -> list[Example]:
        """Return the examples of one epoch."""
        phrases = rng.random(len(self.phrases)) < PHRASE_SHARE
        rows = np.flatnonzero(rng.random(len(self.reviews)) < REVIEW_SHARE)
        lengths = rng.choice(list(WINDOW_LENGTHS), len(rows), p=list(WINDOW_LENGTHS.values()))
        return [
            *self.sentences,
            *(example for example, taken in zip(self.phrases, phrases, strict=True) if taken),
            *(
                self.encoder.example(window(self.reviews[row], length, rng), self.verdicts[row])
                for row, length in zip(rows, lengths, strict=True)
            ),
        ]


def window(pieces: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Return up to ``length`` pieces: the first, the last or some between, equally often.

    Reviews often tell the plot first and their verdict at the end.
    """
    last = max(len(pieces) - length, 0)
    begin = (0, last, int(rng.integers(last + 1)))[rng.integers(3)]
    return pieces[begin : begin + length]


def loss(model: BertForSequenceClassification, batch: dict[str, Tensor]) -> Tensor:
    """Return the mean cross-entropy over the texts."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    positive = batch["labels"] / THOUSANDTHS
    return nn.functional.cross_entropy(logits.float(), torch.cat([1 - positive, positive], dim=1))


def taught(
    part: Part,
    model: BertForSequenceClassification,
    encoder: Encoder,
    *,
    teachers: Sequence[Path],
    unlabelled: Sequence[str] = (),
    seed: int,
) -> dict[str, float]:
    """Return SST-2's texts and others with the probability of POSITIVE by teachers.

    The others are sentences of reviews, ``unlabelled`` ones among them, and variants of SST-2's
    sentences. Teachers are finished adapters and models of recipes.teacher, whose calibrated
    log-odds are averaged. Of SST-2 the probability and the label count half each; to the log-odds
    of a sentence what the label of its review says is added. ``model`` has the weights of the last
    adapter among the teachers afterwards.
    """
    if not teachers:
        return {}
    verdicts = dict.fromkeys(
        (one for review in unlabelled for one in reviews.sentences(review)), 0
    ) | {
        sentence: 2 * label - 1
        for review, label in part.reviews.items()
        for sentence in reviews.sentences(review)
    }
    chosen = np.random.default_rng(seed).permutation(sorted(verdicts))[:TAUGHT].tolist()
    labels = part.sentences | part.phrases
    alike = variants.rewritten(part.sentences, times=VARIANTS, seed=seed)
    texts = [*labels, *alike, *chosen]
    odds = np.mean([_log_odds(folder, texts, model, encoder) for folder in teachers], axis=0)
    own, further = np.split(odds, [len(labels)])
    further[len(alike) :] += np.array([verdicts[one] for one in chosen]) * REVIEW_SAYS
    soft = (expit(own) + np.array(list(labels.values()))) / 2
    return dict(zip(texts, [*soft.tolist(), *expit(further).tolist()], strict=True))


def _log_odds(
    folder: Path, texts: list[str], model: BertForSequenceClassification, encoder: Encoder
) -> np.ndarray:
    if teacher.is_teacher(folder):
        return teacher.log_odds(folder, texts)
    temperature = json.loads((folder / CALIBRATION_FILE).read_text())["temperature"]
    load_trained(model, adapter_weights(folder))
    examples = encoder.examples(dict.fromkeys(texts, 0))
    negative, positive = np.stack(predicted(model.eval(), examples)).T
    return (positive - negative) / temperature


class Figures:
    """What is measured on the parts that were held out."""

    def __init__(
        self,
        model: BertForSequenceClassification,
        encoder: Encoder,
        parts: dict[str, Part],
        neutral: list[str],
    ) -> None:
        self.model = model
        self.encoder = encoder
        self.parts = parts
        self.neutral = neutral

    def outcomes(self, texts: dict[str, int]) -> Outcomes:
        """Return what the model says of ``texts``, each cut at 512 tokens."""
        logits = predicted(self.model, self.encoder.examples(texts))
        return Outcomes(np.stack(logits), np.array(list(texts.values())))

    def accuracy(self) -> dict[str, float]:
        """Return the accuracy on the development part, by kind of text."""
        part = self.parts["development"]
        sets = {"SST-2 sentences": part.sentences}
        sets |= {
            f"SST-2 sentences {kind}": {t: y for t, y in part.sentences.items() if found.search(t)}
            for kind, found in KINDS.items()
        }
        sets["SST-2 phrases of three words or fewer"] = {
            text: label for text, label in part.phrases.items() if len(text.split()) <= 3
        }
        sets["IMDB reviews"] = dict(list(part.reviews.items())[:REVIEWS_EVALUATED])
        return {
            f"accuracy / {len(texts):,} {name}": self.outcomes(texts).accuracy
            for name, texts in sets.items()
        }

    def calibration(self) -> dict[str, Any]:
        """Return the temperature, fitted on one part, and the calibration error on another."""
        part, unseen = self.parts["calibration"], self.parts["measurement"]
        temperature = fitted_temperature(
            [self.outcomes(part.sentences), self.outcomes(part.reviews)]
        )
        sets = [self.outcomes(unseen.sentences), self.outcomes(unseen.reviews)]
        measured = dict(zip(("sentences", "reviews"), sets, strict=True)) | {"both": together(sets)}
        neutral = self.outcomes(dict.fromkeys(self.neutral, 0)).probabilities(temperature)
        return {
            "temperature": temperature,
            "fitted_on": _described(part),
            "measured_on": _described(unseen),
            "accuracy": {name: one.accuracy for name, one in measured.items()},
            "ece_before": {name: expected_error(one) for name, one in measured.items()},
            "ece_after": {name: expected_error(one, temperature) for name, one in measured.items()},
            "neutral": {
                f"share of {len(neutral)} facts of the CIA World Factbook called either with "
                "a probability over 0.9": float((neutral.max(axis=1) > 0.9).mean())
            },
        }


def _described(part: Part) -> str:
    return f"{len(part.sentences):,} SST-2 sentences, {len(part.reviews):,} IMDB reviews"


def model_to_train() -> BertForSequenceClassification:
    """Return the trunk with a fresh adapter and head, all that is trained."""
    model = BertForSequenceClassification.from_pretrained(
        trunk.folder(),
        attn_implementation="eager",
        hidden_dropout_prob=0.0,  # pieces are masked instead, see batches.hidden
        attention_probs_dropout_prob=0.0,
        num_labels=len(LABELS),
    )
    model.requires_grad_(False)
    model = inject_adapter_in_model(LORA, model)
    model.bert.pooler.requires_grad_(True)
    model.classifier.requires_grad_(True)
    return model


def prepare(
    data: Path,
    *,
    seed: int,
    batches: int,
    batch_scale: int = 1,
    teachers: Sequence[Path] = (),
) -> Prepared:
    """Load the trunk with the masked-LM adapter and a fresh head, and the reviews.

    ``teachers`` judge texts first, some minutes each, see ``taught``.
    """
    encoder = Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    model = model_to_train()
    parts = reviews.read(data)
    fresh = {name: weight.clone() for name, weight in trained_weights(model).items()}
    part = parts[reviews.TRAINING]
    by_teachers = taught(
        part,
        model,
        encoder,
        teachers=teachers,
        unlabelled=reviews.without_verdict(data)[:UNLABELLED] if teachers else (),
        seed=seed,
    )
    load_trained(model, fresh)
    read_before = {n: w for n, w in adapter_weights(STARTS_FROM).items() if "lora_" in n}
    model.load_state_dict(read_before, strict=False)
    model.train()
    with lzma.open(data / FACTS, "rt", encoding="utf-8") as rows:
        neutral = list(islice(factbook.sentences(rows), FACTS_EVALUATED))
    figures = Figures(model, encoder, parts, neutral)
    return Prepared(
        model=model,
        tokenizer=encoder.tokenizer,
        training=Epochs(
            Pass(part, encoder, by_teachers),
            texts=TEXTS_A_STEP * batch_scale,
            tokens=TOKENS_A_STEP * batch_scale,
            masked=MASKED_SHARE,
            batches=batches,
            seed=seed,
        ),
        loss=loss,
        evaluate=figures.accuracy,
        calibrate=figures.calibration,
    )


def taught_by(teachers: Sequence[Path]) -> Recipe:
    """Return the recipe with what ``teachers`` say of its texts."""
    return replace(RECIPE, prepare=partial(prepare, teachers=teachers))


RECIPE = Recipe(
    name="sentiment",
    title="Sentiment adapter for all-MiniLM-L6-v2",
    task="text-classification",
    labels=LABELS,
    lora=LORA,
    sources=(
        "SST-2: sentences and phrases of film reviews (Stanford Sentiment Treebank, Socher et al. "
        "2013, as in GLUE's training split; free for research)",
        "IMDB: film reviews (Large Movie Review Dataset, training half, Maas et al. 2011; as "
        "distributed by its authors, for research)",
    ),
    prepare=prepare,
    schedule=Schedule(
        steps=3900, warmup_steps=300, decay_steps=3600, learning_rate=2e-4, weight_decay=0.01
    ),
    description=(
        f"Labels in `labels.json`, in the order of the head's outputs: {', '.join(LABELS)}. LoRA "
        f"of rank {LORA.r} on every linear layer of the encoder, starting from the masked-LM "
        "adapter in the box, which has read film reviews; pooler and head trained whole. "
        f"Each epoch holds every sentence, {PHRASE_SHARE:.0%} of the phrases, a window of "
        f"{REVIEW_SHARE:.0%} of the reviews, {min(WINDOW_LENGTHS)} to {max(WINDOW_LENGTHS)} tokens "
        f"from their start, their end or between, {TAUGHT:,} sentences of reviews, those without a "
        "label among them, and of every "
        f"sentence up to {VARIANTS} variants, where the masked-LM adapter in the box filled in "
        f"words that were hidden; {MASKED_SHARE:.0%} of the pieces are masked. Variants and "
        "sentences of reviews come with a probability: the calibrated log-odds of the teachers, "
        "averaged, and for the latter what the label of the review adds to them "
        f"({REVIEW_SAYS} either way). Of SST-2's own texts the teachers' probability and the label "
        "count half each. "
        "Both sets were cut into a training, a development, a calibration and a measurement part, "
        f"the last three {reviews.HELD_OUT_PERCENT} % each: SST-2 by source sentence, and phrases "
        "that lie in sentences of several parts are in none. Development figures: texts are cut at "
        "512 tokens."
    ),
    limits=(
        "It learned from film reviews. Other subjects (products, finance, health) are judged by "
        "words that reviews share with them, and a matter-of-fact text gets one of the two labels "
        "too: there is no neutral one. The last row of the calibration says how often it is sure "
        "of a plain fact.",
        "Negations and contrasts (but, although) are the weakest, as in the table; irony and "
        "quoted opinions are mostly taken at their word.",
        "The trunk reads English in lower case only and 512 tokens at once. The app reads longer "
        "texts in windows, which know nothing of each other.",
        "The temperature fits film reviews; elsewhere a probability is less to be relied on.",
    ),
)
