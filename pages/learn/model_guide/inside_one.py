"""One model by its parts."""

from functools import partial

import streamlit as st

from pages.learn.model_guide import inputs, shown
from pages.shared import frame, results
from pages.shared.views import View
from playground import model_guide
from playground.model_guide import Inside, export, scripts
from playground.models.catalog import Task
from playground.plots import model_guide as plots
from playground.plots.template import percent
from playground.settings import MEGABYTE


def show() -> None:
    """Show where a model's parameters are."""
    model_id = frame.model_picker(Task.FEATURE_EXTRACTION, key=inputs.MODEL.name)
    with frame.errors_shown():
        found = model_guide.inside(inputs.brought(model_id))
        _totals(found)
        results.figure(
            plots.parts(found),
            key="parts",
            alt=f"{found.parameters:,} parameters by part; the table has them",
        )
        st.caption("The larger an area, the more parameters. Blue: embeddings. Green: layers.")
        _notes(found)
        shown.table(
            {
                "Part": [part.name for part in found.parts],
                "In": [part.section for part in found.parts],
                "Parameters": [part.parameters for part in found.parts],
                "Share": [percent(part.parameters / found.parameters) for part in found.parts],
                "In the file (MB)": [shown.megabytes(part.file_bytes) for part in found.parts],
                "fp32 (MB)": [shown.megabytes(4 * part.parameters) for part in found.parts],
                "bfloat16 (MB)": [shown.megabytes(2 * part.parameters) for part in found.parts],
            }
        )
        shown.files(partial(export.inside, found), "parts")
        results.picture_format()
        results.code(scripts.by_part(found.task), spec=found.spec, file_name="parts")


def _totals(found: Inside) -> None:
    columns = st.columns(4)
    columns[0].metric("Parameters", f"{found.parameters:,}")
    columns[1].metric(
        "On disk, with its trunk" if found.adapter else "On disk",
        f"{found.file_bytes / MEGABYTE:,.1f} MB",
    )
    columns[2].metric("In memory, fp32", f"{4 * found.parameters / MEGABYTE:,.1f} MB")
    columns[3].metric("In bfloat16", f"{2 * found.parameters / MEGABYTE:,.1f} MB")


def _notes(found: Inside) -> None:
    if found.adapter is not None:
        adapter = found.adapter
        st.info(
            f"This is an adapter (LoRA of rank {adapter.rank}) on the trunk. Its file holds two "
            f"thin matrices for each of {adapter.matrices} matrices of the layers, "
            f"{adapter.parameters:,} numbers or {adapter.file_bytes / MEGABYTE:.1f} MB. When the "
            "model is loaded their products are added to the trunk's matrices, so it has no more "
            "parameters than before, and is no slower.",
            icon=":material/info:",
        )
    if found.runs > 1:
        st.info(
            f"This model has one layer and runs it {found.runs} times: small on disk, but as slow "
            f"as a model of {found.runs} layers.",
            icon=":material/info:",
        )
    said = []
    if found.tied:
        said.append(
            "The last step of the head, from a state to every word of the vocabulary, uses the "
            "token embeddings once more; they are counted once."
        )
    if found.unread:
        said.append(
            f"The files hold {found.unread:,} more numbers that this model does not compute with, "
            "such as a pooler or the head of another task."
        )
    if said:
        st.caption(" ".join(said))


VIEW = View(
    title="Inside one",
    about="Where a model's parameters are: embeddings, each layer's attention and feed-forward "
    "part, head.",
    fields=(inputs.MODEL,),
    show=show,
)
