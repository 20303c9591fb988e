"""One or several masks, each filled on its own."""

import io
import zipfile
from functools import cache as once
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import inputs, results
from pages.explore.mask_filling.view import View
from pages.shared import cache, frame, tokens
from playground import mask_filling
from playground.mask_filling import Filling, Token
from playground.models.catalog import ModelSpec, Source, Task
from playground.plots import mask_filling as plots


def show(place: DeltaGenerator, model_id: str, top_k: int) -> None:
    """Show the most probable words of every mask."""
    with place:
        text = inputs.sentence()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        masked = mask_filling.read(text, model=model, masks_needed=False)

        def mask(token: Token) -> None:
            st.session_state[inputs.TEXT.name] = mask_filling.mask_word(text, token, model=model)

        with place:
            tokens.strip(
                masked.tokens, label="Click a token to mask it", key="strip", on_click=mask
            )
        filling = mask_filling.fill(text, model=model, top_k=top_k)
        results.notices(filling.masked, model.spec)
        for index in range(len(filling.guesses)):
            _one_mask(filling, index)
        _take_away(filling, text, model.spec, top_k)


def _one_mask(filling: Filling, index: int) -> None:
    guesses, entropy = filling.guesses[index], filling.entropy[index]
    if len(filling.guesses) > 1:
        st.subheader(f"Mask {index + 1}", anchor=False)
    chart, table = st.columns([3, 2], gap="medium")
    with chart:
        results.figure(
            plots.bars(guesses),
            key=f"bars_{index}",
            alt=f"Most probable words for mask {index + 1}; first {results.best(guesses)}",
        )
    with table:
        results.guesses(guesses, entropy)


def _take_away(filling: Filling, text: str, spec: ModelSpec, top_k: int) -> None:
    files = [
        frame.Download(
            label="CSV",
            data=mask_filling.export_csv(filling),
            file_name="mask-filling.csv",
            mime="text/csv",
        ),
        frame.Download(
            label="JSON",
            data=mask_filling.export_json(filling),
            file_name="mask-filling.json",
            mime="application/json",
        ),
    ]
    if spec.source is Source.BUNDLED and spec.folder is not None:
        files.append(
            frame.Download(
                label="Model adapter",
                data=_zipped(spec.folder),
                file_name=f"{spec.folder.name}.zip",
                mime="application/zip",
            )
        )
    frame.downloads(files)
    frame.code(
        mask_filling.python_code(text, spec=spec, top_k=top_k),
        frame.Download(
            label="Notebook",
            data=mask_filling.notebook(text, spec=spec, top_k=top_k),
            file_name="mask-filling.ipynb",
            mime="application/x-ipynb+json",
        ),
    )


@once
def _zipped(folder: Path) -> bytes:
    """Return a bundled adapter's files as one archive; there are few of them, made once each."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: weights do not compress
        for file in sorted(path for path in folder.iterdir() if path.is_file()):
            archive.write(file, f"{folder.name}/{file.name}")
    return buffer.getvalue()


VIEW = View(
    title="Fill",
    about="The most probable words for every mask.",
    fields=(
        inputs.TOP_K,
        inputs.TEXT,
    ),
    show=show,
)
