"""What the code of each view does once its tokenizer, or its model, is there."""

PIECES = """\
encoding = tokenizer.encode(*TEXTS)
for token_id, segment, text, (start, end) in zip(
    encoding.ids, encoding.type_ids, encoding.sequence_ids, encoding.offsets
):
    stretch = "" if text is None else TEXTS[text][start:end]
    print(token_id, tokenizer.id_to_token(token_id), segment, start, end, repr(stretch))
"""
SIDE_BY_SIDE = """
for title, tokenizer in tokenizers.items():
    ids = tokenizer.encode(TEXT, add_special_tokens=False).ids
    print(len(ids), title, *(tokenizer.id_to_token(token_id) for token_id in ids))
"""
STATE = """\
state = json.loads(tokenizer.to_str())["model"]
"""
WORDPIECE = """\
pieces, start = [], 0
while start < len(WORD):
    for end in range(len(WORD), start, -1):  # the longest first
        candidate = (state["continuing_subword_prefix"] if start else "") + WORD[start:end]
        found = candidate in state["vocab"]
        print(candidate, "found" if found else "-")
        if found:
            pieces.append(candidate)
            start = end
            break
    else:  # nothing fits here, so the whole word is unknown
        pieces, start = [state["unk_token"]], len(WORD)
print(*pieces)
print(*(token.value for token in tokenizer.model.tokenize(WORD)))
"""
BPE = """\
ranks = {tuple(pair): rank for rank, pair in enumerate(state["merges"])}
pieces = list(WORD)
print(*pieces)
while known := [
    (ranks[pair], place) for place, pair in enumerate(zip(pieces, pieces[1:])) if pair in ranks
]:
    rank, place = min(known)  # the pair that was learnt first
    pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
    print(rank, *pieces)
print(*(token.value for token in tokenizer.model.tokenize(WORD)))
"""
UNIGRAM = """\
scores = dict(map(tuple, state["vocab"]))
unknown = min(scores.values()) - 10
best = [[(0.0, ())]]  # of each place the likeliest ways to get there
for end in range(1, len(WORD) + 1):
    ways = []
    for start in range(end):
        piece = WORD[start:end]
        if piece in scores or len(piece) == 1:
            score = scores.get(piece, unknown)
            ways += [(before + score, (*pieces, piece)) for before, pieces in best[start]]
    best.append(sorted(ways, key=lambda way: -way[0])[:6])
for score, pieces in best[-1]:
    print(f"{score:.4f}", *pieces)
print(*(token.value for token in tokenizer.model.tokenize(WORD)))
"""
TRAINING_IMPORTS = """\
import io
from collections import Counter
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

"""
TRAINING = """\
# One text a line; the page offers this file for download.
texts = Path("texts.txt").read_text("utf-8").splitlines()

wordpiece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
wordpiece.normalizer = normalizers.BertNormalizer(lowercase=True)
wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
counts = Counter("".join(map(wordpiece.normalizer.normalize_str, texts)))
frequent = sorted(counts, key=lambda letter: (-counts[letter], letter))
letters = sorted([letter for letter in frequent if not letter.isspace()][:1000])
trainer = trainers.WordPieceTrainer(
    vocab_size=SIZE,
    # Letters are listed, so that the same texts give the same vocabulary.
    special_tokens=[
        *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
        *letters,
        *(f"##{letter}" for letter in letters),
    ],
    initial_alphabet=letters,
    limit_alphabet=len(letters),
    show_progress=False,
)
wordpiece.train_from_iterator(texts, trainer)
vocabulary = wordpiece.get_vocab(with_added_tokens=False)
fresh = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
fresh.normalizer, fresh.pre_tokenizer = wordpiece.normalizer, wordpiece.pre_tokenizer
print("WordPiece", len(vocabulary), *fresh.encode(TEXT, add_special_tokens=False).tokens)

model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(texts),
    model_writer=model,
    model_type="unigram",
    vocab_size=SIZE,
    hard_vocab_limit=False,
    character_coverage=1.0,
    max_sentence_length=100_000,
    num_threads=1,
    minloglevel=2,
)
unigram = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
print("SentencePiece", unigram.get_piece_size(), *unigram.encode(TEXT, out_type=str))
"""
INPUT_LAYER = """\
model.eval()
base = model.base_model
layer, norm = base.embeddings, base.embeddings.LayerNorm
max_length = min(tokenizer.model_max_length, base.config.max_position_embeddings)
inputs = tokenizer(*TEXTS, truncation=True, max_length=max_length, return_tensors="pt")
ids = inputs["input_ids"]
tokens = tokenizer.convert_ids_to_tokens(ids[0])
own = []
layer.register_forward_hook(lambda module, taken, given: own.append(given))  # what the model has

with torch.inference_mode():
    base(**inputs)
    total = layer.word_embeddings(ids)
    segments = getattr(layer, "token_type_embeddings", None)
    if segments is not None:
        total = total + segments(inputs.get("token_type_ids", torch.zeros_like(ids)))
    positions = getattr(layer, "position_embeddings", None)
    if positions is not None:
        first = 0 if positions.padding_idx is None else positions.padding_idx + 1
        total = total + positions(torch.arange(first, first + ids.shape[1]))
    epsilon = norm.eps if hasattr(norm, "eps") else norm.variance_epsilon
    mean = total.mean(dim=-1, keepdim=True)
    variance = total.var(dim=-1, keepdim=True, correction=0)
    output = (total - mean) / (variance + epsilon).sqrt() * norm.weight + norm.bias

for token, vector, of_model in zip(tokens, output[0], own[0][0]):
    numbers = [f"{number:.4f}" for number in (*vector[:3], *of_model[:3])]
    print(token, *numbers)
print(f"largest difference {(output - own[0]).abs().max():.1e}")
"""
