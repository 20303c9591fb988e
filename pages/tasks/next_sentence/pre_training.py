"""How BERT's pre-training made its pairs, on the visitor's own text."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.shaded import Shade, shaded
from pages.shared.views import View
from pages.tasks.next_sentence import inputs, results
from playground import next_sentence
from playground.models.catalog import Task
from playground.next_sentence import Drawn, PreTraining, export, scripts
from playground.next_sentence.pre_training import NEXT_SHARE
from playground.plots.template import percent

NAMES = {True: "IsNext", False: "NotNext"}


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show the pairs that are drawn from a text, and one of them step by step."""
    with place:
        text = inputs.documents()
    with side:
        seed = inputs.seed("Seed of the draws", inputs.PAIR_SEED)
    with frame.errors_shown():
        model = cache.model(model_id, Task.NEXT_SENTENCE)
        found = next_sentence.pre_training_pairs(text, seed=seed, model=model)
        results.notices(found.notices)
        _pairs(found)
        number = 1
        if len(found.pairs) > 1:
            number = st.slider(
                "Pair, step by step", 1, len(found.pairs), 1, key=f"pair_of_{len(found.pairs)}"
            )
        _steps(found, found.pairs[number - 1])
        st.caption(
            "BERT's real segments are several sentences long, up to 512 tokens together, and some "
            "of their tokens are masked at the same time: both tasks learn from one text (Devlin "
            "et al., 2019, appendix A.2, "
            "[arXiv:1810.04805](https://arxiv.org/abs/1810.04805)). Here each segment is one "
            "sentence, and nothing is masked."
        )
        shared.take_away(
            export.pre_training(found),
            scripts.pre_training(found, seed=seed, temperature=model.labels.temperature),
            spec=model.spec,
            file_name="pre-training-pairs",
            has_figure=False,
        )


def _pairs(found: PreTraining) -> None:
    st.header(f"{len(found.pairs)} pairs from {found.documents[-1] + 1} documents", anchor=False)
    st.dataframe(
        {
            "Pair": list(range(1, len(found.pairs) + 1)),
            "Label": [NAMES[pair.is_next] for pair in found.pairs],
            "The head says": [percent(pair.probability) for pair in found.pairs],
            "A": [found.sentences[pair.first] for pair in found.pairs],
            "B": [found.sentences[pair.second] for pair in found.pairs],
        },
        hide_index=True,
    )
    st.caption(
        f"The head judges {found.right} of {len(found.pairs)} pairs rightly: over 50 % where the "
        "label is IsNext, below where it is NotNext."
    )


def _steps(found: PreTraining, pair: Drawn) -> None:
    document = found.documents[pair.first]
    lot = "below" if pair.is_next else "not below"
    label = NAMES[pair.is_next]
    second = (
        "So B is the sentence that follows:"
        if pair.is_next
        else f"So B is any of the {len(found.documents) - found.documents.count(document)} "
        f"sentences of other documents, here one of document {found.documents[pair.second] + 1}:"
    )
    st.markdown(
        f"1. **A** is a sentence of document {document + 1}: {literal(found.sentences[pair.first])}"
        f"\n2. **A coin** is tossed. It shows {pair.coin:.2f}, which is {lot} "
        f"{NEXT_SHARE:g}.\n"
        f"3. {second} {literal(found.sentences[pair.second])}\n"
        f"4. **The label** is {label}.\n"
        "5. **The input** is both between special tokens, and each token carries the number of "
        "its segment: 0 up to the first [SEP], 1 behind it."
    )
    _framed(pair)
    st.markdown(
        f"6. **The head** reads the state of [CLS] and says that B follows with "
        f"{percent(pair.probability)}. Training moves it towards "
        f"{'100 %' if pair.is_next else '0 %'}."
    )


def _framed(pair: Drawn) -> None:
    text, shades = "", []
    for token in pair.tokens:
        start = len(text)
        text += f"{token.text}"
        shades.append(
            Shade(
                start=start,
                end=len(text),
                weight=0.4 if token.segment == 0 else -0.4,
                title=f"segment {token.segment}",
            )
        )
        text += " "
    shaded(text, shades, alt="The tokens of the pair; blue, solid: segment 0; orange, dashed: 1")
    st.caption("Blue with a solid line: segment 0. Orange with a dashed line: segment 1.")


VIEW = View(
    title="Pre-training pairs",
    about="How pairs were made from running text when BERT was trained, step by step.",
    fields=(inputs.MODEL, inputs.DOCUMENTS_TEXT, inputs.PAIR_SEED),
    show=show,
)
