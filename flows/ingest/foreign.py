"""Formats that are not supported, told by their magic bytes, their first words or their suffix."""

from typing import Final

import re2

from flows.ingest.contents import Contents

MAGIC: Final = (  # https://en.wikipedia.org/wiki/List_of_file_signatures
    (b"PK\x03\x04", "a zip archive, or a document kept in one (docx, odt, epub, xlsx)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document or Outlook message (doc, xls, msg)"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"\0\0\x01\0", "an icon"),
    (b"ID3", "an MP3 recording"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ\x90\0", "a program (Windows)"),
    (b"\xca\xfe\xba\xbe", "a program (Java or macOS)"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x04\x22\x4d\x18", "an lz4 archive"),
    (b"\x5d\x2a\x4d\x18", "a Zstandard file with a dictionary before it (warc.zst): unpack it by `unzstd -D`"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x1f\x9d", "a file made by compress (.Z)"),
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\0\x01\0\0", "a font"),
    (b"\0asm", "a WebAssembly program"),
)
MAGIC_AT: Final = (
    (4, b"ftyp", "a film or recording (MP4, MOV) or a HEIC picture"),
    (8, b"WEBP", "a WebP picture"),
    (8, b"WAVE", "a WAVE recording"),
    (8, b"AVI ", "an AVI film"),
    (257, b"ustar", "a tar archive"),
    (60, b"BOOKMOBI", "a Mobipocket book"),
)
FIRST_WORDS: Final = tuple(
    (re2.compile(pattern), what)
    for pattern, what in (
        (r"^\{\\rtf", "a rich text document (rtf)"),
        (r"^%!PS", "a PostScript document"),
        (r"^filedesc://", "a web archive of the kind before WARC (arc): convert it to WARC"),
        (r"^From \S+ .*\d\d:\d\d", "a mailbox (mbox)"),
        (r"^From: <Saved by ", "a web page saved as one file (mht): save it as HTML"),
        (r"(?i)^(Content-Type|MIME-Version|Return-Path|Message-ID): ", "a mail message (eml)"),
        (  # one of these among the headers, which go on in indented lines; prose has "X-Men: ", "Received: "
            r"(?i)^([a-z-]+: [^\n]*\n([ \t][^\n]*\n)*)*"
            r"(Received: (from|by|\()|(Return-Path|Message-ID|References|In-Reply-To): ?\s*<|Delivered-To: \S+@"
            r"|MIME-Version: |Content-Transfer-Encoding: |Newsgroups: \w+\.\w|X-(Mailer|Received|Original|Spam|MS)\b)",
            "a mail message (eml)",
        ),
        (r"(?i)^From: [^\n]*@[^\n]*\r?\n(?:[A-Z][A-Za-z-]+: |[ \t])", "a mail message (eml)"),
        (r"^#!", "a script"),
        (r"^<\?php", "PHP source code"),
        (
            r"(?i)^<(\?xml|!DOCTYPE (rss|feed|svg|nitf|tei)|rss|feed|svg|urlset|sitemapindex|nitf)\b",
            "XML, not a web page",
        ),
        (r"^%YAML", "YAML"),
        (r"^WEBVTT", "subtitles"),
        (r"^BEGIN:V(CARD|CALENDAR)", "a calendar or address card"),
        (r"^-----BEGIN ", "a key or certificate"),
        (r"(?i)^\\documentclass", "LaTeX source"),
        (r"^\[?\s*[\[{]\s*(\"[^\"]*\"\s*:|\]|\})", "JSON that is not a record a line"),
    )
)
FOREIGN_SUFFIXES: Final = {
    **dict.fromkeys((".csv", ".tsv", ".psv"), "a table (csv, tsv)"),
    **dict.fromkeys((".json", ".geojson"), "JSON that is not a record a line"),
    **dict.fromkeys((".xml", ".rss", ".atom", ".rdf", ".svg", ".xsl", ".xsd"), "XML, not a web page"),
    **dict.fromkeys(
        (".toml", ".ini", ".cfg", ".conf", ".yaml", ".yml", ".properties", ".env", ".lock"), "configuration"
    ),
    **dict.fromkeys((".py", ".js", ".mjs", ".ts", ".jsx", ".tsx", ".java", ".c", ".h", ".cpp", ".hpp"), "source code"),
    **dict.fromkeys((".cc", ".cs", ".go", ".rs", ".rb", ".php", ".pl", ".sh", ".bat", ".ps1", ".sql"), "source code"),
    **dict.fromkeys((".r", ".swift", ".kt", ".scala", ".lua", ".css", ".scss", ".less", ".ipynb"), "source code"),
    **dict.fromkeys((".diff", ".patch", ".map", ".wasm"), "source code"),
    **dict.fromkeys((".tex", ".bib", ".rst", ".adoc", ".org"), "a markup that is not supported"),
    **dict.fromkeys((".srt", ".vtt", ".ass"), "subtitles"),
    **dict.fromkeys((".eml", ".mbox", ".msg"), "mail"),
    **dict.fromkeys((".warc", ".arc", ".wet", ".wat"), "a damaged web archive"),
    **dict.fromkeys((".rtf", ".doc", ".docx", ".odt", ".epub"), "an office document"),
    **dict.fromkeys((".log",), "a log"),
    **dict.fromkeys((".mht", ".mhtml"), "a web page saved as one file (mht): save it as HTML"),
}


def describe_magic(data: bytes) -> str | None:
    """What binary format the bytes are in, if it is one that we know and do not read."""
    for magic, what in MAGIC:
        if data.startswith(magic):
            return what
    for offset, magic, what in MAGIC_AT:
        if data.startswith(magic, offset):
            return what
    return None


def describe_foreign(contents: Contents) -> str | None:
    """What textual format that we do not read the contents are in, by their first words, else by their suffix."""
    head = contents.head[:4096]
    for pattern, what in FIRST_WORDS:
        if pattern.search(head):
            return what
    return FOREIGN_SUFFIXES.get(contents.suffix)
