"""Vocabularies of the visitor's own: WordPiece and SentencePiece on the same texts."""

from collections.abc import Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.tokenizer import inputs, results
from pages.explore.tokenizer.drawn import drawn
from pages.shared import cache, frame, uploads
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.views import View
from playground import files, tokenizer
from playground.files.table import text_column
from playground.models.catalog import ASSETS
from playground.models.vocabularies import BERT
from playground.plots import tokenizer as plots
from playground.tokenizer import Learnt, Side, export, learning, scripts

KEY = "learn"
LEARNT = "learnt_vocabularies"  # session key: what they were learnt from, and they themselves
SAMPLES = dict(
    zip(
        inputs.SAMPLES,
        ("support_tickets.csv", "product_reviews_topics.csv", "job_postings_entities.jsonl"),
        strict=True,
    )
)


def show(place: DeltaGenerator, side: DeltaGenerator) -> None:
    """Train two vocabularies and compare them on a text."""
    with place:
        source = st.pills(
            "Learn from",
            inputs.SOURCES,
            key=inputs.SOURCE.name,
            required=True,
            persist_state="session",
            wrap=True,
        )
        texts = _texts(str(source or inputs.SAMPLES[0]))
    with side:
        size = st.select_slider(
            "Pieces", inputs.SIZES, key=inputs.SIZE.name, persist_state="session"
        )
        st.caption(
            f"From {learning.FEWEST_CHARACTERS:,} to {learning.MOST_CHARACTERS:,} characters. "
            "What is learnt is yours alone and goes with this visit."
        )
    if texts is None:
        return
    with frame.errors_shown():
        learnt = _learnt(texts, size)
        st.write(
            f"**{learnt.texts:,} lines, {learnt.words:,} words and signs, {learnt.characters:,} "
            f"characters** became {learnt.wordpiece.size:,} pieces of WordPiece and "
            f"{learnt.unigram.size:,} of SentencePiece. The same texts give the same pieces."
        )
        text = st.text_input("Try them on", key=inputs.TRY.name, persist_state="session")
        found = tokenizer.compare(text or "", (*learnt.both, inputs.loaded(BERT)))
        for one in found:
            st.header(literal(one.title), anchor=False)
            drawn(one.pieces, alt=f"The text in pieces of {one.title}")
        _compared(learnt, found)
        results.take_away(
            export.sides(found),
            scripts.train(text or "", size),
            file_name="own-vocabularies",
            more=_files(learnt, texts),
            pictures=True,
        )


def _texts(source: str) -> Sequence[str] | None:
    """Return the texts of what was chosen; None as long as there are none."""
    if source in SAMPLES:
        return _sample(SAMPLES[source])
    if source == inputs.PASTED:
        pasted = st.text_area("Text", key=inputs.PASTE.name, height=200, persist_state="session")
        if not (pasted or "").strip():
            st.caption("Paste a text: a few pages are enough to see words become pieces.")
            return None
        return [pasted or ""]
    upload = uploads.file(KEY, "File with texts", help="CSV, TSV, JSON lines or plain text.")
    if upload is None:
        return None
    columns = upload.table.columns
    column = st.selectbox(
        "Column with the texts",
        columns,
        index=columns.index(text_column(upload.table)),
        key=f"{upload.columns_key}_column",
    )
    return upload.table.column(str(column))


@st.cache_data(show_spinner=False)
def _sample(name: str) -> Sequence[str]:
    path: Path = ASSETS / "samples" / name
    data = path.read_bytes()
    table = files.read(data, name, files.detect(data, name), cache.settings())
    return table.column(text_column(table))


def _learnt(texts: Sequence[str], size: int) -> Learnt:
    """Return the vocabularies, trained once for these texts and this size."""
    wanted = blake2b("\n".join(texts).encode("utf-8", "replace")).hexdigest(), size
    kept: tuple[object, Learnt] | None = st.session_state.get(LEARNT)
    if kept is None or kept[0] != wanted:
        bar = st.progress(0.0, text="Reading the texts")
        try:
            learnt = learning.learn(texts, size, on_progress=bar.progress)
        finally:
            bar.empty()
        kept = st.session_state[LEARNT] = wanted, learnt
    return kept[1]


def _compared(learnt: Learnt, found: Sequence[Side]) -> None:
    st.dataframe(
        {
            "Vocabulary": [one.title for one in found],
            "Its pieces": [one.size for one in found],
            "Pieces of this text": [one.pieces.counts.pieces for one in found],
            "Pieces a word": [round(one.pieces.counts.pieces_a_word, 2) for one in found],
            "Coverage": [one.coverage for one in found],
            "Pieces that appear": [
                " ".join(dict.fromkeys(p.name for p in one.pieces.pieces if p.text is not None))
                for one in found
            ],
        },
        column_config={"Coverage": st.column_config.NumberColumn(format="percent")},
        hide_index=True,
    )
    st.caption(
        "Coverage: the share of the text's characters, spaces left out, that the vocabulary can "
        "say. BERT's own vocabulary stands beside them; it learnt from books and Wikipedia."
    )
    st.header("Longest pieces", anchor=False)
    for one in learnt.both:
        longest = " · ".join(learning.longest_pieces(one))
        st.write(f"**{literal(one.spec.title)}**: {literal(longest)}")
    shared.figure(
        plots.lengths({one.spec.title: learning.lengths(one) for one in learnt.both}),
        key="lengths",
        alt="How many pieces of each vocabulary have how many letters",
    )


def _files(learnt: Learnt, texts: Sequence[str]) -> list[frame.Download]:
    return [
        frame.Download(
            "WordPiece: tokenizer.json",
            learnt.wordpiece.tokenizer.to_str,
            "wordpiece.json",
            results.JSON,
        ),
        frame.Download(
            "WordPiece: vocab.txt",
            partial(learning.vocab_txt, learnt.wordpiece),
            "vocab.txt",
            results.TEXT,
        ),
        frame.Download(
            "Unigram: tokenizer.json",
            learnt.unigram.tokenizer.to_str,
            "unigram.json",
            results.JSON,
        ),
        frame.Download(
            "SentencePiece: .model", lambda: learnt.sentencepiece, "unigram.model", results.BYTES
        ),
        frame.Download(
            "The texts", lambda: "\n".join(learning.lines(texts)), "texts.txt", results.TEXT
        ),
    ]


VIEW = View(
    title="Train your own",
    about="Two vocabularies learnt from your texts, and what each makes of a text of your choice.",
    fields=(inputs.SOURCE, inputs.SIZE, inputs.PASTE, inputs.TRY),
    show=show,
)
