"""The code of each view: what it computes beyond loading a model.

"[MASK]" in a text is a mask in the app and plain text in the code.
"""

from collections.abc import Mapping, Sequence

from playground.models.catalog import Task
from playground.next_sentence.judge import TwoSentences
from playground.next_sentence.ordering import Ordered
from playground.next_sentence.pre_training import NEXT_SHARE, PreTraining
from playground.snippet import Snippet

READING = """\
model.eval()


@torch.inference_mode()
def follows(first, second):  # the probability that the second text follows the first
    inputs = tokenizer(
        first,
        second,
        truncation=True,
        split_special_tokens=True,  # [SEP] in a text is plain text
        return_tensors="pt",
    )
    is_next, not_next = model(**inputs).logits[0] / TEMPERATURE
    return (is_next - not_next).sigmoid().item()


"""
TWO_SENTENCES = """\
print(f"{follows(FIRST, SECOND):.4f}  A, then B")
print(f"{follows(SECOND, FIRST):.4f}  B, then A")
"""
ORDER = """\
def best_order(scores):  # the best of all orders (Held and Karp, 1962)
    count = len(scores)
    best = {(frozenset([last]), last): (0.0, (last,)) for last in range(count)}
    for _ in range(count - 1):
        longer = {}
        for (seen, last), (score, path) in best.items():
            for new in set(range(count)) - seen:
                key, found = (seen | {new}, new), (score + scores[last][new], (*path, new))
                longer[key] = max(longer.get(key, found), found)
        best = longer
    return max(best.values())[1]


texts = [SENTENCES[number] for number in SHUFFLED]
scores = [
    [math.log(follows(first, second)) if first is not second else 0.0 for second in texts]
    for first in texts
]
order = [SHUFFLED[place] for place in best_order(scores)]
for number in order:
    print(SENTENCES[number])
tau = kendalltau(order, range(len(order))).statistic
print(f"{tau:.4f}  Kendall's tau against the true order")
"""
PRE_TRAINING = """\
sentences = [sentence for document in DOCUMENTS for sentence in document]
of = np.array([number for number, document in enumerate(DOCUMENTS) for _ in document])
rng = np.random.default_rng(SEED)
for first in range(len(sentences) - 1):
    if of[first] != of[first + 1]:
        continue  # the last sentence of a document
    is_next = rng.random() < NEXT_SHARE
    others = np.flatnonzero(of != of[first])
    second = first + 1 if is_next else rng.choice(others)
    probability = follows(sentences[first], sentences[second])
    print(f"{probability:.4f}  {'IsNext' if is_next else 'NotNext'}")
    print(tokenizer.tokenize(sentences[first], sentences[second], add_special_tokens=True))
"""


def two_sentences(found: TwoSentences) -> Snippet:
    """Return the code of ``both_ways``."""
    constants = {"FIRST": found.forward.first, "SECOND": found.forward.second}
    return _snippet("two sentences", constants, TWO_SENTENCES, found.labels.temperature)


def order(found: Ordered, *, temperature: float) -> Snippet:
    """Return the code of ``order_paragraph``."""
    constants = {
        "SENTENCES": list(found.sentences),
        "SHUFFLED": list(found.shuffled.sentences),
    }
    return _snippet(
        "order a paragraph",
        constants,
        ORDER,
        temperature,
        imports=("import math", "from scipy.stats import kendalltau"),
    )


def pre_training(found: PreTraining, *, seed: int, temperature: float) -> Snippet:
    """Return the code of ``pre_training_pairs``."""
    documents: list[list[str]] = [[] for _ in range(found.documents[-1] + 1)]
    for sentence, number in zip(found.sentences, found.documents, strict=True):
        documents[number].append(sentence)
    constants = {"DOCUMENTS": documents, "SEED": seed, "NEXT_SHARE": NEXT_SHARE}
    return _snippet(
        "pre-training pairs",
        constants,
        PRE_TRAINING,
        temperature,
        imports=("import numpy as np",),
    )


def _snippet(
    title: str,
    constants: Mapping[str, object],
    body: str,
    temperature: float,
    *,
    imports: Sequence[str] = (),
) -> Snippet:
    return Snippet(
        page="Next sentence",
        title=title,
        task=Task.NEXT_SENTENCE,
        constants={**constants, "TEMPERATURE": temperature},
        body=READING + body,
        imports=tuple(imports),
    )
