"""Each view's result as the rows of a table.

Pieces and texts count from 1; ``start`` and ``end`` count characters from 0, the end not included.
Logarithms are natural.
"""

from collections.abc import Sequence

from playground.tables import Row
from playground.tokenizer.bpe import BpeSteps
from playground.tokenizer.compare import Side
from playground.tokenizer.input_layer import InputVectors
from playground.tokenizer.pieces import Pieces
from playground.tokenizer.steps import Steps
from playground.tokenizer.wordpiece import WordPieceSteps


def pieces(found: Pieces) -> list[Row]:
    """Return one row a piece, those of special tokens among them."""
    return [
        {
            "number": number,
            "piece": piece.name,
            "id": piece.id,
            "text": None if piece.text is None else piece.text + 1,
            "start": piece.start,
            "end": piece.end,
            "stands_for": ""
            if piece.text is None
            else found.texts[piece.text][piece.start : piece.end],
            "segment": piece.segment,
            "special": piece.special,
            "unknown": piece.unknown,
        }
        for number, piece in enumerate(found.pieces, start=1)
    ]


def sides(found: Sequence[Side]) -> list[Row]:
    """Return one row a tokenizer; special tokens that it adds are left out."""
    return [
        {
            "tokenizer": side.title,
            "kind": side.kind,
            "vocabulary": side.size,
            "pieces": side.pieces.counts.pieces,
            "pieces_a_word": side.pieces.counts.pieces_a_word,
            "characters_a_piece": side.pieces.counts.characters_a_piece,
            "unknown": side.pieces.counts.unknown,
            "gives_text_back": side.pieces.gives_back,
            "list": [piece.name for piece in side.pieces.pieces if piece.text is not None],
        }
        for side in found
    ]


def steps(found: Steps) -> list[Row]:
    """Return one row a try of WordPiece, a merge of BPE, or a cut of unigram."""
    if isinstance(found, WordPieceSteps):
        return [
            {"try": number, "start": t.start, "end": t.end, "piece": t.candidate, "found": t.found}
            for number, t in enumerate(found.tries, start=1)
        ]
    if isinstance(found, BpeSteps):
        return [
            {"merge": n, "left": m.left, "right": m.right, "rank": m.rank, "pieces": list(m.after)}
            for n, m in enumerate(found.merges, start=1)
        ]
    return [
        {
            "place": place,
            "pieces": list(cut.pieces),
            "log_probabilities": list(cut.log_probabilities),
            "log_probability": cut.log_probability,
            "share": cut.share,
        }
        for place, cut in enumerate(found.cuts, start=1)
    ]


def input_layer(found: InputVectors) -> list[Row]:
    """Return one row a token, with the whole vectors; None where the family has no such part."""
    parts = found.parts
    vectors = {
        "token_vector": parts.token,
        "segment_vector": parts.segment,
        "position_vector": parts.position,
        "sum": parts.summed,
        "normed": found.normed,
        "own_output": parts.output,
    }
    return [
        {
            "number": number + 1,
            "token": token.text,
            "id": found.read.input_ids[number],
            "segment": found.read.token_type_ids[number],
            **{
                name: None if vector is None else vector[number].tolist()
                for name, vector in vectors.items()
            },
        }
        for number, token in enumerate(found.read.tokens)
    ]
