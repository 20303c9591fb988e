"""How one word becomes pieces, by the rules of its tokenizer."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.tokenizer import inputs, results
from pages.shared import frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.views import View
from playground import tokenizer
from playground.models.vocabularies import BYTE_LEVEL, LoadedTokenizer
from playground.plots import tokenizer as plots
from playground.tokenizer import (
    BpeSteps,
    SplitWord,
    UnigramSteps,
    WordPieceSteps,
    export,
    scripts,
)


def show(place: DeltaGenerator, side: DeltaGenerator) -> None:
    """Show every step from a word to its pieces, and that the tokenizer comes to the same."""
    with place:
        text = st.text_input("A word, or a few", key=inputs.WORD.name, persist_state="session")
        frame.examples(
            "word_example", {name: {inputs.WORD.name: word} for name, word in inputs.WORDS.items()}
        )
    with frame.errors_shown():
        with side:
            chosen = inputs.tokenizer()
        words = tokenizer.words(text or "", tokenizer=chosen)
        with side:
            word = _choose(words)
        found = tokenizer.split(word, tokenizer=chosen)
        st.header(literal(" · ".join(found.steps.pieces)), anchor=False)
        _steps(found, chosen)
        if found.equal:
            st.success("The tokenizer itself comes to the same pieces.", icon=":material/check:")
        else:
            st.warning(
                f"The tokenizer itself comes to {literal(' · '.join(found.own))}: it has a rule "
                "that these steps do not know.",
                icon=":material/info:",
            )
        results.take_away(
            export.steps(found.steps),
            scripts.steps(word, spec=chosen.spec, kind=chosen.kind),
            file_name="step-by-step",
            more=results.files(chosen),
            pictures=isinstance(found.steps, UnigramSteps),
        )


def _choose(words: tuple[str, ...]) -> str:
    """Ask which word to follow, where there are several."""
    last = len(words) - 1
    st.session_state[inputs.CHOSEN.name] = min(st.session_state[inputs.CHOSEN.name], last)
    if not last:
        return words[0]
    number = st.selectbox(
        "The word to follow",
        range(last + 1),
        format_func=lambda place: words[place],
        key=inputs.CHOSEN.name,
        persist_state="session",
        help="As the tokenizer cuts words before it looks for pieces, with Ġ or ▁ for a space.",
    )
    return words[number or 0]


def _steps(found: SplitWord, chosen: LoadedTokenizer) -> None:
    if isinstance(found.steps, WordPieceSteps):
        _wordpiece(found.steps, chosen)
    elif isinstance(found.steps, BpeSteps):
        _bpe(found.steps, chosen)
    else:
        _unigram(found.steps)


def _wordpiece(steps: WordPieceSteps, chosen: LoadedTokenizer) -> None:
    prefix = literal(chosen.tokenizer.model.continuing_subword_prefix)
    st.write(
        "**WordPiece** is greedy: from the left it takes the longest piece that the vocabulary "
        f"has, then goes on behind it. {prefix} marks a piece that continues a word. Where nothing "
        "fits, the whole word becomes unknown."
    )
    numbers = range(1, len(steps.tries) + 1)
    st.dataframe(
        {
            "Try": list(numbers),
            "Is this a piece?": [one.candidate for one in steps.tries],
            "Answer": ["yes: taken" if one.found else "no" for one in steps.tries],
            "Letters": [f"{one.start + 1} to {one.end}" for one in steps.tries],
        },
        hide_index=True,
    )


def _bpe(steps: BpeSteps, chosen: LoadedTokenizer) -> None:
    begins = "bytes, each written as a letter" if chosen.kind == BYTE_LEVEL else "letters"
    st.write(
        f"**BPE** begins with {begins}. Of all neighbours that it has learnt to merge it takes the "
        "pair that it learnt first, and again, until no pair is left."
    )
    st.dataframe(
        {
            "Step": list(range(len(steps.merges) + 1)),
            "Merged": ["", *(f"{one.left} + {one.right}" for one in steps.merges)],
            "Learnt as number": ["", *(f"{one.rank + 1:,}" for one in steps.merges)],
            "Pieces now": [
                " · ".join(pieces)
                for pieces in (steps.letters, *(one.after for one in steps.merges))
            ],
        },
        hide_index=True,
    )


def _unigram(steps: UnigramSteps) -> None:
    st.write(
        "**Unigram** gives each piece a probability *p*. Of all ways to cut the word it takes the "
        "likeliest: the one with the largest sum of log *p*, natural logarithms. The bars are each "
        "way's share of the probability of all ways."
    )
    best = steps.cuts[0]
    shared.figure(
        plots.cuts(steps),
        key="cuts",
        alt=f"Shares of the ways to cut the word; the first, {' '.join(best.pieces)}, has "
        f"{100 * best.share:.1f} %",
    )
    st.dataframe(
        {
            "Pieces": [" · ".join(one.pieces) for one in steps.cuts],
            "log p of each": [
                ", ".join(f"{score:.2f}" for score in one.log_probabilities) for one in steps.cuts
            ],
            "Sum": [round(one.log_probability, 3) for one in steps.cuts],
            "Share": [one.share for one in steps.cuts],
        },
        column_config={"Share": st.column_config.NumberColumn(format="percent")},
        hide_index=True,
    )
    st.caption(
        "A letter without a piece costs 10 more than the least likely piece. Kudo, 2018 "
        "([arXiv:1804.10959](https://arxiv.org/abs/1804.10959))."
    )


VIEW = View(
    title="Step by step",
    about="How one word is cut: every try of WordPiece, every merge of BPE, the odds of unigram.",
    fields=(inputs.WORD, inputs.CHOSEN, inputs.TOKENIZER),
    show=show,
)
