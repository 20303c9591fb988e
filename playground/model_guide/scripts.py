"""The code of the views that have some: parameters by part, and a child against its base."""

from playground.models.catalog import TRUNK, ModelSpec, Source, Task
from playground.snippet import Snippet

PARTS = """\
in_layer = re.compile(r"(?:layer|albert_layer_groups)\\.(\\d+)\\.(.+)")
words = model.get_input_embeddings().weight  # may be named after the head that shares it
counts = Counter()
for name, weight in model.named_parameters():  # weights that are used twice come once
    if found := in_layer.search(name):
        block = "attention" if re.search("attention|sa_layer_norm", found[2]) else "feed-forward"
        part = f"layer {int(found[1]) + 1}, {block}"
    elif weight is words or ("embedding" in name and "rel_embeddings" not in name):
        part = "embeddings"
    else:
        part = "all else"
    counts[part] += weight.numel()
for part, count in counts.items():
    print(f"{count:12,}  {part}")
print(f"{counts.total():12,}  all")
print(f"{model.num_parameters():12,}  as transformers counts")
"""
KEEP_CHILD = """\
child = {name: w.detach().clone() for name, w in model.base_model.named_parameters()}
model.eval()
inputs = tokenizer(TEXT, return_tensors="pt")
with torch.inference_mode():
    states = model.base_model(**inputs, output_hidden_states=True).hidden_states
"""
# The adapter was merged into the trunk that was loaded for it, so the trunk is loaded again.
TRUNK_AGAIN = """\
model = AutoModel.from_pretrained(TRUNK, use_safetensors=True)
"""
COMPARE = """\
for name, weight in model.base_model.named_parameters():
    if name in child and child[name].shape == weight.shape:
        distance = (child[name] - weight).norm() / weight.norm()
        print(f"{distance.item():.6f}  {name}")

model.eval()
with torch.inference_mode():
    base_states = model.base_model(**inputs, output_hidden_states=True).hidden_states
for layer, (one, other) in enumerate(zip(states, base_states)):
    cosine = torch.cosine_similarity(one, other, dim=-1).mean()
    print(f"{cosine.item():.6f}  layer {layer}, mean cosine over the tokens")
"""


def by_part(task: Task) -> Snippet:
    """Return code that counts the parameters of a model for ``task`` by part."""
    return Snippet(
        page="Models",
        title="Inside one",
        task=task,
        constants={},
        body=PARTS,
        imports=("import re", "from collections import Counter"),
    )


def child_and_base(child: ModelSpec, base: ModelSpec, text: str) -> Snippet:
    """Return code that prints how far each weight moved and how alike the states of ``text`` are.

    Neither model has its head there.
    """
    beside_trunk = child.source is Source.BUNDLED and base.id == TRUNK
    return Snippet(
        page="Models",
        title="Child and base",
        task=Task.FEATURE_EXTRACTION,
        constants={"TEXT": text},
        body=KEEP_CHILD + (TRUNK_AGAIN + COMPARE if beside_trunk else ""),
        imports=("from transformers import AutoModel",) if beside_trunk else (),
        other_model=None if beside_trunk else base,
        other_body="" if beside_trunk else COMPARE,
    )
