"""Next-sentence adapter and head for the bundled trunk (BERT paper, section 3.1, task 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from peft import inject_adapter_in_model
from torch import Tensor, nn
from transformers import AutoTokenizer, BertForNextSentencePrediction, PreTrainedTokenizerBase

from playground.calibration import Outcomes, expected_error, fitted_temperature
from playground.models import trunk
from playground.next_sentence.judge import probability
from playground.next_sentence.ordering import best_path, compared
from playground.recipes import consecutive, named_entities
from playground.recipes.batches import Epochs, Example, predicted
from playground.recipes.consecutive import SOURCES, TRAINING, WIKIPEDIA, Kind, Text
from playground.recipes.recipe import Prepared, Recipe, Schedule

LABELS = ("IS_NEXT", "NOT_NEXT")  # in transformers' order
LORA = named_entities.LORA
PAIRS_A_STEP = 24
TOKENS_A_STEP = 1024
MASKED_SHARE = 0.05
LONGEST = 124  # pieces of both sentences, without [CLS] and twice [SEP]
# How the second sentence is drawn; a quarter is from the same document, half of it close by.
MIX = {
    Kind.NEXT: 0.5,
    Kind.SAME_PARAGRAPH: 0.125,
    Kind.SAME_DOCUMENT: 0.125,
    Kind.OTHER_DOCUMENT: 0.25,
}
WRONG = tuple(kind for kind in Kind if kind is not Kind.NEXT)
EVALUATED = 200  # pairs of each kind while training
MEASURED = 800  # and at the end
PARAGRAPHS = 100  # that are put in order
PARAGRAPH_SENTENCES = range(4, 8)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text and the piece ids of each of its sentences, without special tokens."""

    text: Text
    ids: list[np.ndarray]


class Encoder:
    """Pairs to examples: [CLS] first [SEP] second [SEP] with one label."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer

    def pieces(self, text: Text) -> Pieces:
        """Return the pieces of each sentence."""
        encoded = self.tokenizer(list(text.sentences), add_special_tokens=False, verbose=False)
        return Pieces(text, [np.asarray(ids, dtype=np.int64) for ids in encoded["input_ids"]])

    def example(self, first: np.ndarray, second: np.ndarray, label: int) -> Example:
        """Return one example; of a pair that is too long the longer sentence loses its end."""
        room = [LONGEST - min(len(second), LONGEST // 2), LONGEST - min(len(first), LONGEST // 2)]
        end = self.tokenizer.sep_token_id
        framed = [self.tokenizer.cls_token_id, *first[: room[0]], end, *second[: room[1]], end]
        return Example(ids=np.asarray(framed), labels=np.array([label]))

    def examples(self, pieces: Pieces, pairs: list[tuple[int, int]], label: int) -> list[Example]:
        """Return the pairs of places as examples of one label."""
        return [self.example(pieces.ids[one], pieces.ids[two], label) for one, two in pairs]


class Pass:
    """One epoch: some of each source's places, each with a second sentence drawn by MIX."""

    def __init__(self, parts: Sequence[Pieces], shares: Sequence[float], encoder: Encoder) -> None:
        self.parts = [(part, part.text.places()) for part in parts]
        self.shares = shares
        self.encoder = encoder

    def __call__(self, rng: np.random.Generator) -> list[Example]:
        """Return the pairs of one epoch."""
        return [
            example
            for (part, places), share in zip(self.parts, self.shares, strict=True)
            for place in np.repeat(places, counts(len(places), share, rng)).tolist()
            if (example := self._drawn(part, place, rng)) is not None
        ]

    def _drawn(self, part: Pieces, place: int, rng: np.random.Generator) -> Example | None:
        kind = list(MIX)[rng.choice(len(MIX), p=list(MIX.values()))]
        second = part.text.second(place, kind, rng)
        if second is None:
            return None
        return self.encoder.example(part.ids[place], part.ids[second], int(kind is not Kind.NEXT))


def counts(size: int, mean: float, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of ``size`` is taken, ``mean`` times rounded down or up by lot."""
    return int(mean) + (rng.random(size) < mean % 1)


def loss(model: BertForNextSentencePrediction, batch: dict[str, Tensor]) -> Tensor:
    """Return the mean cross-entropy over the pairs."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    logits = model(**{name: batch[name] for name in names}).logits
    return nn.functional.cross_entropy(logits.float(), batch["labels"][:, 0])


class Figures:
    """What is measured on the parts that were held out."""

    def __init__(
        self,
        model: BertForNextSentencePrediction,
        encoder: Encoder,
        held_out: dict[str, Pieces],
    ) -> None:
        self.model = model
        self.encoder = encoder
        self.held_out = held_out

    def outcomes(self, pieces: Pieces, sizes: dict[Kind, int]) -> dict[Kind, Outcomes]:
        """Return what the model says of at most so many pairs of each kind."""
        found = {}
        for kind, at_most in sizes.items():
            label = int(kind is not Kind.NEXT)
            pairs = consecutive.pairs(pieces.text, kind, at_most=at_most)
            logits = predicted(self.model, self.encoder.examples(pieces, pairs, label))
            found[kind] = Outcomes(np.stack(logits), np.full(len(pairs), label))
        return found

    def accuracy(self) -> dict[str, float]:
        """Return the balanced accuracy by kind of wrong sentence on the development part."""
        return {
            f"balanced accuracy / {kind}": value
            for kind, value in balanced(
                self.outcomes(self.held_out["development"], dict.fromkeys(Kind, EVALUATED))
            ).items()
        }

    def calibration(self) -> dict[str, Any]:
        """Return the temperature, fitted on one part, and the figures of another."""
        fit = mixed(
            self.outcomes(
                self.held_out["calibration"],
                {kind: int(2 * MEASURED * share) for kind, share in MIX.items()},
            )
        )
        temperature = fitted_temperature([fit])
        measured_part = self.held_out["measurement"]
        found = self.outcomes(measured_part, dict.fromkeys(Kind, MEASURED))
        measured = mixed(found)
        return {
            "temperature": temperature,
            "fitted_on": f"{len(fit.labels):,} pairs of WikiText-2",
            "measured_on": f"{len(found[Kind.NEXT].labels):,} pairs of each kind from "
            f"{len(np.unique(measured_part.text.documents))} documents of WikiText-2",
            "balanced accuracy": balanced(found),
            "called next": {
                str(kind): float((one.logits.argmax(1) == 0).mean()) for kind, one in found.items()
            },
            "ece": {
                "before": expected_error(measured),
                "after": expected_error(measured, temperature),
            },
            "order of paragraphs": self.order(measured_part, temperature),
        }

    def order(self, pieces: Pieces, temperature: float) -> dict[str, float]:
        """Return how near to the true order paragraphs come that are put in order by the head."""
        found = []
        lengths = []
        for places in consecutive.whole_paragraphs(pieces.text, PARAGRAPH_SENTENCES)[:PARAGRAPHS]:
            pairs = [(i, j) for i in places for j in places if i != j]
            logits = np.stack(predicted(self.model, self.encoder.examples(pieces, pairs, 0)))
            scores = np.zeros((len(places), len(places)))
            scores[~np.eye(len(places), dtype=bool)] = np.log(probability(logits, temperature))
            shuffled = np.random.default_rng(places[0]).permutation(len(places))
            path = best_path(scores[np.ix_(shuffled, shuffled)])
            found.append(compared(shuffled[list(path)].tolist(), scores))
            lengths.append(len(places))
        return {
            "paragraphs": len(found),
            "Kendall's tau": float(np.mean([one.tau for one in found])),
            "neighbours kept": float(np.mean([one.neighbours for one in found])),
            "neighbours kept at random": float(np.mean(1 / np.array(lengths))),
        }


def balanced(outcomes: dict[Kind, Outcomes]) -> dict[str, float]:
    """Return the mean of the accuracies on next sentences and on wrong ones, by their kind."""
    right = outcomes[Kind.NEXT].accuracy
    return {str(kind): (right + outcomes[kind].accuracy) / 2 for kind in WRONG}


def mixed(outcomes: dict[Kind, Outcomes]) -> Outcomes:
    """Return outcomes of the kinds in the shares of MIX."""
    size = min(int(len(outcomes[kind].labels) / share) for kind, share in MIX.items())
    rows = {kind: slice(int(size * share)) for kind, share in MIX.items()}
    return Outcomes(
        np.concatenate([outcomes[kind].logits[row] for kind, row in rows.items()]),
        np.concatenate([outcomes[kind].labels[row] for kind, row in rows.items()]),
    )


def prepare(data: Path, *, seed: int, batches: int, batch_scale: int = 1) -> Prepared:
    """Load the trunk with a fresh adapter and head, and the texts."""
    encoder = Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    model = BertForNextSentencePrediction.from_pretrained(
        trunk.folder(),
        attn_implementation="eager",
        hidden_dropout_prob=0.0,  # pieces are masked instead, see batches.hidden
        attention_probs_dropout_prob=0.0,
    )
    model.requires_grad_(False)
    model = inject_adapter_in_model(LORA, model)
    model.bert.pooler.requires_grad_(True)
    model.cls.requires_grad_(True)
    parts = {
        source.file: {name: encoder.pieces(text) for name, text in found.items()}
        for source in SOURCES
        for found in [consecutive.read(source, data)]
    }
    figures = Figures(model, encoder, parts[WIKIPEDIA.file])
    training = Pass(
        [found[TRAINING] for found in parts.values()], [one.share for one in SOURCES], encoder
    )
    return Prepared(
        model=model,
        tokenizer=encoder.tokenizer,
        training=Epochs(
            training,
            texts=PAIRS_A_STEP * batch_scale,
            tokens=TOKENS_A_STEP * batch_scale,
            masked=MASKED_SHARE,
            batches=batches,
            seed=seed,
        ),
        loss=loss,
        evaluate=figures.accuracy,
        calibrate=figures.calibration,
    )


RECIPE = Recipe(
    name="next_sentence",
    title="Next-sentence adapter for all-MiniLM-L6-v2",
    task="text-classification",
    labels=LABELS,
    lora=LORA,
    sources=tuple(source.origin for source in SOURCES),
    prepare=prepare,
    schedule=Schedule(
        steps=4250, warmup_steps=150, decay_steps=2500, learning_rate=5e-4, weight_decay=0.01
    ),
    description=(
        f"Labels in `labels.json`, in the order of the head's outputs: {', '.join(LABELS)}. LoRA "
        f"of rank {LORA.r} on every linear layer of the encoder; pooler and head trained whole. "
        "Pairs of sentences, the first one followed in its paragraph by another: half of the pairs "
        "are these two; in a quarter the second is any other sentence of the same document, half "
        "of those of the same paragraph; in a quarter it is of another document of the same "
        f"source. At most {LONGEST} pieces; {MASKED_SHARE:.0%} of them are masked. The sources "
        "have a paragraph a line and no mark between documents: one begins where hardly a word of "
        f"the next {consecutive.WINDOW} lines stood in the last ones (TextTiling, Hearst 1997). "
        "Whole documents are held out, by a hash of their letters. Figures: held-out articles of "
        "WikiText-2, as many next sentences as wrong ones of each kind."
    ),
    limits=(
        "It tells topics apart and not order: two neighbours and the same two swapped are called "
        "next equally often. A high probability means that two sentences belong together, not that "
        "one comes first; paragraphs cannot be put in order by it.",
        "The probability is calibrated for the mix above: half of the pairs follow. Where fewer "
        "do, it is too high.",
        "Documents were found by their words. Of 105 borders in WikiText-2, 16 lie within an "
        "article (counted by eye), so a few pairs of two documents are of one, and four of the 25 "
        "measured documents are pieces of articles of which training saw others. Without those "
        "four, the balanced accuracy is 86.8 % where the wrong sentence is of another document and "
        "66.4 % where it is of the same one.",
        "WikiText-2 has [UNK] in place of rare words, which its sentences share.",
        "The trunk reads English in lower case only. Questions and answers, dialogue and lists are "
        "rare in what it learned from.",
    ),
)
