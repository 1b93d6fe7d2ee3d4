"""Names of authors, as printed in bylines and metadata: the names stay, roles, outlets and addresses go."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import re2

from flows.recognise.dates import find_date

LONGEST_LINE = 2_000
"""Characters of an author list that are read: the rest of a longer one is no list of names."""
LONGEST_BYLINE = 150
LONGEST_LABEL = 40
LONGEST_NAME = 60
MOST_WORDS = 6

_DATA: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))
_SETS = {name: frozenset(words) for name, words in _DATA.items()}


def _either(*names: str) -> str:
    words = [word for name in names for word in _DATA[name]]
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_BEGINNINGS = _either("byline", "byline_anywhere", "byline_title")
_BYLINE = re.compile(rf"\s*(?:(?:{_BEGINNINGS})(?:\s*:\s*|\s+)|(?P<also_name>{_either('byline_or_name')})\s+)", re.I)
_SPELT_OUT = re.compile(r"(?i)\s*(?:(?:written|posted) by\b|[^\W\d_ ]+(?: by)?\s*:)")
_BYLINE_WORD = re.compile(rf"(?<!\w)(?:{_BEGINNINGS}|{_either('byline_or_name')})(?!\w)", re.I)
_OTHER_WORK = re.compile(
    rf"(?<!\w)(?:{_either('other_work')})\w*(?: (?:and|und|et|y|e) \w+)?(?: (?:by|von|par|por|da|di|door))?\s*:?\s*$",
    re.I,
)
_LABEL = re.compile(rf"\s*(?:{_BEGINNINGS}|{_either('byline_or_name')})\s*:?\s*", re.I)
BYLINE_ANYWHERE: Final = re2.compile(
    rf"(?im)(?:{_either('byline_anywhere')})(?:\s*:|\s|$)|(?:{_either('byline_title')})\s*(?::|$)"
)
"""What begins a line that is a byline wherever it stands."""
_JOINT = re.compile(rf"\s*&\s*|\s+(?:{_either('joints')}|(?P<within>{_either('joints_within_names')}))\s+", re.I)
_BREAK = re.compile(r"\s*(?:[|;•·\n\r\t]|\s/\s|/(?=dpa|afp|ap\b|reuters)|\s[–—-]\s)\s*", re.I)
_EAST_ASIAN_LABEL = re.compile(
    rf"\s*(?:(?:{_either('labels_east_asian')})\s*[:：=＝・/／]|(?:{_either('roles_east_asian')})\s)\s*"
)
_EAST_ASIAN_ROLE = re.compile(rf"\s(?:{_either('roles_east_asian')})\s*$")
_ADDRESS = re.compile(r"[(<\[]?[^\s()<>\[\],;]*@[^\s()<>\[\],;]+[)>\]]?|https?://\S+|www\.\S+", re.I)
_BEHIND = re.compile(
    r"\s+(?:for|special (?:to|for)|on behalf of|of the|in|aus|from|at|at the|pour|para|per|voor|dla|для)(?:\s+\S.*|$)",
    re.I,
)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_JUNIOR = re.compile(r",\s*(?=[JS]r\b(?!\.?\s+[A-Z]))")  # 'Sr. Director' is a role
_CAPITALS = re.compile(r"[A-Z]{2,6}(?:\s*\(.*\))?")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*[.'’]?")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?){1,3}")
_DOTTED_LETTERS = re.compile(r"(?:[A-Za-z]{1,2}\.)+")


def parse_authors(printed: str) -> list[str]:
    """The names in a byline or an author field, in order, without repeats; [] where it has none."""
    text = _JUNIOR.sub(" ", strip_byline(_ADDRESS.sub(" ", printed[:LONGEST_LINE])))
    label = _EAST_ASIAN_LABEL.match(text)
    names: list[str] = []
    for part in _BREAK.split(_EAST_ASIAN_ROLE.sub("", text[label.end() if label else 0 :])):
        names += _parse_part(part.strip(), behind_name=bool(names))
    return list(dict.fromkeys(names))


def looks_like_name(line: str) -> bool:
    """Whether the line is a person's name and nothing else: two to four capitalised words, particles and initials."""
    if not 4 <= len(line) <= LONGEST_NAME:
        return False
    words = line.split()
    if not 1 <= len(words) <= MOST_WORDS or (words[0] in _SETS["particles"] and len(words) < 3):
        return False
    capitalised = 0
    initials = 0
    for word in words:
        if word in _SETS["particles"] and word != words[-1]:
            continue
        is_initial = word[0].isupper() and _INITIALS.fullmatch(word) is not None
        if word.casefold() in _SETS["roles"]:
            return False
        is_family_name = word.istitle() and word == words[-1] and word.casefold() in _SETS["particles"]  # 'Das', 'Le'
        if not (is_initial or is_family_name) and word.casefold().strip(".") in _SETS["not_in_names"]:
            return False
        if is_initial or (len(word) == 1 and word.isupper()):
            initials += 1
        elif _WORD.fullmatch(word) and word[0].isupper() and not word.endswith((".", "'", "’")):
            if (
                "'" not in word
                and "’" not in word
                and "-" not in word
                and len(word) > 3
                and not _cased_like_a_name(word)
            ):
                return False
            capitalised += 1
        elif not (word == words[-1] and word in ("Jr.", "Sr.")) and not word.startswith(
            ("d'", "d’", "l'", "al-", "el-")
        ):
            return False
    if len(words) == 1:
        return bool(re.fullmatch(r"O['’][A-Z][a-z]+", line))
    return 1 <= capitalised <= 4 and initials <= 3 and words[-1][0].isupper()


def parse_bare_names(text: str, is_name: Callable[[str], bool] = looks_like_name) -> list[str]:
    """The names, where the text is made of nothing else; `is_name` says what one is."""
    names = [text] if is_name(text) else parse_authors(text)
    is_whole = len(text) <= sum(map(len, names)) + len(" and ") * (len(names) - 1)
    return names if is_whole and all(map(is_name, names)) else []


def strip_byline(line: str) -> str:
    """The line without the words that begin a byline ("By", "Text: Von")."""
    for _ in range(2):
        match = _BYLINE.match(line)
        if match is None:
            return line
        rest = line[match.end() :]
        if match["also_name"] and not looks_like_name(_first_name(rest)):
            return line
        line = rest
    return line


def is_byline_label(line: str) -> bool:
    """Whether the line is the words that begin a byline, and nothing else."""
    return _LABEL.fullmatch(line) is not None


def find_byline_words(line: str) -> Iterator[int]:
    """Where the words stand that begin a byline."""
    return (match.start() for match in _BYLINE_WORD.finditer(line))


def is_other_work(text: str) -> bool:
    """Whether a text ends as a label of other work than writing does: 'Edited by', 'Photos:'."""
    return _OTHER_WORK.search(text[-LONGEST_LABEL:]) is not None


def is_common(name: str, text: str) -> bool:
    """Whether each word of a name stands in the text in small letters, too: then it hardly is a person's."""
    return all(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", text) for word in name.split())


def is_account(name: str) -> bool:
    """Whether it is the name of an account ('jdoe', 'web-team2') rather than of a person."""
    return " " not in name and ((name == name.lower() and name.isascii()) or not name.isalpha())


def is_agency(name: str) -> bool:
    """Whether it is the name of a news agency or a large paper, as bylines have it."""
    return name.casefold() in _SETS["agencies"]


def is_organisation(name: str) -> bool:
    """Whether a word of it says that it is an organisation's name, or a group's: 'Harbour Health', 'Our Editors'.

    Of two words the second may be a family's name, too: 'Ann Press'.
    """
    words = [word.strip(".,") for word in name.split()]
    may_be_person = len(words) == 2 and _has(words[1:], "family_names_of_organisations")
    return _has(words[:1] if may_be_person else words, "organisations")


def is_named_by(text: str) -> bool:
    """Whether a text that a page calls its author may be one, a team or a company too: each word begins large."""
    words = text.split()
    return 1 <= len(words) <= MOST_WORDS and all(
        word[0].isupper() or word[0].isdigit() or word.casefold() in _SETS["particles"] | {"the", "and", "of", "&"}
        for word in words
    )


def is_byline(line: str) -> bool:
    """Whether the line begins as a byline does and goes on with a name."""
    if len(line) > LONGEST_BYLINE:
        return False
    rest = strip_byline(line)
    if rest == line:
        return False
    first = _first_name(rest)
    return looks_like_name(first) or (is_spelt_out(line) and _is_one_name(first))


def is_nobodys(line: str) -> bool:
    """Whether the line is a byline, with its words or without, that names a role or an outlet alone: 'Staff Writer'."""
    return 0 < len(line) <= LONGEST_NAME and _is_outside(strip_byline(line).strip(), False)


def is_spelt_out(line: str) -> bool:
    """Whether the line begins with 'Written by' or a label with its colon: more than a mere 'by'."""
    return _SPELT_OUT.match(line) is not None


def _is_one_name(text: str) -> bool:
    """Whether it is one capitalised word that is neither a role nor generic."""
    return (
        2 < len(text) <= LONGEST_NAME
        and _WORD.fullmatch(text) is not None
        and text[0].isupper()
        and not any(_has([text], name) for name in ("not_in_names", "roles", "generic"))
    )


def _first_name(text: str) -> str:
    """What stands before the first joint, comma or bracket."""
    return re.split(r"[,;|(/]|\s[–—-]\s", _JOINT.split(_ADDRESS.sub("", text), maxsplit=1)[0])[0].strip()


def _cased_like_a_name(word: str) -> bool:
    """'Lee', 'MacDonald', 'PARSONS'; not 'iPhone' or 'NATOs'."""
    return (
        word.isupper()
        or word[1:].islower()
        or bool(re.fullmatch(r"(?:Mac|Mc|De|Di|Van|Le|La|Du|Fitz)[A-Z][a-z]+", word))
    )


def _parse_part(part: str, behind_name: bool) -> list[str]:
    """The names of a part between strong separators: commas and joints are left to part them."""
    if not part or find_date(part):
        return []
    if part.count(",") == 1 and not _JOINT.search(part):
        last, first = (piece.strip() for piece in part.split(","))
        if _is_family_name(last) and _is_given_name(first):
            return [part]
    names: list[str] = []
    is_role = False  # what stands behind a role is of it: 'Writer, Hardware'
    for piece in part.split(","):
        words = {word.casefold() for word in piece.split()}
        is_role = is_role or (not names and bool(words) and words <= _SETS["roles"])
        if (behind_name or names) and _has(piece.split(), "roles") and not looks_like_name(_first_name(piece)):
            continue
        for name in _split_joints(piece.strip()):
            cleaned = _clean(name, behind_name or bool(names))
            if cleaned and (not is_role or looks_like_name(cleaned)):
                names.append(cleaned)
    return names


def _is_family_name(text: str) -> bool:
    outside = _SETS["generic"] | _SETS["roles"]
    return _WORD.fullmatch(text) is not None and text[0].isupper() and text.casefold() not in outside


def _is_given_name(text: str) -> bool:
    words = text.split()
    known = {word.casefold().replace(".", "") for word in words}
    outside = (
        known & (_SETS["post_nominals"] | _SETS["roles"] | _SETS["generic"]) or text.casefold() in _SETS["agencies"]
    )
    return 1 <= len(words) <= 3 and not outside and all(_WORD.fullmatch(word) and word[0].isupper() for word in words)


def _split_joints(piece: str) -> list[str]:
    """The piece at its joints, where both sides are names; a leading joint ("and Natalie Nguyen") goes."""
    piece = _JOINT.sub("", f" {piece}", count=1) if _JOINT.match(f" {piece}") else piece
    parts: list[str] = []
    rest = piece
    for joint in _JOINT.finditer(piece):
        left, right = rest[: joint.start() - len(piece) + len(rest)], piece[joint.end() :]
        if (joint["within"] and len(right.split()) < 2) or left.strip().casefold() == right.casefold():
            continue  # 'Ortega y Gasset', 'Morgan & Morgan'
        if _may_be_name(left) and _may_be_name(_JOINT.split(right, maxsplit=1)[0]):
            parts.append(left)
            rest = right
    return [*parts, rest]


def _may_be_name(text: str) -> bool:
    """Looser than a bare line: a first name alone, too, and titles before it."""
    words = [word for word in _BRACKETS.sub("", text).split() if not word.endswith(".")]
    return 1 <= len(words) <= MOST_WORDS and all(
        word[0].isupper() or word.casefold() in _SETS["particles"] for word in words
    )


def _clean(name: str, behind_name: bool) -> str | None:
    """The name alone, or None where there is none: a role, an outlet, letters after a name."""
    name = _BRACKETS.sub(lambda match: "" if _is_outside(match[1], True) else match[0], name)
    name = strip_byline(name).strip(' \u00a0.,:;*"“”–—-') + (
        "." if re.search(r"\b(?:[^\W\d_]|[JS]r)\.\s*$", name) else ""
    )
    behind = _BEHIND.search(name)
    if behind and (looks_like_name(name[: behind.start()]) or name[: behind.start()].casefold() in _SETS["generic"]):
        name = name[: behind.start()]
    words = name.split()
    for length in range(min(3, len(words) - 2), 0, -1):
        if " ".join(words[-length:]).casefold() in _SETS["agencies"] | _SETS["post_nominals"]:
            words = words[:-length]
            break
    name = " ".join(words)
    if not words or len(words) > MOST_WORDS or len(name) > LONGEST_NAME or any(c.isdigit() for c in name):
        return None
    if _is_outside(name, behind_name) or not any(c.isalpha() for c in name) or "://" in name or name.startswith("@"):
        return None
    if len(name) < 2 or (len(words) > 1 and name.islower() and (len(words) > 2 or _has(words, "not_in_names"))):
        return None
    return name


def _has(words: list[str], name: str) -> bool:
    return any(word.casefold() in _SETS[name] for word in words)


def _is_outside(text: str, behind_name: bool) -> bool:
    """Whether it is a role, an outlet or a degree: alone by being nothing else, behind a name by having such a word."""
    folded = text.casefold().strip(" .")
    words = folded.replace("/", " ").split()
    plain = {word.strip(".").replace(".", "") for word in words}
    if folded in _SETS["agencies"] or plain <= _SETS["generic"] | _SETS["roles"] | _SETS["agencies"]:
        return True
    if folded.startswith(("special to ", "special for ", "edited by ", "updated ", "published ", "for the ", "photo")):
        return True
    if not behind_name:
        return False
    if words[0] not in _SETS["particles"] and text[0].islower() and len(words) > 1:
        return True
    degree = len(words) == 1 and (_DOTTED_LETTERS.fullmatch(text) is not None or plain <= _SETS["post_nominals"])
    return (
        degree
        or bool(set(words) & _SETS["roles"])
        or plain <= _SETS["post_nominals"]
        or _CAPITALS.fullmatch(text.rstrip("®")) is not None
    )
