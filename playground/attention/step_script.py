"""The code of Step by step: one head from the model's own modules."""

from collections.abc import Sequence

from playground.attention.scripts import snippet, written
from playground.snippet import Snippet

BODY = """\
model.eval()
base = model.base_model
max_length = min(tokenizer.model_max_length, base.config.max_position_embeddings)
inputs = tokenizer(*TEXTS, truncation=True, max_length=max_length, return_tensors="pt")
tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])


def projections(layer):  # the modules that make queries, keys and values of all heads
    match base.config.model_type:
        case "distilbert":
            attention = base.transformer.layer[layer].attention
            return attention.q_lin, attention.k_lin, attention.v_lin
        case "albert":  # a few layers take turns
            turn, inner = divmod(layer, base.config.inner_group_num)
            group = turn * base.config.num_hidden_groups // base.config.num_hidden_layers
            groups = base.encoder.albert_layer_groups
            attention = groups[group].albert_layers[inner].attention
        case _:
            attention = base.encoder.layer[layer].attention.self
    return attention.query, attention.key, attention.value


with torch.inference_mode():  # layer, head and token count from 0
    model_says = base(**inputs, output_attentions=True, output_hidden_states=True)
    own = model_says.attentions[LAYER][0, HEAD, TOKEN]
    states = model_says.hidden_states[LAYER][0]  # what enters the layer, [token, hidden]
    of_all_heads = [project(states) for project in projections(LAYER)]
    size = of_all_heads[0].shape[-1] // base.config.num_attention_heads
    q, k, v = (made[:, HEAD * size : (HEAD + 1) * size] for made in of_all_heads)
    scores = k @ q[TOKEN] / size**0.5
    weights = scores.softmax(dim=-1)
    output = weights @ v

for token, score, weight, of_model in zip(tokens, scores, weights, own, strict=True):
    print(f"{token} score {score:.4f} softmax {weight:.4f} model {of_model:.4f}")
for name, vector in {"q": q[TOKEN], "output": output}.items():
    print(name, *(f"{number:.4f}" for number in vector))
print(f"largest difference {(weights - own).abs().max():.1e}")
"""


def step(texts: Sequence[str], *, layer: int, head: int, token: int) -> Snippet:
    """Return code for one head from one token: scores, softmax beside the model's own, output.

    It is for models whose ``playground.attention.step`` raises nothing: the others add another
    term to the scores.
    """
    return snippet(
        "step by step",
        constants={"TEXTS": written(texts), "LAYER": layer, "HEAD": head, "TOKEN": token},
        body=BODY,
    )
