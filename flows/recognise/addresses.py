"""What the address of a document tells: its site, the day it was published, and of a file its author."""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from flows.model import Claim
from flows.recognise.date_words import fold
from flows.recognise.dates import parse_date

LONGEST_URL = 2_000

_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}\.?(?::\d{1,5})?")
_DATE_IN_NAME = (
    re.compile(r"(?<![0-9A-Za-z])((?:1[5-9]|20)\d\d)([-_/])(\d\d)\2(\d\d)(?![0-9])"),
    re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d\d)()(\d\d)(\d\d)(?=[-_. /T]|$)"),
)
_YEAR = "((?:19|20)\\d\\d)"
_DAY_IN_PATH = re.compile(rf"(?i)(?<=/){_YEAR}(?:/(\d\d?|[a-z]{{3,9}})/(\d\d?)(?=/|$)|([-_]?)(\d\d)\4(\d\d)(?![^\W_]))")
_DAY_BEHIND_NAME = re.compile(rf"(?<=[^\W_][-_]){_YEAR}([-_])(\d\d)\2(\d\d)(?![^\W_])")
_OF_OTHER_DAYS = re.compile(
    r"(?i)/(?:events?|calend[ae]r|kalender|calendario|agenda|termine?|veranstaltung(?:en)?|[eé]v[eé]nements?|eventos?|eventi"
    r"|evenement(?:en)?|wydarzeni[ae]|schedules?|tickets?|bookings?|shop|store|products?|produkte?|items?)/"
)
"""Folders of what happens or is sold on a day: it is not the day, behind them, when that was published."""
_MONTH_IN_PATH = re.compile(r"(?i)(?<=/)((?:19|20)\d\d)([/-])(\d\d|[a-z]{3,9})(?=/)")
_DAY_MONTH_YEAR = re.compile(r"(?<![0-9A-Za-z])(\d{1,2})[-_ ]?([A-Za-z]{3,9})[-_ ]?((?:19|20)\d\d)(?![0-9])")
_NAME_BEHIND_DATE = re.compile(r"(?:19|20)\d\d([^\W\d_]{3,})\d*(?:\.\w+)*$")


def claims_of_url(url: str | None) -> list[Claim]:
    """The site that a document's own address names, its host without port and 'www.', and the date in its path.

    Of web_pages' addresses 34 hold a day and 11 a month, and all of them that of publication. A day behind a name
    ('minutes-2026-03-04') may be what the page is about, and is told apart; digits alone behind one are a number.
    """
    parts = urlsplit(url) if url else None
    if parts is None or not parts.hostname:
        return []
    claims = [Claim("source", parts.hostname.rstrip(".").removeprefix("www."), "url")]
    folder = _OF_OTHER_DAYS.search(parts.path)
    path = parts.path[: folder.start() + 1] if folder else parts.path
    days = {
        f"{year}-{month or number}-{day or last}" for year, month, day, _, number, last in _DAY_IN_PATH.findall(path)
    }
    months = {
        f"{year}-{month}"
        for year, mark, month in _MONTH_IN_PATH.findall(path)
        if not (mark == "-" and month.isdecimal() and int(month) == int(year[2:]) + 1)  # a season: 2011-12
    }
    named = {f"{year}-{month}-{day}" for year, _, month, day in _DAY_BEHIND_NAME.findall(path)}
    dates = [printed for printed in days or months or named if parse_date(printed)]
    origin = "url" if days or months else "url-name"
    return [*claims, Claim("published", dates[0], origin)] if len(dates) == 1 else claims


def claims_of_file_name(uri: str) -> list[Claim]:
    """The date that a file's name or its folders spell out, if there is one alone, and the author behind it.

    A name is told where it stands right behind the date and is the folder's, too ('Smith/3Mar2006Smith12.txt').
    """
    path = unquote(uri)
    dates = {f"{year}-{month}-{day}" for pattern in _DATE_IN_NAME for year, _, month, day in pattern.findall(path)}
    dates |= {f"{day} {month} {year}" for day, month, year in _DAY_MONTH_YEAR.findall(path)}
    days = {parsed.when: printed for printed in sorted(dates) if (parsed := parse_date(printed))}
    claims = [Claim("published", printed, "file-name") for printed in days.values()] if len(days) == 1 else []
    folder, _, name = path.rpartition("/")
    behind = _NAME_BEHIND_DATE.search(name)
    person = folder.rpartition("/")[2]
    if claims and behind and fold(behind[1]) == fold(person):
        claims.append(Claim("authors", person, "file-name"))
    return claims


def clean_url(printed: str) -> str | None:
    """The absolute http(s) address, scheme and host in lower case, without fragment; None for anything else."""
    text = printed.strip()
    if len(text) > LONGEST_URL or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    if scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    return urlunsplit((scheme, host, parts.path or "/", parts.query, ""))
