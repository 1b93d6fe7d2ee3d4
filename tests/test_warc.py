"""A web archive gives a record for each page that was fetched, and says of everything else what became of it."""

import csv
import gzip
import hashlib
import json
import time
import zlib
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.ingest.contents import Refused
from flows.ingest.formats.warc_entries import Damage, Entry, parse_fields, split_entries
from flows.ingest.formats.warc_responses import LARGEST_BODY, join_chunks, read_response, unpack_content
from flows.ingest.read import Reading, read
from flows.ingest.unpack import salvage, unpack
from flows.model import Record, Rejected
from tests.conftest import SHARED, Corpus

ARCHIVES = SHARED / "data" / "warc"
LIMIT = 1 << 28
RESPONSE = "application/http; msgtype=response"
PAGE = "<html><body><h1>The quay</h1><p>The quay of Münde is to be mended in May, said the board.</p></body></html>"
BODY = PAGE.encode()
LONG = b" ".join(hashlib.sha256(bytes([number])).hexdigest().encode() for number in range(100))
"""What takes several thousand bytes, packed."""


def make_entry(block: bytes, kind: str = "response", content_type: str = RESPONSE, **fields: str) -> bytes:
    """An entry of an archive; a field's name is written with underscores."""
    told = {"WARC-Type": kind, "WARC-Target-URI": "https://example.org/quay", "Content-Type": content_type}
    told |= {name.replace("_", "-"): value for name, value in fields.items()}
    told = {"Content-Length": str(len(block))} | told
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def answer(body: bytes, status: str = "200 OK", **fields: str) -> bytes:
    """A response of HTTP."""
    told = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "session=hush"}
    told |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def in_chunks(body: bytes, size: int = 20) -> bytes:
    parts = (body[start : start + size] for start in range(0, len(body), size))
    return b"".join(b"%x;name=value\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def open_archive(*entries: bytes, name: str = "a.warc") -> Reading:
    return read(b"".join(entries), name, LIMIT)


def split(reading: Reading) -> tuple[list[Record], list[Rejected]]:
    """The documents of a reading, and what was rejected."""
    found = list(reading.records)
    return [each for each in found if isinstance(each, Record)], [each for each in found if isinstance(each, Rejected)]


def test_a_page_is_a_record_by_the_number_of_its_entry() -> None:
    info = make_entry(b"software: a crawler\r\n", "warcinfo", "application/warc-fields", WARC_Target_URI="")
    request = make_entry(b"GET /quay HTTP/1.1\r\n\r\n", "request", "application/http; msgtype=request")
    page = make_entry(answer(BODY), WARC_Date="2026-03-05T06:00:00Z", WARC_Record_ID="<urn:uuid:1>")
    reading = open_archive(info, request, page)
    [record], rejected = split(reading)
    assert (reading.format, reading.status, record.record, rejected) == ("warc", "landed", 2, [])
    assert "The quay of Münde is to be mended" in record.text
    assert [claim.value for claim in record.claims if claim.field == "url"] == ["https://example.org/quay"]
    assert (record.format, record.encoding) == ("html", "utf-8")
    assert record.metadata == {
        "WARC-Date": "2026-03-05T06:00:00Z",
        "WARC-Record-ID": "<urn:uuid:1>",
    }


def test_what_logs_somebody_in_is_in_no_record() -> None:
    told = str(split(open_archive(make_entry(answer(BODY), WARC_Target_URI="https://ann:hush@example.org/quay")))[0])
    assert "example.org/quay" in told
    assert "hush" not in told
    [rejected] = split(open_archive(make_entry(answer(b"", "404"), WARC_Target_URI="https://ann:hush@example.org/q")))[
        1
    ]
    assert rejected.reason == "the answer was HTTP 404 (https://example.org/q)"


def test_a_password_with_a_blank_is_in_no_record() -> None:
    entries = [
        make_entry(answer(BODY, status), WARC_Target_URI="https://ann:hu sh@example.org/a b")
        for status in ("203", "404")
    ]
    [record], [rejected] = split(open_archive(*entries))
    assert [claim.value for claim in record.claims if claim.field == "url"] == ["https://example.org/a%20b"]
    assert "hu" not in rejected.reason


def test_an_address_is_printed_whatever_its_bytes() -> None:
    page = make_entry(answer(BODY), WARC_Target_URI="https://example.org/café\0\x1b[31m")
    long = make_entry(answer(b"", "404"), WARC_Target_URI="https://example.org/" + "a" * 50_000)
    [record], [rejected] = split(open_archive(page.replace("é".encode(), b"\xe9"), long))
    assert [claim.value for claim in record.claims if claim.field == "url"] == ["https://example.org/café%00%1B[31m"]
    assert len(rejected.reason) < 3_000


def test_an_archive_that_begins_with_something_else_is_known_by_its_suffix() -> None:
    [record], [rejected] = split(open_archive(b"what stands here is no entry\r\n", make_entry(answer(BODY))))
    assert (record.record, rejected.record) == (1, 0)
    assert open_archive(b"This is a text.\n").status == "unsupported"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (gzip.compress(BODY), {"Content_Encoding": "gzip"}),
        (gzip.compress(BODY), {"Content_Encoding": "X-GZIP"}),
        (zlib.compress(BODY), {"Content_Encoding": "deflate"}),
        (zlib.compress(BODY, wbits=-15), {"Content_Encoding": "deflate"}),
        (pa.compress(BODY, "brotli", asbytes=True), {"Content_Encoding": "br"}),
        (pa.compress(BODY, "zstd", asbytes=True), {"Content_Encoding": "zstd"}),
        (in_chunks(BODY), {"Transfer_Encoding": "chunked"}),
        (in_chunks(gzip.compress(BODY)), {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
        (gzip.compress(gzip.compress(BODY)), {"Content_Encoding": "gzip, gzip"}),
        (gzip.compress(BODY[:50]) + gzip.compress(BODY[50:]) + b"\0\0", {"Content_Encoding": "gzip"}),
        # As programs leave it that archive the body as they have read it.
        (BODY, {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
        (BODY, {"Content_Encoding": "br"}),
        (BODY, {"Content_Encoding": "none of these"}),
        (PAGE.encode("latin-1"), {"Content_Type": "text/html; charset=ISO-8859-1"}),
        (PAGE.encode("cp852"), {"Content_Type": 'text/html;charset="ibm852"'}),
        (PAGE.encode("utf-16"), {"Content_Type": "application/xhtml+xml"}),
        (BODY, {"Content_Type": ""}),
        # Many servers say UTF-8 of every page.
        (b'<meta charset="windows-1250">' + PAGE.encode("cp1250"), {"Content_Type": "text/html; charset=utf-8"}),
    ],
)
def test_a_page_is_read_as_the_server_meant_it(body: bytes, fields: dict[str, str]) -> None:
    [record], _ = split(open_archive(make_entry(answer(body, **fields))))
    assert "The quay of Münde is to be mended" in record.text


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (make_entry(answer(BODY, "301 Moved")), "the answer was HTTP 301"),
        (make_entry(answer(BODY, "206 Partial Content")), "the answer was HTTP 206"),
        (
            make_entry(answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))),
            "it is told to be text/html, but looks like a PNG picture",
        ),
        (
            make_entry(answer(gzip.compress(BODY)[:-9] + bytes(9), Content_Encoding="gzip")),
            "its packed body is damaged",
        ),
        (make_entry(answer(b"{}", Content_Type="application/json")), "it is application/json, not a page"),
        (make_entry(answer(b"\x89PNG", Content_Type="")), "it is of no type that is told, not a page"),
        (make_entry(answer(b"")), "it has no text"),
        (make_entry(answer(b"", Content_Encoding="gzip")), "it has no text"),
        (make_entry(BODY), "it is no answer of HTTP"),
        (make_entry(answer(b"%PDF-1.7 broken", Content_Type="application/pdf")), "damaged"),
        (make_entry(answer(gzip.compress(BODY)[:-30], Content_Encoding="gzip")), "its packed body ends too early"),
        (
            make_entry(answer(pa.compress(BODY, "brotli", asbytes=True)[:-20], Content_Encoding="br")),
            "its packed body ends too early",
        ),
        (make_entry(answer(BODY), WARC_Segment_Number="1"), "it is stored in segments"),
        (make_entry(BODY, "capture"), "nothing is known of the WARC-Type 'capture'"),
        (make_entry(BODY, ""), "nothing is known of the WARC-Type ''"),
        (
            make_entry(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n" + BODY),
            "the fields of the answer do not end",
        ),
        (make_entry(answer(BODY, Content_Encoding="br, br, br, br, br")), "its body is packed 5 times"),
        (make_entry(b"a log", "resource", "text/plain", WARC_Target_URI="urn:x:log"), "it was made beside the archive"),
    ],
)
def test_what_is_no_document_is_rejected_with_its_reason(entry: bytes, reason: str) -> None:
    documents, [rejected] = split(open_archive(make_entry(answer(BODY)), entry))
    assert [record.record for record in documents] == [0]
    assert rejected.record == 1
    assert rejected.reason.startswith(reason)
    alone = open_archive(entry)
    assert (alone.status, split(alone)[0]) == ("unreadable", [])


def test_texts_and_files_that_were_fetched_are_documents() -> None:
    text = make_entry("Der Kai von Münde.\n".encode(), "conversion", "text/plain")
    page = make_entry(BODY, "resource", "text/html", WARC_Target_URI="file:///quay.html")
    documents, rejected = split(open_archive(text, page))
    assert (documents[0].text, rejected) == ("Der Kai von Münde.\n", [])
    assert "The quay of Münde" in documents[1].text


def test_what_an_archive_says_of_fetching_is_no_document() -> None:
    kinds = ("request", "metadata", "revisit", "warcinfo")
    entries = [make_entry(b"fetchTimeMs: 12\r\n", kind, "application/warc-fields") for kind in kinds]
    entries.append(make_entry(b"20260305 10.0.0.1", "response", "text/dns", WARC_Target_URI="dns:example.org"))
    entries.append(make_entry(b"wget", "resource", "text/plain", WARC_Target_URI="metadata://gnu.org/wget.log"))
    reading = open_archive(*entries)
    assert (reading.status, list(reading.records)) == ("empty", [])


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (b"what stands here is no entry\r\n\r\n", "no entry of a web archive begins at byte"),
        (make_entry(answer(BODY), Content_Length="12"), "the Content-Length of the entry at byte"),
        (make_entry(answer(BODY), Content_Length="99999"), "the Content-Length of the entry at byte"),
        (make_entry(answer(BODY), Content_Length="many"), "the entry at byte"),
        (make_entry(answer(BODY), Content_Length=""), "the entry at byte"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n" + b"a" * 70_000 + b"\r\n", "the fields of the entry at byte"),
    ],
)
def test_damage_is_told_with_its_place_and_what_follows_is_read(damaged: bytes, reason: str) -> None:
    whole = make_entry(answer(BODY))
    documents, [rejected] = split(open_archive(whole, damaged, whole))
    assert [record.record for record in documents] == [0, 2]
    assert rejected.record == 1
    assert rejected.reason.startswith(reason)
    assert f"{len(whole):,}" in rejected.reason


def test_an_archive_that_is_cut_off_says_so() -> None:
    whole = make_entry(answer(BODY))
    documents, [rejected] = split(open_archive(whole, whole[:-40]))
    assert len(documents) == 1
    assert rejected.reason.startswith(f"the archive ends within the entry at byte {len(whole):,}, after")


def flip(packed: bytes, place: int) -> bytes:
    return packed[:place] + bytes([packed[place] ^ 255]) + packed[place + 1 :]


@pytest.mark.parametrize(
    ("damaged", "numbers", "rejected_numbers"),
    [
        (b"garbage", [0, 2], [1]),
        (gzip.compress(make_entry(answer(BODY)))[:-20], [0, 2], [1]),
        (flip(gzip.compress(make_entry(answer(BODY + LONG))), 2_000), [0, 2], [1]),
    ],
)
def test_damage_of_a_packed_archive_is_told_and_what_follows_is_read(
    damaged: bytes, numbers: list[int], rejected_numbers: list[int]
) -> None:
    whole = gzip.compress(make_entry(answer(BODY)))
    reading = open_archive(whole, damaged, whole, name="a.warc.gz")
    documents, rejected = split(reading)
    assert (reading.status, [record.record for record in documents]) == ("landed", numbers)
    assert [record.record for record in rejected] == rejected_numbers
    assert (reading.reason or "").startswith("gzip is damaged")
    cut = open_archive(whole, damaged, name="a.warc.gz")
    assert (cut.status, [record.record for record in split(cut)[0]]) == ("landed", [0])
    assert (cut.reason or "").startswith("gzip ")


def test_what_is_packed_and_damaged_and_no_archive_is_refused_as_a_whole() -> None:
    reading = open_archive(gzip.compress(b"The quay is closed.\n" * 99)[:-9], name="a.warc.gz")
    assert (reading.status, list(reading.records)) == ("unreadable", [])


def test_a_packed_archive_with_damage_everywhere_takes_no_time() -> None:
    head = gzip.compress(b"")[:10]
    empty = b"\0\0\0\xff\xff" * 200_000  # stored blocks of no bytes
    start = time.process_time()
    salvage(head * 20_000 + empty + b"\7", LIMIT)
    salvage(b"".join(head + b"\0\x0a\0\xf5\xff" for _ in range(20_000)) + empty + b"\7", LIMIT)
    assert time.process_time() - start < 5


@given(st.lists(st.binary(max_size=60), max_size=4), st.integers(min_value=0), st.binary(max_size=20))
def test_any_damage_is_salvaged(members: list[bytes], place: int, instead: bytes) -> None:
    packed = b"".join(map(gzip.compress, members))
    assert salvage(packed, LIMIT) == b"".join(members)
    place %= len(packed) + 1
    salvage(packed[:place] + instead + packed[place + len(instead) :], LIMIT)


def test_fields_go_on_in_indented_lines_and_the_first_of_a_name_counts() -> None:
    head = b"WARC-Date: 2026\r\nContent-Type: text/html;\r\n\tcharset=utf-8\r\nno field\r\nwarc-date : 2027\r\n\r\n"
    assert parse_fields(head) == {"warc-date": "2026", "content-type": "text/html; charset=utf-8"}


def test_a_head_of_a_million_line_ends_takes_no_time() -> None:
    for filler in (b"\r", b"\n ", b" \n", b"a", b"a:", b"WARC/1.0\r"):
        block = b"HTTP/1.1 200 OK\r\nA: b" + filler * 1_000_000
        _, rejected = split(open_archive(make_entry(block), make_entry(block)[:-9], b"WARC/1.0\r\n" + filler * 500_000))
        assert rejected


def test_many_entries_that_end_nowhere_or_at_one_place_take_no_time() -> None:
    head = b"WARC/1.0\r\nContent-Length: %015d\r\n\r\n"
    size = len(head % 0)
    entries = b"".join(head % (size * (2_000 - number - 1)) for number in range(2_000))
    for archive in (
        b"WARC/1.0\r\n" * 50_000,
        entries + b" " * 2_000_000 + b"x",
        entries + b"WARC/1.0" + b" " * 2_000_000,
    ):
        start = time.process_time()
        assert {type(entry) for entry in split_entries(archive)} == {Damage}
        assert time.process_time() - start < 4


@pytest.mark.parametrize("content_type", ["", "Application/HTTP;msgtype=response"])
@pytest.mark.parametrize("version", [b"HTTP/1.1", b"http/1.0", b"HTTP/2"])
def test_an_answer_is_told_by_how_it_begins(content_type: str, version: bytes) -> None:
    block = answer(BODY).replace(b"HTTP/1.1", version, 1)
    [record], _ = split(open_archive(make_entry(block, content_type=content_type)))
    assert "The quay of Münde" in record.text


def test_blank_lines_that_a_length_counts_are_none_of_the_block() -> None:
    block = answer(BODY)
    entries = list(split_entries(make_entry(block, Content_Length=str(len(block) + 6)) + make_entry(block)))
    assert [entry.block for entry in entries if isinstance(entry, Entry)] == [block, block]


@given(st.lists(st.binary(max_size=60), max_size=6), st.binary(max_size=30))
def test_any_blocks_are_split_where_their_lengths_say(blocks: list[bytes], behind: bytes) -> None:
    entries = list(split_entries(b"".join(map(make_entry, blocks))))
    assert [entry.block for entry in entries if isinstance(entry, Entry)] == blocks
    cut = b"".join(map(make_entry, blocks))[: -1 - len(behind)] + behind
    numbers = [entry.number for entry in split_entries(cut)]
    assert numbers == list(range(len(numbers)))


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip,br", ""]))
def test_any_body_is_unpacked_or_refused(data: bytes, encoding: str) -> None:
    assert len(join_chunks(data)[0]) <= len(data)
    read_response(b"HTTP/1.1 200 OK\r\n" + data)
    try:
        assert isinstance(unpack_content(data, encoding), bytes)
    except Refused as refused:
        assert "its packed body" in refused.reason or "unpack to more" in refused.reason


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=90))
def test_chunks_are_joined_again(data: bytes, size: int) -> None:
    assert join_chunks(in_chunks(data, size)) == (data, 0)


@pytest.mark.parametrize(
    ("body", "fields", "lacking"),
    [
        (in_chunks(BODY, 60)[:100], {"Transfer_Encoding": "chunked"}, 40),
        (BODY, {"Content_Length": str(len(BODY) + 9)}, 9),
        (BODY, {"Content_Length": str(len(BODY))}, 0),
        (BODY, {"Content_Length": "9999", "Content_Encoding": "gzip"}, 0),  # unpacked by what archived it
    ],
)
def test_a_page_that_is_cut_off_lands_and_says_so(body: bytes, fields: dict[str, str], lacking: int) -> None:
    [record], _ = split(open_archive(make_entry(answer(body, **fields))))
    damage = f"the answer is cut off: {lacking} bytes of it are not there" if lacking else None
    assert (record.metadata or {}).get("damage") == damage


@pytest.mark.parametrize("encoding", ["gzip", "brotli", "zstd", "gzip, brotli"])
def test_a_body_that_unpacks_to_more_than_any_page_is_refused_unread(encoding: str) -> None:
    packed = bytes(1 << 26)
    for codec in encoding.split(", "):
        packed = pa.compress(packed, codec, asbytes=True)
    encoding = encoding.replace("brotli", "br")
    start = time.process_time()
    _, rejected = split(open_archive(*[make_entry(answer(packed, Content_Encoding=encoding))] * 40))
    assert len(rejected) == 40
    assert rejected[0].reason.startswith(f"its {len(packed):,} bytes unpack to more than")
    assert time.process_time() - start < 4


def test_a_body_that_is_larger_than_any_page_is_refused_unread() -> None:
    _, [rejected] = split(open_archive(make_entry(answer(bytes(LARGEST_BODY + 1)))))
    assert rejected.reason.startswith("it is of more than 67 MB")


def test_an_archive_lands_page_by_page_and_lands_again(corpus: Corpus) -> None:
    other = answer(BODY.replace(b"quay", b"weir"))
    archive = make_entry(answer(BODY)) + make_entry(answer(b"", "500 Error")) + make_entry(other)
    report = corpus.land({"crawl.warc.gz": gzip.compress(archive)})
    assert report.run.outcome == "published"
    formats = [(0, "html", "utf-8"), (2, "html", "utf-8")]
    assert corpus.ask("FROM all_documents SELECT record, format, encoding ORDER BY record") == formats
    assert corpus.ask("FROM files SELECT format, encoding") == [("warc", None)]
    [(status, reason)] = corpus.ask("FROM files SELECT status, reason")
    assert (status, reason) == (
        "landed",
        "2 of its 3 records landed: the answer was HTTP 500 (https://example.org/quay)",
    )
    assert corpus.run().run.outcome == "unchanged"


@pytest.mark.skipif(not ARCHIVES.exists(), reason="needs the real data beside the repository")
def test_real_archives_have_the_entries_that_warcio_counts_in_them() -> None:
    read_more = {
        # warcio gives up at a gzip that is not parted by entries, and at what stands between two.
        *("warcio/example-bad-non-chunked.warc.gz", "warcio/example-bad.warc.gz.bad"),
        *("warcio/example-wrong-chunks.warc.gz", "webarchive-commons/link-extraction-test.warc"),
    }
    told_as_damaged = {"pywb/example.warc", "warcio/example-trunc.warc"}  # their lengths are wrong
    seen = 0
    with (ARCHIVES / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            path = ARCHIVES / row["file"]
            try:
                data = unpack(path.read_bytes(), LIMIT)
            except Refused:
                continue
            if not data.startswith(b"WARC/"):
                continue
            known = Counter(json.loads(row["records_by_type_seen_by_warcio"]))
            entries = list(split_entries(data))
            damages = [entry for entry in entries if isinstance(entry, Damage)]
            found = Counter(entry.fields["warc-type"] for entry in entries if isinstance(entry, Entry))
            if row["file"] in told_as_damaged:
                assert (found.total() + len(damages), len(damages)) == (known.total(), 1)
            elif row["file"] in read_more:
                assert found > known
            else:
                assert (found, damages) == (known, []), row["file"]
            seen += 1
    assert seen > 50
