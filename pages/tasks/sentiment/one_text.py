"""The label of one text, and which words pushed it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.views import View
from pages.tasks.sentiment import inputs, results
from playground import sentiment
from playground.models.catalog import Task
from playground.plots import sentiment as plots
from playground.plots.template import percent
from playground.sentiment import Deletion, Explanation, export, scripts

# Longer windows take several seconds to explain, so they are explained when that is asked for.
AT_ONCE = 128  # tokens


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show a text's labels, its words' shares, and the check on them."""
    with place:
        text = inputs.passage()
    with frame.errors_shown():
        model = cache.model(model_id, Task.TEXT_CLASSIFICATION)
        with side:
            label = inputs.label(model.labels.names, likeliest=results.LIKELIEST)
        classified = sentiment.classify(text, model=model)
        results.notices(classified)
        labels, meaning = st.columns([3, 2], gap="large")
        with labels:
            results.answer(classified, key="labels")
        with meaning:
            results.calibration(model.labels)
        label = classified.best if label is None else label
        name = model.labels.names[label]
        st.header(f"Words that pushed it towards {literal(name)}", anchor=False)
        explanation = None
        part = _part(len(classified.parts))
        if _wanted(len(classified.parts[part].window.input_ids)):
            with st.spinner("Following the gradients", show_time=True):
                explanation = sentiment.shared_explanation(
                    classified, model=model, label=label, part=part
                )
            _explained(explanation, name)
            with st.spinner("Deleting words", show_time=True):
                check = sentiment.shared_deletion(explanation, model=model)
            _deletion(check, name)
        shared.take_away(
            export.one_text(classified, explanation),
            scripts.one_text(classified, explanation),
            spec=model.spec,
            file_name="sentiment",
        )


def _part(count: int) -> int:
    """Ask which of ``count`` windows to explain, if there is a choice; return its index."""
    if count == 1:
        return 0
    return int(st.slider("Window to explain", 1, count, 1, key=f"part_of_{count}")) - 1


def _wanted(tokens: int) -> bool:
    return tokens <= AT_ONCE or st.toggle(
        f"Explain these {tokens} tokens: takes some seconds", key="explain_long"
    )


def _explained(explanation: Explanation, name: str) -> None:
    results.words(explanation, name=name)
    st.caption(
        "Blue with a solid line speaks for the label, orange with a dashed line against it; the "
        "stronger the colour, the larger the share."
    )
    strongest = explanation.strongest(results.TOP)
    chart, table = st.columns([3, 2], gap="large")
    with chart:
        shared.figure(
            plots.words(strongest),
            key="words",
            alt=f"Words with the largest share in {name}; first {strongest[0].text}, "
            f"{plots.signed(strongest[0].value)}",
        )
    with table:
        results.words_table(explanation.strongest(len(explanation.words)))
    _completeness(explanation)


def _completeness(explanation: Explanation) -> None:
    difference = explanation.score - explanation.baseline_score
    gap = explanation.relative_gap
    st.caption(
        f"Integrated gradients in {explanation.steps} steps (Sundararajan et al., 2017, "
        "[arXiv:1703.01365](https://arxiv.org/abs/1703.01365)): what each token adds to the "
        "label's log-odds on the way from a text of masks to this one, added up to words. From "
        f"{plots.signed(explanation.baseline_score)} to {plots.signed(explanation.score)} that is "
        f"{plots.signed(difference)}; special tokens, the same in both texts, add "
        f"{plots.signed(explanation.special)}. **Completeness gap: {percent(gap)}** of the "
        "difference is missing from the sum of all shares. Other methods would share it out "
        "differently (Krishna et al., 2022, [arXiv:2202.01602](https://arxiv.org/abs/2202.01602)); "
        "what each word attends to is on the Attention page."
    )


def _deletion(check: Deletion, name: str) -> None:
    st.header("Deletion check", anchor=False)
    speed = "faster" if check.is_faster else "no faster"
    shared.figure(
        plots.deletion(check),
        key="deletion",
        alt=f"Probability of {name} while words are deleted: {speed} than at random",
    )
    st.caption(
        "If the shares are right, the probability falls fast as the words with the largest are "
        f"deleted. Here it falls **{speed}** than with words at random: on average "
        f"{percent(check.mean_by_attribution)} against {percent(check.mean_at_random)}. (After "
        "Petsiuk et al., 2018, [arXiv:1806.07421](https://arxiv.org/abs/1806.07421), and DeYoung "
        "et al., 2020, [arXiv:1911.03429](https://arxiv.org/abs/1911.03429).)"
    )
    with st.expander("The curves in numbers", icon=":material/table:"):
        st.dataframe(
            {
                "Words deleted": list(check.removed),
                "Most important first": [percent(value) for value in check.by_attribution],
                "At random": [percent(value) for value in check.at_random],
            },
            hide_index=True,
        )


VIEW = View(
    title="One text",
    about="The label of a text, how sure the model is, and which words pushed it.",
    fields=(inputs.MODEL, inputs.TEXT, inputs.LABEL),
    show=show,
)
