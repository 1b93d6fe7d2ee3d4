"""The figures by which cleaning and metadata are judged: for README.md, and for the floors that no change may go below.

    python -m tests.benchmarks.figures [--write] [PART …]

measures all, or the parts that are named, beside the peers that are installed (each benchmark says which it knows), and
prints the table of README.md; with `--write` it puts it there, where the rows of other parts stay.
tests/test_figures.py measures ours alone, on a part of the data, against the floors of tests/cases/figures.toml.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path

from tests.benchmarks import (
    clean_bodies,
    languages,
    line_quality,
    main_content,
    marked_lines,
    metadata,
    plain_text_metadata,
    planted_copies,
    planted_noise,
    printed_pages,
)
from tests.benchmarks.marked_pages import FOLDS, find_fold

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
README = ROOT / "README.md"
TABLE = re.compile(r"(?s)(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)")


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, as a share: ours, and by name those of others; whether less is better.

    `of` names the set, language or field, where the same is measured of several: they share a row.
    """

    what: str
    ours: float
    peers: Mapping[str, float] = field(default_factory=dict)
    less: bool = False
    of: str = ""


def measure_main_content(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """F1 of the pages of hosts that nothing was learned from; the CPU time as a share of the baseline's.

    Of all hosts, or, where there is a limit, of so many of the parts that they fall into.
    """
    ours, described = main_content.OURS, f"{main_content.OURS}{main_content.DESCRIBED}"
    folds = range(FOLDS if limit is None else limit)
    extractors = main_content.list_own(main_content.learn_without(DATA, folds))
    if with_peers:
        extractors |= main_content.list_peers()
    for name in ("web_pages", "article_pages"):
        read_pages, count = main_content.SETS[name]
        pages = [page for page in read_pages(DATA / name) if find_fold(page.host) in folds]
        texts, seconds = main_content.run_all(pages, extractors)
        gold = [count(page.gold) for page in pages]
        scores = {tool: main_content.compare(list(map(count, found)), gold) for tool, found in texts.items()}
        peers = {tool: score for tool, score in scores.items() if not tool.startswith(ours)}
        for counted, read in (("", attrgetter("f1")), ("distinct ", attrgetter("distinct"))):
            others = {tool: read(score) for tool, score in peers.items()}
            yield Figure(
                f"main content, F1 of {counted}words (article_pages: of runs of 4)", read(scores[ours]), others, of=name
            )
        shares = main_content.share_time(seconds)
        if shares:
            theirs = {tool: share for tool, share in shares.items() if not tool.startswith(ours)}
            alone = {tool: share for tool, share in theirs.items() if not tool.endswith(main_content.DESCRIBED)}
            what = f"CPU time for it, as a share of {main_content.BASELINE}'s"
            yield Figure(what, shares[ours], alone, less=True, of=name)
            others = {tool: share for tool, share in theirs.items() if tool not in alone}
            yield Figure(f"{what}, metadata read too", shares[described], others, less=True, of=name)


def measure_metadata(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """Fields that are exactly as people marked them, and fields told where there are none."""
    pages = list(islice(metadata.read_web_pages(DATA / "web_pages"), limit))
    tellers: dict[str, metadata.Tell] = {"corpus": metadata.tell, **(metadata.list_peers() if with_peers else {})}
    scores = {name: metadata.score(pages, [tell(page) for page in pages]) for name, tell in tellers.items()}
    for name in ("title exact", "authors exact", "date exact", "authors invented", "date invented"):
        shares = {teller: score[name] for teller, score in scores.items() if score[name] or teller == "corpus"}
        of, how = name.split()
        what = "fields invented, web_pages" if how == "invented" else "fields told exactly, web_pages"
        yield Figure(what, shares.pop("corpus"), shares, less=how == "invented", of=of)


def measure_plain_text(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """Fields of plain text that are told exactly; of all, the share that is told wrongly, or though there is none."""
    scores = plain_text_metadata.score_all(plain_text_metadata.read_all(DATA, limit))
    for part, name in plain_text_metadata.JUDGED:
        found = scores[part, name]
        yield Figure(f"fields told exactly, {part}", found.exact / found.asked, of=name)
    asked = sum(found.asked for found in scores.values())
    yield Figure("fields told wrongly, plain text", sum(found.wrong for found in scores.values()) / asked, less=True)
    without = sum(found.without for found in scores.values())
    yield Figure("fields invented, plain text", sum(found.invented for found in scores.values()) / without, less=True)


def measure_lines(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """The noise lines of the dev splits that rules and classifier find, and the content lost with them; and how well a
    run cleans the plain text of pages.

    Of all folds, or, where there is a limit, of all splits in the first one. Beside RefinedWeb's filter, which loses
    about as little; C4's takes nearly all noise and a third of the content.
    """
    documents = marked_lines.read_documents(DATA)
    learn = line_quality.learn_without if limit is None else line_quality.learn_without_first
    models = learn(documents)
    peers = {"RefinedWeb": line_quality.filter_as_refinedweb} if with_peers else {}
    for language in marked_lines.LANGUAGES:
        pairs = line_quality.pair_held_out(documents, models, language, of_all=limit is not None)
        lost, found = line_quality.measure_all(pairs)
        told = {name: line_quality.measure([own for own, _ in pairs], choose) for name, choose in peers.items()}
        found_by = {name: share for name, (_, share) in told.items()}
        yield Figure("noise lines found", found, found_by, of=language)
        lost_by = {name: loss for name, (loss, _) in told.items()}
        yield Figure("content lost with them", lost, lost_by, less=True, of=language)
    pages = [page for page in marked_lines.read_page_texts(DATA) if page.is_dev]
    score, lost = line_quality.measure_texts(pages, line_quality.keep_as_a_run)
    told = {
        name: line_quality.measure_texts(pages, partial(line_quality.keep_lines, choose=choose))
        for name, choose in peers.items()
    }
    yield Figure("plain text of pages, F1 of words", score, {name: f1 for name, (f1, _) in told.items()})
    yield Figure("content lost of it", lost, {name: loss for name, (_, loss) in told.items()}, less=True)


def measure_languages(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """Texts whose language is told right, texts that get none, and texts a second as a multiple of langdetect's."""
    del limit
    peers = languages.list_peers() if with_peers else {}
    scores = languages.score_all(DATA, {"corpus": languages.detect_own, **peers})
    for (texts, length), row in scores.items():
        shares = {detector: score.right for detector, score in row.items()}
        right, size = shares.pop("corpus"), f"{length} characters"
        yield Figure(f"language of {texts} told right", right, shares, of=size)
        yield Figure(f"language of {texts} not told", row["corpus"].untold, less=True, of=size)
        baseline = next((score.seconds for name, score in row.items() if name.startswith(f"{languages.BASELINE} ")), 0)
        if baseline and length == max(languages.LENGTHS):
            speeds = {detector: baseline / score.seconds for detector, score in row.items()}
            own = speeds.pop("corpus")
            yield Figure(f"texts of {length} characters a second, as a multiple of langdetect's", own, speeds, of=texts)


def measure_damage(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """What is removed of clean news, and of noise planted into it."""
    articles = planted_noise.read_articles(DATA / "wikinews")[:limit]
    shares = [planted_noise.count(text, planted_noise.find_removed(text), range(len(text))) for text in articles]
    removed = planted_noise.add(shares)
    yield Figure("characters of Wikinews removed", removed.part / removed.whole, less=True)
    worst = max(share.part / max(1, share.whole) for share in shares)
    yield Figure("of its worst article", worst, less=True)
    scored = list(planted_noise.score_part("held_out", planted_noise.read_noise(), articles))
    planted = planted_noise.add(share for _, found, _ in scored for _, share in found)
    others = planted_noise.add(loss for _, _, loss in scored)
    yield Figure("characters of noise removed that was planted into it", planted.part / planted.whole)
    yield Figure("others removed with them", others.part / others.whole, less=True)


def measure_bodies(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """What is removed of the bodies that people marked, with the boilerplate that they left in."""
    for name, read in clean_bodies.SETS.items():
        shares = [clean_bodies.score(body) for body in islice(read(DATA / name), limit)]
        removed = planted_noise.add(shares)
        yield Figure("characters removed of marked bodies", removed.part / removed.whole, less=True, of=name)
        damaged = clean_bodies.count_damaged(shares) / len(shares)
        yield Figure(f"bodies that lose more than {clean_bodies.MOST:.0%}", damaged, less=True, of=name)


def measure_printed_pages(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """Paragraphs of printed pages that come out exactly."""
    numbers = None if limit is None else [f"{number:02}" for number in range(1, limit + 1)]
    for name, outcomes in printed_pages.score_all(numbers).items():
        yield Figure("paragraphs of printed pages exact", printed_pages.measure_recovery(outcomes), of=name)
        undamaged = printed_pages.measure_recovery(outcomes, undamaged=True)
        yield Figure("of those whose letters the file gives", undamaged, of=name)
        left = sum(len(outcome.furniture) for outcome in outcomes)
        yield Figure("headers, footers and page numbers left", left, less=True, of=name)


def measure_copies(limit: int | None, with_peers: bool) -> Iterator[Figure]:
    """Copies planted among documents that are none, and documents taken for copies that are none."""
    planted = planted_copies.plant(planted_copies.read_documents(natural=False, sample=limit is not None)[:20_000])
    connection, _ = planted_copies.load(planted)
    for intent in ("reprints", "versions"):
        scores = planted_copies.score(planted, connection, intent)
        light = ("5 % changed", "10 % changed", "boilerplate around", "first half", "excerpt from within")
        yield Figure("reprints found, by setting", sum(scores[kind] for kind in light) / len(light), of=intent)
        yield Figure("planted copies of all kinds found, by setting", scores["all"], of=intent)
        yield Figure(
            "wrong ones among what goes, by setting", scores["wrong"] / scores["removed"], less=True, of=intent
        )


Measure = Callable[[int | None, bool], Iterator[Figure]]
PARTS: dict[str, Measure] = {
    "main_content": measure_main_content,
    "metadata": measure_metadata,
    "plain_text_metadata": measure_plain_text,
    "line_quality": measure_lines,
    "languages": measure_languages,
    "planted_noise": measure_damage,
    "clean_bodies": measure_bodies,
    "printed_pages": measure_printed_pages,
    "planted_copies": measure_copies,
}
"""By the benchmark that gives the same at length."""


HEAD = "| what | corpus-etl | best of the others | benchmark |\n|---|---|---|---|\n"


def write_rows(part: str, figures: Iterable[Figure]) -> Iterator[str]:
    """The figures as rows of a table of Markdown, those of one kind in one row, each with its best peer."""
    rows: dict[str, list[Figure]] = {}
    for figure in figures:
        rows.setdefault(figure.what, []).append(figure)
    for what, kind in rows.items():
        ours = ", ".join(f"{figure.of} {figure.ours:.3f}".strip() for figure in kind)
        yield f"| {what} | {ours} | {_write_best(kind)} | `{part}` |"


def _write_best(figures: Sequence[Figure]) -> str:
    """The best peer of each figure: 'en 0.533, de 0.345 (RefinedWeb)', or each with its name where they differ."""
    best = {
        figure.of: (min if figure.less else max)(figure.peers.items(), key=lambda peer: peer[1])
        for figure in figures
        if figure.peers
    }
    names = list(dict.fromkeys(name for name, _ in best.values()))
    if len(names) == 1:
        return ", ".join(f"{of} {share:.3f}".strip() for of, (_, share) in best.items()) + f" ({names[0]})"
    return ", ".join(f"{of} {share:.3f} ({name})" for of, (name, share) in best.items())


def read_rows(readme: str, part: str) -> Iterator[str]:
    """The rows that the table has of a part."""
    table = TABLE.search(readme)
    yield from (row for row in (table[0] if table else "").splitlines() if row.endswith(f"| `{part}` |"))


def main(arguments: list[str]) -> None:
    readme = README.read_text("utf-8")
    named = [argument for argument in arguments if argument != "--write"] or list(PARTS)
    if unknown := set(named) - PARTS.keys():
        sys.exit(f"{__doc__}\nThere is no part {sorted(unknown)[0]}: there are {', '.join(PARTS)}.")
    rows = [
        row
        for part, measure in PARTS.items()
        for row in (write_rows(part, measure(None, True)) if part in named else read_rows(readme, part))
    ]
    table = HEAD + "\n".join(rows) + "\n"
    print(table)
    if "--write" in arguments:
        README.write_text(TABLE.sub(lambda _: table, readme), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
