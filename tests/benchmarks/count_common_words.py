"""Counts the words that many texts have: a second.

    python -m tests.benchmarks.count_common_words [FOLDER]

writes flows/clean/common_words.toml. FOLDER holds web_pages/, article_pages/, wikinews/ and news_pdf_rendered/; by
default it is ../shared/data. Counted are the bodies of both sets of pages and the Wikinews articles that were not
printed, so that `printed_pages` shows what the words are worth elsewhere.
"""

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.train_paragraph_openings import ROOT, read_pages, read_wikinews

FEWEST = 10  # texts
WORD = re.compile(r"(?<![^\s\"'(“‘])[a-z]{2,}(?![^\s.,;:!?\"')”’])")  # no part of a compound, no name

HEAD = """\
# English words that at least ten of some 1,150 texts have in small letters, a hundred of them news.
# Written by tests/benchmarks/count_common_words.py.
"""


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) if arguments else ROOT.parent / "shared" / "data"
    counts: Counter[str] = Counter()
    for paragraphs in (*read_pages(folder), *read_wikinews(folder)):
        counts.update(set(WORD.findall(" ".join(paragraphs))))
    words = sorted(word for word, texts in counts.items() if texts >= FEWEST)
    lines = textwrap.fill(" ".join(words), 116, initial_indent="    ", subsequent_indent="    ")
    path = ROOT / "flows" / "clean" / "common_words.toml"
    path.write_text(f'{HEAD}\nwords = """\n{lines}\n"""\n', encoding="utf-8")
    print(f"{len(words):,} words")


if __name__ == "__main__":
    main(sys.argv[1:])
