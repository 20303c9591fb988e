"""Code that computes the attention that the page shows, with plain transformers."""

from collections.abc import Sequence

from playground.models.catalog import Task
from playground.snippet import Snippet

BODY = """\
model.eval()
max_length = min(tokenizer.model_max_length, model.config.max_position_embeddings)
inputs = tokenizer(*TEXTS, truncation=True, max_length=max_length, return_tensors="pt")
with torch.inference_mode():
    attentions = model.base_model(**inputs, output_attentions=True).attentions
weights = torch.cat(attentions)  # [layer, head, from_token, to_token]
shown = weights[LAYERS][:, HEADS].mean(dim=(0, 1))

tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
for token, row in zip(tokens, shown, strict=True):
    strongest = row.argmax().item()
    print(f"{token} -> {tokens[strongest]} {row[strongest]:.4f}")
"""


def heatmap(texts: Sequence[str], *, layers: list[int], heads: list[int]) -> Snippet:
    """Return code for the mean of ``layers`` and ``heads``, counted from 0, without switches."""
    return Snippet(
        title="heatmap",
        page="Attention",
        task=Task.FEATURE_EXTRACTION,
        constants={"TEXTS": list(texts), "LAYERS": layers, "HEADS": heads},
        body=BODY,
    )
