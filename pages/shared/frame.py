"""What every page shows alike: header, model picker, errors, downloads, code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

import streamlit as st

from pages.shared import cache, own_text
from pages.shared.escape import literal
from playground.errors import ModelError, PlaygroundError
from playground.models.catalog import ModelSpec, Source, Task
from playground.text.cleaning import MASK

YOUR_TEXT = "Your text"
OWN_SHOWN = 32  # characters of it on its pill
MODELS_TABLE_WIDTH = 720  # pixels; narrower where the screen is
SOURCES = {
    Source.LOCAL: "local folder",
    Source.RUN: "your run",
    Source.HUB: "Hub",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a page offers; ``data`` is called when a visitor asks for it."""

    label: str
    data: Callable[[], str | bytes]
    file_name: str
    mime: str


def header(title: str, sentence: str) -> None:
    """Show a page's title and what it is about, in one sentence."""
    st.title(title, anchor=False)
    st.write(sentence)


def main_type(*, disabled: bool) -> Literal["primary", "secondary"]:
    """Return the type of a page's main button, which nobody can read as a disabled primary one."""
    return "secondary" if disabled else "primary"


def text_pair(first: str, second: str) -> tuple[str, str]:
    """Ask for a text, or a pair, side by side; return both, empty where missing."""
    left, right = st.columns([3, 2])
    with left:
        a = st.text_area("Text, or text A of a pair", key=first, persist_state="session")
    with right:
        b = st.text_area("Text B, may stay empty", key=second, persist_state="session")
    return a or "", b or ""


def examples(
    key: str, filled: Mapping[str, Mapping[str, str | int]], *, text: str = "", mask: bool = False
) -> None:
    """Offer examples, one click each; ``filled`` has what each puts into which widget.

    ``text`` names the widget that holds a text of the visitor's own. What was last typed on another
    page is then offered, too, unless a ``mask`` is needed and it has none.
    """
    own = own_text.elsewhere(text, [str(one[text]) for one in filled.values()]) if text else ""
    if own and (not mask or MASK in own):
        widgets = {name: "" for one in filled.values() for name in one}
        filled = {**filled, YOUR_TEXT: {**widgets, text: own}}

    def label(name: str) -> str:
        if name != YOUR_TEXT:
            return name
        return f":material/history_edu: {literal(shorten(own, OWN_SHOWN, placeholder='…'))}"

    def chosen() -> None:
        name = st.session_state[key]
        st.session_state[key] = None
        if name is not None:
            st.session_state.update(filled[name])

    st.pills(
        "Examples",
        list(filled),
        format_func=label,
        key=key,
        on_change=chosen,
        label_visibility="collapsed",
        wrap=True,
    )


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a ``PlaygroundError`` of the block as a message and skip the rest of the block."""
    try:
        yield
    except ModelError as error:
        st.error(literal(str(error)), icon=":material/error:")
    except PlaygroundError as error:
        st.warning(literal(str(error)), icon=":material/info:")


def model_picker(task: Task, *, key: str = "model") -> str:
    """Let the visitor choose a model for ``task`` or type any Hub id; return the id."""
    specs = {spec.id: spec for spec in cache.offered(task)}
    # Labels stay the same while a model loads: the browser answers with the label it was shown.
    chosen = st.selectbox(
        "Model",
        list(specs),
        format_func=lambda model_id: _label(specs[model_id]) if model_id in specs else model_id,
        key=key,
        accept_new_options=True,
        persist_state="session",
        help="Choose one, or type the id of any BERT-family model on the Hugging Face Hub: "
        "`org/name` or `org/name@revision`.",
    )
    if chosen in specs:
        _describe(specs[chosen])
    return chosen or next(iter(specs))


@st.fragment
def models_table(task: Task) -> None:
    """Show all models offered for ``task`` with size, source and status, once they are asked for.

    To make the table took a twentieth of what pages' scripts compute, and few look at it.
    """
    place = st.popover("All models", icon=":material/list:", key=f"all_{task}", on_change="rerun")
    if not place.open:
        return
    specs = cache.offered(task)
    with place:
        st.dataframe(
            {
                "Model": [spec.title for spec in specs],
                "Size": [_size(spec) for spec in specs],
                "Source": [spec.source.value for spec in specs],
                "Status": [cache.status(spec) for spec in specs],
                "Good for": [spec.note for spec in specs],
            },
            hide_index=True,
            width=MODELS_TABLE_WIDTH,
        )
        st.caption("Any other BERT-family model of the Hub loads by its id, typed into the picker.")


def downloads(files: Sequence[Download]) -> None:
    """Show one download button a file, in a row."""
    with st.container(horizontal=True):
        for file in files:
            st.download_button(
                file.label,
                file.data,
                file_name=file.file_name,
                mime=file.mime,
                on_click="ignore",
                icon=":material/download:",
            )


def code(source: str, notebook: Download) -> None:
    """Show the code that computes this screen's numbers, with a notebook to download."""
    with st.expander("Show the code", icon=":material/code:"):
        st.code(source, language="python")
        downloads([notebook])


def short_label(spec: ModelSpec) -> str:
    """Return a model's title, told apart from others if it is a name that the visitor gave."""
    return f"{spec.title} · {SOURCES[spec.source]}" if spec.source is Source.RUN else spec.title


def _label(spec: ModelSpec) -> str:
    if spec.source is Source.BUNDLED:  # its title says where it is, and nobody waits for it
        return spec.title
    return " · ".join(part for part in (spec.title, SOURCES[spec.source], _size(spec)) if part)


def _describe(spec: ModelSpec) -> None:
    status = cache.status(spec)
    parts = (spec.note, status.value if status else "")
    st.caption(" · ".join(literal(part) for part in parts if part))


def _size(spec: ModelSpec) -> str:
    return (
        f"{spec.megabytes:,} MB".replace(",", " ").replace(" ", "\N{NO-BREAK SPACE}")
        if spec.megabytes
        else ""
    )
