"""The code of each step of the tour, the model's own modules; and of what limits are measured."""

from collections.abc import Mapping

from playground.how_bert_works.bias import Bias
from playground.how_bert_works.long_range import NEUTRAL, LongRange
from playground.models.catalog import Task
from playground.snippet import Snippet
from playground.text.cleaning import MASK, spaced, with_mask

READING = """\
model.eval()
inputs = tokenizer(TEXT.replace("[MASK]", tokenizer.mask_token), return_tensors="pt")
ids = inputs["input_ids"][0]
names = [tokenizer.decode([token_id]) for token_id in ids.tolist()]
position = ids.tolist().index(tokenizer.mask_token_id)
with torch.inference_mode():
    output = model(**inputs, output_attentions=True, output_hidden_states=True)

"""
PIECES = """\
for token_id, name in zip(ids.tolist(), names):
    print(f"{token_id}  {name}")
"""
VECTORS = """\
tables = model.bert.embeddings
with torch.inference_mode():
    token = tables.word_embeddings(ids)
    place = tables.position_embeddings(torch.arange(len(ids)))
    segment = tables.token_type_embeddings(torch.zeros_like(ids))
    made = tables.LayerNorm(token + segment + place)

vectors = {"token": token, "position": place, "segment": segment, "input": made}
for name, vector in vectors.items():
    print(name)
    for number in vector[TOKEN, :SHOWN].tolist():
        print(f"{number:.4f}  ")
print(f"largest difference {(made - output.hidden_states[0][0]).abs().max():.1e}")
"""
ATTENTION = """\
# LAYER, HEAD and TOKEN count from 0.
attention = model.bert.encoder.layer[LAYER].attention.self
states = output.hidden_states[LAYER][0]
size = attention.attention_head_size
rows = slice(HEAD * size, (HEAD + 1) * size)
with torch.inference_mode():
    query, key, value = (
        project(states)[:, rows] for project in (attention.query, attention.key, attention.value)
    )
scores = query @ key.T / size**0.5
weights = scores.softmax(dim=-1)
gathered = weights @ value

for name, score, weight in zip(names, scores[TOKEN].tolist(), weights[TOKEN].tolist()):
    print(f"{score:.4f}  score of {name}")
    print(f"{weight:.4f}  weight of {name}")
own = output.attentions[LAYER][0, HEAD]
print(f"largest difference {(weights - own).abs().max():.1e}")
"""
HEADS = """\
for number, weights in enumerate(output.attentions[LAYER][0, :, TOKEN], start=1):
    strongest = weights.argmax()
    print(f"{weights[strongest]:.4f}  head {number} {names[strongest]}")
"""
FEED_FORWARD = """\
layer = model.bert.encoder.layer[LAYER]
with torch.inference_mode():
    gathered = layer.attention(output.hidden_states[LAYER])[0][0]
    before = layer.intermediate.dense(gathered)
    after = torch.nn.functional.gelu(before)
    made = layer.output(after, gathered)  # back to the width of the layer, sum, LayerNorm

for unit in after[TOKEN].argsort(descending=True, stable=True)[:SHOWN].tolist():
    print(f"{before[TOKEN, unit]:.4f}  before, unit {unit + 1}")
    print(f"{after[TOKEN, unit]:.4f}  after, unit {unit + 1}")
print(f"largest difference {(made - output.hidden_states[LAYER + 1][0]).abs().max():.1e}")
"""
LAYERS = """\
with torch.inference_mode():
    states = torch.stack([states[0, position] for states in output.hidden_states])
    probabilities = model.cls(states).softmax(dim=-1)

final = probabilities[-1].argmax()
for number, row in enumerate(probabilities):
    print(f"{row[final]:.4f}  layer {number} {tokenizer.decode(final)}")
    best = row.topk(TOP_K)
    for probability, token_id in zip(best.values.tolist(), best.indices.tolist()):
        print(f"{probability:.4f}  {tokenizer.decode([token_id])}")
"""
OUTPUT = """\
logits = output.logits[0, position]
probabilities = logits.softmax(dim=-1)
best = probabilities.topk(TOP_K).indices
for token_id in best.tolist():
    name = tokenizer.decode([token_id])
    print(f"{logits[token_id]:.4f}  logit of {name}")
    print(f"{probabilities[token_id]:.4f}  probability of {name}")
print(f"{1 - probabilities[best].sum():.4f}  all others")
"""
LEARNING = """\
losses = -output.logits[0, position].log_softmax(dim=-1)
for token_id in losses.argsort(stable=True)[:TOP_K].tolist():
    print(f"{losses[token_id]:.4f}  loss if the word was {tokenizer.decode([token_id])}")
"""
SCORING = """\
model.eval()
max_length = min(tokenizer.model_max_length, model.config.max_position_embeddings)


def log_probabilities(text, words):  # of words in place of the mask
    text = text.replace("[MASK]", tokenizer.mask_token)
    inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=max_length)
    position = inputs["input_ids"][0].tolist().index(tokenizer.mask_token_id)
    with torch.inference_mode():
        scores = model(**inputs).logits[0, position].log_softmax(dim=-1)
    # With a space in front, as in mid-sentence; these words have one piece each.
    ids = [tokenizer(" " + word, add_special_tokens=False)["input_ids"][0] for word in words]
    return scores[ids]


"""
LONG_RANGE = """\
for fillers in FILLERS:
    own, other = [], []
    for place, (first, last, cues) in enumerate(STORIES):
        between = [NEUTRAL[(place + i) % len(NEUTRAL)] for i in range(fillers)]
        for number, cue in enumerate(cues):
            text = " ".join([first.replace("{}", cue), *between, last])
            found = log_probabilities(text, cues)
            own.append(found[number])
            other.append(found[1 - number])
    with_cue, with_other = torch.stack(own).exp().mean(), torch.stack(other).exp().mean()
    print(f"{with_cue:.4f}  with its cue, {fillers} sentences between")
    print(f"{with_other:.4f}  with another cue, {fillers} sentences between")
"""
BIAS = """\
differences = []
for sentence in SENTENCES:
    for first, second in PAIRS:
        one = log_probabilities(sentence.replace("{}", first), WORDS)
        differences.append(one - log_probabilities(sentence.replace("{}", second), WORDS))
differences = torch.stack(differences)
means, errors = differences.mean(dim=0), differences.std(dim=0) / len(differences) ** 0.5
for word, mean, error in zip(WORDS, means.tolist(), errors.tolist()):
    print(f"{mean:.4f}  {word}")
    print(f"{error:.4f}  standard error of {word}")
"""


def pieces(text: str) -> Snippet:
    """Return the code of step 1: each token with its id."""
    return _snippet("pieces", text, PIECES)


def vectors(text: str, *, token: int, shown: int) -> Snippet:
    """Return the code of step 2: the first ``shown`` numbers of a token's vectors."""
    return _snippet("input vectors", text, VECTORS, {"TOKEN": token, "SHOWN": shown})


def attention(text: str, *, layer: int, head: int, token: int) -> Snippet:
    """Return the code of step 3: scores and weights of one head from one token."""
    chosen = {"LAYER": layer, "HEAD": head, "TOKEN": token}
    return _snippet("attention", text, ATTENTION, chosen)


def heads(text: str, *, layer: int, token: int) -> Snippet:
    """Return the code of step 4: where each head of a layer looks from one token."""
    return _snippet("many heads", text, HEADS, {"LAYER": layer, "TOKEN": token})


def feed_forward(text: str, *, layer: int, token: int, shown: int) -> Snippet:
    """Return the code of step 5: the ``shown`` units with the largest numbers, and its output."""
    chosen = {"LAYER": layer, "TOKEN": token, "SHOWN": shown}
    return _snippet("feed-forward", text, FEED_FORWARD, chosen)


def layers(text: str, *, top_k: int) -> Snippet:
    """Return the code of step 6: what each layer would predict."""
    return _snippet("layers", text, LAYERS, {"TOP_K": top_k})


def output(text: str, *, top_k: int) -> Snippet:
    """Return the code of step 7: logits and probabilities of the best words."""
    return _snippet("output layer", text, OUTPUT, {"TOP_K": top_k})


def learning(text: str, *, top_k: int) -> Snippet:
    """Return the code of step 8: the loss for each of the best words."""
    return _snippet("learning", text, LEARNING, {"TOP_K": top_k})


def measured_reach(found: LongRange) -> Snippet:
    """Return the code of ``long_range.measure``, which found ``found``: its probabilities."""
    constants = {
        "FILLERS": [one.fillers for one in found.reaches],
        "STORIES": [(story.first, story.last, story.cues) for story in found.stories],
        "NEUTRAL": list(NEUTRAL),
    }
    return Snippet(
        page="How BERT works",
        title="long range",
        task=Task.FILL_MASK,
        constants=constants,
        body=SCORING + LONG_RANGE,
    )


def measured_bias(found: Bias) -> Snippet:
    """Return the code of ``bias.measure``, which found ``found``: its effects."""
    constants = {
        "SENTENCES": list(found.association.sentences),
        "PAIRS": list(found.association.pairs),
        "WORDS": [one.word for one in found.effects],
    }
    return Snippet(
        page="How BERT works",
        title="bias",
        task=Task.FILL_MASK,
        constants=constants,
        body=SCORING + BIAS,
    )


def _snippet(
    title: str, text: str, body: str, chosen: Mapping[str, object] | None = None
) -> Snippet:
    return Snippet(
        page="How BERT works",
        title=title,
        task=Task.STEP_BY_STEP,
        constants={"TEXT": with_mask(spaced(text), MASK), **(chosen or {})},
        body=READING + body,
    )
