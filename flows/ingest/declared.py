"""What encodings are called on the web, in Python and at IANA, and what a file declares of its own."""

import codecs
from collections.abc import Iterator
from typing import Final

import re2

# Labels as the web means them (https://encoding.spec.whatwg.org/#names-and-labels), where Python means less or nothing
# by them: the name of Python's codec for the label, in either spelling of the standard or of Python.
WEB_LABELS: Final = {
    **dict.fromkeys(("ascii", "us-ascii", "latin1", "iso-8859-1", "iso8859-1", "x-ansi", "x-cp1252"), "cp1252"),
    **dict.fromkeys(("latin5", "iso-8859-9", "iso8859-9", "x-cp1254"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "iso8859-11", "tis-620", "dos-874", "windows-874"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk", "cp936", "gb_2312-80", "x-gbk", "chinese", "hz"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932"), "cp932"),
    **dict.fromkeys(("euc-kr", "euc_kr", "ks_c_5601-1987", "korean", "windows-949", "cp949"), "cp949"),
    **dict.fromkeys(("big5", "big5-hkscs", "big5_tw", "cn-big5", "x-x-big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("euc-jp", "x-euc-jp"), "euc_jp"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "visual", "logical"), "iso8859-8"),
    **dict.fromkeys(("x-cp1250",), "cp1250"),
    **dict.fromkeys(("x-cp1251",), "cp1251"),
    **dict.fromkeys(("koi", "koi8", "koi8_r"), "koi8-r"),
    **dict.fromkeys(("macintosh", "x-mac-roman", "mac"), "mac-roman"),
    **dict.fromkeys(("x-mac-cyrillic", "x-mac-ukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("unicode-1-1-utf-8", "utf8", "x-unicode20utf8", "unicode11utf8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf16", "unicode", "ucs-2"), "utf-16-le"),
}
# What a codec of Python is called in the column `encoding`: by its name at IANA.
IANA_NAMES: Final = {
    "cp874": "windows-874",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "big5hkscs": "big5",
    "euc_jp": "euc-jp",
    "euc_kr": "euc-kr",
    "iso2022_jp": "iso-2022-jp",
    "iso2022_kr": "iso-2022-kr",
    "ascii": "us-ascii",
    **{f"cp{page}": f"windows-{page}" for page in range(1250, 1259)},
    **{f"cp{page}": f"ibm{page}" for page in (437, 850, 852, 855, 858, 862, 866)},
    **{f"iso8859-{part}": f"iso-8859-{part}" for part in range(1, 17)},
}

_PRESCAN = 1 << 14  # bytes looked through for a declaration; browsers take 1,024, and pages with long comments break

_COMMENT = re2.compile(rb"(?s)<!--.*?(-->|$)")
_TAG = re2.compile(rb"<(/?[a-zA-Z][^\s/>]*)((?:[^>\"']|=\s*\"[^\"]*\"|=\s*'[^']*'|[\"'])*?)>")
_ATTRIBUTE = re2.compile(rb"([^\s/=>]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+)")
_CHARSET = re2.compile(rb"(?i)charset\s*=\s*[\"']?\s*([^\s\"';]+)")
_XML_DECLARATION = re2.compile(rb"(?is)^\s*<\?xml[^>]*\sencoding\s*=\s*[\"']([^\"'>]+)[\"']")


def name_encoding(codec: str) -> str:
    """The name of a codec as IANA has it, in lower case."""
    name = codecs.lookup(codec).name
    return IANA_NAMES.get(name, name.replace("_", "-"))


def find_codec(label: str) -> str | None:
    """Python's codec for a label as the web means it; None when there is none."""
    folded = label.strip().lower()
    try:
        codec = codecs.lookup(WEB_LABELS.get(folded, folded))
    except (LookupError, ValueError):  # ValueError: a label with a NUL
        return None
    return codec.name if codec._is_text_encoding and codec.name not in ("idna", "punycode", "utf-7") else None


def declared_encoding(data: bytes) -> str | None:
    """The codec that an HTML page or XML file declares in its first 16 kB; None when it declares none we have."""
    for label in _find_labels(_COMMENT.sub(b"", data[:_PRESCAN])):
        codec = find_codec(label.decode("ascii", "ignore"))
        if codec is not None:
            # A declaration that can be read byte by byte cannot be in UTF-16 (WHATWG: then UTF-8 is meant)
            return "utf-8" if codec.startswith(("utf-16", "utf-32")) else codec
    return None


def _find_labels(head: bytes) -> Iterator[bytes]:
    """What an XML declaration and meta elements call the encoding, in their order."""
    declaration = _XML_DECLARATION.search(head)
    if declaration:
        yield declaration.group(1)
    for tag in _TAG.finditer(head):
        if tag.group(1).lower() != b"meta":
            continue
        pairs = _ATTRIBUTE.finditer(tag.group(2))
        attributes = {pair.group(1).lower(): pair.group(2).strip(b"\"'") for pair in pairs}
        if b"charset" in attributes:
            yield attributes[b"charset"]
        elif attributes.get(b"http-equiv", b"").lower() == b"content-type":
            content = _CHARSET.search(attributes.get(b"content", b""))
            if content:
                yield content.group(1)
