"""Which encoding a file is in, with real texts as short as files can be."""

import codecs

import pytest

from playground.files import encoding, read
from playground.files.encoding import NAMES

TEXTS = {
    "German": "text,label\nGroßartig! Schönste Überraschung seit Jahren.,1\nÄußerst öde,0\n",
    "German, one word": "text\nüberflüssig\n",
    "French": "avis;note\nDéçu : le café était froid, et même très cher.;2\nÀ éviter !;1\n",
    "Spanish": "texto\n¿Qué pasó, señor? ¡Ojalá volvamos el próximo año!\n",
    "Portuguese capitals": "texto\nATENÇÃO: NÃO É BOM, SÓ ILUSÃO\n",
    "Swedish": "text\nFör långsam, men ändå rätt så underhållande på slutet\n",
    "Icelandic": "texti\nÞórður sagði að það væri ágætt\n",
    "Spanish marks": "texto\n¿¡Otra vez lo mismo!?\n",
    "French word": "text\nélève\n",
    "degrees": "text\nIt was 35 °C in there, ± nothing\n",
    "ASCII": "text,label\nNothing special here,0\n",
}
WINDOWS = {
    "euro sign": "text,price\nEin Kaffee,3 €\nZwei Kaffee,6 €\n",
    "curly quotes": "text\nShe said “never again”, and it’s true – I was there…\n",
    "French quotes": "avis\n« L’œuvre d’une vie » : c’est sûr.\n",
    "one apostrophe": "text\nIt’s\n",
    "German quotes": "text\nEr nannte es „großes Kino“ und ging.\n",
}
CHINESE = {
    "Chinese": "文本,标签\n服务员态度很好，菜也新鲜，下次还会再来。,正面\n等了一个小时！,负面\n",
    "Chinese, two characters": "text\n不错\n",
    "Chinese in English": "text,label\nThe 火锅 in 成都 is the best,1\nToo spicy for me,0\n",
    "traditional characters": "評論\n這部電影實在太無聊了，浪費時間與金錢。\n",
    "Chinese with quotes and euro": "评论\n“太贵了”，一杯咖啡要五€……\n",
    "rare characters": "评论\n龘𠮷很好看，镕基也喜欢\n",
}
EVERYWHERE = TEXTS | WINDOWS | CHINESE
UNICODE = EVERYWHERE | {
    "Russian": "текст,метка\nОчень скучный фильм,0\nПрекрасно,1\n",
    "Hindi": "पाठ\nफिल्म बहुत अच्छी थी\n",
    "emoji": "text\nloved it 😍😍\n",
}


@pytest.mark.parametrize("name", UNICODE)
def test_unicode_is_found_with_and_without_a_byte_order_mark(name: str) -> None:
    text = UNICODE[name]
    little, big = text.encode("utf-16-le"), text.encode("utf-16-be")
    assert encoding.detect(text.encode()) == "utf-8"
    assert encoding.detect(codecs.BOM_UTF8 + text.encode()) == "utf-8-sig"
    assert encoding.detect(little) == "utf-16-le"
    assert encoding.detect(big) == "utf-16-be"
    assert encoding.detect(codecs.BOM_UTF16_LE + little) == "utf-16"
    assert encoding.detect(codecs.BOM_UTF16_BE + big) == "utf-16"


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "ASCII"])
def test_latin_1_is_found(name: str) -> None:
    assert encoding.detect(TEXTS[name].encode("latin-1")) == "latin-1"


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_1252_is_told_from_latin_1_by_its_signs(name: str) -> None:
    assert encoding.detect(WINDOWS[name].encode("cp1252")) == "cp1252"


@pytest.mark.parametrize("name", CHINESE)
def test_gb18030_is_found(name: str) -> None:
    assert encoding.detect(CHINESE[name].encode("gb18030")) == "gb18030"


def test_a_letter_in_the_last_row_decides() -> None:
    data = b"text,label\n" + b"plain words,0\n" * 200_000 + "schön,1\n".encode("cp1252")
    assert encoding.detect(data) == "latin-1"


def test_a_damaged_byte_among_many_letters_leaves_utf_8() -> None:
    data = "größer, schöner, älter\n".encode() * 5
    assert encoding.detect(data + b"\xe4\n") == "utf-8"
    assert encoding.detect(b"plain\n" * 5 + b"\xe4\n") == "latin-1"


def test_a_nul_among_letters_does_not_make_utf_16() -> None:
    assert encoding.detect(b"plain words \0 with a NUL\nand more\n") == "utf-8"
    assert encoding.detect("schöne Wörter \0 mit NUL\nund mehr\n".encode("latin-1")) == "latin-1"


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(mark: str) -> None:
    text = (
        "text,label\nfine,1\n" if mark in {"utf-8-sig", "utf-16"} else "\ufefftext,label\nfine,1\n"
    )
    assert read(text.encode(mark), "a.csv").columns == ("text", "label")


def test_each_encoding_has_a_name_to_show() -> None:
    assert len(set(NAMES.values())) == len(NAMES) == 14
    assert all("a".encode(name) for name in NAMES)
