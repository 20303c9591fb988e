"""The code of each view: what it computes beyond loading a model.

Every function returns the ``Snippet`` for what a visitor chose. Windows are written out as the
first token and the one behind the last, special tokens left out. "[MASK]" in a text is a mask in
the app and plain text in the code.
"""

from collections.abc import Mapping, Sequence

from playground.files.script import Reading
from playground.models.catalog import Task
from playground.models.queries import Labels
from playground.sentiment.classify import Classified
from playground.sentiment.explain import Explanation
from playground.snippet import Snippet
from playground.text.cleaning import blanked

READING = """\
model.eval()
names = [model.config.id2label[index] for index in range(model.config.num_labels)]


def read(text):  # [SEP] and the like are plain text in a text, or unknown
    first, *ids, last = tokenizer(text, split_special_tokens=True, verbose=False)["input_ids"]
    special = set(tokenizer.all_special_ids) - {tokenizer.mask_token_id}
    return first, [tokenizer.unk_token_id if i in special else i for i in ids], last


@torch.inference_mode()
def probabilities(ids):  # [label]
    logits = model(torch.tensor([ids])).logits[0] / TEMPERATURE
    return logits.sigmoid() if SEVERAL else logits.softmax(dim=-1)


def each_window(text, windows):  # [window, label]
    first, ids, last = read(text)
    return torch.stack([probabilities([first, *ids[begin:end], last]) for begin, end in windows])


def whole(text, windows):  # [label]
    tokens = torch.tensor([float(end - begin) for begin, end in windows])
    return tokens @ each_window(text, windows) / tokens.sum()


"""
LABELS = """\
for text, windows in zip(TEXTS, WINDOWS):
    print(text[:60].replace("\\n", " "))
    for name, probability in zip(names, whole(text, windows).tolist()):
        print(f"{probability:.4f}  {name}")
"""
LONG_TEXT = """\
for window, row in zip(WINDOWS, each_window(TEXT, WINDOWS).tolist()):
    print(f"tokens {window[0]} to {window[1]}")
    for name, probability in zip(names, row):
        print(f"{probability:.4f}  {name}")
print("whole")
for name, probability in zip(names, whole(TEXT, WINDOWS).tolist()):
    print(f"{probability:.4f}  {name}")
"""
A_FILE = """\
for number, text in enumerate(texts):
    if text.strip():
        windows = WINDOWS.get(number) or [(0, len(read(text)[1]))]
        print(text[:60].replace("\\n", " "))
        for name, probability in zip(names, whole(text, windows).tolist()):
            print(f"{probability:.4f}  {name}")
"""
ONE_TEXT = """\
for name, probability in zip(names, whole(TEXT, WINDOWS).tolist()):
    print(f"{probability:.4f}  {name}")
"""
EXPLANATION = """\

first, ids, last = read(TEXT)
begin, end = EXPLAINED
ids = torch.tensor([[first, *ids[begin:end], last]])
nothing = tokenizer.unk_token_id if tokenizer.mask_token_id is None else tokenizer.mask_token_id
baseline = torch.full_like(ids, nothing)  # as long as the text, and saying nothing
baseline[0, [0, -1]] = ids[0, [0, -1]]


def log_odds(ids):  # [text], of the label's probability
    logits = model(ids, attention_mask=torch.ones_like(ids)).logits / TEMPERATURE
    others = [index for index in range(len(names)) if index != LABEL]
    return logits[:, LABEL] - (0 if SEVERAL else logits[:, others].logsumexp(dim=1))


gradients = LayerIntegratedGradients(log_odds, model.base_model.embeddings)
values = gradients.attribute(ids, baselines=baseline, n_steps=STEPS, internal_batch_size=8)
tokens = values[0, 1:-1].sum(dim=-1).tolist()
for word, places in WORDS:
    print(f"{sum(tokens[place - begin] for place in places):.4f}  {word}")
"""


def labels(found: Sequence[Classified]) -> Snippet:
    """Return the code of ``classify`` for several texts: each label's probability."""
    constants = {
        "TEXTS": [blanked(one.read.text) for one in found],
        "WINDOWS": [windows(one) for one in found],
        **_meaning(found),
    }
    return _snippet("labels", constants=constants, body=LABELS)


def file(
    reading: Reading, windows: Mapping[int, Sequence[tuple[int, int]]], known: Labels
) -> Snippet:
    """Return the code of ``classify_all`` for the texts that ``reading`` finds.

    ``windows`` has those of each text that needs several, by its place among all texts.
    """
    constants = {
        **reading.constants,
        "WINDOWS": {number: list(row) for number, row in windows.items()},
        "TEMPERATURE": known.temperature,
        "SEVERAL": known.several,
    }
    return _snippet(
        "a file", constants=constants, body=reading.code + A_FILE, imports=reading.imports
    )


def long_text(found: Classified) -> Snippet:
    """Return the code of ``classify``: probabilities of each window, and of the whole text."""
    return _snippet("long text", constants=_one(found), body=LONG_TEXT)


def one_text(found: Classified, explanation: Explanation | None) -> Snippet:
    """Return the code of ``classify`` and, if there is an explanation, of ``explain`` by Captum."""
    if explanation is None:
        return _snippet("one text", constants=_one(found), body=ONE_TEXT)
    window = explanation.window
    constants = {
        **_one(found),
        "EXPLAINED": (window.begin, window.end),
        "LABEL": explanation.label,
        "STEPS": explanation.steps,
        "WORDS": [(word.text, list(word.tokens)) for word in explanation.words],
    }
    return _snippet(
        "one text",
        constants=constants,
        body=ONE_TEXT + EXPLANATION,
        imports=("from captum.attr import LayerIntegratedGradients",),
    )


def _one(found: Classified) -> dict[str, object]:
    return {"TEXT": blanked(found.read.text), "WINDOWS": windows(found), **_meaning([found])}


def windows(found: Classified) -> list[tuple[int, int]]:
    """Return the windows of a text, each as its first token and the one behind its last."""
    return [(part.window.begin, part.window.end) for part in found.parts]


def _meaning(found: Sequence[Classified]) -> dict[str, object]:
    known = found[0].labels if found else None
    return {
        "TEMPERATURE": known.temperature if known else 1.0,
        "SEVERAL": bool(known and known.several),
    }


def _snippet(
    title: str, *, constants: Mapping[str, object], body: str, imports: tuple[str, ...] = ()
) -> Snippet:
    return Snippet(
        page="Sentiment",
        title=title,
        task=Task.TEXT_CLASSIFICATION,
        constants=constants,
        body=READING + body,
        imports=imports,
    )
