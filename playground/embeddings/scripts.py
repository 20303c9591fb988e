"""The code of each view: what it computes beyond loading a model.

Every function returns the ``Snippet`` for what a visitor chose. More lines than fit into a script
are read from the file that the page offers beside it.
"""

from collections.abc import Mapping, Sequence

from playground.embeddings.contexts import Token
from playground.embeddings.occurrences import WordInContext
from playground.embeddings.projection import NEIGHBOURS, SEED, Method
from playground.embeddings.similarity import Similarity
from playground.embeddings.vectors import MOST_TOKENS
from playground.models.catalog import Task
from playground.models.queries import Pooling
from playground.snippet import Snippet
from playground.text.cleaning import blanked

LINES_FILE = "lines.json"
MOST_WRITTEN = 500  # lines in a script

READING = """\
encoder = model.base_model.eval()


def read(text):  # [SEP] and the like are plain text in a text, or unknown
    first, *ids, last = tokenizer(text, split_special_tokens=True, verbose=False)["input_ids"]
    special = set(tokenizer.all_special_ids) - {tokenizer.mask_token_id}
    ids = [tokenizer.unk_token_id if i in special else i for i in ids]
    longest = min(MOST_TOKENS, tokenizer.model_max_length, ROOM)
    return torch.tensor([[first, *ids[: longest - 2], last]])


"""
# RoBERTa and its kin count positions from the padding's id on.
ROOM = """\
table = getattr(model.base_model.embeddings, "position_embeddings", None)
padding = getattr(table, "padding_idx", None)
ROOM = model.config.max_position_embeddings - (0 if padding is None else padding + 1)
"""
VECTORS = """\
@torch.inference_mode()
def vector(text):  # [hidden], of length 1
    states = encoder(read(text)).last_hidden_state[0]
    pooled = states[0] if FIRST_TOKEN else states.mean(dim=0)  # special tokens count
    return torch.nn.functional.normalize(pooled, dim=0)


"""
SIMILARITY = """\
vectors = torch.stack([vector(text) for text in LINES])
cosines = vectors @ vectors.T
for one in range(len(LINES)):
    for other in range(one + 1, len(LINES)):
        print(f"{cosines[one, other]:.4f}  {one + 1} {other + 1}")
"""
QUERY = """\
for line, cosine in enumerate((vectors @ vector(QUERY)).tolist()):
    print(f"{cosine:.4f}  query {line + 1}")
"""
PROJECTED = """\
vectors = torch.stack([vector(text) for text in LINES]).numpy()
"""
PCA_POINTS = """\
points = PCA(2, svd_solver="full").fit_transform(vectors)
"""
TSNE_POINTS = """\
perplexity = min(NEIGHBOURS, (len(LINES) - 1) / 3)
projector = TSNE(perplexity=perplexity, metric="cosine", init="pca", random_state=SEED)
points = projector.fit_transform(vectors)
"""
UMAP_POINTS = """\
neighbours = min(NEIGHBOURS, len(LINES) - 1)
searcher = NearestNeighbors(n_neighbors=neighbours, metric="cosine", algorithm="brute")
distances, nearest = searcher.fit(vectors).kneighbors(vectors)
projector = UMAP(
    n_neighbors=neighbours,
    metric="cosine",
    precomputed_knn=(nearest, distances),
    init="pca",
    random_state=SEED,
    n_jobs=1,
)
points = projector.fit_transform(vectors)
"""
PRINTED_POINTS = """\
for (x, y), text in zip(points.tolist(), LINES):
    print(f"{x:.4f} {y:.4f}  {text[:60]}")
"""
POINTS = {
    Method.PCA: (PCA_POINTS, ("from sklearn.decomposition import PCA",)),
    Method.TSNE: (TSNE_POINTS, ("from sklearn.manifold import TSNE",)),
    Method.UMAP: (
        UMAP_POINTS,
        ("from sklearn.neighbors import NearestNeighbors", "from umap import UMAP"),
    ),
}
STATES = """\
@torch.inference_mode()
def states(text):  # [layer, token, hidden] without the special tokens; layer 0 is the input
    layers = encoder(read(text), output_hidden_states=True).hidden_states
    return torch.cat(layers)[:, 1:-1]


"""
WORD = """\
word = torch.stack([states(text)[:, pieces].mean(dim=1) for text, pieces in OCCURRENCES], dim=1)
units = torch.nn.functional.normalize(word, dim=-1)
cosines = units @ units.transpose(1, 2)  # [layer, occurrence, occurrence]
for layer, of_layer in enumerate(cosines):
    for one in range(len(OCCURRENCES)):
        for other in range(one + 1, len(OCCURRENCES)):
            print(f"{of_layer[one, other]:.4f}  layer {layer}: {one + 1} {other + 1}")
"""
SEARCH = """\
normalize = torch.nn.functional.normalize
wanted = normalize(states(SENTENCE)[LAYER], dim=-1)[TOKEN]
found = []
for line in LINES:
    cosines = normalize(states(line)[LAYER], dim=-1) @ wanted
    found.append((cosines.max().item(), line))
for cosine, line in sorted(found, key=lambda one: -one[0])[:MOST]:
    print(f"{cosine:.4f}  {line}")
"""
FROM_FILE = """\
with open(LINES_FILE, encoding="utf-8") as file:
    LINES = json.load(file)
"""


def similarity(found: Similarity) -> Snippet:
    """Return the code of ``compare``: the cosine of every two lines, and of a query with each."""
    constants: dict[str, object] = {"LINES": _written(found.texts), **_pooled(found.pooling)}
    if found.query_cosines is None:
        return _snippet("similarity", constants, VECTORS + SIMILARITY)
    constants["QUERY"] = blanked(found.query)
    return _snippet("similarity", constants, VECTORS + SIMILARITY + QUERY)


def projection(
    texts: Sequence[str], method: Method, *, pooling: Pooling, neighbours: int = NEIGHBOURS
) -> Snippet:
    """Return the code of a map: each line's point."""
    constants, imports, from_file = _lines(texts)
    constants |= _pooled(pooling)
    if method is not Method.PCA:
        constants |= {"NEIGHBOURS": neighbours, "SEED": SEED}
    points, needed = POINTS[method]
    body = VECTORS + from_file + PROJECTED + points + PRINTED_POINTS
    return _snippet(f"map by {method}", constants, body, (*imports, *needed))


def word(found: WordInContext) -> Snippet:
    """Return the code of ``follow``: the cosine of every two occurrences, layer by layer."""
    occurrences = [
        (blanked(found.sentences[one.sentence]), list(one.tokens)) for one in found.occurrences
    ]
    # Of a sentence all is read that the model takes.
    constants = {"OCCURRENCES": occurrences, "MOST_TOKENS": 100_000}
    return _snippet("a word in context", constants, STATES + WORD)


def search(texts: Sequence[str], sentence: str, token: Token, *, layer: int, most: int) -> Snippet:
    """Return the code of ``search``: the lines with the nearest tokens, the nearest first."""
    constants, imports, from_file = _lines(texts)
    constants |= {
        "SENTENCE": blanked(sentence),
        "TOKEN": token.place,
        "LAYER": layer,
        "MOST": most,
        "MOST_TOKENS": MOST_TOKENS,
    }
    return _snippet("search contexts", constants, STATES + from_file + SEARCH, imports)


def _lines(texts: Sequence[str]) -> tuple[dict[str, object], tuple[str, ...], str]:
    """Return the constants, the imports and the code that give a script its lines."""
    if len(texts) <= MOST_WRITTEN:
        return {"LINES": _written(texts)}, (), ""
    return {"LINES_FILE": LINES_FILE}, ("import json",), FROM_FILE


def _written(texts: Sequence[str]) -> list[str]:
    return [blanked(text) for text in texts]


def _pooled(pooling: Pooling) -> dict[str, object]:
    return {"FIRST_TOKEN": pooling is Pooling.FIRST, "MOST_TOKENS": MOST_TOKENS}


def _snippet(
    title: str, constants: Mapping[str, object], body: str, imports: tuple[str, ...] = ()
) -> Snippet:
    return Snippet(
        page="Embeddings",
        title=title,
        task=Task.FEATURE_EXTRACTION,
        constants=constants,
        body=ROOM + READING + body,
        imports=imports,
    )
