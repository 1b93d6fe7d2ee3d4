"""How well the main content of saved documentation is told: word F1 against what its maker's main container holds.

    python -m tests.benchmarks.documentation_pages FOLDER [PAGES]

Each folder in FOLDER is unpacked documentation, as of a Debian package; some of its PAGES are read. The containers are
what the tools themselves mark, without what their tags say is navigation.
"""

import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from flows.ingest.formats.html_classifier import load_model
from flows.ingest.formats.html_labels import label_blocks
from tests.benchmarks.marked_pages import show

CONTAINERS: Final = (
    "main",
    "[role=main]",
    "#apicontent",  # Node.js
    "#DisplayArea",  # LibreOffice
    "div.contents",  # Doxygen
    "body.article, body.manpage",  # AsciiDoc
    "div.book, div.chapter, div.preface, div.appendix, div.refentry, div.article, div.section, div.sect1, div.sect2",
)
PAGES: Final = 120
_FEWEST_WORDS = 50  # of a page that counts
_NO_CONTENT = "script, style, nav, .headerlink"


def count_words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def read_container(source: bytes) -> Counter[str]:
    """The words of a page's main container; none where it is not known."""
    parser = LexborHTMLParser(source)
    for node in parser.css(_NO_CONTENT):
        node.decompose()
    found = next(filter(None, map(parser.css_first, CONTAINERS)), None)
    return count_words(found.text(separator=" ") if found is not None else "")


def keep_main(source: bytes) -> str:
    page = show(source)
    labelled = zip(page.blocks, label_blocks(page, load_model()), strict=True)
    return " ".join(page.text[block.start : block.end] for block, (label, _) in labelled if label is None)


def keep_with_trafilatura(source: bytes) -> str:
    import trafilatura

    return trafilatura.extract(source.decode("utf-8", "replace")) or ""


def main(folder: Path, pages: int) -> None:
    readers = {"ours": keep_main}
    try:
        keep_with_trafilatura(b"")
        readers["trafilatura"] = keep_with_trafilatura
    except ImportError:
        pass
    print("folder                pages  reader         F1  recall")
    for package in sorted(folder.iterdir()):
        files = sorted(path for path in package.rglob("*.html") if path.is_file() and not path.is_symlink())
        random.Random(7).shuffle(files)
        sources = [path.read_bytes() for path in files[:pages]]
        marked = [(source, gold) for source in sources if (gold := read_container(source)).total() >= _FEWEST_WORDS]
        for name, read in readers.items():
            f1 = recall = 0.0
            for source, gold in marked:
                words = count_words(read(source))
                shared = (words & gold).total()
                f1 += 2 * shared / (words.total() + gold.total()) / len(marked)
                recall += shared / gold.total() / len(marked)
            print(f"{package.name:20}  {len(marked):5}  {name:11}  {f1:.3f}   {recall:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PAGES)
