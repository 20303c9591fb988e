"""A SentencePiece unigram model as a tokenizer of the ``tokenizers`` library."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPACE = "▁"  # U+2581, in place of the space in front of a word
FIRST, LAST = "<s>", "</s>"


def from_sentencepiece(model: bytes) -> "Tokenizer":
    """Return the tokenizer of a unigram model, given as the bytes of its ``.model`` file.

    It cuts as SentencePiece itself does, and adds <s> and </s> around a text.
    """
    from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined]
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    read = ModelProto.FromString(model)
    vocabulary = [(piece.piece, piece.score) for piece in read.pieces]
    made = Tokenizer(models.Unigram(vocabulary, read.trainer_spec.unk_id, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(read.normalizer_spec.precompiled_charsmap),
            normalizers.Strip(left=True, right=True),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="always")
    made.add_special_tokens([piece.piece for piece in read.pieces if piece.type != piece.NORMAL])
    made.post_processor = TemplateProcessing(
        single=f"{FIRST} $A {LAST}",
        pair=f"{FIRST} $A {LAST} $B {LAST}",
        special_tokens=[(token, made.token_to_id(token)) for token in (FIRST, LAST)],
    )
    return made
