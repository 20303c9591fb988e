"""The masking procedure of BERT's pre-training, on the visitor's text."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import inputs, results
from pages.shared import cache, frame
from pages.shared.views import View
from playground import mask_filling
from playground.mask_filling import Simulation, export, scripts
from playground.models.catalog import Task
from playground.plots import mask_filling as plots
from playground.plots.template import percent


def show(place: DeltaGenerator, model_id: str, _top_k: int) -> None:
    """Show one training step: tokens chosen, masked, guessed, and the loss."""
    with place:
        text = inputs.passage()
        one, other = st.columns(2)
        share = one.slider(
            "Share of tokens to predict (%)", 5, 50, key=inputs.SHARE.name, persist_state="session"
        )
        seed = other.number_input(
            "Seed of the random choice",
            min_value=0,
            max_value=9_999,
            key=inputs.SEED.name,
            persist_state="session",
        )
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        results.notices(mask_filling.read(text, model=model, masks_needed=False), model.spec)
        simulated = mask_filling.simulate(text, model=model, seed=int(seed), share=share / 100)
        st.markdown(
            "**1. Choose** tokens at random, then **2.** show the model :blue-badge[a mask] for "
            "80 % of them, :orange-badge[a random token] for 10 % and :green-badge[the token "
            "itself] for 10 %."
        )
        results.figure(
            plots.simulation(simulated),
            key="simulation",
            alt=f"The text as the model sees it, {simulated.chosen} tokens chosen",
        )
        st.markdown("**3. Predict** the original at the chosen positions, and **4.** add up.")
        _outcome(simulated)
        st.caption(
            "The loss is the mean of −log p(original token) over the chosen positions; training "
            "lowers it. Masking procedure: Devlin et al., 2019, section 3.1 and appendix A.1 "
            "([arXiv:1810.04805](https://arxiv.org/abs/1810.04805))."
        )
        results.take_away(
            export.pretraining(simulated),
            scripts.pretraining(text, seed=int(seed), share=share / 100),
            spec=model.spec,
            file_name="pretraining-step",
        )


def _outcome(simulated: Simulation) -> None:
    chosen, loss, accuracy = st.columns(3)
    chosen.metric("Tokens chosen", simulated.chosen)
    loss.metric("Loss (nats a token)", f"{simulated.loss:.2f}")
    accuracy.metric("Accuracy", f"{100 * simulated.accuracy:.0f} %")
    rows = [token for token in simulated.tokens if token.choice is not None]
    st.dataframe(
        {
            "Original": [results.token_name(row.token) for row in rows],
            "Treatment": [row.choice.value for row in rows if row.choice],
            "Shown": [row.shown for row in rows],
            "Guess": [results.guess_name(row.guess) if row.guess else "" for row in rows],
            "Correct": ["yes" if row.correct else "no" for row in rows],
            "Probability of the original": [percent(row.probability or 0) for row in rows],
        },
        hide_index=True,
    )


VIEW = View(
    title="Pre-training",
    about="The 15 % / 80-10-10 masking that BERT learns by.",
    fields=(inputs.PASSAGE, inputs.SEED, inputs.SHARE),
    show=show,
)
