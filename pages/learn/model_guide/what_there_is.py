"""All models that can be chosen here, with what is known of them."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.learn.model_guide import inputs, shown
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.shared.views import View
from playground import model_guide
from playground.model_guide import Entry, export
from playground.plots import model_guide as plots
from playground.settings import MEGABYTE

HERE, ABSENT, UNUSABLE = "on this machine", "not downloaded", "cannot be used"


def show() -> None:
    """Show sizes, a table of everything, what is loaded, and the cards' scores."""
    with frame.errors_shown():
        entries = [model_guide.entry(spec) for spec in inputs.offered().values()]
        results.figure(
            plots.sizes(entries),
            key="sizes",
            alt="Parameters of each model, in millions; the table has them",
        )
        st.caption(
            "Parameters, in millions (M). Blue: on this machine. Gray and hatched: not downloaded; "
            "the numbers are the published ones."
        )
        _table(entries)
        _loaded()
        _scores(entries)
        shown.files(partial(export.entries, entries), "models")
        results.picture_format()


def _table(entries: Sequence[Entry]) -> None:
    shown.table(
        {
            "Model": [frame.short_label(one.spec) for one in entries],
            "Task": [one.spec.task.value for one in entries],
            "Good for": [one.spec.note for one in entries],
            "Status": [_status(one) for one in entries],
            "Parameters (M)": [shown.millions(one.parameters) for one in entries],
            "Layers": [one.shape.layers if one.shape else None for one in entries],
            "Hidden": [one.shape.hidden if one.shape else None for one in entries],
            "Heads": [one.shape.heads if one.shape else None for one in entries],
            "Vocabulary": [one.shape.vocabulary if one.shape else None for one in entries],
            "On disk (MB)": [shown.megabytes(one.file_bytes) for one in entries],
            "Its own of that (MB)": [shown.megabytes(one.own_bytes) for one in entries],
            "In memory, fp32 (MB)": [shown.megabytes(one.fp32_bytes) for one in entries],
            "In bfloat16 (MB)": [shown.megabytes(one.bf16_bytes) for one in entries],
            "Family": [one.shape.family if one.shape else "" for one in entries],
            "Languages": [one.languages for one in entries],
            "Licence": [one.licence for one in entries],
        }
    )
    st.caption(
        "Counted from the headers of the weight files, without loading any. The adapters in the "
        "box share one trunk of 91 MB on disk; each adds 3 to 11 MB of its own. Any other "
        "BERT-family model of the Hub works by its id, on every page."
    )
    for one in entries:
        if one.problem:
            st.warning(literal(one.problem), icon=":material/info:")


def _status(entry: Entry) -> str:
    if entry.problem:
        return UNUSABLE
    if not entry.here:
        return ABSENT
    status = cache.status(entry.spec)
    return status.value if status else HERE


def _loaded() -> None:
    st.header("In memory now", anchor=False)
    known = {spec.id: frame.short_label(spec) for spec in inputs.offered().values()}
    held = cache.held_bytes()
    mine = {key: sizes for key, sizes in held.items() if key[1] in known}
    if not mine:
        st.caption("No model is loaded yet. The first page that needs one loads it.")
        return
    shown.table(
        {
            "Model": [known[model_id] for _, model_id in mine],
            "Loaded for": [task for task, _ in mine],
            "Holds (MB)": [shown.megabytes(size) for size, _ in mine.values()],
            "Alone (MB)": [shown.megabytes(alone) for _, alone in mine.values()],
        }
    )
    total = cache.engine().resident_bytes()
    limit = cache.settings().model_cache_mb
    others = len(held) - len(mine)
    st.caption(
        f"Together {total / MEGABYTE:,.0f} MB of at most {limit:,} MB"
        + (f", {others} more models among them" if others else "")
        + ". What several models share, such as the trunk's embeddings, is held once and counted "
        "once; “alone” is what would be free again without that model."
    )


def _scores(entries: Sequence[Entry]) -> None:
    st.header("Scores from the cards", anchor=False)
    rows = export.scores(entries)
    shown.table(
        {
            "Model": [row["model"] for row in rows],
            "Figure": [row["figure"] for row in rows],
            "On": [row["on"] for row in rows],
            "Value": [round(float(str(row["value"])), 3) for row in rows],
            "From": [row["from"] for row in rows],
        }
    )
    st.caption(
        "Shares from 0 to 1, but for losses and perplexities, where less is better. Figures on "
        "different texts say nothing of each other."
    )


VIEW = View(
    title="What there is",
    about="All models that you can choose here: sizes, languages, licences, scores.",
    fields=(),
    show=show,
)
