"""What every layer would predict."""

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

COLUMNS = 3  # guesses a layer; more would leave no room for the words on a phone


def show(place: DeltaGenerator, model_id: str, _top_k: int) -> None:
    """Show each layer's guesses for one mask, from the embeddings to the last layer."""
    with place:
        text = inputs.sentence()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        masked = mask_filling.read(text, model=model)
        index = inputs.mask_number(len(masked.mask_positions))
        lens = mask_filling.logit_lens(text, model=model, mask_index=index, top_k=COLUMNS)
        results.notices(masked, model.spec)
        final = lens.layers[-1].guesses[0].token
        results.figure(
            plots.layers(lens),
            key="layers",
            alt=f"Guesses of {len(lens.layers)} layers; the last one puts {final} first",
        )
        st.caption(
            "The hidden state of each layer goes through the prediction head that was trained for "
            "the last one, so early layers speak through a head that is not theirs. The last "
            "column follows the final word through the layers. (Logit lens: "
            "[nostalgebraist, 2020](https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru).)"
        )
        st.dataframe(
            {
                "Layer": [plots.layer_name(row.layer) for row in lens.layers],
                "First guess": [results.guess_name(row.guesses[0]) for row in lens.layers],
                "Its probability": [percent(row.guesses[0].probability) for row in lens.layers],
                "Probability of the final word": [
                    percent(row.final_probability) for row in lens.layers
                ],
                "Entropy (nats)": [f"{row.entropy:.2f}" for row in lens.layers],
            },
            hide_index=True,
        )
        results.take_away(
            export.layers(lens),
            scripts.layers(text, mask_index=index, top_k=COLUMNS),
            spec=model.spec,
            file_name="layer-by-layer",
        )


VIEW = View(
    title="Layer by layer",
    about="Every layer's guess: where the answer appears.",
    fields=(inputs.TEXT,),
    show=show,
)
