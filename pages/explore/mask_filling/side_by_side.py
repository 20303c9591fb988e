"""Two sentences compared."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import inputs, results
from pages.shared import cache, frame
from pages.shared.views import View
from playground import mask_filling
from playground.mask_filling import export, scripts
from playground.models.catalog import Task
from playground.plots import mask_filling as plots
from playground.plots.template import percent


def show(place: DeltaGenerator, model_id: str, top_k: int) -> None:
    """Show which words one sentence makes more probable than the other."""
    with place:
        first, second = inputs.pair()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        compared = mask_filling.compare(first, second, model=model, top_k=top_k)
        sides = zip(
            st.columns(2, gap="large"),
            ("First sentence", "Second sentence"),
            (compared.first, compared.second),
            strict=True,
        )
        for column, name, filling in sides:
            with column:
                st.header(name, anchor=False)
                results.notices(filling.masked, model.spec)
                results.figure(
                    plots.bars(filling.guesses[0]),
                    key=name,
                    alt=f"{name}: first {results.best(filling.guesses[0])}",
                )
        st.header("Where they differ most", anchor=False)
        results.figure(
            plots.comparison(compared),
            key="comparison",
            alt="Words ranked by how much their probability differs; the table has the numbers",
        )
        st.dataframe(
            {
                "Word": [row.token for row in compared.rows],
                "First": [percent(row.first) for row in compared.rows],
                "Second": [percent(row.second) for row in compared.rows],
                "Log ratio": [f"{row.log_ratio:.2f}" for row in compared.rows],
            },
            hide_index=True,
        )
        st.caption(
            "Differences between such pairs are one way to see what a model took over from its "
            "training texts, prejudices included (Kurita et al., 2019, "
            "[arXiv:1906.07337](https://arxiv.org/abs/1906.07337))."
        )
        results.take_away(
            export.side_by_side(compared),
            scripts.side_by_side(first, second, top_k=top_k),
            spec=model.spec,
            file_name="side-by-side",
        )


VIEW = View(
    title="Side by side",
    about="What one changed word does to the predictions.",
    fields=(inputs.TOP_K, inputs.FIRST, inputs.SECOND),
    show=show,
)
