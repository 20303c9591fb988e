"""The code of each view: what it computes beyond loading a model.

Every function returns the ``Snippet`` for what a visitor chose, with layers, heads and tokens
counted from 0 and the switches that are on. Special tokens that were typed in a text get spaces,
since transformers would take them for control tokens; a model whose tokenizer tells such spaces
apart may then answer differently than on the screen.
"""

from collections.abc import Mapping, Sequence

from playground.attention.switch_code import switched
from playground.attention.switches import Switches
from playground.models.catalog import Task
from playground.snippet import Snippet
from playground.text.cleaning import spaced

READING = """\
model.eval()
max_length = min(tokenizer.model_max_length, model.config.max_position_embeddings)
inputs = tokenizer(*TEXTS, truncation=True, max_length=max_length, return_tensors="pt")
with torch.inference_mode():
    attentions = model.base_model(**inputs, output_attentions=True).attentions
weights = torch.cat(attentions)  # [layer, head, from_token, to_token]
tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
"""
STRONGEST = """
for token, row in zip(rows, shown, strict=True):
    strongest = row.argmax().item()
    print(f"{token} -> {columns[strongest]} {row[strongest]:.4f}")
"""
MEAN = """
shown = weights[LAYERS][:, HEADS].mean(dim=(0, 1))  # layers and heads count from 0
"""
FIGURES = """
places = torch.arange(len(tokens))
distances = (places[:, None] - places).abs()
specials = [place for place, sentence in enumerate(inputs.sequence_ids()) if sentence is None]
figures = {  # each [layer, head], a mean over all tokens
    "entropy": torch.special.entr(weights).sum(dim=-1).mean(dim=-1),
    "distance": (weights * distances).sum(dim=-1).mean(dim=-1),
    "special": weights[..., specials].sum(dim=-1).mean(dim=-1),
    "previous": weights.diagonal(offset=-1, dim1=-2, dim2=-1).mean(dim=-1),
    "next": weights.diagonal(offset=1, dim1=-2, dim2=-1).mean(dim=-1),
    "itself": weights.diagonal(dim1=-2, dim2=-1).mean(dim=-1),
}
"""
EVERY_HEAD = """
shown = weights
"""
OF_EACH_HEAD = """
for layer, heads in enumerate(shown):
    for head, of_head in enumerate(heads):
        numbers = [f"{name} {values[layer, head]:.4f}" for name, values in figures.items()]
        row, column = divmod(of_head.argmax().item(), len(columns))
        strongest = f"{rows[row]} -> {columns[column]} {of_head[row, column]:.4f}"
        print(f"layer {layer + 1}, head {head + 1}: {', '.join(numbers)}, strongest {strongest}")
"""
CHOSEN_HEADS = """
shown = weights[LAYER, HEADS]  # they count from 0
"""
OF_EACH_ROW = """
for head, of_head in zip(HEADS, shown, strict=True):
    for token, row in zip(rows, of_head, strict=True):
        for column in row.argsort(descending=True, stable=True).tolist():
            if row[column] >= 0.00005:  # what would print as zero is left out
                print(f"head {head + 1}: {token} -> {columns[column]} {row[column]:.4f}")
"""
MIXED = """
# Heads are averaged, and the residual connection counts half (Abnar and Zuidema, 2020).
mixed = 0.5 * weights.mean(dim=1) + 0.5 * torch.eye(len(tokens))
mixed = mixed / mixed.sum(dim=-1, keepdim=True)
"""
ROLLOUT = """\
shown = mixed[0]
for layer in mixed[1:DEPTH]:
    shown = layer @ shown
"""
FLOW = """\
# A node is level * count + token. Level 0 is the input; a layer leads to the level below it.
layers, count, _ = mixed.shape
layer, start, end = np.indices(mixed.shape).reshape(3, -1)
edges = (layer + 1) * count + start, layer * count + end
nodes = (layers + 1) * count
capacities = np.rint(1e9 * mixed.numpy()).astype(np.int32).ravel()  # whole numbers are asked for
graph = csr_array((capacities, edges), shape=(nodes, nodes))
for sink, token in enumerate(tokens):
    flow = maximum_flow(graph, layers * count + TOKEN, sink).flow_value / 1e9
    print(f"{token} {min(flow, 1):.4f}")
"""
FLOW_IMPORTS = (
    "import numpy as np",
    "from scipy.sparse import csr_array",
    "from scipy.sparse.csgraph import maximum_flow",
)


def heatmap(
    texts: Sequence[str], *, layers: list[int], heads: list[int], switches: Switches
) -> Snippet:
    """Return code for the mean of ``layers`` and ``heads``: each row's strongest link."""
    return snippet(
        "heatmap",
        constants={"TEXTS": written(texts), "LAYERS": layers, "HEADS": heads},
        body=READING + MEAN + switched(switches) + STRONGEST,
    )


def all_heads(texts: Sequence[str], *, switches: Switches) -> Snippet:
    """Return code for the figures of every head and its strongest link."""
    return snippet(
        "all heads",
        constants={"TEXTS": written(texts)},
        body=READING + FIGURES + EVERY_HEAD + switched(switches) + OF_EACH_HEAD,
    )


def links(texts: Sequence[str], *, layer: int, heads: list[int], switches: Switches) -> Snippet:
    """Return code for the links of ``heads`` in ``layer``, row by row, strongest first."""
    return snippet(
        "links",
        constants={"TEXTS": written(texts), "LAYER": layer, "HEADS": heads},
        body=READING + CHOSEN_HEADS + switched(switches) + OF_EACH_ROW,
    )


def rollout(texts: Sequence[str], *, depth: int, switches: Switches) -> Snippet:
    """Return code for the rollout after ``depth`` layers: each row's largest share."""
    return snippet(
        "rollout",
        constants={"TEXTS": written(texts), "DEPTH": depth},
        body=READING + MIXED + ROLLOUT + switched(switches) + STRONGEST,
    )


def flow(texts: Sequence[str], *, token: int) -> Snippet:
    """Return code for the flow from ``token`` after the last layer to each input token."""
    return snippet(
        "flow",
        constants={"TEXTS": written(texts), "TOKEN": token},
        body=READING + MIXED + FLOW,
        imports=FLOW_IMPORTS,
    )


def written(texts: Sequence[str]) -> list[str]:
    """Return ``texts`` as the code has them."""
    return [spaced(text) for text in texts]


def snippet(
    title: str, *, constants: Mapping[str, object], body: str, imports: tuple[str, ...] = ()
) -> Snippet:
    """Return a snippet of the Attention page."""
    return Snippet(
        page="Attention",
        title=title,
        task=Task.FEATURE_EXTRACTION,
        constants=constants,
        body=body,
        imports=imports,
    )
