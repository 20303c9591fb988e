"""Tokenizer: everything its page shows, one module for each view."""

from playground.tokenizer.bpe import BpeSteps
from playground.tokenizer.compare import Side, compare
from playground.tokenizer.input_layer import InputVectors, input_vectors, layer_norm
from playground.tokenizer.learning import Learnt, learn
from playground.tokenizer.pieces import Counts, Piece, Pieces, count_words, cut
from playground.tokenizer.steps import SplitWord, Steps, split, words
from playground.tokenizer.unigram import UnigramSteps
from playground.tokenizer.wordpiece import WordPieceSteps

__all__ = [
    "BpeSteps",
    "Counts",
    "InputVectors",
    "Learnt",
    "Piece",
    "Pieces",
    "Side",
    "SplitWord",
    "Steps",
    "UnigramSteps",
    "WordPieceSteps",
    "compare",
    "count_words",
    "cut",
    "input_vectors",
    "layer_norm",
    "learn",
    "split",
    "words",
]
