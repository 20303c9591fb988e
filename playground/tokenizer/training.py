"""Training a vocabulary from texts: WordPiece, byte-level BPE, and unigram by SentencePiece.

The same texts and the same size give the same vocabulary in every process.
"""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
BERT_TOKENS = ("[PAD]", UNKNOWN, FIRST, LAST, "[MASK]")
ROBERTA_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
CONTINUING = "##"
MOST_LETTERS = 1_000  # of a WordPiece vocabulary; rarer ones become unknown
LONGEST_SENTENCE = 100_000  # bytes; SentencePiece would leave out longer ones


def train_wordpiece(texts: Sequence[str], size: int) -> "Tokenizer":
    """Return a WordPiece tokenizer as BERT's, lower-cased, of about ``size`` pieces.

    Pieces grow as in byte-pair encoding: the pair of neighbours that is most frequent becomes one
    (Sennrich et al. 2016); that is how the library trains WordPiece, too. It holds at least every
    letter, alone and continuing a word.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing
    from tokenizers.trainers import WordPieceTrainer

    made = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    letters = _letters(made, texts)
    continuing = [CONTINUING + letter for letter in letters]
    trainer = WordPieceTrainer(
        vocab_size=size,
        # Listed, because the library would number them, and so break ties, in a random order.
        special_tokens=[*BERT_TOKENS, *letters, *continuing],
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        continuing_subword_prefix=CONTINUING,
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    vocabulary = made.get_vocab(with_added_tokens=False)
    # Made anew: to the trained one all that was listed is special.
    fresh = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN))
    fresh.normalizer, fresh.pre_tokenizer = made.normalizer, made.pre_tokenizer
    fresh.decoder = decoders.WordPiece(prefix=CONTINUING)
    fresh.add_special_tokens(list(BERT_TOKENS))
    fresh.post_processor = TemplateProcessing(
        single=f"{FIRST} $A {LAST}",
        pair=f"{FIRST} $A {LAST} $B:1 {LAST}:1",
        special_tokens=[(token, vocabulary[token]) for token in (FIRST, LAST)],
    )
    return fresh


def train_byte_bpe(texts: Iterable[str], size: int) -> "Tokenizer":
    """Return a byte-level BPE tokenizer as RoBERTa's, of ``size`` pieces, 256 of them the bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from tokenizers.processors import RobertaProcessing
    from tokenizers.trainers import BpeTrainer

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=size,
        special_tokens=list(ROBERTA_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    vocabulary = made.get_vocab()
    made.post_processor = RobertaProcessing(
        ("</s>", vocabulary["</s>"]),
        ("<s>", vocabulary["<s>"]),
        trim_offsets=True,
        add_prefix_space=False,
    )
    return made


def train_unigram(texts: Iterable[str], size: int) -> bytes:
    """Return a SentencePiece model of at most ``size`` pieces, as the bytes of its file.

    Training begins with many pieces and drops those that the texts miss least (Kudo 2018,
    Subword Regularization). Where the texts have not as many pieces to offer, it has fewer.
    """
    from sentencepiece import SentencePieceTrainer

    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type="unigram",
        vocab_size=size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        max_sentence_length=LONGEST_SENTENCE,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def _letters(tokenizer: "Tokenizer", texts: Iterable[str]) -> list[str]:
    """Return the letters and signs that words consist of, the most frequent ones, in their order.

    Which of two as frequent ones stays does not depend on their order in the texts.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(tokenizer.normalizer.normalize_str(text))
    found = [letter for letter in counts if not letter.isspace()]
    return sorted(sorted(found, key=lambda letter: (-counts[letter], letter))[:MOST_LETTERS])
