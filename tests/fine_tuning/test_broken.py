"""Broken and hostile files, from their bytes on: each gives a clear message or a right reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import (
    BrokenFileError,
    ColumnsError,
    DatasetError,
    FileError,
    LabelsError,
    PlaygroundError,
    TooFewExamplesError,
)
from playground.files import read
from playground.fine_tuning import Checked, Finding, Part, Task, check, guess
from playground.settings import Settings
from tests.fine_tuning.tables import all_examples

SETTINGS = Settings(max_upload_mb=11, max_labels=50)


def run(data: bytes, file_name: str, task: Task) -> Checked:
    table = read(data, file_name, settings=SETTINGS)
    return check(table, guess(table, task), task, settings=SETTINGS)


def rows(labels: list[str], header: str = "text,label", delimiter: str = ",") -> bytes:
    """Return a file of eight texts a label."""
    lines = [
        f"remark {number} on {place}{delimiter}{label}"
        for number in range(8)
        for place, label in enumerate(labels)
    ]
    return "\n".join([header, *lines, ""]).encode()


def with_text(text: str) -> bytes:
    """Return a good file with one more text, in quotes."""
    doubled = text.replace('"', '""')
    return rows(["yes", "no"]) + f'"{doubled}",yes\n'.encode()


# What a file says beside its good rows, and the labels that are read from it.
LABELS: dict[str, tuple[list[str], tuple[str, ...], set[Finding]]] = {
    "formulas": (
        ["=1+1", "@SUM(A1)", "-2+3", "+cmd|'/c calc'!A0"],
        ("+cmd|'/c calc'!A0", "-2+3", "=1+1", "@SUM(A1)"),
        set(),
    ),
    "a script": (
        ["<script>alert(1)</script>", "no"],
        ("<script>alert(1)</script>", "no"),
        set(),
    ),
    "HTML": (["<b>yes</b>", "&lt;no&gt;"], ("&lt;no&gt;", "<b>yes</b>"), set()),
    "paths": (
        ["../../etc/passwd", "C:\\Windows", "/dev/null"],
        ("../../etc/passwd", "/dev/null", "C:\\Windows"),
        set(),
    ),
    "names of Windows devices": (["CON", "aux.txt"], ("aux.txt", "CON"), set()),
    "SQL": (["'; DROP TABLE runs;--", "no"], ("'; DROP TABLE runs;--", "no"), set()),
    "template": (["{{ 7*7 }}", "${HOME}", "%s"], ("${HOME}", "%s", "{{ 7*7 }}"), set()),
    "Markdown": (["[x](javascript:1)", "`no`"], ("[x](javascript:1)", "`no`"), set()),
    "direction marks": (["\u202eon", "yes\u200f"], ("on", "yes"), set()),
    "invisible in one of two": (["y\u200bes", "no"], ("no", "yes"), set()),
    "control characters": (["yes\x07", "n\x1bo"], ("no", "yes"), set()),
    "wide spaces": (["\u3000yes\u00a0", "no way"], ("no way", "yes"), set()),
    "emoji": (["😀", "👩\u200d🚀"], ("👩\u200d🚀", "😀"), set()),
    "Chinese": (["正面", "负面"], ("正面", "负面"), set()),
    "right to left": (["نعم", "لا"], ("لا", "نعم"), set()),
    "zero and one": (["0", "1"], ("0", "1"), set()),
    "a decimal zero on some": (["1.0", "1", "0"], ("0", "1.0"), {Finding.SPELLINGS}),
    "a decimal zero on all": (["1.0", "0.0"], ("0.0", "1.0"), set()),
    "negative": (["-1", "0", "1"], ("-1", "0", "1"), set()),
    "leading zeros": (["01", "1", "001"], ("001", "01", "1"), set()),
    "booleans": (["True", "FALSE"], ("FALSE", "True"), set()),
    "booleans in several spellings": (
        ["True", "true", "FALSE", "false"],
        ("FALSE", "True"),
        {Finding.SPELLINGS},
    ),
    "dates": (["2024-01-31", "31.01.2024"], ("2024-01-31", "31.01.2024"), set()),
    "numbers with units": (["3 kg", "10 kg"], ("10 kg", "3 kg"), set()),
    "measured": (["0.25", "1e-3", "7.5"], ("0.25", "1e-3", "7.5"), {Finding.NUMBERS}),
    "percent": (["5%", "10%"], ("10%", "5%"), {Finding.NUMBERS}),
    "infinite": (["inf", "-inf"], ("-inf", "inf"), {Finding.NUMBERS}),
    "nulls among labels": (["yes", "no", "NULL", "NaN", "N/A"], ("no", "yes"), {Finding.NO_LABEL}),
    "none, which may be meant": (["none", "some"], ("none", "some"), set()),
    "as long as a text": (["a" * 101, "b" * 100, "c"], ("b" * 100, "c"), {Finding.UNREADABLE}),
    "looks like a header": (["label", "text"], ("label", "text"), set()),
    "looks like a tag": (["B-PER", "O"], ("B-PER", "O"), set()),
    "looks like a list": (["['a', 'b']", "[]"], ("['a', 'b']", "[]"), set()),
    "letters that look alike": (["yes", "уеs"], ("yes", "уеs"), set()),
    "composed and not": (["\u00e9", "e\u0301", "e"], ("e", "\u00e9"), set()),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_are_read_as_what_they_are(name: str) -> None:
    given, labels, findings = LABELS[name]
    quoted = [f'"{label}"' for label in given]
    result = run(rows(quoted), "a.csv", Task.CLASSIFICATION)
    assert result.dataset.labels == labels
    assert {one.finding for one in result.problems} == findings


TEXTS = {
    "a formula": ("=HYPERLINK(A1)", True, set()),
    "a script": ("<script>alert('x')</script>", True, set()),
    "quotes and line ends": ('He said "no",\nand left', True, set()),
    "direction marks around a word": ("\u202eabc\u202c", True, set()),
    "only direction marks": ("\u202e\u202c", False, {Finding.EMPTY_TEXT}),
    "special tokens": ("[CLS] [MASK] </s> <pad>", True, set()),
    "twenty thousand characters": ("a " * 10_000, True, set()),
    "one more": ("a " * 10_000 + "a", False, {Finding.TOO_LONG}),
    "combining marks": ("a" + "\u0301" * 5_000, True, set()),
    "a ligature that grows in NFKC": ("\ufdfa" * 1_000, True, set()),
    "the text of another row": ("REMARK 0  ON 0", False, {Finding.DUPLICATE}),
    "half a pair of surrogates as an escape": ("\\ud800", True, set()),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_kept_as_they_stand_or_left_out_with_a_reason(name: str) -> None:
    text, kept, findings = TEXTS[name]
    result = run(with_text(text), "a.csv", Task.CLASSIFICATION)
    assert (text in [one.text for one in all_examples(result)]) == kept
    assert {one.finding for one in result.problems} == findings


NULLS = b"text,label\n" + b"".join(b"remark %d,\n" % n for n in range(20))
Message = tuple[bytes, str, Task, type[PlaygroundError], str]
MESSAGES: dict[str, Message] = {
    "labels that are all null": (
        NULLS,
        "a.csv",
        Task.CLASSIFICATION,
        TooFewExamplesError,
        "0 examples of 20 rows can be used.*No label: 20",
    ),
    "texts that are all null": (
        b"text,label\n" + b",yes\n,no\n" * 10,
        "a.csv",
        Task.CLASSIFICATION,
        TooFewExamplesError,
        "0 examples of 20 rows.*Empty texts: 20",
    ),
    "one label": (
        rows(["spam", "spam"]),
        "a.csv",
        Task.CLASSIFICATION,
        LabelsError,
        "All 16 examples to learn from are “spam”.*nothing to tell apart",
    ),
    "one label for all, of several that there might be": (
        rows(["spam", "spam;"]),
        "a.csv",
        Task.MULTI_LABEL,
        LabelsError,
        "All 16 examples to learn from are “spam”",
    ),
    "one label once, and no other": (
        rows(["", ""]) + b"more,spam\n",
        "a.csv",
        Task.MULTI_LABEL,
        LabelsError,
        "No text has a label",
    ),
    "prices": (
        b"text,label\n" + b"".join(b"remark %d,%d.95\n" % (n, n) for n in range(40)),
        "a.csv",
        Task.CLASSIFICATION,
        LabelsError,
        "40 different labels, such as “0.95”.*ranges first",
    ),
    "ids": (
        b"text,label\n" + b"".join(b"remark %d,user-%d\n" % (n, n) for n in range(40)),
        "a.csv",
        Task.CLASSIFICATION,
        LabelsError,
        "40 different labels.*names or texts",
    ),
    "too many labels": (
        rows([f"l{n}" for n in range(51)]),
        "a.csv",
        Task.CLASSIFICATION,
        LabelsError,
        "51 labels, and at most 50.*bring them together",
    ),
    "one text over and over": (
        b"text,label\n" + b"same,yes\n" * 30,
        "a.csv",
        Task.CLASSIFICATION,
        TooFewExamplesError,
        "1 example of 30 rows.*Duplicates: 29",
    ),
    "one text with all labels": (
        b"text,label\n" + b"same,yes\nsame,no\n" * 15,
        "a.csv",
        Task.CLASSIFICATION,
        TooFewExamplesError,
        "0 examples of 30 rows.*several labels: 30",
    ),
    "a line a text": (
        b"I liked it\nI did not\n" * 10,
        "a.txt",
        Task.CLASSIFICATION,
        ColumnsError,
        "1 column, “text”.*domain adaptation",
    ),
    "the wrong delimiter's one column": (
        b"text^label\nfine^yes\nbad^no\n",
        "a.csv",
        Task.CLASSIFICATION,
        ColumnsError,
        "1 column.*another delimiter",
    ),
    "ten megabytes in one cell": (
        b"text,label\n" + b"x" * 10_000_000 + b",yes\n",
        "a.csv",
        Task.CLASSIFICATION,
        FileError,
        "field has 10,000,000 characters",
    ),
    "ten megabytes of labels in one cell": (
        b'{"text": "a", "label": "' + b"x;" * 5_000_000 + b'"}\n',
        "a.jsonl",
        Task.MULTI_LABEL,
        BrokenFileError,
        "field has 10,000,000 characters",
    ),
    "numbers for tags": (
        b'{"tokens": ["Ann", "sang"], "ner_tags": [1, 0]}\n' * 12,
        "a.jsonl",
        Task.ENTITIES,
        ColumnsError,
        "the tag “1” is of no known scheme",
    ),
    "spans for classification": (
        b'{"text": "Ann sang", "label": [[0, 3, "PER"]]}\n' * 12,
        "a.jsonl",
        Task.MULTI_LABEL,
        ColumnsError,
        "no list of names",
    ),
    "labels for entities": (
        rows(["yes", "no"]),
        "a.csv",
        Task.ENTITIES,
        ColumnsError,
        "“label” cannot be read: it is no",
    ),
    "bytes for characters": (
        '{"text": "Köln, Köln", "spans": [[7, 13, "A"]]}\n'.encode() * 12,
        "a.jsonl",
        Task.ENTITIES,
        TooFewExamplesError,
        "0 examples.*outside of the text: 12",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_file_that_cannot_be_learned_from_says_why(name: str) -> None:
    data, file_name, task, error, message = MESSAGES[name]
    with pytest.raises(error, match=message) as raised:
        run(data, file_name, task)
    assert isinstance(raised.value, FileError | DatasetError)
    assert len(str(raised.value)) < 400
    assert str(raised.value).endswith(".")


def test_one_huge_cell_among_good_rows_costs_its_row() -> None:
    data = rows(["yes", "no"]) + b"x" * 10_000_000 + b",yes\n"
    table = read(data, "a.csv", settings=SETTINGS)
    assert [row.number for row in table.bad] == [18]
    result = check(table, guess(table, Task.CLASSIFICATION), Task.CLASSIFICATION)
    assert len(all_examples(result)) == 16


FLAGS = b"text,toxic,spam\n" + b"".join(
    b"remark %d,%d,%s\n" % (n, n % 2, (b"True", b"False")[n // 2 % 2]) for n in range(16)
)
MULTI_LABEL = {
    "semicolons": (rows(["a;b", "b; c"]), ("a", "b", "c")),
    "pipes": (rows(["a|b", "c"]), ("a", "b", "c")),
    "commas in quotes": (rows(['"a, b"', '"c"']), ("a", "b", "c")),
    "semicolons before commas": (rows(['"a, x; b"', '"c"']), ("a, x", "b", "c")),
    "commas and one slip": (
        rows(['"a, b"', '"c, b"', "c"]) + b"more,a; b\n",
        ("a", "b", "c"),
    ),
    "lists in JSON": (rows(['"[""a"", ""b""]"', '"[""c""]"']), ("a", "b", "c")),
    "lists as pandas saves them": (rows(["\"['a', 'b']\"", "['c']"]), ("a", "b", "c")),
    "a label twice": (rows(["a;a;b", "c;"]), ("a", "b", "c")),
    "nulls between": (rows(["a;;nan", ";b"]), ("a", "b")),
    "columns of flags": (FLAGS, ("spam", "toxic")),
}


@pytest.mark.parametrize("name", MULTI_LABEL)
def test_several_labels_are_read_from_every_usual_form(name: str) -> None:
    data, labels = MULTI_LABEL[name]
    assert run(data, "a.csv", Task.MULTI_LABEL).dataset.labels == labels


def test_a_column_of_flags_with_something_else_costs_its_row() -> None:
    data = FLAGS + b"more,1,maybe\n"
    table = read(data, "a.csv", settings=SETTINGS)
    columns = guess(read(FLAGS, "a.csv", settings=SETTINGS), Task.MULTI_LABEL)
    result = check(table, columns, Task.MULTI_LABEL, settings=SETTINGS)
    assert [one.lines for one in result.problems] == [(18,), (4, 8, 12, 16)]


def test_a_conll_file_with_all_that_can_be_wrong() -> None:
    good = "".join(f"Ann B-PER\nsang O\nsong{n} O\n\n" for n in range(12))
    bad = "Bo\nleft O\n\nCy PERSON\nran O\n\n<b>Di</b> B-<i>\nsat O\n\n" + "Ed B-LOC\n\n"
    result = run((good + bad).encode(), "a.conll", Task.ENTITIES)
    assert result.dataset.labels == ("PER",)
    assert [(one.finding, one.lines) for one in result.problems] == [
        (Finding.UNKNOWN_TAGS, (52,)),
        (Finding.SINGLE, (55, 58)),
    ]


def test_texts_without_labels_adapt_a_masked_lm() -> None:
    data = b"text\n" + b"".join(b"remark %d\n" % n for n in range(12)) + b"remark 1\n\n"
    result = run(data, "a.txt", Task.ADAPTATION)
    assert [one.finding for one in result.problems] == [Finding.DUPLICATE]
    assert len(all_examples(result)) == 12
    assert result.dataset.labels == ()


SCRAPS = [
    *(b"text,label\n", b"a,b\n", b"c d e,x;y\n", b'"q, r",1\n', b"=1+1,<b>\n", b",\n", b"\n"),
    *(b"nan,nan\n", b"x\ty\n", b"sep=;\n", b"a;b\n", b"\xff", b"\0", b"[1,2]\n", b"# id 1\n"),
    *(b"Ann B-PER\n", b"sang O\n", b"-DOCSTART- O\n", b'{"text": [1], "label": {"a": 1}}\n'),
    *(b'{"text": "[", "spans": "x"}\n', b'{"text": "Ann", "label": ["a", "b"]}\n'),
    *(b'{"text": "Ann a", "spans": [[0, 3, "P"]]}\n', b'{"tokens": ["a"], "tags": ["B-X"]}\n'),
]


def repeated(scrap: bytes, times: int) -> bytes:
    """Return ``scrap`` over and over, as another text every second time."""
    return b"".join(scrap.replace(b"a", b"a%d" % n, n % 2) for n in range(times))


@given(
    st.lists(st.builds(repeated, st.sampled_from(SCRAPS), st.integers(0, 30)), max_size=5),
    st.sampled_from(["a.csv", "a.txt", "a.jsonl", "a.conll"]),
    st.sampled_from(Task),
)
def test_any_bytes_give_examples_or_a_message(
    pieces: list[bytes], file_name: str, task: Task
) -> None:
    try:
        result = run(b"".join(pieces), file_name, task)
    except (FileError, DatasetError):
        return
    assert {one.part for one in all_examples(result)} >= {Part.TRAINING, Part.VALIDATION}
