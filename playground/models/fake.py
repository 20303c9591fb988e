"""Tiny models for tests: real checkpoints of every family, in the files of their Hub repositories.

Weights come from a seeded random generator and vocabularies from a dozen sentences, so what these
models predict is nonsense, but everything about loading and running them is real.
"""

import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.models.catalog import Task

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

MAX_TOKENS = 64
VOCABULARY_SIZE = 300  # at most; SentencePiece finds fewer pieces in so little text
TEXT = (
    "The capital of France is Paris, and the river that runs through it is the Seine.",
    "She opened the window because the room was warm and the evening air was cool.",
    "He works as a teacher in a small school near the old harbour.",
    "A film that is long and slow, but never dull; the ending alone is worth the ticket.",
    "Two trains leave the station at nine: one goes north, the other goes south.",
    "My brother said that he would never again buy a car without driving it first.",
    "Rain fell for three days, then the sun came out and the fields turned green.",
    "Doctors, nurses and students met in Berlin to talk about sleep and memory.",
    "La capitale de la France est Paris, et le fromage est sur la table.",
    "Der Zug fährt heute nicht, weil es in den Bergen geschneit hat.",
    "El perro duerme en la cocina y el gato mira por la ventana.",
    "Il mare è calmo e la notte è piena di stelle.",
)
LABELS = {
    Task.TEXT_CLASSIFICATION: ("NEGATIVE", "POSITIVE"),
    Task.TOKEN_CLASSIFICATION: ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"),
}
BERT_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def save(family: str, folder: Path, *, task: Task = Task.FILL_MASK, seed: int = 0) -> Path:
    """Write a tiny checkpoint of ``family`` (one of ``FAMILIES``) into ``folder`` and return it.

    Of the families only "bert" has a head for the task next-sentence-prediction.
    Two layers, two heads, hidden size 32, at most 64 tokens; the same seed writes the same weights.
    """
    recipe = _RECIPES[family]
    folder.mkdir(parents=True, exist_ok=True)
    size = recipe.write_vocabulary(folder)
    tokenizer_config = {
        "tokenizer_class": recipe.tokenizer_class,
        "model_max_length": MAX_TOKENS,
        **_mask_eats_space(recipe.spaced_mask),
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config), "utf-8")
    _random_model(family, size, task, seed).save_pretrained(folder)
    return folder


def _mask_eats_space(mask: str | None) -> dict[str, Any]:
    if mask is None:
        return {}
    flags = {"lstrip": True, "rstrip": False, "normalized": False, "single_word": False}
    return {"mask_token": {"__type": "AddedToken", "content": mask, "special": True, **flags}}


def _random_model(family: str, vocabulary_size: int, task: Task, seed: int) -> "PreTrainedModel":
    import torch
    from transformers import AutoConfig

    options = _SIZES | _RECIPES[family].config | _labels(task)
    config = AutoConfig.for_model(family, vocab_size=vocabulary_size, **options)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _auto_class(task).from_config(config)
        with torch.no_grad():
            for parameter in model.parameters():
                _stir(parameter)
    return model


def _stir(parameter: "torch.Tensor") -> None:
    # Biases start at zero and LayerNorm at one: a bias that some code forgot would go unseen.
    if parameter.dim() == 1:
        parameter.add_(parameter.new_empty(parameter.shape).normal_(std=0.1))


def _auto_class(task: Task) -> Any:
    import transformers

    return {
        Task.FILL_MASK: transformers.AutoModelForMaskedLM,
        Task.TEXT_CLASSIFICATION: transformers.AutoModelForSequenceClassification,
        Task.TOKEN_CLASSIFICATION: transformers.AutoModelForTokenClassification,
        Task.NEXT_SENTENCE: transformers.AutoModelForNextSentencePrediction,
    }[task]


def _labels(task: Task) -> dict[str, Any]:
    labels = LABELS.get(task, ())
    if not labels:
        return {}
    return {"id2label": dict(enumerate(labels)), "label2id": {n: i for i, n in enumerate(labels)}}


def _write_wordpiece(folder: Path, special: tuple[str, ...], last: tuple[str, ...] = ()) -> int:
    """Write ``vocab.txt``, one piece a line, and return how many there are.

    Letters, words and endings, the frequent ones first. The trainer in tokenizers would break ties
    differently in every process.
    """
    from tokenizers import normalizers, pre_tokenizers

    text = normalizers.BertNormalizer(lowercase=True).normalize_str(" ".join(TEXT))
    words = Counter(word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(text))
    letters = sorted(set("".join(words)))
    pieces = Counter({word: count for word, count in words.items() if len(word) > 1})
    for word, count in words.items():
        pieces.update({f"##{word[-size:]}": count for size in (2, 3) if len(word) > size})
    frequent = sorted(pieces, key=lambda piece: (-pieces[piece], piece))
    vocabulary = [*special, *letters, *(f"##{letter}" for letter in letters), *frequent]
    vocabulary = [*vocabulary[:VOCABULARY_SIZE], *last]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", "utf-8")
    return len(vocabulary)


def _write_byte_bpe(folder: Path, special: tuple[str, ...], mask: str) -> int:
    """Write ``vocab.json`` and ``merges.txt``, the mask last, and return the vocabulary's size."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE + 100,  # 256 of them are the bytes
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    vocabulary = tokenizer.get_vocab()
    vocabulary |= {mask: len(vocabulary)}
    text = json.dumps(vocabulary, ensure_ascii=False, sort_keys=True)
    (folder / "vocab.json").write_text(text, "utf-8")
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return len(vocabulary)


def _write_sentencepiece(path: Path, *, added: int, **options: Any) -> int:
    """Train a unigram model into ``path``; return its size plus the ids transformers adds."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT),
        model_writer=model,
        model_type="unigram",
        vocab_size=VOCABULARY_SIZE,
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    path.write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return int(processor.get_piece_size()) + added


def _bert_vocabulary(folder: Path) -> int:
    return _write_wordpiece(folder, BERT_TOKENS)


def _mpnet_vocabulary(folder: Path) -> int:
    return _write_wordpiece(folder, ("<s>", "<pad>", "</s>", "<unk>", "[UNK]"), ("<mask>",))


def _roberta_vocabulary(folder: Path) -> int:
    return _write_byte_bpe(folder, ("<s>", "<pad>", "</s>", "<unk>"), "<mask>")


def _deberta_vocabulary(folder: Path) -> int:
    return _write_byte_bpe(folder, ("[PAD]", "[CLS]", "[SEP]", "[UNK]"), "[MASK]")


def _albert_vocabulary(folder: Path) -> int:
    return _write_sentencepiece(
        folder / "spiece.model",
        added=0,
        pad_id=0,
        unk_id=1,
        bos_id=-1,
        eos_id=-1,
        control_symbols=["[CLS]", "[SEP]", "[MASK]"],
    )


def _deberta_v2_vocabulary(folder: Path) -> int:
    pieces = {"pad_piece": "[PAD]", "bos_piece": "[CLS]", "eos_piece": "[SEP]"}
    ids = {"pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "unk_piece": "[UNK]"}
    return _write_sentencepiece(folder / "spm.model", added=1, **pieces, **ids)  # the mask


def _xlm_roberta_vocabulary(folder: Path) -> int:
    return _write_sentencepiece(folder / "sentencepiece.bpe.model", added=2)  # <pad> and <mask>


def _camembert_vocabulary(folder: Path) -> int:
    # <s>NOTUSED, <pad>, </s>NOTUSED and <unk>NOTUSED in front, <mask> behind
    return _write_sentencepiece(folder / "sentencepiece.bpe.model", added=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """What sets one family's files apart from the others'."""

    tokenizer_class: str
    write_vocabulary: Callable[[Path], int]  # returns the number of token ids
    config: dict[str, Any] = field(default_factory=dict)
    spaced_mask: str | None = None  # a mask that takes the space before it


# initializer_range is ten times the usual: at this size predictions would else be nearly uniform.
_SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": MAX_TOKENS,
    "initializer_range": 0.2,
}
# RoBERTa and its kin count positions from padding_idx + 1 = 2.
_ROBERTA_CONFIG = {"max_position_embeddings": MAX_TOKENS + 2, "pad_token_id": 1}
_DEBERTA_CONFIG = {
    "relative_attention": True,
    "pos_att_type": ["p2c", "c2p"],
    "position_biased_input": False,
    "type_vocab_size": 0,
}
_RECIPES = {
    "bert": _Recipe(tokenizer_class="BertTokenizer", write_vocabulary=_bert_vocabulary),
    "distilbert": _Recipe(
        tokenizer_class="DistilBertTokenizer",
        write_vocabulary=_bert_vocabulary,
        config={"hidden_dim": 64},
    ),
    "electra": _Recipe(
        tokenizer_class="ElectraTokenizer",
        write_vocabulary=_bert_vocabulary,
        config={"embedding_size": 16},
    ),
    "mpnet": _Recipe(
        tokenizer_class="MPNetTokenizer",
        write_vocabulary=_mpnet_vocabulary,
        config=_ROBERTA_CONFIG,
    ),
    "roberta": _Recipe(
        tokenizer_class="RobertaTokenizer",
        write_vocabulary=_roberta_vocabulary,
        spaced_mask="<mask>",
        config=_ROBERTA_CONFIG | {"type_vocab_size": 1},
    ),
    "deberta": _Recipe(
        tokenizer_class="DebertaTokenizer",
        write_vocabulary=_deberta_vocabulary,
        spaced_mask="[MASK]",
        config=_DEBERTA_CONFIG,
    ),
    "albert": _Recipe(
        tokenizer_class="AlbertTokenizer",
        write_vocabulary=_albert_vocabulary,
        spaced_mask="[MASK]",
        config={"embedding_size": 16},
    ),
    "xlm-roberta": _Recipe(
        tokenizer_class="XLMRobertaTokenizer",
        write_vocabulary=_xlm_roberta_vocabulary,
        spaced_mask="<mask>",
        config=_ROBERTA_CONFIG | {"type_vocab_size": 1},
    ),
    "camembert": _Recipe(
        tokenizer_class="CamembertTokenizer",
        write_vocabulary=_camembert_vocabulary,
        config=_ROBERTA_CONFIG | {"type_vocab_size": 1},
    ),
    "deberta-v2": _Recipe(
        tokenizer_class="DebertaV2Tokenizer",
        write_vocabulary=_deberta_v2_vocabulary,
        config=_DEBERTA_CONFIG | {"position_buckets": 16, "norm_rel_ebd": "layer_norm"},
    ),
}
FAMILIES = tuple(_RECIPES)
