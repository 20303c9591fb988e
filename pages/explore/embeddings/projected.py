"""Many lines as points on a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.embeddings import inputs, lines, projecting
from pages.shared import cache, files, frame, results
from pages.shared.escape import literal
from pages.shared.files import Upload
from pages.shared.views import View
from pages.shared.words import counted
from playground import embeddings
from playground.embeddings import Method, Projection, export, scripts
from playground.models.catalog import ModelSpec, Task
from playground.models.queries import Pooling
from playground.plots import embeddings as plots
from playground.plots import offline
from playground.plots.template import percent
from playground.tables import as_csv, as_json

KEY = "map"
ABOUT = {
    Method.PCA: "PCA turns the cloud of vectors so that its two widest directions are seen. "
    "Distances keep their meaning, but what the other directions hold is lost. Fast.",
    Method.TSNE: "t-SNE keeps close neighbours together.",
    Method.UMAP: "UMAP keeps close neighbours together. It compiles itself for some seconds "
    "before it begins.",
}
CAUTION = (
    "Only what is near says something here: distances between groups that lie far apart, and the "
    "sizes of groups, mean nothing (Wattenberg et al., 2016, [How to use t-SNE effectively]"
    "(https://distill.pub/2016/misread-tsne/))."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """How the map is made."""

    method: Method
    neighbours: int
    pooling: Pooling


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """The lines that have a point, in its order."""

    numbers: Sequence[int]  # as in the file
    texts: Sequence[str]
    column: str | None  # that colours them
    values: Sequence[str] | None


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show lines as points, coloured by a column; chosen ones as a table; all as files."""
    with frame.errors_shown():
        with place:
            upload = lines.ask(KEY)
            method, neighbours = _method()
        with side:
            choice = Choice(method, neighbours, inputs.pooling())
            column = _column(upload) if upload else None
        if upload is None:
            return
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        job = files.job(
            KEY,
            upload,
            partial(
                embeddings.shared_vectors if lines.are_ours(upload) else embeddings.embed,
                model=model,
                pooling=choice.pooling,
            ),
            label="Draw the map",
            of=(model.spec.id, choice.pooling),
            at_once=lines.AT_ONCE,
            chunk=lines.CHUNK,
            what="these lines",
        )
        if job is None:
            return
        files.progress(job, KEY)
        if not job.finished or not job.results:
            return
        cut = sum(embedded.cut for _, embedded in job.results)
        for notice in embeddings.cut_notices(cut, model=model):
            st.info(literal(notice), icon=":material/info:")
        projection = projecting.projection(job, choice.method, choice.neighbours)
        if projection is not None:
            mapped = _mapped([number for number, _ in job.results], upload, column)
            _map(projection, mapped, choice, upload.file_name)
            _code(mapped.texts, choice, model.spec)


def _method() -> tuple[Method, int]:
    method = Method(
        st.segmented_control(
            "Method",
            [one.value for one in Method],
            key=inputs.METHOD.name,
            required=True,
            persist_state="session",
        )
        or Method.PCA
    )
    st.caption(ABOUT[method])
    neighbours = int(st.session_state[inputs.NEAR.name])
    if method is not Method.PCA:
        neighbours = st.slider(
            "Neighbours that a line stays near to",
            5,
            100,
            key=inputs.NEAR.name,
            step=5,
            persist_state="session",
            help="t-SNE calls it perplexity, UMAP n_neighbors. Few show small groups, many the "
            "whole.",
        )
    return method, int(neighbours)


def _column(upload: Upload) -> str | None:
    others = [name for name in upload.table.columns if name != upload.column]
    if not others:
        return None
    if st.session_state[inputs.COLOUR.name] not in ("", *others):
        st.session_state[inputs.COLOUR.name] = others[0]
    chosen = st.selectbox(
        "Colour by",
        ["", *others],
        format_func=lambda name: name or "nothing",
        key=inputs.COLOUR.name,
        persist_state="session",
    )
    return chosen or None


def _mapped(numbers: Sequence[int], upload: Upload, column: str | None) -> Mapped:
    row_of = dict(zip(upload.table.numbers, range(len(upload.texts)), strict=True))
    rows = [row_of[number] for number in numbers]
    of_column = None if column is None else upload.table.column(column)
    return Mapped(
        numbers=numbers,
        texts=[upload.texts[row] for row in rows],
        column=column,
        values=None if of_column is None else [of_column[row] for row in rows],
    )


def _map(projection: Projection, mapped: Mapped, choice: Choice, title: str) -> None:
    key = f"map_{choice.method}_{choice.neighbours}"
    count = len(mapped.texts)
    made = plots.scatter(projection, mapped.texts, mapped.values)
    results.figure(
        made,
        key=key,
        alt=f"{counted(count, 'line')} as points by {projection.method}; the files have all "
        "coordinates",
        selects=True,
    )
    if projection.explained is not None:
        share = percent(sum(projection.explained))
        st.caption(f"The two directions hold {share} of all variance; the rest is not seen here.")
    else:
        st.caption(CAUTION)
    rows = export.points(projection, mapped.texts, mapped.numbers, mapped.values)
    chosen = _chosen(key, plots.grouped(mapped.values, count))
    shown = [rows[place] for place in chosen] or rows
    st.caption(
        f"{len(chosen):,} of {counted(count, 'line')} chosen."
        if chosen
        else "Draw around points to see their lines here and to take only them along."
    )
    st.dataframe(
        {
            "Line": [row["line"] for row in shown],
            "Text": [row["text"] for row in shown],
            **({mapped.column: [row["value"] for row in shown]} if mapped.column else {}),
        },
        hide_index=True,
        height=260,
    )
    frame.downloads(
        [
            frame.Download("CSV", partial(as_csv, shown), "map.csv", "text/csv"),
            frame.Download("JSON", partial(as_json, shown), "map.json", "application/json"),
            frame.Download(
                "HTML",
                partial(offline.page, f"{title}, {projection.method}", {"": made}),
                "map.html",
                "text/html",
            ),
        ]
    )


def _chosen(key: str, groups: Mapping[str, Sequence[int]]) -> list[int]:
    """Return the places of the points that the visitor drew around, in the lines' order."""
    state = st.session_state.get(key)
    points = state["selection"]["points"] if state else []
    of_trace = list(groups.values())
    return sorted(of_trace[point["curve_number"]][point["point_index"]] for point in points)


def _code(texts: Sequence[str], choice: Choice, spec: ModelSpec) -> None:
    """Show the code, and offer the lines that it reads if they are too many to stand in it."""
    if len(texts) > scripts.MOST_WRITTEN:
        frame.downloads([lines.for_code(texts)])
    snippet = scripts.projection(
        texts, choice.method, pooling=choice.pooling, neighbours=choice.neighbours
    )
    results.picture_format()
    results.code(snippet, spec=spec, file_name="embeddings-map")


VIEW = View(
    title="Map",
    about="Up to 5,000 lines as points: lines that are alike lie near each other.",
    fields=(inputs.POOLING, inputs.METHOD, inputs.NEAR, inputs.COLOUR, *lines.FIELDS),
    show=show,
)
