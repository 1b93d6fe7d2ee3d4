"""Cleaning keeps its ledger: whatever the text, the edits undo to the original, white space aside."""

import csv
import gzip
import json
import lzma
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean import Cleaned, Policy, clean
from flows.clean.ledger import squeeze, undo, write_edits
from flows.clean.rulebook import list_rules
from flows.ingest.read import read
from flows.model import Claim, Record
from tests.conftest import SHARED

DATA = SHARED / "data"
LIMIT = 1 << 28
Raw = Iterator[tuple[str, bytes]]


def assert_undoes(record: Record, cleaned: Cleaned) -> None:
    edits = write_edits("document", "run", record.text, cleaned.edits)
    assert undo(cleaned.text, edits) == squeeze(record.text)


# Texts and pieces of text that look like what the passes look for.
PIECES = st.sampled_from(
    [
        *(
            "By EJ Ward",
            "0 Comments",
            "Page 1 of 2",
            "\f",
            "\n",
            "\n\n",
            " ",
            "\u00a0",
            "-\n",
            "\u00ad",
            "\u200b",
            "\ufeff",
        ),
        *(
            "donâ€™t",
            "&amp;amp;",
            "&quot;",
            "e\u0301",
            "\u0344",
            "\x85",
            "\x1c",
            "\x07",
            "ﬁ",
            "Share",
            "Contact: a@b.org",
        ),
        *(
            "The council met on Monday and talked about the bridge for hours, among",
            "others.",
            "16 December 2025",
            "KYIV –",
        ),
        *(
            "[wsws.org](https://wsws.org)",
            "**",
            "*",
            "#",
            "© 2025 Nobody. All rights reserved.",
            "Лес",
            "图书馆",
            "שלום",
        ),
    ]
)
TEXTS = st.text(max_size=200) | st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_the_edits_of_any_text_undo_to_it(text: str) -> None:
    record = Record(0, text)
    assert_undoes(record, clean(record))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_clean_text_is_nfc_and_its_paragraphs_are_parted_by_one_blank_line(text: str) -> None:
    cleaned = clean(Record(0, text)).text
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "\n\n\n" not in cleaned
    assert not {"\r", "\f", "\t", "\u200b", "\ufeff", "\x00"} & set(cleaned)
    assert "  " not in cleaned


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.booleans(), TEXTS), max_size=8))
def test_what_stands_as_it_was_typed_undoes_and_keeps_what_the_rules_would_take(parts: list[tuple[bool, str]]) -> None:
    text = ""
    verbatim = []
    for typed, part in parts:
        if typed and part:
            verbatim.append((len(text), len(text) + len(part)))
        text += f"{part}\n\n"
    record = Record(0, text, verbatim=tuple(verbatim))
    cleaned = clean(record)
    assert_undoes(record, cleaned)
    assert unicodedata.is_normalized("NFC", cleaned.text)
    assert "\n\n\n" not in cleaned.text
    for edit in cleaned.edits:
        if any(start < edit.end and edit.start < end for start, end in verbatim):
            assert edit.kind in ("repair", "space")


CODE = """\
# Share this article
def read(path):
    # 0 Comments
    for line in open(path):
        total  +=  len(line)   # two  spaces

    return total"""


def test_code_keeps_its_lines_its_indentation_and_what_looks_like_boilerplate() -> None:
    prose = "The council met on Monday evening and talked about the new bridge for hours and hours on end."
    before, after = f"{prose}\n\n", f"\n\n{prose}\n\nShare this article"
    record = Record(0, before + CODE.replace("\n\n", "  \n\n\n\n") + after)
    assert "    for line" not in clean(record).text
    told = replace(record, verbatim=((len(before), len(record.text) - len(after)),))
    assert clean(told).text == f"{before}{CODE}\n\n{prose}"


def test_a_rule_that_is_disabled_changes_nothing() -> None:
    text = "The council met on Monday evening and talked about the new bridge for hours.\n\n0 Comments"
    [edit] = [edit for edit in clean(Record(0, text)).edits if edit.kind != "space"]
    assert clean(Record(0, text), policy=Policy(disabled_rules=frozenset({edit.rule}))).text == text


def test_what_the_markup_says_is_repaired_as_the_text_is() -> None:
    claims = (
        Claim("title", "Donâ€™t close the bridge", "h1"),
        Claim("authors", "JosÃ© PÃ©rez", "meta"),
        Claim("url", "https://example.org/Ã©", "canonical"),
    )
    text = "Donâ€™t close the bridge\n\nThe council met on Monday evening and talked about the new bridge for hours."
    cleaned = clean(Record(0, text, claims))
    assert [claim.value for claim in cleaned.claims] == [
        "Don’t close the bridge",
        "José Pérez",
        "https://example.org/Ã©",
    ]
    assert cleaned.text.startswith("The council met")


def test_the_line_classifier_takes_lines_only_where_it_is_asked_to() -> None:
    page = "\n".join(["||", "View previous topic :: View next topic", "||"])
    page += "\n\nThe council met on Monday evening and talked about the new bridge over the river for hours." * 4
    assert not [cut for cut in clean(Record(0, page)).edits if cut.rule == "line-classifier"]
    cleaned = clean(Record(0, page), policy=Policy(line_noise_threshold=0.87))
    cuts = [cut for cut in cleaned.edits if cut.rule == "line-classifier"]
    assert cuts
    assert all(cut.confidence is not None and 0.87 <= cut.confidence <= 1 for cut in cuts)


# Every real text


def read_folder(*names: str) -> Callable[[], Raw]:
    def read_files() -> Raw:
        for name in names:
            for path in sorted((DATA / name).rglob("*")):
                if path.is_file() and path.suffix != ".toml":
                    yield str(path.relative_to(DATA)), path.read_bytes()

    return read_files


def read_tar(name: str, codec: str) -> Callable[[], Raw]:
    def read_files() -> Raw:
        # tarfile knows no Zstandard yet, and pyarrow no xz.
        packed = pa.OSFile(str(DATA / name))
        with (
            pa.CompressedInputStream(packed, "zstd") if codec == "zstd" else lzma.open(packed) as stream,
            tarfile.open(fileobj=stream, mode="r|") as tar,
        ):
            for member in tar:
                file = tar.extractfile(member)
                if file is not None:
                    yield f"{name}/{member.name}", file.read()

    return read_files


def read_wikinews() -> Raw:
    for path in sorted((DATA / "wikinews").glob("*.csv")):
        with path.open(newline="") as rows:
            for row in csv.DictReader(rows):
                yield row["url"] + ".txt", row["text"].encode()


def read_labelled_lines() -> Raw:
    for path in sorted((DATA / "line_quality").glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for number, line in enumerate(lines):
                yield f"{path.name}-{number}.txt", "\n".join(json.loads(line)["text"]).encode()


def read_declarations() -> Raw:
    with zipfile.ZipFile(DATA / "udhr" / "udhr.zip") as archive:
        for name in archive.namelist():
            if not name.endswith("/"):
                yield name, archive.read(name)


SETS: dict[str, tuple[Callable[[], Raw], int]] = {
    "article pages": (read_folder("article_pages"), 100),
    "web pages": (read_folder("web_pages"), 790),
    "readability pages": (read_folder("readability_pages"), 60),
    "wikinews": (read_wikinews, 295),
    "printed news": (read_folder("news_pdf_rendered"), 160),
    "press releases": (read_tar("press_releases_sample.tar.zst", "zstd"), 4000),
    "labelled lines": (read_labelled_lines, 900),
    "encodings": (read_folder("chardet_encodings"), 100),
    "mojibake": (read_folder("ftfy_mojibake"), 5),
    "dates": (read_folder("dates"), 70),
    "pdf": (read_folder("pdf"), 150),
    "declarations": (read_declarations, 320),
    "declarations as pages": (read_tar("udhr/udhr_html.tar.xz", "xz"), 100),
    "sentences": (read_tar("lingua_sentences/sentences.tar.xz", "xz"), 70),
    "odd documents": (read_folder("office_tika", "unstructured_docs", "robustness", "mail", "warc"), 50),
}


KNOWN = {(rule.name, rule.kind) for rule in list_rules()}


@pytest.mark.parametrize("name", SETS)
def test_the_edits_of_every_real_text_undo_to_it_and_are_of_rules_that_are_told(name: str) -> None:
    files, least = SETS[name]
    texts = 0
    for uri, raw in files():
        for record in read(raw, uri, LIMIT).records:
            if isinstance(record, Record):
                texts += 1
                try:
                    cleaned = clean(record)
                    assert_undoes(record, cleaned)
                    assert {(cut.rule, cut.kind) for cut in cleaned.edits} <= KNOWN
                except Exception as error:
                    error.add_note(f"in {uri}")
                    raise
    assert texts >= least


def test_the_real_data_is_there() -> None:
    assert Path(DATA / "README.md").exists()
