"""Bytes become text, in an encoding that is named, without a single replacement character.

The order of trust: a byte order mark; escape sequences of ISO 2022; valid UTF-8 beyond ASCII, which hardly happens by
chance; what the file declares, if all of it decodes so and reads as text; what charset-normalizer detects. UTF-8 with a
few stray bytes of windows-1252, as scrapers make it by pasting, is mended, and the mending is told.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flows.ingest.declared import name_encoding
from flows.ingest.detected import rank_encodings

BYTE_ORDER_MARKS: Final = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MOST_CONTROLS = 0.002  # share of control characters up to which a text is one: one in 500
_SEQUENCES_A_STRAY = 4  # valid UTF-8 sequences that stand against each stray byte before a text is UTF-8 all the same

_CONTROLS = bytes(byte for byte in range(32) if chr(byte) not in "\t\n\v\f\r\x1b") + b"\x7f"
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(b"[" + re.escape(_CONTROLS) + b"]")
_HIGH_CONTROL = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")  # U+0080 to U+009F in UTF-8, but for NEL, which ends lines
_STRAYS = {
    0xDC00 + byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0x100)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_FIRST_LETTER = "\udcc0"  # below it, windows-1252 has punctuation, as its Cyrillic and Central European sisters do
# Surrogates, as Python marks invalid bytes, are nothing that RE2 can take; each of these is a single pass of `re`
_STRAY = re.compile("[\udc80-\udcff]")
_BROKEN_SEQUENCE = re.compile("[\udce0-\udcf4][\udc80-\udcbf]")
_CUT_SEQUENCE = re.compile("(?:[\udcc2-\udcf4]|[\udce0-\udcf4][\udc80-\udcbf]|[\udcf0-\udcf4][\udc80-\udcbf]{2})\\Z")
_CUT_REASON = "the file ends within a character: its last {} bytes were left out"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the name of its encoding, and what was mended on the way, if anything was."""

    text: str
    encoding: str
    reason: str | None = None


class Undecodable(ValueError):
    """No encoding gives text: `offset` is the first byte that is wrong under `guess`, the likeliest encoding."""

    def __init__(self, offset: int, guess: str, why: str) -> None:
        super().__init__(f"{why} at byte {offset:,} when read as {guess}, the likeliest encoding: convert it to UTF-8")
        self.offset = offset
        self.guess = guess


def sniff_unicode(data: bytes) -> tuple[str, int] | None:
    """The codec and length of a byte order mark; without one, UTF-16 or UTF-32 by where zero bytes stand."""
    for mark, codec in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec, len(mark)
    sample = data[: 1 << 12]
    if len(sample) < 8 or b"\0" not in sample:
        return None
    zeros = [sample[place::4].count(0) * 4 / len(sample) for place in range(4)]
    few, many = 0.1, 0.4  # text of any script has spaces and digits; binary data has zeros anywhere
    if min(zeros[1:]) > 0.9 and zeros[0] < few:
        return "utf-32-le", 0
    if min(zeros[:3]) > 0.9 and zeros[3] < few:
        return "utf-32-be", 0
    if max(zeros[0], zeros[2]) < few and min(zeros[1], zeros[3]) > many:
        return "utf-16-le", 0
    if max(zeros[1], zeros[3]) < few and min(zeros[0], zeros[2]) > many:
        return "utf-16-be", 0
    return None


def decode(data: bytes, declare: Callable[[bytes], str | None] | None = None) -> Decoded:
    """The text of `data`; `declare` finds the codec that it claims for itself. Raises Undecodable."""
    marked = sniff_unicode(data)
    if marked:
        codec, skipped = marked
        return _strict(data[skipped:], codec, skipped)
    if b"\x1b" in data and b"\x1b$" in data:  # a single byte is found much faster
        for codec in ("iso2022_jp", "iso2022_jp_2", "iso2022_kr"):
            text = _attempt(data, codec)
            if text is not None:
                return Decoded(text, name_encoding(codec))
    try:
        return _plausible(data.decode("utf-8"), data, "utf-8")
    except UnicodeDecodeError:
        mended = _mend(data)
    if mended:
        return mended
    declared = declare(data) if declare else None
    if declared and declared != "utf-8":
        text = _attempt(data, declared)
        if text is not None:
            return Decoded(text, name_encoding(declared))
    return _detect(data)


def _attempt(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    # In an encoding that was not UTF-8, U+0080 to U+009F are a sign that it is another; in UTF-8 they are mojibake
    encoded = text.encode("utf-8", "surrogatepass")
    controls = 0 if text.isascii() else len(_HIGH_CONTROL.findall(encoded))
    return text if _reads_as_text(text, encoded, controls) else None


def _strict(data: bytes, codec: str, skipped: int) -> Decoded:
    try:
        return _plausible(data.decode(codec), data, codec)
    except UnicodeDecodeError as error:
        raise Undecodable(error.start + skipped, name_encoding(codec), error.reason) from error


def _plausible(text: str, data: bytes, codec: str) -> Decoded:
    if _reads_as_text(text, data if codec == "utf-8" else text.encode("utf-8", "surrogatepass")):
        return Decoded(text, name_encoding(codec))
    first = _CONTROL.search(text.encode())
    offset = len(text.encode()[: first.start()].decode().encode(codec)) if first else 0
    raise Undecodable(offset, name_encoding(codec), "too many control characters, the first")


def _reads_as_text(text: str, encoded: bytes, controls: int = 0) -> bool:
    """Whether control characters are rare in a text, also given in UTF-8; so many are known beside those of ASCII."""
    controls += len(encoded) - len(encoded.translate(None, _CONTROLS))
    return controls <= max(_MOST_CONTROLS * len(text), 1 if len(text) > 20 else 0)


def _mend(data: bytes) -> Decoded | None:
    """UTF-8 with a few bytes read as windows-1252; None when it is not UTF-8. Raises Undecodable when it is damaged."""
    text = data.decode("utf-8", "surrogateescape")
    strays = _STRAY.findall(text)
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii - len(strays) < _SEQUENCES_A_STRAY * len(strays):
        return None
    ending = _CUT_SEQUENCE.search(text)
    if ending and len(strays) == len(ending.group()):
        return Decoded(text[: ending.start()], "utf-8", _CUT_REASON.format(len(strays)))
    first = _STRAY.search(text)
    offset = len(text[: first.start()].encode("utf-8", "surrogateescape")) if first else 0
    mended = text.translate(_STRAYS)
    if _BROKEN_SEQUENCE.search(text) or _STRAY.search(mended):
        raise Undecodable(offset, "utf-8", "a damaged character")
    latin = sum(1 for character in mended if "\x80" <= character < "\u0250" or "\u2000" <= character < "\u2070")
    if any(stray >= _FIRST_LETTER for stray in strays) and latin * 2 < beyond_ascii:
        raise Undecodable(offset, "utf-8", "a stray letter of an older encoding")
    what = "1 byte is not UTF-8 and was" if len(strays) == 1 else f"{len(strays):,} bytes are not UTF-8 and were"
    return Decoded(mended, "utf-8", f"{what} read as windows-1252, the first at byte {offset:,}")


def _detect(data: bytes) -> Decoded:
    """The text in the likeliest encoding that reads all of it."""
    trusted, doubtful = rank_encodings(data)
    for codec in trusted:
        text = _attempt(data, codec)
        if text is not None:
            return Decoded(text, name_encoding(codec))
    guess = next(iter(trusted + doubtful), "utf-8")
    try:
        decoded = _plausible(data.decode(guess), data, guess)
    except UnicodeDecodeError as error:
        raise Undecodable(error.start, name_encoding(guess), error.reason) from error
    if trusted:
        return decoded
    first = _BEYOND_ASCII.search(data)
    raise Undecodable(first.start() if first else 0, decoded.encoding, "text that reads as no language")
