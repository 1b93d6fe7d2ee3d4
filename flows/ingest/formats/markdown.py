"""Markdown: the decoded file is the text, and its marks are cuts (https://spec.commonmark.org/0.31.2/).

Here are the blocks: front matter, headings, fences, quotes, rules. Within paragraphs, `markdown_inline` reads on.
"""

from collections.abc import Iterator
from typing import Any, Final

import re2
import yaml

from flows.ingest.contents import Contents, Records
from flows.ingest.formats import text
from flows.ingest.formats.fields import claims_of
from flows.ingest.formats.markdown_inline import cut_inline_marks
from flows.ingest.objects import parse_toml
from flows.model import Claim, Cut, Extent, Record

NAME: Final = "markdown"
SUFFIXES: Final = (".md", ".markdown", ".mdown", ".mkd")

_HEADING_ALONE = re2.compile(r"(?:\A|\n)[ ]{0,3}#{1,6}[ \t]+\S[^\n]*(?:\n[ \t\r]*\n|\s*\z)")
_EMPHASIS = re2.compile(
    r"(?m)(?:^|[\s(\"'>#])(\*{1,3}[^\s*][^*\n]*\*{1,3}|_{1,3}[^\s_][^_\n]*_{1,3})(?:$|[\s).,;:!?\"'])"
)
_LINK = re2.compile(r"\[[^\[\]\n]+\]\((?:https?://|mailto:|/)[^\s()]+\)")

_ATX = re2.compile(r"^ {0,3}#{1,6}(?:[ \t]+|$)")
_ATX_CLOSING = re2.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_SETEXT = re2.compile(r"^ {0,3}(?:=+|-{2,})[ \t]*$")
_FENCE = re2.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$")
_LINKS = re2.compile(r"^(?:[^\pL\pN\[\]]*\[[^\[\]]*\]\([^()]*\))+[^\pL\pN\[\]]*$")  # and pictures, with nothing else
_RULE = re2.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_QUOTE = re2.compile(r"^(?: {0,3}>[ \t]?)+")
_ITEM = re2.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]+")
_DEFINITION = re2.compile(
    r"(?m)^ {0,3}\[([^\[\]^][^\[\]\n]*)\]:[ \t]*<?[^\s<>]+>?(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ \t]*$"
)
_FRONT_MATTER = re2.compile(
    r"\A(?:---[ \t]*\r?\n(?P<yaml>(?s:.*?)\n)(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n(?P<toml>(?s:.*?)\n)\+\+\+)"
    r"[ \t]*(?:\r?\n|\z)"
)
_LONGEST_FRONT_MATTER = 1 << 14  # characters: YAML's time grows with the square of its nesting
_FRONT_NAME = re2.compile(r"^[A-Za-z][\w .-]*$")
_FRONT_FIELD = re2.compile(r"^([A-Za-z][\w -]*):[ \t]*(.*?)[ \t\r]*$")


def recognises(contents: Contents) -> bool:
    """Whether the suffix says so, or a text has links, or headings that stand alone together with emphasis."""
    if contents.suffix in SUFFIXES:
        return True
    if contents.suffix not in (*text.SUFFIXES, "") or not text.recognises(contents):
        return False
    if _LINK.search(contents.head):
        return True
    headings = sum(1 for _ in _HEADING_ALONE.finditer(contents.head))
    return headings > 0 and (headings > 2 or _EMPHASIS.search(contents.head) is not None)


def read_records(contents: Contents) -> Records:
    """One record: its text is the file."""
    decoded = text.decode_text(contents.data)
    return Records([read_markdown(decoded.text)], decoded.encoding, decoded.reason)


def read_markdown(source: str) -> Record:
    """The record of a Markdown text."""
    claims, metadata, cuts = _read_front_matter(source)
    start = cuts[-1].end if cuts else 0
    title, marks, verbatim = _cut_blocks(source, start)
    if title:
        line_start, line_end, value = title
        claims.append(Claim("title", value, "markdown-heading"))
        marks = [cut for cut in marks if cut.end <= line_start or cut.start >= line_end]
        cuts.append(Cut(line_start, line_end, "", "lift", "markdown-heading"))
    ordered = sorted(cuts + marks, key=lambda cut: (cut.start, cut.end))
    return Record(0, source, tuple(claims), tuple(ordered), metadata or None, tuple(verbatim))


def _read_front_matter(source: str) -> tuple[list[Claim], dict[str, Any], list[Cut]]:
    """What stands above the text between lines of `---` as YAML, or of `+++` as TOML; as it is where it is neither."""
    found = _FRONT_MATTER.match(source) if source.startswith(("---", "+++")) else None
    if not found:
        return [], {}, []
    as_toml, as_yaml = found.group("toml"), found.group("yaml")
    fields = _parse_toml(as_toml) if as_toml else _parse_yaml(as_yaml) or _parse_lines(as_yaml)
    if not fields:
        return [], {}, []
    claims, metadata = claims_of(fields, "front-matter")
    end = found.end() - (len(found.group(0)) - len(found.group(0).rstrip()))
    return claims, metadata, [Cut(0, end, "", "lift", "markdown-front-matter")]


def _parse_toml(matter: str) -> dict[str, Any]:
    """Its fields; none where it is no TOML."""
    try:
        return parse_toml(matter)
    except ValueError:
        return {}


def _parse_yaml(matter: str) -> dict[str, Any]:
    """Its fields, scalars as they are written; none where it is no mapping, or has references, which may explode."""
    if len(matter) > _LONGEST_FRONT_MATTER:
        return {}
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(matter, Loader=yaml.CBaseLoader)):
            return {}
        fields = yaml.load(matter, Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, RecursionError, TypeError):  # TypeError: a key that is a list
        return {}
    return fields if isinstance(fields, dict) and all(map(_FRONT_NAME.match, fields)) else {}


def _parse_lines(matter: str) -> dict[str, Any]:
    """The fields of what would be YAML but for a mistake, as a title with a colon in it; none where it is a text."""
    fields: dict[str, Any] = {}
    other: list[str] = []
    for line in filter(str.strip, matter.splitlines()):
        field = _FRONT_FIELD.match(line)
        if field:
            fields[field.group(1)] = _unquote(field.group(2))
        elif line.startswith((" ", "\t", "-", "#", "]", "}")):
            other.append(line)
        else:
            return {}
    return {**fields, "front_matter": "\n".join(other)} if fields and other else fields


def _unquote(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _lines(source: str, start: int) -> Iterator[tuple[int, str]]:
    """Offset and text of every line, without its end."""
    while start < len(source):
        end = source.find("\n", start)
        end = len(source) if end < 0 else end
        yield start, source[start:end].removesuffix("\r")
        start = end + 1


def _cut_blocks(source: str, start: int) -> tuple[tuple[int, int, str] | None, list[Cut], list[Extent]]:
    """The heading that nothing but links stands above, as (start, end, text without marks); cuts of all marks; code.

    What is indented below an item of a list is code where it is indented twice.
    """
    cuts: list[Cut] = []
    code: list[Extent] = []
    title: tuple[int, int, str] | None = None
    paragraph: list[int] = []  # start and end of the lines that are read as one
    indented: list[int] = []  # the same of lines that are code where they look it
    fence = ""
    in_list = False
    at_head = at_head_paragraph = True
    labels = (
        frozenset(found.group(1).lower() for found in _DEFINITION.finditer(source)) if "]:" in source else frozenset()
    )

    def close_paragraph() -> None:
        if paragraph:
            cuts.extend(cut_inline_marks(source, paragraph[0], paragraph[-1], labels))
            paragraph.clear()

    def close_indented() -> None:
        if indented and text.is_typed(source[indented[0] : indented[-1]]):
            code.append((indented[0], indented[-1]))
        indented.clear()

    for offset, line in _lines(source, start):
        end = offset + len(line)
        if fence:
            code[-1] = code[-1][0], end
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if not line.strip():
            close_paragraph()
            continue
        is_indented = not paragraph and line.expandtabs(4).startswith(" " * (8 if in_list else 4))
        if not is_indented:
            close_indented()
        opening = _FENCE.match(line) or (in_list and _FENCE.match(line.lstrip()))
        in_list = (in_list and (bool(paragraph) or line[0] in " \t")) or _ITEM.match(line) is not None
        if opening and not (opening.group(1)[0] == "`" and "`" in opening.group(2)):
            close_paragraph()
            code.append((offset, end))
            fence = opening.group(1)
        elif is_indented:
            indented += offset, end
        elif atx := _ATX.match(line):
            close_paragraph()
            first = len(cuts)
            closing = _ATX_CLOSING.search(line, atx.end())
            content_end = offset + closing.start() if closing else end
            cuts.append(Cut(offset, offset + atx.end(), "", "repair", "markdown-heading"))
            cuts += cut_inline_marks(source, offset + atx.end(), content_end, labels)
            if closing:
                cuts.append(Cut(content_end, end, "", "repair", "markdown-heading"))
            if at_head:
                title = offset, end, _without_marks(source, offset, end, cuts[first:])
        elif paragraph and _SETEXT.match(line):
            first, heading_start, heading_end = len(cuts), paragraph[0], paragraph[-1]
            was_first = at_head_paragraph and "\n" not in source[heading_start:heading_end]
            close_paragraph()
            cuts.append(Cut(offset, end, "", "repair", "markdown-heading"))
            if was_first:
                title = heading_start, heading_end, _without_marks(source, heading_start, heading_end, cuts[first:])
        elif _RULE.match(line):
            close_paragraph()
            cuts.append(Cut(offset, end, "", "repair", "markdown-rule"))
            continue
        elif _DEFINITION.match(line) and not paragraph:
            cuts.append(Cut(offset, end, "", "repair", "markdown-link"))
        elif quote := _QUOTE.match(line):
            close_paragraph()
            cuts.append(Cut(offset, offset + quote.end(), "", "repair", "markdown-quote"))
            cuts += cut_inline_marks(source, offset + quote.end(), end, labels)
        else:
            if _ITEM.match(line):
                close_paragraph()
            if not paragraph:
                at_head_paragraph = at_head
                paragraph.append(offset)
            paragraph.append(end)
            if at_head and _LINKS.match(line):
                continue
        at_head = False
    close_paragraph()
    close_indented()
    return (title if title and title[2] else None), cuts, code


def _without_marks(source: str, start: int, end: int, cuts: list[Cut]) -> str:
    """source[start:end] without its cuts, on one line."""
    parts: list[str] = []
    for cut in sorted(cuts, key=lambda cut: cut.start):
        if cut.end <= end:
            parts.append(source[start : cut.start])
            start = cut.end
    return " ".join("".join([*parts, source[start:end]]).split())
