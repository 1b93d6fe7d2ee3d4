"""Any file gives records, or a status and a reason that a person can act on."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ingest.formats import FORMATS
from flows.ingest.read import Reading, read
from flows.model import Record, Rejected

DATA = Path(__file__).parents[2] / "shared" / "data"
SEEDS = DATA.parent / "seeds"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the real data beside the repository")
LIMIT = 10_000_000
STATUSES = {"landed", "empty", "unreadable", "unsupported", "too_large"}
PROSE = b"The council met on Tuesday to discuss the budget.\n"


def records(reading: Reading) -> list[Record]:
    """The documents of a reading."""
    return [record for record in reading.records if isinstance(record, Record)]


@pytest.mark.parametrize(
    ("name", "data", "format_name"),
    [
        ("a.txt", PROSE, "text"),
        ("a", PROSE, "text"),
        ("a.story", PROSE, "text"),
        ("a.md", PROSE, "markdown"),
        ("a.txt", b"\n# A *title* here\n\nText.\n", "markdown"),
        ("a.txt", b"See [the report](https://example.org/r).\n", "markdown"),
        ("a.txt", b"We are #1 * always\n\n#2 is far behind\n", "text"),
        ("a.txt", b"<!DOCTYPE html><title>T</title><p>Text.</p>", "html"),
        ("a.html", b"<p>Text.</p>", "html"),
        ("a.html", PROSE, "text"),
        ("a.bin", "<html><body>Text.</body></html>".encode("utf-16"), "html"),
        ("a.xhtml", b'<?xml version="1.0"?>\n<html><body>Text.</body></html>', "html"),
        ("a.txt", b'{"text": "Text."}\n{"text": "More."}\n', "jsonl"),
        ("a.json", b'{"text": "Text."}', "jsonl"),
        ("a.JSONL.GZ", gzip.compress(b'{"text": "Text."}'), "jsonl"),
    ],
)
def test_the_content_tells_the_format_and_the_suffix_hints(name: str, data: bytes, format_name: str) -> None:
    reading = read(data, name, LIMIT)
    assert (reading.format, reading.status) == (format_name, "landed")
    assert records(reading)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.docx", b"PK\x03\x04rest", "a zip archive, or a document kept in one"),
        ("a.txt", b"\x89PNG\r\n\x1a\nrest", "a PNG picture"),
        ("a", b"\xff\xd8\xff\xe0rest", "a JPEG picture"),
        ("a", b"ID3\x03rest", "an MP3 recording"),
        ("a", b"SQLite format 3\0rest", "an SQLite database"),
        ("a", b"\x7fELF\2\1", "a program (ELF)"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
        ("a.txt", b"{\\rtf1 text}", "a rich text document"),
        ("a.csv", b"a,b\n1,2\n", "a table"),
        ("a.py", b"print(1)\n", "source code"),
        ("a.toml", b"[a]\nb = 1\n", "configuration"),
        ("a.txt", b'<?xml version="1.0"?><rss></rss>', "XML"),
        ("a.json", b'{\n  "text": "over several lines"\n}', "JSON that is not a record a line"),
        ("a.warc.zst", b"\x5d\x2a\x4d\x18\x04\0\0\0dict\x28\xb5\x2f\xfd", "a Zstandard file with a dictionary"),
        ("a.arc", b"filedesc://a.arc 0.0.0.0 20260305060000 text/plain 9\n", "a web archive of the kind before WARC"),
        ("a.txt", b"Subject: The quay\n of today\nMessage-ID: <1>\n\nIt is closed.\n", "a mail message"),
        ("a", b"Path: a!b\r\nNewsgroups: comp.misc\r\n\r\nIt is closed.\r\n", "a mail message"),
        (
            "a.mht",
            b"From: <Saved by Blink>\r\nSubject: A page\r\nMIME-Version: 1.0\r\n\r\n<html>",
            "a web page saved as one file (mht)",
        ),
    ],
)
def test_what_is_not_supported_is_named_with_what_is(name: str, data: bytes, what: str) -> None:
    reading = read(data, name, LIMIT)
    assert reading.status == "unsupported"
    assert reading.reason and reading.reason.startswith(f"it looks like {what}")
    assert all(module.NAME in reading.reason for module in FORMATS)


@pytest.mark.parametrize(
    "head",
    [
        "X-Men: Days of Future Past opens on Friday",
        "Anna: Who is there?\nX-Ray: It is me.",
        "Title: On quays\nAuthor: Ann Bell\nReceived: 3 March 2021\nAccepted: 4 May 2021",
        "Title: The bridge opens\nURL: https://example.org/a\nContent-Type: text/html",
        "Title: The net\nNewsgroups: what became of them",
        "FROM: Ministry of Health\nTO: All news desks\nSUBJECT: A new clinic",
    ],
)
def test_prose_with_labels_is_no_mail(head: str) -> None:
    reading = read(f"{head}\n\nThe quay of the old town is closed for repairs.\n".encode(), "a.txt", LIMIT)
    assert reading.format == "text"


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", "\ufeff \n".encode(), gzip.compress(b"")])
def test_a_file_without_text_is_empty(data: bytes) -> None:
    reading = read(data, "a.txt", LIMIT)
    assert reading.status == "empty" and reading.reason


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_that_shows_no_character_is_empty(name: str) -> None:
    for shown in ("\u200b", "\u2060\u00ad \n\u0085", "\u00a0\u3000"):
        source = f"<html><body><p>{shown}</p></body></html>" if name.endswith("html") else f" {shown}\n"
        reading = read(source.encode(), name, LIMIT)
        assert reading.status == "empty" and reading.reason


def test_an_undecodable_file_names_the_offset_and_the_guess() -> None:
    data = "Сообщение о событиях дня. ".encode() + b"\xe9" + " Продолжение следует.".encode()
    reading = read(data, "a.txt", LIMIT)
    assert (reading.status, reading.encoding) == ("unreadable", "utf-8")
    assert reading.reason and "at byte 47 when read as utf-8" in reading.reason


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: pa.compress(data, codec="zstd", asbytes=True)])
class TestPacked:
    """Both packings alike."""

    def test_a_packed_file_is_read_as_what_is_in_it(self, pack: Callable[[bytes], bytes]) -> None:
        (record,) = records(read(pack(PROSE), "a.txt.gz", LIMIT))
        assert record.text.encode() == PROSE

    def test_packed_parts_are_read_one_after_the_other(self, pack: Callable[[bytes], bytes]) -> None:
        (record,) = records(read(pack(PROSE) + pack(PROSE), "a.txt.gz", LIMIT))
        assert record.text.encode() == PROSE * 2

    def test_a_bomb_is_too_large_and_names_the_setting(self, pack: Callable[[bytes], bytes]) -> None:
        reading = read(pack(bytes(50_000_000)), "a.txt.gz", LIMIT)
        assert reading.status == "too_large"
        assert reading.reason and "more than 10 MB unpacked: raise max_file_mb" in reading.reason

    def test_a_cut_file_is_unreadable_and_says_where(self, pack: Callable[[bytes], bytes]) -> None:
        data = bytes(range(33, 120)) * 3
        reading = read(pack(data)[:-9], "a.txt.gz", LIMIT)
        assert reading.status == "unreadable"
        assert reading.reason and "cut off after" in reading.reason

    def test_a_file_packed_twice_is_not_supported(self, pack: Callable[[bytes], bytes]) -> None:
        reading = read(pack(gzip.compress(PROSE)), "a.txt.gz", LIMIT)
        assert (reading.status, reading.reason and reading.reason[:16]) == ("unsupported", "compressed twice")


def test_a_large_file_is_too_large_unpacked_too() -> None:
    assert read(PROSE * 10, "a.txt", 100).status == "too_large"


def test_the_heading_of_a_real_article_in_a_txt_file_is_its_title() -> None:
    if not SEEDS.exists():
        pytest.skip("needs the real data beside the repository")
    (record,) = records(read((SEEDS / "001_54d33e0b3c334c63.txt").read_bytes(), "001_54d33e0b3c334c63.txt", LIMIT))
    (claim,) = record.claims
    assert claim.value == "Russians at War: An honest portrayal of the people inside Russia's military"
    last = record.cuts[-1]
    assert record.text[last.start : last.end] == "**"


@needs_data
@pytest.mark.parametrize("folder", ["office_tika", "unstructured_docs", "warc", "mail", "robustness/blns"])
def test_hostile_files_have_a_status_and_a_reason(folder: str) -> None:
    seen = 0
    for path in sorted((DATA / folder).rglob("*")):
        if path.is_file():
            reading = read(path.read_bytes(), path.name, LIMIT)
            found = list(reading.records)
            assert reading.status in STATUSES, path
            assert (reading.status == "landed") == any(isinstance(record, Record) for record in found), path
            assert reading.status == "landed" or reading.reason, path
            seen += 1
    assert seen


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.html", "a.md", "a.jsonl", "a.pdf", "a.gz", "a"]))
def test_any_bytes_have_a_status(data: bytes, name: str) -> None:
    reading = read(data, name, LIMIT)
    found = list(reading.records)
    assert reading.status in STATUSES
    assert all(isinstance(record, Record | Rejected) for record in found)
    assert all(isinstance(record, Rejected) for record in found) or reading.status == "landed"
