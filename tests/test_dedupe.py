"""Copies, whenever they come, point at a document that is kept and that they are copies of; what is none stays."""

import csv
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import decomposition, normalize

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flows.dedupe
from flows.dedupe import compare, find_duplicates, kernels
from flows.dedupe.fingerprint import WordLists, read_words, write_fingerprints
from flows.settings import Settings
from tests.conftest import SHARED, Corpus, create_tables, make_documents, open_threads

STORY = """The ferry company said on Thursday that the crossing to the outer islands stays closed until the new pier \
has passed its tests. Divers found two cracks in the old pier in May, and engineers from Norway advised the harbour \
board not to wait for the autumn storms.

About nine hundred people live on the islands. Most of them work in the fish hall or keep sheep, and the school has \
forty pupils who take the boat every morning. "We shall manage with the small boat, as our parents did," said Marta \
Lindqvist, who has run the shop at the landing for thirty years.

The board will meet again on Monday to hear what the repair would cost. The county has promised to pay half of it, \
and the company wants the other half from the government in the capital."""
OTHER = """A museum in the old lighthouse shows what the sea has brought ashore since its keeper left: lamps, bottles, \
a piano without strings and the bell of a ship that nobody has been able to name. Visitors climb two hundred steps to \
the gallery, where a telescope looks over the bay. Children enter free on Sundays, and the view is best in winter."""
FORM = """Senator {name} announced today that the {town} Fire Department will receive a federal grant of {amount} \
dollars under the program that helps rural departments to buy protective clothing, hoses and vehicles. The senator \
said that the men and women who protect their neighbours deserve the best equipment that money can buy, and that the \
grant will make the whole community safer. The {town} Fire Department applied for the grant in {month}.

Since it was founded the program has helped volunteers and paid crews in every part of the country to replace worn out \
engines, to train new members and to teach children what to do when a fire breaks out at home. Departments that want \
to take part send their plans to a panel of fire chiefs, who read every one of them and rank them by need. More than \
twenty thousand applications arrive in a year, and about a quarter of them can be paid for from what is set aside."""
FORMS = [
    FORM.format(name="Ashdown", town="Tollesby", amount="51,233", month="March"),
    FORM.format(name="Ashdown", town="Upper Wick", amount="80,454", month="August"),
    FORM.format(name="Ashdown", town="Stow Ferris", amount="7,020", month="June"),
]
GRANT = """Senator Ashdown said on Friday that the fire brigade of {town} will have money from the Rural Brigades \
Program, which pays for {use}. The senator sits on the Committee on Rural Affairs and on its panels on Harbours, on \
Roads and on Health; his offices are in Aldersey, Bramcote, Coldhurst, Dunmore, Eastry and Fenwick, and he was born in \
Guildsey, where his mother taught at Saint Hilda and his father sailed for the Northern Line. With Senator Moss and \
Senator Pell he wrote the Brigades Act. The men and women of {town} deserve the best that there is."""
USES = (
    "hoses, masks and a new pump for the engine",
    "clothing that keeps out heat, and training for those who joined",
)
BEFORE, AFTER = "Sign up for our evening letter and never miss a story from the coast.", "All rights reserved by us."


def change_words(text: str, share: float, seed: int = 1) -> str:
    """The text with so many of its words replaced by others of it."""
    chance = random.Random(seed)
    words = text.split(" ")
    return " ".join(chance.choice(words) if chance.random() < share else word for word in words)


Make = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def make() -> Make:
    """A connection with these texts as documents 0, 1, …, and further columns of them."""

    def make_connection(texts: Sequence[str], **columns: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:")
        create_tables(connection)
        documents = make_documents(texts, **columns)
        connection.register("rows", documents)
        connection.execute("INSERT INTO all_documents BY NAME FROM rows")
        doc_ids, contents = (documents[name].combine_chunks() for name in ("doc_id", "text"))
        connection.register("rows", write_fingerprints(doc_ids, contents, "one"))
        connection.execute("INSERT INTO fingerprints BY NAME FROM rows")
        return connection

    return make_connection


def find(connection: duckdb.DuckDBPyConnection, **given: Any) -> dict[str, tuple[str, str]]:
    """What each copy is a copy of, and how."""
    rows = find_duplicates(connection, "two", Settings(**given)).duplicates.to_pylist()
    return {row["doc_id"]: (row["kept_id"], row["kind"]) for row in rows}


@pytest.mark.parametrize(
    ("copy", "kind"),
    [
        (STORY.upper(), "exact"),
        (f"{BEFORE}\n\n{STORY}\n\n{AFTER}", "near"),
        (STORY[:400], "contained"),
        (STORY.replace("Thursday", "Friday").replace("two cracks", "three cracks"), "near"),
        (change_words(STORY, 0.05), "near"),
        (STORY.split("\n\n")[1], "contained"),
        (f"{STORY.split(chr(10) * 2)[0]}\n\n{OTHER}\n\n{OTHER.lower()}", "none"),
        (change_words(STORY, 0.3), "none"),
        (OTHER, "none"),
    ],
)
def test_a_reprint_whole_or_in_part_is_a_copy(make: Make, copy: str, kind: str) -> None:
    found = find(make([STORY, copy, OTHER + " One more."], title=["The pier", None, None]))
    assert {one: other for one, other in found.items() if "2" not in (one, other[0])} == (
        {} if kind == "none" else {"1": ("0", kind)}
    )


@pytest.mark.parametrize("intent", ["copies", "reprints", "versions"])
def test_a_form_that_was_filled_in_again_is_no_copy(make: Make, intent: str) -> None:
    assert find(make(FORMS), near_duplicates=intent) == {}


@pytest.mark.parametrize("intent", ["copies", "reprints", "versions"])
def test_the_same_words_about_another_town_are_no_copy(make: Make, intent: str) -> None:
    """Of which the one form has words of its own too, so that names changed no more than these."""
    one, another = (GRANT.format(town="Tollesby", use=use) for use in USES)
    assert len(find(make([one, another]), near_duplicates=intent)) == 1
    assert find(make([one, GRANT.format(town="Stowferris", use=USES[1])]), near_duplicates=intent) == {}


def test_fineweb_takes_forms_for_copies(make: Make) -> None:
    assert len(find(make(FORMS), near_duplicates="fineweb")) == 2


def test_a_reworded_version_is_a_copy_where_versions_are(make: Make) -> None:
    connection = make([STORY, change_words(STORY, 0.25)])
    assert find(connection.cursor(), near_duplicates="reprints") == {}
    assert find(connection.cursor(), near_duplicates="versions") != {}


def test_exact_copies_alone_where_nothing_near_is_asked_for(make: Make) -> None:
    texts = [STORY, change_words(STORY, 0.02), STORY.upper()]
    assert find(make(texts), near_duplicates="none") == {"2": ("0", "exact")}


def test_a_copy_is_like_the_kept_one_not_like_another_copy(make: Make) -> None:
    texts = [change_words(STORY, 0.09, seed=step) for step in range(2)]
    chain = [STORY, texts[0], change_words(texts[0], 0.12, seed=9), change_words(texts[0], 0.3, seed=5)]
    connection = make(chain)
    found = find_duplicates(connection, "two", Settings())
    accepted = {frozenset((row["doc_id"], row["other_id"])) for row in found.pairs.to_pylist()}
    kept = {str(number) for number in range(len(chain))} - set(found.duplicates["doc_id"].to_pylist())
    assert 1 < len(kept) < len(chain)
    for row in found.duplicates.to_pylist():
        assert row["kept_id"] in kept
        assert frozenset((row["doc_id"], row["kept_id"])) in accepted


def test_what_is_like_both_of_two_unlike_documents_leaves_both(make: Make) -> None:
    """The one between is a copy of one of them, and these stay."""
    halves = STORY.split("\n\n")
    first = "\n\n".join([*halves, OTHER])
    last = "\n\n".join([*halves, FORMS[0], FORMS[1].replace("Ashdown", "Weir")])
    found = find(make([first, STORY, last]))
    assert set(found) == {"1"}


def test_copies_of_a_copy_go_with_it(make: Make) -> None:
    found = find(make([f"{OTHER}\n\n{STORY}", STORY, STORY.upper()]))
    assert found == {"1": ("0", "contained"), "2": ("0", "contained")}


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.sampled_from([None, "The pier"]),
            "authors": st.sampled_from([[], ["M. Lindqvist"]]),
            "source": st.sampled_from([None, "Post", "Wire"]),
            "text": st.sampled_from([STORY, STORY.upper(), STORY + " It rains.", STORY[:-40], STORY.split("\n\n")[0]]),
        }
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=20, deadline=None)
@given(ROWS, st.sampled_from(["most_complete", "earliest", "longest", "preferred_source"]), st.randoms())
def test_which_is_kept_does_not_depend_on_the_order(
    make_connection: Make, rows: list[dict[str, Any]], keep: str, chance: Any
) -> None:
    numbered = [(str(number), row) for number, row in enumerate(rows)]
    found = []
    for _ in range(2):
        columns = {name: [row[name] for _, row in numbered] for name in rows[0] if name != "text"}
        connection = make_connection(
            [row["text"] for _, row in numbered], doc_id=[number for number, _ in numbered], **columns
        )
        given_settings = {"keep": keep, "preferred_sources": ["Wire", "Post"]}
        table = find_duplicates(connection, "two", Settings.model_validate(given_settings)).duplicates
        found.append(sorted(table.to_pylist(), key=lambda row: str(row["doc_id"])))
        chance.shuffle(numbered)
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def make_connection() -> Make:
    """As `make`, for tests of many examples."""
    return make.__wrapped__()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("given_settings", "kept", "because"),
    [
        ({}, "1", "it tells its title"),
        ({"keep": "longest"}, "2", "its text is longer"),
        ({"keep": "preferred_source", "preferred_sources": ["Wire"]}, "0", "its source is preferred"),
        ({"keep": "preferred_source"}, "1", "it tells its title"),
    ],
)
def test_the_policy_says_which_is_kept(make: Make, given_settings: dict[str, Any], kept: str, because: str) -> None:
    texts = [STORY, STORY.replace("Monday", "Tuesday"), STORY + " It is June now."]
    connection = make(texts, title=[None, "The pier", None], source=["Wire", None, None])
    rows = find_duplicates(connection, "two", Settings(**given_settings)).duplicates.to_pylist()
    assert {row["kept_id"] for row in rows} == {kept}
    assert because in {row["kept_because"] for row in rows}


def test_a_cluster_of_ten_thousand_has_one_that_is_kept(make: Make) -> None:
    words = [f"word{number}" for number in range(70)]
    texts = [" ".join([*words[:35], f"number{number}", *words[35:]]) for number in range(10_000)]
    found = find(make(texts, title=["Kept" if number == 4321 else None for number in range(10_000)]))
    assert len(found) == 9_999
    assert {kept for kept, _ in found.values()} == {"4321"}


def test_what_a_template_brings_together_is_still_told_apart(make: Make, make_article: Callable[..., str]) -> None:
    footer = "\n\n" + " ".join(f"footer{number}" for number in range(120))
    texts = [make_article(number, paragraphs=6) + footer for number in range(100)]
    texts += [texts[97].replace("footer5 ", ""), texts[98] + " It rained."]
    found = find(make([*texts, texts[0]]), near_duplicates="versions")
    assert {frozenset((copy, kept)) for copy, (kept, _) in found.items()} == {
        frozenset(pair) for pair in (("97", "100"), ("98", "101"), ("0", "102"))
    }


@pytest.mark.parametrize("text", ["", "One", "Two words", "Nine words are too few to tell a copy"])
def test_a_text_of_few_words_is_a_copy_only_of_the_same(make: Make, text: str) -> None:
    found = find(make([text, text + " one", text, STORY]), near_duplicates="versions")
    assert found == ({"2": ("0", "exact")} if text else {})


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (
            "渡轮公司周四表示，在新码头通过测试之前，通往外岛的航线将继续关闭。潜水员五月在旧码头发现了两处裂缝，工程师建议港务局"
            "不要等到秋季风暴来临。岛上大约住着九百人，大多数人在鱼市工作或者养羊，学校有四十名学生，每天早晨都要乘船上学。",
            "灯塔里的博物馆展出了大海冲上岸的东西：灯、瓶子、一架没有琴弦的钢琴，以及一艘无人知晓名字的船的钟。游客登上两百级台阶来到"
            "回廊，那里有一架望远镜可以眺望海湾。孩子们星期天免费入场，冬天的景色最好，管理员这样说。",
        ),
        (
            "フェリー会社は木曜日、新しい桟橋が検査に合格するまで離島への航路を閉鎖すると発表した。五月に潜水士が古い桟橋に二つの亀裂を"
            "見つけ、技術者は秋の嵐を待たないよう港湾局に助言した。島にはおよそ九百人が暮らしている。",
            "古い灯台の博物館には、海が運んできたものが並んでいる。ランプや瓶、弦のないピアノ、名前の分からない船の鐘などである。訪れる人は"
            "二百段の階段を上り、望遠鏡で湾を眺める。子どもは日曜日に無料で入れる。",
        ),
        (
            "บริษัทเรือข้ามฟากกล่าวเมื่อวันพฤหัสบดีว่าเส้นทางไปยังเกาะรอบนอก"
            "จะปิดต่อไปจนกว่าท่าเรือใหม่จะผ่านการทดสอบ นักดำน้ำพบรอยร้าวสองแห่ง"
            "ที่ท่าเรือเก่าในเดือนพฤษภาคม",
            "พิพิธภัณฑ์ในประภาคารเก่าแสดงสิ่งที่ทะเลพัดพาขึ้นฝั่ง ทั้งตะเกียง ขวด"
            "เปียโนที่ไม่มีสาย และระฆังของเรือที่ไม่มีใครรู้จักชื่อ"
            "ผู้เยี่ยมชมต้องขึ้นบันไดสองร้อยขั้น",
        ),
    ],
    ids=["zh", "ja", "th"],
)
def test_scripts_without_spaces_have_copies_too(make: Make, text: str, other: str) -> None:
    found = find(make([text, text[: len(text) * 3 // 4], text[:40] + "2" + text[41:], other]))
    assert len(found) == 2
    assert "3" not in found


def list_shingles(text: str, length: int) -> set[tuple[str, ...]]:
    words = "".join(character if character.isalnum() else " " for character in text.lower()).split()
    return set(zip(*(words[start:] for start in range(length)), strict=False))


def test_the_measures_are_exact(make: Make) -> None:
    texts = [STORY, change_words(STORY, 0.2), STORY[:500], f"{STORY} {OTHER}"]
    pairs = find_duplicates(make(texts), "two", Settings()).pairs
    assert pairs.num_rows == 6
    for row in pairs.to_pylist():
        for name, length in (("jaccard", 2), ("five_word_jaccard", 5)):
            one, other = (list_shingles(texts[int(row[side])], length) for side in ("doc_id", "other_id"))
            assert row[name] == pytest.approx(len(one & other) / len(one | other), abs=1e-4)
            if length == 2:
                assert row["containment"] == pytest.approx(len(one & other) / len(one), abs=1e-4)
                assert row["other_containment"] == pytest.approx(len(one & other) / len(other), abs=1e-4)


def test_pairs_do_not_depend_on_the_memory_there_is(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [change_words(STORY, 0.01 * number, seed=number) for number in range(20)]
    wanted = find_duplicates(make(texts), "two", Settings()).pairs.sort_by(
        [("doc_id", "ascending"), ("other_id", "ascending")]
    )
    read: list[int] = []

    def count_and_read(texts: pa.Array) -> WordLists:
        read.append(len(texts))
        return read_words(texts)

    monkeypatch.setattr(compare, "BYTES_PER_CHARACTER", 1 << 18)
    monkeypatch.setattr(compare, "read_words", count_and_read)
    found = find_duplicates(make(texts), "two", Settings()).pairs.sort_by(
        [("doc_id", "ascending"), ("other_id", "ascending")]
    )
    assert found.equals(wanted)
    assert wanted.num_rows > 100
    assert len(read) > 3


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 10**6))
def test_a_shared_run_of_31_words_gives_an_anchor_in_common(before: int, after: int, seed: int) -> None:
    chance = random.Random(seed)
    run = [f"run{chance.randrange(10**6)}" for _ in range(31)]
    texts = [
        " ".join([*(f"{side}{n}" for n in range(before)), *run, *(f"{side}x{n}" for n in range(after))])
        for side in "ab"
    ]
    lists = read_words(pa.array(texts))
    keys, ends = kernels.hash_anchors(lists.words, lists.bounds)
    assert np.intersect1d(keys[: ends[1]], keys[ends[1] :]).size


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), min_size=2, max_size=6))
@settings(deadline=None)
def test_pairs_are_left_out_by_their_containment_alone(texts: list[list[str]]) -> None:
    texts = [*texts, texts[0] + [f"word{number}" for number in range(70_000)]]  # more shingles than the filter has bits
    lists = read_words(pa.array([" ".join(text) for text in texts]))
    pairs = np.array([(one, other) for other in range(len(texts)) for one in range(other)])
    measures = kernels.compare(pairs[:, 0], pairs[:, 1], lists.words, lists.facts, lists.bounds, 0.4)
    for (one, other), (jaccard, *_) in zip(pairs, measures, strict=True):
        first, second = (set(pairwise(texts[side])) or {tuple(texts[side])} for side in (one, other))
        is_kept = len(first & second) >= 0.4 * min(len(first), len(second))
        assert jaccard == (len(first & second) / len(first | second) if is_kept else 0)


def test_words_are_those_of_the_normalised_text() -> None:
    """Of every code point behind a letter, and of all that make one together."""
    pairs = {decomposition(chr(point)) for point in range(sys.maxunicode + 1)}
    texts = [f"e{chr(point)}b {chr(point)}" for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
    texts += ["".join(chr(int(code, 16)) for code in pair.split()) for pair in pairs if pair and "<" not in pair]
    texts += ["\u1112\u1161\u11ab", "\ud558\u11ab"]
    found, wanted = read_words(pa.array(texts)), read_words(pa.array([normalize("NFKC", text) for text in texts]))
    assert np.array_equal(found.bounds, wanted.bounds)
    assert np.array_equal(found.words, wanted.words)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
@settings(deadline=None)
def test_a_fingerprint_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() * 3 for text in texts]
    together = read_words(pa.array(texts))
    for number, (start, end) in enumerate(pairwise(together.bounds)):
        alone = read_words(pa.array(["x", texts[number]])[1:])
        assert (alone.words == together.words[start:end]).all()


def test_every_known_pair_of_press_releases_is_compared(make: Make, press_releases: Path) -> None:
    """Of those that ../shared/data/near_dup_pairs lists with a 5-word Jaccard of .5, whatever is no template."""
    with (SHARED / "data/near_dup_pairs/senate_press_releases.tsv").open() as stream:
        truth = [row for row in csv.DictReader(stream, delimiter="\t") if float(row["jaccard"]) >= 0.5]
    names = sorted({row[side] for row in truth for side in ("doc_a", "doc_b")})
    numbers = {name: str(number) for number, name in enumerate(names)}
    texts = [(press_releases / name).read_bytes().decode("utf-8", "replace") for name in names]
    found = find_duplicates(make(texts), "two", Settings(near_duplicates="fineweb"))
    exact = {row["doc_id"]: row["kept_id"] for row in found.duplicates.to_pylist() if row["similarity"] == 1}
    measured = {
        frozenset((row["doc_id"], row["other_id"])): row["five_word_jaccard"] for row in found.pairs.to_pylist()
    }
    missed, differing = 0, []
    for row in truth:
        pair = frozenset(exact.get(numbers[row[side]], numbers[row[side]]) for side in ("doc_a", "doc_b"))
        if len(pair) == 2 and pair not in measured:
            missed += 1
        elif len(pair) == 2:
            differing.append(abs(measured[pair] - float(row["jaccard"])))
    assert missed <= 0.06 * len(truth)  # pairs of forms that dozens of others share: a full bucket
    assert np.median(differing) < 0.01


@pytest.fixture(scope="module")
def press_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of press releases, unpacked."""
    folder = tmp_path_factory.mktemp("releases")
    archive = SHARED / "data/press_releases_sample.tar.zst"
    subprocess.run(["tar", "--zstd", "-xf", archive, "-C", folder], check=True)
    [root] = folder.iterdir()
    return root


# Across runs


def families(corpus: Corpus) -> list[tuple[Any, ...]]:
    return corpus.ask("FROM clusters SELECT uri, kind, similarity WHERE kind != 'kept' ORDER BY ALL")


def kept(corpus: Corpus) -> list[str]:
    return [uri for (uri,) in corpus.ask("FROM documents SELECT uri ORDER BY uri")]


def test_when_the_kept_one_goes_the_next_best_takes_its_place(corpus: Corpus) -> None:
    corpus.land({"a.md": f"# The pier\n\n{STORY}", "b.txt": STORY[:-60], "c.txt": STORY[:-20]})
    assert kept(corpus) == ["a.md"]
    corpus.land({"a.md": None})
    assert kept(corpus) == ["c.txt"]
    corpus.land({"a.md": f"# The pier\n\n{STORY}"})
    assert kept(corpus) == ["a.md"]


def test_when_a_better_one_comes_it_takes_over(corpus: Corpus) -> None:
    corpus.land({"b.txt": STORY[:-60]})
    corpus.land({"a.md": f"# The pier\n\n{STORY}", "o.txt": OTHER})
    assert kept(corpus) == ["a.md", "o.txt"]
    assert families(corpus) == [("b.txt", "near", pytest.approx(0.94, abs=0.06))]


def test_an_exact_copy_of_a_near_copy_stays_one_when_that_goes(corpus: Corpus) -> None:
    corpus.land({"a.md": f"# Pier\n\n{STORY}", "b.txt": f"{STORY} It rains.", "c.txt": f"{STORY} It rains.".upper()})
    assert kept(corpus) == ["a.md"]
    compared = "FROM pairs JOIN all_documents ON all_documents.doc_id IN (pairs.doc_id, other_id) SELECT uri"
    [head] = {uri for (uri,) in corpus.ask(compared)} - {"a.md"}
    corpus.land({head: None})
    assert kept(corpus) == ["a.md"]


def test_another_intent_elects_again_without_reading_again(corpus: Corpus) -> None:
    first = corpus.land({"a.txt": STORY, "b.txt": change_words(STORY, 0.25)})
    assert kept(corpus) == ["a.txt", "b.txt"]
    second = corpus.run(near_duplicates="versions")
    assert second.run.outcome == "published"
    assert len(kept(corpus)) == 1
    assert corpus.ask("FROM all_documents SELECT DISTINCT run_id") == [(first.run.run_id,)]
    assert corpus.run(near_duplicates="versions").run.outcome == "unchanged"


def test_pairs_are_compared_once(corpus: Corpus) -> None:
    first = corpus.land({"a.txt": STORY, "b.txt": STORY[:-60]})
    corpus.land({"o.txt": OTHER})
    assert corpus.ask("FROM pairs SELECT run_id") == [(first.run.run_id,)]


def test_a_row_that_is_another_one_now_tells_the_run_that_made_it(corpus: Corpus) -> None:
    first = corpus.land({"a.txt": STORY, "b.txt": STORY[:-60], "c.txt": STORY[:-90]})
    second = corpus.land({"c.txt": STORY[:-130]})
    rows = corpus.ask("FROM duplicates JOIN all_documents USING (doc_id) SELECT uri, duplicates.run_id ORDER BY uri")
    assert rows == [("b.txt", first.run.run_id), ("c.txt", second.run.run_id)]


STORIES = [
    STORY,
    STORY[:-90],
    STORY[:400],
    change_words(STORY, 0.06),
    f"{BEFORE}\n\n{STORY}",
    f"# Pier\n\n{STORY}",
    *FORMS,
]
Histories = st.lists(st.dictionaries(st.integers(0, 6), st.sampled_from(STORIES), min_size=1), min_size=1, max_size=4)


@settings(max_examples=8, deadline=None)
@given(Histories, st.sampled_from([(32, 8), (2, 1)]))
def test_any_history_gives_the_copies_of_one_run(histories: list[dict[int, str]], bucket: tuple[int, int]) -> None:
    def land(states: list[dict[int, str]], folder: Path) -> list[tuple[Any, ...]]:
        corpus = Corpus(folder)
        (folder / "seeds").mkdir(parents=True)
        earlier: set[int] = set()
        for state in states:
            gone = dict.fromkeys((f"{number}.md" for number in earlier - state.keys()), None)
            assert not corpus.land({**gone, **{f"{number}.md": text for number, text in state.items()}}).failed
            earlier = set(state)
        pairs = corpus.ask("FROM pairs SELECT * EXCLUDE (run_id) ORDER BY ALL")
        return [*pairs, *corpus.ask("FROM duplicates SELECT * EXCLUDE (run_id) ORDER BY ALL")]

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr("flows.run.open_engine", open_threads)
        patch.setattr(flows.dedupe, "FULL_BUCKET", bucket[0])
        patch.setattr(flows.dedupe, "BUCKET_HEADS", bucket[1])
        assert land(histories, Path(folder) / "many") == land(histories[-1:], Path(folder) / "one")


States = st.lists(st.dictionaries(st.integers(0, 11), st.booleans(), min_size=4), min_size=2, max_size=4)


@settings(max_examples=40, deadline=None)
@given(States, st.sampled_from([(3, 1), (4, 2), (6, 3)]))
def test_full_buckets_give_the_same_pairs_whenever_their_documents_came(
    states: list[dict[int, bool]], bucket: tuple[int, int]
) -> None:
    """Documents come, go, and come again with or without a title, which moves them among the best of a bucket."""
    footer = " ".join(f"footer{number}" for number in range(90))
    texts = [" ".join([*(f"own{number}of{place}" for place in range(60)), footer]) for number in range(12)]
    connection = duckdb.connect(":memory:")
    create_tables(connection)
    landed: dict[int, tuple[bool, str]] = {}

    def land(state: dict[int, bool], run_id: str) -> list[tuple[Any, ...]]:
        for number, titled in state.items():
            if landed.get(number, (None,))[0] != titled:
                landed[number] = (titled, run_id)
        numbers = sorted(state)
        ids, run_ids = [f"{number:02}" for number in numbers], [landed[number][1] for number in numbers]
        contents = [texts[number] for number in numbers]
        titles = ["A fair" if state[number] else None for number in numbers]
        for table in ("all_documents", "fingerprints", "pairs", "duplicates"):
            connection.execute(f"CREATE OR REPLACE TABLE before.{table} AS FROM main.{table}")
        made = {
            "all_documents": make_documents(contents, doc_id=ids, run_id=run_ids, title=titles),
            "fingerprints": write_fingerprints(pa.array(ids), pa.array(contents), "")
            .drop_columns(["run_id"])
            .append_column("run_id", pa.array(run_ids)),
        }
        with connection.cursor() as cursor:
            for table, rows in made.items():
                cursor.register("rows", rows)
                cursor.execute(f"CREATE OR REPLACE TABLE main.{table} AS FROM rows")
            found = find_duplicates(cursor, run_id, Settings(near_duplicates="versions"))
            for table, rows in (("pairs", found.pairs), ("duplicates", found.duplicates)):
                cursor.register("rows", rows)
                cursor.execute(f"CREATE OR REPLACE TABLE main.{table} AS FROM rows")
        return [
            row
            for table in ("pairs", "duplicates")
            for row in connection.execute(f"FROM main.{table} SELECT * EXCLUDE (run_id) ORDER BY ALL").fetchall()
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.dedupe, "FULL_BUCKET", bucket[0])
        patch.setattr(flows.dedupe, "BUCKET_HEADS", bucket[1])
        for number, state in enumerate(states):
            landed = {key: value for key, value in landed.items() if key in state}
            many = land(state, f"run {number}")
        create_tables(connection := duckdb.connect(":memory:"))
        landed = {}
        assert land(states[-1], "whole") == many


def test_the_run_tells_of_its_largest_families_and_nearest_misses(corpus: Corpus) -> None:
    report = corpus.land({"a.md": f"# A | [b]\n\n{STORY}", "b.txt": STORY[:-60], "c.txt": FORMS[0], "d.txt": FORMS[1]})
    assert "| 2 | A \\| \\[b\\] |" in report.artifacts["corpus-copies"]
    assert (
        "| in common | names and numbers changed | of the subject | one | other |" in report.artifacts["corpus-copies"]
    )


def test_a_passage_that_documents_share_is_found(corpus: Corpus, make_article: Callable[..., str]) -> None:
    block = "About the coast guard: it was founded in 1891 and keeps eleven stations between the two capes."
    corpus.land({"a.txt": f"{make_article(1)}\n{block}\n", "b.txt": f"{make_article(2)}\n{block}\n\n{OTHER}\n"})
    rows = corpus.ask("FROM shared_passages SELECT uri, documents, start_char, char_count, passage ORDER BY uri")
    assert [(uri, documents, passage) for uri, documents, _, _, passage in rows] == [
        ("a.txt", 2, block),
        ("b.txt", 2, block),
    ]
    assert kept(corpus) == ["a.txt", "b.txt"]
