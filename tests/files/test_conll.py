"""CoNLL files: words and tags, schemes brought to BIO, broken lines by their number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BrokenFileError
from playground.files import BadRow, Format, Kind, detect, read
from playground.settings import Settings

CONLL_2003 = """-DOCSTART- -X- -X- O

EU NNP B-NP I-ORG
rejects VBZ B-VP O
German JJ B-NP I-MISC
call NN I-NP O

Peter NNP B-NP I-PER
Blackburn NNP I-NP I-PER
"""


def test_a_row_is_a_sentence_and_begins_in_its_line() -> None:
    table = read(CONLL_2003.encode(), "train.txt", settings=Settings())
    assert table.format == Format(kind=Kind.CONLL, encoding="utf-8", delimiter=None, header=False)
    assert table.columns == ("text", "tags")
    assert table.rows == (
        ("EU rejects German call", "B-ORG O B-MISC O"),
        ("Peter Blackburn", "B-PER I-PER"),
    )
    assert table.numbers == (3, 8)
    assert table.bad == ()


SCHEMES = {
    "BIO": ("B-A I-A B-A O", "B-A I-A B-A O"),
    "IOB1": ("I-A I-A B-A O I-B I-A", "B-A I-A B-A O B-B B-A"),
    "BIOES": ("B-A E-A S-A S-B O", "B-A I-A B-A B-B O"),
    "BIOES, one behind another": ("B-A E-A B-A I-A E-A", "B-A I-A B-A I-A I-A"),
    "BILOU": ("B-A I-A L-A U-B O", "B-A I-A I-A B-B O"),
    "unknown": ("A A O", "A A O"),
}


@pytest.mark.parametrize("name", SCHEMES)
def test_known_schemes_become_bio(name: str) -> None:
    tags, bio = SCHEMES[name]
    lines = "\n".join(f"w{place}\t{tag}" for place, tag in enumerate(tags.split()))
    table = read(lines.encode(), "a.conll", settings=Settings())
    assert table.column("tags") == (bio,)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("gap", [" ", "\t", "  ", " \t "])
def test_any_line_end_and_any_white_space_separates(end: str, gap: str) -> None:
    lines = ["Ann", "sang", "", "", "Bo"]
    tagged = [f"{word}{gap}B-X" if word else "" for word in lines]
    table = read(end.join(tagged).encode(), "a.conll", settings=Settings())
    assert table.rows == (("Ann sang", "B-X B-X"), ("Bo", "B-X"))


def test_a_broken_line_costs_its_sentence_and_is_named() -> None:
    data = b"Ann B-PER\nsang O\n\nBo\nleft O\n\nCy B-PER\n"
    table = read(data, "a.conll", settings=Settings())
    assert table.numbers == (1, 7)
    reason = (
        "“Bo” has no tag: a word and its tag belong into each line, with a space or a tab between "
        "them"
    )
    assert table.bad == (BadRow(number=4, reason=reason),)


def test_a_file_without_one_tag_says_so() -> None:
    with pytest.raises(BrokenFileError, match=r"None of the 2 rows.*line 1: “Ann” has no tag"):
        read(b"Ann\nsang\n\nBo\n", "a.conll", settings=Settings())


def test_header_remarks_and_a_word_with_spaces() -> None:
    data = b"token\ttag\n# id 17\nNew York\tB-LOC\nis\tO\n#\tO\n# \tO\n\n# id 18\nbig\tO\n"
    table = read(data, "a.tsv", settings=Settings())
    assert table.format.kind is Kind.CONLL
    assert table.format.header
    assert table.rows == (("New York is # #", "B-LOC I-LOC O O O"), ("big", "O"))
    assert table.numbers == (3, 9)


OTHERS = {
    "prose that ends with O": b"I have O\nYou have A\nHe has B\nWe have none\n",
    "labels that are letters": b"text\tlabel\nfine one\tA\nbad one\tB\nso so\tO\n",
    "a table with tags in a cell": b"text,tags\nAnn sang,B-PER O\nBo left,B-PER O\n",
    "JSON": b'{"text": "Ann", "tags": "B-PER"}\n',
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_not_taken_for_it(name: str) -> None:
    assert detect(OTHERS[name], "a.csv").kind is not Kind.CONLL


WORDS = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="#-"), min_size=1)
TAGS = st.sampled_from(["O", "B-A", "B-B"])


@given(st.lists(st.lists(st.tuples(WORDS, TAGS), min_size=1, max_size=5), min_size=1, max_size=5))
def test_any_sentences_come_back(sentences: list[list[tuple[str, str]]]) -> None:
    blocks = ["\n".join(f"{word} {tag}" for word, tag in one) for one in sentences]
    table = read("\n\n".join(blocks).encode(), "a.conll", settings=Settings())
    assert table.column("text") == tuple(" ".join(w for w, _ in one) for one in sentences)
    assert table.column("tags") == tuple(" ".join(t for _, t in one) for one in sentences)


STATED = {
    "semicolon": (b"sep=;\r\ntext;label\r\na, b;c\r\n", ";"),
    "comma": (b"sep=,\ntext,label\na; b,c\n", ","),
    "tab": (b"sep=\t\ntext\tlabel\na; b\tc\n", "\t"),
    "quoted": (b'"sep=;"\ntext;label\na, b;c\n', ";"),
    "capitals": (b"SEP=|\ntext|label\na; b|c\n", "|"),
    "with a byte order mark": (b"\xef\xbb\xbfsep=;\r\ntext;label\r\na, b;c\r\n", ";"),
    "UTF-16": ("\ufeffsep=;\r\ntext;label\r\na, b;c\r\n".encode("utf-16-le"), ";"),
}


@pytest.mark.parametrize("name", STATED)
@pytest.mark.parametrize("file_name", ["a.csv", "a.txt"])
def test_a_line_for_excel_states_the_delimiter_and_is_no_row(name: str, file_name: str) -> None:
    data, delimiter = STATED[name]
    table = read(data, file_name, settings=Settings())
    assert (table.format.kind, table.format.delimiter) == (Kind.CSV, delimiter)
    assert table.columns == ("text", "label")
    assert table.rows == ((table.rows[0][0], "c"),)
    assert table.numbers == (3,)


def test_a_delimiter_that_is_stated_and_not_known_is_found_as_ever() -> None:
    table = read(b"sep=:\ntext;label\na, b;c\n", "a.csv", settings=Settings())
    assert (table.format.delimiter, table.rows) == (";", (("a, b", "c"),))
