"""CoNLL: a word and its tag a line, an empty line between two sentences."""

from collections.abc import Iterable, Iterator
from itertools import islice

from playground.files import names
from playground.files.format import Format
from playground.files.rows import Rows, problem
from playground.files.text import opened
from playground.text.tags import continued, is_tag, to_bio

COLUMNS = [names.ONLY, "tags"]
_DOCUMENT = "-DOCSTART-"
_SAMPLE = 200  # lines that tell whether the last column holds tags
_MOST_TAGGED = 0.8  # of them: a few may be broken
_SHOWN = 40  # characters of a broken line

Line = tuple[int, str]


def looks_tagged(lines: Iterable[str]) -> bool:
    """Tell whether most of the first ``lines`` are a word and a tag."""
    sample = [line for line in islice(lines, _SAMPLE) if not _is_skipped(line)]
    tagged = [line for line in sample if _ends_with_tag(line)]
    return bool(sample) and len(tagged) >= _MOST_TAGGED * len(sample)


def has_header(lines: Iterable[str]) -> bool:
    """Tell whether the first line names the columns: it has several, and the last is no tag."""
    first = next((line for line in lines if line.strip()), "")
    return len(_fields(first)) > 1 and not _ends_with_tag(first) and not _is_skipped(first)


def read(data: bytes, form: Format, cap: int) -> tuple[list[str], Rows[tuple[str, ...]]]:
    """Return the names of two columns, and a row a sentence: its words and their tags.

    Both are separated by single spaces, as many of one as of the other. Tags of known schemes are
    brought to BIO; others stay as they are. A sentence with a broken line is left out, by the
    number of that line.
    """
    rows: Rows[tuple[str, ...]] = Rows(cap)
    for sentence in _sentences(opened(data, form.encoding), header=form.header):
        broken = next((line for line in sentence if len(_fields(line[1])) == 1), None)
        if broken is not None:
            number, text = broken
            rows.reject(
                number,
                f"“{text.strip()[:_SHOWN]}” has no tag: a word and its tag belong into each line, "
                "with a space or a tab between them",
            )
        elif reason := problem(row := _row(sentence), form.encoding):
            rows.reject(sentence[0][0], reason)
        else:
            rows.add(sentence[0][0], row)
    return COLUMNS, rows


def _sentences(lines: Iterable[str], *, header: bool) -> Iterator[list[Line]]:
    sentence: list[Line] = []
    for number, line in enumerate(lines, start=1):
        if header and line.strip():
            header = False
        elif line.strip() and not _is_skipped(line):
            sentence.append((number, line))
        elif sentence and not line.startswith("#"):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _row(sentence: list[Line]) -> tuple[str, str]:
    fields = [_fields(line) for _, line in sentence]
    tags = [columns[-1] for columns in fields]
    if all(map(is_tag, tags)):
        tags = [*to_bio(tags)]
    words, kept = [], []
    for columns, tag in zip(fields, tags, strict=True):
        parts = columns[0].split()  # where tabs separate, "New York" may be one word
        words += parts
        kept += [tag, *[continued(tag)] * (len(parts) - 1)]
    return " ".join(words), " ".join(kept)


def _fields(line: str) -> list[str]:
    parts = line.split("\t") if "\t" in line else line.split(" ")
    return [part.strip() for part in parts if part.strip()]


def _ends_with_tag(line: str) -> bool:
    fields = _fields(line)
    return len(fields) > 1 and is_tag(fields[-1])


def _is_skipped(line: str) -> bool:
    """Tell whether a line is empty, begins a document, or is a remark, and not the word "#"."""
    is_remark = line.startswith("# ") and not _ends_with_tag(line)
    return not line.strip() or line.startswith(_DOCUMENT) or is_remark
