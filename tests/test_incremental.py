"""Incremental equals full: the same files give the same tables, however many runs it took and in whatever order."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flows.run
from tests.conftest import Corpus, open_threads
from tests.test_engine import read_tables

ARTICLES = [
    "The harbour master closed the northern quay on Monday after the tide rose above the second mark.\n",
    "The harbour master closed the northern quay on Monday after the tide rose above the third mark.\n",
    "# Quay\n\nThe harbour master closed the northern quay on Monday after the tide rose above the second mark.\n",
    '{"text": "The harbour master closed the northern quay.", "title": "Quay"}\nnot json\n{"text": "Second story."}\n',
    "The library opens again in spring, with more light and fewer steps.\n\n0 Comments\n",
    "",
    "%PDF-1.4 broken",
    "The mayor opened the lighthouse to visitors.\n\nAll complaints go to the editor of this paper, in writing.\n",
    "A seal slept on the slipway all of Sunday.\n\nAll complaints go to the editor of this paper, in writing.\n",
    "The ferry to the islands has a new captain.\n\nAll complaints go to the editor of this paper, in writing.\n",
]
URIS = ["a.txt", "b/a.txt", "b/c.md", "d.jsonl", "e.txt", "f.txt"]

States = st.lists(st.dictionaries(st.sampled_from(URIS), st.sampled_from(ARTICLES), min_size=1), min_size=1, max_size=4)


def bring_to(corpus: Corpus, state: dict[str, str]) -> None:
    """Makes the seeds hold exactly these files."""
    gone = [path for path in corpus.seeds.rglob("*") if path.is_file()]
    corpus.write({path.relative_to(corpus.seeds).as_posix(): None for path in gone})
    corpus.write(dict(state))


def land_in_a_new_place(steps: list[dict[str, str]], **options: Any) -> dict[str, list[tuple[Any, ...]]]:
    """The tables after bringing a corpus of its own to each state in turn."""
    with TemporaryDirectory() as folder:
        corpus = Corpus(Path(folder))
        corpus.seeds.mkdir()
        for state in steps:
            bring_to(corpus, state)
            assert not corpus.run(template_documents=2, **options).failed
        return read_tables(corpus)


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flows.run, "open_engine", open_threads)
        yield


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(States)
def test_any_way_to_the_same_files_gives_the_same_tables(steps: list[dict[str, str]]) -> None:
    assert land_in_a_new_place(steps) == land_in_a_new_place(steps[-1:])


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(URIS), st.sampled_from(ARTICLES), min_size=2), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_tables(files: dict[str, str], random: Any) -> None:
    arrived: dict[str, str] = {}
    steps = []
    for uri in random.sample(sorted(files), len(files)):
        arrived = {**arrived, uri: files[uri]}
        steps.append(arrived)
    assert land_in_a_new_place(steps) == land_in_a_new_place([files])


def test_any_size_of_batches_and_number_of_workers_gives_the_same_tables(
    monkeypatch: pytest.MonkeyPatch, make_article: Callable[..., str]
) -> None:
    files = {f"{number}.txt": make_article(number % 7) for number in range(30)}
    one = land_in_a_new_place([files], workers=1)
    monkeypatch.setattr("flows.plan.SMALLEST_BATCH", 1)
    assert land_in_a_new_place([files], workers=3) == one
