"""Whether a sentence that begins a line begins a paragraph too, where a full line above leaves that open.

A logistic regression of English text: its first words, whom it names, what is quoted, how long the paragraphs would be.
`tests/benchmarks/train_paragraph_openings.py` learned the weights from the paragraphs of news.
"""

import math
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files

LEAST_LIKELY = 0.4
"""How likely an opening has to be: a paragraph's end that is missed spoils two paragraphs, one that is none one.

That would be a third if none of them had another fault.
"""
LEAST_ENGLISH = 0.08  # of the words
SHARES = (0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.25, 1.5, 2, 3)  # of the usual length
LENGTHS = (50, 100, 200, 300, 500)  # characters
COUNTS = (1, 2, 3, 4, 6)  # sentences
KINDS = ("word", "second")  # of words by themselves: the first below the line's end, and the one behind it


def is_english(text: str) -> bool:
    """Whether enough of the words are such that no other language has."""
    return len(ENGLISH.findall(text)) >= LEAST_ENGLISH * len(text.split())


def opens_paragraph(before: str, after: str, usual: float, least: float = LEAST_LIKELY) -> bool:
    """Whether `after`, up to the next sure end, is a paragraph of its own behind `before`, the paragraph so far.

    `usual` is the length of the document's paragraphs in characters, `least` how likely it has to be.
    """
    likely = WEIGHTS["bias"] + sum(WEIGHTS.get(name, 0.0) for name in describe(before, after, usual))
    return likely > math.log(least / (1 - least))


def describe(before: str, after: str, usual: float) -> Iterator[str]:
    """The features that are there, by name; a word by itself."""
    words = [word.strip(MARKS) for word in after.split(None, 2)[:2]]
    first = words[0]
    yield "word " + first.lower().rstrip(",.")
    if len(words) > 1:
        yield "second " + describe_second(words[1].rstrip(",."))
    yield from describe_marks(before, after, first)
    for name, length in (("before", len(before)), ("after", len(after))):
        yield from (f"{name}: {share} of the usual" for share in SHARES if length > share * usual)
        yield from (f"{name}: {least} characters" for least in LENGTHS if length > least)
    ends = [match.end() for match in SENTENCE.finditer(before)]
    yield from (f"before: {count} sentences" for count in COUNTS if len(ends) >= count)
    last = before[ends[-1] :] if ends else before
    end = SENTENCE.search(after)
    sentence = after[: end.end()] if end else after
    for name, part in (("before", last), ("after", sentence)):
        if SAYING.search(part):
            yield f"saying {name}"
        if DAY.search(part):
            yield f"day {name}"
    if YEAR.search(sentence):
        yield "year after"
    yield from describe_names(before, last, sentence)
    if NAME.match(after):
        yield "name"
    if TIME.match(after):
        yield "time"


def describe_second(word: str) -> str:
    """The second word by itself, or its kind where it is a name or a number."""
    return "capital" if word[:1].isupper() else "number" if word[:1].isdigit() else word.lower()


def describe_names(before: str, last: str, sentence: str) -> Iterator[str]:
    """Whether the sentence below names someone, behind its first letter, and whether the paragraph did so before."""
    named = set(CAPITALISED.findall(sentence, 1))
    if not named:
        return
    yield "names"
    if named.intersection(CAPITALISED.findall(last)):
        yield "names of the sentence before"
    yield "names of the paragraph" if named.intersection(CAPITALISED.findall(before)) else "new names"


def describe_marks(before: str, after: str, first: str) -> Iterator[str]:
    """What the marks around a line's end say; `first` is the word behind it, without them."""
    opening, closing = after[0] in '"“', before[-1] in '"”'
    end = before.rstrip("\"”'’)")[-1:]
    if opening:
        yield "quotation after"
    if closing:
        yield "quotation before"
    if opening and closing:
        yield "quotations on both sides"
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        yield "open quotation"
    if after.startswith("(("):
        yield "speaker"
    elif before.startswith("(("):
        yield "speaker goes on"
        if end == "?":
            yield "speaker goes on asking"
    if after[0] in "([" and not after.startswith("(("):
        yield "bracket"
    if ABBREVIATION.search(before, max(0, len(before) - 12)):
        yield "abbreviation"
    if first[:1].islower():
        yield "small letter"
    if first[:1].isdigit():
        yield "digit"
    if end == "?":
        yield "question"
    if end in (":", ";"):
        yield "colon"
    if first.endswith(","):
        yield "comma"


def read_weights() -> dict[str, float]:
    data = tomllib.loads(files("flows.clean").joinpath("paragraph_openings.toml").read_text(encoding="utf-8"))
    words = {
        f"{kind} {word}": float(weight)
        for kind in KINDS
        for weight, group in data[f"{kind}s"].items()
        for word in group.split()
    }
    return {**data["signs"], **words}


MARKS = "\"“”'‘’(["
ENGLISH = re.compile(r"(?i)\b(?:the|of|and|to|that)\b")
SENTENCE = re.compile(r"[.!?…][\"'”’)]*\s+(?=\S)")
SAYING = re.compile(r"\b(?:said|says|told|wrote|added|stated|tweeted|according)\b")
NAME = re.compile(r"[A-Z][\w.'-]+ [A-Z][\w.'-]+")
TIME = re.compile(r"(?:On|In|At|By|Since|After|Earlier|Last|Yesterday|Today|Meanwhile|According)\b")
CAPITALISED = re.compile(r"\b[A-Z][a-zA-Z'’-]{2,}")
DAY = re.compile(
    r"\b(?:yesterday|today|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\b"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|[A-Z](?:\.[A-Z])+|Mr|Mrs|Ms|Dr|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Jr|Sr|Prof|Rev|Jan|Feb|Aug"
    r"|Sept|Oct|Nov|Dec|Inc|Co|Corp|vs|No|al|e\.g|i\.e|a\.m|p\.m|approx)\.$"
)
WEIGHTS = read_weights()
