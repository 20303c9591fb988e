"""A finished run's model to take along: as files, or as a repository on the Hugging Face Hub."""

from functools import partial
from pathlib import Path

import streamlit as st

from pages.shared import cache, frame, results
from pages.shared.escape import literal
from playground.errors import PlaygroundError
from playground.fine_tuning.export import archive, push, usage
from playground.fine_tuning.export.names import folder_name
from playground.fine_tuning.own_models import ADAPTER
from playground.models.catalog import ModelSpec

NAME, PRIVATE, TOKEN = "push_name", "push_private", "push_token"  # keys of widgets
SAID = "push_said"  # session key: how the last push went
OFF = "Loading from the Hugging Face Hub and pushing to it are switched off here."


def show(spec: ModelSpec, outputs: Path) -> None:
    """Offer the model of a run as archives and, where the Hub is not off, as a repository."""
    assert spec.folder is not None
    files = results.adapter(spec)
    adapter = outputs / ADAPTER
    if adapter.is_dir():
        made = partial(archive.adapter, adapter, spec.folder, spec.title, texts=spec.texts)
        name = f"{folder_name(spec.title)}-adapter.zip"
        files.append(frame.Download("Adapter alone", made, name, results.ZIP))
    frame.downloads(files)
    st.caption(
        "**Model**: all weights, tokenizer and model card, for plain transformers, without a "
        "network."
        + (
            f" **Adapter alone**: what was learned, a few megabytes, to be put on its base "
            f"{literal(usage.base_of(adapter))} with peft."
            if adapter.is_dir()
            else ""
        )
    )
    with st.expander("Push to the Hugging Face Hub", icon=":material/cloud_upload:"):
        if cache.settings().hub:
            _form(spec)
        else:
            st.caption(OFF)


def _form(spec: ModelSpec) -> None:
    shared = push.server_token(cache.settings())
    with st.form(f"push_{spec.id}", border=False):
        st.text_input(
            "Repository",
            folder_name(spec.title),
            key=f"{NAME}_{spec.id}",
            help="A name, in your own namespace, or `organisation/name`.",
        )
        st.checkbox("Private: only you see it", value=True, key=f"{PRIVATE}_{spec.id}")
        st.text_input(
            "Your token with the right to write",
            key=TOKEN,
            type="password",
            autocomplete="off",
            placeholder="empty for this server's own" if shared else "hf_…",
            help="It goes to the Hub with this one upload and is kept nowhere. Make one at "
            "https://huggingface.co/settings/tokens.",
        )
        st.form_submit_button(
            "Push", icon=":material/cloud_upload:", on_click=_push, args=(spec, shared)
        )
    if said := st.session_state.pop(SAID, None):
        (st.success if said.startswith("Pushed") else st.error)(literal(said))


def _push(spec: ModelSpec, shared: str | None) -> None:
    """Push in a callback: here the token can be taken out of the session before it is used."""
    token = st.session_state.get(TOKEN) or shared or ""
    st.session_state[TOKEN] = ""
    name = str(st.session_state.get(f"{NAME}_{spec.id}", ""))
    private = bool(st.session_state.get(f"{PRIVATE}_{spec.id}", True))
    try:
        # As this page is shown anew: the run may have been removed, or be another visitor's.
        folder = cache.spec(spec.id, spec.task).folder
        assert folder is not None
        with st.spinner(f"Pushing {literal(spec.title)}", show_time=True):
            url = push.push(folder, name, token, private=private, texts=spec.texts)
    except PlaygroundError as error:
        st.session_state[SAID] = str(error)
    else:
        st.session_state[SAID] = f"Pushed to {url}"
