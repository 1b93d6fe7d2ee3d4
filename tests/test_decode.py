"""Encodings: the text is right, or the file says why not; nothing is replaced in silence."""

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ingest.declared import declared_encoding, find_codec, name_encoding
from flows.ingest.decode import Undecodable, decode

DATA = Path(__file__).parents[2] / "shared" / "data"
CODECS = {"EUC-TW": None, "TIS-620": "cp874", "GB2312": "gb18030", "SHIFT_JIS": "cp932", "Big5": "big5hkscs"}
CODECS |= {"EUC-KR": "cp949", "iso-8859-1": "cp1252", "MacCyrillic": "mac-cyrillic", "MacRoman": "mac-roman"}


def decode_as_labelled(folder: str, data: bytes) -> str | None:
    """The text by the folder's name, which is an encoding and perhaps a language."""
    for name in (CODECS.get(folder, folder), folder.rpartition("-")[0]):
        try:
            return data.decode(name or "").lstrip("\ufeff")
        except (LookupError, UnicodeDecodeError):
            continue
    return None


@pytest.mark.skipif(not DATA.exists(), reason="needs the real data beside the repository")
def test_real_pages_in_fifty_encodings_are_read_as_labelled() -> None:
    right = files = 0
    for path in sorted((DATA / "chardet_encodings").glob("*/*")):
        data = path.read_bytes()
        files += 1
        try:
            right += decode(data, declared_encoding).text == decode_as_labelled(path.parent.name, data)
        except Undecodable:
            continue
    assert files == 425
    assert right / files > 0.99  # charset-normalizer alone: 0.96


@pytest.mark.skipif(not DATA.exists(), reason="needs the real data beside the repository")
def test_declarations_are_found_as_browsers_find_them() -> None:
    right = cases = 0
    for path in (DATA / "robustness" / "html5lib-tests" / "encoding").glob("*.dat"):
        for case in path.read_bytes().split(b"#data\n")[1:]:
            data, _, expected = case.partition(b"\n#encoding\n")
            codec = "utf-8" if data.startswith(b"\xef\xbb\xbf") else declared_encoding(data) or "cp1252"
            right += name_encoding(codec) == expected.strip().decode().lower()
            cases += 1
    assert cases == 82
    assert right >= 73  # the rest are tags and attributes that are never closed


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("iso-8859-1", "windows-1252"),
        ("ASCII", "windows-1252"),
        ("gb2312", "gb18030"),
        (" Shift_JIS ", "shift_jis"),
        ("x-sjis", "shift_jis"),
        ("latin5", "windows-1254"),
        ("tis-620", "windows-874"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("utf8", "utf-8"),
        ("windows-1251", "windows-1251"),
    ],
)
def test_a_label_means_what_the_web_means_by_it(label: str, name: str) -> None:
    codec = find_codec(label)
    assert codec and name_encoding(codec) == name


@pytest.mark.parametrize("label", ["", "klingon", "rot13", "base64", "utf-7", "idna", "a\0b"])
def test_a_label_that_is_no_encoding_of_text_is_none(label: str) -> None:
    assert find_codec(label) is None


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_is_obeyed_and_not_part_of_the_text(codec: str) -> None:
    decoded = decode("\ufeffКiev, naïve".encode(codec), lambda _: "cp1251")
    assert (decoded.text, decoded.encoding) == ("Кiev, naïve", codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unicode_without_a_mark_is_told_by_its_zeros(codec: str) -> None:
    decoded = decode("Plain English text, nothing else.".encode(codec))
    assert (decoded.text, decoded.encoding) == ("Plain English text, nothing else.", codec)


def test_a_declaration_is_followed_where_the_bytes_could_be_anything() -> None:
    assert decode("Őszintén szólva".encode("iso8859-2"), lambda _: "iso8859-2").text == "Őszintén szólva"


def test_utf_8_is_believed_against_a_declaration() -> None:
    decoded = decode("naïve café – déjà vu".encode(), lambda _: "cp1252")
    assert (decoded.text, decoded.encoding, decoded.reason) == ("naïve café – déjà vu", "utf-8", None)


def test_a_stray_byte_in_utf_8_is_mended_and_told() -> None:
    data = (
        "“Één café”, sagte Zoë. «Schön»: ".encode()
        + b"it\x92s \x93done\x94. "
        + "Déjà vu, größer, naïve, été. ".encode()
    )
    decoded = decode(data)
    assert decoded.text == "“Één café”, sagte Zoë. «Schön»: it’s “done”. Déjà vu, größer, naïve, été. "
    assert decoded.encoding == "utf-8"
    assert (
        decoded.reason == f"3 bytes are not UTF-8 and were read as windows-1252, the first at byte {data.index(0x92)}"
    )


def test_a_stray_letter_among_cyrillic_is_not_guessed() -> None:
    data = "Сообщение о событиях дня. ".encode() + b"\xe9" + " Продолжение следует.".encode()
    with pytest.raises(Undecodable) as caught:
        decode(data)
    assert (caught.value.offset, caught.value.guess) == (data.index(0xE9, data.index(b". ") + 1), "utf-8")


def test_a_damaged_character_is_no_stray_byte() -> None:
    with pytest.raises(Undecodable):
        decode("größer, schöner, weiter, für alle – ".encode() * 3 + b"\xe2\x80 broken")


def test_a_file_cut_within_a_character_says_so() -> None:
    decoded = decode("größer, schöner, für äöü".encode()[:-1])
    assert decoded.text == "größer, schöner, für äö"
    assert decoded.reason == "the file ends within a character: its last 1 bytes were left out"


def test_windows_1252_alone_is_not_mended_utf_8() -> None:
    text = "“It’s a naïve café,” she said to Jürgen Müller – “déjà vu”. " + "And so it went on, for a long time. " * 20
    assert decode(text.encode("cp1252")).encoding == "windows-1252"


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\0" * 500, b"text\0\0\0\0\1\2\3" * 40])
def test_binary_data_is_not_text(data: bytes) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(data)
    assert 0 <= caught.value.offset < len(data)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_every_text_in_utf_8_comes_back(text: str) -> None:
    decoded = decode(text.encode())
    assert decoded.text == text.removeprefix("\ufeff")


@given(st.binary(max_size=400))
def test_no_bytes_become_replacement_characters(data: bytes) -> None:
    try:
        decoded = decode(data)
    except Undecodable as error:
        assert 0 <= error.offset <= len(data)
    else:
        assert "\ufffd" not in decoded.text or "\ufffd".encode() in data or decoded.encoding != "utf-8"
        assert not any(0xD800 <= ord(character) < 0xE000 for character in chain(decoded.text))


def test_text_that_reads_as_no_language_in_the_likeliest_encoding_is_not_guessed() -> None:
    data = (DATA / "chardet_encodings" / "EUC-TW" / "_ude_euc-tw1.txt").read_bytes()
    with pytest.raises(Undecodable, match=r"text that reads as no language at byte [0-9,]+ when read as euc-jis-2004"):
        decode(data)
