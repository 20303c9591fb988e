"""Upload and progress as any page uses them: a small app that measures texts."""

import threading
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cache, uploads, words
from playground import files as reading
from playground.errors import TextTooLongError
from playground.files import Format, Table, jobs
from playground.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
RUN_SECONDS = 60
CSV = "text;label\nSchön & gut;1\n*so* so;0\nkaputt\n"


def page() -> None:
    import streamlit as st

    from pages.shared import files

    if st.session_state.get("elsewhere"):
        return
    upload = files.upload("demo", {})
    if upload is None:
        return
    state = st.session_state
    job = files.job("demo", upload, state["work"], label="Measure", of=state.get("model"))
    if job is not None:
        files.progress(job, "demo")
        if job.finished:
            st.code(f"{upload.column} {job.results}")


class Work:
    """Lengths of texts; each chunk waits until the test opens the gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.error: Exception | None = None

    def __call__(self, texts: Sequence[str]) -> list[int]:
        assert self.gate.wait(RUN_SECONDS)
        if self.error is not None:
            raise self.error
        return [len(text) for text in texts]


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.gate.set()


def session(work: Work) -> AppTest:
    made = AppTest.from_function(page, default_timeout=RUN_SECONDS)
    made.session_state["work"] = work
    return made


@pytest.fixture
def app(work: Work, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setattr(cache, "settings", Settings)
    yield session(work).run()
    work.gate.set()
    assert all(job.wait(RUN_SECONDS) for job in list(jobs._running))


def upload(app: AppTest, data: bytes, name: str = "reviews.csv") -> AppTest:
    app.file_uploader[0].set_value((name, data, "text/csv"))
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    return button.click().run()


def select(app: AppTest, label: str, value: object) -> AppTest:
    [box] = [box for box in app.selectbox if box.label == label]
    return box.set_value(value).run()


def finish(app: AppTest, work: Work) -> AppTest:
    work.gate.set()
    assert app.session_state["demo_job"].job.wait(RUN_SECONDS)
    return app.run()


def messages(app: AppTest) -> list[str]:
    return [element.value for element in (*app.error, *app.warning, *app.info)]


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_before_a_file_there_is_only_the_place_for_one(app: AppTest) -> None:
    assert len(app.file_uploader) == 1
    assert [*app.caption, *app.selectbox, *app.button, *messages(app)] == []


def test_a_file_shows_how_it_was_read(app: AppTest) -> None:
    upload(app, CSV.encode("cp1252"), "my_*reviews*.csv")
    [summary] = [caption.value for caption in app.caption]
    assert summary == (
        r"my\_\*reviews\*\.csv: 2 rows · 2 columns · delimiter semicolon · "
        r"Latin\-1 \(Western European\) · first row names the columns"
    )
    bad, preview = (frame.value for frame in app.dataframe)
    assert bad.to_dict("list") == {"Line": [4], "Why": ["too few fields: 1 instead of 2"]}
    assert preview.to_dict("list") == {"text": ["Schön & gut", "*so* so"], "label": ["1", "0"]}
    assert [box.value for box in app.selectbox if box.label == "Column with the texts"] == ["text"]
    assert not messages(app)


def test_a_file_that_went_with_another_server_is_asked_for_again(app: AppTest, work: Work) -> None:
    browser = upload(app, CSV.encode())._tree.get_widget_states()
    moved = session(work)
    for _ in range(2):  # a reconnected browser may say twice what it holds
        moved._run(browser)
        assert messages(moved) == [uploads.LOST]
        assert not moved.dataframe
    upload(moved, CSV.encode())
    assert not messages(moved)
    assert moved.dataframe


def test_a_file_that_is_being_removed_stays_until_the_browser_says_so(app: AppTest) -> None:
    browser = upload(app, CSV.encode())._tree.get_widget_states()
    app.file_uploader[0].set_value(None)  # the server has it no more
    app._run(browser)  # and what the browser had sent before comes only now
    assert not app.exception
    assert not messages(app)
    assert app.dataframe
    app.file_uploader[0].set_value(None).run()
    assert not app.dataframe


def test_what_was_detected_can_be_overridden(app: AppTest) -> None:
    upload(app, b"Wert;a,b\n1;\xe4,c\n")
    select(app, "Encoding", "cp1251")
    assert app.dataframe[-1].value.to_dict("list") == {"Wert": ["1"], "a,b": ["д,c"]}
    select(app, "Delimiter", ",")
    assert app.dataframe[-1].value.to_dict("list") == {"Wert;a": ["1;д"], "b": ["c"]}
    app.toggle[0].set_value(False).run()
    assert list(app.dataframe[-1].value.columns) == ["column 1", "column 2"]
    select(app, "Rows", "a line a text")
    assert app.dataframe[-1].value.to_dict("list") == {"text": ["Wert;a,b", "1;д,c"]}


def test_an_override_that_does_not_fit_says_so_and_can_be_taken_back(app: AppTest) -> None:
    upload(app, "ä;1\nö;2\n".encode("utf-16-le"))
    select(app, "Encoding", "utf-8")
    assert r"It looks like UTF\-16\, little\-endian" in messages(app)[0]
    assert not app.dataframe
    select(app, "Encoding", "utf-16-le")
    assert not messages(app)
    assert len(app.dataframe) == 1


def test_a_file_is_read_once_for_each_way_to_read_it(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading.read
    asked: list[Format] = []

    def counted(data: bytes, name: str, form: Format, settings: Settings) -> Table:
        asked.append(form)
        return read(data, name, form, settings)

    monkeypatch.setattr(reading, "read", counted)
    upload(app, CSV.encode()).run().run()
    assert len(asked) == 1
    select(app, "Delimiter", "|").run()
    assert len(asked) == 2
    upload(app, b"text\nother\n").run()
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG picture"),
        (b"", "The file is empty"),
        (b"text\n" + b"x\n" * 20_001, "20,001 rows"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_message(app: AppTest, data: bytes, said: str) -> None:
    upload(app, data)
    assert said in "".join(messages(app)).replace("\\", "")
    assert not app.dataframe
    assert labels(app) == []


def test_repaired_names_are_told(app: AppTest) -> None:
    upload(app, b"text,text\na *b*,c\n")
    assert messages(app) == [r"Two columns are called “text”\; column 2 is “text 2” here\."]


def test_a_removed_file_is_gone(app: AppTest) -> None:
    upload(app, CSV.encode())
    app.file_uploader[0].set_value(None)
    app.run()
    assert [*app.caption, *app.dataframe] == []


def test_the_file_and_its_job_stay_while_the_visitor_is_elsewhere(app: AppTest, work: Work) -> None:
    press(upload(app, CSV.encode()), "Measure")
    app.session_state["elsewhere"] = True
    app.run()
    app.session_state["elsewhere"] = False
    app.run()
    assert app.caption[0].value == r"In use: reviews\.csv"
    assert finish(app, work).code[0].value == "text [(2, 11), (3, 7)]"
    press(app, "Remove")
    assert [*app.caption, *app.dataframe, *app.code] == []


def test_a_job_shows_how_far_it_is_and_then_its_results(app: AppTest, work: Work) -> None:
    upload(app, CSV.encode())
    assert labels(app) == ["Measure"]
    press(app, "Measure")
    assert labels(app) == ["Cancel"]
    assert app.get("progress")[0].proto.text == "0 of 2 rows"
    assert not app.code
    finish(app, work)
    assert labels(app) == []
    assert not app.get("progress")
    assert app.code[0].value == "text [(2, 11), (3, 7)]"


def test_another_column_is_another_job(app: AppTest, work: Work) -> None:
    finish(press(upload(app, CSV.encode()), "Measure"), work)
    select(app, "Column with the texts", "label")
    assert labels(app) == ["Measure"]
    assert not app.code
    assert finish(press(app, "Measure"), work).code[0].value == "label [(2, 1), (3, 1)]"


def test_another_model_stops_the_job_and_offers_a_new_one(app: AppTest) -> None:
    press(upload(app, CSV.encode()), "Measure")
    job = app.session_state["demo_job"].job
    app.session_state["model"] = "other"
    app.run()
    assert job.cancelled
    assert labels(app) == ["Measure"]


@pytest.mark.parametrize("data", [None, b"", b"text\nother\n"])
def test_another_file_or_none_stops_the_job(app: AppTest, data: bytes | None) -> None:
    press(upload(app, CSV.encode()), "Measure")
    job = app.session_state["demo_job"].job
    app.file_uploader[0].set_value(None if data is None else ("b.csv", data, "text/csv"))
    app.run()
    assert job.cancelled
    assert "Cancel" not in labels(app)


def test_cancel_keeps_what_is_done(app: AppTest, work: Work) -> None:
    rows = "".join(f"{'x' * (n % 7 + 1)};1\n" for n in range(100))
    press(upload(app, f"text;label\n{rows}".encode()), "Measure")
    press(app, "Cancel")
    assert labels(app) in (["Stopping after these rows"], ["Measure"])
    finish(app, work)
    assert messages(app) == ["Stopped after 64 of 100 rows; what was done is kept."]
    assert labels(app) == ["Measure"]
    assert app.code[0].value.startswith("text [(2, 1), (3, 2), (4, 3)")


def test_rows_without_a_result_are_listed(app: AppTest, work: Work) -> None:
    finish(press(upload(app, b"text;label\na;1\n ;2\n"), "Measure"), work)
    [listed] = [frame.value for frame in app.dataframe if "Why" in frame.value.columns]
    assert listed.to_dict("list") == {"Line": [3], "Why": ["the text is empty"]}
    assert [expander.label for expander in app.expander][-1] == "1 row without a result"


def test_an_error_that_ends_the_job_is_a_message(app: AppTest, work: Work) -> None:
    work.error = TextTooLongError("Too *long*")
    finish(press(upload(app, CSV.encode()), "Measure"), work)
    assert messages(app) == [r"Stopped after 0 of 2 rows: Too \*long\*"]
    assert labels(app) == ["Measure"]


def test_a_bug_in_the_work_surfaces(app: AppTest, work: Work) -> None:
    work.error = KeyError("a bug")
    finish(press(upload(app, CSV.encode()), "Measure"), work)
    assert [element.proto.type for element in app.exception] == ["KeyError"]


def test_more_jobs_than_fit_are_told_to_wait(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "settings", lambda: Settings(max_jobs=0))
    press(upload(app, CSV.encode()), "Measure")
    assert "others are being worked on already" in messages(app)[0]
    assert labels(app) == ["Measure"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "1 second"),
        (2.4, "2 seconds"),
        (89.4, "89 seconds"),
        (90, "2 minutes"),
        (9e3, "2 hours"),
    ],
)
def test_time_left_in_words(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_the_server_takes_files_as_large_as_the_app_reads() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert config["server"]["maxUploadSize"] == Settings().max_upload_mb
