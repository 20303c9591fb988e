"""The code of each view: what it computes beyond loading a model and reading a text.

Every function returns the ``Snippet`` for what a visitor chose. Special tokens that were typed in a
text get spaces, since transformers would take them for control tokens; a model whose tokenizer
tells such spaces apart may then answer differently than on the screen.
"""

from collections.abc import Mapping, Sequence

from playground.mask_filling.joint import Order
from playground.mask_filling.targets import TargetScore
from playground.models.catalog import Task
from playground.snippet import Snippet
from playground.text.cleaning import MASK, spaced, with_mask

READING = """\
model.eval()
max_length = min(tokenizer.model_max_length, model.config.max_position_embeddings)


def read(text):
    text = text.replace("[MASK]", tokenizer.mask_token)
    return tokenizer(text, truncation=True, max_length=max_length)["input_ids"]


def masks(ids):
    return [i for i, token_id in enumerate(ids) if token_id == tokenizer.mask_token_id]


def name(token_id):
    return tokenizer.decode([token_id]).strip()


@torch.inference_mode()
def log_probabilities(ids):  # [token, vocabulary]
    return model(torch.tensor([ids])).logits[0].log_softmax(dim=-1)


"""
FILL = """\
ids = read(TEXT)
scores = log_probabilities(ids)
for number, position in enumerate(masks(ids), start=1):
    print(f"mask {number}")
    best = scores[position].exp().topk(TOP_K)
    for probability, token_id in zip(best.values.tolist(), best.indices.tolist()):
        print(f"{probability:.4f}  {name(token_id)}")
"""
JOINTLY = """\
ids = read(TEXT)
order = masks(ids)
if ORDER == "most certain first":
    scores = log_probabilities(ids)[order]
    entropy = -(scores.exp() * scores).sum(dim=-1)
    order = [order[mask] for mask in entropy.argsort(stable=True).tolist()]

# Beam search: fill one mask after the other, always keep the best fillings so far.
beams = [(0.0, ids)]
for position in order:
    grown = []
    for score, beam in beams:
        best = log_probabilities(beam)[position].topk(BEAM_WIDTH)
        for log_prob, token_id in zip(best.values.tolist(), best.indices.tolist()):
            filled = beam[:position] + [token_id] + beam[position + 1 :]
            grown.append((score + log_prob, filled))
    beams = sorted(grown, key=lambda beam: beam[0], reverse=True)[:BEAM_WIDTH]

for score, beam in beams[:TOP_K]:
    print(f"{score:.4f}  {', '.join(name(beam[position]) for position in masks(ids))}")
"""
COMPARE_WORDS = """\
# WORDS has each word's pieces; tokenizer(" Paris", add_special_tokens=False) finds them.
ids = read(TEXT)
position = masks(ids)[MASK_NUMBER - 1]
scores = {}
for word, pieces in WORDS.items():
    scores[word] = []
    for step, piece in enumerate(pieces):
        # The pieces before this one stand there already, the later ones are masked.
        filling = pieces[:step] + [tokenizer.mask_token_id] * (len(pieces) - step)
        asked = ids[:position] + filling + ids[position + 1 :]
        scores[word].append(log_probabilities(asked)[position + step, piece].item())

for word in sorted(scores, key=lambda word: sum(scores[word]), reverse=True):
    of_each_piece = " ".join(f"{log_prob:.4f}" for log_prob in scores[word])
    print(f"{sum(scores[word]):.4f}  {word}  {of_each_piece}")
"""
EVERY_POSITION = """\
ids = read(TEXT)
for token_id, scores in zip(ids, log_probabilities(ids)):
    if token_id in (tokenizer.cls_token_id, tokenizer.sep_token_id):
        continue
    print(f"{scores[token_id].exp():.4f}  {name(token_id)}")
    best = scores.exp().topk(TOP_K)
    for probability, guess in zip(best.values.tolist(), best.indices.tolist()):
        print(f"    {probability:.4f}  {name(guess)}")
"""
LAYERS = """\
def head(states):  # the model's own prediction head, trained for its last layer
    match model.config.model_type:
        case "bert":
            return model.cls(states)
        case "albert":
            return model.predictions(states)
        case "distilbert":
            states = model.activation(model.vocab_transform(states))
            return model.vocab_projector(model.vocab_layer_norm(states))
        case "electra":
            return model.generator_lm_head(model.generator_predictions(states))
        case "deberta" | "deberta-v2" if model.config.legacy:
            return model.cls(states)
        case "deberta" | "deberta-v2":
            words = model.base_model.embeddings.word_embeddings
            return model.lm_predictions(states, words)
        case _:  # RoBERTa and its kin
            return model.lm_head(states)


ids = read(TEXT)
position = masks(ids)[MASK_NUMBER - 1]
with torch.inference_mode():
    states = model(torch.tensor([ids]), output_hidden_states=True).hidden_states
    layers = [head(layer)[0, position].softmax(dim=-1) for layer in states]

final = layers[-1].argmax()
for number, probabilities in enumerate(layers):
    print(f"layer {number}  {probabilities[final]:.4f}  {name(final)}")
    best = probabilities.topk(TOP_K)
    for probability, guess in zip(best.values.tolist(), best.indices.tolist()):
        print(f"    {probability:.4f}  {name(guess)}")
"""
PRETRAINING = """\
ids = read(TEXT)
untouched = (tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.mask_token_id)
candidates = [place for place, token_id in enumerate(ids) if token_id not in untouched]
ordinary = np.setdiff1d(np.arange(len(tokenizer)), tokenizer.all_special_ids)

# Choose some tokens; mask 80 % of them, replace 10 % at random, leave 10 % as they are.
rng = np.random.default_rng(SEED)
count = min(len(candidates), max(1, round(SHARE * len(candidates))))
seen, treatment = list(ids), {}
for position in rng.choice(candidates, size=count, replace=False).tolist():
    draw = rng.random()
    if draw < 0.8:
        seen[position], treatment[position] = tokenizer.mask_token_id, "masked"
    elif draw < 0.9:
        seen[position], treatment[position] = int(rng.choice(ordinary)), "replaced"
    else:
        treatment[position] = "kept"

scores = log_probabilities(seen)
loss = 0.0
for position in sorted(treatment):
    log_prob = scores[position, ids[position]]
    loss -= log_prob / count
    token, guess = name(ids[position]), name(scores[position].argmax())
    print(f"{log_prob.exp():.4f}  {token}: {treatment[position]}, guess {guess}")
print(f"loss {loss:.4f}")
"""
SIDE_BY_SIDE = """\
first_ids, second_ids = read(FIRST), read(SECOND)
first = log_probabilities(first_ids)[masks(first_ids)[0]]
second = log_probabilities(second_ids)[masks(second_ids)[0]]
guesses = {*first.topk(TOP_K).indices.tolist(), *second.topk(TOP_K).indices.tolist()}
difference = (second.exp() - first.exp()).abs()
for guess in sorted(guesses, key=lambda guess: difference[guess], reverse=True):
    one, other = first[guess], second[guess]
    print(f"{one.exp():.4f}  {other.exp():.4f}  {other - one:.4f}  {name(guess)}")
"""


def fill(text: str, *, top_k: int) -> Snippet:
    """Return the code of ``fill``: each mask's tokens with their probabilities."""
    return _snippet("fill", constants={"TEXT": _plain(text), "TOP_K": top_k}, body=FILL)


def jointly(text: str, *, order: Order, beam_width: int, top_k: int) -> Snippet:
    """Return the code of ``fill_jointly``: fillings with their log probabilities."""
    constants = {
        "TEXT": _plain(text),
        "ORDER": order.value,
        "BEAM_WIDTH": beam_width,
        "TOP_K": top_k,
    }
    return _snippet("jointly", constants=constants, body=JOINTLY)


def compare_words(text: str, scores: Sequence[TargetScore], *, mask_index: int) -> Snippet:
    """Return the code of ``compare_targets``, which found ``scores``: log probabilities.

    The pieces are written out: how a word is spelled may depend on what stands before the mask.
    """
    constants = {
        "TEXT": _plain(text),
        "MASK_NUMBER": mask_index + 1,
        "WORDS": {score.word: list(score.token_ids) for score in scores},
    }
    return _snippet("compare words", constants=constants, body=COMPARE_WORDS)


def every_position(text: str, *, top_k: int) -> Snippet:
    """Return the code of ``predict_everywhere``: each token's probability and the guesses."""
    constants = {"TEXT": _plain(text), "TOP_K": top_k}
    return _snippet("every position", constants=constants, body=EVERY_POSITION)


def layers(text: str, *, mask_index: int, top_k: int) -> Snippet:
    """Return the code of ``logit_lens``: each layer's guesses and what it gives the final one."""
    constants = {"TEXT": _plain(text), "MASK_NUMBER": mask_index + 1, "TOP_K": top_k}
    return _snippet("layer by layer", constants=constants, body=LAYERS)


def pretraining(text: str, *, seed: int, share: float) -> Snippet:
    """Return the code of ``simulate``, with the same draws: the chosen tokens and the loss."""
    return _snippet(
        "pre-training",
        constants={"TEXT": _plain(text), "SEED": seed, "SHARE": share},
        body=PRETRAINING,
        imports=("import numpy as np",),
    )


def side_by_side(first: str, second: str, *, top_k: int) -> Snippet:
    """Return the code of ``compare``: probabilities in both sentences and their log ratio."""
    constants = {"FIRST": _plain(first), "SECOND": _plain(second), "TOP_K": top_k}
    return _snippet("side by side", constants=constants, body=SIDE_BY_SIDE)


def _snippet(
    title: str, *, constants: Mapping[str, object], body: str, imports: tuple[str, ...] = ()
) -> Snippet:
    return Snippet(
        page="Mask filling",
        title=title,
        task=Task.FILL_MASK,
        constants=constants,
        body=READING + body,
        imports=imports,
    )


def _plain(text: str) -> str:
    return with_mask(spaced(text), MASK)
